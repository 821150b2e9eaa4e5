// Errors for callers who wait for a result: the task failed, or somebody cancelled it.

import type { TaskError, TaskResult } from "../task.ts";
import { outputValue } from "./values.ts";

/** A task ended without a result: its script failed, could not be run, or took too long. */
export class TaskFailedError extends Error {
  override readonly name = "TaskFailedError";
  /** The kind of the script's error (`ErrorRuntime`, `ErrorParsing` ...), or `Timeout`, `OutOfMemory`, `WorkerLost` ... */
  readonly kind: string;
  /** Where in the script. */
  readonly position: TaskError["position"] | null;
  /** Calls of the script that led there, innermost first. */
  readonly scriptStack: readonly string[];
  readonly taskId: string;
  /** Runs that were charged. */
  readonly attempts: number;

  constructor({ id, error, attempts }: TaskResult) {
    super(error?.message ?? "the task failed");
    this.kind = error?.kind ?? "Unknown";
    this.position = error?.position ?? null;
    this.scriptStack = error?.stack ?? [];
    this.taskId = id;
    this.attempts = attempts;
  }
}

/** The task was cancelled before it had a result. */
export class TaskCancelledError extends Error {
  override readonly name = "TaskCancelledError";
  readonly taskId: string;

  constructor({ id }: TaskResult) {
    super(`task ${id} was cancelled`);
    this.taskId = id;
  }
}

/** The value of a completed task. Throws TaskFailedError, TaskCancelledError. */
export function valueOf(result: TaskResult): unknown {
  if (result.status === "failed") throw new TaskFailedError(result);
  if (result.status === "cancelled") throw new TaskCancelledError(result);
  return outputValue(result.output ?? "null");
}
