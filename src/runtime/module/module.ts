// Modules: variables, functions and sub-modules that scripts reach as `name::item`.

import type { ScriptFnDef } from "../../lang/ast.ts";
import { isValidIdentifier } from "../../lang/literals.ts";
import type { ScriptFn } from "../eval/frame.ts";
import type { NativeFn, Package } from "../function/native.ts";
import { FunctionRegistry } from "../function/registry.ts";
import { isHostHandle } from "../host/host-object.ts";
import { HostTypes } from "../host/host-types.ts";
import { type HostFunction, type RegisterOptions, registerHostFn } from "../host/register-fn.ts";
import type { HostTypeName } from "../host/type-names.ts";
import { Container } from "../value/containers.ts";
import type { Value } from "../value/value.ts";
import { NativeSet, takeItems } from "./native-set.ts";

/** What a module has to know of an engine to use its host classes; an `Engine` is one. */
export interface ModuleHost {
  readonly registry: FunctionRegistry;
  readonly types: HostTypes;
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

export interface ModuleCount {
  readonly variables: number;
  readonly functions: number;
  readonly iterators: number;
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
  doc = "";
  readonly variables = new Map<string, Value>();
  readonly modules = new Map<string, Module>();
  /** Public script functions by `name/arity`. */
  readonly scriptFunctions = new Map<string, ScriptFn>();
  /** Typed methods by `type.name/arity`: callable unqualified wherever the module is imported. */
  readonly methods = new Map<string, ScriptFn>();
  private natives: NativeSet | null = null;

  /** @param host the engine whose host classes the module's functions and variables use; not needed for built-in types. */
  constructor(private readonly host: ModuleHost | null = null) {}

  /** Native functions and iterators, made on first use. */
  get nativeSet(): NativeSet {
    this.natives ??= new NativeSet();
    return this.natives;
  }
  get functions(): FunctionRegistry {
    return this.nativeSet.registry;
  }
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
  containsVar(name: string): boolean {
    return this.variables.has(name);
  }
  /** Throws TypeError for a name that is no identifier, and for a module that contains this one. */
  setSubModule(name: string, module: Module): this {
    checkItemName("sub-module", name);
    if (reaches(module, this, new Set()))
      throw new TypeError(`sub-module '${name}' contains the module itself`);
    this.modules.set(name, module);
    return this;
  }
  getSubModule(name: string): Module | undefined {
    return this.modules.get(name);
  }
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
  /** The typed method of this module or of its sub-modules, or null. */
  findMethod(key: string): ScriptFn | null {
    const own = this.methods.get(key);
    if (own !== undefined) return own;
    for (const sub of this.modules.values()) {
      const found = sub.findMethod(key);
      if (found !== null) return found;
    }
    return null;
  }

  /**
   * Adds a native function; see `Engine.registerFn`. One with the same name and parameter types is replaced.
   * Throws TypeError, saying what is wrong with name, types or function.
   */
  setNativeFn(
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
    return this.setNativeFn(`get$${property}`, [type], fn, { receiver: "ref", global: true, ...options });
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
    return this.setNativeFn(`set$${property}`, [type, value], fn, all);
  }
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
    return this.setNativeFn("index$get$", [type, index], fn, { receiver: "ref", global: true, ...options });
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
    return this.setNativeFn("index$set$", [type, index, value], fn, all);
  }
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
  /** Makes a type usable in `for`: `iterate(object)` gives the items. */
  setIterator(type: HostTypeName, iterate: (object: never) => Iterable<unknown>): this {
    this.checkClasses([type]);
    const { types } = this;
    this.nativeSet.iterators.set(types.nameOf(type), function* (value: never): Generator<Value> {
      const handle: unknown = value;
      const object = isHostHandle(handle) ? handle.instance : types.toHost(value);
      for (const item of iterate(object as never)) yield types.toValue(item, "dynamic");
    });
    return this;
  }
  /** Adds the functions, iterators and constants of a package. */
  addPackage(pkg: Package): this {
    this.nativeSet.addPackage(pkg, this.variables);
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
  /** The native function that an unqualified call with these arguments means, here or in sub-modules, or null. */
  findGlobalNative(name: string, args: readonly Value[]): NativeFn | null {
    const own = this.natives?.resolveGlobal(name, args) ?? null;
    if (own !== null) return own;
    for (const sub of this.modules.values()) {
      const found = sub.findGlobalNative(name, args);
      if (found !== null) return found;
    }
    return null;
  }
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
    return this;
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
