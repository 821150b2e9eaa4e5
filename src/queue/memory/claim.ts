// The memory store's claim: which tasks may start now, and starting them.

import { checkLabel } from "../names.ts";
import { checkLease, claimSize } from "../numbers.ts";
import { fairKeyOf } from "../record.ts";
import { type Claimed, type ClaimParams, type Idle, MAX_CLAIM } from "../store.ts";
import type { ClaimedTask, Task } from "../task.ts";
import type { MemoryContext } from "./context.ts";
import type { MemoryState } from "./state.ts";

const PROMOTE = 100;

/** Moves tasks whose moment has come to the ready ones. */
export function promote(context: MemoryContext, limit: number): number {
  const due = context.scheduled.upTo(context.now, limit);
  for (const id of due) {
    context.scheduled.delete(id);
    const { task } = context.shared.tasks.get(id)!;
    context.move(task, "promote");
    // Cancelled and rerun while it waited: its entry is there still.
    if (!context.gone.delete(id)) context.makeReady(task);
  }
  return due.length;
}

export function claim(state: MemoryState, params: ClaimParams): Claimed {
  checkLabel("worker id", params.workerId);
  const context = state.context(params.context);
  const leaseMs = checkLease(params.leaseMs);
  const limit = claimSize(params.limit, MAX_CLAIM);
  if (context.settings.paused) return { tasks: [], rejected: [], idle: { reason: "paused", waitMs: null } };
  promote(context, PROMOTE);
  const { number, limiter } = allowance(context, limit);
  const tasks: ClaimedTask[] = [];
  let more = true;
  while (tasks.length < number && more) {
    const id = context.ready.pick();
    if (id === undefined) more = false;
    else if (!context.gone.delete(id)) start(context, id, { ...params, leaseMs }, tasks);
  }
  const { rate } = context.settings;
  if (rate !== null) context.tat += (tasks.length * rate.perMs) / rate.max;
  context.ready.feed();
  return { tasks, rejected: [], idle: tasks.length === limit ? null : idle(context, limiter) };
}

function allowance(
  context: MemoryContext,
  limit: number,
): { number: number; limiter: "busy" | "rateLimited" | null } {
  const { concurrency, rate } = context.settings;
  let number = limit;
  let limiter: "busy" | "rateLimited" | null = null;
  const free = Math.max(0, (concurrency ?? Number.POSITIVE_INFINITY) - context.liveLeases());
  if (free < number) [number, limiter] = [free, "busy"];
  if (rate !== null) {
    context.tat = context.paidOff(rate);
    const spent = context.tat - context.now;
    const allowed = Math.floor((rate.perMs - spent) / (rate.perMs / rate.max) + 1e-6);
    if (allowed < number) [number, limiter] = [Math.max(0, allowed), "rateLimited"];
  }
  return { number, limiter };
}

function idle(context: MemoryContext, limiter: "busy" | "rateLimited" | null): Idle {
  const reason = limiter !== null && context.ready.size > 0 ? limiter : "empty";
  const { rate } = context.settings;
  if (reason === "rateLimited") {
    const due = context.tat - context.now + rate!.perMs / rate!.max - rate!.perMs;
    return { reason, waitMs: Math.max(1, Math.ceil(due)) };
  }
  const first = reason === "busy" ? context.leases.firstAbove(context.now) : context.scheduled.first();
  return { reason, waitMs: first === undefined ? null : Math.max(0, Math.ceil(first.score - context.now)) };
}

function start(
  context: MemoryContext,
  id: string,
  { workerId, leaseMs }: ClaimParams,
  tasks: ClaimedTask[],
): void {
  const entry = context.shared.tasks.get(id);
  // A task that was rerun while its old entry waited runs once: the second entry finds it started.
  if (entry?.task.status !== "pending") return;
  const { task } = entry;
  const leaseUntil = context.now + leaseMs;
  if (!takeKeyLease(context, task, leaseUntil)) return;
  context.move(task, "claim");
  Object.assign(task, {
    token: context.nextToken(),
    attempts: task.attempts + 1,
    workerId,
    startedAt: context.now,
  });
  context.leases.set(id, leaseUntil);
  context.event("started", id, workerId);
  tasks.push({ ...task, status: "processing", leaseUntil });
}

/** With a limit for each fair key: false when the task waits aside for one of the key's leases. */
function takeKeyLease(context: MemoryContext, task: Task, leaseUntil: number): boolean {
  const { keyConcurrency } = context.settings;
  if (keyConcurrency === null) return true;
  const fairKey = fairKeyOf(task);
  const reserved = (context.keyLeases.get(fairKey)?.score(task.id) ?? 0) > context.now;
  if (!reserved && context.keyLive(fairKey) >= keyConcurrency) {
    const parked = context.parked.get(fairKey);
    if (parked === undefined) context.parked.set(fairKey, [task.id]);
    else parked.push(task.id);
    return false;
  }
  context.keyLeasesOf(fairKey).set(task.id, leaseUntil);
  return true;
}
