// The crash explorer: says nothing about a sound store and runner, and finds each fault that is built into them.

import { describe, expect, it } from "vitest";
import type { FieldRecord } from "../../src/flow/codec.ts";
import { defineFlow } from "../../src/flow/definition/define.ts";
import { type Exploration, type ExploreOptions, exploreFlow } from "../../src/flow/explore/explore.ts";
import { randomKills } from "../../src/flow/explore/random-kills.ts";
import type { StepRunner } from "../../src/flow/runner/runner.ts";
import type { FlowStore } from "../../src/flow/store.ts";

/** Steps of all kinds: retries, branches, a wait, items, an inner flow, and a failure that everything is undone for. */
const TRIP = defineFlow({
  name: "trip",
  steps: [
    { name: "flight", script: "1", compensate: "undo()" },
    { name: "hotel", after: [], script: "1", retries: 2, compensate: "undo()" },
    { name: "confirmed", after: ["flight", "hotel"], waitFor: "confirmed" },
    { name: "car", flow: { name: "car", steps: [{ name: "book", script: "7", compensate: "8" }] } },
    { name: "mails", forEach: "[1, 2]", script: "item" },
    { name: "pay", script: 'throw "declined"' },
  ],
});
const TRIP_MOCKS: ExploreOptions = {
  steps: { flight: { output: 1 }, hotel: [{ error: "busy" }, { output: 2, delay: 3 }] },
  signals: [{ event: "confirmed", after: 1 }],
};

const ORDER = defineFlow({
  name: "order",
  steps: [
    { name: "pay", script: "charge(input.n)", compensate: "refund()" },
    { name: "ship", script: "ship()" },
  ],
});
const ORDER_MOCKS: ExploreOptions = {
  input: { n: 1 },
  functions: { charge: { output: "ch_1" }, refund: {}, ship: { error: "lost" } },
};

const kindsOf = ({ problems }: Exploration) => [...new Set(problems.map(({ kind }) => kind))].sort();

/** A store with one verb changed. */
const changed =
  <V extends keyof FlowStore>(verb: V, change: (act: FlowStore[V], store: FlowStore) => FlowStore[V]) =>
  (store: FlowStore): FlowStore => ({ ...store, [verb]: change(store[verb], store) });

describe("exploring crashes", () => {
  it("finds nothing wrong with a flow of all kinds of steps, wherever its executor dies", async () => {
    const tried: number[] = [];
    const exploration = await exploreFlow(TRIP, { ...TRIP_MOCKS, onProgress: (done) => tried.push(done) });
    expect(exploration.problems).toEqual([]);
    expect(exploration.status).toBe("Failed");
    expect(exploration.deeds.length).toBeGreaterThan(25);
    expect(exploration.tried).toBe(2 * exploration.deeds.length);
    expect(tried).toHaveLength(exploration.tried);
    // What it was doing is told in words.
    expect(exploration.deeds).toContain("run trip/flight, attempt 1");
    expect(exploration.deeds).toContain("run compensation of trip/flight, attempt 1");
    expect(
      exploration.deeds.some((deed) => deed.startsWith("commit: ") && deed.includes("hotel Completed")),
    ).toBe(true);
  });

  it("finds nothing wrong when several executors die in turn", async () => {
    const { problems, tried } = await exploreFlow(TRIP, { ...TRIP_MOCKS, maxPoints: 0, rounds: 60, seed: 7 });
    expect({ problems, tried }).toEqual({ problems: [], tried: 60 });
  });

  describe("finds", () => {
    it("effects that are done twice, by workers that do not know an attempt again", async () => {
      let count = 0;
      const forgetful = (inner: StepRunner): StepRunner => ({
        ...inner,
        run: (job, signal) => inner.run({ ...job, taskId: `${job.taskId}-${count++}` }, signal),
        stop: (job) => inner.stop(job),
        close: () => inner.close(),
      });
      const exploration = await exploreFlow(ORDER, { ...ORDER_MOCKS, aroundRunner: forgetful });
      expect(kindsOf(exploration)).toEqual(["doubledEffect"]);
      const [{ kills, message }] = exploration.problems;
      expect(message).toMatch(/^(step|function) '\w+': 2 times instead of once$/);
      expect(kills).toHaveLength(1);
      expect(kills[0].deed).not.toBeNull();
    });

    it("runs that are started twice, by a store that forgets keys", async () => {
      const forgetful = changed(
        "start",
        (start) =>
          ({ key: _, ...params }) =>
            start(params),
      );
      const exploration = await exploreFlow(ORDER, { ...ORDER_MOCKS, aroundStore: forgetful });
      expect(kindsOf(exploration)).toContain("doubledEffect");
      expect(exploration.problems[0].kills[0].deed).toMatch(/^start: /);
    });

    it("runs that hang, in a store whose leases never end", async () => {
      const endless = changed(
        "start",
        (start) => (params) =>
          start({ ...params, ...(params.lease && { lease: { ...params.lease, leaseMs: 1e15 } }) }),
      );
      expect(kindsOf(await exploreFlow(ORDER, { ...ORDER_MOCKS, aroundStore: endless }))).toContain("hung");
    });

    it("compensations that are not done, where a takeover counts them as done", async () => {
      const hasty = changed("claim", (claim) => async (params) => {
        const claimed = await claim(params);
        return {
          ...claimed,
          runs: claimed.runs.map((run) => ({ ...run, steps: mapped(run.steps, asUndone) })),
        };
      });
      const exploration = await exploreFlow(ORDER, { ...ORDER_MOCKS, aroundStore: hasty });
      expect(kindsOf(exploration)).toContain("undoMissing");
      const messages = exploration.problems.map(({ message }) => message);
      expect(messages).toContain("compensation 'pay': 0 times instead of once");
    });

    it("states that break the rules, even without a crash", async () => {
      const wrong = changed("commit", (commit) => (params) => {
        const steps = params.fields.steps.map(({ stepId, fields }) => ({
          stepId,
          fields: withoutField(fields, "output"),
        }));
        return commit({ ...params, fields: { ...params.fields, steps } });
      });
      const flow = defineFlow({ name: "short", steps: [{ name: "pay", script: "1" }] });
      const { problems } = await exploreFlow(flow, { maxPoints: 0, aroundStore: wrong });
      expect(problems).toEqual([
        expect.objectContaining({ kills: [], kind: "brokenState", message: expect.stringContaining("pay") }),
      ]);
    });

    it("a flow that hangs by itself", async () => {
      const flow = defineFlow({ name: "stuck", steps: [{ name: "wait", waitFor: "never" }] });
      const { problems } = await exploreFlow(flow, { maxPoints: 0 });
      expect(problems).toMatchObject([{ kind: "hung", message: "the flow did not end: it is Waiting" }]);
    });
  });

  it("chooses the same random moments for the same seed", () => {
    expect(randomKills(30, 50, 3)).toEqual(randomKills(30, 50, 3));
    expect(randomKills(30, 50, 3)).not.toEqual(randomKills(30, 50, 4));
    const all = randomKills(30, 500, 1);
    expect(new Set(all.map(({ length }) => length))).toEqual(new Set([2, 3, 4]));
    expect(new Set(all.map(([{ number }]) => number)).size).toBe(30);
    expect(all.flat().every(({ number }) => number >= 1 && number <= 30)).toBe(true);
  });
});

function withoutField(pairs: readonly string[], name: string): string[] {
  const kept: string[] = [];
  for (let i = 0; i < pairs.length; i += 2) if (pairs[i] !== name) kept.push(pairs[i], pairs[i + 1]);
  return kept;
}

function mapped<V>(values: ReadonlyMap<string, V>, change: (value: V) => V): ReadonlyMap<string, V> {
  return new Map([...values].map(([key, value]) => [key, change(value)]));
}

/** A compensation that was begun, as if it had been done. */
function asUndone(fields: FieldRecord): FieldRecord {
  if (!fields.compensation?.includes('"status":"Running"')) return fields;
  const compensation = fields.compensation.replace('"status":"Running"', '"status":"Completed"');
  return { ...fields, compensation, status: "Compensated" };
}
