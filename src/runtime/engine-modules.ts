// EngineModules: scripts as modules, and scripts that bring their modules along.

import type { Ast } from "../lang/ast.ts";
import { NO_POSITION } from "../lang/position.ts";
import { AST } from "./ast.ts";
import { requireAst, requireScope } from "./check-arguments.ts";
import { EngineCalls } from "./engine-calls.ts";
import type { CompileOptions } from "./engine-compiler.ts";
import type { StartOptions } from "./engine-runs.ts";
import { Frame, NO_THIS } from "./eval/frame.ts";
import { loadModule } from "./eval/import.ts";
import { ending, type Later, recovering, whenDone } from "./eval/later.ts";
import { evaluateModule } from "./eval/module-run.ts";
import { importsOfFunctions, importsOfScript } from "./module/literal-imports.ts";
import type { Module } from "./module/module.ts";
import { StaticModuleResolver } from "./module/static-resolver.ts";
import { cancellationFor, type RunOptions, type SyncRunOptions } from "./run-options.ts";
import { Scope } from "./scope.ts";

export class EngineModules extends EngineCalls {
  /** Makes a module of a script that may have to wait for something; see `evalAstAsModuleSync`. */
  async evalAstAsModule(ast: Ast, options: RunOptions = {}): Promise<Module> {
    const { scope = new Scope() } = options;
    const cancellation = cancellationFor(options);
    return this.moduleFrom(ast, scope, { mayAwait: true, cancellation, own: options });
  }
  /**
   * Runs a script and makes a module of it: its public functions, the variables it exports, the modules it imports as
   * sub-modules. Variables of the scope that have an alias (`Scope.setAlias`) are exported too. The scope itself stays as it is.
   * See "Create a Module from an AST".
   *
   * @throws EvalError: what the script throws; MayAwaitError when it may have to wait.
   * @example
   * const ast = engine.compile("export const RATE = 19;  fn tax(x) { x * 19 / 100 }");
   * engine.registerStaticModule("tax", engine.evalAstAsModuleSync(ast));
   * engine.evalSync("tax::tax(100) + tax::RATE"); // 38
   */
  evalAstAsModuleSync(ast: Ast, scope: Scope = new Scope(), options: SyncRunOptions = {}): Module {
    const cancellation = cancellationFor(options, false);
    return this.moduleFrom(ast, scope, { mayAwait: false, cancellation, own: options }) as Module;
  }

  private moduleFrom(ast: Ast, scope: Scope, options: StartOptions): Later<Module> {
    requireAst(ast);
    requireScope(scope);
    // A tree of its own, because the module's functions belong to one module only.
    const own = new AST(ast, ast instanceof AST ? ast.resolver : null);
    return this.working(own, options, (frame) => evaluateModule(frame, own, scope.clone(), options.mayAwait));
  }

  /** Compiles a script whose modules may have to be waited for; see `compileIntoSelfContainedSync`. */
  async compileIntoSelfContained(text: string, options: CompileOptions & RunOptions = {}): Promise<AST> {
    const ast = this.compile(text, options);
    const cancellation = cancellationFor(options);
    return this.embed(ast, { mayAwait: true, cancellation, own: options });
  }
  /**
   * Compiles a script, and loads and runs the modules that it imports by a literal path, and those that these import, and so on.
   * The script has them all with it then: it runs on engines whose resolver does not know them.
   *
   * @throws ParseError for the script; EvalError for a module that is not found or fails; MayAwaitError when a module may have to wait.
   * @example
   * const script = engine.compileIntoSelfContainedSync(`import "tax" as t; t::of(100)`);
   * engine.setModuleResolver(new DummyModuleResolver()).evalAstSync(script);
   */
  compileIntoSelfContainedSync(text: string, options: CompileOptions = {}): AST {
    const ast = this.compile(text, options);
    return this.embed(ast, { mayAwait: false, cancellation: null }) as AST;
  }

  private embed(ast: AST, options: StartOptions): Later<AST> {
    const resolver = new StaticModuleResolver();
    const waiting = importsOfScript(ast);
    if (waiting.length === 0) return ast;
    const work = (outer: Frame): Later<AST> => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
        const { path, source } = item;
        if (resolver.containsPath(path)) continue;
        const onCompiled = (script: Ast) => waiting.push(...importsOfScript(script));
        const insert = (module: Module) => {
          resolver.insert(path, module);
          // The resolver may have had it, or parts of it, ready.
          waiting.push(...importsOfFunctions(module));
        };
        const frame = new Frame(outer.run, [], NO_THIS, outer.lib, null, 0, source);
        const site = { path, view: new Scope(), pos: NO_POSITION, mayAwait: options.mayAwait, onCompiled };
        const module = loadModule(frame, site);
        if (module instanceof Promise) {
          return whenDone(outer, module, (found) => {
            insert(found);
            return work(outer);
          });
        }
        insert(module);
      }
      return new AST(ast, resolver);
    };
    return this.working(ast, options, work);
  }

  /** Works in a run that belongs to a script but does not run it. */
  private working<T>(ast: AST, options: StartOptions, work: (frame: Frame) => Later<T>): Later<T> {
    const scope = new Scope();
    const empty = new AST({ ...AST.empty(), source: ast.source }, ast.resolver);
    const { frame } = this.start(empty, scope, options);
    const { cancellation } = options;
    return ending(
      frame,
      () =>
        recovering<T>(
          frame,
          () => {
            cancellation?.check(NO_POSITION);
            return work(frame);
          },
          (error) => this.finishRun(error, ast, frame, scope) as T,
        ),
      () => cancellation?.release(),
    );
  }
}
