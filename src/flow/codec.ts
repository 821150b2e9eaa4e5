// The state of a run as it is stored: two kinds of hashes, `flow:<id>` and `step:<id>:<step>`, texts only.

import {
  completedSteps,
  type FlowFailure,
  type FlowState,
  type FlowStatus,
  itemId,
  newStepState,
  type ParentRef,
  type Signal,
  type StepError,
  type StepState,
  type StepStatus,
  type StopReason,
  type UndoState,
  uncompensatedSteps,
} from "./state.ts";

/** Field and value in turns, as Redis takes them. An empty value stands for none. */
export type Pairs = readonly string[];

export type FieldRecord = Readonly<Record<string, string | undefined>>;

export interface StoredStep {
  readonly stepId: string;
  readonly fields: Pairs;
}

function text(value: string | number | null): string {
  return value === null ? "" : String(value);
}

function json(value: unknown): string {
  return value === null ? "" : JSON.stringify(value);
}

/** What the step hash holds: the fields of the specification, and what else is needed to go on. */
function stepFields(step: StepState): Record<string, string> {
  const { wait, undo } = step;
  return {
    step_id: step.stepId,
    status: step.status,
    attempt_count: String(step.attemptCount),
    output: text(step.output),
    error: json(step.error),
    started_at: text(step.startedAt),
    finished_at: text(step.finishedAt),
    due_at: text(step.dueAt),
    stopping: text(step.stopping),
    wait: json(wait),
    inputs: text(step.inputs),
    item: text(step.item),
    items: text(step.items),
    ended: text(step.ended),
    compensation: json(undo),
  };
}

function flowFields(state: FlowState): Record<string, string> {
  return {
    flow_id: state.flowId,
    name: state.name,
    version: text(state.version),
    definition: state.definition,
    status: state.status,
    current_step: text(currentStep(state)),
    completed_steps: JSON.stringify(completedSteps(state)),
    uncompensated_steps: listOrNothing(uncompensatedSteps(state)),
    input: state.input,
    output: text(state.output),
    error: json(state.error),
    goal: text(state.goal),
    created_at: String(state.createdAt),
    started_at: text(state.startedAt),
    finished_at: text(state.finishedAt),
    deadline_at: text(state.deadlineAt),
    paused_at: text(state.pausedAt),
    endings: String(state.endings),
    signals: listOrNothing(state.signals),
    parent: json(state.parent),
    rerun_of: text(state.rerunOf),
  };
}

const known = new WeakMap<FlowState, Record<string, string>>();

/** What was written once is compared with what comes next. */
function fieldsOf(state: FlowState): Record<string, string> {
  let fields = known.get(state);
  if (fields === undefined) {
    fields = flowFields(state);
    known.set(state, fields);
  }
  return fields;
}

function listOrNothing(list: readonly unknown[]): string {
  return list.length === 0 ? "" : JSON.stringify(list);
}

/** The step that is being run, waited for or undone; the first one of several. */
export function currentStep({ names, steps }: FlowState): string | null {
  const busy = names.find((name) => {
    const { status, undo } = steps[name];
    return status === "Running" || status === "Waiting" || undo?.status === "Running";
  });
  return busy ?? null;
}

/** Fields of `after` that differ from `before`; with null, all that hold something. */
function changedPairs(before: Record<string, string> | null, after: Record<string, string>): string[] {
  const pairs: string[] = [];
  for (const name in after) {
    const value = after[name];
    if (before === null ? value !== "" : value !== before[name]) pairs.push(name, value);
  }
  return pairs;
}

export interface EncodedChange {
  readonly flow: Pairs;
  readonly steps: readonly StoredStep[];
}

/**
 * What has to be written to get from one state of a run to another; from nothing with null. `touched` names the steps that may
 * differ, if that is known.
 */
export function encodeChange(
  before: FlowState | null,
  after: FlowState,
  touched: Iterable<string> = Object.keys(after.steps),
): EncodedChange {
  const flow = changedPairs(before && fieldsOf(before), fieldsOf(after));
  if (before === null) flow.push("steps", JSON.stringify(after.names));
  const steps: StoredStep[] = [];
  for (const stepId of touched) {
    const step = after.steps[stepId];
    const old = before?.steps[stepId];
    if (old === step) continue;
    const pairs = changedPairs(old === undefined ? null : stepFields(old), stepFields(step));
    if (old === undefined) pairs.push("flow_id", after.flowId);
    if (pairs.length > 0) steps.push({ stepId, fields: pairs });
  }
  return { flow, steps };
}

export function toRecord(pairs: Pairs): FieldRecord {
  const record: Record<string, string> = Object.create(null);
  for (let i = 0; i + 1 < pairs.length; i += 2) record[pairs[i]] = pairs[i + 1];
  return record;
}

function number(value: string | undefined): number | null {
  return value === undefined || value === "" ? null : Number(value);
}

function parsed<T>(value: string | undefined): T | null {
  return value === undefined || value === "" ? null : (JSON.parse(value) as T);
}

export function decodeStep(stepId: string, record: FieldRecord): StepState {
  return {
    ...newStepState(stepId),
    status: (record.status ?? "Pending") as StepStatus,
    attemptCount: number(record.attempt_count) ?? 0,
    output: record.output || null,
    error: parsed<StepError>(record.error),
    startedAt: number(record.started_at),
    finishedAt: number(record.finished_at),
    dueAt: number(record.due_at),
    stopping: (record.stopping || null) as StopReason | null,
    wait: parsed<NonNullable<StepState["wait"]>>(record.wait),
    inputs: record.inputs || null,
    item: record.item || null,
    items: number(record.items),
    ended: number(record.ended),
    undo: parsed<UndoState>(record.compensation),
  };
}

/** Ids of the steps whose hashes belong to the run, without items. */
export function storedStepNames(flow: FieldRecord): readonly string[] {
  return parsed<string[]>(flow.steps) ?? [];
}

/** Ids of the items of a stored step. */
export function storedItemIds(name: string, record: FieldRecord): string[] {
  return Array.from({ length: number(record.items) ?? 0 }, (_, i) => itemId(name, i));
}

export function decodeFlow(record: FieldRecord, steps: readonly StepState[]): FlowState {
  return {
    flowId: record.flow_id ?? "",
    name: record.name ?? "",
    version: record.version || null,
    definition: record.definition ?? "",
    status: (record.status ?? "Created") as FlowStatus,
    input: record.input || "null",
    output: record.output || null,
    error: parsed<FlowFailure>(record.error),
    goal: (record.goal || null) as FlowState["goal"],
    createdAt: number(record.created_at) ?? 0,
    startedAt: number(record.started_at),
    finishedAt: number(record.finished_at),
    deadlineAt: number(record.deadline_at),
    pausedAt: number(record.paused_at),
    endings: number(record.endings) ?? 0,
    signals: parsed<Signal[]>(record.signals) ?? [],
    parent: parsed<ParentRef>(record.parent),
    rerunOf: record.rerun_of || null,
    names: storedStepNames(record).filter((name) => steps.some(({ stepId }) => stepId === name)),
    steps: Object.fromEntries(steps.map((step) => [step.stepId, step])),
  };
}
