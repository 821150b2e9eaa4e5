// Equality inside of containers, sort order, and the keys of `switch`.

import { describe, expect, it } from "vitest";
import { Blob, RhaiArray, RhaiMap } from "../../../src/runtime/value/containers.ts";
import { equalsValue, hashKey, orderValues } from "../../../src/runtime/value/equality.ts";
import { FnPtr } from "../../../src/runtime/value/fn-ptr.ts";
import { Range, Timestamp } from "../../../src/runtime/value/objects.ts";
import { Byte, charOf, Float } from "../../../src/runtime/value/scalars.ts";
import type { Value } from "../../../src/runtime/value/value.ts";

const array = (...items: Value[]) => new RhaiArray(items);
const map = (entries: Record<string, Value>) => new RhaiMap(new Map(Object.entries(entries)));
const float = (value: number) => new Float(value);

describe("equalsValue", () => {
  it("compares containers by content", () => {
    expect(equalsValue(array(1, array("a")), array(float(1), array(charOf("a"))))).toBe(true);
    expect(equalsValue(array(1), array(1, 2))).toBe(false);
    expect(equalsValue(map({ a: 1, b: undefined }), map({ b: undefined, a: float(1) }))).toBe(true);
    expect(equalsValue(map({ a: 1 }), map({ b: 1 }))).toBe(false);
    expect(equalsValue(new Timestamp(5), new Timestamp(5))).toBe(true);
  });
  it("takes items of different types for unequal, values of maps for an error", () => {
    const exclusive = new Range(1, 2, false);
    const inclusive = new Range(1, 2, true);
    expect(equalsValue(array(exclusive), array(inclusive))).toBe(false);
    expect(equalsValue(array(new Byte(1)), array(1))).toBe(false);
    expect(() => equalsValue(map({ a: exclusive }), map({ a: inclusive }))).toThrow(
      "Function not found: == (range, range=)",
    );
    expect(() => equalsValue(map({ a: 1 }), map({ a: new Byte(1) }))).toThrow(
      "Function not found: == (i64, u8)",
    );
    expect(() => equalsValue(map({ a: new Blob(new Uint8Array(0)) }), map({ a: charOf("x") }))).toThrow(
      "Function not found: == (blob, char)",
    );
  });
  it("cannot compare function pointers, wherever they are", () => {
    const fn = new FnPtr("f");
    for (const wrap of [(v: Value) => v, (v: Value) => array(v), (v: Value) => map({ a: array(v) })]) {
      expect(() => equalsValue(wrap(fn), wrap(fn))).toThrow("Function not found: == (Fn, Fn)");
    }
    expect(equalsValue(array(1, fn), array(2, fn))).toBe(false);
    expect(equalsValue(fn, 1)).toBe(false);
  });
  it("asks registered functions first", () => {
    const registered = (a: Value, b: Value) => (a === 1 && b === 2 ? true : null);
    expect(equalsValue(array(1, 5), array(2, 5), registered)).toBe(true);
    expect(equalsValue(1, 2, registered)).toBe(true);
    expect(equalsValue(map({ a: 2 }), map({ a: 1 }), registered)).toBe(false);
  });
});

describe("orderValues", () => {
  it("orders values of one type", () => {
    const sorted = (values: Value[]) => [...values].sort(orderValues);
    expect(sorted([3, 2n ** 60n, -1])).toEqual([-1, 3, 2n ** 60n]);
    expect(sorted(["b", "\u{1f600}", "\uffee", "a"])).toEqual(["a", "b", "\uffee", "\u{1f600}"]);
    expect(sorted([true, false])).toEqual([false, true]);
    expect(sorted([float(2), float(-1)])).toEqual([float(-1), float(2)]);
    expect(sorted([charOf("b"), charOf("a")])).toEqual([charOf("a"), charOf("b")]);
    expect(orderValues(float(Number.NaN), float(1))).toBe(0);
  });
});

describe("hashKey", () => {
  // Each of these is a case of its own to `switch`.
  const distinct: Value[] = [
    ...[undefined, true, false, 0, 1, 97, 2n ** 60n, "", "a", "97.5", "[]", "1.0"],
    ...[float(0), float(-0), float(1), float(97.5), charOf("a"), charOf("\u{1f600}"), new Byte(1)],
    ...[array(), array(1), array(float(1)), array(1, 2), array(array(1), 2), array(array(1, 2))],
    ...[array("a", "b"), array("ab"), array(charOf("a")), array(undefined), array("2:ab")],
    ...[map({}), map({ a: 1 }), map({ a: float(1) }), map({ a: 1, b: 2 }), array(map({ a: 1 }))],
    ...[new Blob(Uint8Array.of(1)), new Blob(Uint8Array.of(1, 2))],
    ...[new Range(1, 2, false), new Range(1, 2, true), new Range(1, 3, false)],
  ];
  it("tells types and contents apart", () => {
    expect(new Set(distinct.map(hashKey)).size).toBe(distinct.length);
  });
  it("is the same for equal values", () => {
    expect(hashKey(map({ b: 2, a: array("x") }))).toBe(hashKey(map({ a: array("x"), b: 2 })));
    expect(hashKey(float(0.3))).not.toBe(hashKey(float(0.1 + 0.2)));
    expect(new Map([[hashKey(2n ** 60n), 1]]).get(hashKey(2n ** 60n))).toBe(1);
  });
  it("is null for what cannot be hashed", () => {
    for (const value of [
      new FnPtr("f"),
      array(new FnPtr("f")),
      map({ a: new FnPtr("f") }),
      new Timestamp(0),
    ]) {
      expect(hashKey(value)).toBeNull();
    }
  });
});
