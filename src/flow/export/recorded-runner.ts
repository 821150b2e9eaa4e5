// Steps that answer as they did in a recorded run, after as long as they took then.

import type { Clock } from "../../queue/clock.ts";
import { decodeStep } from "../codec.ts";
import type { ScriptProblem, StepJob, StepRunner } from "../runner/runner.ts";
import { partsOfStepId, type StepError } from "../state.ts";
import type { Outcome } from "../transition/events.ts";
import type { ExportedAttempt, ExportedRun, RunFile } from "./run-file.ts";

export interface RecordedRunnerOptions {
  readonly file: RunFile;
  readonly clock: Clock;
  /** Runs the scripts of steps that are not to be taken from the record. */
  readonly live: StepRunner;
  readonly isLive: (step: string) => boolean;
}

interface Answer {
  readonly outcome: Outcome;
  readonly afterMs: number;
}

export class RecordedRunner implements StepRunner {
  readonly #options: RecordedRunnerOptions;
  readonly #attempts: ReadonlyMap<string, ExportedAttempt>;
  readonly #stops = new Map<string, AbortController>();
  /** Id of the run that replays the recorded one, once it is known. */
  #newId: string | null = null;

  constructor(options: RecordedRunnerOptions) {
    this.#options = options;
    this.#attempts = new Map(options.file.attempts.map((attempt) => [keyOf(attempt), attempt]));
  }

  /** Ids of runs inside of a run begin with its id: so their records are found. */
  noteRoot(flowId: string): void {
    this.#newId = flowId;
  }

  async run(job: StepJob, signal: AbortSignal): Promise<Outcome> {
    const { live, isLive, clock } = this.#options;
    if (isLive(partsOfStepId(job.stepId).step)) return await live.run({ ...job, timeoutMs: null }, signal);
    const { outcome, afterMs } = this.#answer(job);
    const stop = new AbortController();
    this.#stops.set(job.taskId, stop);
    await clock.sleep(afterMs, stop.signal);
    this.#stops.delete(job.taskId);
    return stop.signal.aborted ? { kind: "stopped" } : outcome;
  }

  #answer(job: StepJob): Answer {
    const run = this.#recordOf(job);
    const attempt = run && this.#attempts.get(keyOf({ ...job, flowId: run.flowId }));
    if (attempt && attempt.status !== "unknown") {
      const outcome = outcomeOfAttempt(attempt);
      if (outcome !== null) return { outcome, afterMs: durationOf(attempt) };
    }
    return { outcome: (run && outcomeOfState(run, job)) ?? missing(job), afterMs: 0 };
  }

  /** The recorded run at the same place inside of the first one; else one of the same flow. */
  #recordOf({ flowId, flowName }: StepJob): ExportedRun | undefined {
    const { runs } = this.#options.file;
    const place = this.#newId === null ? null : flowId.slice(this.#newId.length);
    return (
      runs.find((run) => run.flow.name === flowName && run.flowId === `${runs[0].flowId}${place}`) ??
      runs.find((run) => run.flow.name === flowName)
    );
  }

  async stop(job: StepJob): Promise<void> {
    this.#stops.get(job.taskId)?.abort();
    await this.#options.live.stop(job);
  }

  checkScript(script: string, step: string): ScriptProblem | null {
    const { live, isLive } = this.#options;
    return isLive(step) ? (live.checkScript?.(script, step) ?? null) : null;
  }

  async close(): Promise<void> {
    for (const stop of this.#stops.values()) stop.abort();
    await this.#options.live.close();
  }
}

function keyOf(ref: Pick<ExportedAttempt, "flowId" | "stepId" | "attempt" | "undo">): string {
  return `${ref.flowId} ${ref.stepId} ${ref.undo ? "undo " : ""}${ref.attempt}`;
}

function durationOf({ startedAt, finishedAt }: ExportedAttempt): number {
  return startedAt === null || finishedAt === null ? 0 : Math.max(0, finishedAt - startedAt);
}

/** Null for an attempt that had not ended. */
function outcomeOfAttempt({ status, output, error }: ExportedAttempt): Outcome | null {
  if (status === "completed") return { kind: "completed", output: output ?? "null" };
  if (status === "failed") return { kind: "failed", error: error ?? UNKNOWN };
  return status === "cancelled" ? { kind: "stopped" } : null;
}

const UNKNOWN: StepError = { kind: "Unknown", message: "failed, and the record does not say why" };

/** What the state of the step says, where the attempt's own record is gone. */
function outcomeOfState({ steps }: ExportedRun, { stepId, attempt, undo }: StepJob): Outcome | null {
  const fields = steps[stepId];
  if (fields === undefined) return null;
  const step = decodeStep(stepId, fields);
  if (undo) {
    if (step.undo === null || attempt > step.undo.attemptCount) return null;
    if (step.undo.status === "Completed" && attempt === step.undo.attemptCount)
      return { kind: "completed", output: "null" };
    return { kind: "failed", error: step.undo.error ?? UNKNOWN };
  }
  if (attempt > step.attemptCount) return null;
  if (attempt < step.attemptCount) return { kind: "failed", error: step.error ?? UNKNOWN };
  if (step.output !== null) return { kind: "completed", output: step.output };
  return step.status === "Failed" ? { kind: "failed", error: step.error ?? UNKNOWN } : null;
}

function missing({ stepId, undo, attempt }: StepJob): Outcome {
  const what = `${undo ? "undoing " : ""}step '${stepId}', attempt ${attempt}`;
  return {
    kind: "failed",
    error: { kind: "NotRecorded", message: `the record has no result of ${what}`, final: true },
  };
}
