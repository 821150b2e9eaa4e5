// Ending a run from outside: by an AbortSignal, by a deadline, or because a sibling task has failed.

import type { Position } from "../../lang/position.ts";
import { EvalError } from "../errors.ts";
import type { Value } from "../value/value.ts";

export interface CancellationOptions {
  readonly signal?: AbortSignal | null;
  /** Milliseconds from now. */
  readonly timeout?: number | null;
  readonly parent?: Cancellation | null;
  /** Asked now and then; true cancels. */
  readonly interrupt?: (() => boolean) | null;
  /** False for a run that never waits: no timer could fire. Default true. */
  readonly canWait?: boolean;
}

/** setTimeout takes no longer delays. */
const LONGEST_DELAY = 2 ** 31 - 1;
/** Reading the clock costs more than an operation: it is read once in so many. */
const CLOCK_INTERVAL = 16;

/** Whether a run (or a part of it) has been cancelled, and who has to know. */
export class Cancellation {
  /** Why; null as long as it goes on. */
  private reason: { readonly value: Value; readonly cause: unknown } | null = null;
  private readonly waiting = new Set<(error: EvalError) => void>();
  private readonly listeners: (() => void)[] = [];
  private controller: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private countdown = CLOCK_INTERVAL;
  private readonly unlink: (() => void)[] = [];
  private readonly interrupt: (() => boolean) | null;
  /** When it ends by itself, as `performance.now()` counts; Infinity: never. */
  readonly endsAt: number;

  constructor({
    signal = null,
    timeout = null,
    parent = null,
    interrupt = null,
    canWait = true,
  }: CancellationOptions) {
    this.interrupt = interrupt;
    this.endsAt = Math.min(
      timeout === null ? Number.POSITIVE_INFINITY : performance.now() + timeout,
      parent === null ? Number.POSITIVE_INFINITY : parent.endsAt,
    );
    if (parent !== null) this.followParent(parent);
    if (signal !== null) this.followSignal(signal);
    if (timeout !== null && canWait) this.startTimer();
  }

  private followParent(parent: Cancellation): void {
    const { reason } = parent;
    if (reason !== null) this.cancel(reason.value, reason.cause);
    const follow = (error: EvalError) => this.cancel(error.fields.value, error.cause);
    parent.waiting.add(follow);
    this.unlink.push(() => parent.waiting.delete(follow));
  }

  private followSignal(signal: AbortSignal): void {
    const follow = () => this.cancel(reasonText(signal.reason), signal.reason);
    if (signal.aborted) follow();
    signal.addEventListener("abort", follow, { once: true });
    this.unlink.push(() => signal.removeEventListener("abort", follow));
  }

  private startTimer(): void {
    const left = this.endsAt - performance.now();
    if (left <= 0) this.expire();
    else this.timer = setTimeout(() => this.startTimer(), Math.min(left, LONGEST_DELAY));
  }

  private expire(): void {
    this.cancel("deadline exceeded", null);
  }

  /** Cancelled, or past its end: a part of it that keeps the same time may notice that first. */
  get isOver(): boolean {
    return this.reason !== null || performance.now() >= this.endsAt;
  }

  /** Ends what is running: pending promises are abandoned. The first reason counts. */
  cancel(value: Value, cause: unknown = null): void {
    if (this.reason !== null) return;
    this.reason = { value, cause };
    this.controller?.abort(this.error());
    for (const reject of [...this.waiting]) reject(this.error());
    this.waiting.clear();
    for (const listener of this.listeners) listener();
  }

  /** Calls `listener` as soon as it is cancelled. */
  whenCancelled(listener: () => void): void {
    this.listeners.push(listener);
  }

  private error(position?: Position): EvalError {
    const error = new EvalError("ErrorTerminated", { value: this.reason?.value }, position);
    error.cause = this.reason?.cause ?? undefined;
    return error;
  }

  /** Throws ErrorTerminated once cancelled. Called at every operation, or at the last one of so many. */
  check(position: Position, operations = 1): void {
    this.countdown -= operations;
    if (this.countdown <= 0) {
      this.countdown = CLOCK_INTERVAL;
      if (performance.now() >= this.endsAt) this.expire();
      if (this.interrupt?.()) this.cancel("interrupted");
    }
    if (this.reason !== null) throw this.error(position);
  }

  /** The promise, or ErrorTerminated as soon as the run is cancelled; then nobody minds how the promise ends. */
  guard<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.reason !== null) {
        promise.catch(() => undefined);
        reject(this.error());
        return;
      }
      this.waiting.add(reject);
      promise.then(
        (value) => {
          this.waiting.delete(reject);
          resolve(value);
        },
        (error: unknown) => {
          this.waiting.delete(reject);
          reject(error);
        },
      );
    });
  }

  /** The signal that host functions get. */
  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController();
      if (this.reason !== null) this.controller.abort(this.error());
    }
    return this.controller.signal;
  }

  /** Lets go of the timer, the signal and the parent: what was to be cancelled has ended. */
  release(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    for (const unlink of this.unlink) unlink();
    this.unlink.length = 0;
  }
}

function reasonText(reason: unknown): Value {
  if (typeof reason === "string") return reason;
  try {
    return reason instanceof Error ? String(reason.message) : String(reason);
  } catch {
    return "aborted";
  }
}
