// EngineSettings: language options, limits, callbacks and resolver of an engine; the lowest layer of `Engine`.

import { DEFAULT_LANGUAGE_OPTIONS, type LanguageOptions } from "../lang/options.ts";
import { columnOf, lineOf, type Position } from "../lang/position.ts";
import { kindOf, requireFunction, requireText } from "./check-arguments.ts";
import { noCallbacks } from "./eval/callbacks.ts";
import { DEFAULT_LIMITS, type Hooks, type Limits } from "./eval/run.ts";
import type { ModuleResolver } from "./module/resolver.ts";
import { hostFiles, type ScriptFiles } from "./module/script-files.ts";
import type { Value } from "./value/value.ts";

/** How much a script is optimised when it is compiled; see "Script Optimization" in Rhai's book. */
export type OptimizationLevel = "none" | "simple" | "full";

/** Prints as Rhai does without a callback: place, then text. */
function defaultDebug(text: string, source: string | null, position: Position): void {
  const place = `${lineOf(position)}:${columnOf(position)}`;
  console.log(`${source === null ? place : `${source} @ ${place}`} > ${text}`);
}

/** A limit: a whole number that is not negative, or Infinity. */
function count(name: string, value: number): number {
  if ((Number.isInteger(value) && value >= 0) || value === Number.POSITIVE_INFINITY) return value;
  throw new RangeError(`${name} must be a whole number that is not negative, not ${String(value)}`);
}

/** A limit of which 0 stands for `unlimited`, as Infinity does. */
function limit(name: string, value: number, unlimited: number): number {
  const checked = count(name, value);
  return checked === 0 || checked === Number.POSITIVE_INFINITY ? unlimited : checked;
}

/**
 * Settings of an engine; see "Engine Configuration Options" and "Safety and Protection Against DoS Attacks" in Rhai's book.
 * Change them before compiling: a script that is compiled keeps the options it was compiled with.
 */
export class EngineSettings {
  /** Language options; the `setAllow...` methods change them. */
  readonly options: LanguageOptions = { ...DEFAULT_LANGUAGE_OPTIONS };
  /** Limits of runs and scripts; the `setMax...` methods check what they set. */
  readonly limits: Limits = { ...DEFAULT_LIMITS };
  /** @hidden */
  readonly hooks: Hooks = {
    print: (text) => console.log(text),
    debug: defaultDebug,
    progress: null,
    callbacks: noCallbacks(),
    debugger: null,
  };
  protected optimization: OptimizationLevel = "simple";
  protected readonly disabledSymbols = new Set<string>();
  private files: ScriptFiles = hostFiles;
  constructor(
    /** What finds modules for `import`. */
    public moduleResolver: ModuleResolver,
  ) {}

  /** Finds modules for `import`; see "Module Resolvers" in Rhai's book. */
  setModuleResolver(resolver: ModuleResolver): this {
    if (typeof resolver?.resolve !== "function")
      throw new TypeError("a module resolver needs a function resolve(path, context)");
    this.moduleResolver = resolver;
    return this;
  }
  /** How script files are read: from the file system unless `setScriptFiles` says otherwise. */
  get scriptFiles(): ScriptFiles {
    return this.files;
  }
  /**
   * Reads script files another way: out of an archive, a database, or in a browser, which has no file system.
   *
   * @throws TypeError when `files` has no function `readText`.
   * @example
   * const pages: Record<string, string> = { "main.rhai": `import "tax"; tax::of(100)`, "tax.rhai": "fn of(x) { x * 19 / 100 }" };
   * engine.setScriptFiles({ readText: (path) => pages[path] });
   * engine.evalFileSync("main.rhai"); // 19
   */
  setScriptFiles(files: ScriptFiles): this {
    if (typeof files?.readText !== "function") {
      throw new TypeError("script files need a function readText(path) that returns the text of a file");
    }
    this.files = files;
    return this;
  }
  /** How much scripts are optimised. Default `simple`. */
  get optimizationLevel(): OptimizationLevel {
    return this.optimization;
  }
  /**
   * Sets how much scripts are optimised from now on.
   *
   * @throws TypeError for a level that does not exist.
   */
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
    requireText("a keyword or operator", symbol);
    this.disabledSymbols.add(symbol);
    return this;
  }
  /** Whether `disableSymbol` has switched a keyword or operator off. */
  isSymbolDisabled(symbol: string): boolean {
    return this.disabledSymbols.has(symbol);
  }

  /** Receives what scripts `print`. An error it throws is raised in the script, as those of host functions are. */
  onPrint(callback: (text: string) => void): this {
    requireFunction("onPrint", callback);
    this.hooks.print = callback;
    return this;
  }
  /** Receives what scripts `debug`, with source and position. */
  onDebug(callback: (text: string, source: string | null, position: Position) => void): this {
    requireFunction("onDebug", callback);
    this.hooks.debug = callback;
    return this;
  }
  /**
   * Called with the number of operations so far. A result other than undefined ends the run with it (`ErrorTerminated`), and so
   * does an error that it throws, which is the `cause` then.
   */
  onProgress(callback: ((operations: number) => Value) | null): this {
    if (callback !== null) requireFunction("onProgress", callback);
    this.hooks.progress = callback;
    return this;
  }

  private option(name: keyof LanguageOptions, enable: boolean): this {
    if (typeof enable !== "boolean")
      throw new TypeError(`the option ${name} is true or false, not ${kindOf(enable)}`);
    this.options[name] = enable;
    return this;
  }
  /** Allow `let x = if a { 1 } else { 2 };`. Default true. */
  setAllowIfExpression(enable: boolean): this {
    return this.option("allowIfExpression", enable);
  }
  /** Allow `let x = switch a { ... };`. Default true. */
  setAllowSwitchExpression(enable: boolean): this {
    return this.option("allowSwitchExpression", enable);
  }
  /** Allow loops as expressions, `let x = loop { break 1; };`. Default true. */
  setAllowLoopExpressions(enable: boolean): this {
    return this.option("allowLoopExpressions", enable);
  }
  /** Allow blocks as expressions, `let x = { 1 + 1 };`. Default true. */
  setAllowStatementExpression(enable: boolean): this {
    return this.option("allowStatementExpression", enable);
  }
  /** Allow closures. Default true. */
  setAllowAnonymousFn(enable: boolean): this {
    return this.option("allowAnonymousFn", enable);
  }
  /** Allow `loop`, `while`, `do` and `for`. Default true. */
  setAllowLooping(enable: boolean): this {
    return this.option("allowLooping", enable);
  }
  /** Allow a variable of the name of another in the same scope. Default true. */
  setAllowShadowing(enable: boolean): this {
    return this.option("allowShadowing", enable);
  }
  /** Make unknown variables syntax errors. Default false; see "Strict Variables Mode" in Rhai's book. */
  setStrictVariables(enable: boolean): this {
    return this.option("strictVariables", enable);
  }
  /** Make reading a property that an object map does not have an error. Default false: it yields `()`. */
  setFailOnInvalidMapProperty(enable: boolean): this {
    return this.option("failOnInvalidMapProperty", enable);
  }
  /**
   * Let operators of built-in types skip what is registered for them. Default true; see "Fast Operators Mode" in
   * Rhai's book.
   */
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
    this.limits.maxVariables = count("maxVariables", variables);
    return this;
  }
  /** Functions a script may define, closures included; 0 allows none, Infinity is unlimited. */
  setMaxFunctions(functions: number): this {
    this.limits.maxFunctions = count("maxFunctions", functions);
    return this;
  }
  /** Modules a run may import; 0 allows none, Infinity is unlimited. */
  setMaxModules(modules: number): this {
    this.limits.maxModules = count("maxModules", modules);
    return this;
  }
}
