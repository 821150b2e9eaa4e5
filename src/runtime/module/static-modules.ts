// Static modules: those that an engine shows to every script under a name, which may be a path (`a::b`).

import { isValidIdentifier } from "../../lang/literals.ts";
import { Module } from "./module.ts";

/** Throws TypeError for something that is no module. */
export function requireModule(method: string, module: unknown): asserts module is Module {
  if (module instanceof Module) return;
  throw new TypeError(`${method} expects a Module, got ${module === null ? "null" : typeof module}`);
}

/**
 * Adds a module under its name; for `a::b` as `b` in module `a`, which is made, or copied, so that a module of the host
 * stays as it is. Throws TypeError for a name that is no path of identifiers.
 */
export function addStaticModule(modules: Map<string, Module>, name: string, module: Module): void {
  const path = typeof name === "string" ? name.split("::").map((part) => part.trim()) : [];
  if (path.length === 0 || !path.every(isValidIdentifier)) {
    throw new TypeError(
      `'${String(name)}' cannot be the name of a module: expected an identifier, or several joined by ::`,
    );
  }
  modules.set(path[0], placed(modules.get(path[0]), path, module));
}

function placed(existing: Module | undefined, [name, ...rest]: string[], module: Module): Module {
  if (rest.length === 0) {
    if (module.id === null) module.id = name;
    return module;
  }
  const holder = existing?.clone() ?? new Module();
  if (holder.id === null) holder.id = name;
  return holder.setSubModule(rest[0], placed(holder.getSubModule(rest[0]), rest, module));
}
