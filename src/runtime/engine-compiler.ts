// EngineCompiler: compiles scripts with the settings and registrations of an engine, and links them.

import type { Ast } from "../lang/ast.ts";
import { compactText } from "../lang/compact.ts";
import { parse } from "../lang/compile.ts";
import { ParseError } from "../lang/errors.ts";
import { tokenizeOptions } from "../lang/lexer.ts";
import type { ParseOptions } from "../lang/options.ts";
import { exprTooDeep } from "../lang/parse-errors.ts";
import { NO_POSITION } from "../lang/position.ts";
import { AST } from "./ast.ts";
import { requireAst, requireScope, requireText } from "./check-arguments.ts";
import { DebuggerWatch } from "./debugger/watch.ts";
import { EngineEvents } from "./engine-events.ts";
import type { OptimizationLevel } from "./engine-settings.ts";
import { parsingError } from "./errors.ts";
import { NODE_LINKERS } from "./eval/dispatch.ts";
import { withinStack } from "./eval/native-error.ts";
import {
  type LinkVariant,
  linkProgram,
  type Program,
  type ProgramSettings,
  variantKey,
} from "./eval/program.ts";
import { explainSyntaxError } from "./explain/explain.ts";
import { readScript } from "./module/script-files.ts";
import { optimizeAst } from "./optimize/optimize.ts";
import { Scope } from "./scope.ts";
import type { Value } from "./value/value.ts";

/** Options of `Engine.compile`. */
export interface CompileOptions {
  /** Name of the source (a path), shown in errors of its functions. */
  readonly source?: string | null;
  /** Variables and constants that will be there when the script runs; constants are propagated into the code. */
  readonly scope?: Scope;
}

/** What a linked script depends on besides its text: when one of them changes, scripts are linked anew. */
type LinkFacts = readonly unknown[];

function areSame(one: LinkFacts, other: LinkFacts): boolean {
  return one.length === other.length && one.every((fact, i) => fact === other[i]);
}

function checkScript(text: string, source: string | null, scope: Scope): void {
  requireText("the text of a script", text);
  if (source !== null) requireText("the name of the source", source);
  requireScope(scope);
}

export class EngineCompiler extends EngineEvents {
  private programs = new WeakMap<Ast, { variants: Map<number, Program>; facts: LinkFacts }>();
  private readonly modules = new Map<string, Ast>();
  /** Statements that are JSON texts: no scripts that somebody would debug. */
  private readonly data = new WeakSet<Ast["statements"]>();

  /**
   * Compiles a script. See "Compile to AST for Repeated Evaluations" in Rhai's book.
   *
   * @throws ParseError with kind, position, span and often a hint.
   * @example
   * const script = engine.compile("40 + x", { scope: new Scope().push("x", 0) });
   */
  compile(text: string, { source = null, scope = new Scope() }: CompileOptions = {}): AST {
    checkScript(text, source, scope);
    const ast = parse(text, this.parseOptions("script", source, scope));
    return new AST(this.optimize(ast, scope, this.optimization));
  }
  /**
   * `compile` with a scope only; Rhai's `compile_with_scope`.
   *
   * @throws ParseError as `compile`.
   */
  compileWithScope(scope: Scope, text: string): AST {
    return this.compile(text, { scope });
  }
  /** Compiles an expression: no statements, no functions. Throws ParseError. */
  compileExpression(text: string, { source = null, scope = new Scope() }: CompileOptions = {}): AST {
    checkScript(text, source, scope);
    const ast = parse(text, this.parseOptions("expression", source, scope));
    return new AST(this.optimize(ast, scope, this.optimization));
  }
  /** Compiles a script file (a `#!` line is skipped); its path is the source. Throws EvalError (`ErrorSystem`) when it cannot be read. */
  compileFile(path: string, scope: Scope = new Scope()): AST {
    requireText("the path of a script file", path);
    return this.compile(readScript(this.scriptFiles, path), { source: path, scope });
  }
  /** Optimises a script again, for constants that a scope holds now. */
  optimizeAst(scope: Scope, ast: Ast, level: OptimizationLevel = this.optimization): AST {
    requireAst(ast);
    requireScope(scope);
    return new AST(this.optimize(ast, scope, level), ast instanceof AST ? ast.resolver : null);
  }

  /**
   * The text of a script without comments and needless white space: smaller, and it does the same. Names stay as they are.
   *
   * @throws ParseError when the text is no valid script.
   * @example
   * engine.compactScript("let x = 1;  // one\nx  +  1"); // "let x=1;x+1"
   */
  compactScript(text: string): string {
    requireText("the text of a script", text);
    const options = this.parseOptions("script", null, new Scope());
    const { customKeywords } = options;
    return compactText(text, parse(text, options), { ...tokenizeOptions(options), customKeywords });
  }

  /** Compiles for `eval...`: a syntax error becomes an EvalError of kind `ErrorParsing`. */
  protected compileToRun(compile: () => AST, source: string | null = null): AST {
    try {
      return compile();
    } catch (error) {
      throw error instanceof ParseError ? explainSyntaxError(parsingError(error), source) : error;
    }
  }

  /** @hidden */
  compileFor(mode: "eval" | "json", text: string): Ast {
    const ast = parse(text, this.parseOptions(mode, null, new Scope()));
    if (mode === "json") this.data.add(ast.statements);
    return ast;
  }
  /** @hidden */
  compileModule(text: string, source: string): Ast {
    const ast = this.compile(text, { source });
    this.modules.set(source, ast);
    return ast;
  }
  /** The module compiled last under this source name, or null; for what errors tell of their places. */
  protected moduleAst(source: string): Ast | null {
    return this.modules.get(source) ?? null;
  }

  /** @hidden */
  link(ast: Ast, variant: LinkVariant = {}): Program {
    this.refreshStaticModules();
    const facts = this.linkFacts();
    let known = this.programs.get(ast);
    if (known === undefined || !areSame(known.facts, facts)) {
      known = { variants: new Map(), facts };
      this.programs.set(ast, known);
    }
    const key = variantKey(variant);
    let program = known.variants.get(key);
    if (program === undefined) {
      program = withinStack(() => linkProgram(ast, this.linkSettings(ast), variant));
      known.variants.set(key, program);
    }
    return program;
  }

  private linkFacts(): LinkFacts {
    const { progress, callbacks } = this.hooks;
    const facts: unknown[] = [this.registry.version, this.moduleResolver.isAsync === true];
    facts.push(progress !== null, this.hooks.debugger !== null);
    for (const callback of Object.values(callbacks)) facts.push(Boolean(callback));
    facts.push(...Object.values(this.options), ...Object.values(this.limits));
    return facts;
  }

  private linkSettings(ast: Ast): ProgramSettings {
    const { maxOperations, maxStringSize, maxArraySize, maxMapSize } = this.limits;
    const { progress, callbacks } = this.hooks;
    const isDebugged = this.hooks.debugger !== null && !this.data.has(ast.statements);
    return {
      options: { ...this.options },
      limits: { ...this.limits },
      registry: this.registry,
      metered: maxOperations > 0 || progress !== null || isDebugged,
      countsSingly:
        progress !== null || isDebugged || callbacks.variable !== null || callbacks.definition !== null,
      asksVariables: callbacks.variable !== null,
      asksDefinitions: callbacks.definition !== null,
      waitsAnywhere: callbacks.isMissingFunctionAsync || isDebugged,
      watch: isDebugged ? new DebuggerWatch() : null,
      sized: maxStringSize > 0 || maxArraySize > 0 || maxMapSize > 0,
      nodes: NODE_LINKERS,
      globalModules: this.globalModules,
      staticNatives: this.staticNatives,
      globalNamespace: this.globalNamespace,
      asyncImports: this.moduleResolver.isAsync === true,
      embedded: ast instanceof AST ? ast.resolver : null,
    };
  }

  private optimize(ast: Ast, scope: Scope, level: OptimizationLevel): Ast {
    const latest = new Map<string, { isConstant: boolean; value: Value }>();
    for (const [name, isConstant, value] of scope) latest.set(name, { isConstant, value });
    const constants = [...latest].flatMap(([name, { isConstant, value }]) =>
      isConstant ? [{ name, value }] : [],
    );
    const { options, registry, limits } = this;
    return withinStack(
      () => optimizeAst(ast, { level, options, registry, constants, limits }),
      () => exprTooDeep(NO_POSITION),
    );
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
      ...this.parseCallbacks,
      // JSON is no script.
      ...(mode === "json" ? { mapToken: null } : {}),
    };
  }
}
