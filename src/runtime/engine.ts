// Engine: compiles and runs scripts; the embedding API.

import type { Ast } from "../lang/ast.ts";
import { parse } from "../lang/compile.ts";
import { ParseError } from "../lang/errors.ts";
import { DEFAULT_LANGUAGE_OPTIONS, type LanguageOptions, type ParseOptions } from "../lang/options.ts";
import type { Position } from "../lang/position.ts";
import { ExitSignal } from "./control.ts";
import { EvalError, parsingError } from "./errors.ts";
import { NODE_LINKERS } from "./eval/dispatch.ts";
import { Frame, LEAVE, NO_THIS } from "./eval/frame.ts";
import { languagePackage } from "./eval/language-package.ts";
import { mainLibrary } from "./eval/library.ts";
import type { LinkSettings } from "./eval/linker.ts";
import { NativeContext } from "./eval/native-context.ts";
import { linkProgram, type Program } from "./eval/program.ts";
import { DEFAULT_LIMITS, type EngineServices, type Hooks, type Limits, Run } from "./eval/run.ts";
import { isStackOverflow } from "./eval/script-call.ts";
import type { CallContext, Package } from "./function/native.ts";
import { FunctionRegistry } from "./function/registry.ts";
import { FileModuleResolver } from "./module/file-resolver.ts";
import type { Module } from "./module/module.ts";
import type { ModuleResolver } from "./module/resolver.ts";
import { optimizeAst } from "./optimize/optimize.ts";
import { standardPackages } from "./packages/standard.ts";
import { Scope } from "./scope.ts";
import type { Value } from "./value/value.ts";

export type OptimizationLevel = "none" | "simple" | "full";

export interface CompileOptions {
  /** Name of the source (a path), shown in errors of its functions. */
  readonly source?: string | null;
  /** Variables and constants that will be there when the script runs. */
  readonly scope?: Scope;
}

/**
 * A Rhai engine with the standard library; see "Hello World" in Rhai's book.
 *
 * @example
 * const engine = new Engine();
 * engine.evalSync("40 + 2"); // 42
 */
export class Engine implements EngineServices {
  /** Language options; change them before compiling. */
  readonly options: LanguageOptions = { ...DEFAULT_LANGUAGE_OPTIONS };
  readonly limits: Limits = { ...DEFAULT_LIMITS };
  readonly registry = new FunctionRegistry();
  readonly globalModules = new Map<string, Module>();
  readonly hooks: Hooks = { print: (text) => console.log(text), debug: defaultDebug, progress: null };
  moduleResolver: ModuleResolver;
  private optimization: OptimizationLevel = "simple";
  private readonly disabledSymbols = new Set<string>();
  private programs = new WeakMap<Ast, { program: Program; stamp: string }>();

  constructor() {
    for (const pkg of standardPackages) this.registry.addPackage(pkg);
    this.registry.addPackage(languagePackage);
    this.moduleResolver = new FileModuleResolver();
  }

  setOptimizationLevel(level: OptimizationLevel): this {
    this.optimization = level;
    return this;
  }
  /** Switches a keyword or operator off: using it is a syntax error. */
  disableSymbol(symbol: string): this {
    this.disabledSymbols.add(symbol);
    return this;
  }
  onPrint(callback: (text: string) => void): this {
    this.hooks.print = callback;
    return this;
  }
  onDebug(callback: (text: string, source: string | null, position: Position) => void): this {
    this.hooks.debug = callback;
    return this;
  }
  /** Called with the number of operations so far; a result other than undefined ends the run with it. */
  onProgress(callback: ((operations: number) => Value) | null): this {
    this.hooks.progress = callback;
    return this;
  }
  setModuleResolver(resolver: ModuleResolver): this {
    this.moduleResolver = resolver;
    return this;
  }
  registerPackage(pkg: Package): this {
    this.registry.addPackage(pkg);
    return this;
  }
  registerStaticModule(name: string, module: Module): this {
    this.globalModules.set(name, module);
    return this;
  }

  /** Compiles a script. Throws ParseError. */
  compile(text: string, { source = null, scope = new Scope() }: CompileOptions = {}): Ast {
    const ast = parse(text, this.parseOptions("script", source, scope));
    return this.optimize(ast, scope, this.optimization);
  }

  /** Runs a script and returns its value. Throws EvalError, also for syntax errors (kind `ErrorParsing`). */
  evalSync(text: string, scope: Scope = new Scope(), source: string | null = null): Value {
    let ast: Ast;
    try {
      ast = this.compile(text, { source, scope });
    } catch (error) {
      throw error instanceof ParseError ? parsingError(error) : error;
    }
    return this.evalAstSync(ast, scope);
  }

  /** Runs a compiled script; its top-level variables are added to `scope`. Throws EvalError. */
  evalAstSync(ast: Ast, scope: Scope = new Scope()): Value {
    const program = this.link(ast);
    const run = new Run(this, ast.source);
    const frame = new Frame(
      run,
      new Array(program.frameSize).fill(undefined),
      NO_THIS,
      mainLibrary(program.table),
      null,
      0,
      ast.source,
    );
    frame.outer = scope;
    frame.defined = [];
    const before = scope.length;
    try {
      const result = program.body(frame);
      return result === LEAVE ? frame.leaveValue : result;
    } catch (error) {
      if (error instanceof ExitSignal) return error.value;
      throw isStackOverflow(error) ? new EvalError("ErrorStackOverflow") : error;
    } finally {
      keepVariables(scope, before, frame);
    }
  }

  compileFor(mode: "eval" | "json", text: string): Ast {
    return parse(text, this.parseOptions(mode, null, new Scope()));
  }

  compileModule(text: string, source: string): Ast {
    return this.compile(text, { source });
  }

  link(ast: Ast): Program {
    const stamp = JSON.stringify([
      this.options,
      this.limits,
      this.hooks.progress !== null,
      this.registry.version,
    ]);
    const known = this.programs.get(ast);
    if (known !== undefined && known.stamp === stamp) return known.program;
    const program = linkProgram(ast, this.linkSettings());
    this.programs.set(ast, { program, stamp });
    return program;
  }

  createContext(frame: Frame, fnName: string, position: Position, receiverConstant: boolean): CallContext {
    return new NativeContext(frame, fnName, position, receiverConstant);
  }

  private linkSettings(): LinkSettings {
    const { maxOperations, maxStringSize, maxArraySize, maxMapSize } = this.limits;
    return {
      options: { ...this.options },
      limits: { ...this.limits },
      registry: this.registry,
      metered: maxOperations > 0 || this.hooks.progress !== null,
      sized: maxStringSize > 0 || maxArraySize > 0 || maxMapSize > 0,
      nodes: NODE_LINKERS,
    };
  }

  private optimize(ast: Ast, scope: Scope, level: OptimizationLevel): Ast {
    const constants: { name: string; value: Value }[] = [];
    for (const [name, isConstant, value] of scope) if (isConstant) constants.push({ name, value });
    return optimizeAst(ast, { level, options: this.options, registry: this.registry, constants });
  }

  private parseOptions(mode: ParseOptions["mode"], source: string | null, scope: Scope): ParseOptions {
    const { maxExprDepth, maxFunctionExprDepth, maxFunctions, maxStringSize, maxArraySize, maxMapSize } =
      this.limits;
    return {
      language: this.options,
      limits: { maxExprDepth, maxFunctionExprDepth, maxFunctions, maxStringSize, maxArraySize, maxMapSize },
      disabledSymbols: this.disabledSymbols,
      customOperators: new Map(),
      customSyntax: new Map(),
      scope: [...scope.iterate()].map(([name, constant]) => ({ name, constant })),
      isKnownModule: (name) => this.globalModules.has(name),
      mode,
      source,
      mapToken: null,
    };
  }
}

/** Adds what a script defined at its top level to the host's scope. */
function keepVariables(scope: Scope, before: number, frame: Frame): void {
  void before;
  const seen = new Set<number>();
  for (const { name, slot, constant } of frame.defined ?? []) {
    if (seen.has(slot)) continue;
    seen.add(slot);
    scope.pushEntry(name, frame.slots[slot], constant);
  }
  for (const { name, value, constant } of frame.dynamic ?? []) scope.pushEntry(name, value, constant);
}

function defaultDebug(text: string, source: string | null, position: Position): void {
  const line = Math.floor(position / 65536);
  const where = source === null ? `${line}:${position % 65536}` : `${source} @ ${line}:${position % 65536}`;
  console.log(`${where} > ${text}`);
}
