// What every worker does for its contexts besides running tasks: recover, promote, clean, fire schedules, be known.

import { isQueueError, type QueueError } from "../errors.ts";
import type { TaskStore } from "../store.ts";

export interface UpkeepHost {
  readonly store: TaskStore;
  readonly workerId: string;
  readonly contexts: readonly string[];
  readonly everyMs: number;
  info(): Readonly<Record<string, string | number>>;
  /** The store answered. */
  onContact(context: string): void;
  onTrouble(context: string, error: QueueError, doing: string): void;
}

const SHORTEST_MS = 5;
const ANNOUNCE_MS = 5000;
const LONGEST_PAUSE_MS = 15_000;

/** Several workers do the same; each step is safe to repeat, and they spread by chance. */
export class Upkeep {
  readonly #host: UpkeepHost;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** In a row, of each thing that is done. */
  readonly #failures = new Map<string, number>();
  #closed = false;

  constructor(host: UpkeepHost) {
    this.#host = host;
  }

  start(): void {
    for (const context of this.#host.contexts) {
      this.#repeat(0, () => this.#sweep(context));
      this.#repeat(0, () => this.#fire(context));
    }
    this.#repeat(0, () => this.#announce());
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** `work` says how long until it should run again. */
  #repeat(ms: number, work: () => Promise<number>): void {
    const timer = setTimeout(async () => {
      this.#timers.delete(timer);
      const pause = await work();
      if (!this.#closed) this.#repeat(pause, work);
    }, ms);
    this.#timers.add(timer);
  }

  #pause(waitMs: number | null): number {
    const { everyMs } = this.#host;
    const usual = everyMs * (0.75 + Math.random() / 2);
    return Math.max(SHORTEST_MS, Math.min(usual, waitMs ?? usual));
  }

  async #sweep(context: string): Promise<number> {
    return await this.#attempt(context, "sweeping", async () => {
      const swept = await this.#host.store.sweep({ context });
      this.#host.onContact(context);
      return swept.more ? SHORTEST_MS : this.#pause(swept.waitMs);
    });
  }

  async #fire(context: string): Promise<number> {
    return await this.#attempt(context, "firing schedules", async () => {
      const { waitMs } = await this.#host.store.fireSchedules({ context });
      return this.#pause(waitMs);
    });
  }

  async #announce(): Promise<number> {
    const { store, workerId, contexts } = this.#host;
    return await this.#attempt("", "announcing the worker", async () => {
      await store.announceWorker({ workerId, contexts, ttlMs: 3 * ANNOUNCE_MS, info: this.#host.info() });
      return ANNOUNCE_MS;
    });
  }

  async #attempt(context: string, doing: string, work: () => Promise<number>): Promise<number> {
    const key = `${doing} ${context}`;
    try {
      const pause = await work();
      this.#failures.delete(key);
      return pause;
    } catch (error) {
      if (!isQueueError(error)) throw error;
      if (error.code === "closed") this.close();
      else this.#host.onTrouble(context, error, doing);
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      return Math.min(LONGEST_PAUSE_MS, this.#pause(null) * 2 ** Math.min(failures, 10));
    }
  }
}
