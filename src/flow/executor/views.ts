// What is told about runs: plain values for programs, made of what is stored.

import { currentStep, decodeFlow, type FieldRecord } from "../codec.ts";
import {
  completedSteps,
  type FlowFailure,
  type FlowState,
  type FlowStatus,
  type ParentRef,
  type StepError,
  type StepState,
  type StepStatus,
  type UndoState,
} from "../state.ts";
import type { RunRecord } from "../store.ts";
import type { Change } from "../transition/events.ts";

/** A run in a list. */
export interface FlowSummary {
  readonly flowId: string;
  readonly name: string;
  readonly version: string | null;
  readonly status: FlowStatus;
  /** The step that is being run, waited for or undone; the first of several. */
  readonly currentStep: string | null;
  /** In the order in which they were completed. */
  readonly completedSteps: readonly string[];
  readonly error: FlowFailure | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** The run that it is a step of. */
  readonly parent: ParentRef | null;
  /** The run whose results it took over. */
  readonly rerunOf: string | null;
  /** Steps that should have been undone and could not be. */
  readonly uncompensatedSteps: readonly string[];
}

/** A run with all that is known of it. */
export interface FlowView extends FlowSummary {
  readonly input: unknown;
  readonly output: unknown;
  readonly deadlineAt: number | null;
  readonly pausedAt: number | null;
  readonly steps: readonly StepView[];
}

export interface StepView {
  /** `name`, or `name[3]` for an item of a step over an array. */
  readonly stepId: string;
  readonly status: StepStatus;
  readonly attemptCount: number;
  readonly output: unknown;
  readonly error: StepError | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly dueAt: number | null;
  /** Signals that it waits for. */
  readonly wait: StepState["wait"];
  /** Number of items of a step over an array. */
  readonly items: number | null;
  readonly compensation: UndoState | null;
}

/** The end of a run. */
export interface FlowResult {
  readonly flowId: string;
  readonly status: "Completed" | "Failed" | "Cancelled";
  readonly output: unknown;
  readonly error: FlowFailure | null;
}

/** One transition of a run. */
export interface HistoryEntry {
  /** Counts from 1. */
  readonly number: number;
  readonly at: number;
  /** The executor that wrote it. */
  readonly by: string;
  readonly changes: readonly Change[];
}

/** A transition of any run, as it is told to those who watch. */
export interface FlowEventView {
  readonly flowId: string;
  readonly at: number;
  readonly by: string;
  readonly changes: readonly Change[];
}

function parsed(json: string | null): unknown {
  return json === null ? null : (JSON.parse(json) as unknown);
}

export function summaryOf(flow: FieldRecord): FlowSummary {
  const state = decodeFlow(flow, []);
  return {
    ...summaryFields(state),
    currentStep: flow.current_step || null,
    completedSteps: JSON.parse(flow.completed_steps || "[]") as string[],
    uncompensatedSteps: JSON.parse(flow.uncompensated_steps || "[]") as string[],
  };
}

function summaryFields(state: FlowState) {
  const { flowId, name, version, status, error, createdAt, startedAt, finishedAt, parent, rerunOf } = state;
  return { flowId, name, version, status, error, createdAt, startedAt, finishedAt, parent, rerunOf };
}

export function viewOf({ flow, steps }: RunRecord, decoded: FlowState): FlowView {
  return {
    ...summaryOf(flow),
    currentStep: currentStep(decoded),
    completedSteps: completedSteps(decoded),
    input: parsed(decoded.input),
    output: parsed(decoded.output),
    deadlineAt: decoded.deadlineAt,
    pausedAt: decoded.pausedAt,
    steps: [...steps.keys()].map((stepId) => stepView(decoded.steps[stepId])),
  };
}

function stepView(step: StepState): StepView {
  const { stepId, status, attemptCount, output, error, startedAt, finishedAt, dueAt, wait, items, undo } =
    step;
  const times = { startedAt, finishedAt, dueAt };
  return {
    stepId,
    status,
    attemptCount,
    output: parsed(output),
    error,
    ...times,
    wait,
    items,
    compensation: undo,
  };
}

export function resultOf(flow: FieldRecord): FlowResult {
  const { flowId, status, output, error } = decodeFlow(flow, []);
  return { flowId, status: status as FlowResult["status"], output: parsed(output), error };
}

export function historyEntry(line: string, number: number): HistoryEntry {
  return { number, ...(JSON.parse(line) as Omit<HistoryEntry, "number">) };
}

export function eventView(flowId: string, line: string): FlowEventView {
  return { flowId, ...(JSON.parse(line) as Omit<FlowEventView, "flowId">) };
}
