// Function libraries: finding script functions, and entering the environment of a module's function.

import type { GlobalNamespace } from "../module/global-namespace.ts";
import type { Value } from "../value/value.ts";
import type { Chain, Environment, Frame, FunctionTable, Import, Library, ScriptFn } from "./frame.ts";

export function functionKey(name: string, arity: number): string {
  return `${name}/${arity}`;
}

/** The library of a main script's run: its own functions and those of global modules, and no constants recorded yet. */
export function mainLibrary(table: FunctionTable, global: GlobalNamespace): Library {
  const constants = new Map<string, Value>();
  return { chain: global.chainOf(table), constants, environment: { table, imports: null, constants } };
}

/** The library in force inside a function of `environment` that is called from `from`. */
export function enterLibrary(from: Library, environment: Environment): Library {
  if (from.chain.table === environment.table) return from;
  let chain = from.chain.entered.get(environment.table);
  if (chain === undefined) {
    chain = { table: environment.table, outer: from.chain, entered: new Map() };
    from.chain.entered.set(environment.table, chain);
  }
  return { chain, constants: environment.constants, environment };
}

/** The environment that a closure made in this frame keeps. */
export function environmentOf(frame: Frame): Environment {
  const { environment } = frame.lib;
  if (frame.imports === environment.imports) return environment;
  return { ...environment, imports: frame.imports };
}

/** The imports seen inside a function: those of its environment before those of the caller. */
export function enterImports(outer: Import | null, environment: Environment): Import | null {
  const { imports } = environment;
  if (imports === null || imports === outer) return outer;
  if (outer === null) return imports;
  return prepend(imports, outer);
}

function prepend(imports: Import, outer: Import): Import {
  return { ...imports, next: imports.next === null ? outer : prepend(imports.next, outer) };
}

/** A script function by `name/arity`, innermost table first, or null. */
export function findScriptFn(chain: Chain, key: string): ScriptFn | null {
  for (let item: Chain | null = chain; item !== null; item = item.outer) {
    const fn = item.table.functions.get(key);
    if (fn !== undefined) return fn;
  }
  return null;
}

/** A typed method by `type.name/arity`: the script's own, then those of imported modules (the latest import first), of static ones. */
export function findMethod(frame: Frame, key: string): ScriptFn | null {
  for (let item: Chain | null = frame.lib.chain; item !== null; item = item.outer) {
    const fn = item.table.methods.get(key);
    if (fn !== undefined) return fn;
  }
  for (let item = frame.imports; item !== null; item = item.next) {
    const fn = item.module.findMethod(key);
    if (fn !== null) return fn;
  }
  for (const module of frame.run.engine.globalModules.values()) {
    const fn = module.findMethod(key);
    if (fn !== null) return fn;
  }
  return null;
}
