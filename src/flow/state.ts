// The state of a run: plain data, complete (whoever holds it can go on), and the few questions that are asked about it.

import type { TaskError } from "../queue/task.ts";

/**
 * - Created: written, nobody has begun.
 * - Running: a step's script runs, or is about to.
 * - Waiting: for a signal, a time, or the next attempt of a step.
 * - Paused: nothing new starts until somebody resumes it.
 */
export type FlowStatus = "Created" | "Running" | "Waiting" | "Paused" | "Completed" | "Failed" | "Cancelled";

export const FLOW_STATUSES: readonly FlowStatus[] = [
  "Created",
  "Running",
  "Waiting",
  "Paused",
  "Completed",
  "Failed",
  "Cancelled",
];

export type FinalStatus = "Completed" | "Failed" | "Cancelled";

export function isFinalStatus(status: FlowStatus): status is FinalStatus {
  return status === "Completed" || status === "Failed" || status === "Cancelled";
}

export type StepStatus =
  | "Pending"
  | "Running"
  | "Waiting"
  | "Completed"
  | "Failed"
  | "Skipped"
  | "Compensated";

/** Why an attempt failed. */
export interface StepError extends TaskError {
  /** Nobody knows how far the script came: it was killed, its worker got lost, its result vanished. */
  readonly interrupted?: true;
  /** A further attempt would not help. */
  readonly final?: true;
}

/** Why a running attempt was told to stop. */
export type StopReason = "timeout" | "cancelled";

/** The undoing of a step. */
export interface UndoState {
  readonly status: "Pending" | "Running" | "Waiting" | "Completed" | "Failed";
  readonly attemptCount: number;
  readonly error: StepError | null;
  readonly dueAt: number | null;
  readonly stopping: StopReason | null;
}

/** A step of a run, or one item of a step over an array (`name[3]`). */
export interface StepState {
  readonly stepId: string;
  readonly status: StepStatus;
  /** Attempts begun. */
  readonly attemptCount: number;
  /** JSON text. */
  readonly output: string | null;
  /** Of the latest failed attempt. */
  readonly error: StepError | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** When the running attempt has to be over, or the wait ends. */
  readonly dueAt: number | null;
  readonly stopping: StopReason | null;
  /** Signals that it waits for. */
  readonly wait: { readonly events: readonly string[]; readonly key: string | null } | null;
  /** Values of `inputs`: a JSON object. */
  readonly inputs: string | null;
  /** Of an item: its value, as JSON text. */
  readonly item: string | null;
  /** Of a step over an array: how many items there are. */
  readonly items: number | null;
  /** Place in the order in which steps ended. */
  readonly ended: number | null;
  readonly undo: UndoState | null;
}

export interface Signal {
  readonly event: string;
  readonly key: string | null;
  /** JSON text. */
  readonly payload: string;
  readonly at: number;
  readonly id: string | null;
}

/** The step of another run that this one is done for. */
export interface ParentRef {
  readonly flowId: string;
  readonly stepId: string;
  readonly attempt: number;
}

export interface FlowFailure extends StepError {
  readonly step?: string;
}

export interface FlowState {
  readonly flowId: string;
  readonly name: string;
  readonly version: string | null;
  /** Hash of the definition that the run carries. */
  readonly definition: string;
  readonly status: FlowStatus;
  /** JSON text. */
  readonly input: string;
  readonly output: string | null;
  readonly error: FlowFailure | null;
  /** Set once the run can no longer complete: how it will end when everything is stopped and undone. */
  readonly goal: "Failed" | "Cancelled" | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly deadlineAt: number | null;
  readonly pausedAt: number | null;
  /** Steps that ended so far. */
  readonly endings: number;
  readonly signals: readonly Signal[];
  readonly parent: ParentRef | null;
  /** The run whose results this one took over. */
  readonly rerunOf: string | null;
  /** The definition's steps, in their order: `steps` holds these, and items of some. */
  readonly names: readonly string[];
  readonly steps: Readonly<Record<string, StepState>>;
}

export function newStepState(stepId: string): StepState {
  return {
    stepId,
    status: "Pending",
    attemptCount: 0,
    output: null,
    error: null,
    startedAt: null,
    finishedAt: null,
    dueAt: null,
    stopping: null,
    wait: null,
    inputs: null,
    item: null,
    items: null,
    ended: null,
    undo: null,
  };
}

/** `build[3]` is item 3 of step `build`. */
export function itemId(step: string, index: number): string {
  return `${step}[${index}]`;
}

export interface StepIdParts {
  readonly step: string;
  readonly index: number | null;
}

export function partsOfStepId(stepId: string): StepIdParts {
  const open = stepId.indexOf("[");
  if (open < 0) return { step: stepId, index: null };
  return { step: stepId.slice(0, open), index: Number(stepId.slice(open + 1, -1)) };
}

/** What is done by itself: items instead of the step that they belong to. */
export function instancesOf(state: FlowState): StepState[] {
  return Object.values(state.steps).filter(({ items }) => items === null);
}

/** When somebody has to look at the run next, if nothing else happens before; null for never. */
export function nextDue(state: FlowState): number | null {
  if (isFinalStatus(state.status)) return null;
  const paused = state.pausedAt !== null;
  let due =
    paused || state.goal !== null ? Number.POSITIVE_INFINITY : (state.deadlineAt ?? Number.POSITIVE_INFINITY);
  for (const id in state.steps) {
    const { status, dueAt, undo } = state.steps[id];
    // A paused run only watches over what is still running.
    if (dueAt !== null && (status === "Running" || !paused)) due = Math.min(due, dueAt);
    if (undo !== null && undo.dueAt !== null) due = Math.min(due, undo.dueAt);
  }
  return Number.isFinite(due) ? due : null;
}

/** Names of steps, in the order in which they were completed. */
export function completedSteps(state: FlowState): string[] {
  return state.names
    .map((name) => state.steps[name])
    .filter(({ status }) => status === "Completed")
    .sort((a, b) => (a.ended ?? 0) - (b.ended ?? 0))
    .map(({ stepId }) => stepId);
}

/** Steps that should have been undone and could not be. */
export function uncompensatedSteps(state: FlowState): string[] {
  if (state.goal === null) return [];
  return Object.values(state.steps)
    .filter(({ undo }) => undo?.status === "Failed")
    .map(({ stepId }) => stepId);
}
