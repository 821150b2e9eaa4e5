// `bits()`: iterators over the bits of an INT, lowest first.

import { bitFieldBounds } from "../errors.ts";
import type { PackageBuilder } from "../function/native.ts";
import type { Int } from "../value/int.ts";
import { IteratorValue, type Range } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import { clampInt, partOfRange } from "./iter-chars.ts";
import { DONE } from "./iter-steps.ts";

const INT_BITS = 64;

/** The bits from `start` on (a negative one counts from the highest bit); an error when there is no such bit. */
function part(value: Int, start: Int, length: number): IteratorValue {
  const from = start < 0 ? INT_BITS + clampInt(start) : clampInt(start);
  if (from < 0 || from >= INT_BITS) throw bitFieldBounds(INT_BITS, start);
  const end = Math.min(from + Math.max(length, 0), INT_BITS);
  const iterate = () => iterateBits(value, from, end);
  return new IteratorValue("range", iterate, "rhai::packages::iter_basic::BitRange");
}

function iterateBits(value: Int, from: number, end: number): Iterator<Value> {
  const bits = BigInt.asUintN(INT_BITS, BigInt(value));
  const low = Number(bits & 0xffffffffn);
  const high = Number(bits >> 32n);
  let index = from;
  const next = (): IteratorResult<Value> => {
    if (index >= end) return DONE;
    const bit = index < 32 ? (low >>> index) & 1 : (high >>> (index - 32)) & 1;
    index++;
    return { done: false, value: bit === 1 };
  };
  return { next };
}

export function registerBits(m: PackageBuilder): void {
  const all = (value: Int) => part(value, 0, INT_BITS);
  const ofRange = (value: Int, range: Range) => {
    const { start, length } = partOfRange(range);
    // The error names the position as the script gave it.
    return part(value, start >= INT_BITS ? range.from : start, length);
  };
  const whole = { doc: "Iterates over all 64 bits, lowest first.", paramNames: ["value"] };
  m.fn("bits", ["i64"], "iterator", all, whole);
  m.getter("bits", "i64", "iterator", all, "value", whole);
  const ranged = { doc: "Iterates over a range of bits.", paramNames: ["value", "range"] };
  m.fn("bits", ["i64", "range"], "iterator", ofRange, ranged);
  m.fn("bits", ["i64", "range="], "iterator", ofRange, ranged);
  m.fn("bits", ["i64", "i64"], "iterator", (value: Int, start: Int) => part(value, start, INT_BITS), {
    doc: "Iterates over the bits from a position on; a negative one counts from the highest bit.",
    paramNames: ["value", "start"],
  });
  const startLength = (value: Int, start: Int, length: Int) => part(value, start, clampInt(length));
  m.fn("bits", ["i64", "i64", "i64"], "iterator", startLength, {
    doc: "Iterates over that many bits from a position on; a negative one counts from the highest bit.",
    paramNames: ["value", "start", "len"],
  });
}
