// Trigonometric functions of FLOATs, rounded correctly but for very few arguments (see float-exp-log.ts for why not `Math`).

import {
  add2,
  type Double2,
  divide2,
  LOW,
  multiply2,
  normalize2,
  productError,
  sumError,
} from "./double-double.ts";

/** pi/2 in three doubles. */
const HALF_PI_1 = Math.PI / 2;
const HALF_PI_2 = 6.123233995736766e-17;
const HALF_PI_3 = -1.4973849048591698e-33;
const HALF_PI: Double2 = [HALF_PI_1, HALF_PI_2];

// ---- argument reduction: x = n pi/2 + r with |r| <= pi/4

/** 2/pi * 2^1152. */
const TWO_OVER_PI = BigInt(
  "0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921c" +
    "fe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980f" +
    "ef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d08",
);

/** The quadrant of the latest reduced argument: n mod 4. */
let quadrant = 0;

/** r for a finite x: the high part, with the low part in `LOW` and the quadrant aside. */
function reduce(x: number): number {
  if (Math.abs(x) <= 0.7853981633974483) {
    quadrant = 0;
    LOW[0] = 0;
    return x;
  }
  if (Math.abs(x) > 1e9) return reduceLarge(x);
  const n = Math.round(x * 0.6366197723675814);
  quadrant = n & 3;
  const product1 = n * HALF_PI_1;
  const error1 = productError(n, HALF_PI_1, product1);
  const product2 = n * HALF_PI_2;
  const rest = x - product1;
  const sum1 = rest - error1;
  const sum2 = sum1 - product2;
  const low =
    sumError(rest, -error1, sum1) +
    sumError(sum1, -product2, sum2) -
    productError(n, HALF_PI_2, product2) -
    n * HALF_PI_3;
  const high = sum2 + low;
  LOW[0] = sum2 - high + low;
  return high;
}

/** With exact integers: x is mantissa * 2^exponent, and only the fraction of x * 2/pi matters. */
function reduceLarge(x: number): number {
  const exponent = Math.floor(Math.log2(Math.abs(x))) - 53;
  const mantissa = BigInt(x / 2 ** exponent);
  const scaled = mantissa * TWO_OVER_PI;
  const point = BigInt(1152 - exponent);
  const n = (scaled + (1n << (point - 1n))) >> point;
  quadrant = Number(n & 3n);
  const fraction = (scaled - (n << point)) >> (point - 160n);
  const high = Number(fraction);
  const low = Number(fraction - BigInt(high));
  const [r, rl] = multiply2([high * 2 ** -160, low * 2 ** -160], HALF_PI);
  LOW[0] = rl;
  return r;
}

// ---- sine and cosine on [-pi/4, pi/4]: r = j/64 + t, and the addition theorems

/** sin and cos of j/64, each with high and low part, for j from 0 to 51. */
const TABLE = new Float64Array(4 * 52);

function fillTable(): void {
  const sin1: Double2 = [0.015624364224883372, -1.2650937552759816e-19];
  const cos1: Double2 = [0.9998779321710066, 3.216122229972341e-17];
  let sin: Double2 = [0, 0];
  let cos: Double2 = [1, 0];
  for (let j = 0; j < 52; j++) {
    TABLE.set([...sin, ...cos], 4 * j);
    const next = add2(multiply2(sin, cos1), multiply2(cos, sin1));
    const product = multiply2(sin, sin1);
    cos = add2(multiply2(cos, cos1), [-product[0], -product[1]]);
    sin = next;
  }
}
fillTable();

/** sin(r + low), or cos: the high part, with the low part (which is not small) in `LOW`. */
function rotate(r: number, low: number, cosine: boolean): number {
  const sign = r < 0 ? -1 : 1;
  const a = r * sign;
  const j = Math.round(a * 64);
  const t0 = a - j / 64;
  const tl0 = low * sign;
  const t = t0 + tl0;
  const tl = t0 - t + tl0;
  // sin(a + t) = sin a cos t + cos a sin t; cos(a + t) = cos a cos t - sin a sin t
  const base = TABLE[cosine ? 4 * j + 2 : 4 * j];
  const baseLow = TABLE[cosine ? 4 * j + 3 : 4 * j + 1];
  const slope = cosine ? -TABLE[4 * j] : TABLE[4 * j + 2];
  const slopeLow = cosine ? -TABLE[4 * j + 1] : TABLE[4 * j + 3];
  const square = t * t;
  const sinRest = t * square * (-1 / 6 + square * (1 / 120 - square / 5040));
  const cosRest = square * (-0.5 + square * (1 / 24 - square / 720));
  const product = slope * t;
  const high = base + product;
  const rest =
    base -
    high +
    product +
    (productError(slope, t, product) +
      (baseLow + (base * cosRest + (slope * sinRest + (slope * tl + slopeLow * t)))));
  const flip = cosine ? 1 : sign;
  LOW[0] = rest * flip;
  return high * flip;
}

/** Below this, x - x^3/6 rounds to x. */
const TINY = 2 ** -27;

export function sinFloat(x: number): number {
  if (Math.abs(x) < TINY) return x;
  if (!Number.isFinite(x)) return Number.NaN;
  const r = reduce(x);
  const high = rotate(r, LOW[0], (quadrant & 1) === 1);
  return quadrant & 2 ? -(high + LOW[0]) : high + LOW[0];
}

export function cosFloat(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  const r = reduce(x);
  const high = rotate(r, LOW[0], (quadrant & 1) === 0);
  return (quadrant + 1) & 2 ? -(high + LOW[0]) : high + LOW[0];
}

export function tanFloat(x: number): number {
  if (Math.abs(x) < TINY) return x;
  if (!Number.isFinite(x)) return Number.NaN;
  const r = reduce(x);
  const low = LOW[0];
  const sinHigh = rotate(r, low, false);
  const sin = normalize2(sinHigh, LOW[0]);
  const cosHigh = rotate(r, low, true);
  const cos = normalize2(cosHigh, LOW[0]);
  return quadrant & 1 ? -divide2(cos, sin)[0] : divide2(sin, cos)[0];
}
