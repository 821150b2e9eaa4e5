// TaskStore in this process: for development, examples and tests, and the readable reference for the Redis store.

import { type Clock, systemClock } from "../clock.ts";
import { QueueError } from "../errors.ts";
import {
  type Claimed,
  type ClaimParams,
  type Idle,
  isCarriedOut,
  type SettledStatus,
  type SettleParams,
  type TaskStore,
  type Verdict,
  type WaitForResultParams,
  type WaitForWorkParams,
  type WatchCancelsParams,
} from "../store.ts";
import { resultOf, type TaskResult } from "../task.ts";
import { checkText, DEFAULT_TEXT_LIMITS, type TextLimits } from "../task-limits.ts";
import { claim } from "./claim.ts";
import * as control from "./control.ts";
import * as look from "./look.ts";
import { extend, log, progress, settle, stale } from "./settle.ts";
import { MemoryState } from "./state.ts";
import { enqueue, enqueueMany } from "./submit.ts";

export interface MemoryStoreOptions {
  /** A `ManualClock` makes every wait of the store a matter of `advance`. */
  readonly clock?: Clock;
  readonly textLimits?: Partial<TextLimits>;
}

export function createMemoryStore(options: MemoryStoreOptions = {}): TaskStore {
  const state = new MemoryState(options.clock ?? systemClock, {
    ...DEFAULT_TEXT_LIMITS,
    ...options.textLimits,
  });
  /** Each verb is one step: nothing else happens in between. */
  const verb =
    <P, R>(step: (state: MemoryState, params: P) => R) =>
    async (params: P): Promise<R> =>
      step(state, params);
  const settleOne = (params: Omit<SettleParams, "verdicts">, verdict: Verdict): SettledStatus => {
    const [{ status }] = settle(state, { ...params, verdicts: [verdict] }).verdicts;
    return isCarriedOut(verdict, status) ? status : stale(verdict);
  };
  /** How many changes there had been when a claim was answered: a wait that follows it must not miss the next. */
  const heard: Heard = new WeakMap();
  const noting = <T>(name: string, answer: T, idle: Idle | null | undefined): T => {
    if (idle) heard.set(idle, state.context(name).wakes);
    return answer;
  };
  const claimNow = (params: ClaimParams): Claimed => {
    const answer = claim(state, params);
    return noting(params.context, answer, answer.idle);
  };
  return {
    enqueue: verb(enqueue),
    enqueueMany: verb(enqueueMany),
    claim: async (params) => claimNow(params),
    waitForWork: (params) => waitForWork(state, params, heard, claimNow),
    extend: verb(extend),
    settle: async (params) => {
      const answer = settle(state, params);
      return noting(params.context, answer, answer.claimed?.idle);
    },
    complete: async (params) => {
      checkText("output", params.output, state.textLimits.text);
      settleOne(params, { ...params, kind: "completed" });
    },
    fail: async (params) => settleOne(params, { ...params, kind: "failed" }),
    release: async (params) => void settleOne(params, { ...params, kind: "released" }),
    progress: verb(progress),
    log: verb(log),
    announceWorker: verb(look.announceWorker),
    watchCancels: async (params) => watchCancels(state, params),
    get: async (params) => copy(state.find(params)?.task),
    waitForResult: (params) => waitForResult(state, params),
    logs: verb(look.logs),
    readEvents: (params) => look.readEvents(state, params),
    contexts: async () => [...state.contexts.keys()].sort(),
    counts: async ({ context }) => look.counts(state.context(context)),
    list: verb(look.list),
    explain: verb(look.explain),
    workers: async () => look.workers(state),
    cancel: verb(control.cancel),
    rerun: verb(control.rerun),
    remove: verb(control.remove),
    retryDead: verb(control.retryDead),
    dropDead: verb(control.dropDead),
    settings: async ({ context }) => state.context(context).settings,
    configure: verb(control.configure),
    pause: async ({ context }) => void control.configure(state, { context, settings: { paused: true } }),
    resume: async ({ context }) => void control.configure(state, { context, settings: { paused: false } }),
    drain: verb(control.drain),
    putSchedule: verb(control.putSchedule),
    removeSchedule: verb(control.removeSchedule),
    schedules: verb(control.schedules),
    fireSchedules: verb(control.fireSchedules),
    sweep: verb(control.sweep),
    fsck: verb(control.fsck),
    health: async () => {
      const closed = state.closing.signal.aborted;
      return { ok: !closed, latencyMs: closed ? null : 0, error: closed ? "closed" : null };
    },
    close: async () => state.closing.abort(),
  };
}

function copy<T>(task: T | undefined): T | null {
  return task === undefined ? null : { ...task };
}

type Heard = WeakMap<Idle, number>;

async function waitForWork(
  state: MemoryState,
  params: WaitForWorkParams,
  heard: Heard,
  claimNow: (params: ClaimParams) => Claimed,
): Promise<Claimed | null> {
  const context = state.context(params.context);
  const ms = Math.min(params.timeoutMs, params.idle.waitMs ?? Number.POSITIVE_INFINITY);
  const signal = AbortSignal.any([state.closing.signal, ...(params.signal ? [params.signal] : [])]);
  const empty = params.idle.reason === "empty" && context.ready.size === 0;
  const missed = (heard.get(params.idle) ?? context.wakes) < context.wakes;
  if (ms > 0 && !signal.aborted && (empty || (params.idle.reason !== "empty" && !missed)))
    await context.changed(ms, signal);
  if (signal.aborted || params.claim === undefined) return null;
  return claimNow({ ...params.claim, context: params.context });
}

function watchCancels(state: MemoryState, { contexts, onCancel }: WatchCancelsParams): () => Promise<void> {
  const watched = contexts.map((name) => state.context(name));
  for (const context of watched) context.cancelListeners.add(onCancel);
  return async () => {
    for (const context of watched) context.cancelListeners.delete(onCancel);
  };
}

async function waitForResult(state: MemoryState, params: WaitForResultParams): Promise<TaskResult> {
  const entry = state.find(params);
  const { id, timeoutMs } = params;
  if (entry === undefined) throw new QueueError("notFound", `task ${id}`);
  const early = resultOf(entry.task);
  if (early !== null) return early;
  const over = new AbortController();
  const outcome: { result?: TaskResult | null } = {};
  const waiter = (result: TaskResult | null) => {
    outcome.result = result;
    over.abort();
  };
  const waiters = state.waiters.get(id) ?? new Set();
  state.waiters.set(id, waiters.add(waiter));
  const signals = [over.signal, state.closing.signal, ...(params.signal ? [params.signal] : [])];
  await state.clock.sleep(timeoutMs, AbortSignal.any(signals));
  waiters.delete(waiter);
  if (waiters.size === 0) state.waiters.delete(id);
  if (outcome.result) return outcome.result;
  if (outcome.result === null) throw new QueueError("removed", `task ${id}`);
  state.checkOpen();
  if (params.signal?.aborted) throw new QueueError("timeout", "the wait was ended");
  throw new QueueError("timeout", `no result of task ${id} within ${timeoutMs} ms`);
}
