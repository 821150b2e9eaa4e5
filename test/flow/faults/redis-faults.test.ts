// What happens between an executor and its Redis: how often they talk, answers that get lost, no memory left, wrong clocks.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newFlow, newStep } from "../../../src/flow/definition/builder.ts";
import { FlowExecutor } from "../../../src/flow/executor/executor.ts";
import { systemClock } from "../../../src/queue/clock.ts";
import { isQueueError } from "../../../src/queue/errors.ts";
import { Engine } from "../../../src/runtime/engine.ts";
import { type RedisServer, redisVersion, startProxy, startRedis } from "../../support/redis.ts";
import { freshContext } from "../store/harness.ts";

describe.skipIf(redisVersion() === null)("an executor and its Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  function tenSteps(script = (i: number) => String(i)) {
    const flow = newFlow("ten");
    for (let i = 0; i < 10; i++) flow.addStep(newStep(`s${i}`).script(script(i)).build());
    return flow.build();
  }

  it("talk at most twice for each step, and once where many runs go side by side", async () => {
    const executor = await FlowExecutor.connect(server.url, {
      engine: new Engine(),
      context: freshContext(),
    });
    const flow = tenSteps();
    await executor.waitFor(await executor.executeFlow(flow));
    /** Calls of scripts; what they do inside of the server is no talk. */
    const outside = async () =>
      Number(/cmdstat_evalsha:calls=(\d+)/.exec(await server.raw.info("commandstats"))?.[1] ?? 0);
    const before = await outside();
    await executor.waitFor(await executor.executeFlow(flow));
    const alone = (await outside()) - before;
    expect(alone).toBeGreaterThanOrEqual(11);
    expect(alone).toBeLessThanOrEqual(20);
    const ids = await Promise.all(Array.from({ length: 50 }, () => executor.executeFlow(flow)));
    await Promise.all(ids.map((id) => executor.waitFor(id)));
    const together = (await outside()) - before - alone;
    expect(together / 50).toBeLessThan(alone / 2);
    await executor.close();
  });

  it("get over lost answers: what was written is not written again, what was not is", async () => {
    const proxy = await startProxy(server.port);
    const done: string[] = [];
    const engine = new Engine();
    engine.registerAsyncFn("work", ["string"], async (name: string) => {
      done.push(name);
      await systemClock.sleep(10);
      return name;
    });
    const context = freshContext();
    const executor = await FlowExecutor.connect(proxy.url, { engine, context, deadlineMs: 300 });
    const flow = tenSteps((i) => `work(\`\${input} ${i}\`)`);
    const ids = await Promise.all(
      Array.from({ length: 10 }, (_, i) => executor.executeFlow(flow, { input: i })),
    );
    for (const fault of ["swallowAnswers", "silence", "cut"] as const) {
      proxy[fault]();
      await systemClock.sleep(150);
      proxy.cut();
      proxy.heal();
      await systemClock.sleep(100);
    }
    for (const id of ids)
      expect(await executor.waitFor(id, { timeoutMs: 20_000 })).toMatchObject({ status: "Completed" });
    expect(done).toHaveLength(100);
    expect(new Set(done).size).toBe(100);
    const history = await executor.history(ids[0]);
    expect(
      history.flatMap(({ changes }) => changes).filter(({ status }) => status === "Completed"),
    ).toHaveLength(11);
    await executor.close();
    await proxy.stop();
  }, 40_000);

  it("end runs although the server has no memory left, and begin none", async () => {
    const small = await startRedis({ config: { maxmemory: "6mb", "maxmemory-policy": "noeviction" } });
    const release: (() => void)[] = [];
    const engine = new Engine().registerAsyncFn(
      "gate",
      [],
      () => new Promise<void>((resolve) => release.push(resolve)),
    );
    const executor = await FlowExecutor.connect(small.url, { engine, context: freshContext() });
    const flow = newFlow("x")
      .addStep(newStep("a").script("gate()").build())
      .addStep(newStep("b").script("7").build())
      .build();
    const flowId = await executor.executeFlow(flow);
    await expect.poll(() => release.length).toBe(1);
    for (const size of [100_000, 1000, 10]) {
      const fill = (i: number) => small.raw.set(`filler:${size}:${i}`, "x".repeat(size)).catch(() => null);
      for (let i = 0; (await fill(i)) !== null; i++);
    }
    const error = await executor.executeFlow(flow).catch((reason: unknown) => reason);
    expect(isQueueError(error, "outOfMemory")).toBe(true);
    release[0]();
    expect(await executor.waitFor(flowId)).toMatchObject({ status: "Completed", output: 7 });
    await executor.close();
    await small.stop();
  });

  it("go by the server's clock, whatever the executor's says", async () => {
    const hour = 3_600_000;
    const executor = await FlowExecutor.connect(server.url, {
      engine: new Engine(),
      context: freshContext(),
      clock: { now: () => Date.now() + hour, sleep: systemClock.sleep },
    });
    const flow = newFlow("x")
      .addStep(newStep("a").sleep(0.2).build())
      .addStep(newStep("b").script("1").timeout(60).build())
      .build();
    const flowId = await executor.executeFlow(flow);
    await executor.waitFor(flowId, { timeoutMs: 10_000 });
    const { createdAt, finishedAt } = await executor.status(flowId);
    expect(Math.abs(createdAt - Date.now())).toBeLessThan(60_000);
    expect(finishedAt! - createdAt).toBeLessThan(5000);
    await executor.close();
  });
});
