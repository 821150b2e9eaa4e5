// What the parts of the store's suite share: a store with a clock that stands still, a fresh context, short verbs.

import { expect } from "vitest";
import { type Clock, ManualClock } from "../../../src/queue/clock.ts";
import { isQueueError, type QueueErrorCode } from "../../../src/queue/errors.ts";
import type { ContextSettings } from "../../../src/queue/settings.ts";
import type { Claimed, TaskStore, Verdict } from "../../../src/queue/store.ts";
import type { ClaimedTask, TaskSpec } from "../../../src/queue/task.ts";
import { brokenRules } from "../../support/broken-rules.ts";

export interface StoreSetup {
  /** A store of its own for each test; with the clock it is given, or the real one. */
  readonly open: (clock?: Clock) => TaskStore;
}

let contexts = 0;

/** No test sees another's tasks. */
export function freshContext(): string {
  return `test-${process.pid}-${++contexts}`;
}

export const LEASE = 10_000;

/** A context under test. */
export class Probe {
  readonly store: TaskStore;
  readonly clock = new ManualClock();
  readonly context = freshContext();
  readonly workerId: string;

  constructor(setup: StoreSetup, options: { readonly realTime?: boolean } = {}) {
    this.store = setup.open(options.realTime ? undefined : this.clock);
    this.workerId = "worker-1";
  }

  async submit(spec: Partial<TaskSpec> = {}): Promise<string> {
    const task: TaskSpec = {
      context: this.context,
      ...(spec.scriptPath ? {} : { script: "40 + 2" }),
      ...spec,
    };
    const { id } = await this.store.enqueue({ task });
    return id;
  }

  claim(limit = 1, workerId = this.workerId): Promise<Claimed> {
    return this.store.claim({ context: this.context, workerId, leaseMs: LEASE, limit });
  }

  /** The one task that can be claimed now. */
  async take(workerId?: string): Promise<ClaimedTask> {
    const { tasks } = await this.claim(1, workerId);
    expect(tasks).toHaveLength(1);
    return tasks[0];
  }

  async ids(limit = 100): Promise<string[]> {
    return (await this.claim(limit)).tasks.map(({ id }) => id);
  }

  async settle(...verdicts: Verdict[]): Promise<string[]> {
    const settled = await this.store.settle({ context: this.context, workerId: this.workerId, verdicts });
    return settled.verdicts.map(({ status }) => status);
  }

  async done(task: ClaimedTask, output = "42"): Promise<void> {
    await this.store.complete({ context: this.context, workerId: this.workerId, ...leaseOf(task), output });
  }

  fail(task: ClaimedTask, retryDelayMs: number | null = null): Promise<string> {
    const error = { kind: "ErrorRuntime", message: "broken", position: { line: 1, column: 5 } };
    return this.store.fail({
      context: this.context,
      workerId: this.workerId,
      ...leaseOf(task),
      error,
      retryDelayMs,
    });
  }

  configure(settings: Partial<ContextSettings>): Promise<ContextSettings> {
    return this.store.configure({ context: this.context, settings });
  }

  counts() {
    return this.store.counts({ context: this.context });
  }

  sweep() {
    return this.store.sweep({ context: this.context });
  }

  async status(id: string): Promise<string | undefined> {
    return (await this.store.get({ id }))?.status;
  }

  /** Every rule of the store holds. */
  async verify(): Promise<void> {
    expect(await brokenRules(this.store, this.context)).toEqual([]);
  }
}

export function leaseOf({ id, token }: ClaimedTask): { readonly id: string; readonly token: number } {
  return { id, token };
}

export async function expectCode(promise: Promise<unknown>, code: QueueErrorCode): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isQueueError(error) ? error.code : error).toBe(code);
}

/** Lets time pass for real. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
