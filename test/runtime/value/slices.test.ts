// Starts, lengths, indexes and ranges as positions; sizes of values.

import { describe, expect, it } from "vitest";
import { Blob, RhaiArray, RhaiMap } from "../../../src/runtime/value/containers.ts";
import { INT_MAX, INT_MIN, type Int } from "../../../src/runtime/value/int.ts";
import { Range } from "../../../src/runtime/value/objects.ts";
import { checkSize, sizeOf } from "../../../src/runtime/value/size.ts";
import { countFrom, indexIn, offsetOf, rangeCount, rangeStart } from "../../../src/runtime/value/slices.ts";
import type { Value } from "../../../src/runtime/value/value.ts";

describe("positions", () => {
  it.each([
    [5, 0, 0, 0],
    [5, 4, 4, 4],
    [5, 5, 5, -1],
    [5, -1, 4, 4],
    [5, -5, 0, 0],
    [5, -6, 0, -1],
    [5, INT_MIN, 0, -1],
    [5, INT_MAX, 5, -1],
    [0, 0, 0, -1],
    [0, -1, 0, -1],
  ] as [number, Int, number, number][])(
    "of %i items, %s is offset %i, index %i",
    (length, at, offset, index) => {
      expect(offsetOf(length, at)).toBe(offset);
      expect(indexIn(length, at)).toBe(index);
    },
  );

  it.each([
    [5, 2, 9, 3],
    [5, 2, 2, 2],
    [5, 5, 1, 0],
    [5, 0, -1, 0],
    [5, 1, INT_MAX, 4],
    [5, 1, INT_MIN, 0],
  ] as [number, number, Int, number][])(
    "of %i items, from %i, %s means %i",
    (length, offset, count, result) => {
      expect(countFrom(length, offset, count)).toBe(result);
    },
  );

  it.each([
    [1, 3, false, 1, 2],
    [1, 3, true, 1, 3],
    [3, 1, false, 3, 0],
    [3, 1, true, 3, 1],
    [-3, 2, false, 0, 2],
    [-3, -1, true, 0, 1],
    [-3, -1, false, 0, 0],
    [INT_MAX - 1n, INT_MAX, false, Number(INT_MAX), 1],
    [INT_MAX, INT_MAX, true, Number(INT_MAX), 0],
    [0, INT_MAX, true, 0, 2 ** 63],
  ] as [Int, Int, boolean, number, number][])(
    "%s to %s (inclusive: %s)",
    (from, to, inclusive, start, count) => {
      expect(rangeStart(new Range(from, to, inclusive))).toBe(start);
      expect(rangeCount(new Range(from, to, inclusive))).toBe(count);
    },
  );
});

const blob = (length: number) => new Blob(new Uint8Array(length));
const array = (...items: Value[]) => new RhaiArray(items);
const map = (entries: Record<string, Value>) => new RhaiMap(new Map(Object.entries(entries)));

describe("sizes", () => {
  it.each([
    ["a number", 1, 0, 0, 0],
    ["a string, in bytes", "aé€😀", 0, 0, 10],
    ["a blob", blob(3), 3, 0, 0],
    ["an array", array(1, "ab", undefined), 3, 0, 2],
    ["arrays in an array", array(array(1, 2), array()), 4, 0, 0],
    ["a blob in an array", array(blob(3)), 5, 0, 0],
    ["a map", map({ a: 1, long_name: "xyz" }), 0, 2, 3],
    ["all of them", map({ a: array(map({ b: "é" }), blob(1)), c: blob(0) }), 5, 3, 2],
  ] as [string, Value, number, number, number][])("of %s", (_, value, arrays, maps, strings) => {
    expect(sizeOf(value)).toEqual({ arrays, maps, strings });
  });

  it("of nesting deeper than the JS stack", () => {
    let value = array();
    for (let i = 0; i < 100_000; i++) value = array(value);
    expect(sizeOf(value).arrays).toBe(100_000);
  });

  it("are checked in Rhai's order", () => {
    const size = { arrays: 9, maps: 9, strings: 9 };
    const limits = { maxArraySize: 0, maxMapSize: 0, maxStringSize: 0 };
    expect(() => checkSize(size, limits)).not.toThrow();
    expect(() => checkSize(size, { ...limits, maxMapSize: 8 })).toThrow("Size of object map too large");
    expect(() => checkSize(size, { ...limits, maxMapSize: 8, maxArraySize: 8 })).toThrow(
      "Size of array/BLOB",
    );
    expect(() => checkSize(size, { maxMapSize: 8, maxArraySize: 8, maxStringSize: 8 })).toThrow(
      "Length of string",
    );
    expect(() => checkSize(size, { maxMapSize: 9, maxArraySize: 9, maxStringSize: 9 })).not.toThrow();
  });
});
