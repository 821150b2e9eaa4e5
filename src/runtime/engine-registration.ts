// EngineRegistration: functions, types, modules, operators and syntax that hosts add to an engine.

import { isKeyword } from "../lang/literals.ts";
import type { CustomSyntaxRule } from "../lang/options.ts";
import { precedenceOf } from "../lang/precedence.ts";
import { EngineSettings } from "./engine-settings.ts";
import type { Package } from "./function/native.ts";
import { FunctionRegistry } from "./function/registry.ts";
import {
  type CustomSyntaxFunction,
  type CustomSyntaxOptions,
  customSyntaxRule,
} from "./host/custom-syntax.ts";
import { defineHostType, type TypeDefinition } from "./host/define-type.ts";
import { isHostHandle } from "./host/host-object.ts";
import { HostTypes } from "./host/host-types.ts";
import {
  type HostFunction,
  type RegisterOptions,
  type RegistrationTarget,
  registerHostFn,
} from "./host/register-fn.ts";
import type { HostClass, HostTypeName } from "./host/type-names.ts";
import type { Module } from "./module/module.ts";
import type { ModuleResolver } from "./module/resolver.ts";
import type { Value } from "./value/value.ts";

export class EngineRegistration extends EngineSettings {
  readonly registry: FunctionRegistry;
  /** Host classes known to this engine. */
  readonly types: HostTypes;
  /** Modules that every script sees under a name. */
  readonly globalModules = new Map<string, Module>();
  protected readonly customOperators = new Map<string, number>();
  protected readonly customSyntax = new Map<string, CustomSyntaxRule>();
  protected readonly customKeywords = new Set<string>();

  /** `packaged`: functions to begin with. */
  constructor(resolver: ModuleResolver, packaged: FunctionRegistry) {
    super(resolver);
    this.registry = new FunctionRegistry(packaged);
    this.types = new HostTypes(this.registry);
  }

  isCustomOperator(name: string): boolean {
    return this.customOperators.has(name);
  }
  private get target(): RegistrationTarget {
    return {
      registry: this.registry,
      types: this.types,
      isCustomOperator: (symbol) => this.customOperators.has(symbol),
    };
  }

  /**
   * Registers a function that scripts can call, in call style and as a method of its first parameter's type.
   *
   * @param name identifier or operator symbol.
   * @param params parameter types: Rhai type names (`int`, `float`, `bool`, `char`, `string`, `array`, `map`, `blob`, `Fn`,
   *   `range`, `timestamp`, `()`, `dynamic`) or registered classes. Functions of one name are told apart by them.
   * @param fn the implementation; gets JS values (see `RegisterOptions.raw` for script values). An error it throws can be caught
   *   by the script and carries the JS error as `cause`.
   * @throws TypeError for a wrong name, an unknown type, or a function that takes more arguments than there are types.
   * @example
   * engine.registerFn("area", ["float", "float"], (w, h) => w * h, { returns: "float" });
   */
  registerFn(
    name: string,
    params: readonly HostTypeName[],
    fn: HostFunction,
    options: RegisterOptions = {},
  ): this {
    registerHostFn(this.target, name, params, fn, options, false);
    return this;
  }
  /**
   * Registers an asynchronous function: it returns a promise, and the script that calls it waits for the result as if the
   * function were synchronous. Scripts that may call it have to be run by `eval`, not `evalSync`.
   */
  registerAsyncFn(
    name: string,
    params: readonly HostTypeName[],
    fn: HostFunction,
    options: RegisterOptions = {},
  ): this {
    registerHostFn(this.target, name, params, fn, options, true);
    return this;
  }
  /** Registers a property getter, `fn(object)`. */
  registerGet(property: string, type: HostTypeName, fn: HostFunction, options: RegisterOptions = {}): this {
    return this.registerFn(`get$${property}`, [type], fn, { receiver: "ref", ...options });
  }
  /** Registers a property getter that returns a promise. */
  registerAsyncGet(
    property: string,
    type: HostTypeName,
    fn: HostFunction,
    options: RegisterOptions = {},
  ): this {
    return this.registerAsyncFn(`get$${property}`, [type], fn, { receiver: "ref", ...options });
  }
  /** Registers a property setter that returns a promise. */
  registerAsyncSet(property: string, type: HostTypeName, value: HostTypeName, fn: HostFunction): this {
    return this.registerAsyncFn(`set$${property}`, [type, value], fn, { receiver: "mut" });
  }
  /** Registers a property setter, `fn(object, value)`; it is not called on constants. */
  registerSet(
    property: string,
    type: HostTypeName,
    value: HostTypeName,
    fn: HostFunction,
    options: RegisterOptions = {},
  ): this {
    return this.registerFn(`set$${property}`, [type, value], fn, { receiver: "mut", ...options });
  }
  registerGetSet(
    property: string,
    type: HostTypeName,
    value: HostTypeName,
    get: HostFunction,
    set: HostFunction,
  ): this {
    return this.registerGet(property, type, get, { returns: value }).registerSet(property, type, value, set);
  }
  /** Registers `object[index]`, `fn(object, index)`. Arrays, maps, strings, INT and blobs keep their own indexing. */
  registerIndexerGet(
    type: HostTypeName,
    index: HostTypeName,
    fn: HostFunction,
    options: RegisterOptions = {},
  ): this {
    this.refuseBuiltInIndexer(type);
    return this.registerFn("index$get$", [type, index], fn, { receiver: "ref", ...options });
  }
  /** Registers `object[index] = value`, `fn(object, index, value)`. */
  registerIndexerSet(type: HostTypeName, index: HostTypeName, value: HostTypeName, fn: HostFunction): this {
    this.refuseBuiltInIndexer(type);
    return this.registerFn("index$set$", [type, index, value], fn, { receiver: "mut" });
  }
  registerIndexerGetSet(
    type: HostTypeName,
    index: HostTypeName,
    value: HostTypeName,
    get: HostFunction,
    set: HostFunction,
  ): this {
    return this.registerIndexerGet(type, index, get, { returns: value }).registerIndexerSet(
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
  registerIterator(type: HostTypeName, iterate: (object: never) => Iterable<unknown>): this {
    const { types } = this;
    this.registry.registerIterator(types.nameOf(type), function* (value: never): Generator<Value> {
      const handle: unknown = value;
      const object = isHostHandle(handle) ? handle.instance : types.toHost(handle as Value);
      for (const item of iterate(object as never)) yield types.toValue(item, "dynamic");
    });
    return this;
  }
  /** Makes a type usable in `for`, which waits for each item: `iterate(object)` is an async iterable. */
  registerAsyncIterator(type: HostTypeName, iterate: (object: never) => AsyncIterable<unknown>): this {
    const { types } = this;
    this.registry.registerAsyncIterator(
      types.nameOf(type),
      async function* (value: never): AsyncGenerator<Value> {
        const handle: unknown = value;
        const object = isHostHandle(handle) ? handle.instance : types.toHost(handle as Value);
        for await (const item of iterate(object as never)) yield types.toValue(item, "dynamic");
      },
    );
    return this;
  }
  /** Makes instances of a class usable as script values; `defineType` does that and more in one piece. */
  registerType(type: HostClass, name: string = type.name): this {
    this.types.register(type, name);
    return this;
  }
  /** Registers a class as a script type with constructors, methods, properties, indexers, operators ... */
  defineType(definition: TypeDefinition): this {
    defineHostType(this.target, definition);
    return this;
  }

  /** Adds a package's functions to the global namespace. */
  registerPackage(pkg: Package): this {
    this.registry.addPackage(pkg);
    return this;
  }
  /** Adds the native functions and variables of a module to the global namespace. */
  registerGlobalModule(module: Module): this {
    for (const fn of module.functions.all()) this.registry.register(fn);
    for (const [name, value] of module.variables) this.registry.constants.set(name, value);
    return this;
  }
  /** Makes a module visible to every script as `name::item`. */
  registerStaticModule(name: string, module: Module): this {
    if (module.id === null) module.id = name;
    this.globalModules.set(name, module);
    return this;
  }

  /**
   * Adds a binary operator, a symbol or word that is not in use, with a precedence from 1 to 255; register a function of
   * that name with two parameters for it. See "Custom Operators" in Rhai's book.
   */
  registerCustomOperator(symbol: string, precedence: number): this {
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
    const rule = customSyntaxRule([first], evaluate, options, this.types);
    this.customKeywords.add(first);
    this.customSyntax.set(first, { ...rule, next });
    return this;
  }
}
