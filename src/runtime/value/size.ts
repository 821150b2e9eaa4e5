// Sizes of values as Rhai's data limits count them.

import { dataTooLarge } from "../errors.ts";
import { Blob, RhaiArray, RhaiMap } from "./containers.ts";
import { utf8Length } from "./strings.ts";
import type { Value } from "./value.ts";

/** Everything inside a value, nested values included: array items and blob bytes, map entries, bytes of strings. */
export interface DataSize {
  arrays: number;
  maps: number;
  strings: number;
}

/** Limits on sizes; 0 is unlimited. */
export interface SizeLimits {
  readonly maxStringSize: number;
  readonly maxArraySize: number;
  readonly maxMapSize: number;
}

export function sizeOf(value: Value): DataSize {
  const size: DataSize = { arrays: 0, maps: 0, strings: 0 };
  if (typeof value === "string") size.strings = utf8Length(value);
  else if (value instanceof Blob) size.arrays = value.length;
  else if (value instanceof RhaiArray || value instanceof RhaiMap) addContents(size, value);
  return size;
}

// A list of what is still to do instead of recursion: nesting may be deeper than the JS stack.
function addContents(size: DataSize, root: RhaiArray | RhaiMap): void {
  const pending: (RhaiArray | RhaiMap)[] = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next instanceof RhaiArray) {
      const items = next.items;
      size.arrays += items.length;
      for (let i = 0; i < items.length; i++) addNested(size, items[i], pending);
    } else {
      size.maps += next.size;
      for (const key of next.keys()) addNested(size, next.get(key), pending);
    }
  }
}

function addNested(size: DataSize, value: Value, pending: (RhaiArray | RhaiMap)[]): void {
  if (typeof value === "string") size.strings += utf8Length(value);
  else if (typeof value !== "object") return;
  else if (value instanceof RhaiArray || value instanceof RhaiMap) pending.push(value);
  else if (value instanceof Blob) size.arrays += value.length + 1;
}

/** Throws "... too large" (without position) when a size is beyond the limits. */
export function checkSize(size: DataSize, limits: SizeLimits): void {
  if (limits.maxStringSize > 0 && size.strings > limits.maxStringSize) throw dataTooLarge("Length of string");
  if (limits.maxArraySize > 0 && size.arrays > limits.maxArraySize) throw dataTooLarge("Size of array/BLOB");
  if (limits.maxMapSize > 0 && size.maps > limits.maxMapSize) throw dataTooLarge("Size of object map");
}
