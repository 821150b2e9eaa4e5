// Finding natives: those of the engine, then what imported and static modules let scripts use without their names.

import type { NativeFn } from "../function/native.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import { typeIdOf, type Value } from "../value/value.ts";
import type { Frame, Import } from "./frame.ts";

/**
 * The function that an unqualified call with these arguments means, or null. Exact parameter types come before `dynamic`
 * ones; among the same types the engine's own come first, then those of imported modules (the latest import first), then
 * those of static modules.
 */
export function findNative(frame: Frame, name: string, args: readonly Value[]): NativeFn | null {
  const { registry, staticNatives } = frame.run.engine;
  if (frame.imports === null && staticNatives.length === 0) return registry.resolve(name, args);
  let best = registry.find(name, args);
  for (let item = frame.imports; item !== null && best?.mask !== 0; item = item.next) {
    const found = item.module.exposed?.find(name, args) ?? null;
    if (found !== null && (best === null || found.mask < best.mask)) best = found;
  }
  for (let i = 0; i < staticNatives.length && best?.mask !== 0; i++) {
    const found = staticNatives[i].find(name, args);
    if (found !== null && (best === null || found.mask < best.mask)) best = found;
  }
  return best?.fn ?? null;
}

/** How `for` goes through a value, or undefined. */
export function iteratorFor(frame: Frame, value: Value): ((value: never) => Iterator<Value>) | undefined {
  return firstOf(frame, (registry) => registry.iteratorFor(value));
}

/** The same where each item may have to be waited for. */
export function asyncIteratorFor(
  frame: Frame,
  value: Value,
): ((value: never) => AsyncIterator<Value>) | undefined {
  return firstOf(frame, (registry) => registry.asyncIteratorFor(value));
}

function firstOf<T>(frame: Frame, find: (registry: FunctionRegistry) => T | undefined): T | undefined {
  const { registry, staticNatives } = frame.run.engine;
  let found = find(registry);
  for (let item = frame.imports; item !== null && found === undefined; item = item.next) {
    const { exposed } = item.module;
    if (exposed !== null) found = find(exposed);
  }
  for (let i = 0; i < staticNatives.length && found === undefined; i++) found = find(staticNatives[i]);
  return found;
}

/** A call site's choice of native function, kept as long as the imports and the types of the arguments stay the same. */
export class NativeSite {
  private fn: NativeFn | null = null;
  /** The choice is an asynchronous function that takes no context and no place, and shows nothing: see `awaitSimple`. */
  isSimple = false;
  private version = -1;
  private imports: Import | null = null;
  private readonly types = [-9, -9, -9, -9];
  constructor(private readonly name: string) {}

  /** The same as `resolve` for one argument. */
  resolveOne(registry: FunctionRegistry, frame: Frame, arg: Value): NativeFn | null {
    const same = this.version === registry.version && this.imports === frame.imports;
    return same && this.types[0] === typeIdOf(arg) ? this.fn : this.resolve(registry, frame, [arg]);
  }

  /** The overload for these arguments, or null. `registry` is that of the frame's engine. */
  resolve(registry: FunctionRegistry, frame: Frame, args: readonly Value[]): NativeFn | null {
    const count = args.length;
    const { types } = this;
    if (count > 4) return findNative(frame, this.name, args);
    let same = this.version === registry.version && this.imports === frame.imports;
    for (let i = 0; i < count; i++) {
      const type = typeIdOf(args[i]);
      if (types[i] !== type) {
        types[i] = type;
        same = false;
      }
    }
    if (!same) {
      this.fn = findNative(frame, this.name, args);
      this.isSimple = this.fn !== null && isSimple(this.fn);
      this.version = registry.version;
      this.imports = frame.imports;
    }
    return this.fn;
  }
}

function isSimple({ name, isAsync, receiver, usesContext }: NativeFn): boolean {
  return isAsync && receiver === "value" && !usesContext && name !== "print" && name !== "debug";
}
