// Counting operations: as many as Rhai counts, in both ways of linking, and limits that hold to the operation.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Engine } from "../../src/runtime/engine.ts";
import type { OptimizationLevel } from "../../src/runtime/engine-settings.ts";

interface Recorded {
  readonly script: string;
  /** Operations that Rhai 1.26 counts at optimisation levels simple and none. */
  readonly simple: number;
  readonly none: number;
  /** Our count, where it differs; docs/deviations.md tells why. */
  readonly ours?: number;
  readonly oursAtNone?: number;
}

const recorded = readFileSync(join(import.meta.dirname, "operations.data.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Recorded);

function engineFor(level: OptimizationLevel): Engine {
  return new Engine()
    .setOptimizationLevel(level)
    .onPrint(() => {})
    .onDebug(() => {});
}

function countOf(script: string, level: OptimizationLevel): number {
  let count = 0;
  const engine = engineFor(level).onProgress((operations) => {
    count = operations;
    return undefined;
  });
  engine.evalSync(script);
  return count;
}

describe("operations", () => {
  it("are recorded for most kinds of code, and rarely differ", () => {
    expect(recorded.length).toBeGreaterThan(250);
    expect(recorded.filter(({ ours }) => ours !== undefined).length).toBeLessThan(10);
    expect(recorded.filter(({ oursAtNone }) => oursAtNone !== undefined).length).toBeLessThan(20);
  });

  it.each(recorded)("$script", ({ script, simple, none, ours, oursAtNone }) => {
    expect(countOf(script, "simple")).toBe(ours ?? simple);
    expect(countOf(script, "none")).toBe(oursAtNone ?? none);
  });

  it("are the same where everything may await", async () => {
    const different: string[] = [];
    for (const { script, simple, ours } of recorded) {
      let count = 0;
      const engine = engineFor("simple").onMissingFunction(() => undefined, { isAsync: true });
      engine.onProgress((operations) => {
        count = operations;
        return undefined;
      });
      await engine.eval(script);
      if (count !== (ours ?? simple)) different.push(script);
    }
    expect(different).toEqual([]);
  });

  it("are limited to the last one", () => {
    for (const { script, simple, ours } of recorded) {
      const count = ours ?? simple;
      engineFor("simple").setMaxOperations(count).evalSync(script);
      // As in Rhai, sorting swallows the errors of the comparer, and its last call is the last operation there.
      if (count > 1 && !script.includes("sort(|"))
        expect(
          () =>
            engineFor("simple")
              .setMaxOperations(count - 1)
              .evalSync(script),
          script,
        ).toThrow("Too many operations");
    }
  });
});
