// How long a failed task waits before its next attempt.

import type { Backoff, Task, TaskError } from "./task.ts";

/** A day: no wait is longer, whatever the arithmetic says. */
const LONGEST_MS = 86_400_000;

export const DEFAULT_BACKOFF: Backoff = { kind: "exponential", baseMs: 1000, maxMs: 300_000, jitter: 0.2 };

/** Delay in ms after failed attempt number `attempt` (1 is the first). `random` gives 0 to 1. */
export function retryDelay(backoff: Backoff, attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(backoff.maxMs ?? LONGEST_MS, LONGEST_MS);
  const plain = Math.min(ceiling, growth(backoff, Math.max(1, attempt)));
  const jitter = Math.min(1, Math.max(0, backoff.jitter ?? 0));
  return Math.round(plain * (1 - jitter) + plain * jitter * random());
}

function growth({ kind, baseMs }: Backoff, attempt: number): number {
  if (kind === "fixed") return baseMs;
  if (kind === "linear") return baseMs * attempt;
  return baseMs * 2 ** Math.min(attempt - 1, 52);
}

/** The verdict of a failed run: the task's own policy decides when the next one may start. */
export function failure(
  task: Task,
  error: TaskError,
  options: { readonly retryable?: boolean; readonly random?: () => number } = {},
): FailedVerdict {
  const delay = retryDelay(task.backoff ?? DEFAULT_BACKOFF, task.attempts, options.random);
  return {
    kind: "failed",
    id: task.id,
    token: task.token,
    error,
    retryDelayMs: options.retryable === false ? null : delay,
  };
}

/** See `Verdict` in store.ts. */
export interface FailedVerdict {
  readonly kind: "failed";
  readonly id: string;
  readonly token: number;
  readonly error: TaskError;
  /** Wait before the next attempt, if attempts are left; null when a retry would not help. */
  readonly retryDelayMs: number | null;
}
