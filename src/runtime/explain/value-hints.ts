// Hints for values out of range: arithmetic, and indices beyond the end.

import type { Failure } from "./failure.ts";

const RANGE = "from -9223372036854775808 to 9223372036854775807";

/** Whether the numbers of an overflow message are bytes: then so was the operation. */
function areBytes(message: string): boolean {
  const numbers = message.match(/-?\d+/g)?.map(Number) ?? [];
  return numbers.length > 0 && numbers.every((n) => n >= 0 && n <= 255);
}

/** A hint for an arithmetic error. */
export function arithmeticHint({ error }: Failure): string | null {
  const message = error.fields.name ?? "";
  if (/^(Division|Modulo division) by zero/.test(message)) {
    return "test the divisor first: `if d != 0 { ... }`; floats give infinity or NaN instead of an error";
  }
  if (message.startsWith("Integer raised to a negative power"))
    return "write one side as a float: `2.0 ** -1`";
  if (message.startsWith("Integer overflow: to_int")) return `i64 holds whole numbers ${RANGE}`;
  if (message.includes("overflow")) {
    return areBytes(message)
      ? "bytes go from 0 to 255: make i64 of them with `to_int()`"
      : `i64 holds whole numbers ${RANGE}: use floats for larger ones, \`x.to_float()\``;
  }
  if (message.startsWith("Error parsing"))
    return "catch the error when a text may be no number: `try { ... } catch { ... }`";
  if (message === "step value cannot be zero")
    return "the last argument of `range` is the step, and must lead on";
  if (message.startsWith("Invalid radix")) return "the radix goes from 2 to 36";
  return null;
}

function ends(last: number): string {
  return last === 0 ? "0 or -1" : `0 to ${last}, or -${last + 1} to -1 counted from the end`;
}

/** A hint for an index that is out of bounds. */
export function boundsHint({ error }: Failure): string {
  const { length = 0, index = 0 } = error.fields;
  if (error.kind === "ErrorBitFieldBounds") return `bits are numbered ${ends(length - 1)}`;
  if (length === 0) return "it is empty: test `is_empty()` first";
  const fromZero = Number(index) === length ? "; the first has index 0" : "";
  return `valid indices are ${ends(length - 1)}${fromZero}`;
}
