// Arrays: functions on a part given by a start and a length or by a range.

import type { PackageBuilder } from "../function/native.ts";
import { RhaiArray } from "../value/containers.ts";
import { INT_MAX, type Int } from "../value/int.ts";
import { countFrom, offsetOf } from "../value/slices.ts";
import { copyItems, spliceItems } from "./array-items.ts";
import { registerSpan } from "./array-spans.ts";

export function registerArraySlices(m: PackageBuilder): void {
  const type = "array";
  registerSpan(
    m,
    {
      name: "splice",
      type,
      rest: ["array"],
      restNames: ["replace"],
      returns: "()",
      doc: "Replaces a part by the items of another array.",
    },
    splice,
  );
  registerSpan(
    m,
    { name: "extract", type, returns: type, doc: "A new array with copies of a part." },
    extract,
  );
  registerSpan(m, { name: "drain", type, returns: type, doc: "Removes a part and returns it." }, drain);
  registerSpan(m, { name: "retain", type, returns: type, doc: "Keeps a part and returns the rest." }, retain);
  m.method("extract", [type, "i64"], type, (array: RhaiArray, start: Int) => extract(array, start, INT_MAX), {
    doc: "A new array with copies of the items from `start` on.",
    paramNames: ["array", "start"],
  });
  m.method("split", [type, "i64"], type, split, {
    doc: "Removes the items from an index (negative: from the end) on and returns them.",
    paramNames: ["array", "index"],
  });
}

function splice(array: RhaiArray, start: Int, count: Int, replace: RhaiArray): void {
  const offset = offsetOf(array.length, start);
  const insert = copyItems(replace.items);
  spliceItems(array.write(), offset, countFrom(array.length, offset, count), insert);
}

function extract(array: RhaiArray, start: Int, count: Int): RhaiArray {
  const offset = offsetOf(array.length, start);
  return new RhaiArray(copyItems(array.items, offset, offset + countFrom(array.length, offset, count)));
}

function split(array: RhaiArray, index: Int): RhaiArray {
  return new RhaiArray(array.write().splice(offsetOf(array.length, index)));
}

function drain(array: RhaiArray, start: Int, count: Int): RhaiArray {
  const offset = offsetOf(array.length, start);
  return new RhaiArray(array.write().splice(offset, countFrom(array.length, offset, count)));
}

/** A part without items keeps everything. */
function retain(array: RhaiArray, start: Int, count: Int): RhaiArray {
  const offset = offsetOf(array.length, start);
  const length = countFrom(array.length, offset, count);
  if (length === 0) return new RhaiArray([]);
  const rest = array.write();
  array.replace(rest.splice(offset, length));
  return new RhaiArray(rest);
}
