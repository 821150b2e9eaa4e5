// Exactness of 64-bit integers, against the same computation in bigints.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as int from "../../../src/runtime/value/int.ts";

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/** Values of all sizes, with those at the edges of the representations often. */
const EDGES = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 52n, 2n ** 53n, 2n ** 62n, MAX].flatMap((edge) =>
  [edge - 1n, edge, edge + 1n, -edge - 1n, -edge, 1n - edge].filter((value) => value >= MIN && value <= MAX),
);
const anyInt = fc
  .oneof(
    fc.constantFrom(...EDGES),
    fc.bigInt({ min: MIN, max: MAX }),
    fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }),
    fc.bigInt({ min: -100n, max: 100n }),
  )
  .map(int.normalizeInt);

function expectNormal(value: int.Int): void {
  expect(typeof value === "bigint" ? !Number.isSafeInteger(Number(value)) : Number.isSafeInteger(value)).toBe(
    true,
  );
  expect(Object.is(value, -0)).toBe(false);
}

function attempt(call: () => int.Int): bigint | "error" {
  try {
    const value = call();
    expectNormal(value);
    return BigInt(value);
  } catch {
    return "error";
  }
}

const within = (value: bigint) => (value >= MIN && value <= MAX ? value : "error");

type Exact = (a: bigint, b: bigint) => bigint | "error";
const wrap = (value: bigint) => BigInt.asIntN(64, value);
const shift = (a: bigint, count: bigint): bigint => {
  if (count >= 64n) return 0n;
  if (count <= -64n) return a < 0n ? -1n : 0n;
  return count < 0n ? a >> -count : wrap(a << count);
};

const BINARY: readonly [string, (a: int.Int, b: int.Int) => int.Int, Exact][] = [
  ["+", int.addInt, (a, b) => within(a + b)],
  ["-", int.subInt, (a, b) => within(a - b)],
  ["*", int.mulInt, (a, b) => within(a * b)],
  ["/", int.divInt, (a, b) => (b === 0n ? "error" : within(a / b))],
  ["%", int.remInt, (a, b) => (b === 0n || (a === MIN && b === -1n) ? "error" : a % b)],
  ["<<", int.shlInt, (a, b) => shift(a, b)],
  [">>", int.shrInt, (a, b) => shift(a, -b)],
  ["&", int.andInt, (a, b) => a & b],
  ["|", int.orInt, (a, b) => a | b],
  ["^", int.xorInt, (a, b) => a ^ b],
];

describe("INT arithmetic", () => {
  it.each(BINARY)("%s", (_, call, exact) => {
    fc.assert(
      fc.property(anyInt, anyInt, (a, b) => {
        expect(attempt(() => call(a, b))).toBe(exact(BigInt(a), BigInt(b)));
      }),
      { numRuns: 3000 },
    );
  });

  it("** for small exponents", () => {
    fc.assert(
      fc.property(anyInt, fc.integer({ min: 0, max: 70 }), (a, b) => {
        expect(attempt(() => int.powInt(a, b))).toBe(within(BigInt(a) ** BigInt(b)));
      }),
      { numRuns: 3000 },
    );
  });

  it("- and abs of one operand", () => {
    fc.assert(
      fc.property(anyInt, (a) => {
        const value = BigInt(a);
        expect(attempt(() => int.negInt(a))).toBe(within(-value));
        expect(attempt(() => int.absInt(a))).toBe(within(value < 0n ? -value : value));
        expect(int.isOddInt(a)).toBe(value % 2n !== 0n);
      }),
    );
  });
});
