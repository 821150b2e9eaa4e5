// The interface between the queue and whatever keeps its state: verbs, each with one parameter object.

import type { FailedVerdict } from "./backoff.ts";
import type {
  Counts,
  EventPage,
  Explanation,
  Fired,
  FsckSlice,
  Health,
  ListedState,
  LogPage,
  Moved,
  Swept,
  TaskPage,
  WorkerInfo,
} from "./reports.ts";
import type { Schedule, ScheduleSpec } from "./schedule.ts";
import type { ContextSettings } from "./settings.ts";
import type { ClaimedTask, Task, TaskError, TaskResult, TaskSpec } from "./task.ts";

export type * from "./reports.ts";
export { LISTED_STATUSES } from "./reports.ts";

/**
 * Every verb is one atomic step, or a series of steps over at most a few hundred items that says whether more is left.
 * All reject with `QueueError`. Times are ms since 1970 by the store's own clock; waits are relative, so that a worker
 * with a wrong clock does no harm. Names of contexts, ids and keys are checked (names.ts); a bad one is `invalid`.
 */
export interface TaskStore {
  // --- submitting -------------------------------------------------------------------------------------------------

  /** Adds one task. Throws `queueFull` and `outOfMemory` (back-pressure), `unknownOutcome` (safe to call again: same id). */
  enqueue(params: EnqueueParams): Promise<Enqueued>;
  /**
   * Adds any number, in bounded steps; tells of each whether it was created, existed, or was refused for lack of room.
   * When it throws, some may have been added: the call is safe to repeat if the tasks have ids of the caller's.
   */
  enqueueMany(params: EnqueueManyParams): Promise<readonly Enqueued[]>;

  // --- working ----------------------------------------------------------------------------------------------------

  /** Takes up to `limit` tasks that may run now under a lease; with fewer, says why and for how long it is no use to ask again. */
  claim(params: ClaimParams): Promise<Claimed>;
  /**
   * Resolves when asking again is worth it, at the latest after `timeoutMs` or when `signal` aborts. With `claim` it
   * also asks, which is faster than a claim afterwards (the server carries it out at the very moment of the wake-up):
   * null then means that there was no answer, or an abort. Never throws for lack of a connection.
   */
  waitForWork(params: WaitForWorkParams): Promise<Claimed | null>;
  /** Prolongs leases (heartbeat). Tells of each whether it is still held, and whether its task is to be cancelled. */
  extend(params: ExtendParams): Promise<readonly LeaseState[]>;
  /** Ends runs, in any mix, and claims the next tasks in the same step. A verdict is safe to repeat with its token. */
  settle(params: SettleParams): Promise<Settled>;
  /** `settle` with one verdict; throws `staleToken` when the lease is lost. */
  complete(params: CompleteParams): Promise<void>;
  /** `settle` with one verdict; throws `staleToken` when the lease is lost. Says what became of the task. */
  fail(params: FailParams): Promise<SettledStatus>;
  /** Hands a task back without charging an attempt; throws `staleToken` when the lease is lost. */
  release(params: ReleaseParams): Promise<void>;
  /** Records how far a run is. Throws `staleToken`. */
  progress(params: ProgressParams): Promise<void>;
  /** Adds log lines of a run; the newest are kept. Throws `staleToken`. */
  log(params: LogParams): Promise<void>;
  /** Makes a worker known for `ttlMs`; call again before that. */
  announceWorker(params: AnnounceWorkerParams): Promise<void>;
  /** Calls back, without delay, for each running task of the contexts that somebody cancels. `extend` tells it again. */
  watchCancels(params: WatchCancelsParams): Promise<() => Promise<void>>;

  // --- results and looking ----------------------------------------------------------------------------------------

  /** The record, or null. Its texts are as stored: a foreign client may have written anything. */
  get(params: TaskRef): Promise<Task | null>;
  /** The result, as soon as there is one. Throws `timeout`, `removed`, `notFound`. */
  waitForResult(params: WaitForResultParams): Promise<TaskResult>;
  logs(params: LogsParams): Promise<LogPage>;
  /** Events after a cursor, oldest first. Waits up to `waitMs` for the first. */
  readEvents(params: ReadEventsParams): Promise<EventPage>;
  contexts(): Promise<readonly string[]>;
  /** Numbers kept while writing: reading them does not depend on how many tasks there are. */
  counts(params: ContextRef): Promise<Counts>;
  /** Tasks of one state, page by page; see `ListedState` for the order. */
  list(params: ListParams): Promise<TaskPage>;
  /** All that decides whether and when the task runs. */
  explain(params: TaskRef): Promise<Explanation | null>;
  workers(): Promise<readonly WorkerInfo[]>;

  // --- control ----------------------------------------------------------------------------------------------------

  /** Ends a waiting task, or asks the worker of a running one to stop it. Stored: it cannot be missed. */
  cancel(params: TaskRef & { readonly reason?: string }): Promise<CancelOutcome>;
  /** Makes a finished task wait again, with fresh attempts. Throws `wrongState`, `notFound`. */
  rerun(params: RerunParams): Promise<void>;
  /** Removes a finished task's record. Throws `wrongState` for others. */
  remove(params: TaskRef): Promise<void>;
  /** Reruns (or removes) dead tasks: those named, else the oldest `limit`. */
  retryDead(params: DeadParams): Promise<Moved>;
  dropDead(params: DeadParams): Promise<Moved>;
  settings(params: ContextRef): Promise<ContextSettings>;
  /** Changes the settings that are named. */
  configure(params: ConfigureParams): Promise<ContextSettings>;
  pause(params: ContextRef): Promise<void>;
  resume(params: ContextRef): Promise<void>;
  /** Cancels waiting tasks, oldest first, up to `limit`; running ones go on. */
  drain(params: DrainParams): Promise<Moved>;

  // --- schedules --------------------------------------------------------------------------------------------------

  /** Creates or replaces a schedule by its name. */
  putSchedule(params: { readonly schedule: ScheduleSpec }): Promise<Schedule>;
  removeSchedule(params: ScheduleRef): Promise<boolean>;
  schedules(params: ContextRef): Promise<readonly Schedule[]>;
  /** Submits a task for each slot that came due. Any number of callers: each slot fires once. */
  fireSchedules(params: ContextRef): Promise<Fired>;

  // --- upkeep -----------------------------------------------------------------------------------------------------

  /** Promotes due tasks, recovers expired leases, removes what retention no longer covers; up to `limit` of each. */
  sweep(params: SweepParams): Promise<Swept>;
  /** Proves (and with `repair` restores) the store's rules for one slice; go on with the returned cursor until it is null. */
  fsck(params: FsckParams): Promise<FsckSlice>;
  /** Whether the store answers, and how fast. Never throws. */
  health(): Promise<Health>;
  /** Ends waits and connections. Calls after it throw `closed`. */
  close(): Promise<void>;
}

export interface ContextRef {
  readonly context: string;
}

export interface TaskRef {
  readonly id: string;
  /** Only needed for a task of a foreign client that no worker has seen yet and that names no context itself. */
  readonly context?: string;
}

/** Proof that the caller holds the task: the id and the token of its claim. */
export interface LeaseRef {
  readonly id: string;
  readonly token: number;
}

export interface ScheduleRef extends ContextRef {
  readonly name: string;
}

// --- submitting ---------------------------------------------------------------------------------------------------

export interface SubmitOptions {
  /** The caller will wait for the result: spares `waitForResult` a round trip. */
  readonly notify?: boolean;
  /** How safe the write must be before the call resolves; `memory` when missing. */
  readonly durability?: Durability;
}

/** `memory`: the server has it. `fsync`: on its disk. `replicas`: on so many replicas. Else `notDurable` is thrown. */
export type Durability = "memory" | "fsync" | { readonly replicas: number };

export interface EnqueueParams extends SubmitOptions {
  readonly task: TaskSpec;
}

export interface EnqueueManyParams extends SubmitOptions {
  readonly tasks: readonly TaskSpec[];
}

export interface Enqueued {
  /** Of the task that counts: with an idempotency key that is in use, the first one. */
  readonly id: string;
  readonly outcome: "created" | "existing" | "queueFull";
}

// --- working ------------------------------------------------------------------------------------------------------

export interface ClaimParams extends ContextRef {
  readonly workerId: string;
  readonly leaseMs: number;
  /** Free slots of the worker; at most `MAX_CLAIM` are given. */
  readonly limit: number;
}

export const MAX_CLAIM = 256;

export interface Claimed {
  readonly tasks: readonly ClaimedTask[];
  /** Entries of the queue that are not tasks; recorded as failed where possible. */
  readonly rejected: readonly Rejection[];
  /** Why there were not `limit` tasks; null when there were. */
  readonly idle: Idle | null;
}

export interface Rejection {
  readonly id: string;
  readonly reason: string;
}

export interface Idle {
  readonly reason: IdleReason;
  /** Ask again after so many ms at the latest (a task comes due, the rate allows one); null when only an event helps. */
  readonly waitMs: number | null;
}

/** `empty`: nothing waits. `busy`: the context's concurrency is used up. */
export type IdleReason = "empty" | "paused" | "rateLimited" | "busy";

export interface WaitForWorkParams extends ContextRef {
  readonly idle: Idle;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** What to ask for at the wake-up. After an abort nothing stays claimed. */
  readonly claim?: Omit<ClaimParams, "context">;
}

export interface ExtendParams extends ContextRef {
  readonly workerId: string;
  readonly leases: readonly LeaseRef[];
  readonly leaseMs: number;
}

export interface LeaseState {
  readonly id: string;
  readonly token: number;
  /** False: the lease is gone; stop the script, its writes will be refused. */
  readonly held: boolean;
  readonly cancelRequested: boolean;
}

/** How a run ended. */
export type Verdict =
  | {
      readonly kind: "completed";
      readonly id: string;
      readonly token: number;
      readonly output: string;
    }
  | FailedVerdict
  /** No verdict of the script: its thread died. Counts as a crash. */
  | {
      readonly kind: "crashed";
      readonly id: string;
      readonly token: number;
      readonly error: TaskError;
    }
  /** Handed back (shutdown): no attempt is charged. */
  | { readonly kind: "released"; readonly id: string; readonly token: number }
  /** Stopped because a cancel was asked for. */
  | { readonly kind: "cancelled"; readonly id: string; readonly token: number }
  /** What the client wrote is not a task. */
  | {
      readonly kind: "malformed";
      readonly id: string;
      readonly token: number;
      readonly error: TaskError;
    };

export interface SettleParams extends ContextRef {
  readonly workerId: string;
  readonly verdicts: readonly Verdict[];
  /** Claim in the same step. */
  readonly claim?: { readonly leaseMs: number; readonly limit: number };
}

export interface Settled {
  /** What became of each task, in the order of `verdicts`. */
  readonly verdicts: readonly SettledVerdict[];
  /** Null when no claim was asked for. */
  readonly claimed: Claimed | null;
}

export interface SettledVerdict {
  readonly id: string;
  readonly status: SettledStatus;
}

/** `lost`: the lease is somebody else's or nobody's, nothing was written. `scheduled`: a retry waits. */
export type SettledStatus = "completed" | "failed" | "cancelled" | "scheduled" | "pending" | "lost";

/** Whether the status is one that the verdict leads to; a cancel that was asked for may have come before it. */
export function isCarriedOut({ kind }: Verdict, status: SettledStatus): boolean {
  if (status === "lost") return false;
  if (kind === "completed") return status === "completed";
  return kind !== "released" || status === "pending" || status === "cancelled";
}

export interface CompleteParams extends LeaseRef, ContextRef {
  readonly workerId: string;
  readonly output: string;
}

export interface FailParams extends LeaseRef, ContextRef {
  readonly workerId: string;
  readonly error: TaskError;
  readonly retryDelayMs: number | null;
}

export interface ReleaseParams extends LeaseRef, ContextRef {
  readonly workerId: string;
}

export interface ProgressParams extends LeaseRef, ContextRef {
  /** 0 to 1. */
  readonly fraction: number;
  readonly message?: string;
}

export interface LogParams extends LeaseRef, ContextRef {
  readonly lines: readonly { readonly level: string; readonly text: string }[];
}

export interface LogsParams extends TaskRef {
  /** Lines with higher numbers only. */
  readonly after?: number;
  readonly limit?: number;
}

export interface AnnounceWorkerParams {
  readonly workerId: string;
  readonly contexts: readonly string[];
  readonly ttlMs: number;
  /** Host, process, versions, threads ...: what `rhai queue stats` shows. */
  readonly info?: Readonly<Record<string, string | number>>;
}

export interface WatchCancelsParams {
  readonly contexts: readonly string[];
  readonly onCancel: (lease: LeaseRef) => void;
}

// --- results and looking ------------------------------------------------------------------------------------------

export interface WaitForResultParams extends TaskRef {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface ReadEventsParams extends ContextRef {
  /** Steps of the store to read; one that concerned several tasks holds several events. */
  readonly limit?: number;
  /** Cursor of the last event seen; `"0"` (default) from the oldest kept, `"$"` only new ones. */
  readonly after?: string;
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

export interface ListParams extends ContextRef {
  readonly state: ListedState;
  readonly cursor?: string;
  readonly limit?: number;
}

// --- control ------------------------------------------------------------------------------------------------------

/** `requested`: it runs, and its worker was told. `finished`: it had ended before. */
export type CancelOutcome = "cancelled" | "requested" | "finished" | "notFound";

export interface RerunParams extends TaskRef {
  readonly delayMs?: number;
}

export interface DeadParams extends ContextRef {
  readonly ids?: readonly string[];
  readonly limit?: number;
}

export interface ConfigureParams extends ContextRef {
  readonly settings: Partial<ContextSettings>;
}

export interface DrainParams extends ContextRef {
  /** Also those that wait for their time. */
  readonly scheduled?: boolean;
  readonly limit?: number;
}

// --- upkeep -------------------------------------------------------------------------------------------------------

export interface SweepParams extends ContextRef {
  readonly limit?: number;
}

export interface FsckParams extends ContextRef {
  /** Null to begin. */
  readonly cursor: string | null;
  readonly repair?: boolean;
}
