// Flows that start by themselves: one run for each slot, whoever fires it.

import { afterEach, describe, expect, it } from "vitest";
import { newFlow, newStep } from "../../../src/flow/definition/builder.ts";
import { isFlowError } from "../../../src/flow/errors.ts";
import { FlowExecutor } from "../../../src/flow/executor/executor.ts";
import { createMemoryFlowStore } from "../../../src/flow/memory/store.ts";
import { VirtualClock } from "../../../src/flow/mock/virtual-clock.ts";
import { EngineRunner } from "../../../src/flow/runner/engine-runner.ts";
import type { FlowStore } from "../../../src/flow/store.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Executors that hardly look around: slots come in their own time. */
const pace = { lookMs: 30 * DAY, upkeepMs: 30 * DAY };

describe("schedules", () => {
  // A Thursday, 12:00 UTC.
  const start = Date.UTC(2026, 0, 1, 12);
  const opened: FlowExecutor[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((executor) => executor.close()));
  });

  const world = () => {
    const clock = new VirtualClock(start);
    const store = createMemoryFlowStore({ clock });
    const shared: FlowStore = { ...store, close: async () => undefined };
    const open = async () => {
      const executor = await FlowExecutor.open(
        { store: shared, runner: new EngineRunner() },
        { clock, pace },
      );
      opened.push(executor);
      return executor;
    };
    return { clock, open };
  };

  const flow = newFlow("nightly").addStep(newStep("a").script("input.n").build()).build();

  async function startsOf(executor: FlowExecutor): Promise<string[]> {
    const { flows } = await executor.list({ limit: 100 });
    return flows.map(({ createdAt }) => new Date(createdAt).toISOString()).reverse();
  }

  it("start a run at each of their times, with their input", async () => {
    const { clock, open } = world();
    const executor = await open();
    const schedule = await executor.schedule(flow, { cron: "30 3 * * *", input: { n: 7 } });
    expect(schedule).toMatchObject({ name: "nightly", nextAt: Date.UTC(2026, 0, 2, 3, 30) });
    await clock.advance(3 * DAY);
    expect(await startsOf(executor)).toEqual([
      "2026-01-02T03:30:00.000Z",
      "2026-01-03T03:30:00.000Z",
      "2026-01-04T03:30:00.000Z",
    ]);
    const [{ flowId }] = (await executor.list()).flows;
    expect(await executor.status(flowId)).toMatchObject({ status: "Completed", output: 7 });
    expect(await executor.schedules()).toMatchObject([
      { lastFlowId: flowId, lastSlot: Date.UTC(2026, 0, 4, 3, 30) },
    ]);
  });

  it("fire once for each slot, with any number of executors", async () => {
    const { clock, open } = world();
    const executors = [await open(), await open(), await open()];
    await executors[0].schedule(flow, { cron: "0 * * * *", input: { n: 1 } });
    await clock.advance(DAY);
    expect(await startsOf(executors[1])).toHaveLength(24);
  });

  it("follow the wall clock of their zone, through the changes of daylight saving", async () => {
    const { clock, open } = world();
    const executor = await open();
    await executor.schedule(flow, { cron: "30 2 28-30 3 *", timeZone: "Europe/Brussels", input: { n: 1 } });
    await clock.advance(90 * DAY);
    // On the 29th there is no half past two: it fires when the gap ends.
    expect(await startsOf(executor)).toEqual([
      "2026-03-28T01:30:00.000Z",
      "2026-03-29T01:00:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
  });

  it.each([
    ["none", 0],
    ["latest", 1],
    ["all", 3],
  ] as const)("that nobody fired in time catch up with %s: %i runs", async (catchUp, count) => {
    const { clock, open } = world();
    const first = await open();
    await first.schedule(flow, { cron: "0 0 * * *", catchUp, input: { n: 1 } });
    await first.close();
    await clock.advance(2.75 * DAY);
    const second = await open();
    await clock.advance(1000);
    expect(await startsOf(second)).toHaveLength(count);
  });

  it("leave a slot out while the run before is unfinished, if told so", async () => {
    const { clock, open } = world();
    const executor = await open();
    const slow = newFlow("slow").addStep(newStep("a").sleep("90m").build()).build();
    await executor.schedule(slow, { cron: "0 * * * *", whenUnfinished: "skip" });
    await clock.advance(6 * HOUR + 60_000);
    expect(await startsOf(executor)).toEqual([
      "2026-01-01T13:00:00.000Z",
      "2026-01-01T15:00:00.000Z",
      "2026-01-01T17:00:00.000Z",
    ]);
  });

  it("are replaced and removed by their names, and keep the definition that they were made with", async () => {
    const { clock, open } = world();
    const executor = await open();
    const scheduled = newFlow("x")
      .schedule("0 * * * *")
      .addStep(newStep("a").script('"old"').build())
      .build();
    await executor.schedule(scheduled);
    await executor.schedule(scheduled, { cron: "15 * * * *" });
    expect(await executor.schedules()).toHaveLength(1);
    await clock.advance(HOUR);
    expect(await startsOf(executor)).toEqual(["2026-01-01T12:15:00.000Z"]);
    expect(await executor.unschedule("x")).toBe(true);
    expect(await executor.unschedule("x")).toBe(false);
    await clock.advance(HOUR);
    expect(await startsOf(executor)).toHaveLength(1);
  });

  it("are refused without a rule, or with one that is none", async () => {
    const { open } = world();
    const executor = await open();
    for (const rule of [{}, { cron: "61 * * * *" }, { cron: "0 0 * * *", timeZone: "Mars/Olympus" }]) {
      const error = await executor.schedule(flow, rule).catch((reason: unknown) => reason);
      expect(isFlowError(error, "invalid"), JSON.stringify(rule)).toBe(true);
    }
  });
});

describe("retention", () => {
  it("removes ended runs by age, in time", async () => {
    const clock = new VirtualClock();
    const executor = await FlowExecutor.open(
      { store: createMemoryFlowStore({ clock }), runner: new EngineRunner() },
      { clock, retention: { maxAgeMs: HOUR, maxCount: 100 } },
    );
    const flow = newFlow("x").addStep(newStep("a").script("1").build()).build();
    const flowId = await executor.executeFlow(flow, { key: "k" });
    await clock.advance(HOUR - 1000);
    expect((await executor.counts()).total).toBe(1);
    await clock.advance(60_000);
    expect((await executor.counts()).total).toBe(0);
    expect(await executor.executeFlow(flow, { key: "k" })).not.toBe(flowId);
    await executor.close();
  });
});
