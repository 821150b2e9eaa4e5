// Modules: variables, functions and sub-modules that scripts reach as `name::item`.

import type { ScriptFnDef } from "../../lang/ast.ts";
import { isValidIdentifier } from "../../lang/literals.ts";
import { kindOf } from "../check-arguments.ts";
import type { ScriptFn } from "../eval/frame.ts";
import type { NativeFn, Package } from "../function/native.ts";
import { FunctionRegistry } from "../function/registry.ts";
import type { HostArguments, NoRegisterOptions } from "../host/argument-types.ts";
import { hostAsyncIterator, hostIterator } from "../host/host-iterator.ts";
import { HostTypes } from "../host/host-types.ts";
import { type HostFunction, type RegisterOptions, registerHostFn } from "../host/register-fn.ts";
import { getterName, type HostTypeName, setterName } from "../host/type-names.ts";
import { Container } from "../value/containers.ts";
import type { Value } from "../value/value.ts";
import { NativeSet, nextChange, takeItems } from "./native-set.ts";

/** What a module has to know of an engine to use its host classes; an `Engine` is one. */
export interface ModuleHost {
  /** @hidden */
  readonly registry: FunctionRegistry;
  /** @hidden */
  readonly types: HostTypes;
  /** @hidden */
  isCustomOperator?(name: string): boolean;
}

/** Options of a module's native function. */
export interface ModuleFnOptions extends RegisterOptions {
  /** Also callable without the module's name, as functions, methods and operators are. Default false. */
  readonly global?: boolean;
  /** Returns a promise that the script waits for. Default false. */
  readonly async?: boolean;
}

/** A function of a module: a native or a script function. */
export type ModuleFunction = { readonly isGlobal: boolean } & (
  | { readonly native: NativeFn; readonly script: null }
  | { readonly native: null; readonly script: ScriptFnDef }
);

/** How many items a module has. */
export interface ModuleCount {
  /** Variables. */
  readonly variables: number;
  /** Functions of both kinds. */
  readonly functions: number;
  /** Types made usable in `for`. */
  readonly iterators: number;
  /** Sub-modules. */
  readonly modules: number;
}

/** Stands in for a registry while one function is made. */
class OneFunction extends FunctionRegistry {
  made: NativeFn | null = null;
  override register(fn: NativeFn): void {
    this.made = fn;
  }
}

/**
 * A module: made by importing a script, or by the host. See "Modules" in Rhai's book.
 *
 * @example
 * const geometry = new Module().setVar("PI", 3.14159).setNativeFn("area", ["float"], (r) => 3.14159 * r * r, { returns: "float" });
 * engine.registerStaticModule("geometry", geometry); // script: geometry::area(2.0)
 */
export class Module {
  /** Name or path of the source; shown in error messages. */
  id: string | null = null;
  /** Module documentation. */
  doc = "";
  /** Variables, which scripts see as constants, by name. */
  readonly variables = new Map<string, Value>();
  /** Sub-modules by name. */
  readonly modules = new Map<string, Module>();
  /** Public script functions by `name/arity`. @hidden */
  readonly scriptFunctions = new Map<string, ScriptFn>();
  /** Typed methods by `type.name/arity`: callable unqualified wherever the module is imported. @hidden */
  readonly methods = new Map<string, ScriptFn>();
  private natives: NativeSet | null = null;
  /** When a sub-module was added last, or all was removed. */
  private changed = 0;
  private exposedNatives: FunctionRegistry | null = null;
  private exposedAt = -1;

  /** @param host the engine whose host classes the module's functions and variables use; not needed for built-in types. */
  constructor(private readonly host: ModuleHost | null = null) {}

  /** Native functions and iterators, made on first use. @hidden */
  get nativeSet(): NativeSet {
    this.natives ??= new NativeSet();
    return this.natives;
  }
  /** @hidden */
  get functions(): FunctionRegistry {
    return this.nativeSet.registry;
  }
  /** @hidden */
  get hasNativeFunctions(): boolean {
    return this.natives !== null;
  }
  /** Sets a variable, which scripts see as a constant; JS data is converted. Throws TypeError for a name that is no identifier. */
  setVar(name: string, value: unknown): this {
    checkItemName("variable", name);
    this.variables.set(name, this.types.toValue(value, "dynamic"));
    return this;
  }
  /** A copy of the variable's value, or undefined; see `containsVar`. */
  getVar(name: string): Value {
    const value = this.variables.get(name);
    return value instanceof Container ? value.copy() : value;
  }
  /** Whether there is a variable of this name. */
  containsVar(name: string): boolean {
    return this.variables.has(name);
  }
  /** Throws TypeError for a name that is no identifier, and for a module that contains this one. */
  setSubModule(name: string, module: Module): this {
    checkItemName("sub-module", name);
    if (!(module instanceof Module))
      throw new TypeError(`setSubModule expects a Module, got ${kindOf(module)}`);
    if (reaches(module, this, new Set()))
      throw new TypeError(`sub-module '${name}' contains the module itself`);
    this.modules.set(name, module);
    this.changed = nextChange();
    return this;
  }
  /** The sub-module of this name, or undefined. */
  getSubModule(name: string): Module | undefined {
    return this.modules.get(name);
  }
  /** Whether there is a sub-module of this name. */
  containsSubModule(name: string): boolean {
    return this.modules.has(name);
  }
  /** The module at the end of a path of names, or null. */
  resolve(path: readonly string[]): Module | null {
    let module: Module | undefined = this;
    for (const name of path) {
      module = module.modules.get(name);
      if (module === undefined) return null;
    }
    return module;
  }
  /** The typed method of this module or of its sub-modules, or null. @hidden */
  findMethod(key: string): ScriptFn | null {
    const own = this.methods.get(key);
    if (own !== undefined) return own;
    for (const sub of this.modules.values()) {
      const found = sub.findMethod(key);
      if (found !== null) return found;
    }
    return null;
  }

  /** Whether there are typed methods, here or in sub-modules. @hidden */
  get hasMethods(): boolean {
    if (this.methods.size > 0) return true;
    for (const sub of this.modules.values()) if (sub.hasMethods) return true;
    return false;
  }

  /**
   * Adds a native function; see `Engine.registerFn`. One with the same name and parameter types is replaced.
   *
   * @throws TypeError, saying what is wrong with name, types or function.
   */
  setNativeFn<
    const Params extends readonly HostTypeName[],
    const Options extends ModuleFnOptions = NoRegisterOptions,
  >(
    name: string,
    params: Params,
    fn: (...args: HostArguments<Params, Options>) => unknown,
    options?: Options,
  ): this {
    return this.setHostFn(name, params, fn as HostFunction, options);
  }
  /** `setNativeFn` for functions whose types only the caller knows. */
  setHostFn(
    name: string,
    params: readonly HostTypeName[],
    fn: HostFunction,
    options: ModuleFnOptions = {},
  ): this {
    this.checkClasses(params);
    const maker = new OneFunction();
    const isCustomOperator = (symbol: string) => this.host?.isCustomOperator?.(symbol) ?? false;
    const target = { registry: maker, types: this.types, isCustomOperator };
    registerHostFn(target, name, params, fn, options, options.async ?? false);
    if (maker.made !== null) this.nativeSet.add(maker.made, options.global ?? false, this.host?.registry);
    return this;
  }
  /** Adds a property getter, `fn(object)`: for all scripts that import the module. */
  setGetterFn(property: string, type: HostTypeName, fn: HostFunction, options: ModuleFnOptions = {}): this {
    return this.setHostFn(getterName(property), [type], fn, { receiver: "ref", global: true, ...options });
  }
  /** Adds a property setter, `fn(object, value)`. */
  setSetterFn(
    property: string,
    type: HostTypeName,
    value: HostTypeName,
    fn: HostFunction,
    options: ModuleFnOptions = {},
  ): this {
    const all: ModuleFnOptions = { receiver: "mut", global: true, ...options };
    return this.setHostFn(setterName(property), [type, value], fn, all);
  }
  /** Adds a getter and a setter of one property. */
  setGetterSetterFn(
    property: string,
    type: HostTypeName,
    value: HostTypeName,
    get: HostFunction,
    set: HostFunction,
  ): this {
    return this.setGetterFn(property, type, get, { returns: value }).setSetterFn(property, type, value, set);
  }
  /** Adds `object[index]`, `fn(object, index)`. */
  setIndexerGetFn(
    type: HostTypeName,
    index: HostTypeName,
    fn: HostFunction,
    options: ModuleFnOptions = {},
  ): this {
    return this.setHostFn("index$get$", [type, index], fn, { receiver: "ref", global: true, ...options });
  }
  /** Adds `object[index] = value`, `fn(object, index, value)`. */
  setIndexerSetFn(
    type: HostTypeName,
    index: HostTypeName,
    value: HostTypeName,
    fn: HostFunction,
    options: ModuleFnOptions = {},
  ): this {
    const all: ModuleFnOptions = { receiver: "mut", global: true, ...options };
    return this.setHostFn("index$set$", [type, index, value], fn, all);
  }
  /** Adds reading and writing by index. */
  setIndexerGetSetFn(
    type: HostTypeName,
    index: HostTypeName,
    value: HostTypeName,
    get: HostFunction,
    set: HostFunction,
  ): this {
    return this.setIndexerGetFn(type, index, get, { returns: value }).setIndexerSetFn(
      type,
      index,
      value,
      set,
    );
  }
  /** Makes a type usable in `for`, for all scripts that import the module: `iterate(object)` gives the items. */
  setIterator(type: HostTypeName, iterate: (object: never) => Iterable<unknown>): this {
    this.checkClasses([type]);
    const { types } = this;
    this.nativeSet.addIterator(types.nameOf(type), hostIterator(types, iterate), this.host?.registry);
    return this;
  }
  /** The same for an async iterable: `for` waits for each item. */
  setAsyncIterator(type: HostTypeName, iterate: (object: never) => AsyncIterable<unknown>): this {
    this.checkClasses([type]);
    const { types } = this;
    const iterator = hostAsyncIterator(types, iterate);
    this.nativeSet.addAsyncIterator(types.nameOf(type), iterator, this.host?.registry);
    return this;
  }
  /** Adds the functions, iterators and constants of a package. */
  addPackage(pkg: Package): this {
    this.nativeSet.addPackage(pkg, this.variables, this.host?.registry);
    return this;
  }

  /** Whether there is a function of this name, native or script; with `arity`, one with so many parameters. */
  containsFn(name: string, arity?: number): boolean {
    for (const { native, script } of this.iterFunctions()) {
      const fn = native ?? script;
      if (fn.name === name && (arity === undefined || fn.params.length === arity)) return true;
    }
    return false;
  }
  /** The public script function of this name and number of parameters, or null. */
  getScriptFn(name: string, arity: number): ScriptFnDef | null {
    return this.scriptFunctions.get(`${name}/${arity}`)?.def ?? null;
  }
  /** All functions of the module itself, natives first. */
  *iterFunctions(): IterableIterator<ModuleFunction> {
    if (this.natives !== null) {
      for (const native of this.natives.registry.all())
        yield { native, script: null, isGlobal: this.natives.isGlobal(native) };
    }
    for (const { def } of this.scriptFunctions.values()) yield { native: null, script: def, isGlobal: false };
    for (const { def } of this.methods.values()) yield { native: null, script: def, isGlobal: true };
  }
  /** The native function that an unqualified call with these arguments means, here or in sub-modules, or null. @hidden */
  findGlobalNative(name: string, args: readonly Value[]): NativeFn | null {
    return this.exposed?.resolve(name, args) ?? null;
  }
  /**
   * What scripts may use without the module's name: global native functions and iterators, those of sub-modules included.
   * Null when there are none.
   * @hidden
   */
  get exposed(): FunctionRegistry | null {
    const version = this.version;
    if (version !== this.exposedAt) {
      this.exposedNatives = this.exposesAnything ? this.exposeTo(new FunctionRegistry()) : null;
      this.exposedAt = version;
    }
    return this.exposedNatives;
  }
  /** Grows whenever natives or sub-modules are added, here or in sub-modules. @hidden */
  get version(): number {
    let latest = Math.max(this.changed, this.natives?.changed ?? 0);
    for (const sub of this.modules.values()) latest = Math.max(latest, sub.version);
    return latest;
  }
  private get exposesAnything(): boolean {
    if (this.natives?.exposesAnything) return true;
    for (const sub of this.modules.values()) if (sub.exposesAnything) return true;
    return false;
  }
  /** Items of the module itself replace those of its sub-modules. */
  private exposeTo(registry: FunctionRegistry): FunctionRegistry {
    for (const sub of this.modules.values()) sub.exposeTo(registry);
    this.natives?.exposeTo(registry);
    return registry;
  }
  /** Whether there is nothing in it. */
  get isEmpty(): boolean {
    const { variables, functions, iterators, modules } = this.count();
    return variables + functions + iterators + modules === 0;
  }
  /** How many items of its own the module has. */
  count(): ModuleCount {
    const functions = [...this.iterFunctions()].length;
    const iterators = (this.natives?.iterators.size ?? 0) + (this.natives?.asyncIterators.size ?? 0);
    return { variables: this.variables.size, functions, iterators, modules: this.modules.size };
  }
  /** Removes everything, id and doc included. */
  clear(): this {
    this.id = null;
    this.doc = "";
    for (const map of [this.variables, this.modules, this.scriptFunctions, this.methods]) map.clear();
    this.natives = null;
    this.changed = nextChange();
    return this;
  }

  /** A module of its own with the same items; its sub-modules are shared. */
  clone(): Module {
    const copy = new Module(this.host).combine(this);
    copy.id = this.id;
    return copy;
  }
  /** Adds all items of another module; they replace those of the same name here. Its sub-modules are shared, not copied. */
  combine(other: Module): this {
    for (const [name, module] of other.modules) this.setSubModule(name, module);
    return this.take(other, false);
  }
  /** The same as `combine`: modules are not consumed here, as Rust's `combine` does. */
  merge(other: Module): this {
    return this.combine(other);
  }
  /** Adds the items of another module and of its sub-modules on one level; higher levels win over lower ones. */
  combineFlatten(other: Module): this {
    for (const module of other.modules.values()) this.combineFlatten(module);
    return this.take(other, false);
  }
  /** Adds the items of another module that are missing here. */
  fillWith(other: Module): this {
    for (const [name, module] of other.modules) {
      if (!this.modules.has(name)) this.setSubModule(name, module);
    }
    return this.take(other, true);
  }
  private take(other: Module, onlyMissing: boolean): this {
    if (other.natives !== null) this.nativeSet.take(other.natives, onlyMissing);
    const variables = new Map([...other.variables.keys()].map((name) => [name, other.getVar(name)]));
    takeItems(this.variables, variables, onlyMissing);
    takeItems(this.scriptFunctions, other.scriptFunctions, onlyMissing);
    takeItems(this.methods, other.methods, onlyMissing);
    if (other.doc !== "") this.doc = this.doc === "" ? other.doc : `${this.doc}\n${other.doc}`;
    return this;
  }

  private get types(): HostTypes {
    return this.host?.types ?? BUILT_IN_TYPES;
  }
  private checkClasses(params: readonly HostTypeName[]): void {
    if (this.host !== null || !Array.isArray(params)) return;
    const unknown = params.find((type) => typeof type === "function");
    if (unknown === undefined) return;
    throw new TypeError(
      `the module does not know class ${unknown.name}: make it with the engine that does, new Module(engine)`,
    );
  }
}

/** Conversion for modules that belong to no engine: they know no host classes. */
const BUILT_IN_TYPES = new HostTypes(new FunctionRegistry());

function reaches(from: Module, target: Module, seen: Set<Module>): boolean {
  if (from === target) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return [...from.modules.values()].some((module) => reaches(module, target, seen));
}

function checkItemName(what: string, name: string): void {
  if (typeof name === "string" && isValidIdentifier(name)) return;
  throw new TypeError(`'${String(name)}' cannot be the name of a ${what}: it is no identifier`);
}
