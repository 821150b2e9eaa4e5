// What the pool decides by looking at its threads: which is stuck, overdue, worn or idle, and who takes how much.

import type { Entry, Lane } from "./lane.ts";
import type { PoolJob, RecycleRules } from "./pool-types.ts";
import { culpritOf } from "./thread-end.ts";

/** A script that holds its thread so long lets those behind it go elsewhere. */
const STUCK_MS = 250;

export function isStuck(lane: Lane): boolean {
  const { busy } = lane;
  return busy !== null && lane.age(busy) > STUCK_MS;
}

/** It has nothing to do, and could. */
export function canHelp(lane: Lane): boolean {
  return lane.isReady && lane.unstarted === 0 && lane.busy === null && lane.intake > 0;
}

/** A job is past its time, and it is the one that holds the thread, or that cannot be told: only killing the thread helps. */
export function isOverdue(lane: Lane, graceMs: number): boolean {
  if (lane.size === 0) return false;
  const culprit = culpritOf(lane);
  if (culprit !== null) return isPast(lane, culprit, graceMs);
  for (const entry of lane.entries())
    if (lane.state(entry) === "waiting" && isPast(lane, entry, graceMs)) return true;
  return false;
}

function isPast(lane: Lane, entry: Entry, graceMs: number): boolean {
  const asked = entry.stopAskedAt === null ? 0 : performance.now() - entry.stopAskedAt;
  return asked > graceMs || lane.age(entry) > entry.job.message.timeoutMs + graceMs;
}

/** It should be replaced by a fresh one. */
export function isWorn(lane: Lane, { tasks, ageMs, heapMb }: RecycleRules, heapBytes: number): boolean {
  const used = heapBytes / 1_048_576;
  const age = performance.now() - lane.startedAt;
  return lane.isOpen && (lane.tasks >= tasks || age >= ageMs || used >= heapMb);
}

export function isIdle(lane: Lane, idleMs: number): boolean {
  return lane.size === 0 && performance.now() - lane.lastUsedAt > idleMs;
}

export interface Distribution {
  readonly shares: readonly (readonly PoolJob[])[];
  /** For these there was no room. */
  readonly rest: readonly PoolJob[];
  /** More threads would have been better. */
  readonly crowded: boolean;
}

/** Each job goes to the thread with the least before it. */
export function distribute(jobs: readonly PoolJob[], lanes: readonly Lane[]): Distribution {
  const loads = lanes.map((lane) => lane.load + (lane.isReady ? 0 : 1));
  const rooms = lanes.map((lane) => lane.room);
  const shares: PoolJob[][] = lanes.map(() => []);
  const rest: PoolJob[] = [];
  let crowded = lanes.length === 0;
  for (const job of jobs) {
    let best = -1;
    for (let i = 0; i < lanes.length; i++) if (rooms[i] > 0 && (best < 0 || loads[i] < loads[best])) best = i;
    if (best < 0) {
      rest.push(job);
      continue;
    }
    crowded ||= loads[best] > 0;
    shares[best].push(job);
    loads[best]++;
    rooms[best]--;
  }
  return { shares, rest, crowded };
}

/** Jobs that wait behind others on `lane` move to threads with nothing to do. */
export function spread(lane: Lane, others: readonly Lane[]): void {
  const share = Math.ceil(lane.unstarted / (others.length + 1));
  for (const other of others) {
    const jobs = lane.withdrawAll(Math.min(share, other.intake));
    if (jobs.length > 0) other.post(jobs);
  }
}
