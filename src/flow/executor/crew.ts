// The runs that one executor holds: how they come (started here, or claimed), stay (heartbeats), and go.

import { setMaxListeners } from "node:events";
import { type Clock, systemClock } from "../../queue/clock.ts";
import { isQueueError } from "../../queue/errors.ts";
import { decodeFlow, decodeStep, encodeChange } from "../codec.ts";
import { type Plan, planOfText } from "../plan.ts";
import type { StepRunner } from "../runner/runner.ts";
import type { FlowState } from "../state.ts";
import type { ClaimedRun, FlowStore, RunRecord, Started } from "../store.ts";
import type { FlowEvent } from "../transition/events.ts";
import { type NewRun, newRun, openEffects, transition } from "../transition/transition.ts";
import { type ChildRun, Driver, type DriverHost, historyLine, waitsBegun } from "./driver.ts";

export interface CrewOptions {
  readonly store: FlowStore;
  readonly runner: StepRunner;
  readonly clock?: Clock;
  readonly executorId: string;
  readonly leaseMs: number;
  /** Runs held at a time. */
  readonly maxRuns: number;
  /** Looks for due runs at the latest after so long, whatever was heard. */
  readonly lookMs: number;
  readonly onError: (error: unknown, flowId: string | null) => void;
}

/** Runs taken by one call. */
const CLAIM_LIMIT = 20;
/** Pause before a call that failed is repeated. */
const PAUSE_MS = 500;
const MAX_PLANS = 500;

export class Crew implements DriverHost {
  readonly store: FlowStore;
  readonly runner: StepRunner;
  readonly clock: Clock;
  readonly executorId: string;
  readonly #options: CrewOptions;
  readonly #drivers = new Map<string, Driver>();
  readonly #plans = new Map<string, Plan>();
  readonly #closing = new AbortController();
  /** Between our clock and the store's. */
  #clockOffset = 0;
  #wake: (() => void) | null = null;
  #heard = false;
  #restUntil = Number.NEGATIVE_INFINITY;
  /** Ends the wait of the heartbeat for a run to beat for. */
  #firstRun: (() => void) | null = null;
  #loops: Promise<unknown>[] = [];
  /** Starts under way that may bring a run. */
  readonly #arriving = new Set<Promise<unknown>>();
  /** Runs that came when it was too late for them. */
  readonly #returning: Promise<void>[] = [];

  constructor(options: CrewOptions) {
    this.#options = options;
    this.store = options.store;
    this.runner = options.runner;
    this.clock = options.clock ?? systemClock;
    this.executorId = options.executorId;
    // Every wait listens for the end.
    setMaxListeners(0, this.signal);
  }

  now(): number {
    return this.clock.now() + this.#clockOffset;
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  get size(): number {
    return this.#drivers.size;
  }

  /** Reads the store's clock. Throws when it cannot be reached. */
  async synchronize(): Promise<void> {
    this.#noteTime(await this.store.time());
  }

  #noteTime(storeTime: number): void {
    this.#clockOffset = storeTime - this.clock.now();
  }

  /** Begins to take up due runs and to prolong leases. */
  work(): void {
    this.#loops = [this.#claimForEver(), this.#beatForEver()];
  }

  // --- runs come ----------------------------------------------------------------------------------------------------

  /** Writes a new run and, with `drive` and room for it, begins it at once. */
  async start(
    plan: Plan,
    run: NewRun,
    { key, drive }: { readonly key?: string; readonly drive: boolean },
  ): Promise<Started> {
    const now = this.now();
    const state = newRun(plan, run, now);
    const hold = drive && !this.closed && this.#room > 0;
    const {
      state: begun,
      effects,
      changes,
    } = hold
      ? transition(plan, state, { kind: "start" }, now)
      : { state, effects: [], changes: [{ status: state.status }] };
    const starting = this.store.start({
      id: begun.flowId,
      name: begun.name,
      ...(key !== undefined && { key }),
      definition: { hash: plan.hash, text: plan.text },
      fields: encodeChange(null, begun),
      status: begun.status,
      history: historyLine(now, this.executorId, changes),
      waits: waitsBegun(begun),
      ...(hold && { lease: { executorId: this.executorId, leaseMs: this.#options.leaseMs } }),
    });
    const taken = starting.then((started) => {
      const { token, inbox } = started;
      if (token === null || this.#drivers.has(begun.flowId)) return started;
      const driver = this.#take(plan, begun, token, 0);
      driver.begin(effects, [], inbox > 0);
      return started;
    });
    return await (hold ? this.#arrival(taken) : taken);
  }

  /** What is on its way takes its place already: many starts of one moment would all find room otherwise. */
  async #arrival<T>(taken: Promise<T>): Promise<T> {
    this.#arriving.add(taken);
    const before = this.#drivers.size;
    try {
      return await taken;
    } finally {
      const full = this.#room <= 0;
      this.#arriving.delete(taken);
      if (full && this.#drivers.size <= before) this.hearDue();
    }
  }

  get #room(): number {
    return this.#options.maxRuns - this.#drivers.size - this.#arriving.size;
  }

  async startChild(plan: Plan, { flowId, input, parent }: ChildRun): Promise<void> {
    await this.patiently(() => this.start(plan, { flowId, input, parent }, { drive: true }));
  }

  #take(plan: Plan, state: FlowState, token: number, revision: number): Driver {
    const driver = new Driver(this, { plan, state, token, revision });
    this.#drivers.set(state.flowId, driver);
    this.#firstRun?.();
    // Closed while the run was on its way to us: it goes back.
    if (this.closed) {
      driver.abandon();
      this.#returning.push(this.#giveBack(driver));
    }
    return driver;
  }

  async #adopt(run: ClaimedRun): Promise<void> {
    // We held it ourselves, and let the lease run out: what we know of it may be outdated.
    this.#drivers.get(run.id)?.abandon();
    const plan = await this.patiently(() => this.planOfHash(run.flow.definition ?? ""));
    if (plan === null) {
      this.#options.onError(new Error("the definition of the run is missing"), run.id);
      return;
    }
    const state = stateOf(run);
    const events: FlowEvent[] = [{ kind: state.startedAt === null ? "start" : "takenOver" }];
    const driver = this.#take(plan, state, run.token, Number(run.flow.revision ?? 0));
    try {
      driver.begin(openEffects(state), events, run.inbox.length > 0);
    } catch (error) {
      // Its record does not fit its definition. The lease runs out, and somebody else may try.
      driver.abandon();
      throw error;
    }
  }

  /** The plan of a definition that the store holds; null when it does not. */
  async planOfHash(hash: string): Promise<Plan | null> {
    const known = this.#plans.get(hash);
    if (known !== undefined) return known;
    const text = await this.store.definition({ hash });
    return text === null ? null : this.notePlan(planOfText(text));
  }

  notePlan(plan: Plan): Plan {
    if (this.#plans.size >= MAX_PLANS) this.#plans.clear();
    this.#plans.set(plan.hash, plan);
    return plan;
  }

  // --- runs stay and go ---------------------------------------------------------------------------------------------

  onGone(driver: Driver): void {
    if (this.#drivers.get(driver.flowId) !== driver) return;
    this.#drivers.delete(driver.flowId);
    // There is room again.
    if (this.#drivers.size === this.#options.maxRuns - 1) this.hearDue();
  }

  /** Of moments that are to come the store tells only those who ask. */
  onParked(dueInMs: number): void {
    // Also while a claim is under way: it may have looked before.
    if (this.#wake === null || this.clock.now() + dueInMs < this.#restUntil) this.hearDue();
  }

  onError(error: unknown, flowId: string): void {
    if (!this.closed) this.#options.onError(error, flowId);
  }

  /** Something was put into the inbox of a run that somebody holds; perhaps we do. */
  hearSent(flowId: string): void {
    this.#drivers.get(flowId)?.poke();
  }

  /** Something is due. */
  hearDue(): void {
    this.#heard = true;
    this.#wake?.();
  }

  async #claimForEver(): Promise<void> {
    while (!this.closed) {
      try {
        const waitMs = await this.#claimAll();
        const { lookMs } = this.#options;
        if (!this.#heard) await this.#rest(Math.min(lookMs, waitMs ?? lookMs));
      } catch (error) {
        if (this.closed) return;
        this.#options.onError(error, null);
        await this.clock.sleep(PAUSE_MS, this.signal);
      }
    }
  }

  /** Takes what is due and fits; returns after how many ms to look again. */
  async #claimAll(): Promise<number | null> {
    for (;;) {
      this.#heard = false;
      const limit = Math.min(CLAIM_LIMIT, this.#room);
      if (limit <= 0) return null;
      const { executorId } = this;
      const { runs, damaged, waitMs, now } = await this.store.claim({
        executorId,
        leaseMs: this.#options.leaseMs,
        limit,
      });
      this.#noteTime(now);
      for (const id of damaged)
        this.onError(new Error("somebody wrote to the keys of the run: it cannot be read"), id);
      await Promise.all(
        runs.map((run) => this.#adopt(run).catch((error: unknown) => this.onError(error, run.id))),
      );
      if (runs.length + damaged.length < limit) return waitMs;
    }
  }

  async #rest(ms: number): Promise<void> {
    if (this.closed) return;
    const early = new AbortController();
    const stop = () => early.abort();
    this.#wake = stop;
    this.#restUntil = this.clock.now() + ms;
    this.signal.addEventListener("abort", stop);
    await this.clock.sleep(Math.max(1, ms), early.signal);
    this.signal.removeEventListener("abort", stop);
    this.#wake = null;
    this.#restUntil = Number.NEGATIVE_INFINITY;
  }

  async #beatForEver(): Promise<void> {
    const { leaseMs } = this.#options;
    while (!this.closed) {
      if (this.#drivers.size === 0) await this.#untilRun();
      await this.clock.sleep(Math.ceil(leaseMs / 3), this.signal);
      const drivers = [...this.#drivers.values()];
      if (this.closed || drivers.length === 0) continue;
      try {
        const leases = drivers.map(({ leaseRef }) => leaseRef);
        const answers = await this.store.extend({ leases, leaseMs });
        answers.forEach(({ held, inbox }, i) => {
          if (!held) drivers[i].abandon();
          else if (inbox > 0) drivers[i].poke();
        });
      } catch (error) {
        if (!this.closed) this.#options.onError(error, null);
      }
    }
  }

  #untilRun(): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        this.#firstRun = null;
        this.signal.removeEventListener("abort", go);
        resolve();
      };
      this.#firstRun = go;
      this.signal.addEventListener("abort", go);
      if (this.closed) go();
    });
  }

  async patiently<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!isQueueError(error) || !error.retryable || this.closed) throw error;
        await this.clock.sleep(PAUSE_MS, this.signal);
      }
    }
  }

  /** Stops taking runs, finishes the writes under way, and gives back what is held. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.#closing.abort();
    const drivers = [...this.#drivers.values()];
    for (const driver of drivers) driver.abandon();
    await Promise.all(drivers.map((driver) => driver.settled()));
    await Promise.all(drivers.map((driver) => this.#giveBack(driver)));
    await Promise.all(this.#loops);
    await Promise.allSettled(this.#arriving);
    await Promise.all(this.#returning);
  }

  async #giveBack({ leaseRef }: Driver): Promise<void> {
    await this.store.release(leaseRef).catch(() => undefined);
  }
}

export function stateOf({ flow, steps }: RunRecord): FlowState {
  return decodeFlow(
    flow,
    [...steps].map(([stepId, fields]) => decodeStep(stepId, fields)),
  );
}
