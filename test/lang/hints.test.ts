// Advice and spans of syntax errors, and "did you mean".

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ParseError } from "../../src/lang/errors.ts";
import { didYouMean, editDistance, listNames, similarNames } from "../../src/lang/spelling.ts";
import { Engine } from "../../src/runtime/engine.ts";

interface HintCase {
  readonly script: string;
  readonly kind: string;
  /** The text that the span covers. */
  readonly about: string;
  readonly start: number;
  readonly hint: string | null;
}

const cases = readFileSync(new URL("hints.data.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as HintCase);

function failureOf(script: string): ParseError {
  const engine = new Engine().setStrictVariables(script.includes("//strict"));
  try {
    engine.compile(script);
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
  throw new Error(`no error: ${script}`);
}

describe("hints of syntax errors", () => {
  test.each(cases)("$script", ({ script, kind, about, start, hint }) => {
    const error = failureOf(script);
    expect(error.kind).toBe(kind);
    expect(error.hint).toBe(hint);
    expect(error.span).toEqual({ start, end: start + about.length });
    expect(script.slice(start, start + about.length)).toBe(about);
  });

  test("the names of the host's scope are proposed as well", () => {
    const engine = new Engine().setStrictVariables(true);
    const result = engine.compile.bind(engine, "rat + 1");
    expect(result).toThrow(expect.objectContaining({ hint: "declare it with `let rat = ...;`" }));
  });

  test("a missing semicolon is shown where the statement ends", () => {
    const error = failureOf("let a = 1   // one\n\n  let b = 2;");
    expect(error.toString()).toBe("Expecting ';' to terminate this statement (line 3, position 3)");
    expect(error.span).toEqual({ start: 9, end: 9 });
  });
});

describe("spelling", () => {
  test.each([
    ["abc", "abc", 0],
    ["abc", "acb", 1],
    ["abc", "ab", 1],
    ["abc", "xbc", 1],
    ["kitten", "sitting", 3],
    ["", "ab", 2],
  ])("from %j to %j: %i steps", (a, b, steps) => {
    expect(editDistance(a, b, 5)).toBe(steps);
    expect(editDistance(b, a, 5)).toBe(steps);
  });

  test("stops counting beyond the limit", () => {
    expect(editDistance("abcdef", "uvwxyz", 2)).toBe(3);
    expect(editDistance("a", "abcdef", 2)).toBe(3);
  });

  test.each([
    ["pusg", ["push", "pop", "pull"], ["push"]],
    ["toString", ["to_string", "to_int"], ["to_string"]],
    ["lenght", ["len", "max"], ["len"]],
    ["x", ["y", "z"], []],
    ["ab", ["xy", "ac"], ["ac"]],
    ["count", ["count"], []],
    ["foo", ["bar", "quux"], []],
  ])("%s among %j", (name, candidates, expected) => {
    expect(similarNames(name, candidates)).toEqual(expected);
  });

  test("lists names in a sentence", () => {
    expect(listNames(["a"])).toBe("`a`");
    expect(listNames(["a", "b", "c"])).toBe("`a`, `b` or `c`");
    expect(listNames(["a", "b"], "and")).toBe("`a` and `b`");
    expect(didYouMean("coutn", ["count", "county"])).toBe("did you mean `count`?");
    expect(didYouMean("zzz", ["count"])).toBeNull();
  });
});
