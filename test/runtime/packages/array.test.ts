// Arrays: the functions of BasicArrayPackage, called directly.

import { describe, expect, it } from "vitest";
import { copyValue, type RhaiArray } from "../../../src/runtime/value/containers.ts";
import { FnPtr } from "../../../src/runtime/value/fn-ptr.ts";
import { INT_MAX, INT_MIN, type Int } from "../../../src/runtime/value/int.ts";
import { Range, type Ref } from "../../../src/runtime/value/objects.ts";
import { Float } from "../../../src/runtime/value/scalars.ts";
import type { Value } from "../../../src/runtime/value/value.ts";
import { array, map, messageOf, show } from "./caller.ts";
import { call, closure, FakeContext } from "./fake-callbacks.ts";

const range = (from: Int, to: Int) => new Range(from, to, false);
const through = (from: Int, to: Int) => new Range(from, to, true);
const digits = (text: string) => array(...[...text].map(Number));

/** Name, digits of the array, further arguments, expected result, expected array afterwards (when it changes). */
const direct: [name: string, items: string, args: Value[], result: string, after?: string][] = [
  ["len", "123", [], "3"],
  ["get$len", "123", [], "3"],
  ["is_empty", "123", [], "false"],
  ["get$is_empty", "", [], "true"],
  ["get", "123", [1], "2"],
  ["get", "123", [-1], "3"],
  ["get", "123", [-99], "1"],
  ["get", "123", [3], "()"],
  ["get", "", [0], "()"],
  ["get", "123", [INT_MIN], "1"],
  ["set", "123", [-1, 9], "()", "[1, 2, 9]"],
  ["set", "123", [-99, 9], "()", "[9, 2, 3]"],
  ["set", "123", [3, 9], "()", "[1, 2, 3]"],
  ["push", "12", [undefined], "()", "[1, 2, ()]"],
  ["append", "12", [array(3, 4)], "()", "[1, 2, 3, 4]"],
  ["+", "12", [array(3)], "[1, 2, 3]", "[1, 2]"],
  ["insert", "123", [1, 9], "()", "[1, 9, 2, 3]"],
  ["insert", "123", [-1, 9], "()", "[1, 2, 9, 3]"],
  ["insert", "123", [INT_MIN, 9], "()", "[9, 1, 2, 3]"],
  ["insert", "123", [99, 9], "()", "[1, 2, 3, 9]"],
  ["insert", "", [-5, 9], "()", "[9]"],
  ["pad", "1", [3, 0], "()", "[1, 0, 0]"],
  ["pad", "123", [-5, 0], "()", "[1, 2, 3]"],
  ["pop", "123", [], "3", "[1, 2]"],
  ["pop", "", [], "()", "[]"],
  ["shift", "123", [], "1", "[2, 3]"],
  ["remove", "123", [-1], "3", "[1, 2]"],
  ["remove", "123", [-4], "()", "[1, 2, 3]"],
  ["remove", "123", [3], "()", "[1, 2, 3]"],
  ["clear", "123", [], "()", "[]"],
  ["truncate", "123", [2], "()", "[1, 2]"],
  ["truncate", "123", [-1], "()", "[]"],
  ["truncate", "123", [INT_MAX], "()", "[1, 2, 3]"],
  ["chop", "123", [2], "()", "[2, 3]"],
  ["chop", "123", [0], "()", "[]"],
  ["reverse", "123", [], "()", "[3, 2, 1]"],
  ["splice", "1234", [1, 2, array(9)], "()", "[1, 9, 4]"],
  ["splice", "123", [1, 0, array(9, 8)], "()", "[1, 9, 8, 2, 3]"],
  ["splice", "123", [9, 1, array(9)], "()", "[1, 2, 3, 9]"],
  ["splice", "123", [range(-2, 2), array(9)], "()", "[9, 3]"],
  ["splice", "1234", [through(3, 1), array(9)], "()", "[1, 2, 3, 9]"],
  ["extract", "12345", [1, 2], "[2, 3]"],
  ["extract", "12345", [-2, 9], "[4, 5]"],
  ["extract", "12345", [1, 0], "[]"],
  ["extract", "12345", [-2], "[4, 5]"],
  ["extract", "12345", [range(1, 3)], "[2, 3]"],
  ["extract", "12345", [range(3, 1)], "[]"],
  ["extract", "12345", [through(3, 1)], "[4]"],
  ["extract", "12345", [through(1, INT_MAX)], "[2, 3, 4, 5]"],
  ["extract", "12345", [through(INT_MAX, INT_MAX)], "[]"],
  ["split", "1234", [1], "[2, 3, 4]", "[1]"],
  ["split", "1234", [-1], "[4]", "[1, 2, 3]"],
  ["split", "1234", [0], "[1, 2, 3, 4]", "[]"],
  ["split", "1234", [4], "[]", "[1, 2, 3, 4]"],
  ["drain", "12345", [1, 2], "[2, 3]", "[1, 4, 5]"],
  ["drain", "12345", [range(3, 9)], "[4, 5]", "[1, 2, 3]"],
  ["retain", "12345", [1, 2], "[1, 4, 5]", "[2, 3]"],
  ["retain", "12345", [5, 2], "[]", "[1, 2, 3, 4, 5]"],
  ["retain", "12345", [through(1, 3)], "[1, 5]", "[2, 3, 4]"],
  ["contains", "123", [new Float(2)], "true"],
  ["contains", "123", ["2"], "false"],
  ["index_of", "1212", [2], "1"],
  ["index_of", "1212", [2, 2], "3"],
  ["index_of", "1212", [1, -1], "-1"],
  ["index_of", "1212", [1, -99], "0"],
  ["==", "12", [array(1, new Float(2))], "true"],
  ["!=", "12", [array(1)], "true"],
  ["sort", "3120", [], "()", "[0, 1, 2, 3]"],
  ["sort_desc", "3120", [], "()", "[3, 2, 1, 0]"],
  ["order", "312", [], "[1, 2, 3]", "[3, 1, 2]"],
  ["order_desc", "312", [], "[3, 2, 1]", "[3, 1, 2]"],
  ["dedup", "11221", [], "()", "[1, 2, 1]"],
];

describe("functions without callbacks", () => {
  it.each(direct)("%s on %s (%#)", (name, items, args, result, after) => {
    const target = digits(items);
    const before = show(target);
    expect(show(call(name, [target, ...args]))).toBe(result);
    expect(show(target)).toBe(after ?? before);
  });

  it("splices in more items than JS takes as arguments", () => {
    const target = array(1, 2, 3);
    const many = array(...Array.from({ length: 20_000 }, (_, i) => i));
    call("splice", [target, 1, 1, many]);
    expect(target.length).toBe(20_002);
    expect([target.items[0], target.items[20_000], target.items[20_001]]).toEqual([1, 19_999, 3]);
  });

  it("compares items of other types as unequal, but not two function pointers", () => {
    const f = new FnPtr("f");
    expect(call("contains", [array(1, 2), f])).toBe(false);
    expect(call("==", [array(1, f), array(2, f)])).toBe(false);
    expect(messageOf(() => call("==", [array(f), array(f)]))).toBe("Function not found: == (Fn, Fn)");
    expect(messageOf(() => call("contains", [array(f), f]))).toBe("Function not found: == (Fn, Fn)");
  });
});

describe("value semantics", () => {
  /** Whether changing `one` leaves the text of `other` as it is. */
  function expectIndependent(one: Value, other: Value): void {
    const before = show(other);
    (one as RhaiArray).write().push("changed");
    expect(show(other)).toBe(before);
  }
  const nested = () => array(array(1), array(2));

  it.each(["get", "remove"])("%s hands out an item of its own", (name) => {
    const target = nested();
    const copy = target.copy();
    expectIndependent(call(name, [target, 0]) as Value, target);
    expectIndependent(call(name, [target, 0]) as Value, copy);
  });

  it.each([
    ["push", (item: Value) => [item]],
    ["set", (item: Value) => [0, item]],
    ["insert", (item: Value) => [0, item]],
    ["pad", (item: Value) => [4, item]],
    ["append", (item: Value) => [array(item)]],
    ["splice", (item: Value) => [0, 1, array(item)]],
  ] as const)("%s stores a copy", (name, args) => {
    const target = nested();
    const item = array(7);
    call(name, [target, ...args(item)]);
    expectIndependent(item, target);
  });

  it.each([
    ["extract", [0, 1]],
    ["drain", [0, 1]],
    ["retain", [0, 1]],
    ["split", [1]],
    ["order_by", [closure(2, () => 0)]],
    ["filter", [closure(1, () => true)]],
    ["find", [closure(1, () => true)]],
    ["map", [closure(0, (self) => copyValue(self?.value))]],
  ] as const)("%s leaves copies of the array alone", (name, args) => {
    const target = nested();
    const copy = target.copy();
    const before = show(copy);
    const result = call(name, [target, ...args]) as RhaiArray;
    (result.write()[0] as RhaiArray | undefined)?.write?.().push("changed");
    result.write().push("changed");
    expect(show(copy)).toBe(before);
  });

  it("keeps what callbacks do to `this` out of copies", () => {
    const target = nested();
    const copy = target.copy();
    const grow = (self: Ref | null) => {
      ((self as Ref).value as RhaiArray).write().push(0);
      return undefined;
    };
    for (const name of ["map", "filter", "for_each", "some"]) call(name, [target, closure(0, grow)]);
    call("reduce", [target, closure(1, grow)]);
    expect(show(target)).toBe("[[1, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0]]");
    expect(show(copy)).toBe("[[1], [2]]");
  });
});

describe("size limits", () => {
  const limits: [
    maxima: Partial<FakeContext>,
    items: Value[],
    length: number,
    item: Value,
    message: string | null,
  ][] = [
    [{ maxArraySize: 5 }, [1], 6, 0, "Size of array/BLOB too large"],
    [{ maxArraySize: 5 }, [1], 5, 0, null],
    [{ maxArraySize: 5 }, [1], 4, array(0), "Size of array/BLOB too large"],
    [{ maxArraySize: 5 }, [1], 3, array(0), null],
    [{ maxArraySize: 50, maxMapSize: 3 }, [1], 3, map({ a: 1, b: 2 }), "Size of object map too large"],
    [{ maxArraySize: 50, maxStringSize: 5 }, ["ab"], 3, "é", "Length of string too large"],
    [{}, [], 2 ** 40, 0, "Size of array/BLOB too large"],
  ];
  it.each(limits)("pad (%#)", (maxima, items, length, item, message) => {
    const context = Object.assign(new FakeContext("pad"), maxima);
    const pad = () => call("pad", [array(...items), length, item], context);
    if (message === null) expect(pad).not.toThrow();
    else expect(messageOf(pad)).toBe(message);
  });
});
