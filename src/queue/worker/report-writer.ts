// Brings what running scripts report to the store: log lines in order, of progress the latest.

import { isQueueError, type QueueError } from "../errors.ts";
import type { TaskStore } from "../store.ts";
import type { ClaimedTask } from "../task.ts";
import type { ReportedLine, ScriptProgress, ScriptReport } from "./thread-messages.ts";

export interface ReportHost {
  readonly store: TaskStore;
  onTrouble(context: string, error: QueueError, doing: string): void;
}

interface Unwritten {
  lines: ReportedLine[];
  progress: ScriptProgress | undefined;
  writing: Promise<void> | null;
}

/** Lines in one call, and that wait at most while the store is slow; of more the newest are kept. */
const MAX_LINES = 1000;

export class ReportWriter {
  readonly #host: ReportHost;
  readonly #tasks = new Map<ClaimedTask, Unwritten>();

  constructor(host: ReportHost) {
    this.#host = host;
  }

  add(task: ClaimedTask, { lines, progress }: ScriptReport): void {
    const known = this.#tasks.get(task);
    const unwritten = known ?? { lines: [], progress: undefined, writing: null };
    if (known === undefined) this.#tasks.set(task, unwritten);
    if (lines !== undefined) unwritten.lines = bounded([...unwritten.lines, ...lines]);
    if (progress !== undefined) unwritten.progress = progress;
    unwritten.writing ??= this.#write(task, unwritten);
  }

  /** Resolves when all that a task reported is stored, or is given up. */
  async finish(task: ClaimedTask): Promise<void> {
    await this.#tasks.get(task)?.writing;
  }

  /** Whether the task has reported anything that is not stored yet. */
  hasUnwritten(task: ClaimedTask): boolean {
    return this.#tasks.has(task);
  }

  async #write(task: ClaimedTask, unwritten: Unwritten): Promise<void> {
    const { id, token, context } = task;
    const { store } = this.#host;
    while (unwritten.lines.length > 0 || unwritten.progress !== undefined) {
      const { lines, progress } = unwritten;
      unwritten.lines = [];
      unwritten.progress = undefined;
      const calls: Promise<void>[] = [];
      if (lines.length > 0) calls.push(store.log({ id, token, context, lines }));
      if (progress !== undefined) calls.push(store.progress({ id, token, context, ...progress }));
      for (const outcome of await Promise.allSettled(calls))
        if (outcome.status === "rejected") this.#failed(context, outcome.reason);
    }
    this.#tasks.delete(task);
  }

  /** A report is not worth stopping a task for. */
  #failed(context: string, error: unknown): void {
    if (!isQueueError(error)) throw error;
    if (error.code !== "staleToken") this.#host.onTrouble(context, error, "storing what a script reports");
  }
}

function bounded(lines: ReportedLine[]): ReportedLine[] {
  return lines.length <= MAX_LINES ? lines : lines.slice(-MAX_LINES);
}
