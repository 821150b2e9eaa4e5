// Runs the jobs of a script thread: one after the other what never waits, interleaved what does.

import pLimit, { type LimitFunction } from "p-limit";
import type { Engine } from "../../runtime/engine.ts";
import type { Scope } from "../../runtime/scope.ts";
import type { Redaction } from "../redaction.ts";
import { checkSignature } from "../signature.ts";
import { ConfinedFolder } from "./confined-folder.ts";
import type { Outbox } from "./outbox.ts";
import { RunReport } from "./run-report.ts";
import { type CompiledScript, ScriptCache } from "./script-cache.ts";
import { TaskRefused } from "./script-end.ts";
import { ScriptRun, scopeOf } from "./script-run.ts";
import type { SlotRef, SlotTable } from "./slots.ts";
import type { ScriptEnd, ThreadConfig, ThreadJob } from "./thread-messages.ts";

/** After so long without a pause, timers and input get their turn. */
const SLICE_MS = 5;
/** A script that took no longer the last time is expected not to hold up what those before it have to tell. */
const SHORT_MS = 1;

export interface ScriptHostParts {
  readonly engine: Engine;
  readonly config: ThreadConfig;
  readonly slots: SlotTable;
  readonly outbox: Outbox;
  readonly redaction: Redaction;
}

export class ScriptHost {
  readonly #parts: ScriptHostParts;
  readonly #cache: ScriptCache;
  readonly #scripts: ConfinedFolder | null;
  readonly #interleaved: LimitFunction;
  readonly #waiting = new Map<number, ScriptRun>();
  #jobs: ThreadJob[] = [];
  #pumping = false;

  constructor(parts: ScriptHostParts) {
    const { limits, scriptsRoot, interleave } = parts.config;
    this.#parts = parts;
    this.#cache = new ScriptCache(parts.engine, limits.cachedScripts, limits.cachedBytes, () =>
      parts.outbox.flush(),
    );
    this.#scripts = scriptsRoot === null ? null : new ConfinedFolder(scriptsRoot);
    this.#interleaved = pLimit(interleave);
  }

  run(jobs: readonly ThreadJob[]): void {
    this.#jobs = this.#jobs.length === 0 ? [...jobs] : [...this.#jobs, ...jobs];
    if (!this.#pumping) this.#pump();
  }

  /** Their flags are set: those that wait have to be told. */
  stop(slots: readonly SlotRef[]): void {
    for (const { slot, sequence } of slots) {
      const run = this.#waiting.get(slot);
      if (run?.job.sequence === sequence) run.abort();
    }
  }

  #pump(): void {
    const { outbox } = this.#parts;
    const sliceEnd = performance.now() + SLICE_MS;
    const jobs = this.#jobs;
    let at = 0;
    let goesOn = true;
    while (goesOn && at < jobs.length && performance.now() < sliceEnd) {
      goesOn = this.#start(jobs[at++]);
      outbox.flushIfDue();
    }
    outbox.flush();
    this.#jobs = jobs.slice(at);
    this.#pumping = at < jobs.length;
    if (this.#pumping) setImmediate(() => this.#pump());
  }

  /** False when the job begins with the next turn: those behind it have to let it pass first. */
  #start(job: ThreadJob): boolean {
    const { slots, outbox, engine } = this.#parts;
    if (!slots.begin(job)) return true;
    const run = this.#newRun(job);
    try {
      const scope = scopeOf(job);
      const compiled = this.#compile(job, scope);
      if (compiled.mayWait) {
        slots.defer(job);
        void this.#interleaved(() => this.#runWaiting(job, compiled));
        return false;
      }
      if (this.#isRisky(compiled)) outbox.flush();
      const end = run.runNow(engine, compiled, scope);
      compiled.latestMs = run.ms;
      outbox.started(run.ms);
      this.#finish(run, end);
    } catch (error) {
      this.#finish(run, run.failed(error));
    }
    return true;
  }

  /** It may hold the thread, or take it along: functions of the host can do what nothing interrupts. */
  #isRisky({ latestMs }: CompiledScript): boolean {
    return latestMs === null ? this.#parts.config.engineModule !== null : latestMs > SHORT_MS;
  }

  async #runWaiting(job: ThreadJob, compiled: CompiledScript): Promise<void> {
    const { slots, outbox, engine } = this.#parts;
    if (!slots.begin(job)) return;
    const run = this.#newRun(job);
    this.#waiting.set(job.slot, run);
    let end: ScriptEnd;
    try {
      const ending = run.runWaiting(engine, compiled, scopeOf(job));
      outbox.started(run.ms);
      slots.wait(job);
      outbox.noteRoom();
      end = await ending;
    } catch (error) {
      end = run.failed(error);
    }
    this.#waiting.delete(job.slot);
    this.#finish(run, end);
    outbox.flush();
  }

  #newRun(job: ThreadJob): ScriptRun {
    const { config, slots, outbox, redaction } = this.#parts;
    const report = new RunReport(job, redaction, outbox, config.limits.logLines);
    return new ScriptRun(job, report, slots, config.limits);
  }

  #compile(job: ThreadJob, scope: Scope): CompiledScript {
    const { trustedKeys, limits } = this.#parts.config;
    if (trustedKeys !== null) checkTrust(job, trustedKeys);
    const source = job.script === undefined ? (job.scriptPath ?? null) : null;
    const text = job.script ?? this.#read(job.scriptPath ?? "", limits.scriptBytes);
    return this.#cache.compile(withoutShebang(text), source, scope);
  }

  #read(path: string, maxBytes: number): string {
    if (this.#scripts === null) {
      throw new TaskRefused("ScriptPathRefused", "this worker has no scripts folder: it runs no scriptPath");
    }
    return this.#scripts.readText(path, maxBytes);
  }

  #finish({ job, report, ms }: ScriptRun, end: ScriptEnd): void {
    const { slots, outbox, redaction } = this.#parts;
    slots.finish(job);
    outbox.forget(report);
    const told = report.take();
    const { slot, sequence } = job;
    outbox.add({ slot, sequence, end: redacted(end, redaction), ms, ...(told && { report: told }) });
  }
}

/** The line feed stays, so that line numbers do. */
function withoutShebang(text: string): string {
  if (!text.startsWith("#!")) return text;
  const end = text.indexOf("\n");
  return end < 0 ? "" : text.slice(end);
}

function checkTrust(job: ThreadJob, trusted: Readonly<Record<string, readonly string[]>>): void {
  const reason = checkSignature(job, trusted);
  if (reason !== null) throw new TaskRefused("SignatureInvalid", reason);
}

function redacted(end: ScriptEnd, redaction: Redaction): ScriptEnd {
  if (end.kind !== "failed") return end;
  const { error } = end;
  return { ...end, error: { ...error, message: redaction.apply(error.message) } };
}
