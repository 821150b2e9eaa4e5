// Arrays: sorting items of one type without a callback.

import { functionNotFound } from "../errors.ts";
import { compareStrings, type RhaiArray } from "../value/containers.ts";
import type { Char, Float } from "../value/scalars.ts";
import { TypeId, typeIdOf, typeNameOf, type Value } from "../value/value.ts";
import { sortNow } from "./array-stable-sort.ts";

type IsLess = (left: never, right: never) => boolean;

const IS_LESS: ReadonlyMap<number, IsLess> = new Map<number, IsLess>([
  [TypeId.INT, (left: number | bigint, right: number | bigint) => left < right],
  // NaN is not less than anything, nor is anything less than it: it counts as equal.
  [TypeId.FLOAT, (left: Float, right: Float) => left.value < right.value],
  [TypeId.CHAR, (left: Char, right: Char) => left.codePoint < right.codePoint],
  [TypeId.STRING, (left: string, right: string) => compareStrings(left, right) < 0],
  [TypeId.BOOL, (left: boolean, right: boolean) => !left && right],
  [TypeId.UNIT, () => false],
]);

/** Rust's names of types that `type_of` calls otherwise. */
const RUST_NAMES: ReadonlyMap<number, string> = new Map([
  [TypeId.RANGE, "core::ops::range::Range<i64>"],
  [TypeId.RANGE_INCLUSIVE, "core::ops::range::RangeInclusive<i64>"],
]);

/** Sorts in place. Throws when the items are not all of one type, or of a type without an order. */
export function sortPlain(array: RhaiArray, descending: boolean): void {
  const { items } = array;
  if (items.length <= 1) return;
  const type = typeIdOf(items[0]);
  for (let i = 1; i < items.length; i++) {
    if (typeIdOf(items[i]) !== type) throw functionNotFound("elements of different types cannot be sorted");
  }
  const isLess = IS_LESS.get(type);
  if (isLess === undefined) {
    const name = RUST_NAMES.get(type) ?? typeNameOf(items[0]);
    throw functionNotFound(`elements of ${name} cannot be sorted`);
  }
  if (type === TypeId.INT && sortNumbers(array.write(), descending)) return;
  if (type === TypeId.STRING && sortStrings(array.write(), descending)) return;
  const before = isLess as (left: Value, right: Value) => boolean;
  array.replace(sortNow(array.write(), descending ? (left, right) => before(right, left) : before));
}

/** Equal numbers can't be told apart, so any algorithm will do; false when some are beyond the safe range. */
function sortNumbers(items: Value[], descending: boolean): boolean {
  if (!items.every((item) => typeof item === "number")) return false;
  const sorted = Float64Array.from(items).sort();
  const last = items.length - 1;
  for (let i = 0; i <= last; i++) items[i] = sorted[descending ? last - i : i];
  return true;
}

/** JS orders strings by UTF-16 units: the same as by code points as long as there are none from U+D800 on. */
function sortStrings(items: Value[], descending: boolean): boolean {
  if (items.some((item) => BEYOND_SURROGATES.test(item as string))) return false;
  items.sort();
  if (descending) items.reverse();
  return true;
}

const BEYOND_SURROGATES = /[\ud800-\uffff]/;
