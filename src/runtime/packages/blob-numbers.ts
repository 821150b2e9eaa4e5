// Blobs: reading and writing integers, floats and strings as bytes.

import type { PackageBuilder } from "../function/native.ts";
import type { Blob } from "../value/containers.ts";
import { type Int, normalizeInt } from "../value/int.ts";
import { Float } from "../value/scalars.ts";
import { countFrom, offsetOf } from "../value/slices.ts";
import { encodeUtf8 } from "../value/strings.ts";
import { registerSpan } from "./array-spans.ts";

/** Bytes of an INT or a FLOAT. */
const WIDTH = 8;
const buffer = new Uint8Array(WIDTH);
const view = new DataView(buffer.buffer);

export function registerBlobNumbers(m: PackageBuilder): void {
  registerParsing(m);
  registerWriting(m);
  registerStrings(m);
}

/** Copies a part to the start of `buffer`, zeros behind it. */
function load(blob: Blob, start: Int, count: Int): void {
  const offset = offsetOf(blob.length, start);
  const length = Math.min(countFrom(blob.length, offset, count), WIDTH);
  buffer.fill(0);
  buffer.set(blob.bytes.subarray(offset, offset + length));
}

/** Writes `bytes` over a part, as far as both reach. */
function overwrite(blob: Blob, start: Int, count: Int, bytes: Uint8Array): void {
  const offset = offsetOf(blob.length, start);
  const length = Math.min(countFrom(blob.length, offset, count), bytes.length);
  if (length > 0) blob.write().set(bytes.subarray(0, length), offset);
}

function registerParsing(m: PackageBuilder): void {
  for (const [order, littleEndian, name] of [
    ["le", true, "little-endian"],
    ["be", false, "big-endian"],
  ] as const) {
    const common = { type: "blob", pure: true } as const;
    const readInt = (blob: Blob, start: Int, count: Int) => {
      load(blob, start, count);
      return normalizeInt(view.getBigInt64(0, littleEndian));
    };
    const doc = `The first bytes of a part (8 at most, filled up with zeros) as a ${name} `;
    registerSpan(
      m,
      { ...common, name: `parse_${order}_int`, returns: "i64", doc: `${doc}integer.` },
      readInt,
    );
    const readFloat = (blob: Blob, start: Int, count: Int) => {
      load(blob, start, count);
      return new Float(view.getFloat64(0, littleEndian));
    };
    registerSpan(
      m,
      { ...common, name: `parse_${order}_float`, returns: "f64", doc: `${doc}float.` },
      readFloat,
    );
  }
}

function registerWriting(m: PackageBuilder): void {
  for (const [order, littleEndian, name] of [
    ["le", true, "little-endian"],
    ["be", false, "big-endian"],
  ] as const) {
    const common = {
      name: `write_${order}`,
      type: "blob",
      restNames: ["value"],
      returns: "()",
      doc: `Writes the ${name} bytes of a number over a part, as far as it reaches.`,
    } as const;
    const writeInt = (blob: Blob, start: Int, count: Int, value: Int) => {
      view.setBigInt64(0, BigInt(value), littleEndian);
      overwrite(blob, start, count, buffer);
    };
    registerSpan(m, { ...common, rest: ["i64"] }, writeInt);
    const writeFloat = (blob: Blob, start: Int, count: Int, value: Float) => {
      view.setFloat64(0, value.value, littleEndian);
      overwrite(blob, start, count, buffer);
    };
    registerSpan(m, { ...common, rest: ["f64"] }, writeFloat);
  }
}

const NON_ASCII = /[^\0-\x7f]+/g;

function registerStrings(m: PackageBuilder): void {
  const common = { type: "blob", rest: ["string"], restNames: ["string"], returns: "()" } as const;
  registerSpan(
    m,
    { ...common, name: "write_utf8", doc: "Writes a string in UTF-8 over a part, as far as it reaches." },
    (blob: Blob, start: Int, count: Int, text: string) => overwrite(blob, start, count, encodeUtf8(text)),
  );
  registerSpan(
    m,
    {
      ...common,
      name: "write_ascii",
      doc: "Writes the ASCII characters of a string over a part, as far as it reaches.",
    },
    (blob: Blob, start: Int, count: Int, text: string) =>
      overwrite(blob, start, count, encodeUtf8(text.replace(NON_ASCII, ""))),
  );
}
