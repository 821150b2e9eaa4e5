// The memory store's verbs about a run: how it ends, its lease, its progress and log.

import { QueueError } from "../errors.ts";
import { checkLease, retryWait } from "../numbers.ts";
import { byteLength, fairKeyOf } from "../record.ts";
import type {
  ExtendParams,
  LeaseRef,
  LeaseState,
  LogLine,
  LogParams,
  ProgressParams,
  Settled,
  SettledStatus,
  SettleParams,
  Verdict,
} from "../store.ts";
import { type DeadReason, isFinal, type TaskError, type TaskStatus } from "../task.ts";
import { boundedVerdict } from "../task-limits.ts";
import { claim } from "./claim.ts";
import type { Entry, MemoryContext } from "./context.ts";
import type { MemoryState } from "./state.ts";

const CRASH_DELAY_LONGEST = 60_000;
export const MAX_LOG_LINES = 1000;
const MAX_LOG_BYTES = 524_288;
const MAX_LOG_TEXT = 4096;

export function settle(state: MemoryState, params: SettleParams): Settled {
  const context = state.context(params.context);
  const verdicts = params.verdicts.map((verdict) => {
    return { id: verdict.id, status: settleOne(context, boundedVerdict(verdict, state.textLimits)) };
  });
  if (params.claim === undefined) context.ready.feed();
  const claimed = params.claim === undefined ? null : claim(state, { ...params, ...params.claim });
  context.endFinishing();
  context.wake();
  return { verdicts, claimed };
}

function settleOne(context: MemoryContext, verdict: Verdict): SettledStatus {
  const entry = context.shared.tasks.get(verdict.id);
  if (entry === undefined || entry.task.token !== verdict.token) return "lost";
  const { task } = entry;
  if (task.status !== "processing") return answerAgain(verdict.kind, task.status);
  if (verdict.kind === "completed") return complete(context, entry, verdict.output);
  if (verdict.kind === "failed") return fail(context, entry, verdict.error, verdict.retryDelayMs);
  if (verdict.kind === "crashed") return crash(context, entry, verdict.error);
  if (verdict.kind === "released") return release(context, entry);
  if (verdict.kind === "cancelled") return cancelRun(context, entry);
  context.totals.rejected++;
  return failForGood(context, entry, verdict.error, "malformed");
}

/** A verdict that was carried out is answered as it was; one that the task's end or a lost lease forestalled, as lost. */
function answerAgain(kind: Verdict["kind"], status: Exclude<TaskStatus, "processing">): SettledStatus {
  if (isFinal(status) || kind === "failed" || kind === "crashed") return status;
  return kind === "released" && status === "pending" ? status : "lost";
}

function complete(context: MemoryContext, entry: Entry, output: string): SettledStatus {
  const { task } = entry;
  context.move(task, "complete");
  Object.assign(task, { output, error: null });
  context.finish(entry);
  context.endLease(task);
  context.event("completed", task.id);
  return "completed";
}

function cancelRun(context: MemoryContext, entry: Entry): SettledStatus {
  context.move(entry.task, "cancel");
  context.finish(entry);
  context.endLease(entry.task);
  context.event("cancelled", entry.task.id);
  return "cancelled";
}

function failForGood(
  context: MemoryContext,
  entry: Entry,
  error: TaskError,
  reason: DeadReason,
): SettledStatus {
  const { task } = entry;
  context.move(task, "fail");
  Object.assign(task, { error, deadReason: reason });
  context.finish(entry);
  context.endLease(task);
  context.event("failed", task.id, reason);
  return "failed";
}

/** Lets the task wait for its next run; without a delay it goes to the end of the ready ones. */
function again(context: MemoryContext, { task }: Entry, ms: number, error: TaskError): SettledStatus {
  context.move(task, "retry");
  Object.assign(task, { runAt: context.now + ms, error });
  context.endLease(task);
  if (ms > 0) {
    context.scheduled.set(task.id, context.now + ms);
    context.wake();
    return "scheduled";
  }
  context.move(task, "promote");
  context.makeReady(task);
  return "pending";
}

function fail(context: MemoryContext, entry: Entry, error: TaskError, delayMs: number | null): SettledStatus {
  const { task } = entry;
  if (task.cancelRequestedAt !== null) return cancelRun(context, entry);
  if (delayMs === null) return failForGood(context, entry, error, "notRetryable");
  if (task.attempts >= task.maxAttempts) return failForGood(context, entry, error, "exhausted");
  const ms = retryWait(delayMs);
  context.totals.retried++;
  context.event("retrying", task.id, String(ms));
  return again(context, entry, ms, error);
}

/** The run ended without a verdict. It is not charged as an attempt; it has a counter of its own. */
export function crash(context: MemoryContext, entry: Entry, error: TaskError): SettledStatus {
  const { task } = entry;
  task.crashes++;
  task.attempts = Math.max(0, task.attempts - 1);
  context.totals.crashed++;
  context.event("stalled", task.id, String(task.crashes));
  if (task.cancelRequestedAt !== null) return cancelRun(context, entry);
  const { maxCrashes, crashDelayMs } = context.settings;
  if (task.crashes >= maxCrashes) return failForGood(context, entry, error, "quarantined");
  const ms = crashDelayMs * 2 ** Math.min(20, task.crashes - 1);
  return again(context, entry, Math.min(ms, CRASH_DELAY_LONGEST), error);
}

/** Handed back: next to run, and the run was none. */
function release(context: MemoryContext, entry: Entry): SettledStatus {
  const { task } = entry;
  if (task.cancelRequestedAt !== null) return cancelRun(context, entry);
  context.move(task, "release");
  task.attempts = Math.max(0, task.attempts - 1);
  const fairKey = fairKeyOf(task);
  context.leases.delete(task.id);
  context.reserve(task.id, fairKey);
  context.ready.pushFront(task.id, fairKey);
  context.event("released", task.id);
  return "pending";
}

/** The entry, if the lease is still held. */
function held(context: MemoryContext, { id, token }: LeaseRef): Entry | undefined {
  const entry = context.shared.tasks.get(id);
  return entry?.task.status === "processing" && entry.task.token === token ? entry : undefined;
}

export function extend(
  state: MemoryState,
  { context: name, leases, leaseMs }: ExtendParams,
): readonly LeaseState[] {
  const context = state.context(name);
  const wholeMs = checkLease(leaseMs);
  return leases.map((lease) => {
    const task = held(context, lease)?.task;
    if (task === undefined) return { ...lease, held: false, cancelRequested: false };
    const until = context.now + wholeMs;
    context.leases.set(task.id, until);
    if (context.settings.keyConcurrency !== null) context.keyLeasesOf(fairKeyOf(task)).set(task.id, until);
    return { id: lease.id, token: lease.token, held: true, cancelRequested: task.cancelRequestedAt !== null };
  });
}

export function progress(state: MemoryState, params: ProgressParams): void {
  const context = state.context(params.context);
  const entry = held(context, params) ?? stale(params);
  const fraction = Math.min(1, Math.max(0, Number.isFinite(params.fraction) ? params.fraction : 0));
  const message = (params.message ?? "").slice(0, MAX_LOG_TEXT);
  Object.assign(entry.task, { progress: fraction, progressMessage: message || null, updatedAt: context.now });
  context.event("progress", params.id, message === "" ? String(fraction) : `${fraction} ${message}`);
}

export function log(state: MemoryState, params: LogParams): void {
  if (params.lines.length === 0) return;
  const context = state.context(params.context);
  const entry = held(context, params) ?? stale(params);
  for (const { level, text } of params.lines) {
    const line = {
      number: ++entry.logged,
      at: context.now,
      level: level.replace(/\s/g, " "),
      text: text.slice(0, MAX_LOG_TEXT),
    };
    entry.logs.push(line);
    changeLogBytes(context, entry, lineBytes(line));
  }
  while (entry.logs.length > MAX_LOG_LINES || entry.logBytes > MAX_LOG_BYTES)
    changeLogBytes(context, entry, -lineBytes(entry.logs.shift()!));
}

function lineBytes({ at, level, text }: LogLine): number {
  return byteLength(`${at}\t${level}\t${text}`);
}

/** Log lines count for the size of their task. */
function changeLogBytes(context: MemoryContext, entry: Entry, bytes: number): void {
  entry.logBytes += bytes;
  entry.bytes += bytes;
  context.bytes.open += bytes;
}

export function stale({ id, token }: LeaseRef): never {
  throw new QueueError("staleToken", `task ${id}, token ${token}`);
}
