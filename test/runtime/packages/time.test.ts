// Timestamps: the functions of BasicTimePackage, called directly.

import { describe, expect, it } from "vitest";
import { timePackage } from "../../../src/runtime/packages/time.ts";
import { INT_MAX, INT_MIN } from "../../../src/runtime/value/int.ts";
import { Timestamp } from "../../../src/runtime/value/objects.ts";
import { Float } from "../../../src/runtime/value/scalars.ts";
import type { Value } from "../../../src/runtime/value/value.ts";
import { messageOf, PackageCaller } from "./caller.ts";

const caller = new PackageCaller(timePackage);
const f = (value: number) => new Float(value);
const at = (milliseconds: number) => new Timestamp(milliseconds);
const millisecondsOf = (value: unknown) => (value as Timestamp).milliseconds;

const shifts: [operator: string, seconds: Value, result: number][] = [
  ["+", 5, 6000],
  ["-", 5, -4000],
  ["+", -5, -4000],
  ["-", -5, 6000],
  ["+", f(5.5), 6500],
  ["-", f(5.5), -4500],
  ["+", f(-0.5), 500],
  ["+", f(0.0019), 1001],
  ["-", f(-0.0019), 1001],
  ["+", f(Number.NaN), 1000],
  ["-", f(1e18), 1000 - 2 ** 64],
];

const failures: [operator: string, seconds: Value, message: string][] = [
  ["+", INT_MAX, `Timestamp overflow when adding ${INT_MAX} second(s)`],
  ["-", INT_MIN, `Timestamp overflow when subtracting ${INT_MIN} second(s)`],
  ["+", f(1e19), "Integer overflow for timestamp add: 10000000000000000000"],
  ["-", f(1.25e25), "Integer overflow for timestamp subtract: 12500000000000000000000000"],
  ["+", f(-1e20), "Integer overflow for timestamp subtract: 100000000000000000000"],
  ["-", f(Number.POSITIVE_INFINITY), "Integer overflow for timestamp subtract: inf"],
];

describe("timestamps", () => {
  it.each(shifts)("%s %o", (operator, seconds, result) => {
    expect(millisecondsOf(caller.call(operator, [at(1000), seconds]))).toBe(result);
    const args: Value[] = [at(1000), seconds];
    expect(caller.call(`${operator}=`, args)).toBeUndefined();
    expect(millisecondsOf(args[0])).toBe(result);
  });

  it.each(failures)("%s %o fails", (operator, seconds, message) => {
    expect(messageOf(() => caller.call(operator, [at(1000), seconds]))).toBe(message);
    const args: Value[] = [at(1000), seconds];
    expect(messageOf(() => caller.call(`${operator}=`, args))).toBe(message);
    expect(millisecondsOf(args[0])).toBe(1000);
  });

  it("reach far back", () => {
    expect(millisecondsOf(caller.call("-", [at(1000), INT_MAX]))).toBeLessThan(-9e21);
  });

  it("measure time", () => {
    const start = caller.call("timestamp", []) as Timestamp;
    const elapsed = (caller.call("elapsed", [start]) as Float).value;
    expect(elapsed).toBeGreaterThanOrEqual(0);
    expect(elapsed).toBeLessThan(5);
    const longAgo = caller.call("-", [start, 60]) as Timestamp;
    expect((caller.call("get$elapsed", [longAgo]) as Float).value).toBeGreaterThanOrEqual(60);
    const later = caller.call("+", [start, 60]) as Timestamp;
    expect(messageOf(() => caller.call("elapsed", [later]))).toBe("Time-stamp is later than now");
  });

  it("are subtracted from each other", () => {
    expect((caller.call("-", [at(2500), at(1000)]) as Float).value).toBe(1.5);
    expect((caller.call("-", [at(1000), at(2500)]) as Float).value).toBe(-1.5);
  });

  it.each([
    ["==", [false, true, false]],
    ["!=", [true, false, true]],
    ["<", [true, false, false]],
    ["<=", [true, true, false]],
    [">", [false, false, true]],
    [">=", [false, true, true]],
  ])("are compared by %s", (operator, results) => {
    const compared = [at(1), at(2), at(3)].map((left) => caller.call(operator, [left, at(2)]));
    expect(compared).toEqual(results);
  });
});
