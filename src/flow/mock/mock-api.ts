// The mock API: steps and functions that answer as told, and remember how they were called.

import { type Clock, systemClock } from "../../queue/clock.ts";
import { Engine } from "../../runtime/engine.ts";
import { tasksPackage } from "../../runtime/packages/tasks.ts";
import { EngineRunner } from "../runner/engine-runner.ts";
import type { ScriptProblem, StepJob, StepRunner } from "../runner/runner.ts";
import { partsOfStepId } from "../state.ts";
import type { Outcome } from "../transition/events.ts";
import { delayOf, errorOf, outcomeOf, Replies, type Reply } from "./replies.ts";

export interface MockApiOptions {
  /** Replies of steps by name, or of single items: `build[2]`. Steps without any run their own scripts. */
  readonly steps?: Readonly<Record<string, Reply | readonly Reply[]>>;
  /** Replies of compensations by the name of their step. Those of steps with replies succeed when they have none. */
  readonly compensations?: Readonly<Record<string, Reply | readonly Reply[]>>;
  /** Replies of functions that scripts call, with any number of arguments up to 8. */
  readonly functions?: Readonly<Record<string, Reply | readonly Reply[]>>;
  readonly clock?: Clock;
  /** Runs the scripts of steps without replies; one with the standard library when missing. */
  readonly engine?: Engine;
}

/** One attempt of a step, or one call of a function. */
export interface MockCall {
  readonly kind: "step" | "compensation" | "function";
  readonly name: string;
  /** Of a function: its arguments; of a step: the variables of its script. */
  readonly args: unknown;
  readonly at: number;
  readonly flowId: string | null;
  readonly attempt: number | null;
}

const MAX_ARGUMENTS = 8;

interface Entry {
  readonly outcome: Promise<Outcome>;
  readonly stop: AbortController;
}

/**
 * Stands in for workers and for the services that scripts call. Like the queue it knows jobs by their ids: one that comes
 * again, from whichever executor, is not done again.
 *
 * @example
 * const mock = new MockApi({ steps: { pay: [{ error: "card declined", times: 2 }, { output: { id: "ch_1" } }] } });
 */
export class MockApi implements StepRunner {
  readonly calls: MockCall[] = [];
  readonly #clock: Clock;
  readonly #steps: Map<string, Replies>;
  readonly #compensations: Map<string, Replies>;
  readonly #scripts: EngineRunner;
  readonly #jobs = new Map<string, Entry>();

  constructor(options: MockApiOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#steps = repliesByName(options.steps);
    this.#compensations = repliesByName(options.compensations);
    const engine = options.engine ?? engineBy(this.#clock);
    for (const [name, replies] of repliesByName(options.functions)) this.#register(engine, name, replies);
    this.#scripts = new EngineRunner({ engine });
  }

  /** Calls of a step or function, in their order. */
  callsOf(name: string): readonly MockCall[] {
    return this.calls.filter((call) => call.name === name);
  }

  run(job: StepJob): Promise<Outcome> {
    const known = this.#jobs.get(job.taskId);
    if (known !== undefined) return known.outcome;
    const stop = new AbortController();
    const entry: Entry = { stop, outcome: this.#answer(job, stop.signal) };
    this.#jobs.set(job.taskId, entry);
    return entry.outcome;
  }

  async #answer(job: StepJob, signal: AbortSignal): Promise<Outcome> {
    const { stepId, undo, flowId, attempt } = job;
    const { step } = partsOfStepId(stepId);
    this.calls.push({
      kind: undo ? "compensation" : "step",
      name: step,
      args: JSON.parse(job.args),
      at: this.#clock.now(),
      flowId,
      attempt,
    });
    const table = undo ? this.#compensations : this.#steps;
    const replies = table.get(stepId) ?? table.get(step);
    if (replies !== undefined) return await this.#reply(replies.next(), signal);
    // The clock here may be a virtual one: who ends the job in time is the executor.
    const isMocked = this.#steps.has(stepId) || this.#steps.has(step);
    if (undo && isMocked) return { kind: "completed", output: "null" };
    return await this.#scripts.run({ ...job, timeoutMs: null });
  }

  async #reply(reply: Reply, signal: AbortSignal): Promise<Outcome> {
    if (reply.timeout === true) await untilAborted(signal);
    else await this.#clock.sleep(delayOf(reply), signal);
    return signal.aborted ? { kind: "stopped" } : outcomeOf(reply);
  }

  #register(engine: Engine, name: string, replies: Replies): void {
    const answer = async (args: readonly unknown[], signal: AbortSignal | null): Promise<unknown> => {
      this.calls.push({ kind: "function", name, args, at: this.#clock.now(), flowId: null, attempt: null });
      const reply = replies.next();
      if (reply.timeout === true) await untilAborted(signal);
      else await this.#clock.sleep(delayOf(reply), signal ?? undefined);
      const error = errorOf(reply);
      if (error !== null) throw new Error(error.message);
      return reply.output;
    };
    for (let count = 0; count <= MAX_ARGUMENTS; count++) {
      const call = ({ signal }: { readonly signal: AbortSignal | null }, ...args: unknown[]) =>
        answer(args, signal);
      engine.registerAsyncFn(name, new Array<string>(count).fill("dynamic"), call, { context: true });
    }
  }

  async stop(job: StepJob): Promise<void> {
    this.#jobs.get(job.taskId)?.stop.abort();
    await this.#scripts.stop(job);
  }

  /** Scripts of steps with replies are never run: they may be anything. */
  checkScript(script: string, step: string): ScriptProblem | null {
    return this.#steps.has(step) ? null : this.#scripts.checkScript(script);
  }

  async close(): Promise<void> {
    for (const { stop } of this.#jobs.values()) stop.abort();
    await this.#scripts.close();
  }
}

/** Scripts that sleep do so by the clock of the mock, which may be a virtual one. */
function engineBy(clock: Clock): Engine {
  const engine = new Engine().registerPackage(tasksPackage).onPrint(() => undefined);
  const sleep = ({ signal }: { readonly signal: AbortSignal | null }, seconds: number): Promise<void> =>
    clock.sleep(Number.isFinite(seconds) ? seconds * 1000 : 0, signal ?? undefined);
  for (const type of ["int", "float"] as const)
    engine.registerAsyncFn("sleep", [type], sleep, { context: true });
  return engine;
}

function repliesByName(given: MockApiOptions["steps"] = {}): Map<string, Replies> {
  const entries = Object.entries(given).map(
    ([name, replies]) =>
      [
        name,
        new Replies(Array.isArray(replies) ? (replies as readonly Reply[]) : [replies as Reply]),
      ] as const,
  );
  return new Map(entries);
}

function untilAborted(signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    signal?.addEventListener("abort", () => resolve());
  });
}
