// What lies in the inbox of a run: texts for the store, events for the run.

import type { FlowFailure, FlowState, FlowStatus, Signal, StepState } from "../state.ts";
import { uncompensatedSteps } from "../state.ts";
import type { FlowEvent, Outcome } from "../transition/events.ts";

export type Entry =
  | { readonly kind: "signal"; readonly signal: Signal }
  | { readonly kind: "cancel"; readonly reason: string }
  | { readonly kind: "pause" | "resume" | "undo" | "retryUndo" }
  | ChildEnded;

/** The run of a step that is a flow has ended. */
export interface ChildEnded {
  readonly kind: "child";
  readonly stepId: string;
  readonly attempt: number;
  readonly status: FlowStatus;
  readonly output: string | null;
  readonly error: FlowFailure | null;
  readonly uncompensated: readonly string[];
}

export function encodeEntry(entry: Entry): string {
  return JSON.stringify(entry);
}

/** What the end of this run means to the run that it is a step of; null when it is none. */
export function entryForParent(state: FlowState): { readonly id: string; readonly entry: string } | null {
  const { parent, status, output, error } = state;
  if (parent === null) return null;
  const { flowId, stepId, attempt } = parent;
  const uncompensated = uncompensatedSteps(state);
  return {
    id: flowId,
    entry: encodeEntry({ kind: "child", stepId, attempt, status, output, error, uncompensated }),
  };
}

/** The event that an entry is for a run in this state; null for what means nothing to it. */
export function eventOfEntry(text: string, state: FlowState): FlowEvent | null {
  const entry = parseEntry(text);
  if (entry === null) return null;
  return entry.kind === "child" ? childEvent(entry, state.steps[entry.stepId]) : entry;
}

/** Texts of anybody else are passed over: an inbox is a list that any client could write to. */
function parseEntry(text: string): Entry | null {
  try {
    const entry = JSON.parse(text) as Entry | null;
    return typeof entry === "object" && entry !== null && isWhole(entry) ? entry : null;
  } catch {
    return null;
  }
}

/** Whether all is there that its kind needs, with texts that are JSON where JSON is expected. */
function isWhole(entry: Entry): boolean {
  switch (entry.kind) {
    case "signal": {
      const { event, key, payload, at } = entry.signal;
      return typeof event === "string" && isTextOrNull(key) && isJson(payload) && typeof at === "number";
    }
    case "cancel":
      return typeof entry.reason === "string";
    case "child":
      return (
        typeof entry.stepId === "string" &&
        (entry.output === null || isJson(entry.output)) &&
        Array.isArray(entry.uncompensated)
      );
    default:
      return KINDS.has(entry.kind);
  }
}

const KINDS: ReadonlySet<string> = new Set(["pause", "resume", "undo", "retryUndo"]);

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}

/** Throws for a text that is none. */
function isJson(text: unknown): boolean {
  return typeof text === "string" && JSON.parse(text) !== undefined;
}

function childEvent(entry: ChildEnded, step: StepState | undefined): FlowEvent | null {
  if (step === undefined || step.attemptCount !== entry.attempt) return null;
  const { stepId } = entry;
  if (step.undo?.status === "Running") {
    const { attemptCount } = step.undo;
    return { kind: "ended", stepId, attempt: attemptCount, undo: true, outcome: undoOutcome(entry) };
  }
  return { kind: "ended", stepId, attempt: entry.attempt, undo: false, outcome: childOutcome(entry) };
}

function childOutcome({ status, output, error }: ChildEnded): Outcome {
  if (status === "Completed") return { kind: "completed", output: output ?? "null" };
  if (status === "Cancelled") return { kind: "stopped" };
  const { kind, message, step } = error ?? { kind: "Unknown", message: "the flow failed" };
  return {
    kind: "failed",
    error: { kind, message: step === undefined ? message : `step '${step}': ${message}` },
  };
}

function undoOutcome({ uncompensated }: ChildEnded): Outcome {
  if (uncompensated.length === 0) return { kind: "completed", output: "null" };
  const names = uncompensated.map((name) => `'${name}'`).join(", ");
  return { kind: "failed", error: { kind: "UndoFailed", message: `could not undo ${names}` } };
}
