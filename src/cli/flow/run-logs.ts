// What the scripts of a run print, read from the logs of their tasks.

import pLimit from "p-limit";
import type { FlowDefinition } from "../../flow/definition/types.ts";
import { attemptsOf } from "../../flow/export/attempts.ts";
import type { GraphRun } from "../../flow/graph/graph.ts";
import type { LogLine, TaskStore } from "../../queue/store.ts";

/** Questions under way at a time, and in one look. */
const PARALLEL = 16;
const MAX_READS = 200;

export class RunLogs {
  readonly #tasks: TaskStore;
  readonly #context: string;
  readonly #onLine: (line: LogLine, step: string) => void;
  readonly #limit = pLimit(PARALLEL);
  /** Last line read, by task; infinite for those that are read to their end. */
  readonly #read = new Map<string, number>();

  constructor(tasks: TaskStore, context: string, onLine: (line: LogLine, step: string) => void) {
    this.#tasks = tasks;
    this.#context = context;
    this.#onLine = onLine;
  }

  /** Reads what is new in the logs of attempts that run, and of those that have ended since the last time. */
  async read(definition: FlowDefinition, run: GraphRun): Promise<void> {
    const open = attemptsOf(definition, run, this.#context)
      .filter(({ taskId }) => this.#read.get(taskId) !== Number.POSITIVE_INFINITY)
      .slice(0, MAX_READS);
    const pages = await this.#limit.map(open, ({ taskId, context }) =>
      this.#tasks.logs({ id: taskId, context, after: this.#read.get(taskId) }),
    );
    open.forEach(({ taskId, path, running }, i) => {
      const { lines } = pages[i];
      for (const line of lines) this.#onLine(line, path);
      const last = lines.at(-1)?.number ?? this.#read.get(taskId) ?? 0;
      this.#read.set(taskId, running || lines.length > 0 ? last : Number.POSITIVE_INFINITY);
    });
  }
}
