// Calling script functions: frames, call levels and the errors that leave a function.

import type { Position } from "../../lang/position.ts";
import { ExitSignal } from "../control.ts";
import { EvalError, inFunctionCall } from "../errors.ts";
import { Shared } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import {
  type AsyncExec,
  type Environment,
  type Exec,
  Frame,
  LEAVE,
  NO_THIS,
  type ScriptFn,
} from "./frame.ts";
import { type Later, rejection, resume } from "./later.ts";
import { enterImports, enterLibrary } from "./library.ts";
import { isStackOverflow } from "./native-error.ts";

/**
 * The frame for a call of `fn` from `caller`; `args` become its slots (ownership passes). `level` is the nesting of the call.
 * Throws ErrorStackOverflow and ErrorTooManyVariables.
 */
export function enterFunction(
  caller: Frame,
  fn: ScriptFn,
  environment: Environment | null,
  args: Value[],
  self: Value,
  level: number,
  pos: Position,
  source: string | null = fn.table.source,
): Frame {
  const { run } = caller;
  // A function that was linked for a run that needed no count.
  if (run.metered && !fn.metered) run.track(pos);
  if (level > run.maxCallLevels) throw new EvalError("ErrorStackOverflow", {}, pos);
  if (args.length > run.maxVariables) throw new EvalError("ErrorTooManyVariables", {}, pos);
  for (let i = args.length; i < fn.frameSize; i++) args.push(undefined);
  if (environment === null) {
    const frame = new Frame(run, args, self, caller.lib, caller.imports, level, source);
    frame.errorSource = source;
    return frame;
  }
  const lib = enterLibrary(caller.lib, environment);
  const frame = new Frame(run, args, self, lib, enterImports(caller.imports, environment), level, source);
  frame.errorSource = environment.table.source ?? source;
  return frame;
}

/** Runs a body in its frame; `return` ends here, errors are wrapped as Rhai wraps them. */
export function runBody(frame: Frame, fn: ScriptFn, body: Exec, pos: Position): Value {
  let result: Value;
  try {
    result = body(frame);
  } catch (error) {
    throw callError(error, fn, frame, pos);
  }
  return result === LEAVE ? frame.leaveValue : result;
}

/** Runs a body that may have to wait; see `runBody`. */
export function runAsyncBody(frame: Frame, fn: ScriptFn, body: AsyncExec, pos: Position): Later<Value> {
  let result: Later<Value>;
  try {
    result = body(frame);
  } catch (error) {
    throw callError(error, fn, frame, pos);
  }
  if (!(result instanceof Promise)) return result === LEAVE ? frame.leaveValue : result;
  return waitForBody(frame, fn, result, pos);
}

async function waitForBody(
  frame: Frame,
  fn: ScriptFn,
  pending: Promise<Value>,
  pos: Position,
): Promise<Value> {
  let result: Later<Value> = pending;
  try {
    do {
      const { next, second, others } = frame;
      frame.next = frame.second = frame.others = null;
      const value: Value = await result;
      frame.awaitPos = 0;
      result = next === null ? value : resume<Value>(frame, value, next, second, others);
    } while (result instanceof Promise);
  } catch (error) {
    throw callError(rejection(frame, error), fn, frame, pos);
  }
  return result === LEAVE ? frame.leaveValue : result;
}

/** The error that a failing call of `fn` raises in its caller. */
export function callError(error: unknown, fn: ScriptFn, frame: Frame, pos: Position): unknown {
  if (error instanceof ExitSignal) return error;
  if (error instanceof EvalError) {
    if (error.isSystem) {
      error.position = pos;
      return error;
    }
    error.source ??= fn.table.source;
    return inFunctionCall(fn.name, frame.errorSource ?? "", error, pos);
  }
  return isStackOverflow(error) ? new EvalError("ErrorStackOverflow", {}, pos) : error;
}

/** Calls a script function in call style: no `this`. `args` become the frame's slots. */
export function callScript(caller: Frame, fn: ScriptFn, args: Value[], pos: Position): Value {
  if (fn.isEmpty) return undefined;
  const frame = enterFunction(caller, fn, fn.environment, args, NO_THIS, caller.level + 1, pos);
  return runBody(frame, fn, fn.body, pos);
}

/** Same where the function may have to be waited for. */
export function callScriptAsync(caller: Frame, fn: ScriptFn, args: Value[], pos: Position): Later<Value> {
  if (fn.isEmpty) return undefined;
  const frame = enterFunction(caller, fn, fn.environment, args, NO_THIS, caller.level + 1, pos);
  return runAsyncBody(frame, fn, fn.asyncBody, pos);
}

/** The body to run for these arguments: shared cells beyond the captured variables need the one that expects them. */
export function bodyFor(fn: ScriptFn, args: readonly Value[]): Exec {
  for (let i = fn.captured; i < fn.arity; i++) if (args[i] instanceof Shared) return fn.sharedBody;
  return fn.body;
}

/** The body for an asynchronous call site; see `bodyFor`. */
export function asyncBodyFor(fn: ScriptFn, args: readonly Value[]): AsyncExec {
  for (let i = fn.captured; i < fn.arity; i++) if (args[i] instanceof Shared) return fn.sharedAsyncBody;
  return fn.asyncBody;
}

/**
 * Runs the body that a call with these arguments needs; `mayAwait` tells whether the call site can wait for it. Does itself
 * what `runBody` does: each JS frame less lets scripts recurse deeper.
 */
export function runBodyFor(frame: Frame, fn: ScriptFn, pos: Position, mayAwait: boolean): Later<Value> {
  if (mayAwait) return runAsyncBody(frame, fn, asyncBodyFor(fn, frame.slots), pos);
  let result: Value;
  try {
    result = bodyFor(fn, frame.slots)(frame);
  } catch (error) {
    throw callError(error, fn, frame, pos);
  }
  return result === LEAVE ? frame.leaveValue : result;
}
