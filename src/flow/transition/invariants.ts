// What holds for every state of every run: proved by tests on random histories, and on live runs by whoever asks.

import type { Plan } from "../plan.ts";
import { type FlowState, isFinalStatus, partsOfStepId, type StepState } from "../state.ts";

/** Broken rules, in words; none for a sound state. */
export function problemsOf(plan: Plan, state: FlowState): string[] {
  const steps = Object.values(state.steps);
  return [
    ...steps.flatMap((step) => stepProblems(plan, state, step)),
    ...orderProblems(plan, state),
    ...limitProblems(plan, state),
    ...(isFinalStatus(state.status) ? endProblems(state, steps) : openProblems(state, steps)),
  ];
}

function stepProblems(plan: Plan, state: FlowState, step: StepState): string[] {
  const { stepId, status, output, attemptCount, undo } = step;
  const { step: name, index } = partsOfStepId(stepId);
  const problems: string[] = [];
  const check = (holds: boolean, text: string) => holds || problems.push(`${stepId}: ${text}`);
  check(plan.steps.has(name), "no such step in the definition");
  check(index === null || index < (state.steps[name]?.items ?? 0), "an item that its step does not have");
  check(status !== "Completed" || output !== null, "completed without an output");
  check(
    output === null || status === "Completed" || status === "Compensated",
    "an output without completion",
  );
  check(step.finishedAt === null || !isOpen(step), "finished, yet open");
  check(undo === null || attemptCount > 0, "undone without having run");
  check(
    undo === null || undo.status !== "Completed" || status === "Compensated",
    "undone, yet not compensated",
  );
  check(undo === null || state.goal !== null, "undone although the flow goes on");
  return problems;
}

function isOpen({ status }: StepState): boolean {
  return status === "Running" || status === "Waiting" || status === "Pending";
}

/** Nothing began before what it comes after was done. */
function orderProblems(plan: Plan, state: FlowState): string[] {
  return plan.order.flatMap(({ name, definition }) => {
    const begun = state.steps[name].startedAt !== null;
    const early = definition.after.filter((other) => begun && isOpen(state.steps[other]));
    return early.map((other) => `${name}: began before ${other} was done`);
  });
}

/** No more items at a time than the definition allows. */
function limitProblems(plan: Plan, state: FlowState): string[] {
  return plan.order.flatMap(({ name, definition }) => {
    const limit = definition.forEach?.limit;
    if (limit === undefined) return [];
    const busy = Object.values(state.steps).filter(
      ({ stepId, status }) => stepId.startsWith(`${name}[`) && (status === "Running" || status === "Waiting"),
    );
    return busy.length > limit ? [`${name}: ${busy.length} items at a time instead of ${limit}`] : [];
  });
}

function endProblems(state: FlowState, steps: readonly StepState[]): string[] {
  const problems = steps.filter(isOpen).map(({ stepId }) => `${stepId}: open in a run that has ended`);
  for (const { stepId, undo } of steps) {
    if (undo !== null && undo.status !== "Completed" && undo.status !== "Failed")
      problems.push(`${stepId}: its undoing is open in a run that has ended`);
  }
  if (state.finishedAt === null) problems.push("ended without a time");
  if (state.status === "Completed" && state.goal !== null) problems.push("completed against its goal");
  if (state.status !== "Completed" && state.goal !== state.status) problems.push("ended against its goal");
  return problems;
}

/** Something has to be able to happen next: a result, a time, a signal, or somebody's resume. */
function openProblems(state: FlowState, steps: readonly StepState[]): string[] {
  if (state.status === "Created") return [];
  if (state.startedAt === null) return ["begun without a time"];
  const alive = steps.some(
    ({ status, items, dueAt, wait, undo }) =>
      (status === "Running" && items === null) ||
      (status === "Waiting" && (dueAt !== null || wait !== null)) ||
      undo?.status === "Running" ||
      (undo?.status === "Waiting" && undo.dueAt !== null),
  );
  return alive || state.pausedAt !== null ? [] : ["nothing can happen any more"];
}
