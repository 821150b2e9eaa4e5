// Scripts of steps run by an engine in this process: for local runs, examples and tests.

import { endOfError, endOfValue } from "../../queue/worker/script-end.ts";
import type { AST } from "../../runtime/ast.ts";
import { Engine } from "../../runtime/engine.ts";
import { parseJson } from "../../runtime/json-read.ts";
import { tasksPackage } from "../../runtime/packages/tasks.ts";
import { Scope } from "../../runtime/scope.ts";
import { RhaiMap } from "../../runtime/value/containers.ts";
import type { Outcome } from "../transition/events.ts";
import { type ScriptProblem, type StepJob, type StepRunner, syntaxProblem } from "./runner.ts";

export interface EngineRunnerOptions {
  /** Runs the scripts; one with the standard library and `sleep`, `parallel` ... when missing. */
  readonly engine?: Engine;
  /** Bytes of a result, as JSON. */
  readonly outputBytes?: number;
}

const OUTPUT_BYTES = 4_194_304;
const MAX_COMPILED = 1000;

interface Running {
  readonly outcome: Promise<Outcome>;
  readonly controller: AbortController;
}

/**
 * Runs overlap as far as they wait for something; none can be killed in the middle of a computation, but a timeout or a stop
 * ends it at its next operation. A job that is under way is joined, one that has ended is run again: what an attempt did and
 * nobody noted is done twice if its executor dies, as there is no other memory of it than the flow's store.
 */
export class EngineRunner implements StepRunner {
  readonly #engine: Engine;
  readonly #outputBytes: number;
  readonly #running = new Map<string, Running>();
  readonly #compiled = new Map<string, AST>();

  constructor({ engine, outputBytes = OUTPUT_BYTES }: EngineRunnerOptions = {}) {
    this.#engine = engine ?? new Engine().registerPackage(tasksPackage);
    this.#outputBytes = outputBytes;
  }

  run(job: StepJob): Promise<Outcome> {
    const known = this.#running.get(job.taskId);
    if (known !== undefined) return known.outcome;
    const controller = new AbortController();
    const outcome = this.#execute(job, controller.signal).finally(() => this.#running.delete(job.taskId));
    this.#running.set(job.taskId, { outcome, controller });
    return outcome;
  }

  async #execute(job: StepJob, signal: AbortSignal): Promise<Outcome> {
    // A turn later: the state that asks for the run is written, and those who wait for it hear of it first.
    await undefined;
    const startedAt = Date.now();
    try {
      const options = {
        scope: scopeOf(job.args),
        signal,
        ...(job.timeoutMs !== null && { deadline: job.timeoutMs }),
      };
      const value = await this.#engine.evalAst(this.#compile(job.script), options);
      return outcomeOf(endOfValue(value, this.#outputBytes));
    } catch (error) {
      if (signal.aborted) return { kind: "stopped" };
      const outcome = outcomeOf(endOfError(error));
      const overdue = job.timeoutMs !== null && Date.now() - startedAt >= job.timeoutMs - 1;
      if (outcome.kind !== "failed" || outcome.error.kind !== "ErrorTerminated" || !overdue) return outcome;
      const message = `the script ran longer than the ${job.timeoutMs} ms that it had`;
      return { kind: "failed", error: { kind: "Timeout", message, interrupted: true } };
    }
  }

  #compile(script: string): AST {
    let ast = this.#compiled.get(script);
    if (ast === undefined) {
      ast = this.#engine.compile(script);
      if (this.#compiled.size >= MAX_COMPILED) this.#compiled.clear();
      this.#compiled.set(script, ast);
    }
    return ast;
  }

  async stop(job: StepJob): Promise<void> {
    this.#running.get(job.taskId)?.controller.abort("stopped");
  }

  checkScript(script: string): ScriptProblem | null {
    return syntaxProblem(this.#engine, script);
  }

  async close(): Promise<void> {
    for (const { controller } of this.#running.values()) controller.abort("closed");
  }
}

function scopeOf(args: string): Scope {
  const scope = new Scope();
  const values = parseJson(args);
  if (values instanceof RhaiMap) for (const name of values.keys()) scope.push(name, values.get(name));
  return scope;
}

function outcomeOf(end: ReturnType<typeof endOfError>): Outcome {
  if (end.kind === "completed") return { kind: "completed", output: end.output };
  if (end.kind !== "failed") return { kind: "stopped" };
  return { kind: "failed", error: { ...end.error, ...(!end.retryable && { final: true as const }) } };
}
