// Time that passes as fast as nothing happens: for testing flows that wait for days in milliseconds.

import type { Clock } from "../../queue/clock.ts";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/**
 * Whoever sleeps by this clock wakes in the order of the times. It only stands in for waiting: what really takes time (a
 * request, a worker in another process) is not waited for.
 */
export class VirtualClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = 1_700_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted || ms <= 0) return resolve();
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper: Sleeper = { until: this.#now + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake);
    });
  }

  /** When the next sleeper wakes; null when nobody sleeps. */
  get next(): number | null {
    let next: number | null = null;
    for (const { until } of this.#sleepers) if (next === null || until < next) next = until;
    return next;
  }

  /** Lets everything that is ready run, then jumps to the next sleeper. False when nobody sleeps, or only beyond `limit`. */
  async step(limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    await settle();
    const { next } = this;
    if (next === null || next > limit) return false;
    this.#now = Math.max(this.#now, next);
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.#now) sleeper.wake();
    await settle();
    return true;
  }

  /** Lets so much time pass, and everything happen in it. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    while (await this.step(end));
    this.#now = end;
    await settle();
  }

  /**
   * Lets time pass until `done` says so.
   *
   * @param limit moment at which to give up.
   * @returns false when nothing could happen any more before.
   */
  async runUntil(done: () => boolean | Promise<boolean>, limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    for (;;) {
      await settle();
      if (await done()) return true;
      if (!(await this.step(limit))) return await done();
    }
  }
}

/** Two turns of the event loop: every promise that was ready has run, and what these started. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
