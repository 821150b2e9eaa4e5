// Strings and chars: the functions of BasicStringPackage and MoreStringPackage, called directly. Outcomes are Rhai's own.

import { describe, expect, it } from "vitest";
import type { CallContext } from "../../../src/runtime/function/native.ts";
import { FunctionRegistry } from "../../../src/runtime/function/registry.ts";
import { stringPackage } from "../../../src/runtime/packages/string-basic.ts";
import { moreStringPackage } from "../../../src/runtime/packages/string-more.ts";
import { Blob, RhaiArray, RhaiMap } from "../../../src/runtime/value/containers.ts";
import { debug, debugText, printText } from "../../../src/runtime/value/display.ts";
import { FnPtr } from "../../../src/runtime/value/fn-ptr.ts";
import { INT_MAX, INT_MIN } from "../../../src/runtime/value/int.ts";
import { IteratorValue, Range, Ref } from "../../../src/runtime/value/objects.ts";
import { Byte, charOf, Float } from "../../../src/runtime/value/scalars.ts";
import { FIRST_HOST_TYPE, RhaiObject, type Value } from "../../../src/runtime/value/value.ts";

const registry = new FunctionRegistry();
registry.addPackage(stringPackage);
registry.addPackage(moreStringPackage);

const notFound = (): never => {
  throw new Error("no such function");
};

/** Calls a function; a string or char changed in place is put into `args[0]`. */
const textOf = (value: Value, isDebug: boolean) => (isDebug ? debugText(value) : printText(value));

function call(name: string, args: Value[], context: Partial<CallContext> = {}): Value {
  const fn = registry.resolve(name, args);
  if (fn === null) throw new Error(`no function ${name}`);
  const given: unknown[] = fn.usesContext ? [{ maxStringSize: 0, callFn: notFound, textOf, ...context }] : [];
  const place = new Ref(args[0]);
  try {
    return (fn.call as (...values: unknown[]) => Value)(
      ...given,
      ...(fn.byRef ? [place, ...args.slice(1)] : args),
    );
  } finally {
    if (fn.byRef) args[0] = place.value;
  }
}

const c = charOf;
const array = (...items: Value[]) => new RhaiArray(items);
const blob = (...bytes: number[]) => new Blob(Uint8Array.from(bytes));
const map = (entries: Record<string, Value>) => new RhaiMap(new Map(Object.entries(entries)));

type Case = [name: string, args: Value[], result: Value];
type ChangeCase = [name: string, args: Value[], after: Value, result?: Value];

function returns(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    it.each(cases)("%s %#", (name, args, result) => {
      const before = debug(array(...args));
      expect(debug(call(name, args))).toBe(debug(result));
      expect(debug(array(...args))).toBe(before);
    });
  });
}

function changes(title: string, cases: readonly ChangeCase[]): void {
  describe(title, () => {
    it.each(cases)("%s %#", (name, args, after, result) => {
      expect(debug(call(name, args))).toBe(debug(result));
      expect(debug(args[0])).toBe(debug(after));
    });
  });
}

returns("text forms", [
  ["print", [], ""],
  ["debug", [], ""],
  ["print", ["a\n"], "a\n"],
  ["to_string", [c("x")], "x"],
  ["to_debug", ['a"\n'], '"a\\"\\n"'],
  ["to_debug", [c("'")], "'"],
  ["to_string", [undefined], ""],
  ["to_debug", [undefined], "()"],
  ["to_string", [true], "true"],
  ["to_string", [INT_MIN], "-9223372036854775808"],
  ["to_string", [new Float(-0)], "0.0"],
  ["to_debug", [new Float(-0)], "-0.0"],
  ["to_string", [array(1, c("x"), "y", undefined, new Float(1), array())], '[1, x, "y", (), 1.0, []]'],
  ["to_string", [map({ b: c("x"), a: map({}), "k k": "v" })], '#{"a": #{}, "b": x, "k k": "v"}'],
  ["to_string", [new FnPtr("f", [1])], "Fn(f)"],
  ["to_debug", [new FnPtr("f", [1])], "Fn(f)"],
  ["to_string", [new Range(1, INT_MAX, false)], "1.."],
  ["to_debug", [new Range(1, 3, true)], "1..=3"],
  ["to_string", [blob(1, 2, 3, 4, 5, 6, 7, 8, 255)], "[0102030405060708 ff]"],
  ["to_string", [new Byte(7)], "7"],
  ["to_string", [new IteratorValue("range", () => [][Symbol.iterator]())], "range"],
]);

returns("number formats and code points", [
  ["to_hex", [255], "ff"],
  ["to_hex", [-1], "ffffffffffffffff"],
  ["to_octal", [8], "10"],
  ["to_binary", [INT_MIN], `1${"0".repeat(63)}`],
  ["to_hex", [INT_MAX], "7fffffffffffffff"],
  ["to_hex", [new Byte(200)], "c8"],
  ["to_int", [c("😀")], 0x1f600],
]);

returns("joining", [
  ["+", ["a", "b"], "ab"],
  ["+", ["a", c("😀")], "a😀"],
  ["+", [c("a"), "b"], "ab"],
  ["+", ["a", undefined], "a"],
  ["+", [undefined, "a"], "a"],
  ["+", ["a", 1], "a1"],
  ["+", [new Float(1e13), "!"], "1e13!"],
  ["+", [array(c("x")), "!"], "[x]!"],
  ["+", ["a", blob(0x62, 0xff)], "ab\ufffd"],
  ["+", [blob(0xe4, 0xbd), "x"], "\ufffdx"],
  ["to_blob", ["aé"], blob(0x61, 0xc3, 0xa9)],
  ["to_blob", [""], blob()],
]);

changes("appending", [
  ["+=", ["a", "b"], "ab"],
  ["+=", ["a", c("b")], "ab"],
  ["+=", ["a", undefined], "a"],
  ["append", ["a", "b"], "ab"],
  ["append", ["a", new Float(2)], "a2.0"],
  ["append", ["a", blob(0x62)], "ab"],
]);

returns("questions", [
  ["len", ["a😀b"], 3],
  ["len", [""], 0],
  ["get$len", ["夕べ"], 2],
  ["bytes", ["a😀b"], 6],
  ["get$bytes", ["é"], 2],
  ["is_empty", [""], true],
  ["get$is_empty", [" "], false],
  ["contains", ["a😀b", "😀"], true],
  ["contains", ["abc", ""], true],
  ["contains", ["abc", c("d")], false],
  ["starts_with", ["abc", "ab"], true],
  ["starts_with", ["abc", c("b")], false],
  ["ends_with", ["abc", c("c")], true],
  ["ends_with", ["abc", "bc"], true],
  ["index_of", ["😀a😀b", c("b")], 3],
  ["index_of", ["abc", "x"], -1],
  ["index_of", ["", ""], -1],
  ["index_of", ["abc", ""], 0],
  ["index_of", ["abcabc", "a", 1], 3],
  ["index_of", ["a😀c", c("c"), -1], 2],
  ["index_of", ["abc", "a", -99], 0],
  ["index_of", ["abc", "", 2], 2],
  ["index_of", ["abc", "", 3], -1],
  ["index_of", ["abc", "c", INT_MAX], -1],
  ["index_of", ["abc", "c", INT_MIN], 2],
  ["max", ["\uffff", "😀"], "😀"],
  ["min", ["\uffff", "😀"], "\uffff"],
  ["max", [c("a"), c("b")], c("b")],
  ["min", [c("a"), c("b")], c("a")],
  ["get", ["a😀c", 1], c("😀")],
  ["get", ["abc", -1], c("c")],
  ["get", ["abc", -4], undefined],
  ["get", ["abc", 3], undefined],
  ["get", ["abc", INT_MIN], undefined],
]);

changes("editing", [
  ["remove", ["banana", "an"], "ba"],
  ["remove", ["banana", c("a")], "bnn"],
  ["remove", ["abc", ""], "abc"],
  ["remove", ["", "abc"], ""],
  ["clear", ["abc"], ""],
  ["truncate", ["a😀c", 2], "a😀"],
  ["truncate", ["abc", 9], "abc"],
  ["truncate", ["abc", -1], ""],
  ["trim", ["\u0085 \u3000a b\t"], "a b"],
  ["trim", ["\ufeffa"], "\ufeffa"],
  ["pop", ["a😀"], "a", c("😀")],
  ["pop", [""], "", undefined],
  ["pop", ["a😀c", 2], "a", "😀c"],
  ["pop", ["abc", 9], "", "abc"],
  ["pop", ["abc", 0], "abc", ""],
  ["set", ["a😀c", 1, c("b")], "abc"],
  ["set", ["abc", -1, c("😀")], "ab😀"],
  ["set", ["abc", 3, c("x")], "abc"],
  ["set", ["abc", -4, c("x")], "abc"],
  ["replace", ["banana", "an", "$&"], "b$&$&a"],
  ["replace", ["aba", c("a"), c("x")], "xbx"],
  ["replace", ["aba", "a", c("x")], "xbx"],
  ["replace", ["aba", c("a"), "xy"], "xybxy"],
  ["replace", ["a😀", "", "-"], "-a-😀-"],
  ["replace", ["", "", "-"], ""],
]);

returns("case", [
  ["to_upper", ["straße é"], "STRASSE É"],
  ["to_lower", ["ΑΣ ΣΑΣ"], "ας σας"],
  ["to_upper", [c("ß")], c("ß")],
  ["to_upper", [c("𐐨")], c("𐐀")],
  ["to_lower", [c("İ")], c("İ")],
  ["to_lower", ["İ"], "i\u0307"],
]);

changes("case in place", [
  ["make_upper", ["aß"], "ASS"],
  ["make_lower", ["AB"], "ab"],
  ["make_upper", [c("a")], c("A")],
  ["make_lower", [c("A")], c("a")],
]);

returns("parts", [
  ["sub_string", ["a😀cde", 1, 2], "😀c"],
  ["sub_string", ["abcde", -2, 1], "d"],
  ["sub_string", ["abcde", -99, 2], "ab"],
  ["sub_string", ["abcde", 2], "cde"],
  ["sub_string", ["abcde", -2], "de"],
  ["sub_string", ["abcde", 5], ""],
  ["sub_string", ["abcde", 1, 0], ""],
  ["sub_string", ["abcde", 1, INT_MAX], "bcde"],
  ["sub_string", ["abcde", new Range(1, 3, false)], "bc"],
  ["sub_string", ["abcde", new Range(-3, 2, false)], "ab"],
  ["sub_string", ["abcde", new Range(3, 1, false)], ""],
  ["sub_string", ["abcde", new Range(2, 2, true)], "c"],
  ["sub_string", ["abcde", new Range(3, 1, true)], "d"],
]);

changes("crop", [
  ["crop", ["a😀cde", 1, 2], "😀c"],
  ["crop", ["abcde", -2], "de"],
  ["crop", ["abcde", 9], ""],
  ["crop", ["abcde", 1, -1], ""],
  ["crop", ["abcde", new Range(1, 3, false)], "bc"],
  ["crop", ["abcde", new Range(3, 1, true)], "d"],
]);

returns("splitting", [
  ["split", [" a  b\u0085c\ufeffd "], array("a", "b", "c\ufeffd")],
  ["split", [""], array("")],
  ["split", ["  "], array()],
  ["split", ["a😀c", 2], array("a😀", "c")],
  ["split", ["abc", 0], array("abc", "")],
  ["split", ["abc", -1], array("ab", "c")],
  ["split", ["abc", -99], array("", "abc")],
  ["split", ["abc", 99], array("abc", "")],
  ["split", ["a,b,,c", ","], array("a", "b", "", "c")],
  ["split", ["a,b,c", c(","), 2], array("a", "b,c")],
  ["split", ["abc", "x"], array("abc")],
  ["split", ["abc", "b", 1], array("abc")],
  ["split", ["a,b", ",", -1], array("a,b")],
  ["split", ["aaaaa", "aa"], array("", "", "a")],
  ["split", ["a😀", ""], array("", "a", "😀", "")],
  ["split", ["abc", "", 4], array("", "a", "b", "c")],
  ["split", ["abc", "", 5], array("", "a", "b", "c", "")],
  ["split", ["a😀c", "", 2], array("", "a😀c")],
  ["split_rev", ["a,b,c", ","], array("c", "b", "a")],
  ["split_rev", ["a,b,c", c(","), 2], array("c", "a,b")],
  ["split_rev", ["aaaaa", "aa"], array("", "", "a")],
  ["split_rev", ["a😀c", "", 3], array("", "c", "a😀")],
  ["split_rev", ["", ","], array("")],
  ["to_chars", ["a😀"], array(c("a"), c("😀"))],
]);

describe("pad", () => {
  it.each<[Value[], string]>([
    [["abc", 5, c("😀")], "abc😀😀"],
    [["a😀", 4, "xyz"], "a😀xy"],
    [["abc", 2, c("x")], "abc"],
    [["abc", -1, "x"], "abc"],
    [["abc", 9, ""], "abc"],
  ])("fills up %#", (args, after) => {
    call("pad", args);
    expect(args[0]).toBe(after);
  });
  it("checks the length in characters and the outcome in bytes", () => {
    const limited = { maxStringSize: 10 };
    expect(() => call("pad", ["", 11, c("x")], limited)).toThrow("Length of string too large");
    expect(() => call("pad", ["", 10, c("é")], limited)).toThrow("Length of string too large");
    const args = ["", 10, c("x")];
    call("pad", args, limited);
    expect(args[0]).toBe("xxxxxxxxxx");
  });
  it("refuses what no string can hold", () => {
    expect(() => call("pad", ["", 2_000_000_000, c("x")])).toThrow("Length of string too large");
    expect(() => call("pad", ["", INT_MAX, "xy"])).toThrow("Length of string too large");
  });
});

describe("host objects", () => {
  class Point extends RhaiObject {
    readonly typeId = FIRST_HOST_TYPE;
    readonly typeName = "Point";
  }
  /** What the context says of a value. */
  const shown = (_value: Value, isDebug: boolean, standard = false) => `<${isDebug}, ${standard}>`;
  it("show their type's name", () => {
    expect(call("to_string", [new Point()])).toBe("Point");
    expect(call("print", [array(new Point())])).toBe("[Point]");
  });
  it("have the text that the context gives them", () => {
    expect(call("print", [new Point()], { textOf: shown })).toBe("<false, false>");
    expect(call("debug", [new Point()], { textOf: shown })).toBe("<true, false>");
    expect(call("to_string", [array(new Point())], { textOf: shown })).toBe("<true, true>");
    expect(call("+", ["p: ", new Point()], { textOf: shown })).toBe("p: <false, false>");
  });
});

it("iterates over characters", () => {
  const iterator = registry.iteratorFor("a😀")?.("a😀" as never);
  expect([iterator?.next().value, iterator?.next().value, iterator?.next().done]).toEqual([
    c("a"),
    c("😀"),
    true,
  ]);
});
