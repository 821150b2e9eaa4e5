// Calling native functions: choice of the overload, context, errors, size checks, `print` and `debug`.

import type { Position } from "../../lang/position.ts";
import { ExitSignal } from "../control.ts";
import {
  dataTooLarge,
  EvalError,
  functionNotFound,
  mismatchOutputType,
  nonPureMethodCall,
  runtimeError,
} from "../errors.ts";
import type { NativeFn } from "../function/native.ts";
import { assignOperator, binaryOperator } from "../function/operators.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import { copyValue } from "../value/containers.ts";
import { Ref } from "../value/objects.ts";
import { signatureTypeName, typeIdOf, typeNameOf, type Value } from "../value/value.ts";
import type { Frame } from "./frame.ts";
import { isStackOverflow } from "./script-call.ts";

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
  const fn = frame.run.engine.registry.resolve(name, args);
  if (fn !== null) return invokeNative(frame, fn, args, pos, false, false);
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

function builtInOperator(op: string, args: readonly Value[]): ((a: Value, b: Value) => Value) | null {
  const left = typeIdOf(args[0]);
  const right = typeIdOf(args[1]);
  const found =
    op.endsWith("=") && !/^(==|!=|<=|>=)$/.test(op)
      ? assignOperator(op, left, right)
      : binaryOperator(op, left, right);
  return found as ((a: Value, b: Value) => Value) | null;
}

/**
 * Calls a chosen native. With `isRef` the first argument is a place: containers are modified in place, and for functions
 * on value types `args[0]` holds the new value afterwards, also when the call fails; the caller puts it back.
 * Without it `args[0]` must be owned.
 */
export function invokeNative(
  frame: Frame,
  fn: NativeFn,
  args: Value[],
  pos: Position,
  isRef: boolean,
  constant: boolean,
): Value {
  if (constant && fn.receiver === "mut") throw nonPureMethodCall(fn.name, pos);
  const { run } = frame;
  if (run.metered) run.track(pos);
  let result: Value;
  try {
    if (fn.byRef) {
      const ref = new Ref(args[0]);
      try {
        result = callImplementation(frame, fn, ref as never, args, pos, constant);
      } finally {
        args[0] = ref.value;
      }
    } else {
      const first = isRef && fn.receiver === "value" ? copyValue(args[0]) : args[0];
      result = callImplementation(frame, fn, first as never, args, pos, constant);
    }
    if (run.hasSizeLimits) {
      run.checkSize(result, pos);
      if (isRef) run.checkSize(args[0], pos);
    }
  } catch (error) {
    throw nativeError(error, pos);
  }
  return fn.name === "print" || fn.name === "debug" ? printed(frame, fn.name, result, pos) : result;
}

function callImplementation(
  frame: Frame,
  fn: NativeFn,
  first: never,
  args: Value[],
  pos: Position,
  constant: boolean,
): Value {
  const call = fn.call as (...values: unknown[]) => Value;
  if (fn.usesContext) {
    const context = frame.run.engine.createContext(frame, fn.name, pos, constant);
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

/** What a script sees of an error that a native function threw. */
export function nativeError(error: unknown, pos: Position): unknown {
  if (error instanceof EvalError) return error.at(pos);
  if (error instanceof ExitSignal) return error;
  if (isStackOverflow(error)) return new EvalError("ErrorStackOverflow", {}, pos);
  if (error instanceof RangeError && error.message.includes("string length"))
    return dataTooLarge("Length of string", pos);
  const text = error instanceof Error ? error.message : String(error);
  const wrapped = runtimeError(text, pos);
  wrapped.cause = error;
  return wrapped;
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
