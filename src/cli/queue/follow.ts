// Watching one task until its end: what changed in its record, and what its script printed.

import { systemClock } from "../../queue/clock.ts";
import { isQueueError, type QueueError } from "../../queue/errors.ts";
import { explainLine } from "../../queue/explain.ts";
import type { LogLine, TaskRef, TaskStore } from "../../queue/store.ts";
import { isFinal, type Task, type TaskResult } from "../../queue/task.ts";

/** What the watcher hears. Each line and each change comes once. */
export interface FollowListener {
  /** A new status, or a new run of the same, and how things stand in a line. The end is told by the result alone. */
  onStatus(task: Task, explanation: string): void;
  onProgress(task: Task): void;
  onLog(line: LogLine): void;
  /** The store did not answer; the watching goes on. */
  onTrouble(error: QueueError): void;
}

export interface FollowOptions {
  readonly listener: FollowListener;
  readonly signal: AbortSignal;
  /** Rejects with `timeout` after it. */
  readonly timeoutMs?: number;
}

const LOOK_EVERY_MS = 200;
/** Longest time that a store may be away before watching ends with its error. */
const PATIENCE_MS = 60_000;
const WAIT_MS = 3_600_000;

/**
 * Resolves with the end of the task, or null when `signal` ended the watching. Rejects with `notFound` and `removed`, and
 * with the store's failure when it stays away.
 * Looking in short intervals costs the same however busy the context is; its stream of events would not.
 */
export async function followTask(
  store: TaskStore,
  ref: TaskRef,
  options: FollowOptions,
): Promise<TaskResult | null> {
  const watch = new Watch(store, ref, options);
  await watch.look();
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const result = waitForEnd(store, ref, signal, options.timeoutMs).finally(() => ended.abort());
  // Its failure is looked at below, perhaps after a last look.
  result.catch(() => {});
  // The last look begins after the end: one that was under way then may have missed the last lines.
  for (let over = false; !over; ) {
    await systemClock.sleep(LOOK_EVERY_MS, signal);
    over = signal.aborted;
    await watch.look();
  }
  return await result;
}

/** Null when aborted. Waits again after failures that may pass. */
export async function waitForEnd(
  store: TaskStore,
  ref: TaskRef,
  signal: AbortSignal,
  timeoutMs = Number.POSITIVE_INFINITY,
): Promise<TaskResult | null> {
  const deadline = Date.now() + timeoutMs;
  let awayUntil = Number.POSITIVE_INFINITY;
  for (;;) {
    const left = deadline - Date.now();
    try {
      return await store.waitForResult({ ...ref, timeoutMs: Math.max(1, Math.min(left, WAIT_MS)), signal });
    } catch (error) {
      if (signal.aborted) return null;
      const away = isQueueError(error) && error.retryable;
      if (!away && !(isQueueError(error, "timeout") && Date.now() < deadline)) throw error;
      awayUntil = away ? Math.min(awayUntil, Date.now() + PATIENCE_MS) : Number.POSITIVE_INFINITY;
      if (Date.now() >= Math.min(awayUntil, deadline)) throw error;
      await systemClock.sleep(LOOK_EVERY_MS, signal);
    }
  }
}

class Watch {
  readonly #store: TaskStore;
  readonly #ref: TaskRef;
  readonly #options: FollowOptions;
  #seen: Task | null = null;
  #lastLine = 0;
  #inTrouble = false;

  constructor(store: TaskStore, ref: TaskRef, options: FollowOptions) {
    this.#store = store;
    this.#ref = ref;
    this.#options = options;
  }

  /** Looks once, and tells what is new. */
  async look(): Promise<void> {
    try {
      const [task, log] = await Promise.all([
        this.#store.get(this.#ref),
        this.#store.logs({ ...this.#ref, after: this.#lastLine }),
      ]);
      this.#inTrouble = false;
      if (task !== null) await this.#compare(task, log.lines);
    } catch (error) {
      if (this.#seen === null || !isQueueError(error) || !error.retryable) throw error;
      if (!this.#inTrouble) this.#options.listener.onTrouble(error);
      this.#inTrouble = true;
    }
  }

  /** Lines of a run stand after its start. */
  async #compare(looked: Task, lines: readonly LogLine[]): Promise<void> {
    const { listener } = this.#options;
    const seen = this.#seen;
    const changed = seen === null || seen.status !== looked.status || seen.token !== looked.token;
    // The explanation may be about a later moment: the status shown is the one it is about.
    const facts = changed ? await this.#store.explain(this.#ref) : null;
    const task = facts?.task ?? looked;
    this.#seen = task;
    const tellStatus = () => {
      if (facts !== null && !isFinal(task.status)) listener.onStatus(task, explainLine(facts));
    };
    if (task.status === "processing") tellStatus();
    for (const line of lines) listener.onLog(line);
    this.#lastLine = lines.at(-1)?.number ?? this.#lastLine;
    if (task.progress !== null && progressKey(task) !== progressKey(seen)) listener.onProgress(task);
    if (task.status !== "processing") tellStatus();
  }
}

/** Why the task is not running, or how it ended, in a line; empty when there is no such task any more. */
export async function explain(store: TaskStore, ref: TaskRef): Promise<string> {
  const facts = await store.explain(ref);
  return facts === null ? "" : explainLine(facts);
}

function progressKey(task: Task | null): string {
  return task === null ? "" : `${task.progress} ${task.progressMessage}`;
}
