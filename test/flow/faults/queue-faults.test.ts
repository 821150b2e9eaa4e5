// Flows whose steps are tasks of a real queue: killed executors and workers, steps that never end, a server that restarts.

import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newFlow, newStep } from "../../../src/flow/definition/builder.ts";
import type { FlowDefinition } from "../../../src/flow/definition/types.ts";
import { FlowExecutor } from "../../../src/flow/executor/executor.ts";
import { Faults } from "../../../src/flow/explore/faults.ts";
import { createRedisFlowStore } from "../../../src/flow/redis/store.ts";
import { QueueRunner } from "../../../src/flow/runner/queue-runner.ts";
import { taskIdOf } from "../../../src/flow/runner/runner.ts";
import { openStore } from "../../../src/queue/open-store.ts";
import { createRedisStore } from "../../../src/queue/redis/store.ts";
import type { TaskStore } from "../../../src/queue/store.ts";
import { guarded, killed } from "../../support/child-guard.ts";
import { markingEngine, temporaryFolder, Workshop } from "../../support/queue-worker.ts";
import { type RedisServer, redisVersion, startCluster, startRedis } from "../../support/redis.ts";

const SOURCE = resolve(import.meta.dirname, "../../../src");
const LEASE_MS = 400;

describe.skipIf(redisVersion() === null)("steps on workers", () => {
  let server: RedisServer;
  let tasks: TaskStore;
  const marks = markingEngine();
  const opened: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    server = await startRedis({ config: { appendonly: "yes" } });
    tasks = createRedisStore({ url: server.url });
  });
  afterAll(async () => {
    await tasks.close();
    await server.stop();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  const workshop = async (): Promise<Workshop> => {
    const shop = await Workshop.open(createRedisStore({ url: server.url }), { engineModule: marks.module });
    opened.push({ close: () => shop.close().then(() => shop.store.close()) });
    return shop;
  };

  const executorFor = async (context: string): Promise<FlowExecutor> => {
    const executor = await FlowExecutor.connect(server.url, {
      context,
      leaseMs: LEASE_MS,
      checkScripts: false,
    });
    opened.push(executor);
    return executor;
  };

  /** What the queue knows of an attempt. */
  const task = (flowId: string, step: string, attempt = 1, undo = false) =>
    tasks.get({ id: taskIdOf(flowId, step, attempt, undo) });

  it("are tasks that say whose they are", async () => {
    const shop = await workshop();
    const executor = await executorFor(shop.context);
    const flow = newFlow("order")
      .addStep(newStep("a").script("input.n * 2").timeout(9).priority(3).build())
      .addStep(newStep("b").script("steps.a.output + 1").build())
      .build();
    const flowId = await executor.executeFlow(flow, { input: { n: 20 } });
    expect(await executor.waitFor(flowId)).toMatchObject({ status: "Completed", output: 41 });
    const [a, b] = [await task(flowId, "a"), await task(flowId, "b")];
    expect(a).toMatchObject({
      status: "completed",
      context: shop.context,
      callerId: "flow:order",
      args: '{"input":{"n":20}}',
      timeoutMs: 9000,
      priority: 3,
      maxAttempts: 1,
      output: "40",
    });
    expect(JSON.parse(a!.meta!)).toEqual({ flow: flowId, step: "a", attempt: 1 });
    expect(JSON.parse(b!.args!)).toEqual({
      steps: { a: { output: 40, status: "Completed", attempts: 1, error: null } },
    });
  });

  it("that never end are killed, retried, and undone", async () => {
    const shop = await workshop();
    const executor = await executorFor(shop.context);
    const flow = newFlow("x")
      .addStep(
        newStep("a")
          .script("loop { }")
          .timeout(0.3)
          .retry({ count: 1, delay: 0 })
          .compensate("`undone after ${error.kind}`")
          .build(),
      )
      .build();
    const flowId = await executor.executeFlow(flow);
    expect(await executor.waitFor(flowId)).toMatchObject({
      status: "Failed",
      error: { kind: "Timeout", interrupted: true },
    });
    expect((await executor.status(flowId)).steps[0]).toMatchObject({
      status: "Compensated",
      attemptCount: 2,
    });
    expect((await task(flowId, "a", 1, true))!.output).toBe('"undone after Timeout"');
    for (const attempt of [1, 2]) expect((await task(flowId, "a", attempt))!.status).not.toBe("processing");
  });

  it("that nobody runs time out, and leave no task behind", async () => {
    const executor = await executorFor("nobody-serves-this");
    const flow = newFlow("x").addStep(newStep("a").script("1").timeout(0.1).build()).build();
    const flowId = await executor.executeFlow(flow);
    expect(await executor.waitFor(flowId)).toMatchObject({ status: "Failed", error: { kind: "Timeout" } });
    expect((await task(flowId, "a"))!.status).toBe("cancelled");
  });

  it("may say that another attempt would not help", async () => {
    const shop = await workshop();
    const executor = await executorFor(shop.context);
    const script = 'throw #{ message: "no such card", retry: false }';
    const flow = newFlow("x").addStep(newStep("a").script(script).retries(5).build()).build();
    const flowId = await executor.executeFlow(flow);
    expect(await executor.waitFor(flowId)).toMatchObject({
      status: "Failed",
      error: { message: "no such card" },
    });
    expect((await executor.status(flowId)).steps[0].attemptCount).toBe(1);
  });

  it("are stopped when the flow is cancelled", async () => {
    const shop = await workshop();
    const executor = await executorFor(shop.context);
    const flow = newFlow("x").addStep(newStep("a").script('mark("cancel-me"); sleep(60)').build()).build();
    const flowId = await executor.executeFlow(flow);
    await marks.marked("cancel-me");
    await executor.cancel(flowId);
    expect((await executor.waitFor(flowId)).status).toBe("Cancelled");
    expect((await task(flowId, "a"))!.status).toBe("cancelled");
  });

  it("outlive their executor: another one hears of their results", async () => {
    const shop = await workshop();
    const flow = threeSteps("kill");
    const child = await executorProcess(shop.context, flow);
    const flowId = await child.flowId;
    await marks.marked("kill-b");
    await killed(child.process);
    const executor = await executorFor(shop.context);
    expect(await executor.waitFor(flowId)).toMatchObject({ status: "Completed", output: "abc" });
    await expectEachOnce(flowId);
    expect(new Set((await executor.history(flowId)).map(({ by }) => by)).size).toBe(2);
  });

  it("are not disturbed by an executor that wakes up late", async () => {
    const shop = await workshop();
    const flow = threeSteps("late");
    const child = await executorProcess(shop.context, flow);
    const flowId = await child.flowId;
    await marks.marked("late-b");
    child.process.kill("SIGSTOP");
    const executor = await executorFor(shop.context);
    expect(await executor.waitFor(flowId)).toMatchObject({ status: "Completed", output: "abc" });
    const history = await executor.history(flowId);
    child.process.kill("SIGCONT");
    // It learns of b's end, tries to go on, and is refused.
    await expect.poll(() => child.output(), { timeout: 10_000 }).toContain("held 0");
    expect(await executor.history(flowId)).toEqual(history);
    await expectEachOnce(flowId);
    await killed(child.process);
  });

  it("survive their server: it is killed and started anew with its files", async () => {
    const shop = await workshop();
    const executor = await executorFor(shop.context);
    const flow = newFlow("x")
      .addStep(newStep("a").script('mark("restart-a"); sleep(0.5); 1').build())
      .addStep(newStep("w").sleep(0.3).build())
      .addStep(newStep("b").script("steps.a.output + 1").build())
      .build();
    const ids = await Promise.all([1, 2, 3, 4].map(() => executor.executeFlow(flow)));
    await marks.marked("restart-a");
    await server.restart();
    for (const id of ids)
      expect(await executor.waitFor(id, { timeoutMs: 20_000 })).toMatchObject({
        status: "Completed",
        output: 2,
      });
  });

  it("are recorded once, wherever their executor dies", async () => {
    const shop = await workshop();
    const flow = threeSteps("sample");
    const flowStore = () => createRedisFlowStore({ url: server.url, context: shop.context });
    const runner = () => new QueueRunner({ store: tasks, context: shop.context });
    for (const number of [2, 3, 4, 5, 6, 7, 8]) {
      for (const when of ["before", "after"] as const) {
        const faults = new Faults({ number, when });
        const inner = { store: flowStore(), runner: runner() };
        const first = await FlowExecutor.open(
          { store: faults.store(inner.store), runner: faults.runner(inner.runner) },
          { leaseMs: LEASE_MS, checkScripts: false },
        );
        void first.executeFlow(flow, { key: `${number} ${when}` });
        await expect.poll(() => faults.dead, { timeout: 10_000, interval: 5 }).toBe(true);
        const second = await FlowExecutor.open(
          { store: flowStore(), runner: runner() },
          { leaseMs: LEASE_MS, checkScripts: false },
        );
        const flowId = await second.executeFlow(flow, { key: `${number} ${when}` });
        expect(await second.waitFor(flowId, { timeoutMs: 20_000 })).toMatchObject({
          status: "Completed",
          output: "abc",
        });
        await expectEachOnce(flowId);
        await second.close();
        await inner.store.close();
      }
    }
  }, 60_000);

  it("work on a cluster, where ids begin with their context", async () => {
    const cluster = await startCluster();
    const url = cluster.url.replace("redis://", "redis+cluster://");
    const store = openStore(url);
    const shop = await Workshop.open(store);
    const executor = await FlowExecutor.connect(url, { context: shop.context });
    const inner = newFlow("inner").addStep(newStep("x").script("input + 1").build()).build();
    const flow = newFlow("x")
      .addStep(newStep("a").script("20").build())
      .addStep(newStep("e").forEach("[1, 2]").flow(inner).build())
      .addStep(newStep("w").waitFor("paid").build())
      .addStep(newStep("b").script("steps.a.output * 2 + steps.e.output[0]").build())
      .build();
    const flowId = await executor.executeFlow(flow, { key: "k" });
    expect(flowId).toMatch(new RegExp(`^\\{${shop.context}\\}\\w+$`));
    expect(await executor.executeFlow(flow, { key: "k" })).toBe(flowId);
    // Without the context in front it is the same run.
    await executor.signal(flowId.replace(/^\{.*\}/, ""), "paid");
    expect(await executor.waitFor(flowId)).toMatchObject({ status: "Completed", output: 42 });
    await executor.close();
    await shop.close();
    await store.close();
    await cluster.stop();
  }, 60_000);

  /** Steps that tell where they are. */
  function threeSteps(name: string): FlowDefinition {
    return newFlow("three")
      .addStep(newStep("a").script('"a"').build())
      .addStep(newStep("b").script(`mark("${name}-b"); sleep(0.05); steps.a.output + "b"`).build())
      .addStep(newStep("c").script('steps.b.output + "c"').build())
      .build();
  }

  async function expectEachOnce(flowId: string): Promise<void> {
    for (const step of ["a", "b", "c"]) {
      expect(await task(flowId, step)).toMatchObject({ status: "completed", attempts: 1 });
      expect(await task(flowId, step, 2)).toBeNull();
    }
  }

  /** An executor in a process of its own, which starts the flow and then reports how many runs it holds. */
  async function executorProcess(
    context: string,
    flow: FlowDefinition,
  ): Promise<{ process: ChildProcess; flowId: Promise<string>; output: () => string }> {
    const outfile = join(temporaryFolder(), "executor.mjs");
    // Bundled: starting from the sources takes ten times as long.
    buildSync({
      stdin: {
        contents: `import { FlowExecutor } from ${JSON.stringify(join(SOURCE, "flow/executor/executor.ts"))};
const options = { context: ${JSON.stringify(context)}, leaseMs: ${LEASE_MS}, checkScripts: false };
const executor = await FlowExecutor.connect(${JSON.stringify(server.url)}, options);
console.log("flow " + (await executor.executeFlow(${JSON.stringify(flow)})));
setInterval(() => console.log("held " + executor.held), 100);`,
        resolveDir: SOURCE,
      },
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "error",
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire("/");' },
    });
    const child = guarded(spawn(process.execPath, [outfile], { stdio: ["ignore", "pipe", "inherit"] }));
    let output = "";
    const flowId = new Promise<string>((found) => {
      child.stdout!.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        const match = /^flow (\S+)$/m.exec(output);
        if (match !== null) found(match[1]);
      });
    });
    return { process: child, flowId, output: () => output };
  }
});
