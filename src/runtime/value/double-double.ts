// Numbers of about 106 bits as the sum of two doubles: what the elementary functions compute with before they round.

const SPLITTER = 2 ** 27 + 1;

/** `a * b - product`, exactly, for `product = a * b`. Neither operand may exceed 2^996. */
export function productError(a: number, b: number, product: number): number {
  const ca = SPLITTER * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = SPLITTER * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return ah * bh - product + ah * bl + al * bh + al * bl;
}

/** `a + b - sum`, exactly, for `sum = a + b`. */
export function sumError(a: number, b: number, sum: number): number {
  const part = sum - a;
  return a - (sum - part) + (b - part);
}

/**
 * The low part of a result. Functions that yield a double-double return its high part and leave the low one here: unlike
 * an object or a variable of the module, an element of a typed array costs no allocation.
 */
export const LOW = new Float64Array(1);

/** A double-double as a value, for code that need not be fast. */
export type Double2 = readonly [high: number, low: number];

export function normalize2(high: number, low: number): Double2 {
  const sum = high + low;
  return [sum, high - sum + low];
}

export function add2(a: Double2, b: Double2): Double2 {
  const high = a[0] + b[0];
  return normalize2(high, sumError(a[0], b[0], high) + a[1] + b[1]);
}

export function negate2(a: Double2): Double2 {
  return [-a[0], -a[1]];
}

export function multiply2(a: Double2, b: Double2): Double2 {
  const high = a[0] * b[0];
  return normalize2(high, productError(a[0], b[0], high) + (a[0] * b[1] + a[1] * b[0]));
}

export function divide2(a: Double2, b: Double2): Double2 {
  const quotient = a[0] / b[0];
  const product = quotient * b[0];
  const rest = a[0] - product - productError(quotient, b[0], product) + a[1] - quotient * b[1];
  return normalize2(quotient, rest / b[0]);
}

export function squareRoot2(a: Double2): Double2 {
  if (a[0] === 0) return [0, 0];
  const root = Math.sqrt(a[0]);
  const square = root * root;
  return normalize2(root, (a[0] - square - productError(root, root, square) + a[1]) / (2 * root));
}
