// Errors of the queue: one class, stable codes, all texts in one table.

/** What went wrong, for programs. */
export type QueueErrorCode =
  /** The store could not be reached; nothing was written. */
  | "unavailable"
  /** The connection broke or the deadline passed after the call was sent: it may have been carried out. */
  | "unknownOutcome"
  /** The context's maximum length or bytes is reached: submit later. */
  | "queueFull"
  /** The store's memory is full: submit later. */
  | "outOfMemory"
  /** The lease went to somebody else, or the task was ended, since this worker claimed it. */
  | "staleToken"
  | "notFound"
  /** The task's status does not allow what was asked. */
  | "wrongState"
  /** What the caller handed in breaks a rule. */
  | "invalid"
  /** A key of ours holds another type of data. */
  | "wrongType"
  /** The time the caller gave ran out. */
  | "timeout"
  /** The task that was waited for was removed. */
  | "removed"
  /** The store was closed. */
  | "closed"
  /** Not authenticated, or not permitted by the server's access rules. */
  | "denied"
  /** The server cannot do what was asked (too old, not a replica set ...). */
  | "unsupported"
  /** Written, but not on as many replicas or disks as demanded within the time. */
  | "notDurable"
  /** Anything else that the server answered. */
  | "server";

const TEXTS: Readonly<Record<QueueErrorCode, string>> = {
  unavailable: "the queue's store cannot be reached",
  unknownOutcome:
    "the connection to the queue's store was lost: the call may or may not have been carried out",
  queueFull: "the queue is full",
  outOfMemory: "the queue's store has no memory left",
  staleToken: "the lease on the task is lost",
  notFound: "no such task",
  wrongState: "the task's status does not allow this",
  invalid: "invalid value",
  wrongType: "a key of the queue holds another type of data",
  timeout: "the time ran out",
  removed: "the task was removed",
  closed: "the store is closed",
  denied: "the store's server denies access",
  unsupported: "the store's server cannot do this",
  notDurable: "written, but not confirmed as durable",
  server: "the store's server reported an error",
};

/** Every failure of the queue that callers may want to tell apart. */
export class QueueError extends Error {
  override readonly name = "QueueError";
  readonly code: QueueErrorCode;

  /** `detail` follows the code's own text; it must hold no secret. */
  constructor(code: QueueErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail === undefined ? TEXTS[code] : `${TEXTS[code]}: ${detail}`, options);
    this.code = code;
  }

  /** The same call may succeed later without any change. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}

const RETRYABLE: ReadonlySet<QueueErrorCode> = new Set([
  "unavailable",
  "unknownOutcome",
  "queueFull",
  "outOfMemory",
]);

export function isQueueError(error: unknown, code?: QueueErrorCode): error is QueueError {
  return error instanceof QueueError && (code === undefined || error.code === code);
}
