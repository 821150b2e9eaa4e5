// FLOAT semantics that differ from plain JS numbers: tolerant comparison, powers, conversion to INT.

import { arithmeticError } from "../errors.ts";
import { floatPlain } from "./float-format.ts";
import { INT_MAX, INT_MIN, type Int, intFromNumber } from "./int.ts";

const EPSILON = Number.EPSILON;
const TWO_63 = 2 ** 63;

/** What differences are divided by before they are compared with epsilon. */
function scale(x: number, y: number): number {
  return x * y === 0 ? 1 : Math.max(Math.abs(x), Math.abs(y));
}

/** Rhai takes NaN and zero for equal: the larger of their sizes is zero, and it stops there. */
function isNanAndZero(x: number, y: number): boolean {
  return (x === 0 && Number.isNaN(y)) || (y === 0 && Number.isNaN(x));
}

/** Rhai's `==` on floats: equal within one epsilon, relatively. False for infinities, and for NaN except with zero. */
export function equalFloats(x: number, y: number): boolean {
  return Math.abs(x - y) / scale(x, y) <= EPSILON || isNanAndZero(x, y);
}

/** Rhai's `!=` on floats; false for NaN and infinities. */
export function unequalFloats(x: number, y: number): boolean {
  return Math.abs(x - y) / scale(x, y) > EPSILON;
}

/** Rhai's `<` on floats; `x > y` is `lessFloats(y, x)`. */
export function lessFloats(x: number, y: number): boolean {
  return (y - x) / scale(x, y) > EPSILON;
}

/** Rhai's `<=` on floats; `x >= y` is `lessOrEqualFloats(y, x)`. */
export function lessOrEqualFloats(x: number, y: number): boolean {
  return (y - x) / scale(x, y) > -EPSILON || isNanAndZero(x, y);
}

/** Truncates towards zero; NaN gives 0, 2^63 exactly the largest INT, anything beyond an error. */
export function floatToInt(x: number): Int {
  if (x > TWO_63 || x < -TWO_63) throw arithmeticError(`Integer overflow: to_int(${floatPlain(x)})`);
  if (x === TWO_63) return INT_MAX;
  if (x === -TWO_63) return INT_MIN;
  return Number.isNaN(x) ? 0 : intFromNumber(Math.trunc(x));
}

/** The nearest whole number; halves go away from zero. */
export function roundFloat(x: number): number {
  const whole = Math.trunc(x);
  return Math.abs(x - whole) < 0.5 || !Number.isFinite(x) ? whole : whole + Math.sign(x);
}

/** What follows the decimal point, with the number's sign. */
export function fractFloat(x: number): number {
  return x - Math.trunc(x);
}
