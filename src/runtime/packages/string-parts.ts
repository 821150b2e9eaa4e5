// Parts of strings: `sub_string` makes a new one, `crop` keeps nothing else.

import type { PackageBuilder } from "../function/native.ts";
import type { Int } from "../value/int.ts";
import type { Range, Ref } from "../value/objects.ts";
import { indexOfInt, length, slice } from "../value/strings.ts";

/** The part from `start` (negative: from the end, at most to the beginning) with up to `count` characters. */
function part(text: string, start: Int, count: Int = Number.POSITIVE_INFINITY): string {
  if (count <= 0) return "";
  const at = indexOfInt(start);
  const from = at < 0 ? Math.max(length(text) + at, 0) : at;
  return slice(text, from, from + indexOfInt(count));
}

/** Negative bounds count as 0; an inclusive range always has at least one character. */
function partOfRange(text: string, range: Range): string {
  const from = Math.max(indexOfInt(range.from), 0);
  const to = Math.max(indexOfInt(range.to), from);
  return slice(text, from, range.inclusive ? to + 1 : to);
}

export function registerParts(m: PackageBuilder): void {
  const sub = { doc: "A part of the string." };
  const crop = { doc: "Keeps only a part of the string." };
  const cropPart = (text: Ref<string>, start: Int, count?: Int): void => {
    text.value = part(text.value, start, count);
  };
  const cropRange = (text: Ref<string>, range: Range): void => {
    text.value = partOfRange(text.value, range);
  };
  for (const type of ["range", "range="]) {
    const paramNames = ["string", "range"];
    m.fn("sub_string", ["string", type], "string", partOfRange, { ...sub, paramNames });
    m.inPlace("crop", ["string", type], "()", cropRange, { ...crop, paramNames });
  }
  const from = ["string", "start"];
  m.fn("sub_string", ["string", "i64"], "string", part, { ...sub, paramNames: from });
  m.inPlace("crop", ["string", "i64"], "()", cropPart, { ...crop, paramNames: from });
  const fromCount = ["string", "start", "len"];
  m.fn("sub_string", ["string", "i64", "i64"], "string", part, { ...sub, paramNames: fromCount });
  m.inPlace("crop", ["string", "i64", "i64"], "()", cropPart, { ...crop, paramNames: fromCount });
}
