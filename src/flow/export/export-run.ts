// Writing a run as one file: everything that the stores know of it.

import pLimit from "p-limit";
import type { TaskStore } from "../../queue/store.ts";
import type { FieldRecord } from "../codec.ts";
import { decodeFlow, decodeStep } from "../codec.ts";
import type { FlowDefinition } from "../definition/types.ts";
import { FlowError } from "../errors.ts";
import { childId } from "../executor/driver.ts";
import { type FlowState, partsOfStepId } from "../state.ts";
import type { FlowStore, RunRecord } from "../store.ts";
import { type Attempt, attemptsOf } from "./attempts.ts";
import {
  type ExportedAttempt,
  type ExportedRun,
  RUN_FILE_FORMAT,
  RUN_FILE_VERSION,
  type RunFile,
} from "./run-file.ts";

export interface ExportSource {
  readonly store: FlowStore;
  /** Where steps are tasks; without it results of single attempts and logs are missing. */
  readonly tasks?: TaskStore;
  /** Context of the queue of steps that name none. */
  readonly context: string;
}

/** Questions under way at a time. */
const PARALLEL = 16;
const MAX_RUNS = 1000;
const PAGE = 500;

/**
 * Gathers all about a run, which may still be under way. Only what the stores have removed meanwhile is missing: attempts
 * whose tasks are gone are `unknown`.
 *
 * @throws FlowError `notFound`; QueueError.
 * @example
 * writeFileSync("run.json", JSON.stringify(await exportRun({ store, tasks, context: "flow" }, flowId)));
 */
export async function exportRun(source: ExportSource, flowId: string): Promise<RunFile> {
  const { store, tasks } = source;
  const gathered = await new Gathering(source).all(store.qualify(flowId));
  const limit = pLimit(PARALLEL);
  const attempts = await limit.map(gathered.attempts, (attempt) => exportAttempt(tasks, attempt));
  return {
    format: RUN_FILE_FORMAT,
    version: RUN_FILE_VERSION,
    exportedAt: await store.time(),
    runs: gathered.runs,
    definitions: gathered.definitions,
    attempts,
  };
}

class Gathering {
  readonly #store: FlowStore;
  readonly #context: string;
  readonly runs: ExportedRun[] = [];
  readonly definitions: Record<string, FlowDefinition & Record<string, unknown>> = {};
  readonly attempts: Attempt[] = [];

  constructor({ store, context }: ExportSource) {
    this.#store = store;
    this.#context = context;
  }

  /** The run and those inside of it, at any depth. */
  async all(flowId: string): Promise<this> {
    const waiting = [flowId];
    for (let id = waiting.shift(); id !== undefined && this.runs.length < MAX_RUNS; id = waiting.shift()) {
      const record = await this.#store.get({ id });
      if (record === null && id === flowId) throw new FlowError("notFound", flowId);
      // An inner run that retention has removed.
      if (record !== null) waiting.push(...(await this.#one(id, record)));
    }
    return this;
  }

  /** Returns the ids of the runs that its steps stand for. */
  async #one(flowId: string, { flow, steps }: RunRecord): Promise<string[]> {
    const state = decodeFlow(
      flow,
      [...steps].map(([stepId, fields]) => decodeStep(stepId, fields)),
    );
    const definition = await this.#definition(state);
    this.attempts.push(...attemptsOf(definition, { state, now: 0 }, this.#context));
    this.runs.push({
      flowId,
      flow: filled(flow),
      steps: Object.fromEntries([...steps].map(([stepId, fields]) => [stepId, filled(fields)])),
      history: await this.#history(flowId),
    });
    return innerIds(definition, state);
  }

  async #definition({ definition: hash, flowId }: FlowState): Promise<FlowDefinition> {
    const known = this.definitions[hash];
    if (known !== undefined) return known;
    const text = await this.#store.definition({ hash });
    if (text === null) throw new FlowError("notFound", `the definition of ${flowId}`);
    const definition = JSON.parse(text) as FlowDefinition & Record<string, unknown>;
    this.definitions[hash] = definition;
    return definition;
  }

  async #history(id: string): Promise<ExportedRun["history"]> {
    const entries: ExportedRun["history"] = [];
    for (;;) {
      const { lines } = await this.#store.history({ id, after: entries.length, limit: PAGE });
      if (lines.length === 0) return entries;
      for (const line of lines) entries.push(JSON.parse(line) as ExportedRun["history"][number]);
    }
  }
}

function filled(fields: FieldRecord): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

/** Every attempt of a step that is a flow has a run of its own. */
function innerIds({ steps }: FlowDefinition, state: FlowState): string[] {
  const flows = new Set(steps.filter(({ flow }) => flow !== undefined).map(({ name }) => name));
  return Object.values(state.steps).flatMap(({ stepId, attemptCount, items }) =>
    items !== null || !flows.has(partsOfStepId(stepId).step)
      ? []
      : Array.from({ length: attemptCount }, (_, i) => childId(state.flowId, stepId, i + 1)),
  );
}

async function exportAttempt(tasks: TaskStore | undefined, ref: Attempt): Promise<ExportedAttempt> {
  const { taskId: id, context, flowId, stepId, attempt, undo } = ref;
  const [task, log] = await Promise.all([
    tasks?.get({ id, context }) ?? null,
    tasks === undefined ? [] : readLog(tasks, id, context),
  ]);
  return {
    flowId,
    stepId,
    attempt,
    undo,
    taskId: id,
    status: task?.status ?? "unknown",
    args: task?.args ?? null,
    output: task?.output ?? null,
    error: task?.error ?? null,
    startedAt: task?.startedAt ?? null,
    finishedAt: task?.finishedAt ?? null,
    workerId: task?.workerId ?? null,
    log,
  };
}

async function readLog(tasks: TaskStore, id: string, context: string): Promise<ExportedAttempt["log"]> {
  const all: ExportedAttempt["log"] = [];
  for (let after: number | undefined; ; ) {
    const { lines } = await tasks.logs({ id, context, ...(after !== undefined && { after }) });
    if (lines.length === 0) return all;
    all.push(...lines.map(({ at, level, text }) => ({ at, level, text })));
    after = lines.at(-1)!.number;
  }
}
