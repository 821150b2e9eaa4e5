// EngineCalls: single calls from the host: functions of scripts, function pointers, native functions and operators.

import type { Ast, ScriptFnDef } from "../lang/ast.ts";
import { NO_POSITION } from "../lang/position.ts";
import { AST } from "./ast.ts";
import { requireArray, requireText } from "./check-arguments.ts";
import { ExitSignal } from "./control.ts";
import { EngineRuns, keepVariables, runTopLevel, type Started } from "./engine-runs.ts";
import { EvalError, functionNotFound } from "./errors.ts";
import type { Cancellation } from "./eval/cancellation.ts";
import { callByName, callNativeByName, callPointer, syntacticCall } from "./eval/dynamic-call.ts";
import { Frame, LEAVE, NO_THIS, type ScriptFn } from "./eval/frame.ts";
import { ending, type Later, recovering, settledLater, whenDone } from "./eval/later.ts";
import { functionKey } from "./eval/library.ts";
import { MayAwaitError, refuseWaiting } from "./eval/may-await-error.ts";
import { enterFunction, runBodyFor } from "./eval/script-call.ts";
import { cancellationFor, type RunOptions, type SyncRunOptions } from "./run-options.ts";
import { Scope } from "./scope.ts";
import { FnPtr } from "./value/fn-ptr.ts";
import { Ref } from "./value/objects.ts";
import type { Value } from "./value/value.ts";

/** How `callFn` calls a script function; Rhai's `CallFnOptions`. */
export interface CallFnOptions {
  /** Bound to `this`: a `Ref` gets what the function assigns to `this`. */
  readonly this?: Ref;
  /** Run the script's statements first. Default true. */
  readonly evalAst?: boolean;
  /**
   * Leave the scope as it was: what the statements and the function define is dropped, each as soon as it has run. Default true.
   * False: the function sees what the statements define, and all that either defines stays in the scope.
   */
  readonly rewindScope?: boolean;
  /** Call a native function when the script has no function of that name. Default false. */
  readonly inAllNamespaces?: boolean;
}

/** How function pointers and functions by name are called. */
export interface CallOptions {
  /** Bound to `this`, or the object of a method: a `Ref` gets what the function makes of it. */
  readonly this?: Ref;
  /** The script whose functions can be called by name. */
  readonly ast?: Ast;
}

/** A call of a script's function. */
interface ScriptCall extends CallFnOptions {
  readonly ast: Ast;
  readonly scope: Scope;
  readonly name: string;
  readonly args: readonly Value[];
}

/** Options of a call that may wait. */
export type AnyOptions = CallOptions & RunOptions;

export class EngineCalls extends EngineRuns {
  /** Calls a script function that may have to be waited for; see `callFnSync`. */
  async callFn(
    scope: Scope,
    ast: Ast,
    name: string,
    args: readonly unknown[],
    options: CallFnOptions & RunOptions = {},
  ): Promise<Value> {
    const call = this.scriptCall(scope, ast, name, args, options);
    const cancellation = cancellationFor(options);
    try {
      return await this.callScriptFn(call, { ...options, mayAwait: true, cancellation });
    } finally {
      cancellation?.release();
    }
  }

  /**
   * Calls a script function from the host, after the statements of the script; it sees the variables of `scope`. Arguments are
   * JS values or script values. See "Call a Rhai Function from Rust".
   *
   * @throws EvalError: `ErrorFunctionNotFound` when the script has no such function with so many parameters, or what the
   *   function throws.
   * @throws ConversionError for an argument that has no counterpart in scripts; MayAwaitError when the script may have to wait.
   * @example
   * engine.callFnSync(new Scope(), engine.compile("fn add(x, y) { x + y }"), "add", [40, 2]); // 42
   */
  callFnSync(
    scope: Scope,
    ast: Ast,
    name: string,
    args: readonly unknown[],
    options: CallFnOptions & SyncRunOptions = {},
  ): Value {
    const call = this.scriptCall(scope, ast, name, args, options);
    const cancellation = cancellationFor(options, false);
    return this.callScriptFn(call, { ...options, mayAwait: false, cancellation }) as Value;
  }

  private scriptCall(
    scope: Scope,
    ast: Ast,
    name: string,
    args: readonly unknown[],
    options: CallFnOptions,
  ): ScriptCall {
    requireText("the name of a function", name);
    return { ...options, this: requireRef(options.this), scope, ast, name, args: this.argumentValues(args) };
  }

  private callScriptFn(
    call: ScriptCall,
    { mayAwait, cancellation, ...own }: RunOptions & { mayAwait: boolean; cancellation: Cancellation | null },
  ): Later<Value> {
    const { ast, scope, args } = call;
    const started = this.start(ast, scope, { mayAwait, cancellation, own, args });
    const { frame, program } = started;
    const fn = scriptFunction(started, call);
    const runsStatements = (call.evalAst ?? true) && ast.statements.length > 0;
    if (!mayAwait && runsStatements) refuseWaiting(program.refusal());
    if (!mayAwait && fn !== null) refuseWaiting(program.refusal(fn.def));
    return recovering<Value>(
      frame,
      () => {
        cancellation?.check(NO_POSITION);
        const ready = runsStatements ? this.runStatements(started, call, mayAwait) : undefined;
        return whenDone(frame, ready, () => this.enter(started, call, fn, mayAwait));
      },
      (error) => this.finishRun(withoutCall(error, call.name), ast, frame, scope),
    );
  }

  /** Runs what is at the top level of the script; `exit` ends only that. */
  private runStatements(started: Started, call: ScriptCall, mayAwait: boolean): Later<void> {
    const { frame } = started;
    const run = () =>
      recovering<Value>(
        frame,
        () => runTopLevel(started, mayAwait),
        (error) => {
          if (error instanceof ExitSignal) return undefined;
          throw error;
        },
      );
    const done = ending(frame, run, () => {
      if (call.rewindScope === false) keepVariables(call.scope, frame);
      frame.defined = [];
      frame.dynamic = null;
    });
    return whenDone(frame, done, () => undefined);
  }

  private enter(started: Started, call: ScriptCall, fn: ScriptFn | null, mayAwait: boolean): Later<Value> {
    const { frame } = started;
    const { args, scope, name } = call;
    const self = call.this ?? null;
    if (fn === null) {
      if (!call.inAllNamespaces) throw functionNotFound(name);
      return callByName(frame, 1, name, [...args], self, NO_POSITION, null, mayAwait);
    }
    if (fn.isEmpty) return undefined;
    if (call.rewindScope === false) return this.runInScope(started, call, fn, mayAwait);
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
    return ending(
      frame,
      () => runBodyFor(callee, fn, NO_POSITION, mayAwait),
      () => {
        if (self !== null) self.value = callee.self;
      },
    );
  }

  /** Runs the function's body as a script of its own: what it defines stays in the scope, its parameters do not. */
  private runInScope(
    { frame: outer }: Started,
    { ast, scope, args, this: bound }: ScriptCall,
    fn: ScriptFn,
    mayAwait: boolean,
  ): Later<Value> {
    const { run: running, imports, source } = outer;
    const { cancellation, own } = running;
    const inner = functionScope(scope, fn, args);
    const body = this.start(functionBody(ast, fn), inner, { mayAwait, cancellation, own, args });
    const { constants } = outer.lib;
    const library = { ...body.frame.lib, constants };
    const self = bound === undefined ? NO_THIS : bound.value;
    const frame = new Frame(running, body.frame.slots, self, library, imports, 0, source);
    frame.outer = inner;
    frame.defined = [];
    const run = () => settledLater(frame, runTopLevel({ ...body, frame }, mayAwait));
    const end = () => {
      if (bound !== undefined) bound.value = frame.self;
      keepVariables(inner, frame);
      keepDefined(scope, inner, scope.length + args.length);
    };
    return ending(
      outer,
      () => whenDone(outer, run(), (value) => (value === LEAVE ? frame.leaveValue : value)),
      end,
    );
  }

  /** Calls a function pointer that may have to be waited for; see `callFnPtrSync`. */
  async callFnPtr(pointer: FnPtr, args: readonly unknown[] = [], options: AnyOptions = {}): Promise<Value> {
    return this.calling(args, options, true, (started, values, self) =>
      this.enterPointer(started, pointer, values, self, true),
    );
  }
  /**
   * Calls a function pointer: a closure that a script returned, a name, a JS function (`FnPtr.fromFn`). Closures bring their
   * script along; for pointers by name, the option `ast` is the script that has the function, native functions are found
   * without. Arguments are JS values or script values.
   *
   * @throws EvalError: `ErrorFunctionNotFound`, or what the function throws.
   * @throws ConversionError for an argument that has no counterpart in scripts; MayAwaitError when the function may have to wait.
   * @example
   * const add = engine.evalSync("let base = 40; |x| base + x") as FnPtr;
   * engine.callFnPtrSync(add, [2]); // 42
   */
  callFnPtrSync(
    pointer: FnPtr,
    args: readonly unknown[] = [],
    options: CallOptions & SyncRunOptions = {},
  ): Value {
    return this.calling(args, options, false, (started, values, self) =>
      this.enterPointer(started, pointer, values, self, false),
    ) as Value;
  }
  private enterPointer(
    { frame, program }: Started,
    pointer: FnPtr,
    args: Value[],
    self: Ref | null,
    mayAwait: boolean,
  ): Later<Value> {
    if (!(pointer instanceof FnPtr)) throw new TypeError("expected a function pointer (FnPtr)");
    if (!mayAwait) {
      const linked = pointer.linked as ScriptFn | null;
      const named = program.table.functions.get(
        functionKey(pointer.name, pointer.curry.length + args.length),
      );
      if (linked === null && pointer.native === null && named !== undefined)
        refuseWaiting(program.refusal(named.def));
      else if (linked?.waits ?? pointer.native?.isAsync ?? this.registry.isAsync(pointer.name))
        throw new MayAwaitError(`function '${pointer.name}'`, NO_POSITION);
    }
    return callPointer(frame, frame.level + 1, pointer, self, args, NO_POSITION, false, mayAwait);
  }

  /** Calls a function by name, which may have to be waited for; see `evalFnCallSync`. */
  async evalFnCall(name: string, args: readonly unknown[] = [], options: AnyOptions = {}): Promise<Value> {
    requireText("the name of a function", name);
    return this.calling(args, options, true, ({ frame }, values, self) =>
      callByName(frame, frame.level + 1, name, values, self, NO_POSITION, null, true),
    );
  }
  /**
   * Calls a function by name: a native one, or one of the script in the option `ast`. Arguments are JS values or script values.
   *
   * @throws EvalError: `ErrorFunctionNotFound`, or what the function throws.
   * @throws ConversionError for an argument that has no counterpart in scripts; MayAwaitError when the function may have to wait.
   * @example
   * engine.evalFnCallSync("len", ["hello"]); // 5
   */
  evalFnCallSync(
    name: string,
    args: readonly unknown[] = [],
    options: CallOptions & SyncRunOptions = {},
  ): Value {
    requireText("the name of a function", name);
    return this.calling(args, options, false, ({ frame, program }, values, self) => {
      const fn = program.table.functions.get(functionKey(name, values.length));
      if (fn !== undefined) refuseWaiting(program.refusal(fn.def));
      else if (this.registry.isAsync(name)) throw new MayAwaitError(`function '${name}'`, NO_POSITION);
      return callByName(frame, frame.level + 1, name, values, self, NO_POSITION, null, false);
    }) as Value;
  }

  /** Applies a binary operator that may have to be waited for; see `evalBinaryOpSync`. */
  async evalBinaryOp(op: string, left: unknown, right: unknown, options: RunOptions = {}): Promise<Value> {
    requireText("an operator", op);
    return this.calling([left, right], options, true, ({ frame }, values) => binary(frame, op, values, true));
  }
  /**
   * Applies a binary operator (`==`, `+`, one of your own ...) as a script would. Operands are JS values or script values.
   *
   * @throws EvalError: `ErrorFunctionNotFound` when there is no such operator for these types, or what the operator throws.
   * @example
   * engine.evalBinaryOpSync("==", 123.0, 123); // true
   */
  evalBinaryOpSync(op: string, left: unknown, right: unknown, options: SyncRunOptions = {}): Value {
    requireText("an operator", op);
    return this.calling([left, right], options, false, ({ frame }, values) => {
      if (this.registry.isAsync(op)) throw new MayAwaitError(`operator '${op}'`, NO_POSITION);
      return binary(frame, op, values, false);
    }) as Value;
  }

  /** A call outside of any script, in a run of its own. */
  private calling(
    args: readonly unknown[],
    options: AnyOptions,
    mayAwait: boolean,
    enter: (started: Started, args: Value[], self: Ref | null) => Later<Value>,
  ): Later<Value> {
    const { ast = AST.empty() } = options;
    const ref = requireRef(options.this) ?? null;
    const values = this.argumentValues(args);
    const scope = new Scope();
    const cancellation = cancellationFor(options, mayAwait);
    const given = ref === null ? values : [...values, ref.value];
    const started = this.start(ast, scope, { mayAwait, cancellation, own: options, args: given });
    const { frame } = started;
    return ending(
      frame,
      () =>
        recovering<Value>(
          frame,
          () => {
            cancellation?.check(NO_POSITION);
            return enter(started, values, ref);
          },
          (error) => this.finishRun(error, ast, frame, scope),
        ),
      () => cancellation?.release(),
    );
  }

  private argumentValues(args: readonly unknown[]): Value[] {
    requireArray("the arguments as an array", args);
    return args.map((arg, i) => this.types.toValue(arg, "dynamic", `arguments[${i}]`));
  }
}

function requireRef(value: unknown): Ref | undefined {
  if (value === undefined || value instanceof Ref) return value;
  throw new TypeError("the option `this` must be a Ref: new Ref(value)");
}

/** The function that is to be called, or null. */
function scriptFunction({ program }: Started, { name, args }: ScriptCall): ScriptFn | null {
  const key = functionKey(name, args.length);
  const { functions, methods } = program.table;
  const fn = functions.get(key);
  if (fn !== undefined) return fn;
  for (const method of methods.values())
    if (method.name === name && method.arity === args.length) return method;
  return null;
}

function binary(frame: Frame, op: string, operands: Value[], mayAwait: boolean): Later<Value> {
  const syntactic = syntacticCall(frame, op, operands, NO_POSITION);
  if (syntactic !== null) return syntactic.value;
  return callNativeByName(frame, op, operands, false, NO_POSITION, mayAwait);
}

/** An error of the function itself, without the call around it: the host knows what it has called. */
function withoutCall(error: unknown, name: string): unknown {
  const isCall =
    error instanceof EvalError && error.kind === "ErrorInFunctionCall" && error.fields.name === name;
  return isCall ? (error.fields.inner ?? error) : error;
}

/** The variables of the host with the function's parameters on top, for running its body as a script. */
function functionScope(scope: Scope, fn: ScriptFn, args: readonly Value[]): Scope {
  const inner = new Scope();
  for (const [name, place] of scope.entries()) inner.pushEntry(name, place.share(), place.constant);
  fn.def.params.forEach((name, i) => {
    inner.push(name, args[i]);
  });
  return inner;
}

const bodies = new WeakMap<Ast, Map<ScriptFnDef, AST>>();

/** The function's body as a script: the same object each time, so that it is linked once. */
function functionBody(ast: Ast, { def }: ScriptFn): AST {
  const known = bodies.get(ast) ?? new Map<ScriptFnDef, AST>();
  bodies.set(ast, known);
  const body = known.get(def) ?? new AST({ ...ast, statements: def.body.statements });
  known.set(def, body);
  return body;
}

/** Adds to the host's scope what a body has defined beyond the first `count` variables. */
function keepDefined(scope: Scope, inner: Scope, count: number): void {
  let index = 0;
  for (const [name, constant, value] of inner) if (index++ >= count) scope.pushEntry(name, value, constant);
}
