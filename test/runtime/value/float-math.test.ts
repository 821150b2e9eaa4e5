// Elementary functions against correctly rounded results (computed with 1300 bits); and what is special about them.

import { describe, expect, it } from "vitest";
import { acosFloat, asinFloat, atan2Float, atanFloat } from "../../../src/runtime/value/float-arcs.ts";
import { expFloat, log10Float, logFloat, powFloat } from "../../../src/runtime/value/float-exp-log.ts";
import {
  asinhFloat,
  coshFloat,
  hypotFloat,
  sinhFloat,
  tanhFloat,
} from "../../../src/runtime/value/float-hyperbolic.ts";
import { cosFloat, sinFloat, tanFloat } from "../../../src/runtime/value/float-trigonometry.ts";
import data from "./float-math.data.json" with { type: "json" };

const FUNCTIONS: Record<string, (...args: number[]) => number> = {
  sin: sinFloat,
  cos: cosFloat,
  tan: tanFloat,
  asin: asinFloat,
  acos: acosFloat,
  atan: atanFloat,
  atan2: atan2Float,
  exp: expFloat,
  ln: logFloat,
  pow: powFloat,
};

describe("correctly rounded", () => {
  it.each(Object.keys(data))("%s", (name) => {
    for (const row of (data as Record<string, number[][]>)[name]) {
      const args = row.slice(0, -1);
      expect([...args, FUNCTIONS[name](...args)]).toEqual(row);
    }
  });
});

describe("special operands", () => {
  it("follow C rather than JS", () => {
    expect(powFloat(1, Number.NaN)).toBe(1);
    expect(powFloat(1, Infinity)).toBe(1);
    expect(powFloat(-1, -Infinity)).toBe(1);
    expect(powFloat(-1, Number.MAX_VALUE)).toBe(1);
    expect(powFloat(-1, 3)).toBe(-1);
    expect(powFloat(-8, 1 / 3)).toBeNaN();
    expect(powFloat(-2, 3)).toBe(-8);
    expect(powFloat(Number.NaN, 0)).toBe(1);
    expect(hypotFloat(Infinity, Number.NaN)).toBe(Infinity);
  });
  it("keep the sign of zero", () => {
    for (const call of [sinFloat, tanFloat, asinFloat, atanFloat, sinhFloat, asinhFloat]) {
      expect(call(-0)).toBe(-0);
    }
    expect(tanhFloat(-0)).toBe(-0);
    expect(atan2Float(-0, -1)).toBe(-Math.PI);
  });
  it("end at the limits of the type", () => {
    expect(expFloat(710)).toBe(Infinity);
    expect(expFloat(-746)).toBe(0);
    expect(expFloat(-745)).toBe(5e-324);
    expect(powFloat(2, -1074)).toBe(5e-324);
    expect(powFloat(2, 1023)).toBe(2 ** 1023);
    expect(coshFloat(711)).toBe(Infinity);
    expect(logFloat(0)).toBe(-Infinity);
    expect(logFloat(-1)).toBeNaN();
    expect(hypotFloat(3e300, 4e300)).toBe(5e300);
    expect(hypotFloat(3e-320, 4e-320)).toBe(5e-320);
  });
  it("include tanh where the C library is off by one digit", () => {
    expect(tanhFloat(1e-13)).toBe(1.0000000000000002e-13);
    expect([tanhFloat(-30), tanhFloat(Number.NaN)]).toEqual([-1, Number.NaN]);
  });
  it("are exact for powers of ten", () => {
    for (let k = -300; k <= 300; k += 7) expect(log10Float(Number(`1e${k}`))).toBe(k);
  });
});
