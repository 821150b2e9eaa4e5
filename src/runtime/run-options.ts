// Options of a single run: its scope, and what can end it from outside.

import { Cancellation } from "./eval/cancellation.ts";
import type { Scope } from "./scope.ts";

export interface RunOptions {
  /** Variables the script sees, and where it leaves those of its top level. */
  readonly scope?: Scope;
  /**
   * Ends the run: at its next operation, or by abandoning what it waits for. The error is `ErrorTerminated`, which scripts
   * cannot catch, with the signal's reason as `cause`. Host functions get a signal through their context.
   */
  readonly signal?: AbortSignal;
  /** The run ends so many milliseconds after its start at the latest, in the same way. */
  readonly deadline?: number;
}

export interface EvalOptions extends RunOptions {
  /** Name of the source (a path), shown in errors of its functions. */
  readonly source?: string | null;
}

/** Throws TypeError for options that are none. */
export function cancellationFor({ signal, deadline }: RunOptions): Cancellation | null {
  if (signal === undefined && deadline === undefined) return null;
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError("the option `signal` must be an AbortSignal");
  if (deadline !== undefined && (typeof deadline !== "number" || !(deadline >= 0)))
    throw new TypeError("the option `deadline` must be a number of milliseconds from now");
  return new Cancellation({
    signal: signal ?? null,
    timeout: deadline === Number.POSITIVE_INFINITY ? null : (deadline ?? null),
  });
}
