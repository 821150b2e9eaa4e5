// The attempts of a run's scripts, as far as they are tasks: where their logs and results are found.

import { type FlowDefinition, type StepDefinition, stepKind } from "../definition/types.ts";
import type { GraphRun } from "../graph/graph.ts";
import { taskIdOf } from "../runner/runner.ts";
import { partsOfStepId, type StepState } from "../state.ts";

export interface Attempt {
  readonly taskId: string;
  /** Context of the queue. */
  readonly context: string;
  readonly flowId: string;
  readonly stepId: string;
  readonly attempt: number;
  /** It undoes the step. */
  readonly undo: boolean;
  /** Below the steps that its run is inside of: `outer/step[2]`. */
  readonly path: string;
  /** It has not ended. */
  readonly running: boolean;
}

/** All attempts of scripts, undoing ones included, of a run and of the runs inside of it. */
export function attemptsOf(
  definition: FlowDefinition,
  { state, inner }: GraphRun,
  context: string,
  above = "",
): Attempt[] {
  const plans = new Map(definition.steps.map((step) => [step.name, step]));
  return Object.values(state.steps).flatMap((step) => {
    const plan = plans.get(partsOfStepId(step.stepId).step);
    if (plan === undefined || step.items !== null) return [];
    const path = `${above}${step.stepId}`;
    const where = { context: plan.context ?? context, flowId: state.flowId, stepId: step.stepId, path };
    const own = tries(plan, step).map((one) => {
      const taskId = taskIdOf(state.flowId, step.stepId, one.attempt, one.undo);
      return { ...where, ...one, taskId };
    });
    const below = inner?.get(step.stepId);
    return below && plan.flow ? [...own, ...attemptsOf(plan.flow, below, context, `${path}/`)] : own;
  });
}

type Try = Pick<Attempt, "attempt" | "undo" | "running">;

function tries(plan: StepDefinition, { status, attemptCount, undo }: StepState): Try[] {
  const each = (count: number, undoing: boolean, running: boolean) =>
    Array.from({ length: count }, (_, i) => ({
      attempt: i + 1,
      undo: undoing,
      running: running && i + 1 === count,
    }));
  const done = stepKind(plan) === "script" ? each(attemptCount, false, status === "Running") : [];
  if (undo === null || plan.compensate === undefined) return done;
  return [...done, ...each(undo.attemptCount, true, undo.status === "Running")];
}
