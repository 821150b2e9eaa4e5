// Calling native functions: choice of the overload, context, errors, size checks, `print` and `debug`.

import type { Position } from "../../lang/position.ts";
import { mismatchOutputType, nonPureMethodCall } from "../errors.ts";
import type { NativeFn } from "../function/native.ts";
import { assignOperator, binaryOperator } from "../function/operators.ts";
import { copyValue } from "../value/containers.ts";
import { Ref } from "../value/objects.ts";
import { RhaiObject, typeIdOf, typeNameOf, type Value } from "../value/value.ts";
import { callMissing } from "./callbacks.ts";
import type { Frame } from "./frame.ts";
import { type Later, thenPromise } from "./later.ts";
import { unexpectedPromise } from "./may-await-error.ts";
import { nativeError } from "./native-error.ts";
import { findNative } from "./native-lookup.ts";
import type { RunDebugger } from "./run.ts";

/** Calls a native function by name with plain values; `op` is the operator's symbol for operators. Throws functionNotFound. */
export function callNative(
  frame: Frame,
  name: string,
  args: Value[],
  pos: Position,
  op: string | null,
): Value {
  return callNativeBy(false, frame, name, args, pos, op) as Value;
}

/** Same for a native that may return a promise. */
export function callNativeAsync(
  frame: Frame,
  name: string,
  args: Value[],
  pos: Position,
  op: string | null,
): Later<Value> {
  return callNativeBy(true, frame, name, args, pos, op);
}

function callNativeBy(
  mayAwait: boolean,
  frame: Frame,
  name: string,
  args: Value[],
  pos: Position,
  op: string | null,
): Later<Value> {
  const fn = findNative(frame, name, args);
  if (fn !== null) return (mayAwait ? invokeAsync : invokeNative)(frame, fn, args, pos, false, false);
  const builtIn = op !== null && args.length === 2 ? builtInOperator(op, args) : null;
  if (builtIn === null) return callMissing(frame, name, args, pos, false, mayAwait);
  return applyBuiltIn(frame, builtIn, args, pos);
}

export function applyBuiltIn(
  { run }: Frame,
  operator: (a: Value, b: Value) => Value,
  [left, right]: readonly Value[],
  pos: Position,
): Value {
  try {
    const result = operator(left, right);
    return run.hasSizeLimits ? run.checkSize(result, pos) : result;
  } catch (error) {
    throw nativeError(error, pos);
  }
}

/** Whether it is an operator like `+=`. */
export function isOpAssignment(op: string): boolean {
  return op.endsWith("=") && !/^(==|!=|<=|>=|\.\.=|=)$/.test(op);
}

/** Rhai's own implementation of an operator (`+`, `+=` ...) for these operands, or null. */
export function builtInOperator(op: string, args: readonly Value[]): ((a: Value, b: Value) => Value) | null {
  const left = typeIdOf(args[0]);
  const right = typeIdOf(args[1]);
  const found = isOpAssignment(op) ? assignOperator(op, left, right) : binaryOperator(op, left, right);
  return found as ((a: Value, b: Value) => Value) | null;
}

/**
 * Calls a chosen native. With `isRef` the first argument is a place: containers are modified in place, and for functions
 * on value types `args[0]` holds the new value afterwards, also when the call fails; the caller puts it back.
 * Without it `args[0]` must be owned. Throws UnexpectedPromiseError for a promise.
 */
export function invokeNative(
  frame: Frame,
  fn: NativeFn,
  args: Value[],
  pos: Position,
  isRef: boolean,
  constant: boolean,
): Value {
  return invoke(frame, fn, args, pos, isRef, constant, false) as Value;
}

/** Calls a chosen native that may return a promise; see `invokeNative`. `args[0]` holds the new value once it has settled. */
export function invokeAsync(
  frame: Frame,
  fn: NativeFn,
  args: Value[],
  pos: Position,
  isRef: boolean,
  constant: boolean,
): Later<Value> {
  return invoke(frame, fn, args, pos, isRef, constant, true);
}

/** How a call site calls natives: `invokeNative` or `invokeAsync`. */
export type Invoke = typeof invokeAsync;

function invoke(
  frame: Frame,
  fn: NativeFn,
  args: Value[],
  pos: Position,
  isRef: boolean,
  constant: boolean,
  mayAwait: boolean,
  isShown = false,
): Later<Value> {
  if (constant && fn.receiver === "mut") throw nonPureMethodCall(fn.name, pos);
  const { run } = frame;
  if (run.metered && !isShown) {
    if (!isAccessor(fn)) run.track(pos);
    if (run.debugger !== null) return showCall(run.debugger, frame, fn, args, pos, isRef, constant, mayAwait);
  }
  const ref = fn.byRef ? new Ref(args[0]) : null;
  let result: Later<Value>;
  try {
    const first = ref ?? (isRef && fn.receiver === "value" ? copyValue(args[0]) : args[0]);
    result = callImplementation(frame, fn, first as never, args, pos, constant, mayAwait);
    if (typeof result === "object") {
      const pending = promiseOf(fn, result);
      if (pending !== null) {
        if (!mayAwait) throw unexpectedPromise(fn.name, pos, pending);
        return awaitNative(frame, fn, pending, args, ref, pos, isRef);
      }
    }
    if (ref !== null) args[0] = ref.value;
    if (run.hasSizeLimits) {
      run.checkSize(result as Value, pos);
      if (isRef) run.checkSize(args[0], pos);
    }
  } catch (error) {
    if (ref !== null) args[0] = ref.value;
    throw nativeError(error, pos);
  }
  return fn.name === "print" || fn.name === "debug"
    ? printed(frame, fn.name, result as Value, pos)
    : (result as Value);
}

/** Calls a native under the eyes of a debugger. */
function showCall(
  debug: RunDebugger,
  frame: Frame,
  fn: NativeFn,
  args: Value[],
  position: Position,
  isRef: boolean,
  constant: boolean,
  mayAwait: boolean,
): Later<Value> {
  return debug.native(frame, { name: fn.name, args, position, mayAwait }, () =>
    invoke(frame, fn, args, position, isRef, constant, mayAwait, true),
  );
}

/** Getters and setters count as a step of their chain; see `ChainLinker.countSteps`. */
function isAccessor({ name }: NativeFn): boolean {
  return name.startsWith("get$") || name.startsWith("set$");
}

/** The promise that a native returned, those of other libraries included; null for a value. */
function promiseOf(fn: NativeFn, result: unknown): Promise<Value> | null {
  if (result instanceof Promise) return result;
  if (!fn.isAsync || result === null || result instanceof RhaiObject) return null;
  const { then } = result as { then?: unknown };
  return typeof then === "function" ? Promise.resolve(result as PromiseLike<Value>) : null;
}

/**
 * Calls an asynchronous native of one parameter, or none, where there is nothing to do around the call: the function is simple
 * (`NativeSite.isSimple`), and the run is plain (`Run.isPlain`).
 */
export function awaitSimple(frame: Frame, fn: NativeFn, arg: Value, pos: Position): Later<Value> {
  let result: unknown;
  try {
    const call = fn.call as (...values: unknown[]) => unknown;
    result = fn.params.length === 0 ? call() : call(arg);
    if (!(result instanceof Promise)) result = promiseOf(fn, result) ?? result;
  } catch (error) {
    throw nativeError(error, pos);
  }
  if (!(result instanceof Promise)) return result as Value;
  frame.awaitPos = frame.awaitedPos = pos;
  return fn.convert === undefined ? result : thenPromise(frame, result, fn.convert);
}

/** Lets the frame wait for a native; what has to be done with its value is done when it is there. */
function awaitNative(
  frame: Frame,
  fn: NativeFn,
  pending: Promise<Value>,
  args: Value[],
  ref: Ref | null,
  pos: Position,
  isRef: boolean,
): Promise<Value> {
  const { run } = frame;
  const guarded = run.cancellation === null ? pending : run.cancellation.guard(pending);
  frame.awaitPos = frame.awaitedPos = pos;
  const finish = finisher(frame, fn, args, pos, isRef);
  // A native with a context may go on working for this frame, which would change `awaitPos`.
  if (ref === null && !fn.usesContext) return finish === null ? guarded : thenPromise(frame, guarded, finish);
  const putBack = () => {
    if (ref !== null) args[0] = ref.value;
  };
  return guarded.then(
    (value) => {
      putBack();
      return finish === null ? value : finish(value);
    },
    (error: unknown) => {
      putBack();
      throw nativeError(error, pos);
    },
  );
}

/** What has to be done with the value that a native's promise brings; null for nothing. */
function finisher(
  frame: Frame,
  fn: NativeFn,
  args: Value[],
  pos: Position,
  isRef: boolean,
): ((value: Value) => Value) | null {
  const { run } = frame;
  const { convert } = fn;
  const isPrint = fn.name === "print" || fn.name === "debug";
  if (!run.hasSizeLimits && !isPrint) return convert ?? null;
  return (settled) => {
    try {
      const value = convert === undefined ? settled : convert(settled);
      if (run.hasSizeLimits) {
        run.checkSize(value, pos);
        if (isRef) run.checkSize(args[0], pos);
      }
      return isPrint ? printed(frame, fn.name, value, pos) : value;
    } catch (error) {
      throw nativeError(error, pos);
    }
  };
}

function callImplementation(
  frame: Frame,
  fn: NativeFn,
  first: never,
  args: Value[],
  pos: Position,
  constant: boolean,
  mayAwait: boolean,
): Later<Value> {
  const call = fn.call as (...values: unknown[]) => Later<Value>;
  if (fn.usesContext) {
    const context = frame.run.engine.createContext(frame, fn.name, pos, constant, mayAwait);
    switch (args.length) {
      case 0:
        return call(context);
      case 1:
        return call(context, first);
      case 2:
        return call(context, first, args[1]);
      case 3:
        return call(context, first, args[1], args[2]);
      default:
        return call(context, first, ...args.slice(1));
    }
  }
  switch (args.length) {
    case 0:
      return call();
    case 1:
      return call(first);
    case 2:
      return call(first, args[1]);
    case 3:
      return call(first, args[1], args[2]);
    default:
      return call(first, ...args.slice(1));
  }
}

function printed(frame: Frame, name: string, text: Value, pos: Position): undefined {
  if (typeof text !== "string") throw mismatchOutputType("string", typeNameOf(text), pos);
  const { engine, own } = frame.run;
  try {
    if (name === "print") (own.onPrint ?? engine.hooks.print)(text);
    else (own.onDebug ?? engine.hooks.debug)(text, frame.source, pos);
  } catch (error) {
    throw nativeError(error, pos);
  }
  return undefined;
}
