// The fuzzer with a fixed seed: whatever is given as a script ends in a value, a ParseError or an EvalError.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FUNCTIONS, MODULES, SCRIPTS, SYMBOLS } from "./support/fuzz-corpus.ts";
import { FUZZ_KINDS } from "./support/fuzz-inputs.ts";
import { memoryResolver, problemWith } from "./support/fuzz-run.ts";

const RUNS = 3_000;
const resolver = memoryResolver(MODULES);

describe("fuzzing", () => {
  it("has something to work with", () => {
    expect(SCRIPTS.length).toBeGreaterThan(4_000);
    expect(SYMBOLS).toEqual(expect.arrayContaining(["let", "#{", "**=", "?[", "!in"]));
    expect(FUNCTIONS).toEqual(expect.arrayContaining(["splice", "parse_json", "sort", "len"]));
  });

  it.each(Object.entries(FUZZ_KINDS))("survives %s", { timeout: 120_000 }, (_, { arbitrary, share }) => {
    const holds = fc.property(arbitrary, (input) => {
      const problem = problemWith(input, resolver);
      if (problem !== null) throw new Error(problem);
    });
    fc.assert(holds, { seed: 20_260_801, numRuns: Math.ceil(RUNS * share), endOnFailure: false });
  });
});
