// Scripts of steps as tasks of the queue: the attempt's id is the task's, so that no attempt becomes two tasks.

import { type Clock, systemClock } from "../../queue/clock.ts";
import { isQueueError } from "../../queue/errors.ts";
import type { TaskStore } from "../../queue/store.ts";
import type { TaskResult, TaskSpec } from "../../queue/task.ts";
import { Engine } from "../../runtime/engine.ts";
import type { StepError } from "../state.ts";
import type { Outcome } from "../transition/events.ts";
import { type ScriptProblem, type StepJob, type StepRunner, syntaxProblem } from "./runner.ts";

export interface QueueRunnerOptions {
  readonly store: TaskStore;
  /** Context of steps that name none. */
  readonly context: string;
  readonly callerId?: string;
  readonly clock?: Clock;
  /** How long results stay in the queue: longer than any pause of all executors. The context's own rule when missing. */
  readonly resultTtlMs?: number;
  /** Closes the store, too, in the end. */
  readonly ownsStore?: boolean;
}

/** Pause before a call that failed is repeated. */
const PAUSE_MS = 500;
/** One wait for a result; then the next begins. */
const WAIT_MS = 3_600_000;

/** Failures of which nobody knows how far the script came. */
const INTERRUPTED: ReadonlySet<string> = new Set(["Timeout", "WorkerLost", "ThreadLost", "OutOfMemory"]);

export class QueueRunner implements StepRunner {
  readonly #options: QueueRunnerOptions;
  readonly #store: TaskStore;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  /** Tasks that are being handed over, by their ids. */
  readonly #handing = new Map<string, Promise<unknown>>();
  #parser: Engine | undefined;

  constructor(options: QueueRunnerOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#clock = options.clock ?? systemClock;
  }

  async run(job: StepJob, signal: AbortSignal): Promise<Outcome> {
    const spec = this.#specOf(job);
    try {
      const handing = this.#patiently(signal, () => this.#store.enqueue({ task: spec, notify: true }));
      this.#handing.set(job.taskId, handing);
      const { outcome } = await handing.finally(() => this.#handing.delete(job.taskId));
      if (outcome === "queueFull") return failed("QueueFull", "the queue is full");
      return await this.#outcomeOf(job, spec, signal);
    } catch (error) {
      if (!isQueueError(error, "invalid")) throw error;
      return failed("Invalid", error.message);
    }
  }

  #specOf(job: StepJob): TaskSpec {
    const { callerId, resultTtlMs } = this.#options;
    const { flowId, stepId, attempt, timeoutMs, priority } = job;
    return {
      id: job.taskId,
      context: this.#contextOf(job),
      callerId: callerId ?? `flow:${job.flowName}`.slice(0, 256),
      script: job.script,
      args: job.args,
      meta: JSON.stringify({ flow: flowId, step: stepId, attempt, ...(job.undo && { undo: true }) }),
      maxAttempts: 1,
      ...(timeoutMs !== null && { timeoutMs }),
      ...(priority > 0 && { priority }),
      ...(resultTtlMs !== undefined && { resultTtlMs }),
    };
  }

  #contextOf({ context }: StepJob): string {
    return context ?? this.#options.context;
  }

  async #outcomeOf(job: StepJob, { id, context }: TaskSpec, signal: AbortSignal): Promise<Outcome> {
    for (;;) {
      try {
        const params = { id: id!, context, timeoutMs: WAIT_MS, signal };
        const result = await this.#patiently(signal, () => this.#store.waitForResult(params));
        return await this.#outcome(job, result);
      } catch (error) {
        const vanished = isQueueError(error, "notFound") || isQueueError(error, "removed");
        if (vanished)
          return failed("TaskLost", "the task's record vanished before its result was seen", true);
        if (!isQueueError(error, "timeout") || signal.aborted) throw error;
      }
    }
  }

  async #outcome(job: StepJob, { status, output, error }: TaskResult): Promise<Outcome> {
    if (status === "completed") return { kind: "completed", output: asJson(output) };
    if (status === "cancelled") return { kind: "stopped" };
    const failure = error ?? { kind: "Unknown", message: "the task failed" };
    const interrupted = INTERRUPTED.has(failure.kind) ? ({ interrupted: true } as const) : {};
    const final = (await this.#isFinal(job)) ? ({ final: true } as const) : {};
    return { kind: "failed", error: { ...failure, ...interrupted, ...final } };
  }

  /** The script itself may say that another attempt would not help (`throw #{ message: ..., retry: false }`). */
  async #isFinal(job: StepJob): Promise<boolean> {
    const task = await this.#store.get({ id: job.taskId, context: this.#contextOf(job) }).catch(() => null);
    return task?.deadReason === "notRetryable";
  }

  /** An absent store is no failure of the step: asked again until it answers. All calls are safe to repeat. */
  async #patiently<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!isQueueError(error) || !error.retryable || signal.aborted || this.#closing.signal.aborted)
          throw error;
        await this.#clock.sleep(PAUSE_MS, signal);
      }
    }
  }

  async stop(job: StepJob): Promise<void> {
    const ref = {
      id: job.taskId,
      context: this.#contextOf(job),
      reason: "the flow does not need it any more",
    };
    // What is not there yet could not be cancelled.
    await this.#handing.get(job.taskId)?.catch(() => undefined);
    await this.#patiently(this.#closing.signal, () => this.#store.cancel(ref));
  }

  checkScript(script: string): ScriptProblem | null {
    this.#parser ??= new Engine();
    return syntaxProblem(this.#parser, script);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#options.ownsStore === true) await this.#store.close();
  }
}

function failed(kind: string, message: string, interrupted = false): Outcome {
  const error: StepError = interrupted ? { kind, message, interrupted: true } : { kind, message };
  return { kind: "failed", error };
}

/** What a foreign worker stored may be any text. */
function asJson(output: string | null): string {
  if (output === null) return "null";
  try {
    JSON.parse(output);
    return output;
  } catch {
    return JSON.stringify(output);
  }
}
