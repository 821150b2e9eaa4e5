// What the parts of the flow store's suite share: a store with a clock that stands still, and short verbs.

import { expect } from "vitest";
import { type EncodedChange, encodeChange } from "../../../src/flow/codec.ts";
import { defineFlow } from "../../../src/flow/definition/define.ts";
import { isFlowError } from "../../../src/flow/errors.ts";
import { type Plan, planOf } from "../../../src/flow/plan.ts";
import type { FlowState, FlowStatus } from "../../../src/flow/state.ts";
import type { ClaimedRun, CommitParams, FlowStore, Next, StartParams } from "../../../src/flow/store.ts";
import { newRun } from "../../../src/flow/transition/transition.ts";
import { type Clock, ManualClock } from "../../../src/queue/clock.ts";

export interface StoreSetup {
  /** A store on a context of its own; with the clock it is given, or the real one. */
  readonly open: (context: string, clock?: Clock) => FlowStore;
}

let contexts = 0;
let runs = 0;

export function freshContext(): string {
  return `flows-${process.pid}-${++contexts}`;
}

export const LEASE = 10_000;

export const PLAN: Plan = planOf(
  defineFlow({
    name: "order",
    steps: [
      { name: "pay", script: "1" },
      { name: "ship", script: "2" },
    ],
  }),
);

export const NOTHING: EncodedChange = { flow: [], steps: [] };

/** A context under test. */
export class Probe {
  readonly store: FlowStore;
  readonly clock = new ManualClock();
  readonly context = freshContext();
  #revision = 0;

  constructor(setup: StoreSetup, options: { readonly realTime?: boolean } = {}) {
    this.store = setup.open(this.context, options.realTime ? undefined : this.clock);
  }

  newState(id = `run-${String(++runs).padStart(6, "0")}`): FlowState {
    return newRun(PLAN, { flowId: this.store.qualify(id), input: '{"order":7}' }, this.clock.now());
  }

  params(state: FlowState = this.newState(), more: Partial<StartParams> = {}): StartParams {
    return {
      id: state.flowId,
      name: state.name,
      definition: { hash: PLAN.hash, text: PLAN.text },
      fields: encodeChange(null, state),
      status: state.status,
      history: '{"n":1}',
      ...more,
    };
  }

  async start(more: Partial<StartParams> = {}): Promise<string> {
    const { id } = await this.store.start(this.params(undefined, more));
    return id;
  }

  /** A run in the hands of an executor. */
  async started(executorId = "e1", more: Partial<StartParams> = {}): Promise<{ id: string; token: number }> {
    const { id, token } = await this.store.start(
      this.params(undefined, { lease: { executorId, leaseMs: LEASE }, ...more }),
    );
    return { id, token: token! };
  }

  async claim(executorId = "e1", limit = 10): Promise<readonly ClaimedRun[]> {
    return (await this.store.claim({ executorId, leaseMs: LEASE, limit })).runs;
  }

  write(lease: { id: string; token: number }, more: Partial<CommitParams> = {}): CommitParams {
    return {
      id: lease.id,
      token: lease.token,
      revision: ++this.#revision,
      fields: NOTHING,
      status: { before: "Created", after: "Created" },
      uncompensated: false,
      history: null,
      consumed: 0,
      next: { kind: "hold" },
      parent: null,
      waits: { begun: [], over: [] },
      ...more,
    };
  }

  commit(lease: { id: string; token: number }, more: Partial<CommitParams> = {}) {
    return this.store.commit(this.write(lease, more));
  }

  /** Ends a run, or parks it. */
  async finish(
    lease: { id: string; token: number },
    after: FlowStatus = "Completed",
    next: Next = { kind: "end" },
  ): Promise<void> {
    const fields = { flow: ["status", after], steps: [] };
    await this.commit(lease, { status: { before: "Created", after }, fields, next });
  }
}

export async function expectStale(promise: Promise<unknown>): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isFlowError(error, "staleLease") ? "stale" : error).toBe("stale");
}
