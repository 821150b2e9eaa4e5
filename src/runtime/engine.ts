// Engine: compiles and runs scripts; the embedding API.

import type { Ast, ScriptFnDef } from "../lang/ast.ts";
import { NO_POSITION, type Position } from "../lang/position.ts";
import { AST } from "./ast.ts";
import { ExitSignal } from "./control.ts";
import { EngineCompiler } from "./engine-compiler.ts";
import { EvalError, functionNotFound, mismatchOutputType } from "./errors.ts";
import type { Cancellation } from "./eval/cancellation.ts";
import { Frame, LEAVE, NO_THIS } from "./eval/frame.ts";
import { languagePackage } from "./eval/language-package.ts";
import { rejection, settledLater } from "./eval/later.ts";
import { functionKey, mainLibrary } from "./eval/library.ts";
import { refuseWaiting } from "./eval/may-await-error.ts";
import { NativeContext } from "./eval/native-context.ts";
import { isStackOverflow } from "./eval/native-error.ts";
import { holdAsyncPointers } from "./eval/pointer-doubts.ts";
import { type EngineServices, Run } from "./eval/run.ts";
import { enterFunction, runBody, runBodyFor } from "./eval/script-call.ts";
import { explainError } from "./explain/explain.ts";
import type { CallContext, Package } from "./function/native.ts";
import { FileModuleResolver } from "./module/file-resolver.ts";
import { DummyModuleResolver } from "./module/static-resolver.ts";
import { standardPackages } from "./packages/standard.ts";
import { cancellationFor, type EvalOptions, type RunOptions } from "./run-options.ts";
import { checkSchema, type SchemaOutput, type StandardSchema, validate, validateSync } from "./schema.ts";
import { Scope } from "./scope.ts";
import { RhaiMap } from "./value/containers.ts";
import type { Ref } from "./value/objects.ts";
import { typeNameOf, type Value } from "./value/value.ts";

/** How `callFn` calls a script function; Rhai's `CallFnOptions`. */
export interface CallFnOptions {
  /** Bound to `this`: a `Ref` gets what the function assigns to `this`. */
  readonly this?: Ref;
  /** Run the script's statements first. Default true. */
  readonly evalAst?: boolean;
  /** Drop the variables that the call defines in the scope. Default true. */
  readonly rewindScope?: boolean;
}

interface FrameOptions {
  /** For an asynchronous run. */
  readonly mayAwait?: boolean;
  readonly cancellation?: Cancellation | null;
  /** Values that the host hands over besides the scope. */
  readonly args?: readonly Value[];
}

const ALL_PACKAGES: readonly Package[] = Object.freeze([...standardPackages, languagePackage]);

/**
 * A Rhai engine with the standard library; see "Hello World" in Rhai's book.
 *
 * @example
 * const engine = new Engine();
 * engine.evalSync("40 + 2"); // 42
 */
export class Engine extends EngineCompiler implements EngineServices {
  constructor(packages: readonly Package[] = ALL_PACKAGES) {
    super(new FileModuleResolver(), packages);
  }

  /** An engine without any function, and without modules: what it can do is what you register. */
  static raw(): Engine {
    return new Engine([]).setModuleResolver(new DummyModuleResolver());
  }

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
  runAstSync(ast: Ast, scope: Scope = new Scope()): void {
    this.evalAstSync(ast, scope);
  }
  runFileSync(path: string, scope: Scope = new Scope()): void {
    this.evalFileSync(path, scope);
  }

  /** Runs a compiled script; its top-level variables are added to `scope`. Throws EvalError. */
  evalAstSync(ast: Ast, scope: Scope = new Scope()): Value {
    const { frame, program } = this.topFrame(ast, scope);
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
  evalWithScope(scope: Scope, text: string, options: EvalOptions = {}): Promise<Value> {
    return this.eval(text, { ...options, scope });
  }
  async evalExpression(text: string, options: RunOptions = {}): Promise<Value> {
    const { scope = new Scope() } = options;
    const ast = this.compileToRun(() => this.compileExpression(text, { scope }));
    return this.evalAst(ast, { ...options, scope });
  }
  async evalFile(path: string, options: RunOptions = {}): Promise<Value> {
    const { scope = new Scope() } = options;
    const ast = this.compileToRun(() => this.compileFile(path, scope), path);
    return this.evalAst(ast, { ...options, scope });
  }
  async run(text: string, options: EvalOptions = {}): Promise<void> {
    await this.eval(text, options);
  }
  async runAst(ast: Ast, options: RunOptions = {}): Promise<void> {
    await this.evalAst(ast, options);
  }
  async runFile(path: string, options: RunOptions = {}): Promise<void> {
    await this.evalFile(path, options);
  }

  /** Runs a compiled script; see `eval`. */
  async evalAst(ast: Ast, options: RunOptions = {}): Promise<Value> {
    const { scope = new Scope() } = options;
    const cancellation = cancellationFor(options);
    const { frame, program } = this.topFrame(ast, scope, { mayAwait: true, cancellation });
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

  /** Calls a script function that may have to be waited for; see `callFnSync`. */
  async callFn(
    scope: Scope,
    ast: Ast,
    name: string,
    args: readonly Value[],
    { rewindScope = true, evalAst = true, this: self, ...options }: CallFnOptions & RunOptions = {},
  ): Promise<Value> {
    const { length } = scope;
    const cancellation = cancellationFor(options);
    const runOptions = { ...options, scope };
    try {
      if (evalAst) await this.evalAst(ast, runOptions);
      const def = definitionOf(ast, name, args);
      if (rewindScope) return await this.callAsyncIn(scope, ast, name, args, self ?? null, cancellation);
      const inner = functionScope(scope, def, args);
      const result = await this.evalAst(functionBody(ast, def), { ...options, scope: inner });
      keepDefined(scope, inner, scope.length + args.length);
      return result;
    } finally {
      cancellation?.release();
      if (rewindScope) scope.rewind(length);
    }
  }

  private async callAsyncIn(
    scope: Scope,
    ast: Ast,
    name: string,
    args: readonly Value[],
    self: Ref | null,
    cancellation: Cancellation | null,
  ): Promise<Value> {
    const { frame, program } = this.topFrame(ast, scope, { mayAwait: true, cancellation, args });
    const fn = program.table.functions.get(functionKey(name, args.length));
    if (fn === undefined) throw functionNotFound(name);
    if (fn.isEmpty) return undefined;
    try {
      const bound = self === null ? NO_THIS : self.value;
      const callee = enterFunction(frame, fn, null, [...args], bound, 0, NO_POSITION);
      callee.outer = scope;
      try {
        return await runBodyFor(callee, fn, NO_POSITION, true);
      } finally {
        if (self !== null) self.value = callee.self;
      }
    } catch (error) {
      return this.finishRun(error, ast, frame, scope);
    }
  }

  /**
   * Calls a script function from the host; it sees the variables of `scope`. See "Call a Rhai Function from Rust".
   *
   * @throws EvalError `ErrorFunctionNotFound` when the script has no such function with so many parameters.
   * @example
   * engine.callFnSync(new Scope(), engine.compile("fn add(x, y) { x + y }"), "add", [40, 2]); // 42
   */
  callFnSync(
    scope: Scope,
    ast: Ast,
    name: string,
    args: readonly Value[],
    options: CallFnOptions = {},
  ): Value {
    const length = scope.length;
    if (options.evalAst ?? true) this.evalAstSync(ast, scope);
    const def = definitionOf(ast, name, args);
    try {
      return options.rewindScope === false
        ? this.callKeepingScope(scope, ast, def, args)
        : this.callIn(scope, ast, name, args, options.this ?? null);
    } finally {
      if (options.rewindScope ?? true) scope.rewind(length);
    }
  }

  private callIn(scope: Scope, ast: Ast, name: string, args: readonly Value[], self: Ref | null): Value {
    const { frame, program } = this.topFrame(ast, scope, { args });
    const fn = program.table.functions.get(functionKey(name, args.length));
    if (fn === undefined) throw functionNotFound(name);
    if (fn.isEmpty) return undefined;
    refuseWaiting(program.refusal(fn.def));
    try {
      const callee = enterFunction(
        frame,
        fn,
        null,
        [...args],
        self === null ? NO_THIS : self.value,
        0,
        NO_POSITION,
      );
      callee.outer = scope;
      try {
        return runBody(callee, fn, fn.body, NO_POSITION);
      } finally {
        if (self !== null) self.value = callee.self;
      }
    } catch (error) {
      return this.finishRun(error, ast, frame, scope);
    }
  }

  /** What the end of a run by an exception means: the value of `exit`, or an error of ours. */
  private finishRun(error: unknown, ast: Ast, { imports }: Frame, scope: Scope): Value {
    if (error instanceof ExitSignal) return error.value;
    const raised = isStackOverflow(error) ? new EvalError("ErrorStackOverflow") : error;
    if (!(raised instanceof EvalError)) throw raised;
    const moduleAst = (source: string) => this.moduleAst(source);
    throw explainError(raised, { engine: this, ast, moduleAst, scope, imports });
  }

  /** The function's body as a script of its own: what it defines stays in the scope, its parameters do not. */
  private callKeepingScope(scope: Scope, ast: Ast, def: ScriptFnDef, args: readonly Value[]): Value {
    const inner = functionScope(scope, def, args);
    const result = this.evalAstSync(functionBody(ast, def), inner);
    keepDefined(scope, inner, scope.length + args.length);
    return result;
  }

  /** Parses the JSON text of an object with Rhai's own rules (comments, hex numbers ... are fine), as the script function does. */
  parseJson(json: string): RhaiMap {
    const value = this.evalAstSync(this.compileToRun(() => new AST(this.compileFor("json", json))));
    if (value instanceof RhaiMap) return value;
    throw mismatchOutputType("map", typeNameOf(value));
  }

  private topFrame(
    ast: Ast,
    scope: Scope,
    { mayAwait = false, cancellation = null, args = [] }: FrameOptions = {},
  ) {
    const values = [...args];
    for (const [, place] of this.registry.hasAsync ? scope.entries() : [])
      values.push(place.cell?.value ?? place.get());
    const program = this.link(ast, {
      metered: cancellation !== null,
      doubtPointers: holdAsyncPointers(this.registry, values),
    });
    const { frameSize } = mayAwait ? program.async : program;
    const slots: Value[] = new Array(frameSize).fill(undefined);
    const frame = new Frame(
      new Run(this, ast.source, cancellation),
      slots,
      NO_THIS,
      mainLibrary(program.table),
      null,
      0,
      ast.source,
    );
    frame.outer = scope;
    frame.defined = [];
    return { frame, program };
  }

  /**
   * Runs a script and checks its result, as JS data, with a schema of any Standard Schema validator (zod, valibot ...).
   *
   * @throws SchemaError with the issues and where they are; EvalError.
   * @example
   * const order = await engine.evalAs(z.object({ total: z.number() }), "#{ total: 40 + 2 }"); // { total: 42 }
   */
  async evalAs<S extends StandardSchema>(
    schema: S,
    text: string,
    options: EvalOptions = {},
  ): Promise<SchemaOutput<S>> {
    checkSchema(schema);
    return validate(schema, this.types.toHost(await this.eval(text, options)));
  }
  /** The synchronous form of `evalAs`. */
  evalAsSync<S extends StandardSchema>(schema: S, text: string, scope: Scope = new Scope()): SchemaOutput<S> {
    checkSchema(schema);
    return validateSync(schema, this.types.toHost(this.evalSync(text, scope)));
  }

  createContext(
    frame: Frame,
    fnName: string,
    position: Position,
    receiverConstant: boolean,
    mayAwait: boolean,
  ): CallContext {
    return new NativeContext(frame, fnName, position, receiverConstant, mayAwait);
  }
}

/** Adds what a script defined at its top level to the host's scope. */
function keepVariables(scope: Scope, frame: Frame): void {
  const seen = new Set<number>();
  for (const { name, slot, constant } of frame.defined ?? []) {
    if (seen.has(slot)) continue;
    seen.add(slot);
    scope.pushEntry(name, frame.slots[slot], constant);
  }
  for (const { name, value, constant } of frame.dynamic ?? []) scope.pushEntry(name, value, constant);
}

/** The function that `callFn` is to call. Throws functionNotFound. */
function definitionOf(ast: Ast, name: string, args: readonly Value[]): ScriptFnDef {
  const key = functionKey(name, args.length);
  const def = ast.functions.find(
    (fn) => fn.thisType === null && functionKey(fn.name, fn.params.length) === key,
  );
  if (def === undefined) throw functionNotFound(`${name} (${args.map(typeNameOf).join(", ")})`);
  return def;
}

/** The variables of the host with the function's parameters on top, for running its body as a script. */
function functionScope(scope: Scope, def: ScriptFnDef, args: readonly Value[]): Scope {
  const inner = new Scope();
  for (const [name, place] of scope.entries()) inner.pushEntry(name, place.share(), place.constant);
  def.params.forEach((name, i) => {
    inner.push(name, args[i]);
  });
  return inner;
}

function functionBody(ast: Ast, def: ScriptFnDef): AST {
  return new AST({ ...ast, statements: def.body.statements });
}

/** Adds to the host's scope what a body has defined beyond the first `count` variables. */
function keepDefined(scope: Scope, inner: Scope, count: number): void {
  let index = 0;
  for (const [name, constant, value] of inner) if (index++ >= count) scope.pushEntry(name, value, constant);
}
