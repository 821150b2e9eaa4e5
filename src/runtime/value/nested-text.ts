// Writes values that hold other values, level by level on a stack of its own: data may be nested deeper than JS can recurse.

import { EvalError } from "../errors.ts";
import type { FnPtr } from "./fn-ptr.ts";
import { quoteString } from "./string-debug.ts";
import type { Value } from "./value.ts";

/** A value under way: its parts, and how many of them are written. */
export class Frame {
  next = 0;
  constructor(
    readonly open: string,
    readonly values: readonly Value[],
    readonly close: string,
    /** Keys of the values, or null. */
    readonly keys: readonly string[] | null = null,
    /** The function pointer whose curried arguments the values are. */
    readonly owner: FnPtr | null = null,
    /** Inside of a captured variable: the captured variables already shown, by function pointer and position. */
    readonly shown: Map<FnPtr, Set<number>> | null = null,
  ) {}
}

/** One way to write values. */
export interface Dialect {
  readonly separator: string;
  readonly colon: string;
  /** The text of a value, or its parts; `parent` is the value that it is a part of. */
  parts(value: Value, parent: Frame | null): Frame | string;
}

/** Deeper nesting can only come from a cycle (a closure that captured itself). */
const MAX_DEPTH = 500_000;

export function writeNested(value: Value, dialect: Dialect): string {
  const top = dialect.parts(value, null);
  if (typeof top === "string") return top;
  const stack: Frame[] = [];
  let frame = top;
  let text = frame.open;
  for (;;) {
    if (frame.next === frame.values.length) {
      text += frame.close;
      const parent = stack.pop();
      if (parent === undefined) return text;
      frame = parent;
      continue;
    }
    if (frame.next > 0) text += dialect.separator;
    if (frame.keys !== null) text += quoteString(frame.keys[frame.next]) + dialect.colon;
    const part = dialect.parts(frame.values[frame.next++], frame);
    if (typeof part === "string") {
      text += part;
    } else {
      if (stack.length === MAX_DEPTH) throw new EvalError("ErrorStackOverflow");
      stack.push(frame);
      frame = part;
      text += frame.open;
    }
  }
}
