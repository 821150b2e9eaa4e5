// Why a task is not running, and when it should, in one line.

import type { Explanation } from "./store.ts";
import type { Task } from "./task.ts";

export function explainLine(facts: Explanation): string {
  const { task } = facts;
  if (task.status === "completed") return `It is done: completed ${ago(facts, task.finishedAt)}.`;
  if (task.status === "cancelled") return `It was cancelled ${ago(facts, task.finishedAt)}.`;
  if (task.status === "failed") return failedLine(facts);
  if (task.status === "processing") return runningLine(facts);
  if (task.status === "scheduled") return scheduledLine(facts);
  return waitingLine(facts);
}

function failedLine(facts: Explanation): string {
  const { deadReason, error, attempts, crashes } = facts.task;
  const reasons = {
    exhausted: attempts === 1 ? "its only attempt failed" : `all ${attempts} attempts failed`,
    notRetryable: "a retry would not help",
    quarantined: `its worker or thread died ${crashes} times while it ran`,
    malformed: "what was submitted is not a task",
  };
  const why = deadReason === null ? "it failed" : reasons[deadReason];
  const text = error === null ? "" : ` (${error.kind}: ${firstLine(error.message)})`;
  return `It failed ${ago(facts, facts.task.finishedAt)}: ${why}${text}. Retry it with "rhai queue retry".`;
}

function runningLine({ task, leaseUntil, now }: Explanation): string {
  const cancel = task.cancelRequestedAt === null ? "" : "; it is asked to stop";
  if (leaseUntil === null || leaseUntil <= now) {
    const silent = span(now - (leaseUntil ?? now));
    return `The lease of its worker ${task.workerId} ran out ${silent} ago: it is about to be run again${cancel}.`;
  }
  const since = span(now - (task.startedAt ?? now));
  return `It runs on ${task.workerId} since ${since} (attempt ${task.attempts} of ${task.maxAttempts})${cancel}.`;
}

function scheduledLine(facts: Explanation): string {
  const { task, now } = facts;
  const wait = Math.max(0, (task.runAt ?? now) - now);
  const when = `in ${span(wait)} (at ${new Date(now + wait).toISOString()})`;
  const blocked = obstacle(facts);
  const then = blocked === null ? "" : `; but ${blocked}`;
  if (task.error === null) return `It waits for its time, ${when}${then}.`;
  if (task.error.kind === "WorkerLost" || task.attempts === 0)
    return `Its worker died; it is run again ${when}${then}.`;
  return `Attempt ${task.attempts} of ${task.maxAttempts} failed; the next one is ${when}${then}.`;
}

function waitingLine(facts: Explanation): string {
  const blocked = obstacle(facts);
  if (blocked !== null) return `It waits: ${blocked}.`;
  const { ahead, counts } = facts;
  if (ahead === 0) return "It is the next to run.";
  const line = ahead === null ? `one of ${counts.waiting} in its context` : `${count(ahead, "task")} ahead`;
  return `It waits for its turn: ${line}, ${counts.processing} running now on ${count(facts.workers, "worker")}.`;
}

/** What keeps a ready task from being started, the most lasting reason first. */
function obstacle({
  settings,
  workers,
  liveLeases,
  keyLeases,
  parked,
  rateWaitMs,
  task,
}: Explanation): string | null {
  if (settings.paused) return `its context ${task.context} is paused ("rhai queue resume")`;
  if (workers === 0) return `no worker serves its context ${task.context}`;
  if (parked) return `${keyLeases} of ${settings.keyConcurrency} allowed tasks of its key run`;
  if (settings.concurrency !== null && liveLeases >= settings.concurrency) {
    return `${liveLeases} of ${settings.concurrency} allowed tasks of its context run`;
  }
  if (rateWaitMs > 0) return `the rate of its context allows the next start in ${span(rateWaitMs)}`;
  return null;
}

function ago({ now }: Explanation, at: Task["finishedAt"]): string {
  return at === null ? "at an unknown time" : `${span(now - at)} ago`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0].slice(0, 200);
}

/** 850 ms, 12 s, 3 min, 4 h, 2 d */
export function span(ms: number): string {
  const units = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1000, "s"],
  ] as const;
  const [size, name] = units.find(([unit]) => ms >= 2 * unit) ?? [1, "ms"];
  return `${Math.round(Math.max(0, ms) / size)} ${name}`;
}
