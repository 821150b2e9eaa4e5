// The parts of the conformance runner: reading cases, comparing outcomes, the diff.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Outcome, parseCase } from "../../src/cli/conformance/case.ts";
import { judge } from "../../src/cli/conformance/compare.ts";
import { diffLines } from "../../src/cli/conformance/diff.ts";
import { readScope } from "../../src/cli/conformance/scope-json.ts";
import { summaryTable } from "../../src/cli/conformance/summary.ts";
import type { RhaiArray, RhaiMap } from "../../src/runtime/value/containers.ts";
import { Float } from "../../src/runtime/value/scalars.ts";

describe("parseCase", () => {
  it("reads all fields", () => {
    const item = parseCase(
      '{"id": "maps-1-x", "script": "1", "files": {"a.rhai": ""}, "options": {"max_operations": 3}, "expect": {"output": []}, "also": [{"output": [], "why": "x"}]}',
    );
    expect(item).toMatchObject({
      id: "maps-1-x",
      area: "maps",
      files: { "a.rhai": "" },
      options: { max_operations: 3 },
    });
    expect(item.expect).toMatchObject({ form: "outcomes", accepted: [{ output: [] }, { why: "x" }] });
  });

  it.each([
    ["[]", "not an object"],
    ["{}", "`id`"],
    ['{"id": "a"}', "`script`"],
    ['{"id": "a", "script": "", "files": []}', "`files`"],
    ['{"id": "a", "script": "", "expect": {}, "also": {}}', "`also`"],
  ])("explains what is wrong with %s", (line, reason) => {
    expect(() => parseCase(line)).toThrow(reason);
  });
});

describe("readScope", () => {
  const read = (scope: string) => readScope(`{"id": "x", "script": "\\"1\\": 2", "scope": ${scope}}`);

  it("keeps integers and floats apart, in order of names", () => {
    const [a, b, c, d] = read('{"d": -1.5e3, "b": 1.0, "a": 1, "c": 9223372036854775807}');
    expect(a).toEqual(["a", 1]);
    expect(b).toEqual(["b", new Float(1)]);
    expect(c).toEqual(["c", 9223372036854775807n]);
    expect(d).toEqual(["d", new Float(-1500)]);
  });

  it("reads nested values, strings with quotes and numbers in them, and null", () => {
    const [[, list], [, nothing]] = read('{"l": ["a\\"1\\\\", {"k 2": true}], "n": null}');
    expect((list as RhaiArray).items[0]).toBe('a"1\\');
    expect(((list as RhaiArray).items[1] as RhaiMap).get("k 2")).toBe(true);
    expect(nothing).toBeUndefined();
  });
});

const OK: Outcome = { output: [{ print: "a" }], ok: { type: "i64", debug: "1", string: "1" } };
const ERROR: Outcome = {
  output: [],
  error: { kind: "K", at: [1, 2], inner: "K", inner_at: [1, 2], message: "no (line 1, position 2)" },
};
const outcomes = (...accepted: Outcome[]) => ({ form: "outcomes", accepted }) as const;

describe("judge", () => {
  it("accepts any of the recorded outcomes, whatever the order of fields", () => {
    const reordered = { ok: { string: "1", debug: "1", type: "i64" }, output: [{ print: "a" }] };
    expect(judge(OK, outcomes(ERROR, reordered)).exact).toBe(true);
  });

  it("tells a wrong position from a wrong message and from a wrong class", () => {
    const moved = {
      output: [],
      error: { ...ERROR.error!, at: null, inner_at: null, message: "no (line 7)" },
    };
    expect(judge(moved, outcomes(ERROR))).toEqual({ sameClass: true, sameMessage: true, exact: false });
    const other = { output: [], error: { ...ERROR.error!, message: "yes" } };
    expect(judge(other, outcomes(ERROR))).toEqual({ sameClass: true, sameMessage: false, exact: false });
    expect(judge(OK, outcomes(ERROR))).toEqual({ sameClass: false, sameMessage: false, exact: false });
    expect(judge({ output: [], crash: "x" }, outcomes(ERROR)).sameClass).toBe(false);
  });

  it("compares with texts beside a script", () => {
    const texts = (out: string | null, err: string | null) => ({ form: "texts", out, err }) as const;
    expect(judge(OK, texts("a\n", null)).exact).toBe(true);
    expect(judge(OK, texts("b\n", null)).exact).toBe(false);
    expect(judge(ERROR, texts(null, "no (line 1, position 2)\n")).exact).toBe(true);
    expect(judge(ERROR, texts(null, "no (line 2, position 2)\n"))).toMatchObject({
      sameMessage: true,
      exact: false,
    });
    expect(judge(ERROR, texts("", null)).exact).toBe(false);
    expect(judge(OK, texts("a", "error")).exact).toBe(false);
    const debugged: Outcome = { ...OK, output: [{ debug: "1", source: "m.rhai", at: [2, 3] }] };
    expect(judge(debugged, texts("m.rhai @ 2:3 | 1\n", null)).exact).toBe(true);
  });
});

describe("diffLines", () => {
  it("marks what differs", () => {
    expect(diffLines(["a", "b", "c"], ["a", "x", "c", "d"])).toEqual(["  a", "- b", "+ x", "  c", "+ d"]);
  });

  it("holds both texts", () => {
    const lines = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (expected, actual) => {
        const diff = diffLines(expected, actual);
        const side = (mark: string) =>
          diff.filter((line) => line[0] === mark || line[0] === " ").map((line) => line.slice(2));
        expect(side("-")).toEqual(expected);
        expect(side("+")).toEqual(actual);
      }),
    );
  });
});

describe("summaryTable", () => {
  it("counts by area and never rounds up to 100 %", () => {
    const good = { sameClass: true, sameMessage: true, exact: true };
    const judged = Array.from({ length: 2000 }, (_, i) => ({
      area: "a",
      verdict: i === 0 ? { ...good, exact: false } : good,
    }));
    const table = summaryTable([...judged, { area: "b", verdict: good }]);
    expect(table.map((line) => line.split(/ {2,}/)[0])).toEqual(["area", "a", "b", "total"]);
    expect(table[1]).toMatch(/^a +2000 +2000 100\.0% +2000 100\.0% +1999 {2}99\.9%$/);
  });
});
