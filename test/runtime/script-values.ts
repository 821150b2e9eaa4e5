// Values for tests, written as the script text that yields them.

import { Blob, RhaiArray, RhaiMap } from "../../src/runtime/value/containers.ts";
import { FnPtr } from "../../src/runtime/value/fn-ptr.ts";
import { normalizeInt } from "../../src/runtime/value/int.ts";
import { Range } from "../../src/runtime/value/objects.ts";
import { Byte, charOf, Float } from "../../src/runtime/value/scalars.ts";
import type { Value } from "../../src/runtime/value/value.ts";

const NAMED: Readonly<Record<string, () => Value>> = {
  "()": () => undefined,
  true: () => true,
  false: () => false,
  "-9223372036854775807 - 1": () => -(2n ** 63n),
  "0.1 + 0.2": () => new Float(0.1 + 0.2),
  "1.0 / 0.0": () => new Float(Infinity),
  "-1.0 / 0.0": () => new Float(-Infinity),
  "0.0 / 0.0": () => new Float(Number.NaN),
  "[]": () => new RhaiArray([]),
  "[1, 2.0]": () => new RhaiArray([1, new Float(2)]),
  "[[1], 'a']": () => new RhaiArray([new RhaiArray([1]), charOf("a")]),
  "#{}": () => new RhaiMap(),
  "#{a: 1}": () => new RhaiMap(new Map([["a", 1]])),
  "blob()": () => new Blob(new Uint8Array(0)),
  "blob(2, 97)": () => new Blob(Uint8Array.of(97, 97)),
  "blob(1, 200)": () => new Blob(Uint8Array.of(200)),
  'Fn("foo")': () => new FnPtr("foo"),
};

/** The value of one of the texts that the recorded tables use; `u8(n)` stands for an item of a blob. */
export function valueOf(text: string): Value {
  if (text in NAMED) return NAMED[text]();
  if (text.startsWith('"')) return JSON.parse(text);
  if (text.startsWith("'")) return charOf(JSON.parse(`"${text.slice(1, -1)}"`));
  const byte = /^u8\((\d+)\)$/.exec(text);
  if (byte !== null) return new Byte(Number(byte[1]));
  const range = /^\(?(-?\d+)\)?\.\.(=?)\(?(-?\d+)\)?$/.exec(text);
  if (range !== null) return new Range(int(range[1]), int(range[3]), range[2] === "=");
  return /^-?\d+$/.test(text) ? int(text) : new Float(Number(text));
}

function int(text: string): number | bigint {
  return normalizeInt(BigInt(text));
}
