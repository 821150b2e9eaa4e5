// Moments of stopping: executors that close while calls are under way, runs that are stopped while they begin, full slots.

import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { newFlow, newStep } from "../../../src/flow/definition/builder.ts";
import { FlowExecutor } from "../../../src/flow/executor/executor.ts";
import type { FlowExecutorOptions } from "../../../src/flow/executor/options.ts";
import { Waiting } from "../../../src/flow/executor/waiting.ts";
import { createMemoryFlowStore } from "../../../src/flow/memory/store.ts";
import { EngineRunner } from "../../../src/flow/runner/engine-runner.ts";
import { QueueRunner } from "../../../src/flow/runner/queue-runner.ts";
import type { FlowStore } from "../../../src/flow/store.ts";
import { systemClock } from "../../../src/queue/clock.ts";
import { createMemoryStore } from "../../../src/queue/memory/store.ts";
import { Engine } from "../../../src/runtime/engine.ts";
import { stepJob } from "../step-job.ts";

/** A place where calls wait until they are let go. */
class Gate {
  #open: () => void = () => undefined;
  #reach: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });
  /** Resolves when the first call has come. */
  readonly reached = new Promise<void>((resolve) => {
    this.#reach = resolve;
  });

  open(): void {
    this.#open();
  }

  async pass(): Promise<void> {
    this.#reach();
    await this.opened;
  }
}

describe("an executor that stops", () => {
  const opened: FlowExecutor[] = [];
  const done: string[] = [];
  afterEach(async () => {
    done.length = 0;
    await Promise.all(opened.splice(0).map((executor) => executor.close()));
  });

  const runner = () =>
    new EngineRunner({
      engine: new Engine().registerFn("note", ["string"], (text: string) => {
        done.push(text);
      }),
    });

  /** Executors of one store, which none of them closes. */
  function world() {
    const store: FlowStore = { ...createMemoryFlowStore(), close: async () => undefined };
    const open = async (verbs: Partial<FlowStore> = {}, options: FlowExecutorOptions = {}) => {
      const executor = await FlowExecutor.open({ store: { ...store, ...verbs }, runner: runner() }, options);
      opened.push(executor);
      return executor;
    };
    return { store, open };
  }

  const one = newFlow("one").addStep(newStep("a").script('note("a"); 7').build()).build();

  it("gives back a run that it was just about to begin, and begins it no more", async () => {
    const { store, open } = world();
    const gate = new Gate();
    const late = await open({
      start: async (params) => {
        const started = await store.start(params);
        await gate.pass();
        return started;
      },
    });
    const starting = late.executeFlow(one);
    await gate.reached;
    const closing = late.close();
    gate.open();
    const flowId = await starting;
    await closing;
    await systemClock.sleep(5);
    expect(done).toEqual([]);
    const next = await open();
    expect(await next.waitFor(flowId, { timeoutMs: 3000 })).toMatchObject({ status: "Completed", output: 7 });
    expect(done).toEqual(["a"]);
  });

  it("gives back what it was just about to take up", async () => {
    const { store, open } = world();
    const client = await open({}, { drive: false });
    const flowId = await client.executeFlow(one);
    const gate = new Gate();
    const late = await open({
      claim: async (params) => {
        const claimed = await store.claim(params);
        await gate.pass();
        return claimed;
      },
    });
    await gate.reached;
    const closing = late.close();
    gate.open();
    await closing;
    expect(done).toEqual([]);
    await open();
    expect(await client.waitFor(flowId, { timeoutMs: 3000 })).toMatchObject({ status: "Completed" });
    expect(done).toEqual(["a"]);
  });

  it("is closed for everybody who closes it when it is, not before", async () => {
    const { store, open } = world();
    const gate = new Gate();
    let closed = 0;
    const executor = await open({
      release: async (lease) => {
        await gate.pass();
        await store.release(lease);
      },
      close: async () => {
        closed++;
      },
    });
    const flow = newFlow("x").addStep(newStep("s").sleep(1).build()).build();
    await executor.executeFlow(flow);
    await expect.poll(() => executor.held).toBe(1);
    let seconds = 0;
    const first = executor.close();
    const second = executor.close().then(() => {
      seconds++;
    });
    await gate.reached;
    await systemClock.sleep(5);
    expect([seconds, closed]).toEqual([0, 0]);
    gate.open();
    await Promise.all([first, second]);
    expect([seconds, closed]).toEqual([1, 1]);
  });

  it("holds no more runs than it may, however many are started at once", async () => {
    const { store } = world();
    const gate = new Gate();
    let most = 0;
    const engine = new Engine().registerAsyncFn("work", [], async () => {
      most = Math.max(most, busy.held);
      await gate.pass();
    });
    const busy: FlowExecutor = await FlowExecutor.open(
      { store, runner: new EngineRunner({ engine }) },
      { maxRuns: 3, pace: { lookMs: 60_000 } },
    );
    opened.push(busy);
    const flow = newFlow("x").addStep(newStep("a").script("work()").build()).build();
    const ids = await Promise.all(Array.from({ length: 20 }, () => busy.executeFlow(flow)));
    await gate.reached;
    gate.open();
    for (const id of ids) expect((await busy.waitFor(id, { timeoutMs: 3000 })).status).toBe("Completed");
    expect(most).toBe(3);
  });

  it("cancels the run of a nested flow that was just being started", async () => {
    const { store, open } = world();
    const gate = new Gate();
    const executor = await open({
      start: async (params) => {
        if (params.name === "child") await gate.pass();
        return await store.start(params);
      },
    });
    const child = newFlow("child").addStep(newStep("w").waitFor("never").build()).build();
    const flow = newFlow("x").addStep(newStep("c").flow(child).build()).build();
    const flowId = await executor.executeFlow(flow);
    await gate.reached;
    await executor.cancel(flowId);
    await expect
      .poll(async () => (await store.get({ id: flowId }))!.steps.get("c")!.stopping)
      .toBe("cancelled");
    gate.open();
    expect((await executor.waitFor(flowId, { timeoutMs: 3000 })).status).toBe("Cancelled");
    expect((await executor.counts()).Cancelled).toBe(2);
  });

  it("takes a nested run that has vanished for one that has stopped", async () => {
    const { store, open } = world();
    const executor = await open({
      send: async (params) => (params.id.includes(".c.") ? ("notFound" as const) : await store.send(params)),
    });
    const child = newFlow("child").addStep(newStep("w").waitFor("never").build()).build();
    const flow = newFlow("x").addStep(newStep("c").flow(child).build()).build();
    const flowId = await executor.executeFlow(flow);
    await expect.poll(async () => (await executor.counts()).Waiting).toBe(1);
    await executor.cancel(flowId);
    expect((await executor.waitFor(flowId, { timeoutMs: 3000 })).status).toBe("Cancelled");
  });

  it("stops a step whose task was just being handed to the queue", async () => {
    const queue = createMemoryStore();
    const gate = new Gate();
    const slow = new QueueRunner({
      store: {
        ...queue,
        enqueue: async (params) => {
          await gate.pass();
          return await queue.enqueue(params);
        },
      },
      context: "steps",
    });
    const job = stepJob({ taskId: "flow:f:a:1" });
    const running = slow.run(job, new AbortController().signal);
    await gate.reached;
    const stopping = slow.stop(job);
    gate.open();
    await stopping;
    expect((await queue.get({ id: job.taskId, context: "steps" }))!.status).toBe("cancelled");
    expect(await running).toEqual({ kind: "stopped" });
    await slow.close();
    await queue.close();
  });

  it("leaves no listener behind for a wait that failed", async () => {
    const store = createMemoryFlowStore();
    const closing = new AbortController();
    const waiting = new Waiting(store, systemClock, closing.signal);
    await expect(waiting.wait("nobody")).rejects.toThrow("nobody");
    expect(getEventListeners(closing.signal, "abort")).toHaveLength(0);
    await store.close();
  });
});
