// The heart of flows: what an event makes of a state. Pure: the same arguments always give the same result.

import type { Plan } from "../plan.ts";
import { type FlowState, isFinalStatus, newStepState, type ParentRef, type StepState } from "../state.ts";
import { DEFAULT_TRANSITION_SETTINGS, Draft, type EventOf, type Settings } from "./draft.ts";
import type { Effect, FlowEvent, Transition } from "./events.ts";
import { fail, settle } from "./settle.ts";
import { endAttempt, endWait, stopAttempt } from "./steps.ts";
import { endUndo, startUndo, stopUndo } from "./undo.ts";

/** Signals kept for a run that nobody waits for; the oldest go first. */
export const MAX_STORED_SIGNALS = 1000;

/**
 * @param state of a run of `plan`'s definition.
 * @param event what happened; several things at once are one transition.
 * @param now in ms since 1970, by the store's clock.
 * @returns the next state, what has to be done once it is written, and what changed.
 */
export function transition(
  plan: Plan,
  state: FlowState,
  event: FlowEvent | readonly FlowEvent[],
  now: number,
  settings: Settings = DEFAULT_TRANSITION_SETTINGS,
): Transition<FlowState> {
  const draft = new Draft(plan, state, now, settings);
  for (const one of Array.isArray(event) ? (event as readonly FlowEvent[]) : [event as FlowEvent])
    apply(draft, one);
  settle(draft);
  return draft.result();
}

const HANDLERS: { readonly [Kind in FlowEvent["kind"]]: (draft: Draft, event: EventOf<Kind>) => void } = {
  start,
  ended,
  tick,
  takenOver,
  signal,
  cancel,
  pause,
  resume,
  undo,
  retryUndo,
};

function apply(draft: Draft, event: FlowEvent): void {
  const handler = HANDLERS[event.kind] as (draft: Draft, event: FlowEvent) => void;
  handler(draft, event);
}

function start(draft: Draft): void {
  const { state, now, plan } = draft;
  if (state.startedAt !== null || isFinalStatus(state.status)) return;
  const { timeout } = plan.definition;
  const deadlineAt = timeout === undefined ? null : now + Math.round(timeout * 1000);
  draft.set({ startedAt: now, deadlineAt });
}

function ended(draft: Draft, { stepId, attempt, undo, outcome }: EventOf<"ended">): void {
  const step: StepState | undefined = draft.step(stepId);
  if (step === undefined) return;
  if (undo) {
    if (step.undo?.status === "Running" && step.undo.attemptCount === attempt)
      endUndo(draft, stepId, outcome);
  } else if (step.status === "Running" && step.items === null && step.attemptCount === attempt)
    endAttempt(draft, stepId, outcome);
}

function tick(draft: Draft): void {
  const { state, now } = draft;
  if (isFinalStatus(state.status)) return;
  const paused = state.pausedAt !== null;
  if (state.goal === null && !paused && state.deadlineAt !== null && state.deadlineAt <= now) {
    const message = `the flow took longer than ${draft.plan.definition.timeout} s`;
    fail(draft, { kind: "Timeout", message });
  }
  for (const { stepId } of Object.values(state.steps)) {
    tickStep(draft, draft.step(stepId), paused);
    tickUndo(draft, draft.step(stepId));
  }
}

function tickStep(draft: Draft, step: StepState, paused: boolean): void {
  const { stepId, status, dueAt, stopping } = step;
  if (dueAt === null || dueAt > draft.now) return;
  if (status === "Running") {
    if (stopping === null) stopAttempt(draft, stepId, "timeout");
    else endAttempt(draft, stepId, { kind: "stopped" });
  } else if (status === "Waiting" && !paused && draft.state.goal === null) endWait(draft, step);
}

function tickUndo(draft: Draft, { stepId, undo }: StepState): void {
  if (undo === null || undo.dueAt === null || undo.dueAt > draft.now) return;
  if (undo.status === "Waiting") startUndo(draft, stepId);
  else if (undo.status === "Running" && undo.stopping === null) stopUndo(draft, stepId);
  else if (undo.status === "Running") endUndo(draft, stepId, { kind: "stopped" });
}

/** Nobody watched over running attempts for a while, or began them: that is no fault of theirs. */
function takenOver(draft: Draft): void {
  for (const { stepId, status, items, dueAt, stopping, undo } of Object.values(draft.state.steps)) {
    const { timeout, compensate } = draft.planOf(stepId).definition;
    const anew = (seconds: number | undefined) => draft.now + Math.round((seconds ?? 0) * 1000);
    if (status === "Running" && items === null && dueAt !== null && stopping === null)
      draft.update(stepId, { dueAt: anew(timeout) });
    if (undo?.status === "Running" && undo.dueAt !== null && undo.stopping === null)
      draft.postponeUndo(stepId, anew(compensate?.timeout));
  }
}

function signal(draft: Draft, { signal: received }: EventOf<"signal">): void {
  const { state } = draft;
  if (isFinalStatus(state.status) || state.goal !== null) return;
  const { event, key } = received;
  draft.changes.push({ detail: `signal '${event}'${key === null ? "" : ` for '${key}'`}` });
  draft.set({ signals: [...state.signals, received].slice(-MAX_STORED_SIGNALS) });
}

function cancel(draft: Draft, { reason }: EventOf<"cancel">): void {
  const { state, now } = draft;
  if (isFinalStatus(state.status) || state.goal !== null) return;
  draft.set({
    goal: "Cancelled",
    pausedAt: null,
    startedAt: state.startedAt ?? now,
    error: { kind: "Cancelled", message: reason },
  });
}

function pause(draft: Draft): void {
  const { state, now } = draft;
  if (isFinalStatus(state.status) || state.goal !== null || state.pausedAt !== null) return;
  draft.set({ pausedAt: now, startedAt: state.startedAt ?? now });
}

/** The flow's own deadline moves by the length of the pause; what came due meanwhile is due now. */
function resume(draft: Draft): void {
  const { state, now } = draft;
  if (state.pausedAt === null) return;
  const { deadlineAt } = state;
  draft.set({ pausedAt: null, deadlineAt: deadlineAt === null ? null : deadlineAt + (now - state.pausedAt) });
  tick(draft);
}

function undo(draft: Draft): void {
  if (draft.state.status !== "Completed") {
    retryUndo(draft);
    return;
  }
  const error = { kind: "Cancelled", message: "undone, as the flow that it was a step of failed" };
  draft.set({ status: "Running", goal: "Cancelled", finishedAt: null, error });
}

function retryUndo(draft: Draft): void {
  const { state } = draft;
  const failed = Object.values(state.steps).filter(({ undo: undoing }) => undoing?.status === "Failed");
  if (!isFinalStatus(state.status) || failed.length === 0) return;
  draft.set({ status: "Running", finishedAt: null });
  for (const { stepId } of failed) draft.updateUndo(stepId, { status: "Pending", error: null });
}

/** Everything that a run of this state is waiting to have done: for whoever takes it up. */
export function openEffects(state: FlowState): Effect[] {
  if (isFinalStatus(state.status)) return [];
  return Object.values(state.steps).flatMap(
    ({ stepId, status, items, attemptCount, stopping, undo: undoing }) => {
      const effects: Effect[] = [];
      const add = (attempt: number, isUndo: boolean, stop: boolean) => {
        effects.push({ kind: "run", stepId, attempt, undo: isUndo });
        if (stop) effects.push({ kind: "stop", stepId, attempt, undo: isUndo });
      };
      if (status === "Running" && items === null) add(attemptCount, false, stopping !== null);
      if (undoing?.status === "Running") add(undoing.attemptCount, true, undoing.stopping !== null);
      return effects;
    },
  );
}

export interface NewRun {
  readonly flowId: string;
  /** JSON text. */
  readonly input: string;
  readonly parent?: ParentRef | null;
  readonly rerunOf?: string | null;
  /** Results taken over from another run. */
  readonly steps?: readonly StepState[];
}

/** The state of a run that nobody has begun. */
export function newRun(
  plan: Plan,
  { flowId, input, parent, rerunOf, steps }: NewRun,
  now: number,
): FlowState {
  const { definition } = plan;
  const all: Record<string, StepState> = {};
  for (const { name } of definition.steps) all[name] = newStepState(name);
  for (const step of steps ?? []) all[step.stepId] = step;
  return {
    flowId,
    name: definition.name,
    version: definition.version ?? null,
    definition: plan.hash,
    status: "Created",
    input,
    output: null,
    error: null,
    goal: null,
    createdAt: now,
    startedAt: null,
    finishedAt: null,
    deadlineAt: null,
    pausedAt: null,
    endings: 0,
    signals: [],
    parent: parent ?? null,
    rerunOf: rerunOf ?? null,
    names: definition.steps.map(({ name }) => name),
    steps: all,
  };
}
