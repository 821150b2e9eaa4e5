// Blobs: functions on a part given by a start and a length or by a range.

import type { PackageBuilder } from "../function/native.ts";
import { appendBytes, spliceBytes } from "../value/blob-bytes.ts";
import { Blob } from "../value/containers.ts";
import { INT_MAX, type Int } from "../value/int.ts";
import { countFrom, offsetOf } from "../value/slices.ts";
import { registerSpan } from "./array-spans.ts";

const NO_BYTES = new Uint8Array(0);

export function registerBlobSlices(m: PackageBuilder): void {
  const type = "blob";
  registerSpan(
    m,
    {
      name: "splice",
      type,
      rest: [type],
      restNames: ["replace"],
      returns: "()",
      doc: "Replaces a part by another blob; a part without bytes appends it.",
    },
    splice,
  );
  registerSpan(m, { name: "extract", type, returns: type, doc: "A copy of a part." }, extract);
  registerSpan(m, { name: "drain", type, returns: type, doc: "Removes a part and returns it." }, drain);
  registerSpan(m, { name: "retain", type, returns: type, doc: "Keeps a part and returns the rest." }, retain);
  m.method("extract", [type, "i64"], type, (blob: Blob, start: Int) => extract(blob, start, INT_MAX), {
    doc: "A copy of the bytes from `start` on.",
    paramNames: ["blob", "start"],
  });
  m.method("split", [type, "i64"], type, (blob: Blob, index: Int) => drain(blob, index, INT_MAX), {
    doc: "Removes the bytes from an index (negative: from the end) on and returns them.",
    paramNames: ["blob", "index"],
  });
}

/** Unlike with arrays, a part without bytes means the end, wherever it is. */
function splice(blob: Blob, start: Int, count: Int, replace: Blob): void {
  const offset = offsetOf(blob.length, start);
  const length = countFrom(blob.length, offset, count);
  const insert = replace.bytes;
  blob.replace(
    length === 0 ? appendBytes(blob.write(), insert) : spliceBytes(blob.write(), offset, length, insert),
  );
}

function extract(blob: Blob, start: Int, count: Int): Blob {
  const offset = offsetOf(blob.length, start);
  return new Blob(blob.bytes.slice(offset, offset + countFrom(blob.length, offset, count)));
}

function drain(blob: Blob, start: Int, count: Int): Blob {
  const offset = offsetOf(blob.length, start);
  const drained = extract(blob, start, count);
  if (drained.length > 0) blob.replace(spliceBytes(blob.write(), offset, drained.length, NO_BYTES));
  return drained;
}

/** A length above 0 that meets no byte empties the blob, where an array would keep everything. */
function retain(blob: Blob, start: Int, count: Int): Blob {
  if (count <= 0) return new Blob(NO_BYTES);
  const offset = offsetOf(blob.length, start);
  const kept = extract(blob, start, count);
  const rest = new Blob(spliceBytes(blob.write(), offset, kept.length, NO_BYTES));
  blob.replace(kept.bytes);
  return rest;
}
