// Blobs: making, reading, adding and removing bytes.

import { dataTooLarge } from "../errors.ts";
import type { CallContext, PackageBuilder } from "../function/native.ts";
import { appendBytes, growBytes, spliceBytes } from "../value/blob-bytes.ts";
import { Blob, RhaiArray } from "../value/containers.ts";
import type { Int } from "../value/int.ts";
import type { Char } from "../value/scalars.ts";
import { checkSize } from "../value/size.ts";
import { indexIn, offsetOf } from "../value/slices.ts";
import { decodeUtf8Lossy, encodeUtf8 } from "../value/strings.ts";

export function registerBlobBasics(m: PackageBuilder): void {
  registerMaking(m);
  registerConverting(m);
  registerReading(m);
  registerAdding(m);
  registerRemoving(m);
  registerShortening(m);
}

const NO_BYTES = new Uint8Array(0);

/** The lowest eight bits of a number. */
function toByte(value: Int): number {
  return typeof value === "number" ? value & 0xff : Number(BigInt.asUintN(8, value));
}

/** Fresh bytes, all `value`. Throws "too large" when JS has no room for so many. */
function filled(length: number, value: Int): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(length);
  } catch {
    throw dataTooLarge("Size of array/BLOB");
  }
  const byte = toByte(value);
  return byte === 0 ? bytes : bytes.fill(byte);
}

function make(ctx: CallContext, length: Int, value: Int = 0): Blob {
  if (length <= 0) return new Blob(NO_BYTES);
  checkSize({ arrays: Number(length), maps: 0, strings: 0 }, ctx);
  return new Blob(filled(Number(length), value));
}

function registerMaking(m: PackageBuilder): void {
  m.fn("blob", [], "blob", () => new Blob(NO_BYTES), { doc: "A blob without bytes.", paramNames: [] });
  m.fn("blob", ["i64"], "blob", make, {
    context: true,
    doc: "A blob of that many zero bytes.",
    paramNames: ["len"],
  });
  m.fn("blob", ["i64", "i64"], "blob", make, {
    context: true,
    doc: "A blob of that many bytes, all the lowest eight bits of a number.",
    paramNames: ["len", "value"],
  });
}

function registerConverting(m: PackageBuilder): void {
  m.pure("to_array", ["blob"], "array", (blob: Blob) => new RhaiArray(Array.from(blob.bytes)), {
    doc: "An array of the bytes as integers.",
    paramNames: ["blob"],
  });
  m.fn("as_string", ["blob"], "string", (blob: Blob) => decodeUtf8Lossy(blob.bytes), {
    doc: "The bytes read as UTF-8; ill-formed parts become U+FFFD.",
    paramNames: ["blob"],
  });
}

function registerReading(m: PackageBuilder): void {
  const length = (blob: Blob) => blob.length;
  const lengthOptions = { doc: "Number of bytes.", paramNames: ["blob"] };
  m.pure("len", ["blob"], "i64", length, lengthOptions);
  m.getter("len", "blob", "i64", length, "ref", lengthOptions);

  const isEmpty = (blob: Blob) => blob.length === 0;
  const emptyOptions = { doc: "True when there is no byte.", paramNames: ["blob"] };
  m.pure("is_empty", ["blob"], "bool", isEmpty, emptyOptions);
  m.getter("is_empty", "blob", "bool", isEmpty, "ref", emptyOptions);

  m.pure(
    "contains",
    ["blob", "i64"],
    "bool",
    (blob: Blob, value: Int) => blob.bytes.includes(toByte(value)),
    {
      doc: "True when a byte equals the lowest eight bits of the number; the `in` operator calls it.",
      paramNames: ["blob", "value"],
    },
  );
  const get = (blob: Blob, index: Int) => blob.bytes[offsetOf(blob.length, index)] ?? 0;
  m.pure("get", ["blob", "i64"], "i64", get, {
    doc: "The byte at an index (negative: from the end), 0 past the end.",
    paramNames: ["blob", "index"],
  });
}

function push(blob: Blob, value: Int): void {
  const bytes = growBytes(blob.write(), 1);
  bytes[bytes.length - 1] = toByte(value);
  blob.replace(bytes);
}

function append(blob: Blob, more: Uint8Array): void {
  if (more.length > 0) blob.replace(appendBytes(blob.write(), more));
}

function set(blob: Blob, index: Int, value: Int): void {
  const offset = offsetOf(blob.length, index);
  if (offset < blob.length) blob.write()[offset] = toByte(value);
}

function insert(blob: Blob, index: Int, value: Int): void {
  const offset = offsetOf(blob.length, index);
  blob.replace(spliceBytes(blob.write(), offset, 0, Uint8Array.of(toByte(value))));
}

function pad(ctx: CallContext, blob: Blob, length: Int, value: Int): void {
  if (length <= 0) return;
  if (ctx.maxArraySize > 0 && length > ctx.maxArraySize) throw dataTooLarge("Size of BLOB");
  const missing = Number(length) - blob.length;
  if (missing > 0) blob.replace(appendBytes(blob.write(), filled(missing, value)));
}

function registerAdding(m: PackageBuilder): void {
  m.method(["push", "append"], ["blob", "i64"], "()", push, {
    doc: "Adds the lowest eight bits of a number as a byte at the end.",
    paramNames: ["blob", "value"],
  });
  m.method("append", ["blob", "blob"], "()", (blob: Blob, more: Blob) => append(blob, more.bytes), {
    doc: "Adds the bytes of another blob at the end.",
    paramNames: ["blob1", "blob2"],
  });
  m.method("append", ["blob", "string"], "()", (blob: Blob, text: string) => append(blob, encodeUtf8(text)), {
    doc: "Adds a string in UTF-8 at the end.",
    paramNames: ["blob", "string"],
  });
  m.method(
    "append",
    ["blob", "char"],
    "()",
    (blob: Blob, char: Char) => append(blob, encodeUtf8(char.value)),
    {
      doc: "Adds a character in UTF-8 at the end.",
      paramNames: ["blob", "character"],
    },
  );
  m.method("set", ["blob", "i64", "i64"], "()", set, {
    doc: "Sets the byte at an index (negative: from the end); nothing happens past the end.",
    paramNames: ["blob", "index", "value"],
  });
  m.method("insert", ["blob", "i64", "i64"], "()", insert, {
    doc: "Inserts a byte before an index (negative: from the end); past the end it is appended.",
    paramNames: ["blob", "index", "value"],
  });
  m.method("pad", ["blob", "i64", "i64"], "()", pad, {
    context: true,
    doc: "Appends a byte until the blob has that length.",
    paramNames: ["blob", "len", "value"],
  });
}

/** Removes the byte at an offset and returns it, 0 for the offset -1. */
function removeAt(blob: Blob, offset: number): number {
  if (offset < 0) return 0;
  const bytes = blob.write();
  const byte = bytes[offset];
  blob.replace(offset === 0 ? bytes.subarray(1) : spliceBytes(bytes, offset, 1, NO_BYTES));
  return byte;
}

function registerRemoving(m: PackageBuilder): void {
  m.method("pop", ["blob"], "i64", (blob: Blob) => removeAt(blob, blob.length - 1), {
    doc: "Removes the last byte and returns it, 0 when there is none.",
    paramNames: ["blob"],
  });
  m.method("shift", ["blob"], "i64", (blob: Blob) => removeAt(blob, blob.length === 0 ? -1 : 0), {
    doc: "Removes the first byte and returns it, 0 when there is none.",
    paramNames: ["blob"],
  });
  const remove = (blob: Blob, index: Int) => removeAt(blob, indexIn(blob.length, index));
  m.method("remove", ["blob", "i64"], "i64", remove, {
    doc: "Removes the byte at an index (negative: from the end) and returns it, 0 when there is none.",
    paramNames: ["blob", "index"],
  });
  m.method("clear", ["blob"], "()", (blob: Blob) => blob.replace(NO_BYTES), {
    doc: "Removes all bytes.",
    paramNames: ["blob"],
  });
}

function truncate(blob: Blob, length: Int): void {
  if (length <= 0) blob.replace(NO_BYTES);
  else if (length < blob.length) blob.replace(blob.write().subarray(0, Number(length)));
}

function chop(blob: Blob, length: Int): void {
  if (length <= 0) blob.replace(NO_BYTES);
  else if (length < blob.length) blob.replace(blob.write().subarray(blob.length - Number(length)));
}

function registerShortening(m: PackageBuilder): void {
  m.method("truncate", ["blob", "i64"], "()", truncate, {
    doc: "Cuts off all but the first bytes.",
    paramNames: ["blob", "len"],
  });
  m.method("chop", ["blob", "i64"], "()", chop, {
    doc: "Cuts off all but the last bytes.",
    paramNames: ["blob", "len"],
  });
  const reverse = (blob: Blob) => {
    blob.write().reverse();
  };
  m.method("reverse", ["blob"], "()", reverse, {
    doc: "Reverses the order of the bytes.",
    paramNames: ["blob"],
  });
}
