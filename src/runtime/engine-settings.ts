// EngineSettings: language options, limits, callbacks and resolver of an engine; the lowest layer of `Engine`.

import { DEFAULT_LANGUAGE_OPTIONS, type LanguageOptions } from "../lang/options.ts";
import { columnOf, lineOf, type Position } from "../lang/position.ts";
import { DEFAULT_LIMITS, type Hooks, type Limits } from "./eval/run.ts";
import type { ModuleResolver } from "./module/resolver.ts";
import type { Value } from "./value/value.ts";

export type OptimizationLevel = "none" | "simple" | "full";

/** Prints as Rhai does without a callback: place, then text. */
function defaultDebug(text: string, source: string | null, position: Position): void {
  const place = `${lineOf(position)}:${columnOf(position)}`;
  console.log(`${source === null ? place : `${source} @ ${place}`} > ${text}`);
}

/** A limit: a whole number that is not negative. `unlimited` is what 0 stands for. */
function limit(name: string, value: number, unlimited: number): number {
  if (!(Number.isInteger(value) && value >= 0) && value !== Number.POSITIVE_INFINITY) {
    throw new RangeError(`${name} must be a whole number that is not negative, not ${value}`);
  }
  return value === 0 || value === Number.POSITIVE_INFINITY ? unlimited : value;
}

/**
 * Settings of an engine; see "Engine Configuration Options" and "Safety and Protection Against DoS Attacks" in Rhai's book.
 * Change them before compiling: a script that is compiled keeps the options it was compiled with.
 */
export class EngineSettings {
  readonly options: LanguageOptions = { ...DEFAULT_LANGUAGE_OPTIONS };
  readonly limits: Limits = { ...DEFAULT_LIMITS };
  readonly hooks: Hooks = { print: (text) => console.log(text), debug: defaultDebug, progress: null };
  protected optimization: OptimizationLevel = "simple";
  protected readonly disabledSymbols = new Set<string>();
  constructor(public moduleResolver: ModuleResolver) {}

  setModuleResolver(resolver: ModuleResolver): this {
    this.moduleResolver = resolver;
    return this;
  }
  get optimizationLevel(): OptimizationLevel {
    return this.optimization;
  }
  setOptimizationLevel(level: OptimizationLevel): this {
    if (level !== "none" && level !== "simple" && level !== "full") {
      throw new TypeError(
        `optimization level must be "none", "simple" or "full", not ${JSON.stringify(level)}`,
      );
    }
    this.optimization = level;
    return this;
  }
  /** Switches a keyword or operator off: using it is a syntax error. */
  disableSymbol(symbol: string): this {
    this.disabledSymbols.add(symbol);
    return this;
  }
  isSymbolDisabled(symbol: string): boolean {
    return this.disabledSymbols.has(symbol);
  }

  /** Receives what scripts `print`. */
  onPrint(callback: (text: string) => void): this {
    this.hooks.print = callback;
    return this;
  }
  /** Receives what scripts `debug`, with source and position. */
  onDebug(callback: (text: string, source: string | null, position: Position) => void): this {
    this.hooks.debug = callback;
    return this;
  }
  /** Called with the number of operations so far; a result other than undefined ends the run with it (ErrorTerminated). */
  onProgress(callback: ((operations: number) => Value) | null): this {
    this.hooks.progress = callback;
    return this;
  }

  private option(name: keyof LanguageOptions, enable: boolean): this {
    this.options[name] = enable;
    return this;
  }
  setAllowIfExpression(enable: boolean): this {
    return this.option("allowIfExpression", enable);
  }
  setAllowSwitchExpression(enable: boolean): this {
    return this.option("allowSwitchExpression", enable);
  }
  setAllowLoopExpressions(enable: boolean): this {
    return this.option("allowLoopExpressions", enable);
  }
  setAllowStatementExpression(enable: boolean): this {
    return this.option("allowStatementExpression", enable);
  }
  setAllowAnonymousFn(enable: boolean): this {
    return this.option("allowAnonymousFn", enable);
  }
  setAllowLooping(enable: boolean): this {
    return this.option("allowLooping", enable);
  }
  setAllowShadowing(enable: boolean): this {
    return this.option("allowShadowing", enable);
  }
  setStrictVariables(enable: boolean): this {
    return this.option("strictVariables", enable);
  }
  setFailOnInvalidMapProperty(enable: boolean): this {
    return this.option("failOnInvalidMapProperty", enable);
  }
  setFastOperators(enable: boolean): this {
    return this.option("fastOperators", enable);
  }

  /** Operations a run may perform; 0: unlimited. */
  setMaxOperations(operations: number): this {
    this.limits.maxOperations = limit("maxOperations", operations, 0);
    return this;
  }
  /** Nesting of function calls; default 64. */
  setMaxCallLevels(levels: number): this {
    this.limits.maxCallLevels = levels === 0 ? 0 : limit("maxCallLevels", levels, Number.POSITIVE_INFINITY);
    return this;
  }
  /** Nesting of expressions, at the top level and inside functions; 0: unlimited. */
  setMaxExprDepths(maxExprDepth: number, maxFunctionExprDepth: number): this {
    this.limits.maxExprDepth = limit("maxExprDepth", maxExprDepth, 0);
    this.limits.maxFunctionExprDepth = limit("maxFunctionExprDepth", maxFunctionExprDepth, 0);
    return this;
  }
  /** Length of strings in UTF-8 bytes; 0: unlimited. */
  setMaxStringSize(bytes: number): this {
    this.limits.maxStringSize = limit("maxStringSize", bytes, 0);
    return this;
  }
  /** Elements of arrays and bytes of blobs, nested ones included; 0: unlimited. */
  setMaxArraySize(items: number): this {
    this.limits.maxArraySize = limit("maxArraySize", items, 0);
    return this;
  }
  /** Properties of object maps, nested ones included; 0: unlimited. */
  setMaxMapSize(properties: number): this {
    this.limits.maxMapSize = limit("maxMapSize", properties, 0);
    return this;
  }
  /** Variables in a scope; 0 allows none, Infinity is unlimited. */
  setMaxVariables(variables: number): this {
    this.limits.maxVariables = variables;
    return this;
  }
  /** Functions a script may define, closures included; 0 allows none, Infinity is unlimited. */
  setMaxFunctions(functions: number): this {
    this.limits.maxFunctions = functions;
    return this;
  }
  /** Modules a run may import; 0 allows none, Infinity is unlimited. */
  setMaxModules(modules: number): this {
    this.limits.maxModules = modules;
    return this;
  }
}
