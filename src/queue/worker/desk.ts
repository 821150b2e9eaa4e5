// The tasks that a worker holds, each from its claim until the store knows how its run ended.

import { failure } from "../backoff.ts";
import type { QueueError } from "../errors.ts";
import type { LeaseRef, SettledStatus, Verdict } from "../store.ts";
import type { ClaimedTask, TaskError } from "../task.ts";
import { Leases } from "./leases.ts";
import { findBadLimits, poolJob } from "./pool-job.ts";
import type { EndedJob, PoolJob, PoolOptions, ThreadEvent } from "./pool-types.ts";
import { ReportWriter } from "./report-writer.ts";
import { ScriptBreaker } from "./script-breaker.ts";
import { Shares } from "./shares.ts";
import { ThreadPool } from "./thread-pool.ts";
import type { RunOutcome, SettledTask } from "./worker-events.ts";
import type { WorkerSettings } from "./worker-options.ts";

export interface DeskListener {
  /** To be settled; `settled` is called when it is. */
  onVerdict(context: string, verdict: Verdict): void;
  onStarted(task: ClaimedTask): void;
  onSettled(settled: SettledTask): void;
  onThread(event: ThreadEvent): void;
  onContact(context: string): void;
  onTrouble(context: string, error: QueueError, doing: string): void;
}

/** Why a running task was asked to stop. */
type StopReason = "cancel" | "lost" | "stopping";

interface Held {
  readonly task: ClaimedTask;
  readonly job: PoolJob | null;
  stopReason: StopReason | null;
  /** Null while it runs. */
  outcome: RunOutcome | null;
  error: TaskError | null;
  ms: number;
}

const BREAKER_ERROR: TaskError = {
  kind: "ThreadLost",
  message: "not run: this script has killed its thread several times in a row on this worker",
};

export class Desk {
  readonly shares: Shares;
  readonly pool: ThreadPool;
  readonly #settings: WorkerSettings;
  readonly #listener: DeskListener;
  readonly #leases: Leases;
  readonly #reports: ReportWriter;
  readonly #breaker = new ScriptBreaker();
  /** By context, then by token. */
  readonly #held: ReadonlyMap<string, Map<number, Held>>;
  #size = 0;
  /** Cancels of tasks that are not held here: most are others', some are about to come. */
  readonly #early = new Set<string>();
  #taking = true;
  #onEmpty: (() => void)[] = [];
  #onQuiet: (() => void)[] = [];

  constructor(settings: WorkerSettings, listener: DeskListener) {
    const { store, workerId, leaseMs, contexts, concurrency } = settings;
    this.#settings = settings;
    this.#listener = listener;
    this.#held = new Map(contexts.map((context) => [context, new Map()]));
    this.pool = new ThreadPool(poolOptions(settings), {
      onEnded: (ended) => this.#onEnded(ended),
      onReport: ({ task }, report) => this.#reports.add(task, report),
      onRoom: () => this.shares.wake(),
      onThread: (event) => listener.onThread(event),
    });
    this.shares = new Shares(concurrency, contexts, () => this.pool.intake);
    const onTrouble = listener.onTrouble.bind(listener);
    this.#reports = new ReportWriter({ store, onTrouble });
    const onLost = (lease: LeaseRef) => this.#stop(lease, "lost");
    const onCancel = (lease: LeaseRef) => this.cancel(lease);
    const onContact = listener.onContact.bind(listener);
    const held = (context: string) => this.#held.get(context)!;
    this.#leases = new Leases({
      store,
      workerId,
      leaseMs,
      contexts,
      held,
      onLost,
      onCancel,
      onContact,
      onTrouble,
    });
  }

  get size(): number {
    return this.#size;
  }

  #find({ context, token }: ClaimedTask): Held | undefined {
    return this.#held.get(context)?.get(token);
  }

  *#all(): IterableIterator<Held> {
    for (const held of this.#held.values()) yield* held.values();
  }

  /** Claimed tasks begin to run. After `stopTaking` they go back at once. */
  take(tasks: readonly ClaimedTask[]): void {
    const jobs: PoolJob[] = [];
    for (const task of tasks) {
      const job = this.#admit(task);
      if (job !== null) jobs.push(job);
    }
    this.pool.submit(jobs);
  }

  /** Null when the task ends at once. */
  #admit(task: ClaimedTask): PoolJob | null {
    const bad = findBadLimits(task);
    const job = bad === null ? poolJob(task, this.#settings.limits) : null;
    const held: Held = { task, job, stopReason: null, outcome: null, error: null, ms: 0 };
    this.#held.get(task.context)!.set(task.token, held);
    this.#size++;
    if (!this.#taking) this.#end(held, "released", null);
    else if (bad !== null) this.#end(held, "malformed", bad);
    else if (task.cancelRequestedAt !== null || this.#wasCancelled(task)) this.#end(held, "cancelled", null);
    else if (this.#breaker.isOpen(scriptOf(task))) this.#end(held, "crashed", BREAKER_ERROR);
    else {
      this.#listener.onStarted(task);
      return job;
    }
    return null;
  }

  #wasCancelled(task: ClaimedTask): boolean {
    return this.#early.size > 0 && this.#early.delete(earlyKey(task));
  }

  #onEnded(ended: readonly EndedJob[]): void {
    for (const one of ended) {
      const { task } = one.job;
      const held = this.#find(task);
      if (held === undefined) continue;
      held.ms = one.ms;
      if (one.report !== undefined) this.#reports.add(task, one.report);
      // What it printed has to be stored under its lease.
      if (this.#reports.hasUnwritten(task))
        void this.#reports.finish(task).then(() => this.#decide(held, one));
      else this.#decide(held, one);
    }
  }

  #decide(held: Held, { end }: EndedJob): void {
    const script = scriptOf(held.task);
    if (end.kind === "crashed") this.#breaker.died(script);
    else if (end.kind === "completed" || end.kind === "failed") this.#breaker.ended(script);
    const lease = { id: held.task.id, token: held.task.token };
    if (end.kind === "completed") {
      this.#settle(held, "completed", null, { ...lease, kind: "completed", output: end.output });
    } else if (end.kind === "failed") {
      const { error, retryable } = end;
      this.#settle(held, "failed", error, failure(held.task, error, { retryable }));
    } else if (end.kind === "crashed") {
      this.#end(held, "crashed", end.error);
    } else {
      const isCancelled = end.kind === "stopped" && held.stopReason === "cancel";
      this.#end(held, isCancelled ? "cancelled" : "released", null);
    }
  }

  #end(held: Held, outcome: "released" | "cancelled", error: null): void;
  #end(held: Held, outcome: "crashed" | "malformed", error: TaskError): void;
  #end(held: Held, kind: "released" | "cancelled" | "crashed" | "malformed", error: TaskError | null): void {
    const { id, token } = held.task;
    const verdict = { id, token, kind, ...(error !== null && { error }) } as Verdict;
    this.#settle(held, kind, error, verdict);
  }

  #settle(held: Held, outcome: RunOutcome, error: TaskError | null, verdict: Verdict): void {
    const { context } = held.task;
    held.outcome = outcome;
    held.error = error;
    this.shares.release(context, 1);
    if (held.stopReason === "lost") this.settled(context, verdict, "lost");
    else this.#listener.onVerdict(context, verdict);
    if (this.shares.running === 0) for (const resolve of this.#onQuiet.splice(0)) resolve();
  }

  /** The store has taken a verdict, or never will. */
  settled(context: string, verdict: Verdict, status: SettledStatus): void {
    const inContext = this.#held.get(context)!;
    const held = inContext.get(verdict.token);
    if (held === undefined) return;
    inContext.delete(verdict.token);
    this.#size--;
    const { task, error, ms, outcome } = held;
    this.#listener.onSettled({ task, outcome: outcome!, status, error, ms });
    if (this.#size === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** Somebody wants the task to end, perhaps before the answer to its claim has come. */
  cancel(lease: LeaseRef): void {
    if (this.#stop(lease, "cancel")) return;
    this.#early.add(earlyKey(lease));
    if (this.#early.size > MAX_EARLY) this.#early.delete(this.#early.keys().next().value!);
  }

  /** False when it is not held here. */
  #stop({ id, token }: LeaseRef, reason: StopReason): boolean {
    for (const inContext of this.#held.values()) {
      const held = inContext.get(token);
      if (held?.task.id !== id) continue;
      if (held.outcome !== null) return true;
      // A lease that is lost cannot be settled any more, whatever else was wanted.
      if (held.stopReason === null || reason === "lost") held.stopReason = reason;
      this.pool.stop((job) => job === held.job);
      return true;
    }
    return false;
  }

  // --- the end ------------------------------------------------------------------------------------------------------

  /** What has not started goes back; scripts can see that they should come to an end. */
  stopTaking(): void {
    this.#taking = false;
    this.pool.handBackUnstarted();
    this.pool.announceStop();
  }

  /** Ends all scripts, by asking and then by killing their threads; what did not finish goes back. */
  async endAll(): Promise<void> {
    for (const held of this.#all()) held.stopReason ??= "stopping";
    this.pool.stop(() => true);
    // The pool kills what does not react; this is for a script that ends in time.
    await Promise.race([this.whenQuiet(), pause(2 * this.#settings.killGraceMs + 100)]);
    await this.pool.close();
    // What scripts reported last is still being stored, and their verdicts wait for that.
    await Promise.race([this.whenQuiet(), pause(REPORTS_MS)]);
  }

  /** No script runs. */
  whenQuiet(): Promise<void> {
    if (this.shares.running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onQuiet.push(resolve));
  }

  /** Nothing is held any more. */
  whenEmpty(): Promise<void> {
    if (this.#size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  /** Leases are no longer renewed. */
  close(): void {
    this.#leases.close();
  }
}

const REPORTS_MS = 5000;
const MAX_EARLY = 1000;

function earlyKey({ id, token }: LeaseRef): string {
  return `${token} ${id}`;
}

/** Does not keep the process alive. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

const CACHED_SCRIPTS = 500;
const CACHED_BYTES = 16 * 1_048_576;

function poolOptions(settings: WorkerSettings): PoolOptions {
  const { limits, recycle, perThread, interleave, threads, killGraceMs, threadEntry } = settings;
  const { workerId, contexts, engineModule, scriptsRoot, modulesRoot, trustedKeys, secrets } = settings;
  const { operations, callLevels, outputBytes, scriptBytes, logLines } = limits;
  const cache = { cachedScripts: CACHED_SCRIPTS, cachedBytes: CACHED_BYTES };
  return {
    threads,
    perThread,
    interleave,
    heapMb: limits.heapMb,
    graceMs: killGraceMs,
    recycle: { tasks: recycle.tasks, ageMs: recycle.ageMs, heapMb: recycle.heapShare * limits.heapMb },
    idleMs: recycle.idleMs,
    entry: threadEntry,
    config: {
      workerId,
      contexts,
      engineModule,
      scriptsRoot,
      modulesRoot,
      trustedKeys,
      secrets,
      limits: { operations, callLevels, outputBytes, scriptBytes, logLines, ...cache },
    },
  };
}

function scriptOf({ script, scriptPath }: ClaimedTask): string {
  return script ?? scriptPath ?? "";
}
