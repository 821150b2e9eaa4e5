// Calls of a store that is away now and then.

import { isQueueError } from "../../../src/queue/errors.ts";

const AGAIN_MS = 25;

export interface Insisting {
  /** Gives up after so long; never when missing. */
  readonly withinMs?: number;
  onRepeat?(): void;
}

/** Until the store answers: for calls that are safe to repeat. */
export async function insist<T>(call: () => Promise<T>, { withinMs, onRepeat }: Insisting = {}): Promise<T> {
  const end = performance.now() + (withinMs ?? Number.POSITIVE_INFINITY);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isQueueError(error) || !error.retryable || performance.now() > end) throw error;
      onRepeat?.();
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
