// Scripted replies: what a step or a function answers, call by call.

import { parseDuration } from "../definition/duration.ts";
import { jsonOf } from "../executor/prepare.ts";
import type { StepError } from "../state.ts";
import type { Outcome } from "../transition/events.ts";

/** One reply; by default a success without a value. */
export interface Reply {
  readonly output?: unknown;
  /** Fails: with this text, or with kind and text. */
  readonly error?:
    | string
    | { readonly kind?: string; readonly message: string; readonly interrupted?: boolean };
  /** Answers after so long (seconds, or a text like `5m`). */
  readonly delay?: number | string;
  /** Never answers. */
  readonly timeout?: boolean;
  /** For so many calls; once when missing, and the last reply of a list for all that follow. */
  readonly times?: number;
}

/** Replies in their order. */
export class Replies {
  readonly #replies: readonly Reply[];
  #at = 0;
  #used = 0;

  constructor(replies: readonly Reply[]) {
    this.#replies = replies;
  }

  next(): Reply {
    const reply = this.#replies[this.#at] ?? {};
    if (++this.#used >= (reply.times ?? 1) && this.#at < this.#replies.length - 1) {
      this.#at++;
      this.#used = 0;
    }
    return reply;
  }
}

export function delayOf({ delay }: Reply): number {
  return delay === undefined ? 0 : Math.round((parseDuration(delay) ?? 0) * 1000);
}

export function errorOf({ error }: Reply): StepError | null {
  if (error === undefined) return null;
  if (typeof error === "string") return { kind: "ErrorRuntime", message: error };
  const { kind, message, interrupted } = error;
  return { kind: kind ?? "ErrorRuntime", message, ...(interrupted === true && { interrupted: true }) };
}

export function outcomeOf(reply: Reply): Outcome {
  const error = errorOf(reply);
  if (error !== null) return { kind: "failed", error };
  return { kind: "completed", output: reply.output === undefined ? "null" : jsonOf(reply.output) };
}
