// Arrays: reading, adding, removing and comparing items.

import { dataTooLarge } from "../errors.ts";
import type { CallContext, PackageBuilder } from "../function/native.ts";
import { copyValue, RhaiArray } from "../value/containers.ts";
import type { Int } from "../value/int.ts";
import { checkSize, sizeOf } from "../value/size.ts";
import { indexIn, offsetOf } from "../value/slices.ts";
import type { Value } from "../value/value.ts";
import { equalItems } from "./array-equality.ts";
import { appendCopies, copyItems } from "./array-items.ts";

/** Beyond this JS engines keep arrays as slow and huge tables; a script gets an error instead. */
const MAX_ITEMS = 2 ** 27;

export function registerArrayBasics(m: PackageBuilder): void {
  registerReading(m);
  registerAdding(m);
  registerRemoving(m);
  registerShortening(m);
  registerComparing(m);
}

function registerReading(m: PackageBuilder): void {
  const length = (array: RhaiArray) => array.length;
  const lengthOptions = { doc: "Number of items.", paramNames: ["array"] };
  m.pure("len", ["array"], "i64", length, lengthOptions);
  m.getter("len", "array", "i64", length, "ref", lengthOptions);

  const isEmpty = (array: RhaiArray) => array.length === 0;
  const emptyOptions = { doc: "True when there is no item.", paramNames: ["array"] };
  m.pure("is_empty", ["array"], "bool", isEmpty, emptyOptions);
  m.getter("is_empty", "array", "bool", isEmpty, "ref", emptyOptions);

  // Past the end an array gives `undefined`, which is `()`.
  const get = (array: RhaiArray, index: Int) => copyValue(array.items[offsetOf(array.length, index)]);
  m.method("get", ["array", "i64"], "dynamic", get, {
    doc: "A copy of the item at an index (negative: from the end), `()` past the end.",
    paramNames: ["array", "index"],
  });
}

function set(array: RhaiArray, index: Int, value: Value): void {
  const offset = offsetOf(array.length, index);
  if (offset < array.length) array.write()[offset] = copyValue(value);
}

function insert(array: RhaiArray, index: Int, item: Value): void {
  const offset = offsetOf(array.length, index);
  if (offset >= array.length) array.write().push(copyValue(item));
  else array.write().splice(offset, 0, copyValue(item));
}

function append(array: RhaiArray, more: RhaiArray): void {
  if (more.length > 0) appendCopies(array.write(), more.items);
}

function concat(left: RhaiArray, right: RhaiArray): RhaiArray {
  const all = copyItems(left.items);
  appendCopies(all, right.items);
  return new RhaiArray(all);
}

function pad(ctx: CallContext, array: RhaiArray, length: Int, item: Value): void {
  if (length <= array.length) return;
  const target = Number(length);
  if (ctx.maxArraySize > 0) {
    const added = target - array.length;
    const size = sizeOf(array);
    const each = sizeOf(item);
    size.arrays += added + each.arrays * added;
    size.maps += each.maps * added;
    size.strings += each.strings * added;
    checkSize(size, ctx);
  }
  if (target > MAX_ITEMS) throw dataTooLarge("Size of array/BLOB");
  const all = array.write();
  while (all.length < target) all.push(copyValue(item));
}

function registerAdding(m: PackageBuilder): void {
  const push = (array: RhaiArray, item: Value) => {
    array.write().push(copyValue(item));
  };
  m.method("push", ["array", "dynamic"], "()", push, {
    doc: "Adds an item at the end.",
    paramNames: ["array", "item"],
  });
  m.method("set", ["array", "i64", "dynamic"], "()", set, {
    doc: "Replaces the item at an index (negative: from the end); nothing happens past the end.",
    paramNames: ["array", "index", "value"],
  });
  m.method("insert", ["array", "i64", "dynamic"], "()", insert, {
    doc: "Inserts an item before an index (negative: from the end); past the end it is appended.",
    paramNames: ["array", "index", "item"],
  });
  m.method("append", ["array", "array"], "()", append, {
    doc: "Adds the items of another array at the end.",
    paramNames: ["array", "new_array"],
  });
  m.fn("+", ["array", "array"], "array", concat, {
    doc: "A new array with the items of both.",
    paramNames: ["array1", "array2"],
  });
  m.method("pad", ["array", "i64", "dynamic"], "()", pad, {
    context: true,
    doc: "Appends copies of an item until the array has that length.",
    paramNames: ["array", "len", "item"],
  });
}

function remove(array: RhaiArray, index: Int): Value {
  const offset = indexIn(array.length, index);
  return offset < 0 ? undefined : array.write().splice(offset, 1)[0];
}

function registerRemoving(m: PackageBuilder): void {
  m.method("pop", ["array"], "dynamic", (array: RhaiArray) => array.write().pop(), {
    doc: "Removes the last item and returns it, `()` when there is none.",
    paramNames: ["array"],
  });
  m.method("shift", ["array"], "dynamic", (array: RhaiArray) => array.write().shift(), {
    doc: "Removes the first item and returns it, `()` when there is none.",
    paramNames: ["array"],
  });
  m.method("remove", ["array", "i64"], "dynamic", remove, {
    doc: "Removes the item at an index (negative: from the end) and returns it, `()` when there is none.",
    paramNames: ["array", "index"],
  });
  m.method("clear", ["array"], "()", (array: RhaiArray) => array.replace([]), {
    doc: "Removes all items.",
    paramNames: ["array"],
  });
}

function truncate(array: RhaiArray, length: Int): void {
  if (length <= 0) array.replace([]);
  else if (length < array.length) array.write().length = Number(length);
}

function chop(array: RhaiArray, length: Int): void {
  if (length <= 0) array.replace([]);
  else if (length < array.length) array.write().splice(0, array.length - Number(length));
}

function registerShortening(m: PackageBuilder): void {
  m.method("truncate", ["array", "i64"], "()", truncate, {
    doc: "Cuts off all but the first items.",
    paramNames: ["array", "len"],
  });
  m.method("chop", ["array", "i64"], "()", chop, {
    doc: "Cuts off all but the last items.",
    paramNames: ["array", "len"],
  });
  const reverse = (array: RhaiArray) => {
    array.write().reverse();
  };
  m.method("reverse", ["array"], "()", reverse, {
    doc: "Reverses the order of the items.",
    paramNames: ["array"],
  });
}

function equals(ctx: CallContext, left: RhaiArray, right: RhaiArray): boolean {
  const a = left.items;
  const b = right.items;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!equalItems(ctx, a[i], b[i])) return false;
  return true;
}

function registerComparing(m: PackageBuilder): void {
  m.pure("==", ["array", "array"], "bool", equals, {
    context: true,
    doc: "True when both arrays have the same length and equal items.",
    paramNames: ["array1", "array2"],
  });
  const differ = (ctx: CallContext, left: RhaiArray, right: RhaiArray) => !equals(ctx, left, right);
  m.pure("!=", ["array", "array"], "bool", differ, {
    context: true,
    doc: "True when the arrays differ in length or in an item.",
    paramNames: ["array1", "array2"],
  });
}
