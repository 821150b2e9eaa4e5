// Kills the executor before and after everything it does to the world; another one has to bring the flow to its end, with
// each step's effects recorded once.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newFlow, newStep } from "../../../src/flow/definition/builder.ts";
import { type ExploreOptions, exploreFlow } from "../../../src/flow/explore/explore.ts";
import { randomFlow } from "../support/flows.ts";

const inner = newFlow("inner")
  .addStep(newStep("x").script("x").compensate("undo x").build())
  .addStep(newStep("y").script("y").compensate("undo y").build())
  .build();

/** One of each: branches, items, a flow inside, signals, times, retries, compensations, a failure or none at the end. */
const everything = newFlow("everything")
  .addStep(newStep("a").script("a").retries(3).compensate("undo a").build())
  .addStep(
    newStep("items").forEach("steps.a.output.list", { limit: 2 }).script("i").compensate("undo i").build(),
  )
  .addStep(newStep("in").after("a").flow(inner).build())
  .addStep(newStep("left").after("a").when("false").script("never").build())
  .addStep(newStep("join").after("items", "in", "left").script("j").build())
  .addStep(newStep("signal").waitFor("paid", { key: "input.order", timeout: "3d" }).build())
  .addStep(newStep("pause").sleep("30d").build())
  .addStep(
    newStep("last").script("l").timeout(5).retries(1).compensate({ script: "undo l", retries: 2 }).build(),
  )
  .build();

const answers: ExploreOptions = {
  input: { order: "7" },
  steps: {
    a: [{ error: "busy", times: 2 }, { output: { list: [1, 2, 3] } }],
    items: { output: "done" },
    x: {},
    y: { delay: 2 },
    join: {},
    last: { output: "end" },
  },
  signals: [{ event: "paid", key: "7", after: "1d" }],
};

describe("an executor that is killed at any point", () => {
  it("leaves a flow that completes", async () => {
    const { status, tried, problems } = await exploreFlow(everything, answers);
    expect(status).toBe("Completed");
    expect(tried).toBeGreaterThan(80);
    expect(problems).toEqual([]);
  });

  it("leaves a flow that fails, and undoes everything once", async () => {
    const steps = { ...answers.steps, last: { timeout: true } };
    const compensations = { last: [{ error: "not yet" }, {}], a: {}, items: {}, x: {}, y: {} };
    const { status, tried, problems } = await exploreFlow(everything, { ...answers, steps, compensations });
    expect(status).toBe("Failed");
    expect(tried).toBeGreaterThan(150);
    expect(problems).toEqual([]);
  });

  it("leaves a flow that is cancelled", async () => {
    const cancel = { after: "2d", reason: "no longer wanted" };
    const { status, problems } = await exploreFlow(everything, { ...answers, signals: [], cancel });
    expect(status).toBe("Cancelled");
    expect(problems).toEqual([]);
  });

  it("leaves any flow whose end does not depend on what is faster", async () => {
    await fc.assert(
      fc.asyncProperty(randomFlow({ timed: false, inSequence: true }), fc.nat(3), async (flow, times) => {
        const steps = { s0: [{ error: "busy", times: times + 1 }, { output: 1 }] };
        const signals = [
          { event: "go", key: "k1" },
          { event: "go", key: "k1", after: 2 },
          { event: "stop", key: "k1", after: 60 },
        ];
        const { problems } = await exploreFlow(flow, {
          input: { on: true, key: "k1", items: [1, 2, 3] },
          steps,
          compensations: { s1: {}, s2: {}, s3: {} },
          signals,
          cancel: { after: "5d" },
          maxPoints: 60,
        });
        expect(problems).toEqual([]);
      }),
      { numRuns: Number(process.env.FLOW_CRASH_RUNS ?? 12) },
    );
  });
});
