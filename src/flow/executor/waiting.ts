// Waiting for the ends of runs: told as soon as they come, with a slow look at the store besides.

import type { Clock } from "../../queue/clock.ts";
import { isQueueError } from "../../queue/errors.ts";
import { FlowError } from "../errors.ts";
import { isFinalStatus } from "../state.ts";
import type { FlowStore } from "../store.ts";
import { type FlowResult, resultOf } from "./views.ts";

/** What was told may have got lost: the store is looked at after these times. */
const LOOK_AFTER_MS = [1000, 2000, 5000];

export interface WaitOptions {
  /** Throws `timeout` after so long; waits without end when missing. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export class Waiting {
  readonly #store: FlowStore;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #waiters = new Map<string, Set<() => void>>();

  constructor(store: FlowStore, clock: Clock, closing: AbortSignal) {
    this.#store = store;
    this.#clock = clock;
    this.#closing = closing;
  }

  hearEnded(flowId: string): void {
    for (const wake of this.#waiters.get(flowId) ?? []) wake();
  }

  /** Throws `notFound`, `removed`, `timeout`, `closed`. */
  async wait(flowId: string, { timeoutMs, signal }: WaitOptions = {}): Promise<FlowResult> {
    const end = this.#clock.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
    for (let turn = 0; ; turn++) {
      const heard = this.#listen(flowId, signal);
      const result = await this.#look(flowId, turn > 0).catch((error: unknown) => {
        heard.over.abort();
        throw error;
      });
      if (result !== null) {
        heard.over.abort();
        return result;
      }
      const left = end - this.#clock.now();
      await this.#clock.sleep(Math.min(left, LOOK_AFTER_MS[Math.min(turn, 2)]), heard.over.signal);
      heard.over.abort();
      if (this.#closing.aborted) throw new FlowError("closed");
      if (signal?.aborted) throw new FlowError("timeout", "the wait was ended");
      if (!heard.ended() && this.#clock.now() >= end)
        throw new FlowError("timeout", `${flowId} did not end within ${timeoutMs} ms`);
    }
  }

  /** Listening begins before the look at the store: no end can be missed. */
  #listen(
    flowId: string,
    signal: AbortSignal | undefined,
  ): { readonly over: AbortController; ended(): boolean } {
    const over = new AbortController();
    let ended = false;
    const wake = () => {
      ended = true;
      over.abort();
    };
    const stop = () => over.abort();
    const waiters = this.#waiters.get(flowId) ?? new Set();
    this.#waiters.set(flowId, waiters.add(wake));
    this.#closing.addEventListener("abort", stop);
    signal?.addEventListener("abort", stop);
    over.signal.addEventListener("abort", () => {
      waiters.delete(wake);
      if (waiters.size === 0 && this.#waiters.get(flowId) === waiters) this.#waiters.delete(flowId);
      this.#closing.removeEventListener("abort", stop);
      signal?.removeEventListener("abort", stop);
    });
    if (signal?.aborted || this.#closing.aborted) over.abort();
    return { over, ended: () => ended };
  }

  async #look(flowId: string, existed: boolean): Promise<FlowResult | null> {
    try {
      const record = await this.#store.get({ id: flowId, steps: false });
      if (record === null) throw new FlowError(existed ? "removed" : "notFound", flowId);
      const result = resultOf(record.flow);
      return isFinalStatus(result.status) ? result : null;
    } catch (error) {
      // An absent store is no reason to fail for somebody who waits.
      if (isQueueError(error) && error.retryable) return null;
      throw error;
    }
  }
}
