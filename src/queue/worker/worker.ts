// RhaiWorker: takes tasks of its contexts, runs their scripts on threads, and tells the store how they ended.

import { EventEmitter } from "node:events";
import type { QueueError } from "../errors.ts";
import type { Claimed, LeaseRef, SettledStatus, Verdict } from "../store.ts";
import { Contacts, isTooLong } from "./contacts.ts";
import { Desk } from "./desk.ts";
import { Feeder, type FeederHost } from "./feeder.ts";
import { WorkerMetrics } from "./metrics.ts";
import { Upkeep } from "./upkeep.ts";
import type { SettledTask, WorkerEvents, WorkerHealth } from "./worker-events.ts";
import { logWorker } from "./worker-log.ts";
import { type WorkerOptions, type WorkerSettings, workerSettings } from "./worker-options.ts";

export interface StopOptions {
  /** Scripts are ended and handed back at once. */
  readonly now?: boolean;
  /** How long scripts may go on; the option `stopGraceMs` of the worker when missing. */
  readonly graceMs?: number;
}

/** Last words to the store may take so long. */
const FLUSH_MS = 5000;
const WATCH_AGAIN_MS = 2000;
const LOOK_MS = 20;

/**
 * A worker of the queue: claims tasks of its contexts, runs their scripts on threads, recovers tasks of dead workers, fires
 * schedules. Its events are those of `WorkerEvents`.
 *
 * @example
 * const worker = new RhaiWorker({ url: "redis://127.0.0.1:6379", contexts: ["reports"] });
 * await worker.start();
 * process.once("SIGTERM", () => worker.stop());
 */
export class RhaiWorker extends EventEmitter<WorkerEvents> {
  readonly #settings: WorkerSettings;
  readonly #desk: Desk;
  readonly #feeders: ReadonlyMap<string, Feeder>;
  readonly #upkeep: Upkeep;
  readonly #metrics: WorkerMetrics;
  readonly #contacts: Contacts;
  #state: WorkerHealth["state"] = "new";
  #unwatch: (() => Promise<void>) | null = null;
  #stopping: Promise<void> | null = null;
  readonly #hurry = new AbortController();

  /** Throws `invalid` for options that make no sense. Connects and starts threads with `start`. */
  constructor(options: WorkerOptions) {
    super();
    this.#settings = workerSettings(options);
    const { contexts, concurrency, store, workerId, leaseMs, upkeepMs, logger } = this.#settings;
    this.#contacts = new Contacts(contexts);
    const onContact = (context: string) => this.#contacts.note(context);
    const onTrouble = (context: string, error: QueueError, doing: string) =>
      this.#onTrouble(context, error, doing);
    this.#desk = new Desk(this.#settings, {
      onContact,
      onTrouble,
      onVerdict: (context, verdict) => this.#feeders.get(context)!.settle(verdict),
      onStarted: (task) => this.listenerCount("started") > 0 && this.emit("started", task),
      onSettled: (settled) => this.#onSettled(settled),
      onThread: (event) => {
        this.#metrics.thread(event);
        this.emit("thread", event);
      },
    });
    const { shares } = this.#desk;
    const host: FeederHost = {
      store,
      workerId,
      leaseMs,
      shares,
      hasUnstarted: () => this.#desk.pool.hasUnstarted,
      onContact,
      onTrouble,
      onClaimed: (context, claimed) => this.#onClaimed(context, claimed),
      onSettled: (context: string, verdict: Verdict, status: SettledStatus) =>
        this.#desk.settled(context, verdict, status),
    };
    this.#feeders = new Map(contexts.map((context) => [context, new Feeder(context, host)]));
    this.#upkeep = new Upkeep({
      store,
      workerId,
      contexts,
      everyMs: upkeepMs,
      info: () => this.#info(),
      onContact,
      onTrouble,
    });
    this.#metrics = new WorkerMetrics({
      store,
      contexts,
      concurrency,
      running: (context) => shares.runningIn(context),
      threads: () => this.#desk.pool.threadCount,
      silentMs: (context) => this.#contacts.silentMs(context),
    });
    if (logger !== null) logWorker(this, logger.child({ workerId }));
  }

  get id(): string {
    return this.#settings.workerId;
  }

  get contexts(): readonly string[] {
    return this.#settings.contexts;
  }

  /** Numbers in Prometheus' text format. */
  async metrics(): Promise<string> {
    return await this.#metrics.registry.metrics();
  }

  /**
   * Starts threads and takes tasks. A store that is away is no reason to fail: the worker goes on trying.
   *
   * @throws EngineLoadError when the engine module cannot be used.
   */
  async start(): Promise<void> {
    if (this.#state !== "new") throw new Error(`the worker cannot be started: it is ${this.#state}`);
    this.#state = "starting";
    try {
      await this.#desk.pool.start();
    } catch (error) {
      if (this.#stopping !== null) return;
      await this.stop({ now: true });
      throw error;
    }
    if (this.#stopping !== null) return;
    this.#state = "running";
    this.#watchCancels();
    this.#upkeep.start();
    for (const feeder of this.#feeders.values()) feeder.start();
    this.emit("ready");
  }

  /** Cancels are told with every heartbeat as well: a failed subscription only makes them slower. */
  #watchCancels(): void {
    const { store, contexts } = this.#settings;
    const onCancel = (lease: LeaseRef) => this.#desk.cancel(lease);
    const again = (error: QueueError) => {
      this.#onTrouble("", error, "listening for cancels");
      const retry = () => this.#state === "running" && this.#watchCancels();
      if (error.code !== "closed") setTimeout(retry, WATCH_AGAIN_MS).unref();
    };
    store.watchCancels({ contexts, onCancel }).then((unwatch) => {
      this.#unwatch = unwatch;
    }, again);
  }

  #info(): Readonly<Record<string, string | number>> {
    const { concurrency, threads } = this.#settings;
    return {
      pid: process.pid,
      node: process.version,
      concurrency,
      threads,
      running: this.#desk.shares.running,
    };
  }

  #onClaimed(context: string, { tasks, rejected }: Claimed): void {
    if (rejected.length > 0) this.emit("rejected", context, rejected);
    this.#desk.take(tasks);
  }

  #onSettled(settled: SettledTask): void {
    this.#metrics.ended(settled.task.context, settled.outcome, settled.ms);
    if (this.listenerCount("settled") > 0) this.emit("settled", settled);
  }

  #onTrouble(context: string, error: QueueError, doing: string): void {
    if (error.code === "closed" && this.#state !== "running") return;
    this.#metrics.trouble(error.code);
    this.emit("trouble", error, context, doing);
  }

  /** How it is, for probes and people. */
  health(): WorkerHealth {
    const { workerId, contexts, concurrency } = this.#settings;
    const { pool, shares } = this.#desk;
    const reasons: string[] = [];
    if (pool.trouble !== null) reasons.push(`no thread can be started: ${pool.trouble}`);
    if (this.#state === "running") reasons.push(...this.#silences());
    const ok = reasons.length === 0 && this.#state !== "stopped";
    if (this.#state !== "running") reasons.push(`the worker is ${this.#state}`);
    const silent = contexts.map((context) => [context, Math.round(this.#contacts.silentMs(context))]);
    return {
      workerId,
      state: this.#state,
      ok,
      ready: ok && this.#state === "running",
      reasons,
      running: shares.running,
      concurrency,
      threads: pool.threadCount,
      silentMs: Object.fromEntries(silent),
    };
  }

  /** Also a wait for work that is never answered, while other calls are, makes a worker useless. */
  #silences(): string[] {
    const isSilent = (feeder: Feeder) =>
      isTooLong(this.#contacts.silentMs(feeder.context)) || isTooLong(feeder.askingMs);
    const silent = [...this.#feeders.values()].filter(isSilent);
    return silent.map(({ context }) => `the store has not answered for context ${context} for a while`);
  }

  /** Resolves when nothing is ready to run in the contexts and nothing runs here; the worker goes on. */
  async drained(): Promise<void> {
    const { store, contexts } = this.#settings;
    while (this.#state === "running") {
      await this.#desk.whenEmpty();
      const counts = await Promise.all(contexts.map((context) => store.counts({ context })));
      if (this.#desk.size === 0 && counts.every(({ waiting }) => waiting === 0)) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /**
   * Stops: takes no more tasks, hands back what has not started, lets scripts finish for a while, then ends them and hands
   * them back without charging an attempt, and disconnects. Leases are renewed until then. A second call with `now` hurries.
   */
  stop({ now = false, graceMs = this.#settings.stopGraceMs }: StopOptions = {}): Promise<void> {
    if (now) this.#hurry.abort();
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    const wasRunning = this.#state === "running";
    this.#state = "stopping";
    this.emit("stopping");
    for (const feeder of this.#feeders.values()) feeder.stopTaking();
    this.#desk.stopTaking();
    await Promise.race([this.#desk.whenQuiet(), timeUp(graceMs, this.#hurry.signal)]);
    await this.#desk.endAll();
    if (wasRunning) {
      await Promise.all([...this.#feeders.values()].map((feeder) => feeder.close(FLUSH_MS)));
    }
    await this.#disconnect();
    this.#state = "stopped";
    this.emit("stopped");
  }

  async #disconnect(): Promise<void> {
    const { store, ownsStore } = this.#settings;
    this.#upkeep.close();
    this.#desk.close();
    await this.#unwatch?.().catch(() => undefined);
    if (ownsStore) await store.close();
  }
}

/** After `ms`, or when the signal says so. Does not keep the process alive. */
function timeUp(ms: number, hurry: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (hurry.aborted) resolve();
    hurry.addEventListener("abort", () => resolve(), { once: true });
    setTimeout(resolve, ms).unref();
  });
}
