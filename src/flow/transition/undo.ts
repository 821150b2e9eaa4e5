// Compensation: after everything has stopped, what was done is undone, the latest first, one after the other.

import { itemId, type StepState } from "../state.ts";
import type { Draft } from "./draft.ts";
import { NO_UNDO } from "./draft.ts";
import type { Outcome } from "./events.ts";
import { DEFAULT_UNDO_RETRY, nextAttemptDelay } from "./retry.ts";
import { stoppedError } from "./steps.ts";

/** Notes what has to be undone. What each step needs stands in the definition since before it ran. */
export function planUndo(draft: Draft): void {
  for (const step of Object.values(draft.state.steps)) {
    if (step.items === null && step.undo === null && needsUndo(draft, step))
      draft.updateUndo(step.stepId, NO_UNDO);
  }
}

function needsUndo(draft: Draft, step: StepState): boolean {
  const { undo, definition } = draft.planOf(step.stepId);
  if (undo === null || step.attemptCount === 0) return false;
  if (step.status === "Completed") return true;
  // A run of a flow that did not complete has undone itself.
  if (step.status !== "Failed" || undo === "flow") return false;
  const after = definition.compensate?.after ?? "interrupted";
  return after === "started" || (after === "interrupted" && step.error?.interrupted === true);
}

/** Starts the next compensation when none is under way. False when all are over. */
export function advanceUndo(draft: Draft): boolean {
  let next: StepState | null = null;
  for (const step of Object.values(draft.state.steps)) {
    const status = step.undo?.status;
    if (status === "Running" || status === "Waiting") return true;
    if (status === "Pending" && (next === null || (step.ended ?? 0) > (next.ended ?? 0))) next = step;
  }
  if (next === null) return false;
  startUndo(draft, next.stepId);
  return true;
}

export function startUndo(draft: Draft, stepId: string): void {
  const timeout = draft.planOf(stepId).definition.compensate?.timeout;
  const attemptCount = (draft.step(stepId).undo?.attemptCount ?? 0) + 1;
  const dueAt = timeout === undefined ? null : draft.now + Math.round(timeout * 1000);
  draft.updateUndo(stepId, { status: "Running", attemptCount, dueAt, stopping: null });
  draft.effect("run", stepId, true);
}

export function stopUndo(draft: Draft, stepId: string): void {
  draft.updateUndo(stepId, { stopping: "timeout", dueAt: draft.now + draft.settings.stopGraceMs });
  draft.effect("stop", stepId, true);
}

export function endUndo(draft: Draft, stepId: string, outcome: Outcome): void {
  if (outcome.kind === "completed") {
    draft.updateUndo(stepId, { status: "Completed", dueAt: null, stopping: null, error: null });
    draft.update(stepId, { status: "Compensated" });
    markWhole(draft, stepId);
    return;
  }
  const { compensate } = draft.planOf(stepId).definition;
  const { stopping, attemptCount } = draft.step(stepId).undo!;
  const stopped = outcome.kind === "stopped" || stopping === "timeout";
  const error = stopped ? stoppedError(stopping ?? "timeout", compensate?.timeout) : outcome.error;
  const seed = `${draft.state.flowId}:${stepId}:undo:${attemptCount}`;
  const policy = compensate?.retry ?? DEFAULT_UNDO_RETRY;
  const delay = nextAttemptDelay(policy, { attempt: attemptCount, error, seed });
  const dueAt = delay === null ? null : draft.now + delay;
  draft.updateUndo(stepId, { status: delay === null ? "Failed" : "Waiting", error, dueAt, stopping: null });
}

/** A step over an array is undone when all its items are. */
function markWhole(draft: Draft, stepId: string): void {
  const { name } = draft.planOf(stepId);
  const { items, status } = draft.step(name);
  if (items === null || status !== "Completed") return;
  for (let i = 0; i < items; i++) {
    const item = draft.step(itemId(name, i));
    if (item.undo !== null && item.undo.status !== "Completed") return;
  }
  draft.update(name, { status: "Compensated" });
}
