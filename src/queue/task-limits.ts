// What a task may hold: checked in what callers submit and in what foreign clients wrote, bounded in how runs end.

import { QueueError } from "./errors.ts";
import { checkContext, checkLabel, checkTaskId, isLabel } from "./names.ts";
import { checkNumber, LONGEST_DELAY_MS } from "./numbers.ts";
import { byteLength, numberOf, objectOf, type TaskRecord } from "./record.ts";
import type { Verdict } from "./store.ts";
import type { Backoff, TaskError, TaskSpec } from "./task.ts";

/** Longest texts accepted, in bytes. */
export interface TextLimits {
  readonly script: number;
  /** Arguments, output, and any other single text. */
  readonly text: number;
}

export const DEFAULT_TEXT_LIMITS: TextLimits = { script: 1_048_576, text: 4_194_304 };

export const MAX_PRIORITY = 1000;

/** Texts with a limit of their own, in bytes. */
const SHORT_TEXTS = { scriptPath: 4096, trace: 1024, signature: 8192 } as const;
const LABELS = ["callerId", "fairKey", "idempotencyKey", "signedBy"] as const;
const NUMBERS = {
  priority: [0, MAX_PRIORITY],
  maxAttempts: [1, 1_000_000],
  timeoutMs: [1, LONGEST_DELAY_MS],
  delayMs: [0, LONGEST_DELAY_MS],
  resultTtlMs: [0, Number.MAX_SAFE_INTEGER],
  runAt: [0, 8.64e15],
} as const;

/** Throws `invalid` for what no store would accept. */
export function checkSpec(spec: TaskSpec, limits: TextLimits): void {
  checkContext(spec.context);
  if (spec.id !== undefined) checkTaskId(spec.id);
  for (const name of LABELS) {
    const text = spec[name];
    if (text !== undefined) checkLabel(name, text);
  }
  if ((spec.script === undefined) === (spec.scriptPath === undefined)) {
    throw new QueueError("invalid", "a task needs either script or scriptPath");
  }
  checkText("script", spec.script, limits.script);
  checkText("args", spec.args, limits.text);
  checkText("meta", spec.meta, limits.text);
  checkText("scriptPath", spec.scriptPath, SHORT_TEXTS.scriptPath);
  checkText("trace", spec.trace, SHORT_TEXTS.trace);
  checkText("signature", spec.signature, SHORT_TEXTS.signature);
  checkNumbers(spec);
  if (spec.backoff !== undefined && !isBackoff(spec.backoff)) {
    throw new QueueError(
      "invalid",
      "backoff (kind: fixed, linear or exponential; baseMs, maxMs: ms; jitter: 0 to 1)",
    );
  }
}

/** Most tasks name none of them. */
function checkNumbers(spec: TaskSpec): void {
  const { priority, maxAttempts, timeoutMs, delayMs, resultTtlMs, runAt } = spec;
  if (priority !== undefined) checkNumber("priority", priority, ...NUMBERS.priority);
  if (maxAttempts !== undefined) checkNumber("maxAttempts", maxAttempts, ...NUMBERS.maxAttempts);
  if (timeoutMs !== undefined) checkNumber("timeoutMs", timeoutMs, ...NUMBERS.timeoutMs);
  if (delayMs !== undefined) checkNumber("delayMs", delayMs, ...NUMBERS.delayMs);
  if (resultTtlMs !== undefined) checkNumber("resultTtlMs", resultTtlMs, ...NUMBERS.resultTtlMs);
  if (runAt !== undefined) checkNumber("runAt", runAt, ...NUMBERS.runAt);
}

/** Throws `invalid` for a text that is too long, or that UTF-8 cannot express. */
export function checkText(name: string, text: string | undefined, limit: number): void {
  if (text === undefined) return;
  if (typeof text !== "string") throw new QueueError("invalid", `${name} (a text is needed)`);
  if (!text.isWellFormed())
    throw new QueueError("invalid", `${name} (half of a surrogate pair is no character)`);
  if (!fits(text, limit)) {
    throw new QueueError("invalid", `${name} of ${byteLength(text)} bytes (allowed: ${limit})`);
  }
}

/** No character takes more than three bytes per unit: most texts need no counting. */
function fits(text: string, limit: number): boolean {
  return text.length * 3 <= limit || byteLength(text) <= limit;
}

function isBackoff({ kind, baseMs, maxMs, jitter }: Partial<Backoff>): boolean {
  const isMs = (ms: unknown) => typeof ms === "number" && ms >= 0 && ms <= Number.MAX_SAFE_INTEGER;
  return (
    (kind === "fixed" || kind === "linear" || kind === "exponential") &&
    isMs(baseMs) &&
    (maxMs === undefined || isMs(maxMs)) &&
    (jitter === undefined || (typeof jitter === "number" && jitter >= 0 && jitter <= 1))
  );
}

// --- what foreign clients wrote ---------------------------------------------------------------------------------------

const NUMERIC_FIELDS: readonly (readonly [string, number, number])[] = [
  ...(["priority", "maxAttempts", "timeoutMs", "resultTtlMs"] as const).map(
    (name) => [name, ...NUMBERS[name]] as const,
  ),
  ["createdAt", 0, 8.64e15],
];

/** Why nobody can run what a client wrote; null when somebody can. */
export function findGarbage(record: TaskRecord, limits: TextLimits): string | null {
  if (!record.script && !record.scriptPath) return "neither script nor scriptPath is given";
  return findLargeText(record, limits) ?? findBadNumber(record) ?? findBadJson(record);
}

function findLargeText(record: TaskRecord, limits: TextLimits): string | null {
  for (const [name, text] of Object.entries(record)) {
    const limit = limitOf(name, limits);
    if (!fits(text!, limit)) return `${name.slice(0, 100)} is larger than ${limit} bytes`;
  }
  for (const name of LABELS) {
    const text = record[name];
    if (text !== undefined && text !== "" && !isLabel(text))
      return `${name} is longer than 256 characters, or holds control characters`;
  }
  return null;
}

/** Names are whatever somebody wrote: `constructor` is none of ours. */
function limitOf(name: string, limits: TextLimits): number {
  if (name === "script") return limits.script;
  return Object.hasOwn(SHORT_TEXTS, name) ? SHORT_TEXTS[name as keyof typeof SHORT_TEXTS] : limits.text;
}

function findBadNumber(record: TaskRecord): string | null {
  for (const [name, low, high] of NUMERIC_FIELDS) {
    const text = record[name];
    if (text === undefined) continue;
    const value = numberOf(text);
    if (value === null || value < low || value > high)
      return `${name} is not a number from ${low} to ${high}`;
  }
  return null;
}

function findBadJson(record: TaskRecord): string | null {
  for (const name of ["args", "backoff", "limits"]) {
    const text = record[name];
    if (text !== undefined && objectOf(text) === null) return `${name} is not a JSON object`;
  }
  if (record.backoff !== undefined && !isBackoff(objectOf<Backoff>(record.backoff)!))
    return "backoff is not one that can be worked out";
  return null;
}

// --- how runs end ------------------------------------------------------------------------------------------------------

const MAX_KIND = 200;
const MAX_MESSAGE = 20_000;
const MAX_STACK = 100;
const MAX_LINE = 1000;

/** Long texts shortened: an error is for reading. */
export function boundedError(error: TaskError): TaskError {
  const { message, position, stack } = error;
  return {
    kind: error.kind.slice(0, MAX_KIND),
    message: message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)} …`,
    ...(position !== undefined && { position }),
    ...(stack !== undefined && { stack: stack.slice(0, MAX_STACK).map((line) => line.slice(0, MAX_LINE)) }),
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
