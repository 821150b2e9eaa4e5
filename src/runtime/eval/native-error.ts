// What a script sees of an error that a native function threw.

import type { Position } from "../../lang/position.ts";
import { ExitSignal } from "../control.ts";
import { dataTooLarge, EvalError, runtimeError } from "../errors.ts";
import { LeaveSignal } from "./frame.ts";

/** Positions the error; anything that is not Rhai's becomes a runtime error with the JS error as its cause. */
export function nativeError(error: unknown, pos: Position): unknown {
  if (error instanceof EvalError) return error.at(pos);
  if (error instanceof ExitSignal || error instanceof LeaveSignal) return error;
  if (isStackOverflow(error)) return new EvalError("ErrorStackOverflow", {}, pos);
  if (error instanceof RangeError && error.message.includes("string length"))
    return dataTooLarge("Length of string", pos);
  const wrapped = runtimeError(errorText(error), pos);
  wrapped.cause = error;
  return wrapped;
}

/** The text of whatever was thrown, hostile objects included. */
function errorText(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : String(error);
    return typeof text === "string" ? text : String(text);
  } catch {
    return "unknown error";
  }
}

/** Whether JS itself ran out of stack. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
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
