// FlowExecutor: starts flows, advances them, and answers what programs want to know about them.

import { randomBytes } from "node:crypto";
import { newTaskId } from "../../queue/names.ts";
import type { ScheduleRule } from "../definition/types.ts";
import { FlowError } from "../errors.ts";
import type { Plan } from "../plan.ts";
import type { StepRunner } from "../runner/runner.ts";
import { type FlowStatus, isFinalStatus } from "../state.ts";
import {
  DEFAULT_RETENTION,
  type Delivered,
  type FlowCounts,
  type FlowStore,
  type StoredSchedule,
} from "../store.ts";
import { Crew, stateOf } from "./crew.ts";
import { type Entry, encodeEntry } from "./entries.ts";
import { type ConnectOptions, connectStores, type FlowExecutorOptions } from "./options.ts";
import { type AnyFlow, jsonOf, Preparation } from "./prepare.ts";
import { reusedSteps } from "./rerun.ts";
import { newSchedule } from "./scheduling.ts";
import { Upkeep } from "./upkeep.ts";
import {
  eventView,
  type FlowEventView,
  type FlowResult,
  type FlowSummary,
  type FlowView,
  type HistoryEntry,
  historyEntry,
  summaryOf,
  viewOf,
} from "./views.ts";
import { Waiting, type WaitOptions } from "./waiting.ts";

export interface ExecuteOptions {
  /** What scripts find as `input`: anything that has a JSON form. */
  readonly input?: unknown;
  /** One run for one key: a second start with it gives the id of the first, as long as that is stored. */
  readonly key?: string;
}

export interface SignalOptions {
  /** Steps that wait for a certain key only take signals that have it. */
  readonly key?: string;
  /** Anything that has a JSON form. */
  readonly payload?: unknown;
  /** A second signal with the same id changes nothing. */
  readonly id?: string;
}

export interface DeliverOptions extends SignalOptions {
  /** How long it is kept when no run waits for it; 24 hours when missing. */
  readonly keepMs?: number;
}

export interface RerunOptions {
  /** The step to begin again with, and with it all that comes after; what failed or was not reached when missing. */
  readonly from?: string;
  /** The old run's when missing. */
  readonly input?: unknown;
  readonly key?: string;
}

export interface ScheduleOptions extends Partial<ScheduleRule> {
  /** The flow's name when missing. */
  readonly name?: string;
  readonly input?: unknown;
}

export interface ListOptions {
  readonly status?: FlowStatus;
  readonly name?: string;
  /** Only runs with steps that should have been undone and could not be. */
  readonly uncompensated?: boolean;
  readonly cursor?: string;
  readonly limit?: number;
}

export interface FlowPage {
  readonly flows: readonly FlowSummary[];
  /** Hand back as `cursor`; null when there is no more. */
  readonly cursor: string | null;
}

export interface EventsOptions {
  /** Only of this run. */
  readonly flowId?: string;
  /** `"0"`: from the oldest that is kept; only new ones when missing. */
  readonly after?: string;
  readonly signal?: AbortSignal;
}

const LEASE_MS = 30_000;
const MAX_RUNS = 1000;
const KEEP_MS = 86_400_000;
const LOOK_MS = 5000;
const UPKEEP_MS = 30_000;
const EVENTS_WAIT_MS = 10_000;

/**
 * Runs flows. Any number of executors may share a store: each run is advanced by one of them at a time, and taken up by
 * another when that one is not heard of any more.
 *
 * @example
 * const executor = await FlowExecutor.connect("redis://127.0.0.1/");
 * const flowId = await executor.executeFlow(flow, { input: { order: 7 } });
 * const { status, output } = await executor.waitFor(flowId);
 */
export class FlowExecutor {
  readonly store: FlowStore;
  readonly runner: StepRunner;
  readonly executorId: string;
  readonly #options: FlowExecutorOptions;
  readonly #crew: Crew;
  readonly #waiting: Waiting;
  readonly #preparation: Preparation;
  #unwatch: (() => Promise<void>) | null = null;
  #upkeep: Upkeep | null = null;
  #closed: Promise<void> | null = null;

  private constructor(store: FlowStore, runner: StepRunner, options: FlowExecutorOptions) {
    this.store = store;
    this.runner = runner;
    this.#options = options;
    this.executorId = options.executorId ?? `executor-${randomBytes(6).toString("hex")}`;
    this.#crew = new Crew({
      store,
      runner,
      clock: options.clock,
      executorId: this.executorId,
      leaseMs: options.leaseMs ?? LEASE_MS,
      maxRuns: options.maxRuns ?? MAX_RUNS,
      lookMs: options.pace?.lookMs ?? LOOK_MS,
      onError: options.onError ?? (() => undefined),
    });
    this.#waiting = new Waiting(store, this.#crew.clock, this.#crew.signal);
    this.#preparation = new Preparation({
      runner,
      scriptsFolder: options.scriptsFolder ?? ".",
      checkScripts: options.checkScripts ?? true,
    });
  }

  /**
   * Connects to a store, and begins to take up runs there (unless `drive` is false).
   *
   * @param url `redis://`, `rediss://`, `redis+cluster://`: steps are tasks of the queue there, done by its workers;
   *   `memory://`: everything in this process, and `memory://name` shared by all in it who connect to that name.
   * @throws QueueError `invalid`, `unavailable`, `denied`.
   */
  static async connect(url: string, options: ConnectOptions = {}): Promise<FlowExecutor> {
    const { store, runner } = connectStores(url, options);
    return await FlowExecutor.open({ store, runner }, options);
  }

  /** An executor on a store and a runner that the caller made; closing it closes both. */
  static async open(
    { store, runner }: { readonly store: FlowStore; readonly runner: StepRunner },
    options: FlowExecutorOptions = {},
  ): Promise<FlowExecutor> {
    const executor = new FlowExecutor(store, runner, options);
    try {
      await executor.#begin();
      return executor;
    } catch (error) {
      await executor.close();
      throw error;
    }
  }

  /** Runs that it advances just now. */
  get held(): number {
    return this.#crew.size;
  }

  async #begin(): Promise<void> {
    await this.#crew.synchronize();
    const drives = this.#options.drive ?? true;
    this.#unwatch = await this.store.watch({
      onEnded: (flowId) => this.#waiting.hearEnded(flowId),
      ...(drives && {
        onDue: () => this.#crew.hearDue(),
        onSchedules: () => this.#upkeep?.wake(),
        onSent: (flowId) => this.#crew.hearSent(flowId),
      }),
    });
    if (!drives) return;
    this.#crew.work();
    this.#upkeep = new Upkeep(this.#crew, {
      everyMs: this.#options.pace?.upkeepMs ?? UPKEEP_MS,
      retention: this.#options.retention ?? DEFAULT_RETENTION,
      startSlot: (plan, input, key) => this.#start(plan, input, key),
      onError: (error) => this.#options.onError?.(error, null),
    });
  }

  // --- starting -----------------------------------------------------------------------------------------------------

  /**
   * Starts a run of a flow, and returns its id without waiting for anything that the flow does.
   *
   * @throws FlowDefinitionError when the flow is wrong or a script does not parse; FlowError `input` when the input does not
   *   match the flow's schema; QueueError when the store cannot be reached.
   * @example
   * const flowId = await executor.executeFlow(flow, { input: { order: 7 }, key: "order-7" });
   */
  async executeFlow(flow: AnyFlow, { input, key }: ExecuteOptions = {}): Promise<string> {
    this.#checkOpen();
    const plan = this.#preparation.plan(flow);
    return await this.#start(plan, this.#preparation.input(plan, input), key);
  }

  async #start(plan: Plan, input: string, key: string | undefined): Promise<string> {
    const run = { flowId: this.#newId(), input };
    const { id } = await this.#crew.start(plan, run, { key, drive: this.#options.drive ?? true });
    return id;
  }

  #newId(): string {
    return this.store.qualify(newTaskId(this.#crew.now()));
  }

  /**
   * Starts a run that takes over the results of another one, and does the rest: from a chosen step on, or all that failed, was
   * undone or was not reached. The new run knows the old one as `rerunOf`.
   *
   * @returns the id of the new run.
   * @throws FlowError `notFound`; `wrongState` while the old run goes on; `invalid` for an unknown step; `input`.
   */
  async rerun(flowId: string, { from, input, key }: RerunOptions = {}): Promise<string> {
    this.#checkOpen();
    const record = await this.store.get({ id: flowId });
    if (record === null) throw new FlowError("notFound", flowId);
    const old = stateOf(record);
    if (!isFinalStatus(old.status)) throw new FlowError("wrongState", `${flowId} is ${old.status}`);
    const plan = await this.#crew.planOfHash(old.definition);
    if (plan === null) throw new FlowError("notFound", `the definition of ${flowId}`);
    const newInput = input !== undefined;
    const steps = reusedSteps(plan, old, { from, newInput });
    const text = newInput ? this.#preparation.input(plan, input) : old.input;
    const run = { flowId: this.#newId(), input: text, rerunOf: flowId, steps };
    const { id } = await this.#crew.start(plan, run, { key, drive: this.#options.drive ?? true });
    return id;
  }

  // --- telling ------------------------------------------------------------------------------------------------------

  /**
   * Sends a signal to a run. It is stored until a step takes it, also when none waits for it yet.
   *
   * @returns `duplicate` for an id that came before.
   * @throws FlowError `notFound`; `wrongState` when the run has ended.
   */
  async signal(flowId: string, event: string, options: SignalOptions = {}): Promise<"stored" | "duplicate"> {
    const entry = this.#signalEntry(event, options);
    const outcome = await this.#send(flowId, entry, options.id);
    if (outcome === "ended") throw new FlowError("wrongState", `${flowId} has ended`);
    return outcome;
  }

  /**
   * Sends a signal to whichever runs wait for this event and key; kept for the first that will, when there is none.
   *
   * @example
   * await executor.deliver("payment_confirmed", { key: "pi_123", payload: { amount: 2999 } });
   */
  async deliver(event: string, options: DeliverOptions = {}): Promise<Delivered> {
    this.#checkOpen();
    return await this.store.deliver({
      event,
      key: options.key ?? null,
      entry: encodeEntry(this.#signalEntry(event, options)),
      dedupId: options.id ?? newTaskId(),
      keepMs: options.keepMs ?? KEEP_MS,
    });
  }

  #signalEntry(event: string, { key, payload, id }: SignalOptions): Entry {
    if (!/^[^\p{Cc}]{1,256}$/u.test(event)) throw new FlowError("invalid", "name of the event");
    if (key !== undefined && !/^[^\p{Cc}]{0,256}$/u.test(key))
      throw new FlowError("invalid", "key of the event");
    const json = payload === undefined ? "null" : jsonOf(payload);
    const signal = { event, key: key ?? null, payload: json, at: this.#crew.now(), id: id ?? null };
    return { kind: "signal", signal };
  }

  /**
   * Ends a run: what runs is stopped, and what was done is undone. It is `Cancelled` when that is over.
   *
   * @returns `ended` when it had ended before.
   * @throws FlowError `notFound`.
   */
  async cancel(flowId: string, reason = "cancelled"): Promise<"requested" | "ended"> {
    const outcome = await this.#send(flowId, { kind: "cancel", reason });
    return outcome === "ended" ? "ended" : "requested";
  }

  /** Lets nothing new begin; what runs goes on to its end. Throws FlowError `notFound`, `wrongState`. */
  async pause(flowId: string): Promise<void> {
    await this.#sendToOpen(flowId, { kind: "pause" });
  }

  /** Lets a paused run go on. Throws FlowError `notFound`, `wrongState`. */
  async resume(flowId: string): Promise<void> {
    await this.#sendToOpen(flowId, { kind: "resume" });
  }

  /** Tries again to undo what could not be undone. Throws FlowError `notFound`, and `wrongState` when there is nothing. */
  async retryCompensation(flowId: string): Promise<void> {
    const { uncompensatedSteps } = await this.#summary(flowId);
    if (uncompensatedSteps.length === 0) throw new FlowError("wrongState", "there is nothing left to undo");
    await this.#send(flowId, { kind: "retryUndo" }, undefined, true);
  }

  async #sendToOpen(flowId: string, entry: Entry): Promise<void> {
    if ((await this.#send(flowId, entry)) === "ended")
      throw new FlowError("wrongState", `${flowId} has ended`);
  }

  async #send(
    flowId: string,
    entry: Entry,
    id?: string,
    toEnded = false,
  ): Promise<"stored" | "duplicate" | "ended"> {
    this.#checkOpen();
    const params = { id: flowId, entry: encodeEntry(entry), dedupId: id ?? newTaskId(), toEnded };
    const outcome = await this.store.send(params);
    if (outcome === "notFound") throw new FlowError("notFound", flowId);
    if (outcome === "full") throw new FlowError("invalid", `too much was sent to ${flowId} already`);
    return outcome;
  }

  // --- looking ------------------------------------------------------------------------------------------------------

  /**
   * Resolves when a run has ended, however it did.
   *
   * @throws FlowError `notFound`, `removed`, `timeout`, `closed`.
   */
  async waitFor(flowId: string, options: WaitOptions = {}): Promise<FlowResult> {
    this.#checkOpen();
    return await this.#waiting.wait(this.store.qualify(flowId), options);
  }

  /** Everything about a run. Throws FlowError `notFound`. */
  async status(flowId: string): Promise<FlowView> {
    this.#checkOpen();
    const record = await this.store.get({ id: flowId });
    if (record === null) throw new FlowError("notFound", flowId);
    return viewOf(record, stateOf(record));
  }

  async #summary(flowId: string): Promise<FlowSummary> {
    this.#checkOpen();
    const record = await this.store.get({ id: flowId, steps: false });
    if (record === null) throw new FlowError("notFound", flowId);
    return summaryOf(record.flow);
  }

  /** Runs, newest first, page by page. */
  async list(options: ListOptions = {}): Promise<FlowPage> {
    this.#checkOpen();
    const { runs, cursor } = await this.store.list(options);
    return { flows: runs.map(summaryOf), cursor };
  }

  /** How many runs there are of each status. */
  async counts(): Promise<FlowCounts> {
    this.#checkOpen();
    return await this.store.counts();
  }

  /** The transitions of a run with their times, oldest first. */
  async history(flowId: string, after = 0): Promise<readonly HistoryEntry[]> {
    this.#checkOpen();
    const entries: HistoryEntry[] = [];
    for (;;) {
      const { lines, first } = await this.store.history({
        id: flowId,
        after: after + entries.length,
        limit: 500,
      });
      if (lines.length === 0) return entries;
      entries.push(...lines.map((line, i) => historyEntry(line, first + i)));
    }
  }

  /**
   * Transitions of all runs (or of one) as they happen, until the signal aborts or the executor closes.
   *
   * @example
   * for await (const { flowId, changes } of executor.events()) console.log(flowId, changes);
   */
  async *events({ flowId, after, signal }: EventsOptions = {}): AsyncGenerator<FlowEventView> {
    const id = flowId === undefined ? null : this.store.qualify(flowId);
    const stop = AbortSignal.any([this.#crew.signal, ...(signal ? [signal] : [])]);
    let cursor = after ?? "$";
    while (!stop.aborted) {
      const page = await this.store.readEvents({
        after: cursor,
        waitMs: EVENTS_WAIT_MS,
        signal: stop,
        limit: 500,
      });
      ({ cursor } = page);
      for (const event of page.events)
        if (id === null || event.id === id) yield eventView(event.id, event.line);
    }
  }

  /** Removes a run that has ended. Throws FlowError `wrongState`. False when there is none. */
  async remove(flowId: string): Promise<boolean> {
    this.#checkOpen();
    return await this.store.remove({ id: flowId });
  }

  // --- schedules ----------------------------------------------------------------------------------------------------

  /**
   * Creates or replaces a schedule: from now on, runs of this flow start by themselves. The definition stays as it is now.
   *
   * @throws FlowError `invalid` without a cron expression, or for a wrong one.
   * @example
   * await executor.schedule(flow, { cron: "0 3 * * *", timeZone: "Europe/Brussels" });
   */
  async schedule(flow: AnyFlow, options: ScheduleOptions = {}): Promise<StoredSchedule> {
    this.#checkOpen();
    const plan = this.#preparation.plan(flow);
    const { name, input, ...rule } = options;
    const cron = rule.cron ?? plan.definition.schedule?.cron;
    if (cron === undefined) throw new FlowError("invalid", "the schedule has no cron expression");
    const schedule = newSchedule(
      name ?? plan.definition.name,
      { ...plan.definition.schedule, ...rule, cron },
      { definition: plan.hash, input: this.#preparation.input(plan, input), now: this.#crew.now() },
    );
    await this.store.putSchedule({ schedule, definition: { hash: plan.hash, text: plan.text } });
    return schedule;
  }

  async unschedule(name: string): Promise<boolean> {
    this.#checkOpen();
    return await this.store.removeSchedule({ name });
  }

  async schedules(): Promise<readonly StoredSchedule[]> {
    this.#checkOpen();
    return await this.store.schedules();
  }

  #checkOpen(): void {
    if (this.#crew.closed) throw new FlowError("closed");
  }

  /**
   * Ends the executor: it finishes the writes under way, gives its runs back for others to take up at once, and closes store
   * and runner. Scripts that run on workers go on.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#unwatch?.().catch(() => undefined);
    await this.#crew.close();
    await this.#upkeep?.over;
    await this.runner.close();
    await this.store.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
