// `rhai task ID`, `rhai task explain|cancel|rerun ID`: one task, looked at or changed.

import { QueueError } from "../../queue/errors.ts";
import type { TaskRef, TaskStore } from "../../queue/store.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { explain } from "../queue/follow.ts";
import { followAndPrint } from "../queue/follow-print.ts";
import { printJson } from "../queue/show.ts";
import { showTask } from "../queue/task-view.ts";
import { type LookOptions, withStore } from "../queue/with-store.ts";

export interface TaskOptions extends LookOptions {
  /** Only for tasks that no worker has seen yet and that foreign clients submitted. */
  readonly context?: string;
  readonly follow?: boolean;
  readonly reason?: string;
  readonly delay?: number;
}

/** The record, the log and how things stand; with `follow` all that happens until the end. */
export function lookAtTask(id: string | undefined, options: TaskOptions): Promise<ExitCode> {
  if (id === undefined) throw new UsageError("the id of a task is needed: rhai task ID");
  const ref = { id, context: options.context };
  return withStore(options, async (store) => {
    await existing(store, ref);
    if (options.follow) return await followAndPrint(store, ref, options);
    await show(store, ref, options.json === true);
    return ExitCode.OK;
  });
}

async function existing(store: TaskStore, ref: TaskRef): Promise<void> {
  const task = await store.get(ref);
  if (task === null) throw new QueueError("notFound", `task ${ref.id}`);
  if (task.context === "") throw new UsageError("no worker has seen the task yet: say --context NAME, too");
}

async function show(store: TaskStore, ref: TaskRef, json: boolean): Promise<void> {
  const [task, explanation, { lines, dropped }] = await Promise.all([
    store.get(ref),
    explain(store, ref),
    store.logs(ref),
  ]);
  if (task === null) throw new QueueError("notFound", `task ${ref.id}`);
  if (json) printJson({ ...task, explanation, log: lines, logDropped: dropped });
  else showTask(task, explanation, lines);
}

/** One line: why the task is not running, and when it should. */
export function explainTask(id: string, options: TaskOptions): Promise<ExitCode> {
  const ref = { id, context: options.context };
  return withStore(options, async (store) => {
    await existing(store, ref);
    const explanation = await explain(store, ref);
    if (options.json) printJson({ id, explanation, facts: await store.explain(ref) });
    else output.line(explanation);
    return ExitCode.OK;
  });
}

const CANCELLED = {
  cancelled: "cancelled before it ran",
  requested: "running: its worker was told to stop it",
  finished: "nothing to cancel: it had ended before",
  notFound: "",
} as const;

export function cancelTask(id: string, options: TaskOptions): Promise<ExitCode> {
  return withStore(options, async (store) => {
    const outcome = await store.cancel({ id, context: options.context, reason: options.reason });
    if (outcome === "notFound") throw new QueueError("notFound", `task ${id}`);
    if (options.json) printJson({ id, outcome });
    else output.line(CANCELLED[outcome]);
    return outcome === "finished" ? ExitCode.FAILED : ExitCode.OK;
  });
}

/** Lets a finished task run again, with all its attempts. */
export function rerunTask(id: string, options: TaskOptions): Promise<ExitCode> {
  const ref = { id, context: options.context };
  return withStore(options, async (store) => {
    await store.rerun({ ...ref, delayMs: options.delay });
    if (options.follow) return await followAndPrint(store, ref, options);
    if (options.json) printJson({ id, outcome: "rerun" });
    else output.line(`it waits to run again (rhai task ${id} --follow)`);
    return ExitCode.OK;
  });
}
