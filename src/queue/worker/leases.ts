// The leases that a worker holds: prolonged by heartbeats until their tasks are settled.

import { isQueueError, type QueueError } from "../errors.ts";
import type { LeaseRef, TaskStore } from "../store.ts";

export interface LeaseHost {
  readonly store: TaskStore;
  readonly workerId: string;
  readonly leaseMs: number;
  readonly contexts: readonly string[];
  /** What is held in a context, by token. */
  held(context: string): ReadonlyMap<number, { readonly task: LeaseRef }>;
  /** Somebody else has the task now, or it has ended: what runs here is to be stopped. */
  onLost(lease: LeaseRef): void;
  onCancel(lease: LeaseRef): void;
  onContact(context: string): void;
  onTrouble(context: string, error: QueueError, doing: string): void;
}

/** Heartbeats in the time of a lease: two may fail. */
const BEATS = 3;

export class Leases {
  readonly #host: LeaseHost;
  readonly #timer: NodeJS.Timeout;
  readonly #beating = new Set<string>();

  constructor(host: LeaseHost) {
    this.#host = host;
    this.#timer = setInterval(() => this.#beatAll(), host.leaseMs / BEATS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #beatAll(): void {
    for (const context of this.#host.contexts) void this.#beat(context);
  }

  async #beat(context: string): Promise<void> {
    const held = this.#host.held(context);
    if (held.size === 0 || this.#beating.has(context)) return;
    this.#beating.add(context);
    const { store, workerId, leaseMs } = this.#host;
    const leases = [...held.values()].map(({ task: { id, token } }) => ({ id, token }));
    try {
      for (const state of await store.extend({ context, workerId, leases, leaseMs })) {
        // Settled while the answer was on its way.
        if (!held.has(state.token)) continue;
        if (!state.held) this.#host.onLost(state);
        else if (state.cancelRequested) this.#host.onCancel(state);
      }
      this.#host.onContact(context);
    } catch (error) {
      if (!isQueueError(error)) throw error;
      this.#host.onTrouble(context, error, "prolonging leases");
    } finally {
      this.#beating.delete(context);
    }
  }
}
