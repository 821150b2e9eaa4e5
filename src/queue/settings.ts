// The rules of a context (limits, fairness, retention), kept in the store and the same for all its workers.

import { QueueError } from "./errors.ts";
import { checkLabel } from "./names.ts";
import { checkNumber } from "./numbers.ts";

export interface Retention {
  /** Removed when ended longer ago. */
  readonly maxAgeMs: number;
  /** The newest so many stay. */
  readonly maxCount: number;
  /** Stored text of all of them together, about. */
  readonly maxBytes: number;
}

export interface RateLimit {
  /** Starts ... */
  readonly max: number;
  /** ... per so many ms, over all workers. The first `max` may start at once. */
  readonly perMs: number;
}

export interface ContextSettings {
  /** No task is claimed; submitting goes on. */
  readonly paused: boolean;
  /** Live leases at most, over all workers; null for no limit. */
  readonly concurrency: number | null;
  /** Live leases at most for each fair key. */
  readonly keyConcurrency: number | null;
  readonly rate: RateLimit | null;
  /** Turns in a row for a fair key; 1 for those not named. */
  readonly weights: Readonly<Record<string, number>>;
  /** Waiting and scheduled tasks at most; a submit beyond is refused. */
  readonly maxLength: number | null;
  /** Stored text of unfinished tasks at most. */
  readonly maxBytes: number | null;
  /** A task with priority p goes before one without that waited up to p times this longer. */
  readonly priorityStepMs: number;
  /** Crashes (lost leases, dead threads) after which a task is quarantined in the dead-letter list. */
  readonly maxCrashes: number;
  /** Wait after the first crash; doubles with each further one, up to a minute. */
  readonly crashDelayMs: number;
  /** Completed and cancelled tasks. */
  readonly retention: Retention;
  /** The dead-letter list. */
  readonly deadRetention: Retention;
  /** Events kept, about (they go in groups); 0 writes none. */
  readonly maxEvents: number;
}

const HOUR = 3_600_000;
const MB = 1_048_576;

/** Finite by default: a context that nobody looks after cannot fill the server with finished tasks. */
export const DEFAULT_SETTINGS: ContextSettings = {
  paused: false,
  concurrency: null,
  keyConcurrency: null,
  rate: null,
  weights: {},
  maxLength: null,
  maxBytes: null,
  priorityStepMs: 10_000,
  maxCrashes: 3,
  crashDelayMs: 1000,
  retention: { maxAgeMs: 24 * HOUR, maxCount: 50_000, maxBytes: 64 * MB },
  deadRetention: { maxAgeMs: 14 * 24 * HOUR, maxCount: 10_000, maxBytes: 64 * MB },
  maxEvents: 10_000,
};

/** Settings are written by the server's scripts, which keep 14 digits of a number. */
const MOST = 1e14;
const MAX_WEIGHTS = 10_000;

/** Throws `invalid` for values that make no sense. */
export function checkSettings(settings: Partial<ContextSettings>): void {
  for (const name of ["concurrency", "keyConcurrency", "maxLength", "maxBytes"] as const) {
    if (settings[name] !== null) checkWhole(name, settings[name], 1);
  }
  for (const name of ["priorityStepMs", "crashDelayMs", "maxEvents"] as const)
    checkWhole(name, settings[name], 0);
  checkWhole("maxCrashes", settings.maxCrashes, 1);
  checkWhole("rate.max", settings.rate?.max, 1);
  checkWhole("rate.perMs", settings.rate?.perMs, 1);
  for (const name of ["retention", "deadRetention"] as const) {
    checkWhole(`${name}.maxAgeMs`, settings[name]?.maxAgeMs, 0);
    checkWhole(`${name}.maxCount`, settings[name]?.maxCount, 0);
    checkWhole(`${name}.maxBytes`, settings[name]?.maxBytes, 0);
  }
  const weights = Object.entries(settings.weights ?? {});
  if (weights.length > MAX_WEIGHTS) throw new QueueError("invalid", `weights (allowed: ${MAX_WEIGHTS} keys)`);
  for (const [key, weight] of weights) {
    checkLabel("fair key", key);
    checkWhole("weight", weight, 1);
  }
}

function checkWhole(name: string, value: number | undefined, low: number): void {
  checkNumber(name, value, low, MOST);
}
