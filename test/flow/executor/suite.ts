// The suite that the executor has to pass on every store: what programs are promised, with scripts that really run.

import { afterEach, describe, expect, it } from "vitest";
import { newFlow, newStep } from "../../../src/flow/definition/builder.ts";
import { isFlowError } from "../../../src/flow/errors.ts";
import { FlowExecutor } from "../../../src/flow/executor/executor.ts";
import type { FlowExecutorOptions } from "../../../src/flow/executor/options.ts";
import { EngineRunner } from "../../../src/flow/runner/engine-runner.ts";
import type { StepRunner } from "../../../src/flow/runner/runner.ts";
import type { FlowStore } from "../../../src/flow/store.ts";
import { Engine } from "../../../src/runtime/engine.ts";

export interface ExecutorSetup {
  readonly name: string;
  /** A function that opens a context of its own, any number of times. */
  readonly context: () => () => FlowStore;
}

/** Scripts' effects, in their order. */
class World {
  readonly done: string[] = [];
  readonly #open = new Map<string, () => void>();

  /** An engine whose scripts can note what they do, and wait until the test lets them go on. */
  runner(): StepRunner {
    const engine = new Engine().onPrint(() => undefined);
    engine.registerFn("note", ["string"], (text: string) => {
      this.done.push(text);
    });
    engine.registerAsyncFn("gate", ["string"], (name: string) => {
      this.done.push(name);
      return new Promise<void>((resolve) => this.#open.set(name, resolve));
    });
    return new EngineRunner({ engine });
  }

  async reached(name: string): Promise<void> {
    await until(() => this.#open.has(name));
  }

  open(name: string): void {
    this.#open.get(name)?.();
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function expectCode(promise: Promise<unknown>, code: string): Promise<void> {
  const error = await promise.catch((reason: unknown) => reason);
  expect(isFlowError(error) ? error.code : error).toBe(code);
}

const AT_ONCE = { count: 2, delay: 0 } as const;

export function testFlowExecutor({ name, context }: ExecutorSetup): void {
  const opened: FlowExecutor[] = [];
  const open = async (
    store: FlowStore,
    runner: StepRunner = new EngineRunner(),
    options: FlowExecutorOptions = {},
  ): Promise<FlowExecutor> => {
    const executor = await FlowExecutor.open({ store, runner }, options);
    opened.push(executor);
    return executor;
  };
  const fresh = (runner?: StepRunner, options?: FlowExecutorOptions) => open(context()(), runner, options);

  describe(`flow executor: ${name}`, () => {
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((executor) => executor.close()));
    });

    it("returns the id at once, and runs the steps in their order with their variables", async () => {
      const world = new World();
      const executor = await fresh(world.runner());
      const flow = newFlow("order")
        .addStep(newStep("one").script('gate("one"); input.n + 1').build())
        .addStep(newStep("two").script("steps.one.output * 2").inputs({ extra: "input.n" }).build())
        .addStep(
          newStep("three")
            .script("#{ all: [steps.one.output, steps.two.output], id: flow.id, step: step.attempt }")
            .build(),
        )
        .build();
      const flowId = await executor.executeFlow(flow, { input: { n: 20 } });
      await world.reached("one");
      expect(await executor.status(flowId)).toMatchObject({
        flowId,
        status: "Running",
        currentStep: "one",
        completedSteps: [],
      });
      world.open("one");
      const result = await executor.waitFor(flowId);
      expect(result).toEqual({
        flowId,
        status: "Completed",
        output: { all: [21, 42], id: flowId, step: 1 },
        error: null,
      });
      expect(await executor.status(flowId)).toMatchObject({
        currentStep: null,
        completedSteps: ["one", "two", "three"],
        steps: [
          { stepId: "one", status: "Completed", attemptCount: 1, output: 21 },
          { stepId: "two", output: 42 },
          {},
        ],
      });
    });

    it("writes down every transition with its time", async () => {
      const executor = await fresh();
      const flow = newFlow("x")
        .addStep(newStep("a").script("1").build())
        .addStep(newStep("b").script("2").build())
        .build();
      const flowId = await executor.executeFlow(flow);
      await executor.waitFor(flowId);
      const history = await executor.history(flowId);
      expect(history.map(({ number }) => number)).toEqual(history.map((_, i) => i + 1));
      expect(history.flatMap(({ changes }) => changes)).toEqual([
        { step: "a", status: "Running", attempt: 1 },
        { status: "Running" },
        { step: "a", status: "Completed", attempt: 1 },
        { step: "b", status: "Running", attempt: 1 },
        { step: "b", status: "Completed", attempt: 1 },
        { status: "Completed" },
      ]);
      for (const { at, by } of history) {
        expect(Math.abs(at - Date.now())).toBeLessThan(10_000);
        expect(by).toBe(executor.executorId);
      }
      expect(await executor.history(flowId, 2)).toEqual(history.slice(2));
    });

    it("tells of transitions as they happen", async () => {
      const executor = await fresh();
      const flow = newFlow("x").addStep(newStep("a").script("1").build()).build();
      const seen: string[] = [];
      const stop = new AbortController();
      const watching = (async () => {
        for await (const { flowId, changes } of executor.events({ after: "0", signal: stop.signal })) {
          seen.push(...changes.map(({ step, status }) => `${step ?? flowId} ${status}`));
          if (seen.at(-1)?.endsWith("Completed")) break;
        }
      })();
      const flowId = await executor.executeFlow(flow);
      await watching;
      expect(seen).toEqual(["a Running", `${flowId} Running`, "a Completed", `${flowId} Completed`]);
    });

    it("retries what failed, and undoes what was done when that does not help", async () => {
      const world = new World();
      const executor = await fresh(world.runner());
      const flow = newFlow("x")
        .addStep(newStep("a").script('note("a"); 7').compensate("note(`undo a ${output}`)").build())
        .addStep(newStep("b").script('note(`b ${step.attempt}`); throw "no"').retry(AT_ONCE).build())
        .build();
      const flowId = await executor.executeFlow(flow);
      const result = await executor.waitFor(flowId);
      expect(result).toMatchObject({
        status: "Failed",
        error: { kind: "ErrorRuntime", message: "Runtime error: no", step: "b" },
      });
      expect(world.done).toEqual(["a", "b 1", "b 2", "b 3", "undo a 7"]);
      expect((await executor.status(flowId)).steps[0]).toMatchObject({
        status: "Compensated",
        compensation: { status: "Completed" },
      });
    });

    it("starts one run for one key, from whichever executor", async () => {
      const store = context();
      const [one, two] = [await open(store()), await open(store())];
      const flow = newFlow("x").addStep(newStep("a").script("1").build()).build();
      const ids = await Promise.all(
        [one, two, one, two].map((executor) => executor.executeFlow(flow, { key: "k" })),
      );
      expect(new Set(ids).size).toBe(1);
      await one.waitFor(ids[0]);
      expect(await two.executeFlow(flow, { key: "k" })).toBe(ids[0]);
      expect(await two.executeFlow(flow, { key: "other" })).not.toBe(ids[0]);
    });

    it("checks the input, the scripts and the flow before anything is started", async () => {
      const executor = await fresh();
      const schema = { type: "object", required: ["n"], properties: { n: { type: "integer" } } };
      const flow = newFlow("x").input(schema).addStep(newStep("a").script("input.n").build()).build();
      await expectCode(executor.executeFlow(flow, { input: { n: "1" } }), "input");
      await expectCode(executor.executeFlow(flow, { input: { n: () => 1 } }), "input");
      const broken = newFlow("x").addStep(newStep("a").script("let = 1").build()).build();
      await expectCode(executor.executeFlow(broken), "definition");
      await expectCode(executor.executeFlow({ name: "x", steps: [] }), "definition");
      expect((await executor.counts()).total).toBe(0);
      await executor.waitFor(await executor.executeFlow(flow, { input: { n: 1 } }));
    });

    it("delivers signals once, also those that come before anybody waits", async () => {
      const world = new World();
      const executor = await fresh(world.runner());
      const flow = newFlow("x")
        .addStep(newStep("a").script('gate("a")').build())
        .addStep(newStep("w").waitFor("paid", { key: "input.order" }).build())
        .addStep(newStep("v").waitFor("paid").build())
        .build();
      const flowId = await executor.executeFlow(flow, { input: { order: 7 } });
      await world.reached("a");
      expect(await executor.signal(flowId, "paid", { key: "7", payload: { n: 1 }, id: "evt_1" })).toBe(
        "stored",
      );
      expect(await executor.signal(flowId, "paid", { key: "7", payload: { n: 2 }, id: "evt_1" })).toBe(
        "duplicate",
      );
      world.open("a");
      await until(async () => (await executor.status(flowId)).currentStep === "v");
      expect((await executor.status(flowId)).status).toBe("Waiting");
      expect(await executor.signal(flowId, "paid", { payload: 3, id: "evt_2" })).toBe("stored");
      const { output } = await executor.waitFor(flowId);
      expect(output).toEqual({ event: "paid", key: null, payload: 3, timed_out: false });
      expect((await executor.status(flowId)).steps[1].output).toMatchObject({ payload: { n: 1 } });
      await expectCode(executor.signal(flowId, "paid"), "wrongState");
      await expectCode(executor.signal("nobody", "paid"), "notFound");
    });

    it("finds the run that waits for an event by its key", async () => {
      const executor = await fresh();
      const flow = newFlow("x")
        .addStep(newStep("w").waitFor("paid", { key: "input.order" }).build())
        .build();
      expect(await executor.deliver("paid", { key: "9", payload: "early" })).toEqual({ ids: [], kept: true });
      const [seven, nine] = [
        await executor.executeFlow(flow, { input: { order: 7 } }),
        await executor.executeFlow(flow, { input: { order: 9 } }),
      ];
      expect(await executor.waitFor(nine)).toMatchObject({ output: { payload: "early" } });
      await until(async () => (await executor.status(seven)).status === "Waiting");
      expect((await executor.deliver("paid", { key: "7" })).ids).toEqual([seven]);
      await executor.waitFor(seven);
    });

    it("cancels: the running script is stopped, what was done is undone", async () => {
      const world = new World();
      const executor = await fresh(world.runner());
      const flow = newFlow("x")
        .addStep(newStep("a").script("7").compensate("note(`undo a`)").build())
        .addStep(newStep("b").script('gate("b")').compensate("note(`undo b ${output}`)").build())
        .build();
      const flowId = await executor.executeFlow(flow);
      await world.reached("b");
      expect(await executor.cancel(flowId, "changed my mind")).toBe("requested");
      expect(await executor.waitFor(flowId)).toMatchObject({
        status: "Cancelled",
        error: { message: "changed my mind" },
      });
      // Nobody knows how far b came.
      expect(world.done).toEqual(["b", "undo b ", "undo a"]);
      expect(await executor.cancel(flowId)).toBe("ended");
      await expectCode(executor.cancel("nobody"), "notFound");
    });

    it("pauses and resumes", async () => {
      const world = new World();
      const executor = await fresh(world.runner());
      const flow = newFlow("x")
        .addStep(newStep("a").script('gate("a")').build())
        .addStep(newStep("b").script('note("b")').build())
        .build();
      const flowId = await executor.executeFlow(flow);
      await world.reached("a");
      await executor.pause(flowId);
      await until(async () => (await executor.status(flowId)).status === "Paused");
      world.open("a");
      await until(async () => (await executor.status(flowId)).completedSteps.includes("a"));
      expect(await executor.status(flowId)).toMatchObject({ status: "Paused", currentStep: null });
      expect(world.done).toEqual(["a"]);
      await executor.resume(flowId);
      expect((await executor.waitFor(flowId)).status).toBe("Completed");
      await expectCode(executor.pause(flowId), "wrongState");
    });

    it("runs steps over arrays, and flows inside of flows", async () => {
      const executor = await fresh();
      const square = newFlow("square").addStep(newStep("s").script("input * input").build()).build();
      const flow = newFlow("x")
        .addStep(newStep("each").forEach("input.list", { limit: 2 }).flow(square).build())
        .addStep(newStep("sum").script("let sum = 0; for n in steps.each.output { sum += n } sum").build())
        .build();
      const flowId = await executor.executeFlow(flow, { input: { list: [1, 2, 3, 4] } });
      expect(await executor.waitFor(flowId)).toMatchObject({ status: "Completed", output: 30 });
      const { flows } = await executor.list({ name: "square" });
      expect(flows).toHaveLength(4);
      expect(flows.every(({ parent }) => parent?.flowId === flowId)).toBe(true);
    });

    it("undoes a completed flow inside when the outer one fails", async () => {
      const world = new World();
      const executor = await fresh(world.runner());
      const inner = newFlow("inner")
        .addStep(newStep("x").script('note("x")').compensate('note("undo x")').build())
        .addStep(newStep("y").script('note("y")').compensate('note("undo y")').build())
        .build();
      const flow = newFlow("outer")
        .addStep(newStep("in").flow(inner).build())
        .addStep(newStep("bad").script('throw "no"').build())
        .build();
      const flowId = await executor.executeFlow(flow);
      expect(await executor.waitFor(flowId)).toMatchObject({ status: "Failed", error: { step: "bad" } });
      expect(world.done).toEqual(["x", "y", "undo y", "undo x"]);
      expect((await executor.list({ name: "inner" })).flows).toMatchObject([{ status: "Cancelled" }]);
    });

    it("says what could not be undone, and tries it again when asked to", async () => {
      const world = new World();
      const executor = await fresh(world.runner());
      const undo = 'note("undo a"); if output == 1 { throw "cannot" }';
      const flow = newFlow("x")
        .addStep(
          newStep("a")
            .script("1")
            .compensate({ script: undo, retry: { count: 1, delay: 0 } })
            .build(),
        )
        .addStep(newStep("b").script('throw "no"').build())
        .build();
      const flowId = await executor.executeFlow(flow);
      await executor.waitFor(flowId);
      const { flows } = await executor.list({ uncompensated: true });
      expect(flows).toMatchObject([{ flowId, status: "Failed", uncompensatedSteps: ["a"] }]);
      await executor.retryCompensation(flowId);
      await until(() => world.done.length === 3);
      await until(async () => (await executor.status(flowId)).status === "Failed");
      expect((await executor.counts()).uncompensated).toBe(1);
      const fine = await executor.executeFlow(newFlow("y").addStep(newStep("a").script("1").build()).build());
      await executor.waitFor(fine);
      await expectCode(executor.retryCompensation(fine), "wrongState");
    });

    it("runs again what failed with what has succeeded, or from a chosen step", async () => {
      const world = new World();
      const runner = world.runner();
      const executor = await fresh(runner);
      const flow = newFlow("x")
        .addStep(newStep("a").script('note("a"); 1').build())
        .addStep(
          newStep("e")
            .forEach("[1, 2]")
            .script('note(`e${item}`); if item == 2 && !input.well { throw "no" } item')
            .build(),
        )
        .addStep(newStep("c").script('note("c"); steps.e.output').build())
        .build();
      const first = await executor.executeFlow(flow, { input: { well: false } });
      expect((await executor.waitFor(first)).status).toBe("Failed");
      const again = await executor.rerun(first);
      expect((await executor.waitFor(again)).status).toBe("Failed");
      expect(world.done.join(" ")).toMatch(/^a e1 e2 e2$/);
      const well = await executor.rerun(first, { input: { well: true } });
      expect(await executor.waitFor(well)).toMatchObject({ status: "Completed", output: [1, 2] });
      expect(world.done.join(" ")).toBe("a e1 e2 e2 e1 e2 c");
      expect(await executor.status(well)).toMatchObject({ rerunOf: first });
      const from = await executor.rerun(well, { from: "c" });
      await executor.waitFor(from);
      expect(world.done.join(" ")).toBe("a e1 e2 e2 e1 e2 c c");
      await expectCode(executor.rerun(well, { from: "z" }), "invalid");
      await expectCode(executor.rerun("nobody"), "notFound");
    });

    it("takes up a run whose executor closed, where that one left it", async () => {
      const store = context();
      const [world, other] = [new World(), new World()];
      const first = await open(store(), world.runner());
      const flow = newFlow("x")
        .addStep(newStep("a").script('note("a"); 1').build())
        .addStep(newStep("b").script('gate("b"); steps.a.output + 1').build())
        .build();
      const flowId = await first.executeFlow(flow);
      await world.reached("b");
      // It gives its runs back; the script that ran in its process is gone with it.
      await first.close();
      const second = await open(store(), other.runner());
      await other.reached("b");
      other.open("b");
      expect(await second.waitFor(flowId)).toMatchObject({ status: "Completed", output: 2 });
      expect([world.done, other.done]).toEqual([["a", "b"], ["b"]]);
      expect(new Set((await second.history(flowId)).map(({ by }) => by)).size).toBe(2);
    });

    it("lets any number of executors share the runs, each advanced by one at a time", async () => {
      const world = new World();
      const store = context();
      const runner = world.runner();
      const shared: StepRunner = { ...bound(runner), close: async () => undefined };
      const executors = await Promise.all([1, 2, 3].map(() => open(store(), shared, { maxRuns: 4 })));
      const flow = newFlow("x")
        .addStep(newStep("a").script("note(`a ${flow.id}`)").build())
        .addStep(newStep("w").waitFor("go").build())
        .addStep(newStep("b").script("note(`b ${flow.id}`)").build())
        .build();
      const ids = await Promise.all(
        Array.from({ length: 30 }, (_, i) => executors[i % 3].executeFlow(flow, { input: { i } })),
      );
      await Promise.all(ids.map((id, i) => executors[(i + 1) % 3].signal(id, "go")));
      const results = await Promise.all(ids.map((id) => executors[0].waitFor(id)));
      expect(results.every(({ status }) => status === "Completed")).toBe(true);
      expect([...world.done].sort()).toEqual(ids.flatMap((id) => [`a ${id}`, `b ${id}`]).sort());
    });

    it("only starts and looks, if told not to drive", async () => {
      const store = context();
      const client = await open(store(), new EngineRunner(), { drive: false });
      const flow = newFlow("x").addStep(newStep("a").script("1").build()).build();
      const flowId = await client.executeFlow(flow);
      expect(await client.status(flowId)).toMatchObject({ status: "Created", currentStep: null });
      await expectCode(client.waitFor(flowId, { timeoutMs: 30 }), "timeout");
      const driver = await open(store());
      expect((await client.waitFor(flowId)).status).toBe("Completed");
      expect((await driver.counts()).Completed).toBe(1);
      await expectCode(client.waitFor("nobody"), "notFound");
      expect(await client.remove(flowId)).toBe(true);
      await expectCode(client.status(flowId), "notFound");
    });

    it("keeps the definition that a run began with, also with another executor", async () => {
      const store = context();
      const [world, other] = [new World(), new World()];
      const executor = await open(store(), world.runner());
      const make = (result: string) =>
        newFlow("x")
          .addStep(newStep("a").script('gate("a")').build())
          .addStep(newStep("b").script(`"${result}"`).build())
          .build();
      const old = await executor.executeFlow(make("old"));
      await world.reached("a");
      await executor.close();
      const second = await open(store(), other.runner());
      await other.reached("a");
      other.open("a");
      const fresh = await second.executeFlow(make("new"));
      await until(() => other.done.length === 2);
      other.open("a");
      expect((await second.waitFor(old)).output).toBe("old");
      expect((await second.waitFor(fresh)).output).toBe("new");
    });

    it("ends waits when it is closed", async () => {
      const executor = await fresh();
      const flow = newFlow("x").addStep(newStep("w").waitFor("go").build()).build();
      const flowId = await executor.executeFlow(flow);
      const waiting = executor.waitFor(flowId);
      waiting.catch(() => undefined);
      await executor.close();
      await expectCode(waiting, "closed");
      await expectCode(executor.executeFlow(flow), "closed");
    });
  });
}

function bound(runner: StepRunner): StepRunner {
  return {
    run: (job, signal) => runner.run(job, signal),
    stop: (job) => runner.stop(job),
    checkScript: (script, step) => runner.checkScript?.(script, step) ?? null,
    close: () => runner.close(),
  };
}
