// What a store tells about contexts and tasks: logs, events, numbers, pages, explanations, results of upkeep.

import type { ContextSettings } from "./settings.ts";
import type { Task, TaskStatus } from "./task.ts";

export interface LogLine {
  /** Counts from 1 within the task, also past lines that were dropped. */
  readonly number: number;
  readonly at: number;
  /** `print`, `debug`, or what the script's host says. */
  readonly level: string;
  readonly text: string;
}

export interface LogPage {
  readonly lines: readonly LogLine[];
  /** Lines that were dropped because there were too many. */
  readonly dropped: number;
}

export interface WorkerInfo {
  readonly workerId: string;
  readonly contexts: readonly string[];
  readonly seenAt: number;
  readonly info: Readonly<Record<string, string | number>>;
}

export interface QueueEvent {
  /** Position in the stream; hand it back as `after`. */
  readonly cursor: string;
  readonly at: number;
  readonly type: QueueEventType;
  readonly taskId: string;
  /** Progress, error kind, dead reason ...: short. */
  readonly detail: string | null;
}

export type QueueEventType =
  | "submitted"
  | "started"
  | "progress"
  | "completed"
  | "failed"
  | "retrying"
  /** A run ended without a verdict. */
  | "stalled"
  | "released"
  | "cancelled"
  | "rerun"
  /** An entry of the queue was not a task. */
  | "rejected";

export interface EventPage {
  readonly events: readonly QueueEvent[];
  /** Hand back as `after`. */
  readonly cursor: string;
}

export interface Counts {
  /** Ready to run. */
  readonly waiting: number;
  readonly scheduled: number;
  /** With a lease, live or expired. */
  readonly processing: number;
  /** Kept records. */
  readonly finished: number;
  readonly dead: number;
  /** Stored text of unfinished tasks, and of kept finished and dead ones. */
  readonly openBytes: number;
  readonly keptBytes: number;
  /** Since the context exists. */
  readonly totals: Totals;
}

export interface Totals {
  readonly submitted: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly retried: number;
  readonly crashed: number;
  readonly rejected: number;
}

/** `waiting` and `dead`, `finished`: oldest first. `scheduled`: next first. `processing`: first to expire first. */
export type ListedState = "waiting" | "scheduled" | "processing" | "finished" | "dead";

/** Statuses that `list` shows under each state. */
export const LISTED_STATUSES: Readonly<Record<ListedState, readonly TaskStatus[]>> = {
  waiting: ["pending"],
  scheduled: ["scheduled"],
  processing: ["processing"],
  finished: ["completed", "cancelled"],
  dead: ["failed"],
};

export interface TaskPage {
  readonly tasks: readonly Task[];
  /** Null when there is no more. */
  readonly cursor: string | null;
}

export interface Explanation {
  readonly task: Task;
  readonly counts: Counts;
  readonly settings: ContextSettings;
  /** Of a running task: when its lease runs out. */
  readonly leaseUntil: number | null;
  /** Live leases in the context, and those of the task's fair key. */
  readonly liveLeases: number;
  readonly keyLeases: number;
  /** Ms until the rate limit allows a start; 0 when it does now. */
  readonly rateWaitMs: number;
  /** Waiting tasks in front, if that is known without reading the whole queue. */
  readonly ahead: number | null;
  /** Held back because its fair key has its number of leases. */
  readonly parked: boolean;
  /** Workers that serve the context. */
  readonly workers: number;
  readonly now: number;
}

export interface Moved {
  readonly count: number;
  readonly more: boolean;
}

export interface Fired {
  readonly ids: readonly string[];
  /** Until the next slot of any schedule; null without schedules. */
  readonly waitMs: number | null;
}

export interface Swept {
  readonly promoted: number;
  readonly recovered: number;
  readonly removed: number;
  /** Some of the three reached the limit. */
  readonly more: boolean;
  /** Until the next lease can expire or task come due; null when there is none. */
  readonly waitMs: number | null;
}

export interface FsckSlice {
  readonly checked: number;
  readonly problems: readonly FsckProblem[];
  readonly cursor: string | null;
}

export interface FsckProblem {
  /** Short name of the broken rule, for example `processingWithoutLease`. */
  readonly rule: string;
  readonly subject: string;
  readonly detail: string;
  readonly repaired: boolean;
}

export interface Health {
  readonly ok: boolean;
  readonly latencyMs: number | null;
  /** Code and text of the failure. */
  readonly error: string | null;
}
