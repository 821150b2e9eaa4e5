// What the pool of script threads is given and what it gives back.

import type { ClaimedTask, TaskError } from "../task.ts";
import type { ScriptEnd, ScriptReport, ThreadConfig, ThreadJob } from "./thread-messages.ts";

/** A task on its way through the pool. */
export interface PoolJob {
  readonly task: ClaimedTask;
  /** Slot and sequence are filled in when it is posted. */
  readonly message: { -readonly [K in keyof ThreadJob]: ThreadJob[K] };
  /** Heap of its own, smaller than that of the shared threads; it then runs on a thread of its own. */
  readonly heapMb: number | null;
}

/** How a job ended. Of each job the pool tells exactly one. */
export type PoolEnd =
  | ScriptEnd
  /** Its thread died, and this script was the reason. */
  | { readonly kind: "crashed"; readonly error: TaskError }
  /** It did not start, or was a bystander when its thread died: somebody else is to run it. */
  | { readonly kind: "released" };

export interface EndedJob {
  readonly job: PoolJob;
  readonly end: PoolEnd;
  /** Milliseconds that it ran; 0 when it did not start. */
  readonly ms: number;
  readonly report?: ScriptReport;
}

export interface PoolListener {
  onEnded(ended: readonly EndedJob[]): void;
  onReport(job: PoolJob, report: ScriptReport): void;
  /** There may be room for jobs again. */
  onRoom(): void;
  /** A thread started, ended as planned, was killed, died, did not start, or complains of a host function. */
  onThread(event: ThreadEvent): void;
}

export interface ThreadEvent {
  readonly type: "started" | "ended" | "killed" | "died" | "broken" | "complaint";
  readonly message: string;
}

export interface PoolOptions {
  readonly threads: number;
  /** Jobs on one thread at once, running or waiting. */
  readonly perThread: number;
  readonly heapMb: number;
  /** After its deadline, or being asked to stop, a script has so long to end by itself. */
  readonly graceMs: number;
  readonly recycle: RecycleRules;
  /** Threads without work for so long are ended, except one. */
  readonly idleMs: number;
  /** The script that a thread runs; found by itself when null. */
  readonly entry: URL | null;
  readonly config: Omit<ThreadConfig, "slots" | "interleave">;
  readonly interleave: number;
}

/** When a thread is replaced by a fresh one, so that what scripts and host functions leave behind does not add up. */
export interface RecycleRules {
  readonly tasks: number;
  readonly ageMs: number;
  /** Heap in use, in MB. */
  readonly heapMb: number;
}
