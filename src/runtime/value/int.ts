// Exact 64-bit integer arithmetic on INT (`number` when safe, `bigint` otherwise).

import { arithmeticError } from "../errors.ts";

export type Int = number | bigint;

export const INT_MIN = -(2n ** 63n);
export const INT_MAX = 2n ** 63n - 1n;
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const SAFE_MIN = -SAFE_MAX;

/** A bigint within i64 in its normal form. */
export function normalizeInt(value: bigint): Int {
  return value >= SAFE_MIN && value <= SAFE_MAX ? Number(value) : value;
}

/** The normal form, or null when the value is outside of i64. */
export function checkedInt(value: bigint): Int | null {
  return value >= INT_MIN && value <= INT_MAX ? normalizeInt(value) : null;
}

/** Wraps a bigint to 64 bits, as Rust's `as i64` does. */
export function wrapInt(value: bigint): Int {
  return normalizeInt(BigInt.asIntN(64, value));
}

/** The INT for a JS number that is known to be an integer within i64. */
export function intFromNumber(value: number): Int {
  return Number.isSafeInteger(value) ? value + 0 : normalizeInt(BigInt(value));
}

function overflow(value: Int | null, what: string, a: Int, op: string, b: Int): Int {
  if (value === null) throw arithmeticError(`${what} overflow: ${a} ${op} ${b}`);
  return value;
}

export function addInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return overflow(checkedInt(BigInt(a) + BigInt(b)), "Addition", a, "+", b);
}

export function subInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return overflow(checkedInt(BigInt(a) - BigInt(b)), "Subtraction", a, "-", b);
}

export function mulInt(a: Int, b: Int): Int {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return overflow(checkedInt(BigInt(a) * BigInt(b)), "Multiplication", a, "*", b);
}

export function divInt(a: Int, b: Int): Int {
  if (b === 0) throw arithmeticError(`Division by zero: ${a} / ${b}`);
  if (typeof a === "number" && typeof b === "number") return Math.trunc(a / b) + 0;
  return overflow(checkedInt(BigInt(a) / BigInt(b)), "Division", a, "/", b);
}

export function remInt(a: Int, b: Int): Int {
  if (b === 0 || (b === -1 && a === INT_MIN)) {
    throw arithmeticError(`Modulo division by zero or overflow: ${a} % ${b}`);
  }
  if (typeof a === "number" && typeof b === "number") return (a % b) + 0;
  return normalizeInt(BigInt(a) % BigInt(b));
}

export function powInt(a: Int, b: Int): Int {
  if (b < 0) throw arithmeticError(`Integer raised to a negative power: ${a} ** ${b}`);
  if (b <= 0xffffffff) {
    if (a === 0 || a === 1) return b === 0 ? 1 : a;
    if (a === -1) return (b as number) % 2 === 0 ? 1 : -1;
    if (b < 64) {
      const power = typeof a === "number" ? smallPower(a, b as number) : null;
      const exact = power ?? checkedInt(BigInt(a) ** BigInt(b));
      if (exact !== null) return exact;
    }
  }
  throw arithmeticError(`Exponential overflow: ${a} ** ${b}`);
}

/** By squaring, because `Math.pow` need not be exact; null when a step leaves the safe integers. */
function smallPower(base: number, exponent: number): number | null {
  let power = 1;
  for (;;) {
    if (exponent & 1) power *= base;
    exponent >>= 1;
    if (exponent === 0) return Number.isSafeInteger(power) ? power : null;
    base *= base;
    if (!Number.isSafeInteger(base)) return null;
  }
}

export function negInt(a: Int): Int {
  if (typeof a === "number") return 0 - a;
  if (a === INT_MIN) throw arithmeticError(`Negation overflow: -${a}`);
  return normalizeInt(-a);
}

/** Powers of two below 2^64, as doubles (exact). */
const POWERS = Array.from({ length: 64 }, (_, exponent) => 2 ** exponent);

/** A count for the opposite direction: `-b`, where everything from 64 on is the same. */
function reversedCount(b: Int): number {
  return b < -64 ? 64 : -Number(b);
}

/** `a << b`; a negative count shifts the other way, a count of 64 or more gives 0. Never fails. */
export function shlInt(a: Int, b: Int): Int {
  if (b < 0) return shrInt(a, reversedCount(b));
  if (b >= 64) return 0;
  if (typeof a === "number") {
    const shifted = a * POWERS[b as number];
    if (Number.isSafeInteger(shifted)) return shifted;
  }
  return wrapInt(BigInt(a) << BigInt(b));
}

/** `a >> b`, arithmetic; a negative count shifts the other way. Never fails. */
export function shrInt(a: Int, b: Int): Int {
  if (b < 0) return shlInt(a, reversedCount(b));
  if (b >= 64) return a < 0 ? -1 : 0;
  if (typeof a === "number") return Math.floor(a / POWERS[b as number]);
  return normalizeInt(a >> BigInt(b));
}

const isInt32 = (a: Int): a is number => typeof a === "number" && (a | 0) === a;

const TWO_32 = 2 ** 32;
/** Upper half of a safe integer in two's complement, as an int32. */
const high = (a: number) => Math.floor(a / TWO_32);

/** Joins two int32 halves; the only value outside of the safe integers is -2^53. */
function joinHalves(upper: number, lower: number): Int {
  const value = upper * TWO_32 + (lower >>> 0);
  return Number.isSafeInteger(value) ? value : BigInt(value);
}

export function andInt(a: Int, b: Int): Int {
  if (isInt32(a) && isInt32(b)) return a & b;
  if (typeof a === "number" && typeof b === "number") return joinHalves(high(a) & high(b), a & b);
  return normalizeInt(BigInt(a) & BigInt(b));
}

export function orInt(a: Int, b: Int): Int {
  if (isInt32(a) && isInt32(b)) return a | b;
  if (typeof a === "number" && typeof b === "number") return joinHalves(high(a) | high(b), a | b);
  return normalizeInt(BigInt(a) | BigInt(b));
}

export function xorInt(a: Int, b: Int): Int {
  if (isInt32(a) && isInt32(b)) return a ^ b;
  if (typeof a === "number" && typeof b === "number") return joinHalves(high(a) ^ high(b), a ^ b);
  return normalizeInt(BigInt(a) ^ BigInt(b));
}

/** Absolute value. */
export function absInt(a: Int): Int {
  return a < 0 ? negInt(a) : a;
}

export function isOddInt(a: Int): boolean {
  return typeof a === "number" ? a % 2 !== 0 : (a & 1n) === 1n;
}
