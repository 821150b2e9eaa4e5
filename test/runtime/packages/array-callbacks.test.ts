// Arrays: functions of BasicArrayPackage that call back.

import { describe, expect, it } from "vitest";
import { ExitSignal } from "../../../src/runtime/control.ts";
import { runtimeError } from "../../../src/runtime/errors.ts";
import { FnPtr } from "../../../src/runtime/value/fn-ptr.ts";
import { INT_MAX, INT_MIN } from "../../../src/runtime/value/int.ts";
import type { Ref } from "../../../src/runtime/value/objects.ts";
import type { Value } from "../../../src/runtime/value/value.ts";
import { array, messageOf, show } from "./caller.ts";
import { call, closure, FakeContext, later } from "./fake-callbacks.ts";

const digits = (text: string) => array(...[...text].map(Number));

const isEven = closure(1, (_, item) => (item as number) % 2 === 0);
const double = closure(0, (self) => ((self as Ref).value = ((self as Ref).value as number) * 2));
const log = (parts: readonly Value[]) => parts.map(show).join(" ");

/** Name, digits of the array, callback and further arguments, expected result, expected array afterwards. */
const calling: [name: string, items: string, args: Value[], result: string, after?: string][] = [
  [
    "map",
    "123",
    [closure(1, (_, item) => log(["item", item]))],
    '["\\"item\\" 1", "\\"item\\" 2", "\\"item\\" 3"]',
  ],
  ["map", "56", [closure(2, (_, item, index) => (item as number) * 10 + (index as number))], "[50, 61]"],
  ["map", "123", [double], "[2, 4, 6]", "[2, 4, 6]"],
  ["map", "", [double], "[]"],
  ["filter", "1234", [isEven], "[2, 4]"],
  ["filter", "12", [closure(1, () => 1)], "[]"],
  ["filter", "12", [closure(0, (self) => ((self as Ref).value = 9) === 9)], "[9, 9]", "[9, 9]"],
  ["for_each", "123", [double], "()", "[2, 4, 6]"],
  ["for_each", "777", [closure(1, (self, index) => ((self as Ref).value = index))], "()", "[0, 1, 2]"],
  ["some", "135", [isEven], "false"],
  ["some", "145", [isEven], "true"],
  ["all", "24", [isEven], "true"],
  ["all", "25", [isEven], "false"],
  ["all", "", [isEven], "true"],
  ["index_of", "1357", [isEven], "-1"],
  ["index_of", "1246", [isEven], "1"],
  ["index_of", "1246", [isEven, 2], "2"],
  ["index_of", "1246", [isEven, -1], "3"],
  ["index_of", "1246", [isEven, 4], "-1"],
  ["find", "1246", [isEven], "2"],
  ["find", "13", [isEven], "()"],
  ["find", "1246", [isEven, 2], "4"],
  ["find_map", "12", [closure(1, () => false)], "false"],
  [
    "find_map",
    "123",
    [closure(2, (_, item, index) => (index === 1 ? (item as number) * 5 : undefined))],
    "10",
  ],
  ["find_map", "123", [closure(1, (_, item) => item), -1], "3"],
  ["find_map", "", [isEven, 0], "()"],
  ["reduce", "12", [closure(2, (_, all, item) => log([all, item]))], '"\\"() 1\\" 2"'],
  ["reduce", "123", [closure(2, (_, all, item) => (all as number) * 2 + (item as number)), 1], "19"],
  ["reduce", "98", [closure(3, (_, all, item, index) => `${all}${item}${index}`), ">"], '">9081"'],
  ["reduce", "12", [closure(1, (self, all) => (all as number) + ((self as Ref).value as number)), 5], "8"],
  ["reduce", "", [isEven], "()"],
  ["reduce", "", [isEven, "x"], '"x"'],
  ["reduce_rev", "98", [closure(3, (_, all, item, index) => `${all}${item}${index}`), ">"], '">8190"'],
  ["zip", "123", [array(5, 6), closure(2, (_, a, b) => (a as number) * (b as number))], "[5, 12]"],
  ["zip", "12", [array(5, 6), closure(3, (_, a, b, i) => `${a}${b}${i}`)], '["150", "261"]'],
  ["drain", "12345", [isEven], "[2, 4]", "[1, 3, 5]"],
  ["drain", "99999", [closure(2, (_, _item, index) => (index as number) % 2 === 0)], "[9, 9, 9]", "[9, 9]"],
  [
    "drain",
    "123",
    [closure(0, (self) => ((self as Ref).value = ((self as Ref).value as number) * 10) === 20)],
    "[20]",
    "[10, 30]",
  ],
  ["retain", "12345", [isEven], "[1, 3, 5]", "[2, 4]"],
  [
    "dedup",
    "123977",
    [closure(2, (_, kept, next) => (next as number) - (kept as number) === 1)],
    "()",
    "[1, 3, 9, 7, 7]",
  ],
  ["sort", "3120", [closure(2, (_, a, b) => (a as number) - (b as number))], "()", "[0, 1, 2, 3]"],
  ["sort_by", "3120", [closure(2, (_, a, b) => (a as number) > (b as number))], "()", "[3, 2, 1, 0]"],
  [
    "sort_by",
    "102",
    [closure(2, (_, a, b) => ((a as number) < (b as number) ? INT_MIN : INT_MAX))],
    "()",
    "[0, 1, 2]",
  ],
  ["sort", "3120", [closure(2, () => "no order")], "()", "[3, 1, 2, 0]"],
  ["sort", "3120", [closure(7, () => 1)], "()", "[3, 1, 2, 0]"],
  ["order", "3120", [closure(2, (_, a, b) => (a as number) - (b as number))], "[0, 1, 2, 3]", "[3, 1, 2, 0]"],
];

describe("functions with callbacks", () => {
  it.each(calling)("%s on %s (%#)", (name, items, args, result, after) => {
    const target = digits(items);
    const before = show(target);
    expect(show(call(name, [target, ...args]))).toBe(result);
    expect(show(target)).toBe(after ?? before);
  });

  it.each(calling)("%s on %s, waiting for callbacks (%#)", async (name, items, args, result, after) => {
    for (const from of [0, 1, 2]) {
      const target = digits(items);
      const before = show(target);
      const waiting = args.map((arg) => (arg instanceof FnPtr ? later(arg, from) : arg));
      expect(show(await call(name, [target, ...waiting]))).toBe(result);
      expect(show(target)).toBe(after ?? before);
    }
  });

  it("never calls back for an empty array", () => {
    const fails = closure(9, () => 0);
    for (const name of [
      "for_each",
      "map",
      "filter",
      "some",
      "all",
      "index_of",
      "find",
      "find_map",
      "drain",
      "retain",
    ])
      expect(() => call(name, [array(), fails])).not.toThrow();
  });
});

describe("failing callbacks", () => {
  /** Fails at 3 and counts `this` up before. */
  const failing = (answer: Value) =>
    closure(0, (self) => {
      const place = self as Ref<number>;
      place.value += 5;
      if (place.value === 8) throw runtimeError("three");
      return answer;
    });
  const expected: [name: string, answer: Value, after: string][] = [
    ["map", 0, "[6, 7, 8, 4]"],
    ["filter", true, "[6, 7, 8, 4]"],
    ["for_each", 0, "[6, 7, 8, 4]"],
    ["all", true, "[6, 7, 8, 4]"],
    ["drain", true, "[8, 4]"],
    ["drain", false, "[6, 7, 8, 4]"],
    ["retain", false, "[8, 4]"],
    ["retain", true, "[6, 7, 8, 4]"],
  ];
  it.each(expected)("%s answering %s keeps what was done", (name, answer, after) => {
    const target = digits("1234");
    expect(messageOf(() => call(name, [target, failing(answer)]))).toBe("Runtime error: three");
    expect(show(target)).toBe(after);
  });
  it.each(expected)("%s answering %s later keeps what was done", async (name, answer, after) => {
    const target = digits("1234");
    await expect(call(name, [target, later(failing(answer), 1)])).rejects.toThrow("Runtime error: three");
    expect(show(target)).toBe(after);
  });
  it.each(["sort", "sort_by", "dedup"])(
    "%s goes on when the comparer fails, even by `exit`",
    async (name) => {
      for (const error of [runtimeError("no"), new ExitSignal(1)]) {
        const fails = closure(2, () => {
          throw error;
        });
        const target = array(3, 1, 1, 2);
        call(name, [target, fails]);
        await call(name, [target, later(fails, 0)]);
        expect(show(target)).toBe("[3, 1, 1, 2]");
      }
    },
  );
  it("lets failures of the host out of a sort", () => {
    const target = array(2, 1);
    const fails = closure(2, () => {
      throw new TypeError("a bug");
    });
    expect(messageOf(() => call("sort", [target, fails]))).toBe("a bug");
    expect(show(target)).toBe("[2, 1]");
  });
});

describe("callbacks given by name", () => {
  function named(name: string): FakeContext {
    const context = new FakeContext(name);
    context.named.set("even/1", (_, item) => (item as number) % 2 === 0);
    context.named.set("add/2", (_, a, b) => (a as number) + (b as number));
    context.named.set("down/2", (_, a, b) => (b as number) - (a as number));
    context.named.set("bad/1", () => {
      throw runtimeError("bad");
    });
    context.named.set("inner/1", () => {
      throw functionNotFoundInside();
    });
    return context;
  }
  const functionNotFoundInside = () => runtimeError("something inside is missing");
  const cases: [name: string, args: Value[], result: string, after?: string][] = [
    ["map", ["even"], "[false, true, false, true]"],
    ["filter", ["even"], "[2, 4]"],
    ["some", ["even"], "true"],
    ["all", ["even"], "false"],
    ["index_of", ["even"], "1"],
    ["index_of", ["even", 2], "3"],
    ["index_of", ["nope"], "-1"],
    ["index_of", ["if"], "-1"],
    ["reduce", ["add", 10], "20"],
    ["reduce_rev", ["add", 10], "20"],
    ["drain", ["even"], "[2, 4]", "[1, 3]"],
    ["retain", ["even"], "[1, 3]", "[2, 4]"],
    ["sort", ["down"], "()", "[4, 3, 2, 1]"],
    ["sort", ["nope"], "()"],
    ["dedup", ["nope"], "()"],
  ];
  it.each(cases)("%s (%#)", (name, args, result, after) => {
    const target = digits("1234");
    expect(show(call(name, [target, ...args], named(name)))).toBe(result);
    expect(show(target)).toBe(after ?? "[1, 2, 3, 4]");
  });

  it("index_of falls back to the string only when there is no such function", async () => {
    const target = array(1, "nope", "even", "not a name");
    expect(call("index_of", [target, "nope"], named("index_of"))).toBe(1);
    expect(call("index_of", [target, "even"], named("index_of"))).toBe(-1);
    expect(call("index_of", [target, "not a name"], named("index_of"))).toBe(3);
    expect(messageOf(() => call("index_of", [target, "bad"], named("index_of")))).toContain("bad");
    expect(messageOf(() => call("index_of", [target, "inner"], named("index_of")))).toContain("missing");
    const waiting = named("index_of");
    waiting.callRaw = () =>
      Promise.resolve().then(() => named("index_of").callRaw(new FnPtr("nope"), null, [], [], 0));
    expect(await call("index_of", [target, "nope"], waiting)).toBe(1);
  });

  it("find shows the name index_of in errors, as Rhai does", () => {
    expect(messageOf(() => call("find", [array(1), new FnPtr("nope")]))).toContain(
      "in call to function 'index_of'",
    );
    expect(messageOf(() => call("find_map", [array(1), new FnPtr("nope")]))).toContain("function 'find_map'");
  });

  it.each([
    ["if", "Syntax error: 'if' is a reserved keyword"],
    ["print", "Syntax error: 'print' is a reserved keyword"],
    ["+", "Syntax error: '+' is a reserved symbol"],
    ["not a name", "Function not found: not a name"],
    ["", "Function not found: "],
  ])("refuses %j", (text, message) => {
    for (const name of [
      "map",
      "filter",
      "some",
      "all",
      "reduce",
      "reduce_rev",
      "drain",
      "retain",
      "sort",
      "dedup",
    ])
      expect(messageOf(() => call(name, [array(), text]))).toBe(message);
  });
});
