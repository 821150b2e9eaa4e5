// Brings a state to rest after an event: what can begin begins, what has failed ends the rest, what is over is closed.

import { toJson } from "../../runtime/json-write.ts";
import type { PlanStep } from "../plan.ts";
import { type FlowFailure, type FlowStatus, instancesOf, isFinalStatus, type StepState } from "../state.ts";
import { evaluate } from "../variables.ts";
import type { Draft } from "./draft.ts";
import { advanceItems, begin, consumeSignal, expressionError, stopAttempt } from "./steps.ts";
import { advanceUndo, planUndo } from "./undo.ts";

export function settle(draft: Draft): void {
  const { state } = draft;
  if (isFinalStatus(state.status) || state.startedAt === null) return;
  if (state.goal === null && state.pausedAt === null) goForward(draft);
  if (draft.state.goal !== null) goBack(draft);
  if (!isFinalStatus(draft.state.status)) draft.set({ status: openStatus(draft) });
}

function goForward(draft: Draft): void {
  for (const step of draft.plan.order) advance(draft, step);
  const failed = draft.plan.order.find(
    ({ name, definition }) => draft.step(name).status === "Failed" && definition.onFailure !== "continue",
  );
  if (failed !== undefined) {
    const { error } = draft.step(failed.name);
    fail(draft, { kind: "Unknown", message: "", ...error, step: failed.name });
  } else if (draft.plan.order.every(({ name }) => isDone(draft, name))) complete(draft);
}

function advance(draft: Draft, step: PlanStep): void {
  const { status, items, wait } = draft.step(step.name);
  if (status === "Pending" && step.definition.after.every((name) => isDone(draft, name))) {
    begin(draft, step);
    // The signal may be here already.
    consumeSignal(draft, step);
  } else if (status === "Running" && items !== null) advanceItems(draft, step);
  else if (status === "Waiting" && wait !== null) consumeSignal(draft, step);
}

/** What comes after the step may begin. */
function isDone(draft: Draft, name: string): boolean {
  const { status } = draft.step(name);
  const { onFailure } = draft.plan.steps.get(name)!.definition;
  return status === "Completed" || status === "Skipped" || (status === "Failed" && onFailure === "continue");
}

export function fail(draft: Draft, error: FlowFailure): void {
  draft.set({ goal: "Failed", error });
}

function complete(draft: Draft): void {
  const { plan, state, now } = draft;
  if (plan.output === null) {
    finish(draft, "Completed", state.steps[plan.last].output ?? "null");
    return;
  }
  try {
    finish(draft, "Completed", toJson(evaluate(plan.output, state, now, plan.steps.keys())));
  } catch (error) {
    const { message } = expressionError(error);
    fail(draft, { kind: "Expression", message: `output: ${message}`, final: true });
  }
}

function finish(draft: Draft, status: "Completed" | "Failed" | "Cancelled", output: string | null): void {
  draft.set({ status, output, finishedAt: draft.now, signals: [] });
}

/** Nothing begins any more; what runs is stopped; when nothing runs, what was done is undone; then the run ends. */
function goBack(draft: Draft): void {
  let running = false;
  for (const step of instancesOf(draft.state)) {
    const { stepId, status, stopping } = step;
    if (status === "Waiting" || status === "Pending") leave(draft, step);
    else if (status === "Running" && draft.withdraw(stepId))
      leave(draft, { ...step, attemptCount: step.attemptCount - 1 });
    else if (status === "Running") {
      running = true;
      if (stopping === null) stopAttempt(draft, stepId, "cancelled");
    }
  }
  if (running) return;
  endItems(draft);
  planUndo(draft);
  if (!advanceUndo(draft)) finish(draft, draft.state.goal!, null);
}

/** Ends what does not run: as failed with what it failed with before, or as something that was never begun. */
function leave(draft: Draft, { stepId, attemptCount, error }: StepState): void {
  if (attemptCount > 0) draft.end(stepId, { status: "Failed", attemptCount, error });
  else draft.end(stepId, { status: "Skipped", attemptCount });
}

/** Steps over arrays whose items were stopped. */
function endItems(draft: Draft): void {
  for (const { stepId, status, items } of Object.values(draft.state.steps)) {
    if (items === null || status !== "Running") continue;
    draft.end(stepId, { status: "Failed", error: { kind: "Cancelled", message: "stopped" } });
  }
}

function openStatus({ state }: Draft): FlowStatus {
  if (state.pausedAt !== null) return "Paused";
  for (const { status, items, undo } of Object.values(state.steps)) {
    if ((status === "Running" && items === null) || undo?.status === "Running") return "Running";
  }
  return "Waiting";
}
