// One run of a task's script, from its job to its end: variables, limits, what it prints and reports.

import type { Engine } from "../../runtime/engine.ts";
import { EvalError } from "../../runtime/errors.ts";
import { parseJson } from "../../runtime/json-read.ts";
import type { RunOptions } from "../../runtime/run-options.ts";
import { Scope } from "../../runtime/scope.ts";
import { RhaiMap } from "../../runtime/value/containers.ts";
import type { RunReport } from "./run-report.ts";
import type { CompiledScript } from "./script-cache.ts";
import { endOfError, endOfValue, TaskRefused } from "./script-end.ts";
import type { SlotTable } from "./slots.ts";
import type { TaskRun } from "./task-functions.ts";
import type { ScriptEnd, ThreadJob, ThreadLimits } from "./thread-messages.ts";

/** The variables that the caller sent. Throws `TaskRefused`. */
export function scopeOf({ args }: ThreadJob): Scope {
  const scope = new Scope();
  if (args === undefined) return scope;
  let values: unknown;
  try {
    values = parseJson(args);
  } catch (error) {
    throw new TaskRefused("ArgsInvalid", `args: ${error instanceof Error ? error.message : error}`);
  }
  if (!(values instanceof RhaiMap)) throw new TaskRefused("ArgsInvalid", "args: a JSON object is needed");
  for (const name of values.keys()) scope.push(name, values.get(name));
  return scope;
}

export class ScriptRun implements TaskRun {
  readonly job: ThreadJob;
  readonly report: RunReport;
  readonly #slots: SlotTable;
  readonly #limits: ThreadLimits;
  readonly #startedAt = performance.now();
  #controller: AbortController | null = null;

  constructor(job: ThreadJob, report: RunReport, slots: SlotTable, limits: ThreadLimits) {
    this.job = job;
    this.report = report;
    this.#slots = slots;
    this.#limits = limits;
  }

  get shouldStop(): boolean {
    return this.#slots.isStopAnnounced || this.#slots.isStopAsked(this.job);
  }

  get ms(): number {
    return performance.now() - this.#startedAt;
  }

  reportProgress(fraction: number, message?: string): void {
    this.report.progress(fraction, message);
  }

  /** Ends what the script waits for. */
  abort(): void {
    this.#controller?.abort("stopped");
  }

  runNow(engine: Engine, { ast }: CompiledScript, scope: Scope): ScriptEnd {
    try {
      return endOfValue(engine.evalAstSync(ast, scope, this.#options()), this.#outputBytes);
    } catch (error) {
      return this.failed(error);
    }
  }

  async runWaiting(engine: Engine, { ast }: CompiledScript, scope: Scope): Promise<ScriptEnd> {
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    try {
      return endOfValue(await engine.evalAst(ast, { ...this.#options(), scope, signal }), this.#outputBytes);
    } catch (error) {
      return this.failed(error);
    }
  }

  /** Whatever ended it early. */
  failed(error: unknown): ScriptEnd {
    const end = endOfError(error);
    if (!(error instanceof EvalError) || error.root.kind !== "ErrorTerminated") return end;
    if (this.#slots.isStopAsked(this.job)) return { kind: "stopped" };
    const { timeoutMs } = this.job;
    // The script's own timers may be early by a fraction of a millisecond.
    if (this.ms < timeoutMs - 1) return end;
    const message = `the script ran longer than the ${timeoutMs} ms that it had`;
    return { kind: "failed", error: { kind: "Timeout", message }, retryable: true };
  }

  get #outputBytes(): number {
    return this.job.outputBytes ?? this.#limits.outputBytes;
  }

  #options(): RunOptions {
    const { report, job } = this;
    const maxOperations = job.operations;
    const maxCallLevels = job.callLevels;
    const ownLimits = maxOperations !== undefined || maxCallLevels !== undefined;
    return {
      tag: this,
      deadline: job.timeoutMs,
      interrupt: () => {
        report.flushIfDue();
        return this.#slots.isStopAsked(job);
      },
      onPrint: (text) => report.line("print", text),
      onDebug: (text) => report.line("debug", text),
      ...(ownLimits && { limits: withoutMissing({ maxOperations, maxCallLevels }) }),
    };
  }
}

function withoutMissing<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
