// A store and a runner that die at a chosen moment: before or after one of the things that an executor does to the world.

import type { StepJob, StepRunner } from "../runner/runner.ts";
import type { FlowStore } from "../store.ts";
import type { Change } from "../transition/events.ts";

/** Where an executor is killed: at its n-th deed (from 1), before or after it is done. */
export interface CrashPoint {
  readonly number: number;
  readonly when: "before" | "after";
}

/** Calls that change something. */
const WRITES: ReadonlySet<string> = new Set([
  "start",
  "claim",
  "commit",
  "extend",
  "release",
  "send",
  "deliver",
  "putSchedule",
  "removeSchedule",
  "advanceSchedule",
  "sweep",
  "remove",
]);

/** The world of one executor: a store, and a runner, which die together with it. */
export class Faults {
  readonly #point: CrashPoint | null;
  /** What was done so far, in words. */
  readonly deeds: string[] = [];
  #dead = false;

  /** Null: it lives. */
  constructor(point: CrashPoint | null) {
    this.#point = point;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Kills it now, wherever it is. */
  kill(): void {
    this.#dead = true;
  }

  /** Does something, unless the executor is dead or dies of it. What is dead gets no answers. */
  async #deed<T>(name: string, act: () => Promise<T>): Promise<T> {
    if (this.#dead) return await never();
    this.deeds.push(name);
    const hit = this.#point !== null && this.deeds.length === this.#point.number;
    if (hit && this.#point.when === "before") {
      this.kill();
      return await never();
    }
    const result = await act();
    if (hit) this.kill();
    return this.#dead ? await never() : result;
  }

  store(inner: FlowStore): FlowStore {
    const verbs = Object.entries(inner).map(([name, verb]) => {
      if (name === "qualify") return [name, verb] as const;
      const call = verb as (params: unknown) => Promise<unknown>;
      return [name, WRITES.has(name) ? this.#write(name, call) : this.#read(call)] as const;
    });
    // Several executors use one store: none closes it.
    return { ...(Object.fromEntries(verbs) as unknown as FlowStore), close: async () => undefined };
  }

  #write(name: string, call: (params: unknown) => Promise<unknown>) {
    return (params: unknown) => this.#deed(deedText(name, params), () => call(params));
  }

  #read(call: (params: unknown) => Promise<unknown>) {
    return async (params: unknown): Promise<unknown> => {
      if (this.#dead) return await never();
      const result = await call(params);
      return this.#dead ? await never() : result;
    };
  }

  runner(inner: StepRunner): StepRunner {
    return {
      run: (job, signal) => this.#started(jobText("run", job), () => inner.run(job, signal)),
      stop: (job) => this.#deed(jobText("stop", job), () => inner.stop(job)),
      checkScript: (script, step) => inner.checkScript?.(script, step) ?? null,
      close: async () => undefined,
    };
  }

  /** The deed is to start a job; its end may come long after. */
  async #started<T>(name: string, start: () => Promise<T>): Promise<T> {
    const begun = await this.#deed(name, async () => ({ end: start() }));
    const result = await begun.end;
    return this.#dead ? await never() : result;
  }
}

function jobText(what: string, { flowName, stepId, attempt, undo }: StepJob): string {
  return `${what} ${undo ? "compensation of " : ""}${flowName}/${stepId}, attempt ${attempt}`;
}

/** `commit: pay Completed, ship Running` */
function deedText(name: string, params: unknown): string {
  const { history } = (params ?? {}) as { readonly history?: string | null };
  if (typeof history !== "string") return name;
  const { changes } = JSON.parse(history) as { readonly changes: readonly Change[] };
  const texts = changes.map(
    ({ step, status, undo, detail }) =>
      `${undo ? "undoing " : ""}${step ?? "flow"} ${status ?? detail ?? ""}`,
  );
  return `${name}: ${texts.join(", ").slice(0, 200)}`;
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
