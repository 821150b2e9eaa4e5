// EngineRegistration: functions, types, modules, operators and syntax that hosts add to an engine.

import { isKeyword } from "../lang/literals.ts";
import type { CustomSyntaxRule } from "../lang/options.ts";
import { precedenceOf } from "../lang/precedence.ts";
import { requireFunction, requireText } from "./check-arguments.ts";
import { EngineSettings } from "./engine-settings.ts";
import type { NativeFn, Package } from "./function/native.ts";
import { FunctionRegistry } from "./function/registry.ts";
import type {
  AccessorArguments,
  HostArguments,
  NoRegisterOptions,
  ReceiverOf,
} from "./host/argument-types.ts";
import {
  type CustomSyntaxFunction,
  type CustomSyntaxOptions,
  customSyntaxRule,
} from "./host/custom-syntax.ts";
import { defineHostType, type TypeDefinition } from "./host/define-type.ts";
import { hostAsyncIterator, hostIterator } from "./host/host-iterator.ts";
import { HostTypes } from "./host/host-types.ts";
import {
  type HostFunction,
  hostNative,
  type RegisterOptions,
  type RegistrationTarget,
  registerHostFn,
} from "./host/register-fn.ts";
import { getterName, type HostClass, type HostTypeName, setterName } from "./host/type-names.ts";
import { GlobalNamespace } from "./module/global-namespace.ts";
import type { Module } from "./module/module.ts";
import type { ModuleResolver } from "./module/resolver.ts";
import { addStaticModule, requireModule } from "./module/static-modules.ts";
import { compareStrings } from "./value/containers.ts";
import type { PointerFunction } from "./value/fn-ptr.ts";

export class EngineRegistration extends EngineSettings {
  /** @hidden */
  readonly registry: FunctionRegistry;
  /** Host classes known to this engine. @hidden */
  readonly types: HostTypes;
  /** Modules that every script sees under a name. @hidden */
  readonly globalModules = new Map<string, Module>();
  /** Script functions that every script sees. @hidden */
  readonly globalNamespace = new GlobalNamespace();
  /** What static modules let scripts use without their names, in the order of those. @hidden */
  staticNatives: readonly FunctionRegistry[] = [];
  /** Static modules have typed methods. @hidden */
  hasStaticMethods = false;
  private staticVersion = 0;
  /** Functions behind pointers (`FnPtr.fromFn`), with conversions. */
  private readonly pointerFunctions = new WeakMap<PointerFunction, NativeFn>();
  protected readonly customOperators = new Map<string, number>();
  protected readonly customSyntax = new Map<string, CustomSyntaxRule>();
  protected readonly customKeywords = new Set<string>();

  /** `packaged`: functions to begin with. */
  constructor(resolver: ModuleResolver, packaged: FunctionRegistry) {
    super(resolver);
    this.registry = new FunctionRegistry(packaged);
    this.types = new HostTypes(this.registry);
  }

  /** Whether a symbol or word was registered as an operator. */
  isCustomOperator(name: string): boolean {
    return this.customOperators.has(name);
  }
  private get target(): RegistrationTarget & { readonly registry: FunctionRegistry } {
    return {
      registry: this.registry,
      types: this.types,
      isCustomOperator: (symbol) => this.customOperators.has(symbol),
    };
  }

  private register(
    name: string,
    params: readonly HostTypeName[],
    fn: HostFunction,
    options: RegisterOptions,
    isAsync = false,
  ): this {
    registerHostFn(this.target, name, params, fn, options, isAsync);
    return this;
  }

  /**
   * Registers a function that scripts can call, in call style and as a method of its first parameter's type. See "Register a
   * Rust Function" in Rhai's book.
   *
   * @param name identifier or operator symbol.
   * @param params parameter types: Rhai type names (`int`, `float`, `bool`, `char`, `string`, `array`, `map`, `blob`, `Fn`,
   *   `range`, `timestamp`, `()`, `dynamic`) or registered classes. Functions of one name are told apart by them.
   * @param fn the implementation; gets JS values (see `RegisterOptions.raw` for script values). An error it throws can be caught
   *   by the script and carries the JS error as `cause`.
   * @param options how arguments and result are passed, documentation.
   * @returns the engine.
   * @throws TypeError for a wrong name, an unknown type, or a function that takes more arguments than there are types.
   * @example
   * engine.registerFn("area", ["float", "float"], (w, h) => w * h, { returns: "float" });
   */
  registerFn<
    const Params extends readonly HostTypeName[],
    const Options extends RegisterOptions = NoRegisterOptions,
  >(
    name: string,
    params: Params,
    fn: (...args: HostArguments<Params, Options>) => unknown,
    options?: Options,
  ): this {
    return this.register(name, params, fn as HostFunction, options ?? {});
  }
  /**
   * Registers an asynchronous function: it returns a promise, and the script that calls it waits for the result as if the
   * function were synchronous. Scripts that may call it have to be run by `eval`, not `evalSync`. Arguments as for `registerFn`.
   *
   * @throws TypeError as `registerFn`.
   * @example
   * engine.registerAsyncFn("price_of", ["string"], async (item) => (await fetch(`${api}/${item}`)).json());
   */
  registerAsyncFn<
    const Params extends readonly HostTypeName[],
    const Options extends RegisterOptions = NoRegisterOptions,
  >(
    name: string,
    params: Params,
    fn: (...args: HostArguments<Params, Options>) => unknown,
    options?: Options,
  ): this {
    return this.register(name, params, fn as HostFunction, options ?? {}, true);
  }
  /**
   * Registers a property getter, `fn(object)`. See "Custom Type Property Getters and Setters" in Rhai's book.
   *
   * @throws TypeError as `registerFn`.
   * @example
   * engine.registerType(Account).registerGet("balance", Account, (account) => account.balance);
   */
  registerGet<const Type extends HostTypeName, const Options extends RegisterOptions = NoRegisterOptions>(
    property: string,
    type: Type,
    fn: (...args: AccessorArguments<Type, [], Options>) => unknown,
    options?: Options,
  ): this {
    return this.register(getterName(property), [type], fn as HostFunction, { receiver: "ref", ...options });
  }
  /**
   * Registers a property getter that returns a promise, which the script waits for.
   *
   * @throws TypeError as `registerFn`.
   */
  registerAsyncGet<
    const Type extends HostTypeName,
    const Options extends RegisterOptions = NoRegisterOptions,
  >(
    property: string,
    type: Type,
    fn: (...args: AccessorArguments<Type, [], Options>) => unknown,
    options?: Options,
  ): this {
    return this.register(
      getterName(property),
      [type],
      fn as HostFunction,
      { receiver: "ref", ...options },
      true,
    );
  }
  /**
   * Registers a property setter that returns a promise, which the script waits for.
   *
   * @throws TypeError as `registerFn`.
   */
  registerAsyncSet<const Type extends HostTypeName, const Value extends HostTypeName>(
    property: string,
    type: Type,
    value: Value,
    fn: (...args: AccessorArguments<Type, [Value]>) => unknown,
  ): this {
    return this.register(setterName(property), [type, value], fn as HostFunction, { receiver: "mut" }, true);
  }
  /**
   * Registers a property setter, `fn(object, value)`; it is not called on constants.
   *
   * @throws TypeError as `registerFn`.
   */
  registerSet<
    const Type extends HostTypeName,
    const Value extends HostTypeName,
    const Options extends RegisterOptions = NoRegisterOptions,
  >(
    property: string,
    type: Type,
    value: Value,
    fn: (...args: AccessorArguments<Type, [Value], Options>) => unknown,
    options?: Options,
  ): this {
    return this.register(setterName(property), [type, value], fn as HostFunction, {
      receiver: "mut",
      ...options,
    });
  }
  /**
   * Registers a getter and a setter of one property.
   *
   * @throws TypeError as `registerFn`.
   */
  registerGetSet<const Type extends HostTypeName, const Value extends HostTypeName>(
    property: string,
    type: Type,
    value: Value,
    get: (...args: AccessorArguments<Type>) => unknown,
    set: (...args: AccessorArguments<Type, [Value]>) => unknown,
  ): this {
    return this.register(getterName(property), [type], get as HostFunction, {
      receiver: "ref",
      returns: value,
    }).registerSet(property, type, value, set);
  }
  /**
   * Registers `object[index]`, `fn(object, index)`. Arrays, maps, strings, INT and blobs keep their own indexing. See "Custom
   * Type Indexers" in Rhai's book.
   *
   * @throws TypeError for a type that the language indexes itself, and as `registerFn`.
   */
  registerIndexerGet<
    const Type extends HostTypeName,
    const Index extends HostTypeName,
    const Options extends RegisterOptions = NoRegisterOptions,
  >(
    type: Type,
    index: Index,
    fn: (...args: AccessorArguments<Type, [Index], Options>) => unknown,
    options?: Options,
  ): this {
    this.refuseBuiltInIndexer(type);
    return this.register("index$get$", [type, index], fn as HostFunction, { receiver: "ref", ...options });
  }
  /**
   * Registers `object[index] = value`, `fn(object, index, value)`.
   *
   * @throws TypeError as `registerIndexerGet`.
   */
  registerIndexerSet<
    const Type extends HostTypeName,
    const Index extends HostTypeName,
    const Value extends HostTypeName,
  >(
    type: Type,
    index: Index,
    value: Value,
    fn: (...args: AccessorArguments<Type, [Index, Value]>) => unknown,
  ): this {
    this.refuseBuiltInIndexer(type);
    return this.register("index$set$", [type, index, value], fn as HostFunction, { receiver: "mut" });
  }
  /**
   * Registers reading and writing by index.
   *
   * @throws TypeError as `registerIndexerGet`.
   */
  registerIndexerGetSet<
    const Type extends HostTypeName,
    const Index extends HostTypeName,
    const Value extends HostTypeName,
  >(
    type: Type,
    index: Index,
    value: Value,
    get: (...args: AccessorArguments<Type, [Index]>) => unknown,
    set: (...args: AccessorArguments<Type, [Index, Value]>) => unknown,
  ): this {
    this.refuseBuiltInIndexer(type);
    const options: RegisterOptions = { receiver: "ref", returns: value };
    return this.register("index$get$", [type, index], get as HostFunction, options).registerIndexerSet(
      type,
      index,
      value,
      set,
    );
  }
  private refuseBuiltInIndexer(type: HostTypeName): void {
    const name = this.types.nameOf(type);
    if (["array", "map", "string", "i64", "blob"].includes(name)) {
      throw new TypeError(`cannot register an indexer for ${name}: the language has its own`);
    }
  }
  /** Makes a type usable in `for`: `iterate(object)` gives the items. */
  registerIterator<const Type extends HostTypeName>(
    type: Type,
    iterate: (object: ReceiverOf<Type>) => Iterable<unknown>,
  ): this {
    requireFunction("registering an iterator", iterate);
    this.registry.registerIterator(this.types.nameOf(type), hostIterator(this.types, iterate));
    return this;
  }
  /** Makes a type usable in `for`, which waits for each item: `iterate(object)` is an async iterable. */
  registerAsyncIterator<const Type extends HostTypeName>(
    type: Type,
    iterate: (object: ReceiverOf<Type>) => AsyncIterable<unknown>,
  ): this {
    requireFunction("registering an iterator", iterate);
    this.registry.registerAsyncIterator(this.types.nameOf(type), hostAsyncIterator(this.types, iterate));
    return this;
  }
  /** Makes instances of a class usable as script values; `defineType` does that and more in one piece. */
  registerType(type: HostClass, name: string = type.name): this {
    this.types.register(type, name);
    return this;
  }
  /**
   * Registers a class as a script type in one piece: constructors, methods, properties, indexers, operators, iteration, text. See
   * "Build a Custom Type" in Rhai's book.
   *
   * @returns the engine.
   * @throws TypeError for a mistake in the definition.
   * @example
   * engine.defineType({
   *   name: "Counter",
   *   class: Counter,
   *   constructors: { counter: { call: () => new Counter() } },
   *   methods: { add: { params: ["int"], call: (counter, by: number) => counter.add(by), readonly: false } },
   *   properties: { total: { get: (counter) => counter.total } },
   * });
   */
  defineType<Class extends HostClass>(definition: TypeDefinition<Class>): this {
    defineHostType(this.target, definition as unknown as TypeDefinition);
    return this;
  }

  /** Adds a package's functions to the global namespace. */
  registerPackage(pkg: Package): this {
    if (typeof pkg?.register !== "function")
      throw new TypeError("expected a package, as definePackage makes it");
    this.registry.addPackage(pkg);
    return this;
  }
  /**
   * Adds what a module holds, except for its sub-modules, to the global namespace: functions of both kinds, iterators and
   * variables, which all scripts see as constants. Functions that are registered one by one come first.
   */
  registerGlobalModule(module: Module): this {
    requireModule("registerGlobalModule", module);
    this.globalNamespace.add(module, this.registry);
    return this;
  }
  /**
   * Makes a module visible to every script as `name::item`. Its global functions, property accessors, iterators and typed methods,
   * those of sub-modules too, can be used without the name. A name like `a::b` puts it into a module `a`.
   *
   * @throws TypeError for a name that is no identifier or path of identifiers.
   */
  registerStaticModule(name: string, module: Module): this {
    requireModule("registerStaticModule", module);
    addStaticModule(this.globalModules, name, module);
    this.staticVersion = -1;
    return this;
  }
  /** @hidden */
  nativeOf(name: string, fn: PointerFunction): NativeFn {
    let native = this.pointerFunctions.get(fn);
    if (native === undefined) {
      const options = { context: true, raw: fn.raw };
      native = hostNative(this.types, name, [], fn.call, options, fn.isAsync);
      this.pointerFunctions.set(fn, native);
    }
    return native;
  }
  /** Looks again at what static modules offer without their names, when they have changed. */
  protected refreshStaticModules(): void {
    if (this.globalModules.size === 0) return;
    const modules = [...this.globalModules]
      .sort(([a], [b]) => compareStrings(a, b))
      .map(([, module]) => module);
    const version = Math.max(...modules.map((module) => module.version));
    if (version === this.staticVersion) return;
    this.staticVersion = version;
    this.staticNatives = modules.map(({ exposed }) => exposed).filter((exposed) => exposed !== null);
    this.hasStaticMethods = modules.some((module) => module.hasMethods);
    this.registry.touch();
  }

  /**
   * Adds a binary operator, a symbol or word that is not in use, with a precedence from 1 to 255; register a function of
   * that name with two parameters for it. See "Custom Operators" in Rhai's book.
   */
  registerCustomOperator(symbol: string, precedence: number): this {
    requireText("an operator", symbol);
    if (!Number.isInteger(precedence) || precedence < 1 || precedence > 255) {
      throw new RangeError(
        `precedence of operator '${symbol}' must be a whole number from 1 to 255, not ${precedence}`,
      );
    }
    const inUse = isKeyword(symbol) || precedenceOf(symbol) > 0;
    if (inUse && !this.disabledSymbols.has(symbol))
      throw new TypeError(`'${symbol}' is in use by the language: disable it first`);
    this.customOperators.set(symbol, precedence);
    return this;
  }
  /**
   * Adds syntax: a list of keywords, symbols and placeholders (`$expr$`, `$block$`, `$ident$`, `$symbol$`, `$bool$`, `$int$`,
   * `$float$`, `$string$`, `$inner$`, `$raw$`), the first of which is a word or symbol of its own. See "Custom Syntax".
   */
  registerCustomSyntax(
    symbols: readonly string[],
    evaluate: CustomSyntaxFunction,
    options: CustomSyntaxOptions = {},
  ): this {
    const rule = customSyntaxRule(symbols, evaluate, options, this.types);
    for (const word of symbols) if (!word.startsWith("$")) this.customKeywords.add(word);
    this.customSyntax.set(symbols[0], rule);
    return this;
  }
  /** The look-ahead form of custom syntax: `next` decides after each symbol what comes. See "Custom Syntax Parser". */
  registerCustomSyntaxWithState(
    first: string,
    next: CustomSyntaxRule["next"],
    evaluate: CustomSyntaxFunction,
    options: CustomSyntaxOptions = {},
  ): this {
    requireFunction("registering custom syntax", next);
    const rule = customSyntaxRule([first], evaluate, options, this.types);
    this.customKeywords.add(first);
    this.customSyntax.set(first, { ...rule, next });
    return this;
  }
}
