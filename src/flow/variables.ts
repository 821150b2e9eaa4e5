// The variables that expressions and scripts of a run find: `input`, `steps`, `item` ...

import { parseJson } from "../runtime/json-read.ts";
import type { Value } from "../runtime/value/value.ts";
import type { References } from "./definition/references.ts";
import { type ExpressionVariables, evaluateExpression } from "./expressions.ts";
import type { Expression, PlanStep } from "./plan.ts";
import { type FlowState, partsOfStepId, type StepState } from "./state.ts";

/** Values are JSON texts here, put together without being read: integers stay exact, and large results cost little. */
type JsonFields = (readonly [name: string, json: string])[];

function object(fields: JsonFields): string {
  return `{${fields.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}

function mentions(references: References | null, name: string): boolean {
  return references === null || references.dynamic || references.variables.has(name);
}

/** What `steps.name` is. */
function stepJson({ status, output, attemptCount, error }: StepState): string {
  return object([
    ["output", output ?? "null"],
    ["status", JSON.stringify(status)],
    ["attempts", String(attemptCount)],
    ["error", error === null ? "null" : JSON.stringify({ kind: error.kind, message: error.message })],
  ]);
}

function stepsJson(state: FlowState, references: References | null, within: Iterable<string>): string {
  const named = references === null || references.steps === "all" ? within : references.steps.keys();
  const fields: JsonFields = [];
  for (const name of named) if (name in state.steps) fields.push([name, stepJson(state.steps[name])]);
  return object(fields);
}

function flowJson({ flowId, name, version, rerunOf }: FlowState): string {
  return JSON.stringify({ id: flowId, name, version, rerun_of: rerunOf });
}

/** Variables that expressions and scripts share, as far as they are mentioned. */
function commonFields(state: FlowState, references: References | null, within: Iterable<string>): JsonFields {
  const fields: JsonFields = [];
  if (mentions(references, "input")) fields.push(["input", state.input]);
  if (mentions(references, "steps")) fields.push(["steps", stepsJson(state, references, within)]);
  if (mentions(references, "flow")) fields.push(["flow", flowJson(state)]);
  return fields;
}

function itemFields({ stepId, item }: StepState): JsonFields {
  const { index } = partsOfStepId(stepId);
  return index === null
    ? []
    : [
        ["item", item ?? "null"],
        ["index", String(index)],
      ];
}

export interface AttemptRef {
  readonly attempt: number;
  /** The attempt undoes the step. */
  readonly undo: boolean;
  /** Names the attempt among all others, also towards other systems. */
  readonly taskId: string;
}

/** The variables of a step's script, as the JSON text that its task carries. */
export function scriptArguments(plan: PlanStep, state: FlowState, step: StepState, ref: AttemptRef): string {
  const references = ref.undo ? plan.compensation : plan.script;
  const within = ref.undo ? Object.keys(state.steps).filter((id) => !id.includes("[")) : plan.ancestors;
  const fields = [...commonFields(state, references, within), ...itemFields(step)];
  if (mentions(references, "step")) {
    const { attempt, taskId } = ref;
    fields.push(["step", JSON.stringify({ id: step.stepId, name: plan.name, attempt, key: taskId })]);
  }
  if (ref.undo) {
    fields.push(["output", step.output ?? "null"]);
    fields.push(["error", step.error === null ? "null" : JSON.stringify(step.error)]);
  }
  const own = step.inputs === null ? "" : step.inputs.slice(1, -1);
  const text = object(fields);
  // Of two fields with one name the last counts: what the step says itself hides ours.
  return own === "" ? text : `${text.slice(0, -1)}${fields.length === 0 ? "" : ","}${own}}`;
}

/** Evaluates an expression of a step (or of the flow, without one). Throws EvalError and JsonError. */
export function evaluate(
  expression: Expression,
  state: FlowState,
  now: number,
  within: Iterable<string>,
  item: StepState | null = null,
): Value {
  const { references, ast } = expression;
  const fields = [...commonFields(state, references, within), ...(item === null ? [] : itemFields(item))];
  const variables: Record<string, Value> = {};
  for (const [name, json] of fields) variables[name] = parseJson(json);
  if (mentions(references, "now")) variables.now = now;
  return evaluateExpression(ast, variables satisfies ExpressionVariables);
}
