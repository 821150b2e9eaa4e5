// Time that passes as fast as nothing happens: for testing flows that wait for days in milliseconds.

import { ManualClock } from "../../queue/clock.ts";

/**
 * Whoever sleeps by this clock wakes in the order of the times. It only stands in for waiting: what really takes time (a
 * request, a worker in another process) is not waited for.
 */
export class VirtualClock extends ManualClock {
  /** When the next sleeper wakes; null when nobody sleeps. */
  get next(): number | null {
    let next: number | null = null;
    for (const { until } of this.sleepers) if (next === null || until < next) next = until;
    return next;
  }

  /** Lets everything that is ready run, then jumps to the next sleeper. False when nobody sleeps, or only beyond `limit`. */
  async step(limit = Number.POSITIVE_INFINITY): Promise<boolean> {
    await settle();
    const { next } = this;
    if (next === null || next > limit) return false;
    this.time = Math.max(this.time, next);
    for (const sleeper of [...this.sleepers]) if (sleeper.until <= this.time) sleeper.wake();
    await settle();
    return true;
  }

  /** Lets so much time pass, and everything happen in it. */
  override async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    while (await this.step(end));
    this.time = end;
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
