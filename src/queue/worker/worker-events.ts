// What a worker tells those who listen, and what it says about its own health.

import type { QueueError } from "../errors.ts";
import type { Rejection, SettledStatus } from "../store.ts";
import type { ClaimedTask, TaskError } from "../task.ts";
import type { ThreadEvent } from "./pool-types.ts";

export interface WorkerEvents {
  /** It claims tasks. */
  ready: [];
  /** It is about to run a task. */
  started: [task: ClaimedTask];
  /** A run has ended, and the store knows. */
  settled: [task: SettledTask];
  /** Entries of a queue that are no tasks. */
  rejected: [context: string, rejected: readonly Rejection[]];
  thread: [event: ThreadEvent];
  /** The store did not do what it was asked; the worker goes on trying. */
  trouble: [error: QueueError, context: string, doing: string];
  stopping: [];
  stopped: [];
}

export interface SettledTask {
  readonly task: ClaimedTask;
  /** How the run ended here. */
  readonly outcome: RunOutcome;
  /** What became of the task: `scheduled` when it is tried again, `lost` when it was somebody else's by then. */
  readonly status: SettledStatus;
  readonly error: TaskError | null;
  /** How long it ran. */
  readonly ms: number;
}

export type RunOutcome = "completed" | "failed" | "crashed" | "released" | "cancelled" | "malformed";

export interface WorkerHealth {
  readonly workerId: string;
  readonly state: "new" | "starting" | "running" | "stopping" | "stopped";
  /** The store answers, threads can be started. */
  readonly ok: boolean;
  /** Ok and taking tasks. */
  readonly ready: boolean;
  /** Why it is not ok or not ready. */
  readonly reasons: readonly string[];
  readonly running: number;
  readonly concurrency: number;
  readonly threads: number;
  /** Milliseconds since the store last answered, by context. */
  readonly silentMs: Readonly<Record<string, number>>;
}
