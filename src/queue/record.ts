// The wire form of a task: names and texts of its fields, both ways, and what makes a record unusable.

import { QueueError } from "./errors.ts";
import { checkContext, checkLabel, checkTaskId } from "./names.ts";
import type { Verdict } from "./store.ts";
import type { Backoff, DeadReason, Task, TaskError, TaskLimits, TaskSpec, TaskStatus } from "./task.ts";
import { isTaskStatus } from "./task.ts";

/** Longest texts accepted, in bytes. */
export interface TextLimits {
  readonly script: number;
  /** Arguments, output, and any other single text. */
  readonly text: number;
}

export const DEFAULT_TEXT_LIMITS: TextLimits = { script: 1_048_576, text: 4_194_304 };

export const MAX_PRIORITY = 1000;
/** A year: later is a mistake in units. */
const LONGEST_DELAY_MS = 366 * 86_400_000;

export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/** Counted for every task besides its texts: about what the server needs for the record and its places in the indexes. */
export const RECORD_BYTES = 300;

export function fairKeyOf(task: {
  readonly fairKey?: string | null;
  readonly callerId?: string | null;
}): string {
  return (task.fairKey ?? task.callerId) || "-";
}

/** Throws `invalid` for what no store would accept. */
export function checkSpec(spec: TaskSpec, limits: TextLimits): void {
  checkContext(spec.context);
  if (spec.id !== undefined) checkTaskId(spec.id);
  if (spec.callerId !== undefined) checkLabel("caller id", spec.callerId);
  if (spec.fairKey !== undefined) checkLabel("fair key", spec.fairKey);
  if (spec.idempotencyKey !== undefined) checkLabel("idempotency key", spec.idempotencyKey);
  if ((spec.script === undefined) === (spec.scriptPath === undefined)) {
    throw new QueueError("invalid", "a task needs either script or scriptPath");
  }
  checkText("script", spec.script, limits.script);
  checkText("scriptPath", spec.scriptPath, 4096);
  checkText("args", spec.args, limits.text);
  checkText("meta", spec.meta, limits.text);
  checkNumber("priority", spec.priority, 0, MAX_PRIORITY);
  checkNumber("maxAttempts", spec.maxAttempts, 1, 1_000_000);
  checkNumber("timeoutMs", spec.timeoutMs, 1, LONGEST_DELAY_MS);
  checkNumber("delayMs", spec.delayMs, 0, LONGEST_DELAY_MS);
  checkNumber("resultTtlMs", spec.resultTtlMs, 0, Number.MAX_SAFE_INTEGER);
  checkNumber("runAt", spec.runAt, 0, 8.64e15);
}

export function checkText(name: string, text: string | undefined, limit: number): void {
  if (text === undefined) return;
  if (typeof text !== "string") throw new QueueError("invalid", `${name} (a text is needed)`);
  if (!fits(text, limit)) {
    throw new QueueError("invalid", `${name} of ${byteLength(text)} bytes (allowed: ${limit})`);
  }
}

function checkNumber(name: string, value: number | undefined, low: number, high: number): void {
  if (value === undefined) return;
  if (!(Number.isInteger(value) && value >= low && value <= high)) {
    throw new QueueError("invalid", `${name} (allowed: whole numbers from ${low} to ${high})`);
  }
}

/** Fields and values, in turns, of what a submit writes; the store adds status, context and times. */
export function encodeSpec(spec: TaskSpec, schedule?: string): string[] {
  const fields: string[] = [];
  const put = (name: string, value: string | number | undefined) => {
    if (value !== undefined) fields.push(name, typeof value === "number" ? String(value) : value);
  };
  put("script", spec.script);
  put("scriptPath", spec.scriptPath);
  put("args", spec.args);
  put("callerId", spec.callerId);
  put("fairKey", spec.fairKey);
  if (spec.priority !== 0) put("priority", spec.priority);
  put("maxAttempts", spec.maxAttempts);
  put("timeoutMs", spec.timeoutMs);
  put("idempotencyKey", spec.idempotencyKey);
  put("resultTtlMs", spec.resultTtlMs);
  put("trace", spec.trace);
  put("meta", spec.meta);
  put("signature", spec.signature);
  put("signedBy", spec.signedBy);
  put("schedule", schedule);
  if (spec.backoff !== undefined) put("backoff", JSON.stringify(spec.backoff));
  if (spec.limits !== undefined) put("limits", JSON.stringify(spec.limits));
  return fields;
}

/** Bytes that a task counts for, as the scripts do it. */
export function specBytes(fields: readonly string[]): number {
  let bytes = RECORD_BYTES;
  for (let i = 1; i < fields.length; i += 2) bytes += byteLength(fields[i]);
  return bytes;
}

export type TaskRecord = Readonly<Record<string, string | undefined>>;

/** From a reply of fields and values in turns. */
export function recordFrom(reply: readonly unknown[]): TaskRecord {
  const record: Record<string, string> = Object.create(null);
  for (let i = 0; i + 1 < reply.length; i += 2) record[reply[i] as string] = reply[i + 1] as string;
  return record;
}

/** What a foreign client wrote as garbage reads as missing. */
export function decodeTask(id: string, record: TaskRecord, context: string): Task {
  const text = (name: string): string | null => record[name] ?? null;
  const createdAt = number(record.createdAt) ?? 0;
  return {
    id,
    context: record.context ?? context,
    status: status(record),
    callerId: text("callerId"),
    fairKey: text("fairKey"),
    script: text("script"),
    scriptPath: text("scriptPath"),
    args: text("args"),
    priority: number(record.priority) ?? 0,
    maxAttempts: number(record.maxAttempts) ?? 1,
    backoff: record.backoff === undefined ? null : object<Backoff>(record.backoff),
    timeoutMs: number(record.timeoutMs),
    limits: record.limits === undefined ? null : object<TaskLimits>(record.limits),
    idempotencyKey: text("idempotencyKey"),
    resultTtlMs: number(record.resultTtlMs),
    trace: text("trace"),
    meta: text("meta"),
    signature: text("signature"),
    signedBy: text("signedBy"),
    schedule: text("schedule"),
    createdAt,
    updatedAt: number(record.updatedAt) ?? createdAt,
    runAt: number(record.runAt),
    startedAt: number(record.startedAt),
    finishedAt: number(record.finishedAt),
    attempts: number(record.attempts) ?? 0,
    crashes: number(record.crashes) ?? 0,
    token: number(record.token) ?? 0,
    workerId: text("workerId"),
    output: text("output"),
    error: record.error === undefined ? null : decodeError(record.error),
    deadReason: (record.deadReason as DeadReason | undefined) ?? null,
    progress: number(record.progress),
    progressMessage: record.progressMessage || null,
    cancelRequestedAt: number(record.cancelRequestedAt),
  };
}

function status(record: TaskRecord): TaskStatus {
  return record.status !== undefined && isTaskStatus(record.status) ? record.status : "pending";
}

function number(text: string | undefined): number | null {
  if (text === undefined || text === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function object<T>(text: string): T | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as T) : null;
  } catch {
    return null;
  }
}

/** A text that is no stored error (a foreign client's) is taken as its message. */
export function decodeError(text: string): TaskError {
  const error = object<TaskError>(text);
  if (error === null || typeof error.message !== "string") return { kind: "Unknown", message: text };
  return typeof error.kind === "string" ? error : { ...error, kind: "Unknown" };
}

export function encodeError(error: TaskError): string {
  return JSON.stringify(error);
}

const MAX_MESSAGE = 20_000;
const MAX_STACK = 100;

/** Long texts shortened: an error is for reading. */
export function boundedError(error: TaskError): TaskError {
  const { kind, message, stack } = error;
  const short = message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)} …`;
  if (stack === undefined) return { ...error, kind, message: short };
  return {
    ...error,
    kind,
    message: short,
    stack: stack.slice(0, MAX_STACK).map((line) => line.slice(0, 1000)),
  };
}

/** A verdict that can be stored: an output that is too large fails its task, and no other. */
export function boundedVerdict(verdict: Verdict, limits: TextLimits): Verdict {
  if (verdict.kind !== "completed")
    return "error" in verdict ? { ...verdict, error: boundedError(verdict.error) } : verdict;
  if (fits(verdict.output, limits.text)) return verdict;
  const message = `output of ${byteLength(verdict.output)} bytes (allowed: ${limits.text})`;
  const { id, token } = verdict;
  return { kind: "failed", id, token, error: { kind: "OutputTooLarge", message }, retryDelayMs: null };
}

/** No character takes more than three bytes per unit: most texts need no counting. */
function fits(text: string, limit: number): boolean {
  return text.length * 3 <= limit || byteLength(text) <= limit;
}

const NUMERIC: readonly (readonly [string, number, number])[] = [
  ["priority", 0, MAX_PRIORITY],
  ["maxAttempts", 1, 1_000_000],
  ["timeoutMs", 1, LONGEST_DELAY_MS],
  ["resultTtlMs", 0, Number.MAX_SAFE_INTEGER],
  ["createdAt", 0, 8.64e15],
];

/** Why nobody can run what a client wrote; null when somebody can. */
export function findGarbage(record: TaskRecord, limits: TextLimits): string | null {
  if (!record.script && !record.scriptPath) return "neither script nor scriptPath is given";
  if (record.script && byteLength(record.script) > limits.script) {
    return `script is larger than ${limits.script} bytes`;
  }
  for (const [name, low, high] of NUMERIC) {
    const text = record[name];
    if (text === undefined) continue;
    const value = number(text);
    if (value === null || value < low || value > high)
      return `${name} is not a number from ${low} to ${high}`;
  }
  for (const name of ["args", "backoff", "limits"]) {
    const text = record[name];
    if (text !== undefined && object(text) === null) return `${name} is not a JSON object`;
  }
  return null;
}
