// Events and log lines as async iterables: read on from where they were, patient while the store is away.

import { isQueueError } from "../errors.ts";
import type { LogLine, QueueEvent, TaskRef, TaskStore } from "../store.ts";
import { isFinal } from "../task.ts";

export interface StreamOptions {
  /** Ends the stream without an error. */
  readonly signal?: AbortSignal;
}

export interface EventStreamOptions extends StreamOptions {
  /** Cursor of the last event that was seen; only new ones when missing, `"0"` from the oldest that is kept. */
  readonly after?: string;
}

const WAIT_MS = 5000;
const LOOK_MS = 200;
const RETRY_MS = 500;

/** Events of a context, oldest first, until the signal or the store ends it. */
export async function* eventStream(
  store: TaskStore,
  context: string,
  { after = "$", signal }: EventStreamOptions,
): AsyncGenerator<QueueEvent, void, undefined> {
  let cursor = after;
  while (!signal?.aborted) {
    // The place to begin at is found out before anything is waited for: a wait that is cut off goes on from there.
    const waitMs = cursor === "$" ? 0 : WAIT_MS;
    const page = await patiently(() => store.readEvents({ context, after: cursor, waitMs, signal }), signal);
    if (page === null) continue;
    cursor = page.cursor;
    for (const event of page.events) {
      if (signal?.aborted) return;
      yield event;
    }
  }
}

/** What a task prints, until it has ended. Throws `notFound`. */
export async function* logStream(
  store: TaskStore,
  ref: TaskRef,
  { signal }: StreamOptions,
): AsyncGenerator<LogLine, void, undefined> {
  let after = 0;
  while (!signal?.aborted) {
    const look = await patiently(() => lookAt(store, ref, after), signal);
    if (look === null) continue;
    const { task, lines } = look;
    for (const line of lines) {
      after = line.number;
      yield line;
    }
    if (task === null || isFinal(task.status)) {
      if (lines.length === 0 || task === null) return;
    } else {
      await pause(LOOK_MS, signal);
    }
  }
}

/** In this order: what was printed before the end is there when the end is. */
async function lookAt(store: TaskStore, ref: TaskRef, after: number) {
  const task = await store.get(ref);
  const { lines } = await store.logs({ ...ref, after });
  return { task, lines };
}

/** Null when the store was away for the moment. */
async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (signal?.aborted) return null;
    if (!isQueueError(error) || !error.retryable) throw error;
    await pause(RETRY_MS, signal);
    return null;
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
}
