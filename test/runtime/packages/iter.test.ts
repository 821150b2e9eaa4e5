// Ranges and iterators: the functions of BasicIteratorPackage, called directly.

import { describe, expect, it } from "vitest";
import { EvalError } from "../../../src/runtime/errors.ts";
import { iteratorPackage } from "../../../src/runtime/packages/iter.ts";
import { byteOf } from "../../../src/runtime/value/byte-arith.ts";
import { Blob } from "../../../src/runtime/value/containers.ts";
import { INT_MAX, INT_MIN } from "../../../src/runtime/value/int.ts";
import { Range } from "../../../src/runtime/value/objects.ts";
import { Float } from "../../../src/runtime/value/scalars.ts";
import { typeNameOf, type Value } from "../../../src/runtime/value/value.ts";
import { array, messageOf, PackageCaller, show } from "./caller.ts";

const caller = new PackageCaller(iteratorPackage);
const f = (value: number) => new Float(value);
const to = (from: number | bigint, end: number | bigint) => new Range(from, end, false);
const upTo = (from: number | bigint, end: number | bigint) => new Range(from, end, true);
const items = (value: Value) => caller.items(value, 8).map(show).join(" ");
const bits = (value: Value) =>
  caller
    .items(value)
    .map((bit) => (bit ? "1" : "0"))
    .join("");

const iterables: [value: Value, items: string][] = [
  [array(1, "x", array(2)), '1 "x" [2]'],
  [array(), ""],
  [new Blob(new Uint8Array([0, 255])), "0u8 255u8"],
  ["aé\u{1f600}", "'a' 'é' '\u{1f600}'"],
  ["", ""],
  [to(0, 3), "0 1 2"],
  [to(3, 0), ""],
  [upTo(0, 3), "0 1 2 3"],
  [upTo(3, 3), "3"],
  [upTo(3, 2), ""],
  [to(INT_MAX - 2n, INT_MAX), `${INT_MAX - 2n} ${INT_MAX - 1n}`],
  [upTo(INT_MAX - 1n, INT_MAX), `${INT_MAX - 1n} ${INT_MAX}`],
  [upTo(2 ** 53 - 2, 2n ** 53n + 1n), "9007199254740990 9007199254740991 9007199254740992 9007199254740993"],
  [to(INT_MIN, INT_MIN + 2n), `${INT_MIN} ${INT_MIN + 1n}`],
];

describe("iteration", () => {
  it.each(iterables)("over %o", (value, expected) => {
    expect(items(value)).toBe(expected);
  });

  it("sees an array as it was at the start", () => {
    const list = array(1, array(2), 3);
    const iterator = caller.registry.iteratorFor(list)!(list as never);
    iterator.next();
    list.write().pop();
    (list.write()[1] as ReturnType<typeof array>).write().push(9);
    expect(show(iterator.next().value)).toBe("[2]");
    expect(show(iterator.next().value)).toBe("3");
    expect(show(list)).toBe("[1, [2, 9]]");
  });
});

const stepped: [args: Value[], items: string][] = [
  [[0, 10, 3], "0 3 6 9"],
  [[10, 0, -4], "10 6 2"],
  [[0, 10, -1], ""],
  [[10, 0, 1], ""],
  [[5, 5, 1], ""],
  [[0, 4], "0 1 2 3"],
  [[4, 0], ""],
  [[to(8, 18), 3], "8 11 14 17"],
  [[to(18, 8), -3], "18 15 12 9"],
  [[f(0), f(1), f(0.3)], "0f 0.3f 0.6f 0.8999999999999999f"],
  [[f(1), f(0), f(-0.5)], "1f 0.5f"],
  [[f(0), f(Number.NaN), f(1)], ""],
  [[f(Number.NaN), f(1), f(1)], ""],
  [[INT_MAX - 7n, INT_MAX, 3], `${INT_MAX - 7n} ${INT_MAX - 4n}`],
  [[INT_MAX - 2n, INT_MAX, 3], ""],
  [[byteOf(1), byteOf(4)], "1u8 2u8 3u8"],
  [[byteOf(4), byteOf(1)], ""],
  [[byteOf(0), byteOf(255), byteOf(100)], "0u8 100u8"],
];

describe("range()", () => {
  it.each(stepped)("%o", (args, expected) => {
    const range = caller.call("range", args) as Value;
    expect(items(range)).toBe(expected);
    expect(items(range)).toBe(expected);
  });

  it.each([
    [[1, 5, 0]],
    [[5, 5, 0]],
    [[to(1, 5), 0]],
    [[f(1e300), f(2e300), f(1)]],
    [[byteOf(1), byteOf(5), byteOf(0)]],
  ])("refuses a step that leads nowhere: %o", (args: Value[]) => {
    const message = "step value cannot be zero\nin call to function 'range'";
    expect(messageOf(() => caller.call("range", args))).toBe(message);
  });

  it("has the type names of Rhai", () => {
    expect(typeNameOf(caller.call("range", [0, 1]) as Value)).toBe("range");
    expect(typeNameOf(caller.call("range", [0, 1, 1]) as Value)).toBe("range");
    expect(typeNameOf(caller.call("range", [byteOf(0), byteOf(1)]) as Value)).toBe(
      "core::ops::range::Range<u8>",
    );
    expect(typeNameOf(caller.call("chars", [""]) as Value)).toBe("range");
  });
});

const text = "hé\u{1f600}lo";
const characters: [args: Value[], items: string][] = [
  [[text], "'h' 'é' '\u{1f600}' 'l' 'o'"],
  [[text, 3], "'l' 'o'"],
  [[text, 9], ""],
  [[text, -2], "'l' 'o'"],
  [[text, -9], "'h' 'é' '\u{1f600}' 'l' 'o'"],
  [[text, 1, 2], "'é' '\u{1f600}'"],
  [[text, -3, 2], "'\u{1f600}' 'l'"],
  [[text, 1, 0], ""],
  [[text, 1, -1], ""],
  [[text, 1, INT_MAX], "'é' '\u{1f600}' 'l' 'o'"],
  [[text, INT_MIN, 1], "'h'"],
  [[text, to(1, 3)], "'é' '\u{1f600}'"],
  [[text, to(-5, 2)], "'h' 'é'"],
  [[text, to(3, 1)], ""],
  [[text, upTo(1, 3)], "'é' '\u{1f600}' 'l'"],
  [[text, upTo(-9, 1)], "'h' 'é'"],
  [[text, upTo(3, INT_MAX)], "'l' 'o'"],
  [[text, upTo(3, 2)], ""],
];

const bitCases: [args: Value[], bits: string][] = [
  [[5], `101${"0".repeat(61)}`],
  [[-1], "1".repeat(64)],
  [[INT_MIN], `${"0".repeat(63)}1`],
  [[-5, 60], "1111"],
  [[-5, -4, 3], "111"],
  [[-5, 0, 4], "1101"],
  [[5, 0, 0], ""],
  [[5, 0, -1], ""],
  [[5, 60, INT_MAX], "0000"],
  [[5, -64, 3], "101"],
  [[2 ** 40 + 2 ** 31, 30, 12], "010000000010"],
  [[-5, to(60, 70)], "1111"],
  [[-5, upTo(60, 70)], "1111"],
  [[-5, upTo(-60, -70)], ""],
  [[-5, to(1, 4)], "101"],
  [[-5, upTo(1, 4)], "1011"],
];

const outside: [args: Value[], index: string][] = [
  [[5, 64], "64"],
  [[5, -65], "-65"],
  [[5, 70, 1], "70"],
  [[5, INT_MAX], `${INT_MAX}`],
  [[5, INT_MIN, 1], `${INT_MIN}`],
  [[5, to(64, 70)], "64"],
  [[5, upTo(INT_MAX, INT_MAX)], `${INT_MAX}`],
];

describe("parts of values", () => {
  it.each(characters)("chars %o", (args, expected) => {
    expect(items(caller.call("chars", args) as Value)).toBe(expected);
  });
  it.each(bitCases)("bits %o", (args, expected) => {
    expect(bits(caller.call("bits", args) as Value)).toBe(expected);
  });
  it("are properties too", () => {
    expect(items(caller.call("get$chars", ["ab"]) as Value)).toBe("'a' 'b'");
    expect(bits(caller.call("get$bits", [1]) as Value)).toBe(`1${"0".repeat(63)}`);
  });
  it.each(outside)("bits %o fails", (args, index) => {
    const message = `Bit-field index ${index} out of bounds: only 64 bits in bit-field`;
    expect(messageOf(() => caller.call("bits", args))).toBe(message);
  });
});

const ranges: [name: string, range: Range, result: Value][] = [
  ["start", to(2, 5), 2],
  ["end", to(2, 5), 5],
  ["start", upTo(2, 5), 2],
  ["end", upTo(2, INT_MAX), INT_MAX],
  ["is_inclusive", to(2, 5), false],
  ["is_inclusive", upTo(2, 5), true],
  ["is_exclusive", to(2, 5), true],
  ["is_exclusive", upTo(2, 5), false],
  ["is_empty", to(2, 2), true],
  ["is_empty", to(2, 3), false],
  ["is_empty", upTo(2, 2), false],
  ["is_empty", upTo(2, 1), true],
];

describe("range functions", () => {
  it.each(ranges)("%s of %o", (name, range, result) => {
    expect(caller.call(name, [range])).toBe(result);
    expect(caller.call(`get$${name}`, [range])).toBe(result);
    expect(caller.find(name, [range]).receiver).toBe("ref");
  });

  it.each([
    [to(2, 5), [2, 4], [1, 5]],
    [upTo(2, 5), [2, 5], [1, 6]],
    [upTo(5, 2), [], [2, 3, 5]],
    [to(0, INT_MAX), [0, INT_MAX - 1n], [INT_MAX, -1]],
    [upTo(0, INT_MAX), [INT_MAX], [INT_MIN]],
  ])("contains %o", (range, inside, beyond) => {
    for (const value of inside) expect(caller.call("contains", [range, value])).toBe(true);
    for (const value of beyond) expect(caller.call("contains", [range, value])).toBe(false);
    expect(caller.find("contains", [range, 1]).receiver).toBe("mut");
  });
});

it("wraps a zero step as an error inside `range`", () => {
  try {
    caller.call("range", [1, 2, 0]);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(EvalError);
    expect((error as EvalError).kind).toBe("ErrorInFunctionCall");
    expect((error as EvalError).root.kind).toBe("ErrorArithmetic");
  }
});
