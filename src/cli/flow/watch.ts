// Watching one run until its end: every transition, what its scripts print, and how the whole stands.

import type { FlowExecutor } from "../../flow/executor/executor.ts";
import type { FlowResult, HistoryEntry } from "../../flow/executor/views.ts";
import type { GraphRun } from "../../flow/graph/graph.ts";
import { type DrawnRun, readRun } from "../../flow/graph/stored-run.ts";
import { systemClock } from "../../queue/clock.ts";
import { isQueueError, type QueueError } from "../../queue/errors.ts";
import type { LogLine, TaskStore } from "../../queue/store.ts";
import { RunLogs } from "./run-logs.ts";

/** What the watcher hears. Each transition and each line comes once. */
export interface RunListener {
  /** `path` names the steps that the run is inside of: `outer/`; empty for the watched run. */
  onEntry(entry: HistoryEntry, path: string): void;
  onLog(line: LogLine, step: string): void;
  /** How things stand now; called with every look. */
  onLook(run: DrawnRun): void;
  /** The store did not answer; the watching goes on. */
  onTrouble(error: QueueError): void;
}

export interface RunWatchOptions {
  readonly executor: FlowExecutor;
  /** Where the steps are tasks. */
  readonly tasks: TaskStore;
  readonly context: string;
  readonly flowId: string;
  readonly listener: RunListener;
  readonly signal: AbortSignal;
  readonly everyMs: number;
}

/** Resolves with the end of the run, or null when `signal` ended the watching. Rejects with `notFound` and `removed`. */
export async function watchRun(options: RunWatchOptions): Promise<FlowResult | null> {
  const { executor, flowId, signal, everyMs } = options;
  const watch = new RunWatch(options);
  await watch.look();
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const result = executor.waitFor(flowId, { signal }).finally(() => over.abort());
  // Its failure is looked at below, after a last look.
  result.catch(() => undefined);
  while (!stop.aborted) {
    await systemClock.sleep(everyMs, stop);
    await watch.look();
  }
  return signal.aborted ? null : await result;
}

interface Told {
  /** Of the last transition. */
  readonly number: number;
  /** End of the run, once nothing was left to tell after it. */
  readonly finishedAt: number | null;
}

class RunWatch {
  readonly #options: RunWatchOptions;
  readonly #logs: RunLogs;
  /** Transitions that were told, by run. */
  readonly #told = new Map<string, Told>();
  readonly #news: { readonly at: number; readonly tell: () => void }[] = [];
  #seen = false;
  #inTrouble = false;

  constructor(options: RunWatchOptions) {
    this.#options = options;
    const { tasks, context, listener } = options;
    this.#logs = new RunLogs(tasks, context, (line, step) => {
      this.#news.push({ at: line.at, tell: () => listener.onLog(line, step) });
    });
  }

  /** Looks once, and tells what is new. */
  async look(): Promise<void> {
    const { executor, flowId, listener } = this.#options;
    try {
      const drawn = await readRun(executor.store, flowId);
      await this.#tellRun(drawn.run, "");
      await this.#logs.read(drawn.definition, drawn.run);
      this.#tellNews();
      listener.onLook(drawn);
      this.#seen = true;
      this.#inTrouble = false;
    } catch (error) {
      if (!this.#seen || !isQueueError(error) || !error.retryable) throw error;
      if (!this.#inTrouble) listener.onTrouble(error);
      this.#inTrouble = true;
    }
  }

  /** In the order of the times, from whichever run and script it is. */
  #tellNews(): void {
    const news = this.#news.splice(0).sort((a, b) => a.at - b.at);
    for (const { tell } of news) tell();
  }

  async #tellRun({ state, inner }: GraphRun, path: string): Promise<void> {
    const { executor, listener } = this.#options;
    const told = this.#told.get(state.flowId) ?? { number: 0, finishedAt: null };
    // Of a run that is over nothing more is to come, unless it is undone: then it ends again.
    if (told.finishedAt !== null && told.finishedAt === state.finishedAt) return;
    const entries = await executor.history(state.flowId, told.number);
    for (const entry of entries) this.#news.push({ at: entry.at, tell: () => listener.onEntry(entry, path) });
    for (const [stepId, run] of inner ?? []) await this.#tellRun(run, `${path}${stepId}/`);
    this.#told.set(state.flowId, {
      number: entries.at(-1)?.number ?? told.number,
      finishedAt: entries.length === 0 ? state.finishedAt : null,
    });
  }
}
