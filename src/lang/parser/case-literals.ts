// The values that may stand before the `=>` of a switch case.

import type { Expr } from "../ast.ts";
import { isValidFunctionName } from "../literals.ts";
import { isConstant } from "./checks.ts";

type Int = number | bigint;

export interface IntRange {
  readonly from: Int;
  readonly to: Int;
  readonly inclusive: boolean;
}

const INT_MAX = 2n ** 63n - 1n;

/** The range if `expr` is one of literals (`1..5`, `1..=5`, `1..`), otherwise null. */
export function literalRange(expr: Expr): IntRange | null {
  if (expr.kind !== "call" || (expr.op !== ".." && expr.op !== "..=")) return null;
  const [from, to] = expr.args;
  if (from.kind !== "int" || (to.kind !== "int" && to.kind !== "unit")) return null;
  return { from: from.value, to: to.kind === "int" ? to.value : INT_MAX, inclusive: expr.op === "..=" };
}

export function isEmptyRange(range: IntRange): boolean {
  return range.inclusive ? range.from > range.to : range.from >= range.to;
}

/** Is it a literal, or an array or map of literals, or `Fn("name")`? */
export function isCaseLiteral(expr: Expr): boolean {
  return isConstant(expr) || isFnLiteral(expr);
}

function isFnLiteral(expr: Expr): boolean {
  if (expr.kind !== "call" || expr.name !== "Fn" || expr.namespace !== null || expr.args.length !== 1) {
    return false;
  }
  const [name] = expr.args;
  return name.kind === "string" && isValidFunctionName(name.value);
}
