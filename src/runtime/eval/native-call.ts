// Calling native functions: choice of the overload, context, errors, size checks, `print` and `debug`.

import type { Position } from "../../lang/position.ts";
import { functionNotFound, mismatchOutputType, nonPureMethodCall } from "../errors.ts";
import type { NativeFn } from "../function/native.ts";
import { assignOperator, binaryOperator } from "../function/operators.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import { copyValue } from "../value/containers.ts";
import { Ref } from "../value/objects.ts";
import { RhaiObject, signatureTypeName, typeIdOf, typeNameOf, type Value } from "../value/value.ts";
import type { Frame } from "./frame.ts";
import { type Later, thenPromise } from "./later.ts";
import { unexpectedPromise } from "./may-await-error.ts";
import { nativeError } from "./native-error.ts";

/** `name (type, type)`, as "Function not found" shows it. */
export function callSignature(name: string, args: readonly Value[]): string {
  return `${name} (${args.map(signatureTypeName).join(", ")})`;
}

/** Calls a native function by name with plain values; `op` is the operator's symbol for operators. Throws functionNotFound. */
export function callNative(
  frame: Frame,
  name: string,
  args: Value[],
  pos: Position,
  op: string | null,
): Value {
  return callNativeBy(invokeNative, frame, name, args, pos, op) as Value;
}

/** Same for a native that may return a promise. */
export function callNativeAsync(
  frame: Frame,
  name: string,
  args: Value[],
  pos: Position,
  op: string | null,
): Later<Value> {
  return callNativeBy(invokeAsync, frame, name, args, pos, op);
}

function callNativeBy(
  invokeBy: Invoke,
  frame: Frame,
  name: string,
  args: Value[],
  pos: Position,
  op: string | null,
): Later<Value> {
  const fn = frame.run.engine.registry.resolve(name, args);
  if (fn !== null) return invokeBy(frame, fn, args, pos, false, false);
  const builtIn = op !== null && args.length === 2 ? builtInOperator(op, args) : null;
  if (builtIn === null) throw functionNotFound(callSignature(name, args), pos);
  try {
    return frame.run.hasSizeLimits
      ? frame.run.checkSize(builtIn(args[0], args[1]), pos)
      : builtIn(args[0], args[1]);
  } catch (error) {
    throw nativeError(error, pos);
  }
}

/** Rhai's own implementation of an operator (`+`, `+=` ...) for these operands, or null. */
export function builtInOperator(op: string, args: readonly Value[]): ((a: Value, b: Value) => Value) | null {
  const left = typeIdOf(args[0]);
  const right = typeIdOf(args[1]);
  const found =
    op.endsWith("=") && !/^(==|!=|<=|>=|\.\.=)$/.test(op)
      ? assignOperator(op, left, right)
      : binaryOperator(op, left, right);
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
): Later<Value> {
  if (constant && fn.receiver === "mut") throw nonPureMethodCall(fn.name, pos);
  const { run } = frame;
  if (run.metered) run.track(pos);
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

/** The promise that a native returned, those of other libraries included; null for a value. */
function promiseOf(fn: NativeFn, result: unknown): Promise<Value> | null {
  if (result instanceof Promise) return result;
  if (!fn.isAsync || result === null || result instanceof RhaiObject) return null;
  const { then } = result as { then?: unknown };
  return typeof then === "function" ? Promise.resolve(result as PromiseLike<Value>) : null;
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
  const { hooks } = frame.run.engine;
  if (name === "print") hooks.print(text);
  else hooks.debug(text, frame.source, pos);
  return undefined;
}

/** A call site's choice of native function, kept as long as the types of the arguments stay the same. */
export class NativeSite {
  private fn: NativeFn | null = null;
  private version = -1;
  private readonly types = [-9, -9, -9, -9];
  constructor(private readonly name: string) {}

  /** The overload for these arguments, or null. */
  resolve(registry: FunctionRegistry, args: readonly Value[]): NativeFn | null {
    const count = args.length;
    const { types } = this;
    if (count > 4) return registry.resolve(this.name, args);
    let same = this.version === registry.version;
    for (let i = 0; i < count; i++) {
      const type = typeIdOf(args[i]);
      if (types[i] !== type) {
        types[i] = type;
        same = false;
      }
    }
    if (!same) {
      this.fn = registry.resolve(this.name, args);
      this.version = registry.version;
    }
    return this.fn;
  }
}
