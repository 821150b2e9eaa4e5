// Engine: compiles and runs scripts; the embedding API.

import type { Ast } from "../lang/ast.ts";
import { parse } from "../lang/compile.ts";
import { ParseError } from "../lang/errors.ts";
import type { ParseOptions } from "../lang/options.ts";
import type { Position } from "../lang/position.ts";
import { AST } from "./ast.ts";
import { ExitSignal } from "./control.ts";
import { EngineRegistration } from "./engine-registration.ts";
import type { OptimizationLevel } from "./engine-settings.ts";
import { EvalError, parsingError } from "./errors.ts";
import { NODE_LINKERS } from "./eval/dispatch.ts";
import { Frame, LEAVE, NO_THIS } from "./eval/frame.ts";
import { languagePackage } from "./eval/language-package.ts";
import { mainLibrary } from "./eval/library.ts";
import type { LinkSettings } from "./eval/linker.ts";
import { NativeContext } from "./eval/native-context.ts";
import { linkProgram, type Program } from "./eval/program.ts";
import { type EngineServices, Run } from "./eval/run.ts";
import { isStackOverflow } from "./eval/native-error.ts";
import type { CallContext, Package } from "./function/native.ts";
import { FileModuleResolver } from "./module/file-resolver.ts";
import { DummyModuleResolver } from "./module/static-resolver.ts";
import { optimizeAst } from "./optimize/optimize.ts";
import { standardPackages } from "./packages/standard.ts";
import { Scope } from "./scope.ts";
import type { Value } from "./value/value.ts";

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
export class Engine extends EngineRegistration implements EngineServices {
  private programs = new WeakMap<Ast, { program: Program; stamp: string }>();

  constructor(packages: readonly Package[] = [...standardPackages, languagePackage]) {
    super(new FileModuleResolver());
    for (const pkg of packages) this.registry.addPackage(pkg);
  }

  /** An engine without any function, and without modules: what it can do is what you register. */
  static raw(): Engine {
    return new Engine([]).setModuleResolver(new DummyModuleResolver());
  }

  /** Compiles a script. Throws ParseError. */
  compile(text: string, { source = null, scope = new Scope() }: CompileOptions = {}): AST {
    const ast = parse(text, this.parseOptions("script", source, scope));
    return new AST(this.optimize(ast, scope, this.optimization));
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
    const latest = new Map<string, { isConstant: boolean; value: Value }>();
    for (const [name, isConstant, value] of scope) latest.set(name, { isConstant, value });
    const constants = [...latest].flatMap(([name, { isConstant, value }]) => (isConstant ? [{ name, value }] : []));
    const { options, registry, limits } = this;
    return optimizeAst(ast, { level, options, registry, constants, limits });
  }

  private parseOptions(mode: ParseOptions["mode"], source: string | null, scope: Scope): ParseOptions {
    const { maxExprDepth, maxFunctionExprDepth, maxFunctions, maxStringSize, maxArraySize, maxMapSize } =
      this.limits;
    return {
      language: this.options,
      limits: { maxExprDepth, maxFunctionExprDepth, maxFunctions, maxStringSize, maxArraySize, maxMapSize },
      disabledSymbols: this.disabledSymbols,
      customOperators: this.customOperators,
      customSyntax: this.customSyntax,
      customKeywords: this.customKeywords,
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
