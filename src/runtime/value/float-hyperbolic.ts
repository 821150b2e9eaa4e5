// Hyperbolic functions of FLOATs and the hypotenuse, by the formulas of the C library and of Rust's standard library.

import { expFloat, logFloat } from "./float-exp-log.ts";

export function sinhFloat(x: number): number {
  const a = Math.abs(x);
  if (!(a >= 22)) return Math.sinh(x);
  return x < 0 ? -halfExp(a) : halfExp(a);
}

export function coshFloat(x: number): number {
  const a = Math.abs(x);
  if (a < 0.34657359) {
    const t = Math.expm1(a);
    const w = 1 + t;
    return a < 2 ** -55 ? w : 1 + (t * t) / (w + w);
  }
  if (a < 22) {
    const t = expFloat(a);
    return 0.5 * t + 0.5 / t;
  }
  return halfExp(a);
}

/** e^a / 2 without overflow on the way. */
function halfExp(a: number): number {
  if (a < 709.782712893384) return 0.5 * expFloat(a);
  const w = expFloat(0.5 * a);
  return 0.5 * w * w;
}

export function tanhFloat(x: number): number {
  const a = Math.abs(x);
  if (a >= 22) return Math.sign(x);
  if (!(a >= 2 ** -55)) return x;
  const t = Math.expm1(a < 1 ? -2 * a : 2 * a);
  return withSign(a < 1 ? -t / (t + 2) : 1 - 2 / (t + 2), x);
}

export function asinhFloat(x: number): number {
  const a = Math.abs(x);
  const inverse = 1 / a;
  return withSign(Math.log1p(a + a / (hypotFloat(1, inverse) + inverse)), x);
}

export function acoshFloat(x: number): number {
  return x < 1 ? Number.NaN : logFloat(x + Math.sqrt(x - 1) * Math.sqrt(x + 1));
}

export function atanhFloat(x: number): number {
  return 0.5 * Math.log1p((2 * x) / (1 - x));
}

function withSign(magnitude: number, sign: number): number {
  return sign < 0 || Object.is(sign, -0) ? -magnitude : magnitude;
}

export function hypotFloat(x: number, y: number): number {
  const a = Math.abs(x);
  const b = Math.abs(y);
  if (a === Infinity || b === Infinity) return Infinity;
  const large = Math.max(a, b);
  const small = Math.min(a, b);
  if (small <= large * 2 ** -54) return large + small;
  if (large > 2 ** 511) return 2 ** 600 * hypotenuse(large * 2 ** -600, small * 2 ** -600);
  if (small < 2 ** -459) return 2 ** -600 * hypotenuse(large * 2 ** 600, small * 2 ** 600);
  return hypotenuse(large, small);
}

/** The square root of the sum of squares, mended by the error of the rounded root. */
function hypotenuse(a: number, b: number): number {
  const h = Math.sqrt(a * a + b * b);
  if (h <= 2 * b) {
    const delta = h - b;
    return h - (a * (2 * delta - a) + (delta - 2 * (a - b)) * delta) / (2 * h);
  }
  const delta = h - a;
  return h - (2 * delta * (a - 2 * b) + ((4 * delta - b) * b + delta * delta)) / (2 * h);
}
