// Indexing strings: single characters and slices, with Rhai's rules for what is read and what is replaced.

import type { Position } from "../../lang/position.ts";
import { stringBounds } from "../errors.ts";
import { display } from "../value/display.ts";
import type { Int } from "../value/int.ts";
import type { Range } from "../value/objects.ts";
import { type Char, charFromCodePoint, charOf } from "../value/scalars.ts";
import * as text from "../value/strings.ts";
import type { Value } from "../value/value.ts";

/** The character at an index, counted from the end when negative. Throws stringBounds. */
export function stringChar(s: string, index: Int, pos: Position): Char {
  if (typeof index === "number" && index >= 0 && index < s.length) {
    const code = s.charCodeAt(index);
    if (code < 0x80 && text.isBasic(s)) return charFromCodePoint(code);
  }
  const count = text.length(s);
  const at = index < 0 ? BigInt(count) + BigInt(index) : BigInt(index);
  if (at < 0n || at >= BigInt(count)) throw stringBounds(count, index, pos);
  return charOf(text.charAt(s, Number(at)));
}

/**
 * Replaces a character. Rhai writes `s[-k] = c` at index k, not at the k-th character from the end (after checking the
 * bounds of the latter); a k equal to the length writes nothing.
 */
export function withChar(s: string, index: Int, value: Char): string {
  const at = Number(index < 0 ? -index : index);
  const count = text.length(s);
  if (at >= count) return s;
  return text.slice(s, 0, at) + value.value + text.slice(s, at + 1, count);
}

interface Slice {
  readonly start: number;
  readonly end: number;
}

const clampIndex = (value: Int): number =>
  Number(value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : value);

function sliceBounds(range: Range, count: number, pos: Position): Slice {
  let start: number;
  if (range.from >= 0) start = clampIndex(range.from);
  else {
    const fromEnd = BigInt(count) + BigInt(range.from);
    if (fromEnd < 0n || count === 0) throw stringBounds(count, range.from, pos);
    start = Number(fromEnd);
  }
  let end: number;
  if (range.to >= 0) end = clampIndex(range.to);
  else {
    const fromEnd = BigInt(count) + BigInt(range.to);
    end = fromEnd < 0n ? 0 : Number(fromEnd);
  }
  return { start, end };
}

/** The text a range selects. Throws stringBounds for a start before the first character. */
export function stringSlice(s: string, range: Range, pos: Position): string {
  if (s === "") return "";
  const count = text.length(s);
  const { start, end } = sliceBounds(range, count, pos);
  if (range.inclusive) {
    if (start === 0 && end >= count - 1) return s;
    return end > start ? text.slice(s, start, end + 1) : "";
  }
  if (start === 0 && end >= count) return s;
  return end > start ? text.slice(s, start, end) : "";
}

/** Replaces what a range selects by the display form of any value. */
export function withSlice(s: string, range: Range, value: Value, pos: Position): string {
  const count = text.length(s);
  const { start, end } = s === "" ? { start: 0, end: 0 } : sliceBounds(range, count, pos);
  const head = text.slice(s, 0, Math.min(start, count));
  const inserted = typeof value === "string" ? value : display(value);
  let tail: string;
  if (s === "") tail = "";
  else if (range.inclusive) tail = text.slice(s, Math.min(end, count - 1) + 1, count);
  else tail = text.slice(s, Math.min(end, count), count);
  return head + inserted + tail;
}
