// Arrays: sorting.

import { describe, expect, it } from "vitest";
import { FnPtr } from "../../../src/runtime/value/fn-ptr.ts";
import { INT_MAX, INT_MIN, type Int } from "../../../src/runtime/value/int.ts";
import { Range } from "../../../src/runtime/value/objects.ts";
import { charOf, Float } from "../../../src/runtime/value/scalars.ts";
import type { Value } from "../../../src/runtime/value/value.ts";
import { array, map, messageOf, show } from "./caller.ts";
import { call, closure, later } from "./fake-callbacks.ts";

const range = (from: Int, to: Int) => new Range(from, to, false);
describe("sorting", () => {
  it.each([
    [[3, INT_MIN, INT_MAX, -1, 0], `[${INT_MIN}, -1, 0, 3, ${INT_MAX}]`],
    [
      ["b", "a", "B", "é", "", "aa", "\u{1f600}", "\ufffd"],
      '["", "B", "a", "aa", "b", "é", "\ufffd", "\u{1f600}"]',
    ],
    [["b", "a", "B"], '["B", "a", "b"]'],
    [[charOf("z"), charOf("\u{1f600}"), charOf("\ufffd")], "['z', '\ufffd', '\u{1f600}']"],
    [[true, false, true], "[false, true, true]"],
    [[undefined, undefined], "[(), ()]"],
    [[map()], "[#{}]"],
    [[new Float(2.5), new Float(-1), new Float(Number.NEGATIVE_INFINITY)], "[-Infinityf, -1f, 2.5f]"],
    [[new Float(Number.NaN), new Float(1)], "[NaNf, 1f]"],
  ] as [Value[], string][])("sorts items of one type (%#)", (items, result) => {
    const target = array(...items);
    call("sort", [target]);
    expect(show(target)).toBe(result);
    call("sort_desc", [target]);
    call("reverse", [target]);
    if (!result.includes("NaN")) expect(show(target)).toBe(result);
  });

  it.each([
    [[1, "a"], "elements of different types cannot be sorted"],
    [[array(), array()], "elements of array cannot be sorted"],
    [[new FnPtr("f"), new FnPtr("f")], "elements of Fn cannot be sorted"],
    [[range(0, 1), range(0, 1)], "elements of core::ops::range::Range<i64> cannot be sorted"],
  ] as [Value[], string][])("refuses items without an order (%#)", (items, message) => {
    for (const name of ["sort", "sort_desc", "order", "order_desc"])
      expect(messageOf(() => call(name, [array(...items)]))).toBe(`Function not found: ${message}`);
  });

  it("asks for comparisons in the order of Rust's sort", () => {
    const asked: string[] = [];
    const items = array(...Array.from({ length: 10 }, (_, i) => (i * 7) % 5));
    const noting = closure(2, (_, a, b) => {
      asked.push(`${a}${b}`);
      return (a as number) - (b as number);
    });
    call("sort", [items, noting]);
    expect(asked.join(" ")).toBe(
      "20 42 14 12 10 34 32 04 03 02 01 00 24 23 22 44 14 14 13 12 12 11 34 34 33",
    );
  });

  it.each([0, 1, 2, 19, 20, 21, 22, 31, 32, 33, 64, 65, 100, 1000])(
    "is stable for %i items",
    async (length) => {
      const items = Array.from({ length }, (_, i) => ((i * 7919) % 13) * 10_000 + i);
      const byThousands = (a: number, b: number) => Math.floor(a / 10_000) - Math.floor(b / 10_000);
      const expected = [...items].sort(byThousands);
      const comparer = closure(2, (_, a, b) => byThousands(a as number, b as number));
      for (const fnPtr of [comparer, later(comparer, 0), later(comparer, 5)]) {
        const target = array(...items);
        await call("sort", [target, fnPtr]);
        expect(target.items).toEqual(expected);
      }
    },
  );

  it("needs one comparison for each pair of neighbours when the items are in order", () => {
    let count = 0;
    const target = array(...Array.from({ length: 1000 }, (_, i) => i));
    const counting = closure(2, (_, a, b) => {
      count++;
      return (a as number) - (b as number);
    });
    call("sort", [target, counting]);
    expect(count).toBe(999);
  });

  it("orders types by themselves when the comparer does not", () => {
    const target = array("s", true, new Float(1), 1);
    call("sort", [target, closure(2, () => undefined)]);
    expect(show(target)).toBe('[1, 1f, true, "s"]');
  });
});
