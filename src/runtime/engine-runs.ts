// EngineRuns: running scripts, at once or waiting for what is asynchronous in them.

import type { Ast } from "../lang/ast.ts";
import { NO_POSITION, type Position } from "../lang/position.ts";
import { AST } from "./ast.ts";
import { requireAst, requireScope } from "./check-arguments.ts";
import { ExitSignal } from "./control.ts";
import { EngineCompiler } from "./engine-compiler.ts";
import { EvalError, mismatchOutputType } from "./errors.ts";
import type { Cancellation } from "./eval/cancellation.ts";
import { Frame, LEAVE, NO_THIS } from "./eval/frame.ts";
import { type Later, rejection, settledLater } from "./eval/later.ts";
import { mainLibrary } from "./eval/library.ts";
import { refuseWaiting } from "./eval/may-await-error.ts";
import { NativeContext } from "./eval/native-context.ts";
import { isStackOverflow } from "./eval/native-error.ts";
import { holdAsyncPointers } from "./eval/pointer-doubts.ts";
import type { Program } from "./eval/program.ts";
import { type EngineServices, Run, type RunOwn } from "./eval/run.ts";
import { explainError } from "./explain/explain.ts";
import type { CallContext } from "./function/native.ts";
import { cancellationFor, type EvalOptions, type RunOptions, type SyncRunOptions } from "./run-options.ts";
import { Scope } from "./scope.ts";
import { RhaiMap } from "./value/containers.ts";
import { areThereAsyncPointers } from "./value/fn-ptr.ts";
import { typeNameOf, type Value } from "./value/value.ts";

/** How a run begins. */
export interface StartOptions {
  /** The run is asynchronous. */
  readonly mayAwait: boolean;
  readonly cancellation: Cancellation | null;
  readonly own?: RunOwn;
  /** Values that the host hands over besides the scope. */
  readonly args?: readonly Value[];
}

/** A script about to run. */
export interface Started {
  readonly frame: Frame;
  readonly program: Program;
}

export class EngineRuns extends EngineCompiler implements EngineServices {
  /** Runs a script and returns its value. Throws EvalError, also for syntax errors (kind `ErrorParsing`). */
  evalSync(text: string, scope: Scope = new Scope(), source: string | null = null): Value {
    return this.evalAstSync(
      this.compileToRun(() => this.compile(text, { source, scope }), source),
      scope,
    );
  }
  /** Evaluates one expression. Throws EvalError. */
  evalExpressionSync(text: string, scope: Scope = new Scope()): Value {
    return this.evalAstSync(
      this.compileToRun(() => this.compileExpression(text, { scope })),
      scope,
    );
  }
  /** Runs a script file. Throws EvalError. */
  evalFileSync(path: string, scope: Scope = new Scope()): Value {
    return this.evalAstSync(
      this.compileToRun(() => this.compileFile(path, scope), path),
      scope,
    );
  }
  /** Runs a script for its effects. */
  runSync(text: string, scope: Scope = new Scope()): void {
    this.evalSync(text, scope);
  }
  /** Runs a compiled script for its effects. Throws EvalError. */
  runAstSync(ast: Ast, scope: Scope = new Scope()): void {
    this.evalAstSync(ast, scope);
  }
  /** Runs a script file for its effects. Throws EvalError, of kind `ErrorSystem` when it cannot be read. */
  runFileSync(path: string, scope: Scope = new Scope()): void {
    this.evalFileSync(path, scope);
  }

  /** Runs a compiled script; its top-level variables are added to `scope`. Throws EvalError. */
  evalAstSync(ast: Ast, scope: Scope = new Scope(), options: SyncRunOptions = {}): Value {
    const cancellation = cancellationFor(options, false);
    const { frame, program } = this.start(ast, scope, { mayAwait: false, cancellation, own: options });
    refuseWaiting(program.refusal());
    try {
      const result = program.body(frame);
      return result === LEAVE ? frame.leaveValue : result;
    } catch (error) {
      return this.finishRun(error, ast, frame, scope);
    } finally {
      keepVariables(scope, frame);
    }
  }

  /** Whether running the script may have to wait for something asynchronous: `evalAstSync` would refuse it. */
  mayWait(ast: Ast, scope: Scope = new Scope()): boolean {
    requireAst(ast);
    return this.programFor(ast, scope, [], true).refusal() !== null;
  }

  /**
   * Runs a script, waiting for what is asynchronous in it, and returns its value. Runs of one engine may overlap: they never
   * see each other's state. See `RunOptions` for ending a run by a signal or a deadline.
   *
   * @throws EvalError, also for syntax errors (kind `ErrorParsing`).
   * @example
   * engine.registerAsyncFn("fetch_text", ["string"], async (url) => (await fetch(url)).text());
   * await engine.eval(`fetch_text("http://localhost/").len()`, { deadline: 5000 });
   */
  async eval(text: string, { source = null, ...options }: EvalOptions = {}): Promise<Value> {
    const { scope = new Scope() } = options;
    const ast = this.compileToRun(() => this.compile(text, { source, scope }), source);
    return this.evalAst(ast, { ...options, scope });
  }
  /** `eval` with a scope; Rhai's `eval_with_scope`. */
  evalWithScope(scope: Scope, text: string, options: EvalOptions = {}): Promise<Value> {
    return this.eval(text, { ...options, scope });
  }
  /** Evaluates one expression, waiting for what is asynchronous in it. Rejects with EvalError. */
  async evalExpression(text: string, options: RunOptions = {}): Promise<Value> {
    const { scope = new Scope() } = options;
    const ast = this.compileToRun(() => this.compileExpression(text, { scope }));
    return this.evalAst(ast, { ...options, scope });
  }
  /**
   * Runs a script file, waiting for what is asynchronous in it. Rejects with EvalError, of kind `ErrorSystem` when it cannot be
   * read.
   */
  async evalFile(path: string, options: RunOptions = {}): Promise<Value> {
    const { scope = new Scope() } = options;
    const ast = this.compileToRun(() => this.compileFile(path, scope), path);
    return this.evalAst(ast, { ...options, scope });
  }
  /** `eval` for its effects. */
  async run(text: string, options: EvalOptions = {}): Promise<void> {
    await this.eval(text, options);
  }
  /** `evalAst` for its effects. */
  async runAst(ast: Ast, options: RunOptions = {}): Promise<void> {
    await this.evalAst(ast, options);
  }
  /** `evalFile` for its effects. */
  async runFile(path: string, options: RunOptions = {}): Promise<void> {
    await this.evalFile(path, options);
  }

  /** Runs a compiled script; see `eval`. */
  async evalAst(ast: Ast, options: RunOptions = {}): Promise<Value> {
    const { scope = new Scope() } = options;
    const cancellation = cancellationFor(options);
    const { frame, program } = this.start(ast, scope, { mayAwait: true, cancellation, own: options });
    try {
      cancellation?.check(NO_POSITION);
      const result = await settledLater(frame, program.async.body(frame));
      return result === LEAVE ? frame.leaveValue : result;
    } catch (error) {
      return this.finishRun(rejection(frame, error), ast, frame, scope);
    } finally {
      cancellation?.release();
      keepVariables(scope, frame);
    }
  }

  /** Parses the JSON text of an object with Rhai's own rules (comments, hex numbers ... are fine), as the script function does. */
  parseJson(json: string): RhaiMap {
    const value = this.evalAstSync(this.compileToRun(() => new AST(this.compileFor("json", json))));
    if (value instanceof RhaiMap) return value;
    throw mismatchOutputType("map", typeNameOf(value));
  }

  /** @hidden */
  createContext(
    frame: Frame,
    fnName: string,
    position: Position,
    receiverConstant: boolean,
    mayAwait: boolean,
  ): CallContext {
    return new NativeContext(frame, fnName, position, receiverConstant, mayAwait);
  }

  /** Makes the frame of a script's top level. Throws EvalError when the script is nested too deep to be linked. */
  protected start(ast: Ast, scope: Scope, options: StartOptions): Started {
    requireAst(ast);
    requireScope(scope);
    const { mayAwait, cancellation, own, args = [] } = options;
    const metered = (own?.limits?.maxOperations ?? 0) > 0;
    const program = this.programFor(ast, scope, args, metered);
    const resolver = ast instanceof AST ? ast.resolver : null;
    const run = new Run(this, ast.source, cancellation, null, own, resolver);
    const { frameSize } = mayAwait ? program.async : program;
    const slots: Value[] = new Array(frameSize).fill(undefined);
    const library = mainLibrary(program.table, this.globalNamespace);
    const frame = new Frame(run, slots, NO_THIS, library, null, 0, ast.source);
    frame.outer = scope;
    frame.defined = [];
    return { frame, program };
  }

  /** The script linked for values that the host hands over, which may hold pointers to asynchronous functions. */
  private programFor(ast: Ast, scope: Scope, args: readonly Value[], metered: boolean): Program {
    const values = [...args];
    const mayHaveAny = this.registry.hasAsync || areThereAsyncPointers();
    for (const [, place] of mayHaveAny ? scope.entries() : []) values.push(place.cell?.value ?? place.get());
    return this.link(ast, { metered, doubtPointers: holdAsyncPointers(this.registry, values) });
  }

  /** What the end of a run by an exception means: the value of `exit`, or an error of ours. */
  protected finishRun(error: unknown, ast: Ast, { imports }: Frame, scope: Scope): Value {
    if (error instanceof ExitSignal) return error.value;
    const raised = isStackOverflow(error) ? new EvalError("ErrorStackOverflow") : error;
    if (!(raised instanceof EvalError)) throw raised;
    const moduleAst = (source: string) => this.moduleAst(source);
    throw explainError(raised, { engine: this, ast, moduleAst, scope, imports });
  }
}

/** Adds what a script defined at its top level to the host's scope. */
export function keepVariables(scope: Scope, frame: Frame): void {
  const seen = new Set<number>();
  for (const { name, slot, constant } of frame.defined ?? []) {
    if (seen.has(slot)) continue;
    seen.add(slot);
    scope.pushEntry(name, frame.slots[slot], constant);
    for (const { alias, order } of frame.exports ?? []) if (order === slot) scope.setAlias(name, alias);
  }
  for (const { name, value, constant } of frame.dynamic ?? []) scope.pushEntry(name, value, constant);
}

/** Runs the statements of a script that was started. */
export function runTopLevel({ frame, program }: Started, mayAwait: boolean): Later<Value> {
  return mayAwait ? program.async.body(frame) : program.body(frame);
}
