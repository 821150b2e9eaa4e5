// What a script can ask about its own task, and tell: `task_id()`, `attempt()`, `report_progress(0.4, "...")` ...

import { runtimeError } from "../../runtime/errors.ts";
import { type CallContext, definePackage, type PackageBuilder } from "../../runtime/function/native.ts";
import type { Int } from "../../runtime/value/int.ts";
import type { Float } from "../../runtime/value/scalars.ts";
import type { Value } from "../../runtime/value/value.ts";
import type { ThreadJob } from "./thread-messages.ts";

/** The tag of a run that belongs to a task. */
export interface TaskRun {
  readonly job: ThreadJob;
  /** Somebody wants the task, or the whole worker, to end. */
  readonly shouldStop: boolean;
  reportProgress(fraction: number, message?: string): void;
}

function taskOf({ tag, fnName }: CallContext): TaskRun {
  if (typeof tag === "object" && tag !== null && "job" in tag) return tag as TaskRun;
  throw runtimeError(`${fnName}: only for scripts that a worker runs as a task`);
}

function report(ctx: CallContext, fraction: number, message?: string): void {
  if (!(fraction >= 0 && fraction <= 1))
    throw runtimeError(`report_progress: the fraction goes from 0 to 1, and is not ${fraction}`);
  taskOf(ctx).reportProgress(fraction, message);
}

function registerFacts(m: PackageBuilder): void {
  const fact = (name: string, returns: string, read: (run: TaskRun) => Value, doc: string) =>
    m.fn(name, [], returns, (ctx: CallContext) => read(taskOf(ctx)), { context: true, isPure: false, doc });
  fact("task_id", "string", ({ job }) => job.id, "Id of the task.");
  fact("context_id", "string", ({ job }) => job.context, "Context that the task was submitted to.");
  fact("caller_id", "string", ({ job }) => job.callerId ?? "", "Who submitted the task; empty if not known.");
  fact("attempt", "i64", ({ job }) => job.attempt, "Number of this attempt, from 1.");
  fact("max_attempts", "i64", ({ job }) => job.maxAttempts, "Attempts that the task may have.");
  fact(
    "fencing_token",
    "i64",
    ({ job }) => job.token,
    "Number of the claim that this run belongs to. It rises with every claim of a task in the context, so other systems can refuse what an earlier owner still writes. A run that is begun again because its thread died may belong to the same claim.",
  );
  fact(
    "task_meta",
    "string",
    ({ job }) => job.meta ?? "",
    "What the caller noted with the task; empty if nothing.",
  );
  fact(
    "should_stop",
    "bool",
    (run) => run.shouldStop,
    "Whether the worker is about to stop: a long script may save what it has and end.",
  );
}

export const taskPackage = definePackage("TaskPackage", (m) => {
  registerFacts(m);
  const options = {
    context: true,
    isPure: false,
    doc: "Tells how far the script is, from 0 to 1, with a text for people.",
  };
  const named = { ...options, paramNames: ["fraction"] };
  const texted = { ...options, paramNames: ["fraction", "message"] };
  m.fn("report_progress", ["f64"], "()", (ctx: CallContext, { value }: Float) => report(ctx, value), named);
  m.fn("report_progress", ["i64"], "()", (ctx: CallContext, value: Int) => report(ctx, Number(value)), named);
  m.fn(
    "report_progress",
    ["f64", "string"],
    "()",
    (ctx: CallContext, { value }: Float, message: string) => report(ctx, value, message),
    texted,
  );
  m.fn(
    "report_progress",
    ["i64", "string"],
    "()",
    (ctx: CallContext, value: Int, message: string) => report(ctx, Number(value), message),
    texted,
  );
});
