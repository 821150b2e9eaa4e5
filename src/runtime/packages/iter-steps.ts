// `range(from, to, step)`: ranges with a step over INT, FLOAT and u8, and the range of two u8.

import { arithmeticError, inFunctionCall } from "../errors.ts";
import type { PackageBuilder } from "../function/native.ts";
import { byteOf } from "../value/byte-arith.ts";
import { checkedInt, type Int } from "../value/int.ts";
import { IteratorValue, type Range } from "../value/objects.ts";
import { type Byte, Float } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";

export const DONE: IteratorResult<Value> = { done: true, value: undefined };

/** How the numbers of a range are added and shown to scripts. */
interface Domain {
  readonly rustType: string;
  /** Null: beyond the largest or smallest value of the type. */
  readonly add: (a: Int, b: Int) => Int | null;
  readonly value: (number: Int) => Value;
}

const ints: Domain = {
  rustType: "i64",
  add(a, b) {
    if (typeof a === "number" && typeof b === "number" && Number.isSafeInteger(a + b)) return a + b;
    return checkedInt(BigInt(a) + BigInt(b));
  },
  value: (number) => number,
};

const floats: Domain = {
  rustType: "f64",
  add: (a, b) => Number(a) + Number(b),
  value: (number) => new Float(Number(number)),
};

const bytes: Domain = {
  rustType: "u8",
  add: (a, b) => (Number(a) + Number(b) > 255 ? null : Number(a) + Number(b)),
  value: (number) => byteOf(Number(number)),
};

export function registerStepRanges(m: PackageBuilder): void {
  const options = {
    doc: "From `from` in steps up (or down, with a negative step) to before `to`; empty when the step leads away.",
    paramNames: ["from", "to", "step"],
  };
  const overInts = (from: Int, to: Int, step: Int) => stepRange(ints, from, to, step);
  const overFloats = (a: Float, b: Float, s: Float) => stepRange(floats, a.value, b.value, s.value);
  const overBytes = (a: Byte, b: Byte, s: Byte) => stepRange(bytes, a.value, b.value, s.value);
  m.fn("range", ["i64", "i64", "i64"], "iterator", overInts, options);
  m.fn("range", ["f64", "f64", "f64"], "iterator", overFloats, options);
  m.fn("range", ["u8", "u8", "u8"], "iterator", overBytes, options);
  m.fn("range", ["range", "i64"], "iterator", (r: Range, step: Int) => stepRange(ints, r.from, r.to, step), {
    doc: "The items of a range in steps.",
    paramNames: ["range", "step"],
  });
  m.fn("range", ["u8", "u8"], "iterator", byteRange, {
    doc: "The bytes from `from` to before `to`.",
    paramNames: ["from", "to"],
  });
}

function byteRange(from: Byte, to: Byte): IteratorValue {
  const direction = from.value < to.value ? 1 : 0;
  return new IteratorValue("core::ops::range::Range<u8>", () =>
    iterateSteps(bytes, from.value, to.value, 1, direction),
  );
}

/** 1: upwards, -1: downwards, 0: empty. */
type Direction = 1 | -1 | 0;

function stepRange(domain: Domain, from: Int, to: Int, step: Int): IteratorValue {
  const direction = directionOf(domain, from, to, step);
  const iterate = () => iterateSteps(domain, from, to, step, direction);
  return new IteratorValue("range", iterate, `rhai::packages::iter_basic::StepRange<${domain.rustType}>`);
}

function directionOf(domain: Domain, from: Int, to: Int, step: Int): Direction {
  const second = domain.add(from, step);
  if (second === null) return 0;
  if (second === from) throw inFunctionCall("range", "", arithmeticError("step value cannot be zero"));
  if (from < to && second > from) return 1;
  if (from > to && second < from) return -1;
  return 0;
}

function iterateSteps(domain: Domain, from: Int, to: Int, step: Int, direction: Direction): Iterator<Value> {
  let current = from;
  let going = direction !== 0;
  const next = (): IteratorResult<Value> => {
    if (!going) return DONE;
    const value = current;
    const following = domain.add(current, step);
    // As in Rhai: an item whose successor does not fit the type is lost.
    if (following === null) return DONE;
    current = following;
    going = direction > 0 ? current < to : current > to;
    return { done: false, value: domain.value(value) };
  };
  return { next };
}
