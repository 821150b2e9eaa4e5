// Runs as files: exported from a store and its queue, opened elsewhere, and done again with the results of then.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defineFlow } from "../../src/flow/definition/define.ts";
import type { FlowInput } from "../../src/flow/definition/schema.ts";
import { isFlowError } from "../../src/flow/errors.ts";
import { FlowExecutor } from "../../src/flow/executor/executor.ts";
import { exportRun } from "../../src/flow/export/export-run.ts";
import { importRun } from "../../src/flow/export/import-run.ts";
import { replayRun } from "../../src/flow/export/replay.ts";
import { parseRunFile, type RunFile } from "../../src/flow/export/run-file.ts";
import { createMemoryFlowStore } from "../../src/flow/memory/store.ts";
import { QueueRunner } from "../../src/flow/runner/queue-runner.ts";
import type { FlowStore } from "../../src/flow/store.ts";
import { openStore } from "../../src/queue/open-store.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import type { ClaimedTask } from "../../src/queue/task.ts";

const CONTEXT = "flow";

/** What the test's worker does with a task: a result, or an error. */
type Work = (task: ClaimedTask) => {
  readonly output?: string;
  readonly error?: string;
  readonly log?: string;
};

/** A queue whose worker is the test itself. */
class World {
  readonly store: FlowStore = createMemoryFlowStore();
  readonly tasks: TaskStore = openStore("memory://");
  executor!: FlowExecutor;
  readonly #over = new AbortController();
  #working: Promise<void> = Promise.resolve();

  async open(work: Work): Promise<void> {
    const runner = new QueueRunner({ store: this.tasks, context: CONTEXT });
    this.executor = await FlowExecutor.open({ store: this.store, runner });
    this.#working = this.#serve(work);
  }

  async #serve(work: Work): Promise<void> {
    const worker = { context: CONTEXT, workerId: "tester" };
    while (!this.#over.signal.aborted) {
      const { tasks, idle } = await this.tasks.claim({ ...worker, leaseMs: 60_000, limit: 10 });
      for (const task of tasks) {
        const { output, error, log } = work(task);
        const ref = { ...worker, id: task.id, token: task.token };
        if (log !== undefined) await this.tasks.log({ ...ref, lines: [{ level: "print", text: log }] });
        if (error === undefined) await this.tasks.complete({ ...ref, output: output ?? "null" });
        else
          await this.tasks.fail({
            ...ref,
            error: { kind: "ErrorRuntime", message: error },
            retryDelayMs: 0,
          });
      }
      if (tasks.length === 0 && idle !== null)
        await this.tasks.waitForWork({ context: CONTEXT, idle, timeoutMs: 1000, signal: this.#over.signal });
    }
  }

  /** Runs the flow to its end, and exports it, through text. */
  async recorded(
    flow: FlowInput,
    input: unknown,
    meanwhile?: (flowId: string) => Promise<unknown>,
  ): Promise<RunFile> {
    const flowId = await this.executor.executeFlow(defineFlow(flow), { input });
    await meanwhile?.(flowId);
    await this.executor.waitFor(flowId, { timeoutMs: 10_000 });
    return await this.exported(flowId);
  }

  async exported(flowId: string): Promise<RunFile> {
    const { store, tasks } = this;
    return parseRunFile(JSON.stringify(await exportRun({ store, tasks, context: CONTEXT }, flowId)));
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.#working;
    await this.executor.close();
    await this.tasks.close();
  }
}

const ORDER: FlowInput = {
  name: "order",
  steps: [
    { name: "check", script: "input.n + 1" },
    { name: "pay", script: "charge(steps.check.output)", retry: { count: 2, delay: 0.01, jitter: 0 } },
    { name: "approve", waitFor: { event: "approved", key: "input.n" } },
    { name: "pack", forEach: "[1, 2]", script: "item * steps.check.output" },
    { name: "send", flow: { name: "send", steps: [{ name: "label", script: '"L" + input.n' }] } },
  ],
};

let declined = 1;

/** Stands in for scripts: `pay` is declined as often as `declined` says. */
const work: Work = ({ id, args }) => {
  const step = id.split(":").at(-2);
  if (step === "check") return { output: "9007199254740993", log: `checking ${args}` };
  if (step === "pay") return declined-- > 0 ? { error: "card declined" } : { output: '{"id":"ch_1"}' };
  if (step?.startsWith("pack")) return { output: `"${step}"` };
  return { output: '"L7"' };
};

describe("a run as a file", () => {
  let world: World;

  beforeEach(async () => {
    declined = 1;
    world = new World();
    await world.open(work);
  });
  afterEach(() => world.close());

  const approve = (flowId: string) =>
    world.executor.signal(flowId, "approved", { key: "7", payload: { by: "ada" } });
  const record = () => world.recorded(ORDER, { n: 7 }, approve);

  it("holds definition, input, results, transitions, attempts and logs, of inner runs too", async () => {
    const file = await record();
    const [run, inner] = file.runs;
    expect(file.runs).toHaveLength(2);
    expect(run.flow).toMatchObject({ name: "order", status: "Completed", input: '{"n":7}' });
    expect(run.steps.check.output).toBe("9007199254740993");
    expect(inner.flow).toMatchObject({ name: "send", status: "Completed" });
    expect(inner.steps.label.output).toBe('"L7"');
    expect(file.definitions[run.flow.definition]).toMatchObject({ name: "order" });
    expect(run.history.at(-1)?.changes.at(-1)).toMatchObject({ status: "Completed" });
    const pays = file.attempts.filter(({ stepId }) => stepId === "pay");
    expect(
      pays.map(({ attempt, status, error, output }) => [attempt, status, error?.message ?? null, output]),
    ).toEqual([
      [1, "failed", "card declined", null],
      [2, "completed", null, '{"id":"ch_1"}'],
    ]);
    expect(file.attempts.find(({ stepId }) => stepId === "check")?.log[0].text).toMatch(
      /^checking \{"input":/,
    );
    expect(file.attempts.map(({ stepId }) => stepId).sort()).toEqual([
      ...["check", "label", "pack[0]", "pack[1]", "pay", "pay"],
    ]);
  });

  it("is in another store as it was in the first one", async () => {
    const file = await record();
    const other = createMemoryFlowStore();
    const flowId = await importRun(other, file);
    const executor = await FlowExecutor.open(
      { store: other, runner: new QueueRunner({ store: world.tasks, context: CONTEXT }) },
      { drive: false },
    );
    expect(await executor.status(flowId)).toEqual(await world.executor.status(flowId));
    const strip = (entries: readonly { readonly number: number }[]) => entries;
    expect(strip(await executor.history(flowId))).toEqual(strip(await world.executor.history(flowId)));
    expect(await executor.counts()).toMatchObject({ Completed: 2, total: 2 });
    expect((await other.orphans({ cursor: null })).ids).toEqual([]);
    const again = importRun(other, file).catch((error: unknown) => error);
    expect(isFlowError(await again, "invalid")).toBe(true);
    // An exported copy of the copy says the same, but for the tasks, which are elsewhere.
    const copy = await exportRun({ store: other, context: CONTEXT }, flowId);
    expect(copy.runs.map(({ steps }) => steps)).toEqual(file.runs.map(({ steps }) => steps));
    expect(copy.attempts.every(({ status }) => status === "unknown")).toBe(true);
    await executor.close();
  });

  it("comes out the same when it is done again with the results of then", async () => {
    const { flow, differences, hung } = await replayRun(await record());
    expect({ differences, hung }).toEqual({ differences: [], hung: false });
    expect(flow.status).toBe("Completed");
    expect(flow.steps.find(({ stepId }) => stepId === "pay")?.attemptCount).toBe(2);
  });

  it("comes out the same without the tasks' own records, from the state of the steps", async () => {
    const file = await record();
    const attempts = file.attempts.map((attempt) => ({ ...attempt, status: "unknown" as const }));
    expect((await replayRun({ ...file, attempts })).differences).toEqual([]);
  });

  it("goes on from any step", async () => {
    const file = await record();
    for (const from of ["check", "pay", "approve", "pack", "send"]) {
      const { flow, differences } = await replayRun(file, { from });
      expect({ from, status: flow.status, rerunOf: flow.rerunOf }).toEqual({
        from,
        status: "Completed",
        rerunOf: file.runs[0].flowId,
      });
      // Only that the steps before are not done again.
      expect(differences.filter((text) => !text.includes("status: was"))).toEqual([]);
    }
  });

  it("runs the scripts of live steps, with another definition if there is one", async () => {
    const file = await record();
    const steps = ORDER.steps.map((step) =>
      step.name === "pack" ? { ...step, script: "item * 100" } : step,
    );
    const definition = defineFlow({ ...ORDER, steps });
    const { flow, differences } = await replayRun(file, { from: "pack", live: ["pack"], definition });
    expect(flow.status).toBe("Completed");
    expect(flow.steps.find(({ stepId }) => stepId === "pack")?.output).toEqual([100, 200]);
    expect(differences).toContain('step pack: output: was ["pack[0]","pack[1]"], now [100,200]');
  });

  it("says what the record cannot answer", async () => {
    const file = await record();
    const definition = defineFlow({
      ...ORDER,
      steps: [...ORDER.steps, { name: "new", script: "1" }],
    });
    const { flow } = await replayRun(file, { definition });
    expect(flow).toMatchObject({ status: "Failed", error: { step: "new", kind: "NotRecorded" } });
    expect((await replayRun(file, { definition, live: ["new"] })).flow.status).toBe("Completed");
  });

  it("replays failures, compensations and cancellations", async () => {
    declined = 10;
    const flow: FlowInput = {
      name: "trip",
      steps: [
        { name: "check", script: "1", compensate: "undo()" },
        { name: "pay", script: "charge()" },
      ],
    };
    const failed = await world.recorded(flow, {});
    expect(failed.runs[0].flow.status).toBe("Failed");
    expect(failed.runs[0].steps.check.status).toBe("Compensated");
    expect((await replayRun(failed)).differences).toEqual([]);

    const waiting: FlowInput = {
      name: "waiting",
      steps: [
        { name: "check", script: "1", compensate: "undo()" },
        { name: "wait", waitFor: "never" },
      ],
    };
    const cancelled = await world.recorded(waiting, {}, async (flowId) => {
      await expect.poll(async () => (await world.executor.status(flowId)).status).toBe("Waiting");
      await world.executor.cancel(flowId, "not wanted");
    });
    expect(cancelled.runs[0].flow.status).toBe("Cancelled");
    expect((await replayRun(cancelled)).differences).toEqual([]);
  });

  it("can be made of a run that is still under way, and done again from a step on", async () => {
    const flowId = await world.executor.executeFlow(defineFlow(ORDER), { input: { n: 7 } });
    await expect.poll(async () => (await world.executor.status(flowId)).status).toBe("Waiting");
    const file = await world.exported(flowId);
    const other = createMemoryFlowStore();
    await importRun(other, file);
    expect((await other.get({ id: flowId }))?.flow.status).toBe("Waiting");
    expect((await other.claim({ executorId: "x", leaseMs: 1000, limit: 10 })).runs).toEqual([]);
    const { hung, flow } = await replayRun(file, { from: "pay" });
    expect({ hung, status: flow.status }).toEqual({ hung: true, status: "Waiting" });
  });

  it("is refused when it is something else", () => {
    expect(() => parseRunFile("{")).toThrow(/^invalid value: not a file of a run: .*JSON/);
    expect(() => parseRunFile('{"format":"x"}')).toThrow(/not a file of a run: format: /);
  });

  it("is refused when a definition is missing", async () => {
    const file = await record();
    await expect(importRun(createMemoryFlowStore(), { ...file, definitions: {} })).rejects.toThrow(
      /lacks the definition/,
    );
  });
});
