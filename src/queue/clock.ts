// Time as something handed in: the system's clock, and one that tests move by hand.

import { timerMs } from "./numbers.ts";

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`; early, without an error, when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, timerMs(ms));
      signal?.addEventListener("abort", done);
    }),
};

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that stands still until told; sleepers wake in the order of their times. */
export class ManualClock implements Clock {
  protected time: number;
  protected readonly sleepers = new Set<Sleeper>();

  constructor(start = 1_700_000_000_000) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted || ms <= 0) return resolve();
      const wake = () => {
        this.sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper: Sleeper = { until: this.time + ms, wake };
      this.sleepers.add(sleeper);
      signal?.addEventListener("abort", wake);
    });
  }

  /** Moves time on, wakes each sleeper at its own moment, and lets what they started run in between. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.sleepers].filter(({ until }) => until <= end).sort((a, b) => a.until - b.until)[0];
      if (due === undefined) break;
      this.time = Math.max(this.time, due.until);
      due.wake();
      await settleMicrotasks();
    }
    this.time = end;
    await settleMicrotasks();
  }
}

/** A macrotask turn: every promise that was ready has run. */
function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
