// A flow as a graph to be drawn: nodes with their lines of text, edges, and with a run's state how far each step is.

import { ancestorsOf } from "../definition/order.ts";
import { type FlowDefinition, type StepDefinition, type StepKind, stepKind } from "../definition/types.ts";
import {
  type FlowState,
  isFinalStatus,
  itemId,
  type StepState,
  type StepStatus,
  type UndoState,
} from "../state.ts";

export interface GraphNode {
  readonly name: string;
  readonly kind: StepKind;
  /** Done for each item of an array. */
  readonly repeated: boolean;
  /** What the definition says, a line each: condition, items, retries ... */
  readonly notes: readonly string[];
  /** Null without a run. */
  readonly status: StepStatus | null;
  /** How far the run is with it: attempts, items, time. */
  readonly progress: string | null;
  /** How far undoing it is. */
  readonly undo: string | null;
  /** What colour it gets: that of its status, unless its undoing failed. */
  readonly tint: StepStatus | null;
  /** Of a step that is a flow. */
  readonly inner: FlowGraph | null;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** The step before may fail, and this one is done nevertheless. */
  readonly lenient: boolean;
}

export interface FlowGraph {
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphRun {
  readonly state: FlowState;
  /** Ms since 1970: how long running steps have been running. */
  readonly now: number;
  /** States of runs that steps of this one stand for, by step id. */
  readonly inner?: ReadonlyMap<string, GraphRun>;
}

/** The graph of a definition, and with `run` of how it went; `run.state` belongs to a run of this definition. */
export function flowGraph(definition: FlowDefinition, run?: GraphRun): FlowGraph {
  const { name, version, steps } = definition;
  const title = [name, version === undefined ? "" : `version ${version}`, run ? run.state.status : ""];
  return {
    title: title.filter((text) => text !== "").join(", "),
    nodes: steps.map((step) => graphNode(step, run)),
    edges: graphEdges(steps),
  };
}

function graphNode(step: StepDefinition, run: GraphRun | undefined): GraphNode {
  const state = run?.state.steps[step.name] ?? null;
  return {
    name: step.name,
    kind: stepKind(step),
    repeated: step.forEach !== undefined,
    notes: notesOf(step),
    status: state?.status ?? null,
    progress: run === undefined || state === null ? null : progressText(run.state, state, run.now),
    undo: state === null ? null : undoText(state),
    tint: state?.undo?.status === "Failed" ? "Failed" : (state?.status ?? null),
    inner: step.flow === undefined ? null : flowGraph(step.flow, run?.inner?.get(step.name)),
  };
}

/** Only edges that no longer way stands for: what comes after `b`, which comes after `a`, comes after `a` anyway. */
function graphEdges(steps: readonly StepDefinition[]): GraphEdge[] {
  const ancestors = ancestorsOf(steps);
  const byName = new Map(steps.map((step) => [step.name, step]));
  return steps.flatMap(({ name, after }) => {
    const implied = new Set(after.flatMap((other) => [...ancestors.get(other)!]));
    return after
      .filter((other) => !implied.has(other))
      .map((from) => ({ from, to: name, lenient: byName.get(from)!.onFailure === "continue" }));
  });
}

function notesOf(step: StepDefinition): string[] {
  const { when, forEach, waitFor, sleep, until, flow, timeout, retry, compensate, context } = step;
  const notes: (string | false | undefined)[] = [
    when !== undefined && `when ${when}`,
    forEach &&
      `for each of ${forEach.items}${forEach.limit === undefined ? "" : `, ${forEach.limit} at a time`}`,
    waitFor && waitText(waitFor),
    sleep !== undefined && `sleeps ${spanText(sleep * 1000)}`,
    until !== undefined && `sleeps until ${until}`,
    flow && `flow ${flow.name}`,
    timeout !== undefined && `at most ${spanText(timeout * 1000)}`,
    retry && `up to ${retry.count + 1} attempts`,
    compensate && "can be undone",
    context !== undefined && `context ${context}`,
  ];
  return notes.filter((note) => typeof note === "string");
}

function waitText({ events, key, timeout }: NonNullable<StepDefinition["waitFor"]>): string {
  const forKey = key === undefined ? "" : ` for ${key}`;
  const atMost = timeout === undefined ? "" : `, at most ${spanText(timeout * 1000)}`;
  return `waits for ${events.join(" or ")}${forKey}${atMost}`;
}

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
  [1, "ms"],
] as const;

/** `90 s` as `1 min 30 s`: the two largest units that are needed. */
function spanText(ms: number): string {
  const largest = UNITS.findIndex(([size]) => ms >= size);
  if (largest < 0) return "0 s";
  let rest = ms;
  const parts = UNITS.slice(largest, largest + 2).map(([size, unit]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? "" : `${count} ${unit}`;
  });
  return parts.filter((part) => part !== "").join(" ");
}

/** How long something took: `35 ms`, `2.4 s`, `12 min 5 s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  return spanText(Math.round(ms / 1000) * 1000);
}

/** `attempt 2, 3 of 5 items, 1.5 s`; null when there is nothing to tell. */
export function progressText(run: FlowState, step: StepState, now: number): string | null {
  const { attemptCount, items } = step;
  const parts = [
    attemptCount > 1 ? `attempt ${attemptCount}` : null,
    items === null ? null : `${doneItems(run, step)} of ${items} items`,
    timeText(run, step, now),
  ];
  return parts.filter((part) => part !== null).join(", ") || null;
}

const UNDO_TEXTS: Readonly<Record<UndoState["status"], string | null>> = {
  Pending: "to be undone",
  Running: "being undone",
  Waiting: "undoing is tried again",
  Completed: null,
  Failed: "could not be undone",
};

/** `could not be undone`; null when there is nothing to tell. */
export function undoText({ undo }: StepState): string | null {
  return undo === null ? null : UNDO_TEXTS[undo.status];
}

function doneItems(run: FlowState, { stepId, items }: StepState): number {
  let done = 0;
  for (let i = 0; i < (items ?? 0); i++) {
    const status = run.steps[itemId(stepId, i)]?.status;
    if (status === "Completed" || status === "Compensated") done++;
  }
  return done;
}

function timeText(run: FlowState, { startedAt, finishedAt }: StepState, now: number): string | null {
  if (startedAt === null) return null;
  if (finishedAt === null && isFinalStatus(run.status)) return null;
  return durationText((finishedAt ?? now) - startedAt);
}

/** Everything that is written in a node, line by line: the name first. */
export function nodeTexts({ name, notes, status, progress, undo }: GraphNode): string[] {
  const state = status !== null && progress !== null ? `${status}: ${progress}` : status;
  return [name, ...notes, state, undo].filter((text) => text !== null);
}
