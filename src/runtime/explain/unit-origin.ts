// Where an unexpected `()` comes from: an in-place method, a variable without a value, a missing property.

import type { ChainExpr, ChainStep, Expr } from "../../lang/ast.ts";
import { NO_POSITION } from "../../lang/position.ts";
import { visibleAt } from "./declarations.ts";
import { type Failure, receiverText, type StepPlace, variableName, worksInPlace } from "./failure.ts";

function inPlace(text: string, { name, args }: ChainStep & { kind: "method" }): string {
  const call = `${text}.${name}(${args.length === 0 ? "" : "..."});`;
  return `\`${name}\` works in place and returns \`()\`: call it as a statement of its own, \`${call}\`, then use \`${text}\``;
}

/** Why the chain up to its first `length` steps may be `()`. */
function chainOrigin(failure: Failure, chain: ChainExpr, length: number): string | null {
  if (length === 0) return unitOrigin(failure, chain.root);
  const place: StepPlace = { chain, index: length - 1 };
  const step = chain.steps[length - 1];
  const text = receiverText(failure, place);
  switch (step.kind) {
    case "method":
      if (worksInPlace(failure, step.name)) return inPlace(text, step);
      return `\`${step.name}\` returned \`()\` here: test the result with \`!= ()\`, or give a default with \`??\``;
    case "property":
      return `\`${text}.${step.name}\` is \`()\`, the value of all missing properties of maps: go on with \`?.\`, or give a default with \`??\``;
    case "index":
      return `this element of \`${text}\` is \`()\`, the value of all missing elements of maps: go on with \`?.\` or \`?[\`, or give a default with \`??\``;
  }
}

function variableOrigin(failure: Failure, name: string, offset: number): string | null {
  const { view } = failure;
  if (view === null) return null;
  const declaration = visibleAt(view, offset).find((item) => item.name === name);
  const value = declaration?.value ?? null;
  if (value === null) return `\`${name}\` is \`()\``;
  if (value.kind === "unit" && value.pos === NO_POSITION) return `\`${name}\` was declared without a value`;
  if (value.kind !== "chain") return `\`${name}\` is \`()\``;
  const last = value.steps[value.steps.length - 1];
  if (last.kind !== "method" || !worksInPlace(failure, last.name)) return `\`${name}\` is \`()\``;
  const text = receiverText(failure, { chain: value, index: value.steps.length - 1 });
  return `\`${name}\` is \`()\`: ${inPlace(text, last)}`;
}

/** Why the value of an expression may be `()`, or null. */
export function unitOrigin(failure: Failure, expr: Expr): string | null {
  const name = variableName(expr);
  if (name !== null) return variableOrigin(failure, name, expr.start);
  if (expr.kind === "chain") return chainOrigin(failure, expr, expr.steps.length);
  if (expr.kind === "call" && expr.op === null) {
    return `\`${expr.name}\` returned \`()\`: does each way through it end with a value?`;
  }
  return null;
}

/** Why the object that a step works on may be `()`. */
export function receiverOrigin(failure: Failure, { chain, index }: StepPlace): string | null {
  return chainOrigin(failure, chain, index);
}
