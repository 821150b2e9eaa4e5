// A definition prepared for running: the order of its steps, and its expressions compiled. Made once for each definition.

import type { AST } from "../runtime/ast.ts";
import { canonicalJson, hashOf } from "./definition/hash.ts";
import { ancestorsOf, topologicalOrder } from "./definition/order.ts";
import { type References, referencesOf } from "./definition/references.ts";
import { type FlowDefinition, type StepDefinition, type StepKind, stepKind } from "./definition/types.ts";
import { compileExpression, parseScript } from "./expressions.ts";

/** An expression with what it looks at. */
export interface Expression {
  readonly text: string;
  readonly ast: AST;
  readonly references: References;
}

export interface PlanStep {
  readonly name: string;
  readonly kind: StepKind;
  readonly definition: StepDefinition;
  readonly ancestors: ReadonlySet<string>;
  readonly when: Expression | null;
  readonly items: Expression | null;
  readonly until: Expression | null;
  readonly waitKey: Expression | null;
  readonly inputs: ReadonlyMap<string, Expression> | null;
  /** What the scripts mention; null when that is not known. */
  readonly script: References | null;
  readonly compensation: References | null;
  /** Undoing it means running its script, or undoing the run of its flow; null: there is nothing to undo. */
  readonly undo: "script" | "flow" | null;
  /** Of a step that is a flow. */
  readonly plan: Plan | null;
}

export interface Plan {
  readonly definition: FlowDefinition;
  /** The definition as it is stored, and its hash. */
  readonly text: string;
  readonly hash: string;
  readonly steps: ReadonlyMap<string, PlanStep>;
  /** Each step behind those it comes after. */
  readonly order: readonly PlanStep[];
  readonly last: string;
  readonly output: Expression | null;
}

const plans = new WeakMap<FlowDefinition, Plan>();

/** `definition` is valid: what `defineFlow` returned, or its stored text. */
export function planOf(definition: FlowDefinition): Plan {
  let plan = plans.get(definition);
  if (plan === undefined) {
    plan = makePlan(definition);
    plans.set(definition, plan);
  }
  return plan;
}

/** The plan of a stored definition. */
export function planOfText(text: string): Plan {
  return planOf(JSON.parse(text) as FlowDefinition);
}

function makePlan(definition: FlowDefinition): Plan {
  const text = canonicalJson(definition);
  const ancestors = ancestorsOf(definition.steps);
  const steps = new Map(
    definition.steps.map((step) => [step.name, planStep(step, ancestors.get(step.name)!)] as const),
  );
  return {
    definition,
    text,
    hash: hashOf(text),
    steps,
    order: topologicalOrder(definition.steps)!.map(({ name }) => steps.get(name)!),
    last: definition.steps.at(-1)!.name,
    output: expression(definition.output),
  };
}

function planStep(definition: StepDefinition, ancestors: ReadonlySet<string>): PlanStep {
  const { inputs, compensate } = definition;
  const plan = definition.flow === undefined ? null : planOf(definition.flow);
  return {
    name: definition.name,
    kind: stepKind(definition),
    definition,
    ancestors,
    when: expression(definition.when),
    items: expression(definition.forEach?.items),
    until: expression(definition.until),
    waitKey: expression(definition.waitFor?.key),
    inputs:
      inputs === undefined
        ? null
        : new Map(Object.entries(inputs).map(([name, text]) => [name, expression(text)!])),
    script: scriptReferences(definition.script),
    compensation: scriptReferences(compensate?.script),
    undo: compensate !== undefined ? "script" : plan !== null && hasCompensations(plan) ? "flow" : null,
    plan,
  };
}

function hasCompensations(plan: Plan): boolean {
  return plan.order.some(({ undo }) => undo !== null);
}

function expression(text: string): Expression;
function expression(text: string | undefined): Expression | null;
function expression(text: string | undefined): Expression | null {
  if (text === undefined) return null;
  const ast = compileExpression(text);
  return { text, ast, references: referencesOf(ast) };
}

function scriptReferences(script: string | undefined): References | null {
  const ast = script === undefined ? null : parseScript(script);
  return ast && referencesOf(ast);
}
