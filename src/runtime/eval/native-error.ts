// What a script sees of an error that a native function threw.

import type { Position } from "../../lang/position.ts";
import { ExitSignal } from "../control.ts";
import { dataTooLarge, EvalError, hostError } from "../errors.ts";
import { isInstance, thrownText } from "../thrown.ts";
import { LeaveSignal } from "./frame.ts";

/** Positions the error; anything that is not Rhai's becomes a runtime error with the JS error as its cause. */
export function nativeError(error: unknown, pos: Position): unknown {
  if (isInstance(error, EvalError) && !Object.isFrozen(error)) return error.at(pos);
  if (isInstance(error, ExitSignal) || isInstance(error, LeaveSignal)) return error;
  if (isStackOverflow(error)) return new EvalError("ErrorStackOverflow", {}, pos);
  if (isInstance(error, RangeError) && thrownText(error).includes("string length"))
    return dataTooLarge("Length of string", pos);
  return hostError(error).at(pos);
}

/** Whether JS itself ran out of stack. */
export function isStackOverflow(error: unknown): boolean {
  if (isInstance(error, RangeError)) return thrownText(error).includes("call stack");
  // Firefox has a class of its own for it.
  if (!isInstance(error, Error) || thrownText(error) !== "too much recursion") return false;
  return error.name === "InternalError";
}

/** Does what goes as deep as a tree is nested: without a limit on nesting, that may be too deep for the host's stack. */
export function withinStack<T>(
  work: () => T,
  tooDeep: () => Error = () => new EvalError("ErrorStackOverflow"),
): T {
  try {
    return work();
  } catch (error) {
    throw isStackOverflow(error) ? tooDeep() : error;
  }
}
