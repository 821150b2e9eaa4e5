// The thread that runs fuzzed scripts: says which one it is about to run, and which one went wrong.

import { parentPort, workerData } from "node:worker_threads";
import fc from "fast-check";
import { MODULES } from "../test/support/fuzz-corpus.ts";
import { FUZZ_KINDS } from "../test/support/fuzz-inputs.ts";
import { type FuzzInput, memoryResolver, problemWith } from "../test/support/fuzz-run.ts";
import { minimize } from "../test/support/minimize.ts";

export type FuzzMessage =
  | { readonly type: "running"; readonly input: FuzzInput }
  | { readonly type: "minimizing" }
  | { readonly type: "failed"; readonly seed: number; readonly input: FuzzInput; readonly problem: string }
  | { readonly type: "batch"; readonly count: number };

const BATCH = 200;
const resolver = memoryResolver(MODULES);

function post(message: FuzzMessage): void {
  parentPort?.postMessage(message);
}

/** Problems are the same when their texts are, apart from numbers. */
const kindOf = (problem: string) => problem.split("\n")[0].replace(/\d+/g, "N");

/** Shrinks by fast-check first, then by cutting the text. */
function report(seed: number, input: FuzzInput, problem: string): void {
  post({ type: "minimizing" });
  const stillFails = (text: string) => {
    const found = problemWith({ ...input, text }, resolver);
    return found !== null && kindOf(found) === kindOf(problem);
  };
  const text = problem.startsWith("took") ? input.text : minimize(input.text, stillFails);
  post({
    type: "failed",
    seed,
    input: { ...input, text },
    problem: problemWith({ ...input, text }, resolver) ?? problem,
  });
}

function runBatch(arbitrary: fc.Arbitrary<FuzzInput>, seed: number): void {
  let count = 0;
  const holds = fc.property(arbitrary, (input) => {
    count++;
    post({ type: "running", input });
    const problem = problemWith(input, resolver);
    if (problem !== null) throw new Error(problem);
  });
  const details = fc.check(holds, { seed, numRuns: BATCH, interruptAfterTimeLimit: 30_000 });
  post({ type: "batch", count });
  if (!details.failed || details.counterexample === null) return;
  const [input] = details.counterexample;
  report(seed, input, problemWith(input, resolver) ?? "fails no more");
}

let { seed } = workerData as { seed: number };
for (;;) {
  for (const { arbitrary } of Object.values(FUZZ_KINDS)) runBatch(arbitrary, seed++);
}
