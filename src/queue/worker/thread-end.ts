// A thread died or had to be killed: who of its jobs was the reason, and what becomes of each.

import type { TaskError } from "../task.ts";
import type { Entry, ExitReason, Lane } from "./lane.ts";
import type { PoolEnd, PoolJob } from "./pool-types.ts";

export interface Aftermath {
  readonly ended: readonly { readonly job: PoolJob; readonly end: PoolEnd; readonly ms: number }[];
  /** They had not started: as good as new. */
  readonly unstarted: readonly PoolJob[];
  /** Each may have been the reason: to be run again, each alone. */
  readonly suspects: readonly PoolJob[];
}

/** How long each started job had been running when it was decided to kill the thread, or when it died. */
export type Ages = ReadonlyMap<Entry, number>;

export function agesOf(lane: Lane): Ages {
  return new Map([...lane.entries()].map((entry) => [entry, lane.age(entry)]));
}

/** The one job that can have been the reason; null when several can. */
export function culpritOf(lane: Lane): Entry | null {
  const started = startedOn(lane);
  return lane.busy ?? (started.length === 1 ? started[0] : null);
}

function startedOn(lane: Lane): Entry[] {
  return [...lane.entries()].filter((entry) => {
    const state = lane.state(entry);
    return state === "busy" || state === "waiting";
  });
}

/** `killed`: by us, for the sake of an overdue job. */
export function aftermath(lane: Lane, ages: Ages, reason: ExitReason, killed: boolean): Aftermath {
  const culprit = culpritOf(lane);
  const started = new Set(startedOn(lane));
  const ended: { job: PoolJob; end: PoolEnd; ms: number }[] = [];
  const unstarted: PoolJob[] = [];
  const suspects: PoolJob[] = [];
  for (const entry of lane.entries()) {
    const { job } = entry;
    const ms = ages.get(entry) ?? 0;
    if (entry === culprit) ended.push({ job, ms, end: endOfCulprit(lane, entry, ms, reason, killed) });
    else if (entry.stopAskedAt !== null) ended.push({ job, ms, end: { kind: "stopped" } });
    else if (!started.has(entry) && lane.state(entry) === "posted") unstarted.push(job);
    else if (culprit === null && started.has(entry)) suspects.push(job);
    else ended.push({ job, ms, end: { kind: "released" } });
  }
  return { ended, unstarted, suspects };
}

function endOfCulprit(lane: Lane, entry: Entry, ms: number, reason: ExitReason, killed: boolean): PoolEnd {
  if (entry.stopAskedAt !== null) return { kind: "stopped" };
  const { timeoutMs } = entry.job.message;
  if (killed && ms >= timeoutMs) {
    const message = `the script ran longer than the ${timeoutMs} ms that it had, and did not react: its thread was ended`;
    return { kind: "failed", error: { kind: "Timeout", message }, retryable: true };
  }
  return { kind: "crashed", error: crashError(lane, reason) };
}

function crashError(lane: Lane, { kind, message }: ExitReason): TaskError {
  if (kind === "memory") {
    return {
      kind: "OutOfMemory",
      message: `the script needed more than the ${lane.heapMb} MB of heap that its thread has`,
    };
  }
  return { kind: "ThreadLost", message: `the script's thread died: ${message}` };
}
