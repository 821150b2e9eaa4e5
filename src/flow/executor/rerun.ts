// A new run that takes over what an old one has achieved, and does the rest again.

import { dependantsOf } from "../definition/order.ts";
import { FlowError } from "../errors.ts";
import type { Plan } from "../plan.ts";
import { type FlowState, itemId, newStepState, type StepState } from "../state.ts";

export interface RerunChoice {
  /** The step to begin again with; what failed, was skipped or undone when missing. */
  readonly from?: string;
  /** The input is another one: items of arrays may be others, too. */
  readonly newInput: boolean;
}

/** States of steps that the new run begins with. Throws `invalid` for a step that there is not. */
export function reusedSteps(plan: Plan, old: FlowState, { from, newInput }: RerunChoice): StepState[] {
  if (from !== undefined && !plan.steps.has(from))
    throw new FlowError("invalid", `there is no step '${from}'`);
  const again = stepsToRepeat(plan, old, from);
  const reused: StepState[] = [];
  for (const { name } of plan.order) {
    if (!again.has(name)) reused.push(...wholeStep(old, name));
    else if (from !== name && !newInput) reused.push(...doneItems(plan, old, name));
  }
  return reused;
}

/** The chosen step, or all that did not succeed; and all that comes after them. */
function stepsToRepeat(plan: Plan, old: FlowState, from: string | undefined): ReadonlySet<string> {
  const next = dependantsOf(plan.definition.steps);
  const again = new Set<string>();
  const add = (name: string): void => {
    if (again.has(name)) return;
    again.add(name);
    for (const dependant of next.get(name) ?? []) add(dependant.name);
  };
  if (from !== undefined) add(from);
  for (const { name } of plan.order) if (!isReusable(old.steps[name], plan)) add(name);
  return again;
}

/** A step that a condition left out stays left out; one that was never reached does not. */
function isReusable(step: StepState | undefined, plan: Plan): boolean {
  if (step === undefined) return false;
  if (step.status === "Completed") return true;
  const { definition } = plan.steps.get(step.stepId)!;
  return step.status === "Failed" && definition.onFailure === "continue";
}

function wholeStep({ steps }: FlowState, name: string): StepState[] {
  const step = steps[name];
  const items = Array.from({ length: step.items ?? 0 }, (_, i) => steps[itemId(name, i)]);
  return [step, ...items].map((one) => ({ ...one, undo: null }));
}

/** Items that were completed stay so; the others are done again. */
function doneItems(plan: Plan, old: FlowState, name: string): StepState[] {
  const step = old.steps[name];
  if (plan.steps.get(name)!.items === null || step?.items == null) return [];
  const items = Array.from({ length: step.items }, (_, i): StepState => {
    const item = old.steps[itemId(name, i)];
    return item.status === "Completed"
      ? { ...item, undo: null }
      : { ...newStepState(item.stepId), item: item.item };
  });
  if (!items.some(({ status }) => status === "Completed")) return [];
  return [
    { ...newStepState(name), status: "Running", startedAt: step.startedAt, items: step.items },
    ...items,
  ];
}
