// Positions inside arrays, blobs and strings: how Rhai reads a start, a length, an index or a range.

import { INT_MAX, type Int } from "./int.ts";
import type { Range } from "./objects.ts";

/** The offset a start position means: negative counts from the end and stops at 0; past the end gives `length`. */
export function offsetOf(length: number, start: Int): number {
  if (start < 0) return start <= -length ? 0 : length + Number(start);
  return start >= length ? length : Number(start);
}

/** How many items of `length` a count means, from `offset` on. */
export function countFrom(length: number, offset: number, count: Int): number {
  if (count <= 0) return 0;
  return count > length - offset ? length - offset : Number(count);
}

/** The offset an index means, negative from the end; -1 when there is no such item. */
export function indexIn(length: number, index: Int): number {
  if (index < 0) return index < -length ? -1 : length + Number(index);
  return index < length ? Number(index) : -1;
}

/** Where a range of items starts. Negative bounds of ranges are 0: they do not count from the end. */
export function rangeStart(range: Range): number {
  return range.from < 0 ? 0 : Number(range.from);
}

/** How many items a range covers, not yet limited to those that exist. */
export function rangeCount(range: Range): number {
  const { to, inclusive } = range;
  let { from } = range;
  if (from < 0) from = 0;
  if (to <= from) return inclusive && from !== INT_MAX ? 1 : 0;
  // Bounds beyond the safe range may come out equal as JS numbers; the range is not empty all the same.
  return Math.max(1, Number(to) - Number(from) + (inclusive ? 1 : 0));
}
