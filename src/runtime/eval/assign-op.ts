// The operator of an op-assignment: built-in pairs of types, registered `op=` functions, then `target = target op value`.

import type { Position } from "../../lang/position.ts";
import { EvalError, functionNotFound } from "../errors.ts";
import { assignOperator } from "../function/operators.ts";
import { Blob, RhaiArray } from "../value/containers.ts";
import { utf8Length } from "../value/strings.ts";
import { typeIdOf, type Value } from "../value/value.ts";
import { callSignature } from "./callbacks.ts";
import type { Frame } from "./frame.ts";
import { type Later, whenDone } from "./later.ts";
import { builtInOperator, callNative, callNativeAsync, invokeAsync, invokeNative } from "./native-call.ts";
import { nativeError } from "./native-error.ts";
import { findNative } from "./native-lookup.ts";

type Operator = (a: Value, b: Value) => Value;

/** Computes the new value of a place. `old` must be writable when it is a container: it may be modified in place. */
export type AssignOperation = (frame: Frame, old: Value, value: Value, sizePos: Position) => Value;

/** Same, where an asynchronous function may stand behind the operator. */
export type AsyncAssignOperation = (
  frame: Frame,
  old: Value,
  value: Value,
  sizePos: Position,
) => Later<Value>;

/** `op` is the plain operator; `pos` that of the op-assignment token. */
export function assignOperation(op: string, pos: Position, fastOperators: boolean): AssignOperation {
  return operation(op, pos, fastOperators, false) as AssignOperation;
}

export function asyncAssignOperation(
  op: string,
  pos: Position,
  fastOperators: boolean,
): AsyncAssignOperation {
  return operation(op, pos, fastOperators, true);
}

function operation(
  op: string,
  pos: Position,
  fastOperators: boolean,
  mayAwait: boolean,
): AsyncAssignOperation {
  const token = `${op}=`;
  let leftType = -1;
  let rightType = -1;
  let cached: Operator | null = null;
  return (frame, old, value, sizePos) => {
    if (fastOperators) {
      const left = typeIdOf(old);
      const right = typeIdOf(value);
      if (left !== leftType || right !== rightType) {
        cached = assignOperator(token, left, right) as Operator | null;
        leftType = left;
        rightType = right;
      }
      if (cached !== null) {
        try {
          return frame.run.hasSizeLimits
            ? sizedOperation(frame, cached, old, value, pos)
            : cached(old, value);
        } catch (error) {
          throw nativeError(error, pos);
        }
      }
    }
    const result = registeredOperation(frame, op, token, old, value, pos, mayAwait);
    if (!frame.run.hasSizeLimits) return result;
    return whenDone(frame, result, (settled) => frame.run.checkSize(settled, sizePos));
  };
}

/**
 * As in Rhai: what a blob would become is checked before, an array before another one is appended to it, and all else
 * afterwards.
 */
function sizedOperation(frame: Frame, operate: Operator, old: Value, value: Value, pos: Position): Value {
  if (old instanceof Blob) {
    frame.run.throwOnSize(old.length + bytesAdded(value), 0, 0, pos);
    return operate(old, value);
  }
  if (old instanceof RhaiArray && value instanceof RhaiArray) {
    if (old.length > 0 && value.length > 0) frame.run.checkSize(old, pos);
    return operate(old, value);
  }
  return frame.run.checkSize(operate(old, value), pos);
}

/** What Rhai counts: one for a character. */
function bytesAdded(value: Value): number {
  if (value instanceof Blob) return value.length;
  return typeof value === "string" ? utf8Length(value) : 1;
}

function registeredOperation(
  frame: Frame,
  op: string,
  token: string,
  old: Value,
  value: Value,
  pos: Position,
  mayAwait: boolean,
): Later<Value> {
  const args = [old, value];
  const fn = findNative(frame, token, args);
  if (fn !== null) {
    const invoke = mayAwait ? invokeAsync : invokeNative;
    return whenDone(frame, invoke(frame, fn, args, pos, true, false), () => args[0]);
  }
  const builtIn = assignOperator(token, typeIdOf(old), typeIdOf(value)) as Operator | null;
  if (builtIn !== null) {
    try {
      return builtIn(old, value);
    } catch (error) {
      throw error instanceof EvalError ? error.at(pos) : error;
    }
  }
  const operands = [old, value];
  // `a += b` stands for `a = a + b` then, but the host is not asked for a missing function.
  if (findNative(frame, op, operands) === null && builtInOperator(op, operands) === null)
    throw functionNotFound(callSignature(op, operands), pos);
  return (mayAwait ? callNativeAsync : callNative)(frame, op, operands, pos, op);
}
