// What foreign hands wrote into the store: it harms the run that it belongs to, and no other.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newFlow, newStep } from "../../../src/flow/definition/builder.ts";
import { FlowExecutor } from "../../../src/flow/executor/executor.ts";
import type { FlowExecutorOptions } from "../../../src/flow/executor/options.ts";
import { createMemoryFlowStore } from "../../../src/flow/memory/store.ts";
import { createRedisFlowStore } from "../../../src/flow/redis/store.ts";
import { EngineRunner } from "../../../src/flow/runner/engine-runner.ts";
import { itemId } from "../../../src/flow/state.ts";
import type { FlowStore } from "../../../src/flow/store.ts";
import { type RedisServer, redisVersion, startRedis } from "../../support/redis.ts";
import { freshContext } from "../store/harness.ts";

const opened: FlowExecutor[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((executor) => executor.close()));
});

async function open(store: FlowStore, options: FlowExecutorOptions = {}): Promise<FlowExecutor> {
  const executor = await FlowExecutor.open({ store, runner: new EngineRunner() }, options);
  opened.push(executor);
  return executor;
}

const simple = newFlow("simple").addStep(newStep("a").script("7").build()).build();
const waits = newFlow("waits").addStep(newStep("w").waitFor("go").build()).build();

describe("an executor", () => {
  it.each([
    '{"kind":"signal"}',
    '{"kind":"signal","signal":{"event":"go","key":null,"payload":"{","at":1,"id":null}}',
    '{"kind":"signal","signal":{"event":"go"}}',
    '{"kind":"child","stepId":"w","attempt":0,"status":"Completed","output":"{","error":null}',
    '{"kind":"child"}',
    '{"kind":"cancel"}',
    "[]",
  ])("passes over %s in an inbox", async (entry) => {
    const errors: unknown[] = [];
    const store = createMemoryFlowStore();
    const executor = await open(store, { onError: (error) => errors.push(error) });
    const flowId = await executor.executeFlow(waits);
    await store.send({ id: flowId, entry });
    await executor.signal(flowId, "go", { payload: 7 });
    expect(await executor.waitFor(flowId, { timeoutMs: 1000 })).toMatchObject({ output: { payload: 7 } });
    expect(errors).toEqual([]);
  });

  it("lets go of a run that it cannot go on with", async () => {
    const errors: unknown[] = [];
    const store = createMemoryFlowStore();
    const client = await open({ ...store, close: async () => undefined }, { drive: false });
    const flowId = await client.executeFlow(simple);
    // The run's record names a step under way that its definition does not have.
    const damaged: FlowStore = {
      ...store,
      claim: async (params) => {
        const claimed = await store.claim(params);
        const runs = claimed.runs.map((run) => ({
          ...run,
          flow: { ...run.flow, steps: '["ghost"]', started_at: "1" },
          steps: new Map([["ghost", { status: "Running", attempt_count: "1" }]]),
        }));
        return { ...claimed, runs };
      },
    };
    const executor = await open(damaged, { onError: (error) => errors.push(error) });
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    expect(executor.held).toBe(0);
    expect((await client.status(flowId)).status).toBe("Created");
  });

  it("fires the other schedules although one is broken, and tells of that one", async () => {
    const errors: unknown[] = [];
    const store = createMemoryFlowStore();
    const executor = await open(
      {
        ...store,
        schedules: async () =>
          (await store.schedules()).map((schedule) => ({
            ...schedule,
            nextAt: 1,
            ...(schedule.name === "broken" && { cron: "nonsense" }),
            ...(schedule.name === "lost" && { definition: "0000" }),
          })),
      },
      { onError: (error) => errors.push(error), pace: { upkeepMs: 50 } },
    );
    for (const name of ["broken", "lost", "well"])
      await executor.schedule(simple, { name, cron: "0 3 * * *", catchUp: "latest" });
    await expect.poll(async () => (await executor.counts()).Completed).toBeGreaterThan(0);
    expect(String(errors)).toContain("'broken'");
    expect(String(errors)).toContain("'lost'");
  });

  it("hands on a payload that is null as null", async () => {
    const executor = await open(createMemoryFlowStore());
    const flowId = await executor.executeFlow(waits);
    await executor.signal(flowId, "go", { payload: null });
    expect((await executor.waitFor(flowId)).output).toMatchObject({ payload: null });
  });

  it("takes no moment that is none", async () => {
    const executor = await open(createMemoryFlowStore());
    const flow = newFlow("x").addStep(newStep("u").sleepUntil("0.0 / 0.0").build()).build();
    const result = await executor.waitFor(await executor.executeFlow(flow), { timeoutMs: 1000 });
    expect(result).toMatchObject({ status: "Failed", error: { kind: "Expression" } });
  });
});

describe.skipIf(redisVersion() === null)("runs that a foreign hand damaged in Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it.each([
    ["a list of steps that is none", (id: string) => server.raw.hset(`flow:${id}`, "steps", "[oops")],
    ["a list of steps that is a number", (id: string) => server.raw.hset(`flow:${id}`, "steps", "7")],
    ["a step that is no hash", (id: string) => server.raw.set(`step:${id}:a`, "x")],
    [
      "an item of a step that is no hash",
      async (id: string) => {
        await server.raw.hset(`step:${id}:a`, "items", "1");
        await server.raw.set(`step:${id}:${itemId("a", 0)}`, "x");
      },
    ],
    [
      "a run that is no hash",
      async (id: string) => {
        await server.raw.del(`flow:${id}`);
        await server.raw.set(`flow:${id}`, "x");
      },
    ],
  ])("stop no other run: %s", async (_, damage) => {
    const context = freshContext();
    const store = () => createRedisFlowStore({ url: server.url, context });
    const client = await open(store(), { drive: false });
    const bad = await client.executeFlow(simple);
    await server.raw.del(`step:${bad}:a`);
    await damage(bad);
    const good = await client.executeFlow(simple);
    const errors: unknown[] = [];
    const executor = await open(store(), {
      onError: (error, id) => errors.push([id, String(error)]),
    });
    expect(await client.waitFor(good, { timeoutMs: 3000 })).toMatchObject({ status: "Completed" });
    await expect.poll(() => executor.held).toBe(0);
  });
});
