// What a task is: what a caller submits, what the store records, and which status may follow which.

/**
 * Glossary
 * - context: a named queue with its own workers, limits and retention.
 * - attempt: one run of a task's script that counts against `maxAttempts`.
 * - crash: a run that ended without a verdict (worker or thread died, lease ran out); counted apart from attempts.
 * - token: fencing number of one claim. Rises with every claim in a context and is checked by every later write, so that
 *   a worker that lost its lease cannot write any more.
 * - lease: the right of one worker to run a task until a moment; prolonged by heartbeats.
 * - fair key: whose turn it is (the caller, unless told otherwise); keys with waiting tasks are served in turns.
 */
export type TaskStatus = "scheduled" | "pending" | "processing" | "completed" | "failed" | "cancelled";

export const TASK_STATUSES: readonly TaskStatus[] = [
  "scheduled",
  "pending",
  "processing",
  "completed",
  "failed",
  "cancelled",
];

/** What can happen to a task. */
export type TaskEventName =
  | "promote"
  | "claim"
  | "complete"
  | "fail"
  | "retry"
  | "release"
  | "cancel"
  | "reject"
  | "rerun";

/** From status and event to the next status; what is missing here cannot happen. */
const TRANSITIONS: Readonly<Record<TaskStatus, Readonly<Partial<Record<TaskEventName, TaskStatus>>>>> = {
  scheduled: { promote: "pending", cancel: "cancelled" },
  pending: { claim: "processing", cancel: "cancelled", reject: "failed" },
  processing: {
    complete: "completed",
    fail: "failed",
    retry: "scheduled",
    release: "pending",
    cancel: "cancelled",
  },
  completed: { rerun: "pending" },
  failed: { rerun: "pending" },
  cancelled: { rerun: "pending" },
};

/** The status after `event`, or null when the event is not allowed in `status`. */
export function nextStatus(status: TaskStatus, event: TaskEventName): TaskStatus | null {
  return TRANSITIONS[status][event] ?? null;
}

/** No worker will touch the task any more, unless somebody asks for a rerun. */
export function isFinal(status: TaskStatus): status is "completed" | "failed" | "cancelled" {
  return status === "completed" || status === "failed" || status === "cancelled";
}

export function isTaskStatus(text: string): text is TaskStatus {
  return (TASK_STATUSES as readonly string[]).includes(text);
}

/** Why a task ended in the dead-letter list. */
export type DeadReason =
  /** All attempts failed. */
  | "exhausted"
  /** The failure was marked as not worth a retry. */
  | "notRetryable"
  /** Its worker or thread died too often while it ran. */
  | "quarantined"
  /** What a client wrote is not a task (missing or garbage fields). */
  | "malformed";

/** A failure as it is stored: plain data, texts bounded by the writer. */
export interface TaskError {
  /** `ErrorRuntime`, `Timeout`, `WorkerLost`, `Malformed` ... */
  readonly kind: string;
  readonly message: string;
  readonly position?: { readonly line: number; readonly column: number };
  /** Call stack of the script, innermost first. */
  readonly stack?: readonly string[];
}

/** How long to wait before the next attempt; see backoff.ts. */
export interface Backoff {
  readonly kind: "fixed" | "linear" | "exponential";
  readonly baseMs: number;
  readonly maxMs?: number;
  /** Share of the delay that is random, 0 to 1. */
  readonly jitter?: number;
}

/** Limits of one run; what is missing takes the worker's own. */
export interface TaskLimits {
  readonly operations?: number;
  readonly heapMb?: number;
  readonly outputBytes?: number;
  readonly callLevels?: number;
}

/** What a caller submits. Texts that hold JSON are opaque to the store. */
export interface TaskSpec {
  /** Made by `newTaskId` when missing. Submitting an id that exists already changes nothing, so a retry is safe. */
  readonly id?: string;
  readonly context: string;
  readonly callerId?: string;
  /** Whose turn the task uses up; `callerId` when missing. */
  readonly fairKey?: string;
  /** Source text; or `scriptPath`, resolved by the worker. One of the two is needed. */
  readonly script?: string;
  readonly scriptPath?: string;
  /** JSON object text: the variables of the script's scope. */
  readonly args?: string;
  /** Not before so many ms from now. */
  readonly delayMs?: number;
  /** Not before this moment (ms since 1970); `delayMs` wins. */
  readonly runAt?: number;
  /** 0 (default) to 1000; higher runs earlier. Each step is worth `ContextSettings.priorityStepMs` of waiting. */
  readonly priority?: number;
  /** Runs at most; 1 when missing. */
  readonly maxAttempts?: number;
  readonly backoff?: Backoff;
  /** Wall clock of one run. */
  readonly timeoutMs?: number;
  readonly limits?: TaskLimits;
  /** While a task with this key is unfinished in the context, submitting again returns that task. */
  readonly idempotencyKey?: string;
  /**
   * How long the record of a completed or cancelled task stays; 0 removes it at once (waiters still get the result).
   * A failed one stays as a dead letter.
   */
  readonly resultTtlMs?: number;
  /** W3C `traceparent`, handed to the worker. */
  readonly trace?: string;
  /** Any text of the caller's, for example JSON; handed back with the task. */
  readonly meta?: string;
  /** Signature over the task and the key that made it; checked by workers that demand it. */
  readonly signature?: string;
  readonly signedBy?: string;
}

/** What the store knows of a task. */
export interface Task {
  readonly id: string;
  readonly context: string;
  readonly status: TaskStatus;
  readonly callerId: string | null;
  readonly fairKey: string | null;
  readonly script: string | null;
  readonly scriptPath: string | null;
  readonly args: string | null;
  readonly priority: number;
  readonly maxAttempts: number;
  readonly backoff: Backoff | null;
  readonly timeoutMs: number | null;
  readonly limits: TaskLimits | null;
  readonly idempotencyKey: string | null;
  readonly resultTtlMs: number | null;
  readonly trace: string | null;
  readonly meta: string | null;
  readonly signature: string | null;
  readonly signedBy: string | null;
  /** Firing of a schedule: its name. */
  readonly schedule: string | null;

  readonly createdAt: number;
  readonly updatedAt: number;
  /** When it may run (scheduled), or became ready to run. */
  readonly runAt: number | null;
  /** Start of the latest run. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Runs so far, without those handed back or crashed. */
  readonly attempts: number;
  readonly crashes: number;
  /** Fencing token of the latest claim; 0 before the first. */
  readonly token: number;
  readonly workerId: string | null;
  /** Result as text (JSON), once completed. */
  readonly output: string | null;
  /** Of the latest failed run, also while a retry waits. */
  readonly error: TaskError | null;
  readonly deadReason: DeadReason | null;
  /** 0 to 1. */
  readonly progress: number | null;
  readonly progressMessage: string | null;
  readonly cancelRequestedAt: number | null;
}

/** A task in the hands of a worker, with the token that every write about it must show. */
export interface ClaimedTask extends Task {
  readonly status: "processing";
  readonly leaseUntil: number;
}

/** The end of a task, small enough to be pushed to whoever waits. */
export interface TaskResult {
  readonly id: string;
  readonly status: "completed" | "failed" | "cancelled";
  readonly output: string | null;
  readonly error: TaskError | null;
  readonly attempts: number;
  readonly finishedAt: number;
}

/** The result inside a finished task, or null while it is unfinished. */
export function resultOf(task: Task): TaskResult | null {
  const { id, status, output, error, attempts } = task;
  if (!isFinal(status)) return null;
  return { id, status, output, error, attempts, finishedAt: task.finishedAt ?? task.updatedAt };
}
