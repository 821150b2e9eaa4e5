// Strings counted in Unicode scalar values: length, indexing, slices, UTF-8 sizes, white space.
//
// JS strings count UTF-16 units, which is the same as long as there are no surrogate pairs. Every function here asks that
// first. The latest answers are kept, so that loops over one string pay for its scan once.

import type { Int } from "./int.ts";

const SURROGATE = /[\ud800-\udfff]/;

/** The string that was last found to be free of surrogates. */
let latestBasic = "";

/** True when all characters are of the basic multilingual plane, i.e. when JS counts and cuts as Rhai does. */
export function isBasic(text: string): boolean {
  if (text === latestBasic) return true;
  if (SURROGATE.test(text)) return false;
  latestBasic = text;
  return true;
}

/** The string that `latestOffsets` belongs to. */
let latestIndexed = "";
let latestOffsets: Uint32Array = new Uint32Array(1);

/** UTF-16 offsets of all scalar values of a string with surrogates, and its end. */
function offsetsOf(text: string): Uint32Array {
  if (text === latestIndexed) return latestOffsets;
  const offsets = new Uint32Array(text.length + 1);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    offsets[count++] = i;
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800) i++;
  }
  offsets[count] = text.length;
  latestIndexed = text;
  latestOffsets = offsets.subarray(0, count + 1);
  return latestOffsets;
}

/** Number of scalar values. */
export function length(text: string): number {
  return isBasic(text) ? text.length : offsetsOf(text).length - 1;
}

/** UTF-16 offset of the scalar value at `index` (0 or more); the end of the string when there is none. */
export function offsetOf(text: string, index: number): number {
  if (isBasic(text)) return Math.min(index, text.length);
  const offsets = offsetsOf(text);
  return offsets[Math.min(index, offsets.length - 1)];
}

/** Number of scalar values before a UTF-16 offset. */
export function indexAt(text: string, offset: number): number {
  if (isBasic(text)) return offset;
  let count = offset;
  for (let i = 0; i < offset; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800) count--;
  }
  return count;
}

/** The scalar value at `index` (0 or more) as a string; the empty string when there is none. */
export function charAt(text: string, index: number): string {
  if (isBasic(text)) return index < text.length ? text[index] : "";
  const offsets = offsetsOf(text);
  return index < offsets.length - 1 ? text.slice(offsets[index], offsets[index + 1]) : "";
}

/** The scalar values from `from` up to, not including, `to` (both 0 or more, clamped to the length). */
export function slice(text: string, from: number, to: number = Number.POSITIVE_INFINITY): string {
  if (to <= from) return "";
  if (isBasic(text)) return text.slice(from, to);
  return text.slice(offsetOf(text, from), offsetOf(text, to));
}

/** The string with the scalar value at `index` replaced; unchanged when there is none. */
export function withCharAt(text: string, index: number, char: string): string {
  const from = offsetOf(text, index);
  if (from === text.length) return text;
  return text.slice(0, from) + char + text.slice(offsetOf(text, index + 1));
}

/** All scalar values, each as a string. */
export function scalars(text: string): string[] {
  return isBasic(text) ? text.split("") : Array.from(text);
}

/** Number of bytes in UTF-8; a lone surrogate counts as U+FFFD, which takes its place in UTF-8. */
export function countUtf8(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (text.codePointAt(i)! < 0x10000) bytes += 2;
    else {
      bytes += 2;
      i++;
    }
  }
  return bytes;
}

interface NodeHost {
  readonly Buffer?: { byteLength(text: string): number };
}

/** Number of bytes in UTF-8. Node's own function is much faster; browsers have none that does not copy the text. */
export const utf8Length: (text: string) => number = (globalThis as NodeHost).Buffer?.byteLength ?? countUtf8;

/** Whether the string has more than `limit` bytes in UTF-8; counts only when the length does not tell. */
export function isLongerThan(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  return text.length * 3 > limit && utf8Length(text) > limit;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Decodes UTF-8; each ill-formed part becomes U+FFFD, as in Rust's `from_utf8_lossy`. */
export function decodeUtf8Lossy(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Unicode's White_Space (JS's own notion lacks U+0085 and has U+FEFF). */
export function isWhitespace(code: number): boolean {
  if (code < 0x80) return code === 32 || (code >= 9 && code <= 13);
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

/** Rust's `str::trim`. */
export function trim(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isWhitespace(text.charCodeAt(from))) from++;
  while (to > from && isWhitespace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/** Rust's `str::split_whitespace`: the pieces between runs of white space, none of them empty. */
export function splitWhitespace(text: string): string[] {
  const pieces: string[] = [];
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    if (!isWhitespace(text.charCodeAt(i))) {
      if (start < 0) start = i;
    } else if (start >= 0) {
      pieces.push(text.slice(start, i));
      start = -1;
    }
  }
  if (start >= 0) pieces.push(text.slice(start));
  return pieces;
}

/** Rust's `str::replace`: an empty `find` matches between all scalar values and at both ends. */
export function replaceAll(text: string, find: string, by: string): string {
  if (find === "") return text === "" ? by : by + scalars(text).join(by) + by;
  return by.includes("$") ? text.replaceAll(find, () => by) : text.replaceAll(find, by);
}

/** An INT as a JS number, exact wherever a string could be that long. */
export function indexOfInt(index: Int): number {
  return typeof index === "number" ? index : Number(index);
}
