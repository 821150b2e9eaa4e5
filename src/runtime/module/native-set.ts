// NativeSet: the native functions and iterators of a module, and which of them are callable without the module's name.

import type { NativeFn, Package, TypeName } from "../function/native.ts";
import { FunctionRegistry, packageBuilder } from "../function/registry.ts";
import type { Value } from "../value/value.ts";

export type Iterate = (value: never) => Iterator<Value>;
export type AsyncIterate = (value: never) => AsyncIterator<Value>;

let latestChange = 0;

/** A number greater than all before it: the greatest of a module and its sub-modules tells whether anything has changed. */
export function nextChange(): number {
  latestChange++;
  return latestChange;
}

export class NativeSet {
  readonly registry = new FunctionRegistry();
  /** What makes values usable in `for`, by type. */
  readonly iterators = new Map<TypeName, Iterate>();
  readonly asyncIterators = new Map<TypeName, AsyncIterate>();
  private readonly globals = new Set<NativeFn>();
  /** When the set was changed last; see `nextChange`. */
  changed = nextChange();

  /** Adds a function; one with the same name and parameter types is replaced. `types` knows the ids of host types. */
  add(fn: NativeFn, isGlobal: boolean, types: FunctionRegistry | undefined): void {
    const key = overloadKey(fn);
    for (const old of this.globals) if (overloadKey(old) === key) this.globals.delete(old);
    register(this.registry, fn, types);
    if (isGlobal) this.globals.add(fn);
    this.changed = nextChange();
  }
  /** Makes values of a type usable in `for`. Throws TypeError for a type that nobody knows. */
  addIterator(type: TypeName, iterate: Iterate, types: FunctionRegistry | undefined): void {
    knowType(this.registry, type, types);
    this.registry.registerIterator(type, iterate);
    this.iterators.set(type, iterate);
    this.changed = nextChange();
  }
  addAsyncIterator(type: TypeName, iterate: AsyncIterate, types: FunctionRegistry | undefined): void {
    knowType(this.registry, type, types);
    this.registry.registerAsyncIterator(type, iterate);
    this.asyncIterators.set(type, iterate);
    this.changed = nextChange();
  }
  /** Adds what a package registers. `types`: an engine whose types it uses, besides the built-in ones. */
  addPackage(pkg: Package, constants: Map<string, Value>, types: FunctionRegistry | undefined): void {
    pkg.register(
      packageBuilder({
        register: (fn) => this.add(fn, isAccessor(fn), types),
        registerIterator: (type, iterate) => this.addIterator(type, iterate, types),
        registerAsyncIterator: (type, iterate) => this.addAsyncIterator(type, iterate, types),
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
    for (const [type, iterate] of other.iterators) {
      if (!onlyMissing || !this.iterators.has(type)) this.addIterator(type, iterate, other.registry);
    }
    for (const [type, iterate] of other.asyncIterators) {
      if (!onlyMissing || !this.asyncIterators.has(type))
        this.addAsyncIterator(type, iterate, other.registry);
    }
  }
  /** Adds all functions and iterators to an engine's registry, as those of a package. */
  addTo(registry: FunctionRegistry): void {
    for (const fn of this.registry.all()) {
      for (const name of fn.params) knowType(registry, name, this.registry);
      registry.registerPackaged(fn);
    }
    this.addIteratorsTo(registry);
  }
  isGlobal(fn: NativeFn): boolean {
    return this.globals.has(fn);
  }
  /** Adds what scripts may use without the module's name: global functions, and all iterators. */
  exposeTo(registry: FunctionRegistry): void {
    for (const fn of this.globals) register(registry, fn, this.registry);
    this.addIteratorsTo(registry);
  }
  private addIteratorsTo(registry: FunctionRegistry): void {
    for (const [type, iterate] of this.iterators) {
      knowType(registry, type, this.registry);
      registry.registerIterator(type, iterate);
    }
    for (const [type, iterate] of this.asyncIterators) {
      knowType(registry, type, this.registry);
      registry.registerAsyncIterator(type, iterate);
    }
  }
  get exposesAnything(): boolean {
    return this.globals.size > 0 || this.iterators.size > 0 || this.asyncIterators.size > 0;
  }
}

/** Copies the entries of a map: all, or those that are missing in `to`. */
export function takeItems<V>(to: Map<string, V>, from: ReadonlyMap<string, V>, onlyMissing: boolean): void {
  for (const [key, item] of from) if (!onlyMissing || !to.has(key)) to.set(key, item);
}

/** Registers a function, after the host types it takes. */
function register(registry: FunctionRegistry, fn: NativeFn, types: FunctionRegistry | undefined): void {
  for (const name of fn.params) knowType(registry, name, types);
  registry.register(fn);
}

/** Makes a host type's id known to a registry. */
function knowType(registry: FunctionRegistry, name: TypeName, types: FunctionRegistry | undefined): void {
  const id = registry.typeId(name) === undefined ? types?.typeId(name) : undefined;
  if (id !== undefined) registry.registerType(name, id);
}

/** Whether it stands behind a property or an indexer, where no module can be named. */
function isAccessor({ name }: NativeFn): boolean {
  return /^(?:get|set|index)\$/.test(name);
}

function overloadKey(fn: NativeFn): string {
  return `${fn.name}(${fn.params.join(",")})`;
}
