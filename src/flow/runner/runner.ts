// What executes the scripts of steps, as the executor sees it.

import { ParseError } from "../../lang/errors.ts";
import { columnOf, lineOf } from "../../lang/position.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { TextPlace } from "../definition/issues.ts";
import type { Outcome } from "../transition/events.ts";

/** One attempt of a step's script, or of its compensation. */
export interface StepJob {
  /** Names the attempt among all others: the same job always has the same id. */
  readonly taskId: string;
  readonly flowId: string;
  readonly flowName: string;
  /** With the index of an item: `build[3]`. */
  readonly stepId: string;
  readonly attempt: number;
  /** The script undoes the step. */
  readonly undo: boolean;
  readonly script: string;
  /** JSON object: the variables of the script. */
  readonly args: string;
  readonly timeoutMs: number | null;
  readonly context: string | null;
  readonly priority: number;
}

export interface StepRunner {
  /**
   * Runs the job, or listens to it when it was started before, and resolves with how it ended. A job whose listener goes away
   * (`signal`) goes on; then the promise need not settle.
   */
  run(job: StepJob, signal: AbortSignal): Promise<Outcome>;
  /** Tells the job to stop; `run` resolves when it has. */
  stop(job: StepJob): Promise<void>;
  /** Why nobody could run this script; null when there is no such reason. */
  checkScript?(script: string, step: string): ScriptProblem | null;
  close(): Promise<void>;
}

export interface ScriptProblem {
  readonly message: string;
  readonly at: TextPlace;
}

/** The complaint of an engine about a script's syntax. */
export function syntaxProblem(engine: Engine, script: string): ScriptProblem | null {
  try {
    engine.compile(script);
    return null;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const { message, position } = error;
    return { message, at: { line: lineOf(position) || 1, column: columnOf(position) || 1 } };
  }
}

/** A task's id must not hold braces, which a flow's id does in a cluster. */
export function taskIdOf(flowId: string, stepId: string, attempt: number, undo: boolean): string {
  const id = flowId.replace(/[{}]/g, "");
  return `flow:${id}:${stepId}:${undo ? "undo:" : ""}${attempt}`;
}
