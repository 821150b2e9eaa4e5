// The wire form of a task: names and texts of its fields, both ways.

import type { Backoff, DeadReason, Task, TaskError, TaskLimits, TaskSpec, TaskStatus } from "./task.ts";
import { isTaskStatus } from "./task.ts";

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

/** From a reply of fields and values in turns. No object without a prototype: those are several times slower to read. */
export function recordFrom(reply: readonly unknown[]): TaskRecord {
  const record: Record<string, string> = {};
  for (let i = 0; i + 1 < reply.length; i += 2) record[reply[i] as string] = reply[i + 1] as string;
  return record;
}

/** What a foreign client wrote as garbage reads as missing. */
export function decodeTask(id: string, record: TaskRecord, context: string): Task {
  const text = (name: string): string | null => record[name] ?? null;
  const createdAt = numberOf(record.createdAt) ?? 0;
  return {
    id,
    context: record.context ?? context,
    status: status(record),
    callerId: text("callerId"),
    fairKey: text("fairKey"),
    script: text("script"),
    scriptPath: text("scriptPath"),
    args: text("args"),
    priority: numberOf(record.priority) ?? 0,
    maxAttempts: numberOf(record.maxAttempts) ?? 1,
    backoff: record.backoff === undefined ? null : objectOf<Backoff>(record.backoff),
    timeoutMs: numberOf(record.timeoutMs),
    limits: record.limits === undefined ? null : objectOf<TaskLimits>(record.limits),
    idempotencyKey: text("idempotencyKey"),
    resultTtlMs: numberOf(record.resultTtlMs),
    trace: text("trace"),
    meta: text("meta"),
    signature: text("signature"),
    signedBy: text("signedBy"),
    schedule: text("schedule"),
    createdAt,
    updatedAt: numberOf(record.updatedAt) ?? createdAt,
    runAt: numberOf(record.runAt),
    startedAt: numberOf(record.startedAt),
    finishedAt: numberOf(record.finishedAt),
    attempts: numberOf(record.attempts) ?? 0,
    crashes: numberOf(record.crashes) ?? 0,
    token: numberOf(record.token) ?? 0,
    workerId: text("workerId"),
    output: text("output"),
    error: record.error === undefined ? null : decodeError(record.error),
    deadReason: (record.deadReason as DeadReason | undefined) ?? null,
    progress: numberOf(record.progress),
    progressMessage: record.progressMessage || null,
    cancelRequestedAt: numberOf(record.cancelRequestedAt),
  };
}

function status(record: TaskRecord): TaskStatus {
  return record.status !== undefined && isTaskStatus(record.status) ? record.status : "pending";
}

/** Null for what is missing or no number. */
export function numberOf(text: string | undefined): number | null {
  if (text === undefined || text === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Null for what is not the JSON of an object. */
export function objectOf<T>(text: string): T | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as T) : null;
  } catch {
    return null;
  }
}

/** A text that is no stored error (a foreign client's) is taken as its message. */
export function decodeError(text: string): TaskError {
  const error = objectOf<TaskError>(text);
  if (error === null || typeof error.message !== "string") return { kind: "Unknown", message: text };
  return typeof error.kind === "string" ? error : { ...error, kind: "Unknown" };
}

export function encodeError(error: TaskError): string {
  return JSON.stringify(error);
}
