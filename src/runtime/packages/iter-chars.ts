// `chars()`: iterators over the characters of a string or a part of it.

import type { PackageBuilder } from "../function/native.ts";
import type { Int } from "../value/int.ts";
import { IteratorValue, type Range } from "../value/objects.ts";
import { charOf } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";
import { DONE } from "./iter-steps.ts";

/** Up to `count` characters after the first `skip`. */
export function characters(text: string, skip: number, count: number): Iterator<Value> {
  let offset = 0;
  let left = count;
  for (let i = 0; i < skip && offset < text.length; i++) offset += widthAt(text, offset);
  const next = (): IteratorResult<Value> => {
    if (left <= 0 || offset >= text.length) return DONE;
    const end = offset + widthAt(text, offset);
    const value = charOf(text.slice(offset, end));
    offset = end;
    left--;
    return { done: false, value };
  };
  return { next };
}

function widthAt(text: string, offset: number): number {
  const unit = text.charCodeAt(offset);
  return unit >= 0xd800 && unit < 0xdc00 ? 2 : 1;
}

function countCharacters(text: string): number {
  let count = 0;
  for (let offset = 0; offset < text.length; offset += widthAt(text, offset)) count++;
  return count;
}

/** A position or length within a string: beyond 2^53 all are alike. */
export function clampInt(value: Int): number {
  if (typeof value === "number") return value;
  return value > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
}

/** Start and length of the part that a range means: a negative start counts as 0. */
export function partOfRange(range: Range): { start: number; length: number } {
  const start = Math.max(clampInt(range.from), 0);
  const end = clampInt(range.to) + (range.inclusive ? 1 : 0);
  return { start, length: Math.max(end - start, 0) };
}

function part(text: string, start: Int, length: number): IteratorValue {
  const iterate = () => {
    const from = clampInt(start);
    const skip = from >= 0 ? from : Math.max(countCharacters(text) + from, 0);
    return characters(text, skip, length);
  };
  return new IteratorValue("range", iterate, "rhai::packages::iter_basic::CharsStream");
}

export function registerChars(m: PackageBuilder): void {
  const all = (text: string) => part(text, 0, Infinity);
  const ofRange = (text: string, range: Range) => {
    const { start, length } = partOfRange(range);
    return part(text, start, length);
  };
  const whole = { doc: "Iterates over the characters.", paramNames: ["string"] };
  m.fn("chars", ["string"], "iterator", all, whole);
  m.getter("chars", "string", "iterator", all, "value", whole);
  const ranged = {
    doc: "Iterates over the characters in a range of positions.",
    paramNames: ["string", "range"],
  };
  m.fn("chars", ["string", "range"], "iterator", ofRange, ranged);
  m.fn("chars", ["string", "range="], "iterator", ofRange, ranged);
  m.fn("chars", ["string", "i64"], "iterator", (text: string, start: Int) => part(text, start, Infinity), {
    doc: "Iterates over the characters from a position on; a negative one counts from the end.",
    paramNames: ["string", "start"],
  });
  const startLength = (text: string, start: Int, length: Int) => part(text, start, clampInt(length));
  m.fn("chars", ["string", "i64", "i64"], "iterator", startLength, {
    doc: "Iterates over that many characters from a position on; a negative one counts from the end.",
    paramNames: ["string", "start", "len"],
  });
}
