// The engine's native functions: registration by packages and hosts, and choice of the overload for given argument types.

import { TypeId, typeIdOf, type Value } from "../value/value.ts";
import type { FnOptions, NativeFn, Package, PackageBuilder, Receiver, TypeName } from "./native.ts";

const DYNAMIC = -1;

const BUILT_IN_TYPE_IDS: ReadonlyMap<TypeName, number> = new Map([
  ["()", TypeId.UNIT],
  ["bool", TypeId.BOOL],
  ["i64", TypeId.INT],
  ["f64", TypeId.FLOAT],
  ["char", TypeId.CHAR],
  ["string", TypeId.STRING],
  ["array", TypeId.ARRAY],
  ["map", TypeId.MAP],
  ["blob", TypeId.BLOB],
  ["Fn", TypeId.FN],
  ["range", TypeId.RANGE],
  ["range=", TypeId.RANGE_INCLUSIVE],
  ["timestamp", TypeId.TIMESTAMP],
  ["u8", TypeId.BYTE],
  ["iterator", TypeId.ITERATOR],
  ["dynamic", DYNAMIC],
]);

export interface Overload {
  readonly fn: NativeFn;
  readonly types: readonly number[];
  /** Which parameters are `dynamic`, as Rhai orders its candidates: the smallest mask wins. */
  readonly mask: number;
  /** Part of a package or global module: what the host registers one by one comes first. */
  readonly isPackaged: boolean;
}

/** All native functions of an engine, by name and arity. */
export class FunctionRegistry {
  /** Grows with every registration, so that call sites can tell when their cached choice is stale. */
  version: number;
  /** Those of `base` that have grown are here as a whole. */
  private readonly overloads = new Map<string, Overload[]>();
  private readonly typeIds: Map<TypeName, number>;
  private readonly iterators: Map<number, (value: never) => Iterator<Value>>;
  private readonly asyncIterators: Map<number, (value: never) => AsyncIterator<Value>>;
  /** Names with an asynchronous overload, and names with one that calls back. */
  private readonly asyncNames: Set<string>;
  private readonly callbackNames: Set<string>;
  private readonly names = new Set<string>();
  readonly constants: Map<string, Value>;
  /** There are functions `to_string` or `to_debug` besides the standard ones. */
  hasOwnText: boolean;

  /** Begins with all that `base` holds, which must not change any more: a thousand functions need not be registered again. */
  constructor(private readonly base: FunctionRegistry | null = null) {
    this.version = base?.version ?? 0;
    this.typeIds = new Map(base?.typeIds ?? BUILT_IN_TYPE_IDS);
    this.iterators = new Map(base?.iterators);
    this.asyncIterators = new Map(base?.asyncIterators);
    this.asyncNames = new Set(base?.asyncNames);
    this.callbackNames = new Set(base?.callbackNames);
    this.constants = new Map(base?.constants);
    this.hasOwnText = base?.hasOwnText ?? false;
  }

  /** Makes a host type's name known under its id. */
  registerType(name: TypeName, id: number): void {
    this.typeIds.set(name, id);
    this.version++;
  }

  /** Undoes `registerType`, when nothing has used the type yet. */
  forgetType(name: TypeName): void {
    this.typeIds.delete(name);
  }

  typeId(name: TypeName): number | undefined {
    return this.typeIds.get(name);
  }

  /** Adds a function; one with the same name and parameter types is replaced. Throws TypeError for an unknown type name. */
  register(fn: NativeFn): void {
    this.add(fn, false);
  }

  /** Adds a function of a package or global module: it replaces those of others, but none that `register` has added. */
  registerPackaged(fn: NativeFn): void {
    this.add(fn, true);
  }

  /** Throws TypeError for an unknown type name. */
  check(fn: NativeFn): void {
    this.parameterTypes(fn);
  }

  private parameterTypes({ name: fnName, params }: NativeFn): number[] {
    return params.map((name) => {
      const id = this.typeIds.get(name);
      if (id === undefined) throw new TypeError(`registering ${fnName}: unknown type '${name}'`);
      return id;
    });
  }

  private add(fn: NativeFn, isPackaged: boolean): void {
    const types = this.parameterTypes(fn);
    const mask = types.reduce((bits, type) => bits * 2 + (type === DYNAMIC ? 1 : 0), 0);
    this.addOverload(overloadKey(fn.name, types.length), { fn, types, mask, isPackaged });
    this.names.add(fn.name);
    if ((fn.name === "to_string" || fn.name === "to_debug") && !fn.isStandardText) this.hasOwnText = true;
    if (fn.isAsync) this.asyncNames.add(fn.name);
    if (fn.callsBack) this.callbackNames.add(fn.name);
    this.version++;
  }

  private addOverload(key: string, overload: Overload): void {
    const own = this.overloads.get(key);
    const list = own ?? [...(this.base?.overloadsOf(key) ?? [])];
    const same = list.findIndex((other) => other.types.every((type, i) => type === overload.types[i]));
    if (same >= 0 && overload.isPackaged && !list[same].isPackaged) return;
    if (same >= 0) list.splice(same, 1);
    const after = list.findIndex((other) => other.mask > overload.mask);
    list.splice(after < 0 ? list.length : after, 0, overload);
    if (own === undefined) this.overloads.set(key, list);
  }

  private overloadsOf(key: string): readonly Overload[] | undefined {
    return this.overloads.get(key) ?? this.base?.overloadsOf(key);
  }

  registerIterator(type: TypeName, iterate: (value: never) => Iterator<Value>): void {
    const id = this.typeIds.get(type);
    if (id === undefined) throw new TypeError(`registering an iterator: unknown type '${type}'`);
    this.iterators.set(id, iterate);
  }

  iteratorFor(value: Value): ((value: never) => Iterator<Value>) | undefined {
    return this.iterators.get(typeIdOf(value));
  }

  /** Makes values of a type usable in `for`, where each value may have to be waited for. Throws TypeError for an unknown type name. */
  registerAsyncIterator(type: TypeName, iterate: (value: never) => AsyncIterator<Value>): void {
    const id = this.typeIds.get(type);
    if (id === undefined) throw new TypeError(`registering an iterator: unknown type '${type}'`);
    this.asyncIterators.set(id, iterate);
    this.version++;
  }

  asyncIteratorFor(value: Value): ((value: never) => AsyncIterator<Value>) | undefined {
    return this.asyncIterators.get(typeIdOf(value));
  }

  get hasAsyncIterators(): boolean {
    return this.asyncIterators.size > 0;
  }

  /** Whether anything asynchronous is registered at all. */
  get hasAsync(): boolean {
    return this.asyncNames.size > 0 || this.asyncIterators.size > 0;
  }

  /** The function for these arguments, or null. */
  resolve(name: string, args: readonly Value[]): NativeFn | null {
    return this.find(name, args)?.fn ?? null;
  }

  /** The overload for these arguments, or null. */
  find(name: string, args: readonly Value[]): Overload | null {
    const list = this.overloadsOf(overloadKey(name, args.length));
    if (list === undefined) return null;
    for (const overload of list) {
      const { types } = overload;
      let fits = true;
      for (let i = 0; i < types.length; i++) {
        if (types[i] !== DYNAMIC && types[i] !== typeIdOf(args[i])) {
          fits = false;
          break;
        }
      }
      if (fits) return overload;
    }
    return null;
  }

  /** Tells call sites to forget their choice: something outside of the registry has changed it. */
  touch(): void {
    this.version++;
  }

  /** Names with an asynchronous overload. */
  get asyncFunctions(): ReadonlySet<string> {
    return this.asyncNames;
  }

  /** All functions called `name`, whatever their arity. */
  named(name: string): NativeFn[] {
    return [...this.all()].filter((fn) => fn.name === name);
  }

  /** Whether any overload of `name` is asynchronous, or was before it was replaced. */
  isAsync(name: string): boolean {
    return this.asyncNames.has(name);
  }

  /** Whether any overload of `name` calls functions that it is given. */
  callsBack(name: string): boolean {
    return this.callbackNames.has(name);
  }

  /** Whether there is any function called `name`. */
  has(name: string): boolean {
    return this.names.has(name) || this.base?.has(name) === true;
  }

  /** Whether this very function is among them. */
  holds(fn: NativeFn): boolean {
    const list = this.overloadsOf(overloadKey(fn.name, fn.params.length));
    return list?.some((overload) => overload.fn === fn) === true;
  }

  *all(): IterableIterator<NativeFn> {
    for (const key of this.keys()) for (const { fn } of this.overloadsOf(key)!) yield fn;
  }

  /** In the order of the first registration. */
  private keys(): Iterable<string> {
    if (this.base === null) return this.overloads.keys();
    return new Set([...this.base.keys(), ...this.overloads.keys()]);
  }

  addPackage(pkg: Package): void {
    pkg.register(
      packageBuilder({
        register: (fn) => this.registerPackaged(fn),
        registerIterator: (type, iterate) => this.registerIterator(type, iterate),
        registerAsyncIterator: (type, iterate) => this.registerAsyncIterator(type, iterate),
        constants: this.constants,
      }),
    );
  }
}

function overloadKey(name: string, arity: number): string {
  return `${name}/${arity}`;
}

type Call = (...args: never[]) => unknown;

function nativeFn(
  name: string,
  params: readonly TypeName[],
  returns: TypeName,
  call: Call,
  receiver: Receiver,
  byRef: boolean,
  options: FnOptions = {},
): NativeFn {
  return {
    name,
    params,
    returns,
    receiver,
    byRef,
    call,
    usesContext: options.context ?? false,
    isAsync: options.isAsync ?? false,
    callsBack: options.callsBack ?? false,
    isStandardText: options.isStandardText,
    isPure: options.isPure ?? true,
    doc: options.doc ?? "",
    paramNames: options.paramNames ?? [],
  };
}

/** The builder that writes a package's functions into a registry. */
export function packageBuilder(registry: {
  register(fn: NativeFn): void;
  registerIterator(type: TypeName, iterate: (value: never) => Iterator<Value>): void;
  registerAsyncIterator(type: TypeName, iterate: (value: never) => AsyncIterator<Value>): void;
  readonly constants: Map<string, Value>;
}): PackageBuilder {
  const adder =
    (receiver: Receiver, byRef: boolean): PackageBuilder["fn"] =>
    (names, params, returns, call, options) => {
      for (const name of typeof names === "string" ? [names] : names) {
        registry.register(nativeFn(name, params, returns, call, receiver, byRef, options));
      }
    };
  return {
    fn: adder("value", false),
    pure: adder("ref", false),
    method: adder("mut", false),
    inPlace: adder("mut", true),
    getter: (property, type, returns, call, receiver = "ref", options) =>
      registry.register(nativeFn(`get$${property}`, [type], returns, call, receiver, false, options)),
    setter: (property, type, value, call, options) =>
      registry.register(nativeFn(`set$${property}`, [type, value], "()", call, "mut", false, options)),
    iterator: (type, iterate) => registry.registerIterator(type, iterate),
    asyncIterator: (type, iterate) => registry.registerAsyncIterator(type, iterate),
    constant: (name, value) => {
      registry.constants.set(name, value);
    },
  };
}
