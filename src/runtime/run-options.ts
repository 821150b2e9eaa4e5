// Options of a single run: its scope, what can end it from outside, its own limits and output.

import { Cancellation } from "./eval/cancellation.ts";
import type { RunOwn } from "./eval/run.ts";
import type { Scope } from "./scope.ts";

/** Options of a run. */
export interface RunOptions extends RunOwn {
  /** Variables the script sees, and where it leaves those of its top level. */
  readonly scope?: Scope;
  /**
   * Ends the run: at its next operation, or by abandoning what it waits for. The error is `ErrorTerminated`, which scripts
   * cannot catch, with the signal's reason as `cause`. Host functions get a signal through their context.
   */
  readonly signal?: AbortSignal;
  /** The run ends so many milliseconds after its start at the latest, in the same way. */
  readonly deadline?: number;
  /**
   * Asked every few operations; the run ends in the same way once it says true. For hosts that cannot raise a signal while
   * the script keeps the thread busy: another thread may have written into shared memory.
   */
  readonly interrupt?: () => boolean;
}

/** Options of a run that cannot wait: no signal could be raised meanwhile. */
export type SyncRunOptions = Omit<RunOptions, "scope" | "signal">;

/** Options of a run that compiles its script. */
export interface EvalOptions extends RunOptions {
  /** Name of the source (a path), shown in errors of its functions. */
  readonly source?: string | null;
}

/** Throws TypeError for options that are none. */
export function cancellationFor(
  { signal, deadline, interrupt }: RunOptions,
  canWait = true,
): Cancellation | null {
  if (signal === undefined && deadline === undefined && interrupt === undefined) return null;
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError("the option `signal` must be an AbortSignal");
  if (deadline !== undefined && (typeof deadline !== "number" || !(deadline >= 0)))
    throw new TypeError("the option `deadline` must be a number of milliseconds from now");
  if (interrupt !== undefined && typeof interrupt !== "function")
    throw new TypeError("the option `interrupt` must be a function");
  return new Cancellation({
    signal: signal ?? null,
    timeout: deadline === Number.POSITIVE_INFINITY ? null : (deadline ?? null),
    interrupt: interrupt ?? null,
    canWait,
  });
}
