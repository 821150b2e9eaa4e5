// BasicIteratorPackage: what `for` can loop over, and the functions that make and examine ranges.

import { definePackage, type PackageBuilder } from "../function/native.ts";
import { byteOf } from "../value/byte-arith.ts";
import { type Blob, copyValue, type RhaiArray } from "../value/containers.ts";
import { addInt, type Int } from "../value/int.ts";
import { type IteratorValue, Range } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import { registerBits } from "./iter-bits.ts";
import { characters, registerChars } from "./iter-chars.ts";
import { DONE, registerStepRanges } from "./iter-steps.ts";

/** `BasicIteratorPackage`: ranges, and what `for` can go over. See "Ranges" in Rhai's book. */
export const iteratorPackage = definePackage("BasicIteratorPackage", (m) => {
  registerIterables(m);
  m.fn("range", ["i64", "i64"], "range", (from: Int, to: Int) => new Range(from, to, false), {
    doc: "The range `from..to`.",
    paramNames: ["from", "to"],
  });
  registerStepRanges(m);
  registerChars(m);
  registerBits(m);
  registerRangeFunctions(m);
});

function registerIterables(m: PackageBuilder): void {
  m.iterator("array", (array: RhaiArray) => arrayItems(array));
  m.iterator("blob", (blob: Blob) => blobItems(blob));
  m.iterator("string", (text: string) => characters(text, 0, Infinity));
  m.iterator("range", (range: Range) => rangeItems(range));
  m.iterator("range=", (range: Range) => rangeItems(range));
  m.iterator("iterator", (value: IteratorValue) => value.iterate());
}

/** Copies of the items as they are now: writes to the array meanwhile go to storage of its own. */
function arrayItems(array: RhaiArray): Iterator<Value> {
  const { items } = array.copy();
  let index = 0;
  return {
    next: () => (index < items.length ? { done: false, value: copyValue(items[index++]) } : DONE),
  };
}

function blobItems(blob: Blob): Iterator<Value> {
  const { bytes } = blob.copy();
  let index = 0;
  return {
    next: () => (index < bytes.length ? { done: false, value: byteOf(bytes[index++]) } : DONE),
  };
}

function isEmptyRange(range: Range): boolean {
  return range.inclusive ? range.from > range.to : range.from >= range.to;
}

function rangeItems(range: Range): Iterator<Value> {
  let current = range.from;
  let done = isEmptyRange(range);
  const next = (): IteratorResult<Value> => {
    if (done) return DONE;
    const value = current;
    // The last item of `..=` may be the largest INT: it has no successor.
    if (value === range.to) done = true;
    else {
      current = addInt(value, 1);
      done = !range.inclusive && current === range.to;
    }
    return { done: false, value };
  };
  return { next };
}

function registerRangeFunctions(m: PackageBuilder): void {
  for (const type of ["range", "range="]) {
    registerProperty(m, "start", type, "i64", "Start of the range.", (range) => range.from);
    registerProperty(m, "end", type, "i64", "End of the range.", (range) => range.to);
    registerProperty(m, "is_inclusive", type, "bool", "True for `..=`.", (range) => range.inclusive);
    registerProperty(m, "is_exclusive", type, "bool", "True for `..`.", (range) => !range.inclusive);
    registerProperty(m, "is_empty", type, "bool", "True when nothing lies in the range.", isEmptyRange);
    // Not `pure`: Rhai refuses it as a method on a constant.
    m.method("contains", [type, "i64"], "bool", containsInt, {
      doc: "True when the number lies in the range.",
      paramNames: ["range", "value"],
    });
  }
}

function containsInt(range: Range, value: Int): boolean {
  return value >= range.from && (value < range.to || (range.inclusive && value === range.to));
}

/** A function and a getter of the same name. */
function registerProperty(
  m: PackageBuilder,
  name: string,
  type: string,
  returns: string,
  doc: string,
  read: (range: Range) => Value,
): void {
  const options = { doc, paramNames: ["range"] };
  m.pure(name, [type], returns, read, options);
  m.getter(name, type, returns, read, "ref", options);
}
