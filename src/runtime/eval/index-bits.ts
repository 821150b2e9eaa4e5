// Indexing INT as a bit-field: single bits and ranges of bits.

import type { Position } from "../../lang/position.ts";
import { bitFieldBounds } from "../errors.ts";
import { type Int, wrapInt } from "../value/int.ts";
import type { Range } from "../value/objects.ts";

const BITS = 64;
const OPEN_END = 2n ** 63n - 1n;

/** Position of a bit, counted from the top when negative. Throws bitFieldBounds. */
export function bitPosition(index: Int, pos: Position): number {
  if (index >= 0 && index < BITS) return Number(index);
  if (index < 0 && index >= -BITS) return BITS + Number(index);
  throw bitFieldBounds(BITS, index, pos);
}

export function getBit(value: Int, bit: number): boolean {
  return ((BigInt(value) >> BigInt(bit)) & 1n) === 1n;
}

export function setBit(value: Int, bit: number, on: boolean): Int {
  const mask = 1n << BigInt(bit);
  const bits = BigInt.asUintN(BITS, BigInt(value));
  return wrapInt(on ? bits | mask : bits & ~mask);
}

/** The field a range selects: where it starts and its mask (already shifted). */
export interface BitField {
  readonly shift: bigint;
  readonly mask: bigint;
}

function bound(value: Int, max: number, pos: Position): number {
  if (value >= 0 && value <= max) return Number(value);
  throw bitFieldBounds(BITS, value, pos);
}

/** Throws bitFieldBounds for bounds outside of 0..64. */
export function bitField(range: Range, pos: Position): BitField {
  const last = range.inclusive ? BITS - 1 : BITS;
  const from = bound(range.from, BITS - 1, pos);
  const to = BigInt(range.to) === OPEN_END ? last : bound(range.to, last, pos);
  const length = to - from + (range.inclusive ? 1 : 0);
  if (length <= 0) return { shift: 0n, mask: 0n };
  return { shift: BigInt(from), mask: ((1n << BigInt(length)) - 1n) << BigInt(from) };
}

/** The field's value; Rhai shifts arithmetically, so a field that holds the top bit is sign-extended. */
export function getBits(value: Int, { shift, mask }: BitField): Int {
  return wrapInt(BigInt.asIntN(BITS, BigInt.asUintN(BITS, BigInt(value)) & mask) >> shift);
}

export function setBits(value: Int, { shift, mask }: BitField, field: Int): Int {
  const bits = BigInt.asUintN(BITS, BigInt(value)) & ~mask;
  return wrapInt(bits | ((BigInt(field) << shift) & mask));
}
