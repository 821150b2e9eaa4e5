// What a script's value or error becomes in the task's record.

import { ParseError } from "../../lang/errors.ts";
import { columnOf, lineOf, NO_POSITION, type Position } from "../../lang/position.ts";
import { type CallFrame, EvalError, parsingError } from "../../runtime/errors.ts";
import { toJson } from "../../runtime/json-write.ts";
import { RhaiMap } from "../../runtime/value/containers.ts";
import { ConversionError } from "../../runtime/value/convert.ts";
import type { Value } from "../../runtime/value/value.ts";
import { byteLength } from "../record.ts";
import type { TaskError } from "../task.ts";
import type { ScriptEnd } from "./thread-messages.ts";

const MAX_FRAMES = 50;

/** A failure that the queue itself found, with a kind of its own. */
export class TaskRefused extends Error {
  override readonly name = "TaskRefused";
  constructor(
    readonly kind: string,
    message: string,
    readonly retryable = false,
  ) {
    super(message);
  }
}

/** The value as JSON text; see docs/queue.md for what has no such form. */
export function endOfValue(value: Value, outputBytes: number): ScriptEnd {
  let output: string;
  try {
    output = toJson(value);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    return failed({ kind: "OutputNotRepresentable", message: `the result: ${error.message}` }, false);
  }
  // No character takes more than three bytes per unit: most texts need no counting.
  if (output.length * 3 <= outputBytes || byteLength(output) <= outputBytes)
    return { kind: "completed", output };
  const message = `the result has ${byteLength(output)} bytes as JSON (allowed: ${outputBytes})`;
  return failed({ kind: "OutputTooLarge", message }, false);
}

export function failed(error: TaskError, retryable: boolean): ScriptEnd {
  return { kind: "failed", error, retryable };
}

/** Whatever was thrown while a script was prepared or ran. */
export function endOfError(error: unknown): ScriptEnd {
  if (error instanceof TaskRefused)
    return failed({ kind: error.kind, message: error.message }, error.retryable);
  if (error instanceof ParseError) return endOfError(parsingError(error));
  if (error instanceof EvalError) return failed(taskError(error), isRetryable(error));
  return failed({ kind: "Internal", message: text(error) }, true);
}

/** The innermost error: what happened; how the script got there is in the stack. */
function taskError(error: EvalError): TaskError {
  const { root } = error;
  const place = [root.position, root.place, error.position].find((position) => position !== NO_POSITION);
  const position = place === undefined ? {} : { position: lineAndColumn(place) };
  const frames = error.callStack ?? [];
  const stack = frames.length === 0 ? {} : { stack: frames.slice(0, MAX_FRAMES).map(describe) };
  return { kind: root.kind, message: thrownMessage(root) ?? root.message, ...position, ...stack };
}

function lineAndColumn(position: Position): { readonly line: number; readonly column: number } {
  return { line: lineOf(position), column: columnOf(position) };
}

function describe({ name, source, position }: CallFrame): string {
  const place = position === NO_POSITION ? [] : [lineOf(position), columnOf(position)];
  const at = [source, ...place].filter((part) => part !== null).join(":");
  return at === "" ? `in ${name}` : `in ${name}, called at ${at}`;
}

/** `throw #{ message: "...", retry: false }` */
function thrownMap({ kind, fields }: EvalError): RhaiMap | null {
  return kind === "ErrorRuntime" && fields.value instanceof RhaiMap ? fields.value : null;
}

function thrownMessage(error: EvalError): string | null {
  const message = thrownMap(error)?.get("message");
  return typeof message === "string" ? message : null;
}

function isRetryable({ root }: EvalError): boolean {
  return root.kind !== "ErrorParsing" && thrownMap(root)?.get("retry") !== false;
}

function text(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "unknown error";
  }
}
