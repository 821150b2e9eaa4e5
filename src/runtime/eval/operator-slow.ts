// Operators beyond the integer fast paths: built-in pairs of types, then registered functions.

import { NO_POSITION, type Position } from "../../lang/position.ts";
import { EvalError } from "../errors.ts";
import { binaryOperator } from "../function/operators.ts";
import { utf8Length } from "../value/strings.ts";
import { typeIdOf, type Value } from "../value/value.ts";
import type { Frame } from "./frame.ts";
import type { Later } from "./later.ts";
import { callNative, callNativeAsync } from "./native-call.ts";

type Operator = (a: Value, b: Value) => Value;

/** What a binary operator node does for operands that its fast path does not take. Caches the last pair of types. */
export type SlowOperator = (frame: Frame, a: Value, b: Value) => Value;

export function slowOperator(op: string, pos: Position, sized: boolean): SlowOperator {
  return operator(op, pos, sized, callNative) as SlowOperator;
}

/** Same for an operator behind which an asynchronous function may stand. */
export function slowOperatorAsync(
  op: string,
  pos: Position,
  sized: boolean,
): (frame: Frame, a: Value, b: Value) => Later<Value> {
  return operator(op, pos, sized, callNativeAsync);
}

function operator(
  op: string,
  pos: Position,
  sized: boolean,
  call: typeof callNativeAsync,
): (frame: Frame, a: Value, b: Value) => Later<Value> {
  let leftType = -1;
  let rightType = -1;
  let cached: Operator | null = null;
  return (frame, a, b) => {
    const left = typeIdOf(a);
    const right = typeIdOf(b);
    if (left !== leftType || right !== rightType) {
      cached = binaryOperator(op, left, right) as Operator | null;
      leftType = left;
      rightType = right;
    }
    if (cached === null) return call(frame, op, [a, b], pos, op);
    try {
      const result = cached(a, b);
      if (sized) checkBuiltIn(frame, result);
      return result;
    } catch (error) {
      // Rhai's built-in operators report their errors without a position.
      if (error instanceof EvalError && error.position === NO_POSITION) error.place = pos;
      throw error;
    }
  };
}

function checkBuiltIn(frame: Frame, result: Value): void {
  if (typeof result === "string") frame.run.throwOnSize(0, 0, utf8Length(result), NO_POSITION);
  else if (typeof result === "object") frame.run.checkSize(result, NO_POSITION);
}
