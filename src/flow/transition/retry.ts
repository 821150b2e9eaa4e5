// Whether a failed attempt is worth another one, and when.

import { retryDelay } from "../../queue/backoff.ts";
import type { RetryPolicy } from "../definition/types.ts";
import type { StepError } from "../state.ts";

/** Of compensations that say nothing: undoing is worth some patience. */
export const DEFAULT_UNDO_RETRY: RetryPolicy = {
  count: 3,
  backoff: "exponential",
  delay: 1,
  maxDelay: 60,
  jitter: 0.2,
};

/** Failures of the text itself: the next attempt would fail the same way. Naming them in `on` overrides that. */
const HOPELESS: ReadonlySet<string> = new Set(["ErrorParsing", "Expression", "Invalid"]);

/**
 * Ms to wait before the next attempt, or null when there is none. `seed` names the attempt: the same one always gets the
 * same jitter, so that the transition is a function of its arguments.
 */
export function nextAttemptDelay(
  policy: RetryPolicy | undefined,
  failed: { readonly attempt: number; readonly error: StepError; readonly seed: string },
): number | null {
  if (policy === undefined || failed.attempt > policy.count || !isRetryable(policy, failed.error))
    return null;
  const { backoff, delay, maxDelay, jitter } = policy;
  const milliseconds = { kind: backoff, baseMs: delay * 1000, maxMs: maxDelay * 1000, jitter };
  return retryDelay(milliseconds, failed.attempt, () => fraction(failed.seed));
}

function isRetryable({ on, except }: RetryPolicy, error: StepError): boolean {
  const matches = (entry: string) =>
    entry.length > 1 && entry.startsWith("/") && entry.endsWith("/")
      ? new RegExp(entry.slice(1, -1), "u").test(error.message)
      : entry === error.kind;
  if (except?.some(matches)) return false;
  if (on !== undefined) return on.some(matches);
  return error.final !== true && !HOPELESS.has(error.kind);
}

/** A number from 0 to 1 that is the same for the same text (FNV-1a, mixed). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
