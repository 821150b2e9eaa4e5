// Text forms of values: floats, escapes, containers, closures, deep nesting, JSON. Outcomes are Rhai's own.

import { describe, expect, it } from "vitest";
import { mapToJson } from "../../../src/runtime/packages/json-text.ts";
import { Blob, RhaiArray, RhaiMap } from "../../../src/runtime/value/containers.ts";
import {
  debug,
  debugText,
  display,
  floatDebug,
  floatDisplay,
  floatPlain,
  printText,
  quoteChar,
  quoteString,
} from "../../../src/runtime/value/display.ts";
import { FnPtr } from "../../../src/runtime/value/fn-ptr.ts";
import { INT_MAX } from "../../../src/runtime/value/int.ts";
import { Range, Shared, Timestamp } from "../../../src/runtime/value/objects.ts";
import { charOf, Float } from "../../../src/runtime/value/scalars.ts";
import type { Value } from "../../../src/runtime/value/value.ts";

const array = (...items: Value[]) => new RhaiArray(items);
const map = (entries: Record<string, Value>) => new RhaiMap(new Map(Object.entries(entries)));

describe("floats", () => {
  it.each([
    [0, "0.0", "0.0"],
    [-0, "0.0", "-0.0"],
    [1, "1.0", "1.0"],
    [0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"],
    [-1e-7, "-0.0000001", "-1e-7"],
    [123456.789e-10, "0.0000123456789", "1.23456789e-5"],
    [1e-13, "0.0000000000001", "1e-13"],
    [9.9e-14, "9.9e-14", "9.9e-14"],
    [1e12, "1000000000000.0", "1000000000000.0"],
    [9999999827968, "9999999827968.0", "9999999827968.0"],
    [9999999827969, "9.999999827969e12", "9999999827969.0"],
    [1e13, "1e13", "10000000000000.0"],
    [1e16, "1e16", "1e16"],
    [1e-4, "0.0001", "0.0001"],
    [5e-324, "5e-324", "5e-324"],
    [1.7976931348623157e308, "1.7976931348623157e308", "1.7976931348623157e308"],
    [Number.POSITIVE_INFINITY, "inf", "inf"],
    [Number.NEGATIVE_INFINITY, "-inf", "-inf"],
    [Number.NaN, "NaN", "NaN"],
    // Halfway between two shortest forms: JS says ...2, Rust ...3; the last one is up in both.
    [1893426275886296 + 1 / 4, "1.8934262758862963e15", "1893426275886296.3"],
    [641163123434638 + 1 / 4, "6.411631234346383e14", "641163123434638.3"],
    [21627766374674 + 11 / 16, "2.1627766374674688e13", "21627766374674.688"],
  ])("%f", (value, displayed, debugged) => {
    expect(floatDisplay(value)).toBe(displayed);
    expect(floatDebug(value)).toBe(debugged);
  });
  it("has a plain form without exponent", () => {
    expect(floatPlain(1e23)).toBe("100000000000000000000000");
    expect(floatPlain(-1.25e-10)).toBe("-0.000000000125");
    expect(floatPlain(-0)).toBe("-0");
    expect(floatPlain(3)).toBe("3");
  });
});

describe("escapes", () => {
  it.each([
    ["plain ~ text", '"plain ~ text"'],
    ["\"'\\", '"\\"\'\\\\"'],
    ["\n\r\t\0\x01\x7f", '"\\n\\r\\t\\0\\u{1}\\u{7f}"'],
    ["é水😀", '"é水😀"'],
    ["e\u0301", '"e\\u{301}"'],
    ["\u00a0\u00ad\u200b\u2028\u3000\ufeff", '"\\u{a0}\\u{ad}\\u{200b}\\u{2028}\\u{3000}\\u{feff}"'],
    ["\ue000\u0378\u{10ffff}", '"\\u{e000}\\u{378}\\u{10ffff}"'],
  ])("of a string %#", (text, quoted) => {
    expect(quoteString(text)).toBe(quoted);
  });
  it("of chars", () => {
    expect(["'", '"', "\\", "\n", "a", "\u0301"].map(quoteChar)).toEqual([
      "'\\''",
      "'\"'",
      "'\\\\'",
      "'\\n'",
      "'a'",
      "'\\u{301}'",
    ]);
  });
});

it("tells the forms for scripts from Rust's own", () => {
  const value = array(
    charOf("x"),
    "y",
    undefined,
    new Float(1),
    map({ k: charOf("'") }),
    new FnPtr("f", [1]),
  );
  const engine = '[\'x\', "y", (), 1.0, #{"k": \'\\\'\'}, Fn("f", 1)]';
  const script = '[x, "y", (), 1.0, #{"k": \'}, Fn(f)]';
  expect([display(value), debug(value)]).toEqual([engine, engine]);
  expect([printText(value), debugText(value)]).toEqual([script, script]);
  expect([charOf("x"), "y", undefined].map(display)).toEqual(["x", "y", ""]);
  expect([charOf("x"), "y", undefined].map(debug)).toEqual(["'x'", '"y"', "()"]);
  expect([charOf("x"), "y", undefined].map((v) => printText(v))).toEqual(["x", "y", ""]);
  expect([charOf("x"), "y", undefined].map((v) => debugText(v))).toEqual(["x", '"y"', "()"]);
});

describe("closures", () => {
  const fn = (name: string, curry: Value[], mark = false) =>
    new FnPtr(name, curry, { name, arity: 0 }, null, mark);
  it("show captured variables", () => {
    expect(debug(fn("anon$1", [new Shared(1)]))).toBe('Fn*("anon$1", 1 (shared))');
    expect(debug(fn("anon$1", [], true))).toBe('Fn*+("anon$1")');
    expect(display(fn("anon$1", [new Shared(1)]))).toBe("Fn(anon$1)");
  });
  it("that captured themselves end", () => {
    const cell = new Shared(0);
    const self = fn("a", [cell]);
    cell.value = self;
    expect(debug(self)).toBe('Fn*("a", Fn*("a", Fn*("a", <shared>) (shared)) (shared))');
    cell.value = array(self, 1);
    expect(debug(cell.value)).toBe('[Fn*("a", [Fn*("a", [Fn*("a", <shared>), 1] (shared)), 1] (shared)), 1]');
    expect(() => mapToJson(map({ self }))).toThrow("Stack overflow");
  });
});

it("writes data of any depth", () => {
  let deep: Value = 1;
  for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? array(deep) : map({ a: deep });
  expect(display(deep).length).toBe(50_000 * "[]".length + 50_000 * '#{"a": }'.length + 1);
  expect(printText(deep)).toBe(debug(deep));
});

it("writes JSON as Rhai does", () => {
  const value = map({
    c: charOf("x"),
    a: array(1, new Float(1), undefined, "\u0301", new Blob(Uint8Array.of(1, 255))),
    f: new FnPtr("f"),
    g: new FnPtr("g", [new Shared(1), "x"]),
    n: new Float(Number.NaN),
    r: new Range(1, INT_MAX, true),
    t: new Timestamp(0),
    m: map({}),
  });
  expect(mapToJson(value)).toBe(
    '{"a":[1,1.0,null,"\\u{301}",[1,255]],"c":\'x\',"f":"f","g":["g",1,"x"],"m":{},"n":NaN,"r":1..=,"t":<timestamp>}',
  );
});
