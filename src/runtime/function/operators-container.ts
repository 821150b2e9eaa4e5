// Built-in operators on blobs, arrays (`+=` only) and ranges.

import { Blob, copyValue, type RhaiArray } from "../value/containers.ts";
import { equalBytes } from "../value/equality.ts";
import type { Int } from "../value/int.ts";
import type { Range } from "../value/objects.ts";
import type { Char } from "../value/scalars.ts";
import { TypeId, type Value } from "../value/value.ts";
import type { OperatorBuilder } from "./operators.ts";

const { BLOB, ARRAY, RANGE, RANGE_INCLUSIVE, INT, CHAR, STRING } = TypeId;

const encoder = new TextEncoder();

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

function addBlobs(a: Blob, b: Blob): Blob {
  if (b.length === 0) return a.copy();
  if (a.length === 0) return b.copy();
  return new Blob(concat(a.bytes, b.bytes));
}

function appendBytes(blob: Blob, bytes: Uint8Array): Blob {
  if (bytes.length > 0) blob.replace(concat(blob.bytes, bytes));
  return blob;
}

function addBlobOperators(add: OperatorBuilder): void {
  add.binary("+", BLOB, BLOB, addBlobs);
  add.binary("==", BLOB, BLOB, (a: Blob, b: Blob) => equalBytes(a.bytes, b.bytes));
  add.binary("!=", BLOB, BLOB, (a: Blob, b: Blob) => !equalBytes(a.bytes, b.bytes));
  add.binary("+", BLOB, CHAR, (a: Blob, b: Char) => new Blob(concat(a.bytes, encoder.encode(b.value))));
  add.assign("+", BLOB, BLOB, (a: Blob, b: Blob) => appendBytes(a, b.bytes));
  add.assign("+", BLOB, INT, (a: Blob, b: Int) =>
    appendBytes(a, Uint8Array.of(Number(BigInt.asUintN(8, BigInt(b))))),
  );
  add.assign("+", BLOB, CHAR, (a: Blob, b: Char) => appendBytes(a, encoder.encode(b.value)));
  add.assign("+", BLOB, STRING, (a: Blob, b: string) => appendBytes(a, encoder.encode(b)));
}

function appendItem(array: RhaiArray, item: Value): RhaiArray {
  array.write().push(copyValue(item));
  return array;
}

function appendItems(array: RhaiArray, other: RhaiArray): RhaiArray {
  // `array += array` reads and writes the same storage: the count is taken first.
  const from = other.items;
  const count = from.length;
  if (count === 0) return array;
  const to = array.write();
  for (let i = 0; i < count; i++) to.push(copyValue(from[i]));
  return array;
}

function addArrayOperators(add: OperatorBuilder): void {
  for (let item = 0; item < TypeId.SHARED; item++) add.assign("+", ARRAY, item, appendItem);
  add.assign("+", ARRAY, ARRAY, appendItems);
}

export function addContainerOperators(add: OperatorBuilder): void {
  addBlobOperators(add);
  addArrayOperators(add);
  for (const kind of [RANGE, RANGE_INCLUSIVE]) {
    add.binary("==", kind, kind, (a: Range, b: Range) => a.from === b.from && a.to === b.to);
    add.binary("!=", kind, kind, (a: Range, b: Range) => a.from !== b.from || a.to !== b.to);
  }
}
