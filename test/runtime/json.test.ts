// JSON text to script values and back.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonError, parseJson } from "../../src/runtime/json-read.ts";
import { toJson } from "../../src/runtime/json-write.ts";
import { Blob, RhaiArray, RhaiMap } from "../../src/runtime/value/containers.ts";
import { ConversionError, jsToValue, valueToJs } from "../../src/runtime/value/convert.ts";
import { debug } from "../../src/runtime/value/display.ts";
import { FnPtr } from "../../src/runtime/value/fn-ptr.ts";
import { IteratorValue, Range, Shared, Timestamp } from "../../src/runtime/value/objects.ts";
import { Byte, charOf, Float } from "../../src/runtime/value/scalars.ts";
import type { Value } from "../../src/runtime/value/value.ts";

/** JSON text and the debug form of its value. */
const READ: readonly (readonly [json: string, value: string])[] = [
  ["0", "0"],
  ["-0", "0"],
  ["42", "42"],
  ["-7", "-7"],
  ["9007199254740991", "9007199254740991"],
  ["9007199254740993", "9007199254740993"],
  ["9223372036854775807", "9223372036854775807"],
  ["-9223372036854775808", "-9223372036854775808"],
  ["0.0", "0.0"],
  ["-0.0", "-0.0"],
  ["1.0", "1.0"],
  ["1e3", "1000.0"],
  ["1E+3", "1000.0"],
  ["25e-1", "2.5"],
  ["0.1", "0.1"],
  ["1e-400", "0.0"],
  ["true", "true"],
  [" false\n", "false"],
  ["\t\r\nnull ", "()"],
  ['""', '""'],
  ['"a\\"\\\\\\/b"', '"a\\"\\\\/b"'],
  ['"\\b\\f\\n\\r\\t"', '"\\u{8}\\u{c}\\n\\r\\t"'],
  ['"\\u0041\\u00e9\\ud83d\\ude00"', '"Aé😀"'],
  ['"😀 ü"', '"😀 ü"'],
  ['"\u2028"', '"\\u{2028}"'],
  ["[]", "[]"],
  ["[ ]", "[]"],
  ["{}", "#{}"],
  ["{ }", "#{}"],
  ['[1, 1.0, "x", null, [true]]', '[1, 1.0, "x", (), [true]]'],
  ['{"b": 1, "a": {"c": []}}', '#{"a": #{"c": []}, "b": 1}'],
  ['{"a": 1, "a": 2}', '#{"a": 2}'],
  ['{"__proto__": 1, "constructor": 2, "": 3}', '#{"": 3, "__proto__": 1, "constructor": 2}'],
];

/** JSON text, what is wrong, line and column. */
const WRONG: readonly (readonly [json: string, reason: string, line: number, column: number])[] = [
  ["", "expected a value, but the text ends", 1, 1],
  ["  ", "expected a value, but the text ends", 1, 3],
  ["[", "expected a value, but the text ends", 1, 2],
  ["[1", "expected ',' or ']', but the text ends", 1, 3],
  ["[1,]", "expected a value, but ']' follows", 1, 4],
  ["[1 2]", "expected ',' or ']', but '2' follows", 1, 4],
  ["[1}", "expected ',' or ']', but '}' follows", 1, 3],
  ["{", "expected a key in double quotes, but the text ends", 1, 2],
  ["{a: 1}", "expected a key in double quotes, but 'a' follows", 1, 2],
  ["{'a': 1}", "expected a key in double quotes, but ''' follows", 1, 2],
  ['{"a"}', "expected ':', but '}' follows", 1, 5],
  ['{"a":1,}', "expected a key in double quotes, but '}' follows", 1, 8],
  ['{"a":1 "b"', "expected ',' or '}', but '\"' follows", 1, 8],
  ["1 2", "expected the end of the text, but '2' follows", 1, 3],
  ["[1] // x", "expected the end of the text, but '/' follows", 1, 5],
  ["01", "malformed number '01'", 1, 1],
  ["1.", "malformed number '1.'", 1, 1],
  ["1.e3", "malformed number '1.'", 1, 1],
  ["1e", "malformed number '1e'", 1, 1],
  [".5", "expected a value, but '.' follows", 1, 1],
  ["+1", "expected a value, but '+' follows", 1, 1],
  ["-", "a number needs digits", 1, 1],
  ["-x", "a number needs digits", 1, 1],
  ["9223372036854775808", "integer 9223372036854775808 does not fit into 64 bits", 1, 1],
  ["-9223372036854775809", "integer -9223372036854775809 does not fit into 64 bits", 1, 1],
  [`[${"9".repeat(50)}]`, `integer ${"9".repeat(27)}... does not fit into 64 bits`, 1, 2],
  ["1e309", "number 1e309 is too large", 1, 1],
  ["NaN", "expected a value, but 'N' follows", 1, 1],
  ["Infinity", "expected a value, but 'I' follows", 1, 1],
  ["undefined", "expected a value, but 'u' follows", 1, 1],
  ["True", "expected a value, but 'T' follows", 1, 1],
  ["nullx", "expected a value, but 'n' follows", 1, 1],
  ["constructor", "expected a value, but 'c' follows", 1, 1],
  ["\ufeff1", "expected a value, but '\ufeff' follows", 1, 1],
  ['"abc', "the string does not end", 1, 1],
  ['["abc', "the string does not end", 1, 2],
  ['"abc\\', "'\\' is no escape", 1, 5],
  ['"\\x41"', "'\\x' is no escape", 1, 2],
  ['"\\u12g4"', "'\\u' needs four hexadecimal digits", 1, 2],
  ['"a\nb"', "a control character in a string has to be escaped", 1, 3],
  ['"\\ud800"', "the string holds half a surrogate pair", 1, 1],
  ['"\ude00"', "the string holds half a surrogate pair", 1, 1],
  ['{\n  "é": 1,\r\n  "😀": ?\n}', "expected a value, but '?' follows", 3, 8],
];

function error(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("nothing was thrown");
}

describe("parseJson", () => {
  it.each(READ)("reads %s", (json, value) => {
    expect(debug(parseJson(json))).toBe(value);
  });

  it.each(WRONG)("refuses %s", (json, reason, line, column) => {
    const thrown = error(() => parseJson(json));
    expect(thrown).toBeInstanceOf(JsonError);
    expect(thrown).toMatchObject({ name: "JsonError", reason, line, column });
    expect((thrown as Error).message).toBe(`${reason} (line ${line}, column ${column})`);
  });

  it("keeps INT and FLOAT apart", () => {
    expect(parseJson("1")).toBe(1);
    expect(parseJson("1.0")).toEqual(new Float(1));
    expect(parseJson("9007199254740993")).toBe(9007199254740993n);
    expect(Object.is(parseJson("-0"), 0)).toBe(true);
  });

  it("limits the depth", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(parseJson(nested(1000))).toBeInstanceOf(RhaiArray);
    expect(error(() => parseJson(nested(1001)))).toMatchObject({
      reason: "data is nested deeper than 1000 levels",
      column: 1001,
    });
    expect(error(() => parseJson('{"a":'.repeat(1_000_000)))).toBeInstanceOf(JsonError);
    expect(error(() => parseJson(nested(3), { maxDepth: 2 }))).toMatchObject({ column: 3 });
    expect(parseJson(nested(200_000), { maxDepth: 1_000_000 })).toBeInstanceOf(RhaiArray);
    expect(parseJson("[[],[],[]]", { maxDepth: 2 })).toBeInstanceOf(RhaiArray);
  });

  it("refuses what is no text", () => {
    for (const input of [null, undefined, 5, {}, ["[]"]]) {
      expect(() => parseJson(input as never)).toThrow(TypeError);
    }
  });

  it("accepts what JSON.parse accepts, with the same value", () => {
    const property = fc.property(fc.json({ maxDepth: 6 }), (json) => {
      // Integers beyond 64 bits are our own concern.
      fc.pre(!/[0-9]{19}/.test(json));
      expect(comparable(valueToJs(parseJson(json)))).toEqual(comparable(JSON.parse(json)));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("refuses what JSON.parse refuses", () => {
    const pieces = fc.constantFrom(...'[]{},:"\\u1.eE+-0 ntrul'.split(""), "true", "null", '"a"', "\n");
    const property = fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const json = parts.join("");
      const accepts = (parse: (text: string) => unknown) => {
        try {
          parse(json);
          return true;
        } catch {
          return false;
        }
      };
      // Larger numbers than a f64 or an i64 can hold are our own concern.
      fc.pre(!/[0-9]{18}|[eE]\+?[1-9][0-9]{2}/.test(json));
      expect(accepts(parseJson)).toBe(accepts(JSON.parse));
    });
    fc.assert(property, { numRuns: 3000 });
  });
});

/** As a list of entries: integers may be bigint, -0 is 0 as an INT, and the unit value is undefined in JS. */
function comparable(js: unknown): unknown {
  if (typeof js === "bigint") return Number(js);
  if (typeof js === "number") return js + 0;
  if (Array.isArray(js)) return js.map(comparable);
  if (typeof js !== "object" || js === null) return js ?? null;
  const entries = Object.entries(js).map(([key, value]) => [key, comparable(value)] as const);
  return { entries: entries.sort(([a], [b]) => (a < b ? -1 : 1)) };
}

const map = (object: Record<string, Value>) => new RhaiMap(new Map(Object.entries(object)));
const array = (...items: Value[]) => new RhaiArray(items);

const WRITE: readonly (readonly [value: Value, json: string])[] = [
  [undefined, "null"],
  [true, "true"],
  [false, "false"],
  [0, "0"],
  [-5, "-5"],
  [9007199254740993n, "9007199254740993"],
  [-(2n ** 63n), "-9223372036854775808"],
  [new Float(1), "1.0"],
  [new Float(-0), "-0.0"],
  [new Float(0.1), "0.1"],
  [new Float(1e300), "1e300"],
  [new Float(1.5e-20), "1.5e-20"],
  [new Byte(7), "7"],
  ["", '""'],
  ['a"\\\n\u0001😀', '"a\\"\\\\\\n\\u0001😀"'],
  [charOf("x"), '"x"'],
  [charOf("😀"), '"😀"'],
  [array(), "[]"],
  [map({}), "{}"],
  [new Blob(new Uint8Array([1, 2, 255])), "[1,2,255]"],
  [new Blob(new Uint8Array()), "[]"],
  [array(1, new Float(2), array("x", undefined)), '[1,2.0,["x",null]]'],
  [map({ b: 1, a: array(map({ "": true })) }), '{"a":[{"":true}],"b":1}'],
  [array(new Shared(array(1))), "[[1]]"],
];

const host = new FnPtr("foo");
const UNWRITABLE: readonly (readonly [value: Value, message: string])[] = [
  [host, "a value of type Fn has no JSON form (at $)"],
  [array(1, host), "a value of type Fn has no JSON form (at $[1])"],
  [
    map({ a: array(map({ "odd key": new Timestamp(0) })) }),
    'timestamp has no JSON form (at $.a[0]["odd key"])',
  ],
  [map({ $x: new Range(0, 1, false) }), "a value of type range has no JSON form (at $.$x)"],
  [new Range(0, 1, true), "a value of type range= has no JSON form (at $)"],
  [new IteratorValue("range", () => [][Symbol.iterator]()), "a value of type range has no JSON form"],
  [array(new Float(Number.NaN)), "NaN has no JSON form (at $[0])"],
  [new Float(Number.NEGATIVE_INFINITY), "-inf has no JSON form (at $)"],
  [Number.NaN, "NaN has no JSON form (at $)"],
  [[1] as never, "something that is no script value has no JSON form (at $)"],
];

describe("toJson", () => {
  it.each(WRITE)("writes value %#", (value, json) => {
    expect(toJson(value)).toBe(json);
    expect(() => JSON.parse(json)).not.toThrow();
  });

  it.each(UNWRITABLE)("refuses value %#", (value, message) => {
    const thrown = error(() => toJson(value));
    expect(thrown).toBeInstanceOf(ConversionError);
    expect((thrown as Error).message).toContain(message);
  });

  it("indents as JSON.stringify does", () => {
    const data = { a: [1, [], {}, { b: [true, "x"] }], c: null };
    for (const indent of [0, 1, 2, 4, "\t", "--", ""]) {
      expect(toJson(jsToValue(data), { indent })).toBe(JSON.stringify(data, null, indent));
    }
  });

  it("limits the depth", () => {
    let value: Value = array(1);
    for (let i = 0; i < 999; i++) value = array(value);
    expect(toJson(value)).toBe(`${"[".repeat(1000)}1${"]".repeat(1000)}`);
    expect(error(() => toJson(array(value)))).toMatchObject({
      message: expect.stringContaining("data is nested deeper than 1000 levels (at $[0][0]"),
    });
    for (let i = 0; i < 100_000; i++) value = array(value);
    expect(error(() => toJson(value))).toBeInstanceOf(ConversionError);
  });

  it("gives back what parseJson reads", () => {
    const number = fc.oneof(
      fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const leaf = fc.oneof(number, fc.boolean(), fc.constant(null), fc.string({ unit: "grapheme" }));
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie("tree")), fc.dictionary(fc.string(), tie("tree"))),
    }));
    const property = fc.property(tree, fc.constantFrom("", "  "), (data, indent) => {
      const value = jsToValue(data);
      expect(debug(parseJson(toJson(value, { indent })))).toBe(debug(value));
    });
    fc.assert(property, { numRuns: 300 });
  });
});
