// Advances one run for as long as its executor holds it: events in, one write for each turn, then what the write asks for.

import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { Clock } from "../../queue/clock.ts";
import { encodeChange } from "../codec.ts";
import { isFlowError } from "../errors.ts";
import type { Plan, PlanStep } from "../plan.ts";
import { type StepJob, type StepRunner, taskIdOf } from "../runner/runner.ts";
import { type FlowState, isFinalStatus, nextDue, partsOfStepId, uncompensatedSteps } from "../state.ts";
import type { FlowStore, Next, SignalName } from "../store.ts";
import type { Change, Effect, FlowEvent, Outcome, Transition } from "../transition/events.ts";
import { transition } from "../transition/transition.ts";
import { scriptArguments } from "../variables.ts";
import { encodeEntry, entryForParent, eventOfEntry } from "./entries.ts";

/** What a driver needs of its executor. */
export interface DriverHost {
  readonly store: FlowStore;
  readonly runner: StepRunner;
  readonly clock: Clock;
  readonly executorId: string;
  /** By the store's clock. */
  now(): number;
  /** Starts the run of a step that is a flow, unless it is there. */
  startChild(plan: Plan, child: ChildRun): Promise<void>;
  /** Repeats a call to the store while it cannot be reached. Throws when the executor closes. */
  patiently<T>(call: () => Promise<T>): Promise<T>;
  /** The run is in other hands now. */
  onGone(driver: Driver): void;
  /** Nobody holds the run until then. */
  onParked(dueInMs: number): void;
  onError(error: unknown, flowId: string): void;
}

export interface ChildRun {
  readonly flowId: string;
  readonly input: string;
  readonly parent: { readonly flowId: string; readonly stepId: string; readonly attempt: number };
}

export interface HeldRun {
  readonly plan: Plan;
  readonly state: FlowState;
  readonly token: number;
  readonly revision: number;
}

/** A run that will go on by itself so soon is kept: giving it away and taking it again would cost more. */
const KEEP_MS = 2000;
const NO_CHANGE = { flow: [], steps: [] };
/** Each turn of a run with many attempts under way takes long: it is worth waiting for company. */
const MANY_JOBS = 32;
/** Ids are bounded, flows may be nested. */
const MAX_ID = 160;

export class Driver {
  readonly flowId: string;
  readonly token: number;
  readonly plan: Plan;
  readonly #host: DriverHost;
  #state: FlowState;
  #revision: number;
  #events: FlowEvent[] = [];
  /** Something may lie in the inbox. */
  #unread = false;
  #turning: Promise<void> | null = null;
  #over = false;
  readonly #gone = new AbortController();
  /** Attempts whose end we wait for. */
  readonly #jobs = new Map<string, StepJob>();
  /** Runs of flows that are being started, by their ids. */
  readonly #starting = new Map<string, Promise<void>>();
  #alarm: { readonly at: number; readonly cancel: AbortController } | null = null;

  constructor(host: DriverHost, { plan, state, token, revision }: HeldRun) {
    this.#host = host;
    this.flowId = state.flowId;
    this.plan = plan;
    this.token = token;
    this.#state = state;
    this.#revision = revision;
    // Every attempt under way listens for it.
    setMaxListeners(0, this.#gone.signal);
  }

  /** Takes up what the written state asks for, then what has come meanwhile. */
  begin(effects: readonly Effect[], events: readonly FlowEvent[], unread: boolean): void {
    if (this.#over) return;
    this.#unread ||= unread;
    this.#events.push(...events);
    this.#perform(effects);
    this.#setAlarm();
    if (this.#jobs.size === 0) this.#events.push({ kind: "tick" });
    this.#turn();
  }

  feed(event: FlowEvent): void {
    if (this.#over) return;
    this.#events.push(event);
    this.#turn();
  }

  /** Something was put into the inbox. */
  poke(): void {
    if (this.#over) return;
    this.#unread = true;
    this.#turn();
  }

  /** The lease is lost, or the executor ends: nothing more is written. What runs goes on for whoever comes next. */
  abandon(): void {
    if (this.#over) return;
    this.#over = true;
    this.#gone.abort();
    this.#alarm?.cancel.abort();
    this.#host.onGone(this);
  }

  /** Resolves when no write is under way. */
  async settled(): Promise<void> {
    await this.#turning;
  }

  #turn(): void {
    if (this.#turning !== null) return;
    this.#turning = this.#turns()
      .catch((error: unknown) => {
        if (!isFlowError(error, "staleLease")) this.#host.onError(error, this.flowId);
        this.abandon();
      })
      .finally(() => {
        this.#turning = null;
        if (!this.#over && (this.#events.length > 0 || this.#unread)) this.#turn();
      });
  }

  async #turns(): Promise<void> {
    while (!this.#over && (this.#events.length > 0 || this.#unread)) {
      await this.#sameMoment();
      await this.#oneTurn();
    }
  }

  /** What happens in the same moment is dealt with in one turn; of many attempts some are always about to end. */
  async #sameMoment(): Promise<void> {
    if (this.#jobs.size < MANY_JOBS) await undefined;
    else await new Promise((resolve) => setImmediate(resolve));
  }

  async #oneTurn(): Promise<void> {
    const entries = this.#unread ? await this.#inbox() : [];
    const before = this.#state;
    const taken = this.#events.splice(0);
    const events = taken.filter(({ kind }) => kind !== "tick");
    for (const entry of entries) {
      const event = eventOfEntry(entry, before);
      if (event !== null) events.push(event);
    }
    // What came in time counts, although its time is over by now.
    if (events.length < taken.length + entries.length) events.push({ kind: "tick" });
    const result = transition(this.plan, before, events, this.#host.now());
    const { state, effects } = result;
    await this.#write(result, entries.length, this.#nextFor(state, effects));
    if (this.#over) return;
    this.#perform(effects);
    this.#setAlarm();
    // Nothing that was begun here keeps the run: the next turn lets go of it.
    if (effects.length > 0 && this.#jobs.size === 0) this.#events.push({ kind: "tick" });
  }

  async #inbox(): Promise<readonly string[]> {
    this.#unread = false;
    return await this.#host.patiently(() => this.#host.store.inbox({ id: this.flowId }));
  }

  #nextFor(state: FlowState, effects: readonly Effect[]): Next {
    if (isFinalStatus(state.status)) return { kind: "end" };
    if (effects.length > 0 || this.#jobs.size > 0) return { kind: "hold" };
    const due = nextDue(state);
    const dueInMs = due === null ? null : Math.max(0, due - this.#host.now());
    return dueInMs !== null && dueInMs <= KEEP_MS ? { kind: "hold" } : { kind: "park", dueInMs };
  }

  /** One write for one turn. When nothing changed and nothing is passed on, there is nothing to write. */
  async #write(
    { state, changes, touched }: Transition<FlowState>,
    consumed: number,
    next: Next,
  ): Promise<void> {
    const before = this.#state;
    const fields = before === state ? NO_CHANGE : encodeChange(before, state, touched);
    const changed = fields.flow.length > 0 || fields.steps.length > 0;
    this.#state = state;
    if (!changed && consumed === 0 && next.kind === "hold") return;
    const { store, executorId } = this.#host;
    const params = {
      id: this.flowId,
      token: this.token,
      revision: ++this.#revision,
      fields,
      status: { before: before.status, after: state.status },
      uncompensated: isFinalStatus(state.status) && uncompensatedSteps(state).length > 0,
      history: changes.length === 0 ? null : historyLine(this.#host.now(), executorId, changes),
      consumed,
      next,
      parent: next.kind === "end" && changes.length > 0 ? entryForParent(state) : null,
      waits: waitChanges(before, state),
    };
    const { held, inbox } = await this.#host.patiently(() => store.commit(params));
    if (inbox > 0) this.#unread = true;
    if (held) return;
    this.abandon();
    if (next.kind === "park" && next.dueInMs !== null) this.#host.onParked(next.dueInMs);
  }

  /** A timer for what is due next, while the run is held. One that rings too early does no harm. */
  #setAlarm(): void {
    const due = this.#over ? null : nextDue(this.#state);
    if (due === null || (this.#alarm !== null && this.#alarm.at <= due)) return;
    this.#alarm?.cancel.abort();
    const cancel = new AbortController();
    this.#alarm = { at: due, cancel };
    const ms = Math.max(1, due - this.#host.now());
    void this.#host.clock.sleep(ms, cancel.signal).then(() => {
      if (cancel.signal.aborted) return;
      this.#alarm = null;
      this.feed({ kind: "tick" });
    });
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const plan = this.#planOf(effect.stepId);
      const isFlow = plan.kind === "flow" && !(effect.undo && plan.undo === "script");
      if (isFlow) void this.#performFlow(effect).catch((error: unknown) => this.#broken(effect, error));
      else if (effect.kind === "run") this.#runJob(this.#jobOf(effect), effect);
      else this.#stopJob(this.#jobOf(effect));
    }
  }

  #planOf(stepId: string): PlanStep {
    return this.plan.steps.get(partsOfStepId(stepId).step)!;
  }

  #jobOf({ stepId, attempt, undo }: Effect): StepJob {
    const { flowId, name } = this.#state;
    const plan = this.#planOf(stepId);
    const { compensate, script, timeout, context, priority } = plan.definition;
    const taskId = taskIdOf(flowId, stepId, attempt, undo);
    const seconds = undo ? compensate?.timeout : timeout;
    return {
      taskId,
      flowId,
      flowName: name,
      stepId,
      attempt,
      undo,
      script: (undo ? compensate?.script : script) ?? "",
      args: scriptArguments(plan, this.#state, this.#state.steps[stepId], { attempt, undo, taskId }),
      timeoutMs: seconds === undefined ? null : Math.max(1, Math.round(seconds * 1000)),
      context: context ?? null,
      priority: priority ?? 0,
    };
  }

  #runJob(job: StepJob, effect: Effect): void {
    if (this.#jobs.has(job.taskId)) return;
    this.#jobs.set(job.taskId, job);
    const end = (outcome: Outcome) => {
      this.#jobs.delete(job.taskId);
      this.#ended(effect, outcome);
    };
    this.#host.runner.run(job, this.#gone.signal).then(end, (error: unknown) => {
      if (this.#over) return;
      end({ kind: "failed", error: { kind: "Internal", message: textOf(error), interrupted: true } });
    });
  }

  #stopJob(job: StepJob): void {
    this.#host.runner.stop(job).catch((error: unknown) => this.#host.onError(error, this.flowId));
  }

  #ended({ stepId, attempt, undo }: Effect, outcome: Outcome): void {
    this.feed({ kind: "ended", stepId, attempt, undo, outcome });
  }

  #broken(effect: Effect, error: unknown): void {
    if (this.#over) return;
    this.#host.onError(error, this.flowId);
    this.#ended(effect, { kind: "failed", error: { kind: "Internal", message: textOf(error) } });
  }

  /** A step that is a flow: its run is another one, which reports its end to our inbox. */
  async #performFlow(effect: Effect): Promise<void> {
    const { kind, stepId, undo } = effect;
    const { attemptCount: attempt } = this.#state.steps[stepId];
    const id = childId(this.flowId, stepId, attempt);
    const { store } = this.#host;
    if (kind === "run" && !undo) {
      const plan = this.#planOf(stepId).plan!;
      const parent = { flowId: this.flowId, stepId, attempt };
      const start = this.#host.startChild(plan, { flowId: id, input: this.#childInput(stepId), parent });
      this.#starting.set(id, start);
      await start.finally(() => this.#starting.delete(id));
    } else if (kind === "run") {
      const entry = encodeEntry({ kind: "undo" });
      const params = { id, entry, dedupId: `undo:${effect.attempt}`, toEnded: true };
      const outcome = await this.#host.patiently(() => store.send(params));
      if (outcome !== "notFound") return;
      const message = "the run of the flow is not there any more";
      this.#ended(effect, { kind: "failed", error: { kind: "NotFound", message } });
    } else if (!undo) {
      const entry = encodeEntry({ kind: "cancel", reason: "the flow that it is a step of has stopped" });
      // What is not there yet would not hear of it.
      await this.#starting.get(id)?.catch(() => undefined);
      const outcome = await this.#host.patiently(() => store.send({ id, entry }));
      if (outcome === "notFound") this.#ended(effect, { kind: "stopped" });
    }
  }

  #childInput(stepId: string): string {
    const { inputs, item } = this.#state.steps[stepId];
    return inputs ?? item ?? this.#state.input;
  }

  get leaseRef(): { readonly id: string; readonly token: number } {
    return { id: this.flowId, token: this.token };
  }
}

export function childId(flowId: string, stepId: string, attempt: number): string {
  const id = `${flowId}.${stepId}.${attempt}`;
  if (id.length <= MAX_ID) return id;
  const tag = /^\{[^}]*\}/.exec(flowId)?.[0] ?? "";
  return `${tag}${flowId.slice(tag.length, tag.length + 25)}.${createHash("sha256").update(id).digest("hex").slice(0, 32)}`;
}

export function historyLine(at: number, executorId: string, changes: readonly Change[]): string {
  return JSON.stringify({ at, by: executorId, changes });
}

/** Signals that steps wait for, by event and key. */
function waitsOf({ names, steps }: FlowState): ReadonlyMap<string, SignalName> {
  const waits = new Map<string, SignalName>();
  // Items do not wait for signals.
  for (const name of names) {
    const { wait } = steps[name];
    if (wait === null) continue;
    for (const event of wait.events) waits.set(`${event}\n${wait.key ?? ""}`, { event, key: wait.key });
  }
  return waits;
}

function waitChanges(
  before: FlowState,
  after: FlowState,
): { readonly begun: readonly SignalName[]; readonly over: readonly SignalName[] } {
  const [old, fresh] = [waitsOf(before), waitsOf(after)];
  return {
    begun: [...fresh].filter(([name]) => !old.has(name)).map(([, wait]) => wait),
    over: [...old].filter(([name]) => !fresh.has(name)).map(([, wait]) => wait),
  };
}

export function waitsBegun(state: FlowState): readonly SignalName[] {
  return [...waitsOf(state).values()];
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
