// Bits and bit fields of an INT, as Rhai's bit-field functions see them.

import { bitFieldBounds } from "../errors.ts";
import { andInt, type Int, orInt, shlInt, shrInt, xorInt } from "./int.ts";

const BITS = 64;

/** Position of a bit from 0 to 63; negative ones count from the top. */
function bitIndex(bit: Int): number {
  if (bit < -BITS || bit >= BITS) throw bitFieldBounds(BITS, bit);
  return bit < 0 ? BITS + Number(bit) : Number(bit);
}

/** As many low bits set, for a count from 1 to 64. */
function ones(count: number): Int {
  return xorInt(-1, shlInt(-1, count));
}

/** Number of bits that really are there from `index` on. */
function clip(index: number, count: Int): number {
  return count > BITS - index ? BITS - index : Number(count);
}

export function getBit(value: Int, bit: Int): boolean {
  return andInt(shrInt(value, bitIndex(bit)), 1) === 1;
}

export function withBit(value: Int, bit: Int, on: boolean): Int {
  const mask = shlInt(1, bitIndex(bit));
  return on ? orInt(value, mask) : andInt(value, xorInt(-1, mask));
}

/** The field of `count` bits from `start` on, not sign-extended; too long a field ends at the top. */
export function getBits(value: Int, start: Int, count: Int): Int {
  if (count <= 0) return 0;
  const index = bitIndex(start);
  return andInt(shrInt(value, index), ones(clip(index, count)));
}

/** `value` with that field replaced by the low bits of `bits`. */
export function withBits(value: Int, start: Int, count: Int, bits: Int): Int {
  if (count <= 0) return value;
  const index = bitIndex(start);
  const mask = ones(clip(index, count));
  const rest = andInt(value, xorInt(-1, shlInt(mask, index)));
  return orInt(rest, shlInt(andInt(bits, mask), index));
}
