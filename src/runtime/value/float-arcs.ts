// Inverse trigonometric functions of FLOATs, rounded correctly but for very few arguments.

import {
  add2,
  type Double2,
  divide2,
  multiply2,
  negate2,
  normalize2,
  productError,
  squareRoot2,
} from "./double-double.ts";

const PI: Double2 = [Math.PI, 1.2246467991473532e-16];
const HALF_PI: Double2 = [Math.PI / 2, 6.123233995736766e-17];

/** The arc tangents of j/64 for j from 0 to 64; made at the first use. */
let arcTable: Double2[] | null = null;

function makeArcTable(): Double2[] {
  const table: Double2[] = [[0, 0]];
  for (let j = 1; j <= 64; j++) {
    // From the neighbour: atan a - atan b = atan((a - b) / (1 + a b)).
    const difference = divide2([1 / 64, 0], [1 + (j * (j - 1)) / 4096, 0]);
    table.push(add2(table[j - 1], arcSeries(difference)));
  }
  return table;
}

/** atan t for |t| up to 1/64, by its power series. */
function arcSeries(t: Double2): Double2 {
  const square = multiply2(t, t);
  let sum: Double2 = [0, 0];
  for (let i = 17; i >= 1; i -= 2) sum = add2(divide2([1, 0], [i, 0]), negate2(multiply2(square, sum)));
  return multiply2(t, sum);
}

/** atan of a value from 0 to 1. */
function arc(x: Double2): Double2 {
  arcTable ??= makeArcTable();
  const j = Math.round(x[0] * 64);
  const c = j / 64;
  const above = normalize2(x[0] - c, x[1]);
  const t = j === 0 ? above : divide2(above, add2([1, 0], multiply2(x, [c, 0])));
  const square = t[0] * t[0];
  const rest = t[0] * square * (-1 / 3 + square * (0.2 + square * (-1 / 7 + square / 9)));
  const base = arcTable[j];
  const high = base[0] + t[0];
  return normalize2(high, base[0] - high + t[0] + (base[1] + (t[1] + rest)));
}

/** The angle of the point (x, y) for non-negative coordinates that are not both zero. */
function angle(y: Double2, x: Double2): Double2 {
  return y[0] > x[0] ? add2(HALF_PI, negate2(arc(divide2(x, y)))) : arc(divide2(y, x));
}

/** Below this, x + x^3/6 and x - x^3/3 round to x. */
const TINY = 2 ** -27;

export function atanFloat(x: number): number {
  const a = Math.abs(x);
  if (!(a >= TINY)) return x;
  const result = a > 1e17 ? HALF_PI[0] : a > 1 ? angle([a, 0], [1, 0])[0] : arc([a, 0])[0];
  return x < 0 ? -result : result;
}

/** The square root of 1 - x^2. */
function otherLeg(x: number): Double2 {
  const square = x * x;
  if (x < 0.7) return squareRoot2(add2([1, 0], [-square, -productError(x, x, square)]));
  // 1 - x is exact here.
  return squareRoot2(multiply2([1 - x, 0], normalize2(1 + x, x - (1 + x - 1))));
}

export function asinFloat(x: number): number {
  const a = Math.abs(x);
  if (a < TINY) return x;
  if (!(a <= 1)) return Number.NaN;
  const result = angle([a, 0], otherLeg(a))[0];
  return x < 0 ? -result : result;
}

export function acosFloat(x: number): number {
  const a = Math.abs(x);
  if (!(a <= 1)) return Number.NaN;
  const result = angle(otherLeg(a), [a, 0]);
  return x < 0 ? add2(PI, negate2(result))[0] : result[0];
}

export function atan2Float(y: number, x: number): number {
  const rough = Math.atan2(y, x);
  const ay = Math.abs(y);
  const ax = Math.abs(x);
  const ratio = ay / ax;
  // Operands and results that need no further digits, or too small or large for them.
  if (!(ratio > 1e-290 && ratio < 1e290 && ay > 1e-290 && ax > 1e-290 && ay < 1e290 && ax < 1e290))
    return rough;
  const first = angle([ay, 0], [ax, 0]);
  const result = x < 0 ? add2(PI, negate2(first))[0] : first[0];
  return y < 0 ? -result : result;
}
