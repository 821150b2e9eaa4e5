// Numbers that callers hand in: leases, delays, sizes of steps. What makes no sense never reaches the store's arithmetic.

import { QueueError } from "./errors.ts";

/** A year: longer is a mistake in units. */
export const LONGEST_DELAY_MS = 366 * 86_400_000;

/** What a timer can count: with more, `setTimeout` fires at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Throws `invalid` for what is not a whole number in the range. */
export function checkNumber(name: string, value: number | undefined, low: number, high: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= low && value <= high)) return;
  throw new QueueError("invalid", `${name} (allowed: whole numbers from ${low} to ${high})`);
}

/** A lease in whole ms. Throws `invalid`. */
export function checkLease(leaseMs: number): number {
  if (leaseMs > 0 && leaseMs <= LONGEST_DELAY_MS) return Math.max(1, Math.round(leaseMs));
  throw new QueueError("invalid", `leaseMs (allowed: more than 0, up to ${LONGEST_DELAY_MS})`);
}

/** The wait before a retry, in whole ms: a policy whose arithmetic got out of hand loses no task. */
export function retryWait(delayMs: number): number {
  return Number.isNaN(delayMs) ? 0 : Math.round(Math.min(LONGEST_DELAY_MS, Math.max(0, delayMs)));
}

/** How many items one step works on: at least one, at most `most`. */
export function stepSize(limit: number | undefined, most: number): number {
  return limit === undefined ? most : Math.max(1, Math.min(most, Math.floor(limit) || 1));
}

/** How many tasks a claim may bring. */
export function claimSize(limit: number, most: number): number {
  return Math.max(0, Math.min(most, Math.floor(limit) || 0));
}

/** For `setTimeout`: so long a wait that a timer cannot count it ends after some weeks. */
export function timerMs(ms: number): number {
  return Math.min(ms, LONGEST_TIMER_MS);
}
