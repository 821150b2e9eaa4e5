// NativeSet: the native functions and iterators of a module, and which of them are callable without the module's name.

import type { NativeFn, Package, TypeName } from "../function/native.ts";
import { FunctionRegistry, packageBuilder } from "../function/registry.ts";
import type { Value } from "../value/value.ts";

export type Iterate = (value: never) => Iterator<Value>;
export type AsyncIterate = (value: never) => AsyncIterator<Value>;

export class NativeSet {
  readonly registry = new FunctionRegistry();
  /** What makes values usable in `for`, by type. */
  readonly iterators = new Map<TypeName, Iterate>();
  readonly asyncIterators = new Map<TypeName, AsyncIterate>();
  private readonly globals = new Set<NativeFn>();
  /** The global functions as a registry of their own, made anew when `version` differs from that of `registry`. */
  private exposed: { readonly registry: FunctionRegistry; readonly version: number } | null = null;

  /** Adds a function; one with the same name and parameter types is replaced. `types` knows the ids of host types. */
  add(fn: NativeFn, isGlobal: boolean, types: FunctionRegistry | undefined): void {
    const key = overloadKey(fn);
    for (const old of this.globals) if (overloadKey(old) === key) this.globals.delete(old);
    register(this.registry, fn, types);
    if (isGlobal) this.globals.add(fn);
  }
  addPackage(pkg: Package, constants: Map<string, Value>): void {
    pkg.register(
      packageBuilder({
        register: (fn) => this.add(fn, false, undefined),
        registerIterator: (type, iterate) => this.iterators.set(type, iterate),
        registerAsyncIterator: (type, iterate) => this.asyncIterators.set(type, iterate),
        constants,
      }),
    );
  }
  /** Adds functions and iterators of another set: all, or those that are missing here. */
  take(other: NativeSet, onlyMissing: boolean): void {
    const known = new Set(onlyMissing ? [...this.registry.all()].map(overloadKey) : []);
    for (const fn of other.registry.all()) {
      if (!known.has(overloadKey(fn))) this.add(fn, other.isGlobal(fn), other.registry);
    }
    takeItems(this.iterators, other.iterators, onlyMissing);
    takeItems(this.asyncIterators, other.asyncIterators, onlyMissing);
  }
  isGlobal(fn: NativeFn): boolean {
    return this.globals.has(fn);
  }
  /** The global function for these arguments, or null. */
  resolveGlobal(name: string, args: readonly Value[]): NativeFn | null {
    if (this.globals.size === 0) return null;
    const { version } = this.registry;
    if (this.exposed?.version !== version) {
      const registry = new FunctionRegistry();
      for (const fn of this.globals) register(registry, fn, this.registry);
      this.exposed = { registry, version };
    }
    return this.exposed.registry.resolve(name, args);
  }
}

/** Copies the entries of a map: all, or those that are missing in `to`. */
export function takeItems<V>(to: Map<string, V>, from: ReadonlyMap<string, V>, onlyMissing: boolean): void {
  for (const [key, item] of from) if (!onlyMissing || !to.has(key)) to.set(key, item);
}

/** Registers a function, after the host types it takes. */
function register(registry: FunctionRegistry, fn: NativeFn, types: FunctionRegistry | undefined): void {
  for (const name of fn.params) {
    const id = registry.typeId(name) === undefined ? types?.typeId(name) : undefined;
    if (id !== undefined) registry.registerType(name, id);
  }
  registry.register(fn);
}

function overloadKey(fn: NativeFn): string {
  return `${fn.name}(${fn.params.join(",")})`;
}
