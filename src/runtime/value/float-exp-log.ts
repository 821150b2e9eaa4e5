// exp, logarithms and powers of FLOATs, rounded correctly but for about one argument in ten thousand.
//
// JS engines are free in the last digit of `Math.exp` and its like, and V8 differs from the C library that Rust calls in several
// percent of all arguments. Both the C library and the functions here compute with extra digits, so that they agree.

import { add2, type Double2, divide2, LOW, multiply2, productError, sumError } from "./double-double.ts";

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);
/** The index of the word that holds sign and exponent. */
const TOP = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

// ---- exp: x = (64 k + j) ln2/64 + r, e^x = 2^k * 2^(j/64) * e^r

/** ln2/64 in three parts; products of the first two with the integers that occur are exact. */
const STEP_1 = 0.010830424695996044;
const STEP_2 = 2.5310172166025705e-13;
const STEP_3 = 6.251695855647999e-24;
const STEPS_PER_UNIT = 92.33248261689366;

/** 2^(1/2), 2^(1/4) ... 2^(1/64). */
const ROOTS_OF_2: readonly Double2[] = [
  [Math.SQRT2, -9.667293313452913e-17],
  [1.189207115002721, 3.982015231465646e-17],
  [1.0905077326652577, -3.046782079812471e-17],
  [1.0442737824274138, 8.551889705537965e-17],
  [1.0218971486541166, 5.109225028973444e-17],
  [1.0108892860517005, -1.5234778603368577e-17],
];

/** 2^(j/64) for j from 0 to 63, high and low parts in turn. */
const EXP_TABLE = new Float64Array(128);
for (let j = 0; j < 64; j++) {
  let power: Double2 = [1, 0];
  for (let bit = 0; bit < 6; bit++) if (j & (32 >> bit)) power = multiply2(power, ROOTS_OF_2[bit]);
  EXP_TABLE[2 * j] = power[0];
  EXP_TABLE[2 * j + 1] = power[1];
}

/** e^(x + low), for |x| up to about 750 and a `low` beyond the digits of x. */
function expOfSum(x: number, low: number): number {
  const n = Math.round(x * STEPS_PER_UNIT);
  const j = n & 63;
  const k = (n - j) / 64;
  const r0 = x - n * STEP_1;
  const second = -n * STEP_2;
  const r = r0 + second;
  const rl = sumError(r0, second, r) - n * STEP_3 + low;
  // e^r - 1 as head + tail
  const square = r * r;
  const cubic = square * r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r / 5040))));
  const half = 0.5 * square;
  const head = r + half;
  const tail = r - head + half + (0.5 * productError(r, r, square) + (rl + r * rl + cubic));
  const base = EXP_TABLE[2 * j];
  const product = base * head;
  const high = base + product;
  const lowPart =
    base -
    high +
    product +
    (productError(base, head, product) + (EXP_TABLE[2 * j + 1] * (1 + head) + base * tail));
  return scale(high, lowPart, k);
}

/** (high + low) * 2^k, rounded once, for a `high` from about 0.99 to 2. */
function scale(high: number, low: number, k: number): number {
  if (k > 1023) return (high + low) * 2 ** 1023 * 2;
  if (k > -1022 || (k === -1022 && high >= 1)) {
    bits[0] = high + low;
    words[TOP] += k << 20;
    return bits[0];
  }
  // A subnormal result: the addition of a larger number rounds at the last digit that the result has.
  const anchor = 2 ** (-1022 - k);
  const sum = anchor + high;
  return (sum + (anchor - sum + high + low) - anchor) * 2 ** -1022 * 2 ** (k + 1022);
}

export function expFloat(x: number): number {
  if (x > 709.79) return Infinity;
  if (x < -745.14) return 0;
  return Number.isNaN(x) ? x : expOfSum(x, 0);
}

// ---- log: x = 2^k * m, m near 256/j: ln x = k ln2 - ln(c) + ln(1 + r) with c = 256/j and r = m c - 1

/** ln2 in two parts; products of the first with exponents are exact. */
const LN2_1 = 0.6931471805598903;
const LN2_2 = 5.497923018708371e-14;

const FIRST_J = 181;
const LAST_J = 362;
/** -ln(256/j), high and low parts in turn; made when the first logarithm is taken. */
let logTable: Float64Array | null = null;

function makeLogTable(): Float64Array {
  const table = new Float64Array(2 * (LAST_J - FIRST_J + 1));
  for (const step of [-1, 1]) {
    let sum: Double2 = [0, 0];
    for (let j = 256 + step; j >= FIRST_J && j <= LAST_J; j += step) {
      sum = add2(sum, logOfQuotient(256 / (j - step), 256 / j));
      table[2 * (j - FIRST_J)] = sum[0];
      table[2 * (j - FIRST_J) + 1] = sum[1];
    }
  }
  return table;
}

/** ln(a/b) for neighbours in the table, by the series of the inverse hyperbolic tangent. */
function logOfQuotient(a: number, b: number): Double2 {
  const s = divide2(add2([a, 0], [-b, 0]), add2([a, 0], [b, 0]));
  const square = multiply2(s, s);
  let sum: Double2 = [0, 0];
  for (let i = 13; i >= 1; i -= 2) sum = add2(divide2([1, 0], [i, 0]), multiply2(square, sum));
  const half = multiply2(s, sum);
  return [2 * half[0], 2 * half[1]];
}

/** ln x for a positive finite x: the high part, with the low part in `LOW`. */
function logParts(x: number): number {
  logTable ??= makeLogTable();
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 2 ** 54;
    k = -54;
  }
  bits[0] = x;
  k += (words[TOP] >>> 20) - 1023;
  words[TOP] = (words[TOP] & 0xfffff) | 0x3ff00000;
  let m = bits[0];
  if (m > Math.SQRT2) {
    m *= 0.5;
    k++;
  }
  const j = Math.round(m * 256);
  const c = 256 / j;
  const product = m * c;
  const rl = productError(m, c, product);
  const r = product - 1;
  const square = r * r;
  const cubic =
    square * r * (1 / 3 - r * (0.25 - r * (0.2 - r * (1 / 6 - r * (1 / 7 - r * (0.125 - r * (1 / 9)))))));
  const entry = 2 * (j - FIRST_J);
  const whole = k * LN2_1;
  const base = whole + logTable[entry];
  const sum = base + r;
  const half = -0.5 * square;
  const high = sum + half;
  const squareError = 0.5 * productError(r, r, square) + r * rl;
  const low =
    sumError(sum, half, high) +
    sumError(base, r, sum) +
    (whole - base + logTable[entry] + (k * LN2_2 + logTable[entry + 1] + (rl - squareError + cubic)));
  const result = high + low;
  LOW[0] = high - result + low;
  return result;
}

export function logFloat(x: number): number {
  if (x > 0 && x < Infinity) return logParts(x);
  return x === 0 ? -Infinity : x > 0 ? x : Number.NaN;
}

/** As the C library does it: not rounded correctly, but exact for powers of ten. */
export function log10Float(x: number): number {
  if (!(x > 0 && x < Infinity)) return logFloat(x);
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 2 ** 54;
    k = -54;
  }
  bits[0] = x;
  k += (words[TOP] >>> 20) - 1023;
  const below = k < 0 ? 1 : 0;
  words[TOP] = (words[TOP] & 0xfffff) | ((0x3ff - below) << 20);
  const y = k + below;
  const z = y * 3.694239077158931e-13 + Math.LOG10E * logParts(bits[0]);
  return z + y * 0.30102999566361177;
}

// ---- powers

const isOddFloat = (y: number) => Math.abs(y) < 2 ** 53 && Math.abs(y % 2) === 1;

/** C's `pow`: unlike JS, 1 to any power and -1 to an infinite one are 1. */
export function powFloat(x: number, y: number): number {
  if (y === 2) return x * x;
  if (x === 1) return 1;
  if (x === -1)
    return Math.abs(y) === Infinity || Number.isInteger(y) ? (isOddFloat(y) ? -1 : 1) : Number.NaN;
  const size = Math.abs(x);
  // Zero, infinities and NaN: JS agrees with C.
  if (!(size < Infinity && size > 0 && Math.abs(y) < Infinity && y !== 0)) return x ** y;
  if (x < 0 && !Number.isInteger(y)) return Number.NaN;
  const log = logParts(size);
  const product = log * y;
  let power = product > 0 ? Infinity : 0;
  if (product < 709.79 && product > -745.14) {
    power = expOfSum(product, productError(log, y, product) + LOW[0] * y);
  }
  return x < 0 && isOddFloat(y) ? -power : power;
}
