// Optimises interpolated strings.

import type { Expr, InterpolatedExpr } from "../../lang/ast.ts";
import { constantValue } from "./constants.ts";
import { stringExpr } from "./nodes.ts";
import type { Optimizer } from "./optimizer.ts";
import { isConstant } from "./purity.ts";

export function optimizeInterpolated(optimizer: Optimizer, node: InterpolatedExpr): Expr {
  if (isConstant(node)) {
    optimizer.isDirty = true;
    return stringExpr(constantValue(node) as string, node);
  }
  const parts = node.parts.map((part) => optimizer.expr(part));
  const merged = mergedParts(parts);
  if (merged.length !== parts.length) optimizer.isDirty = true;
  const isSame = merged.length === node.parts.length && merged.every((part, i) => part === node.parts[i]);
  return isSame ? node : { ...node, parts: merged };
}

/** Joins neighbouring texts and leaves out what shows nothing. */
function mergedParts(parts: readonly Expr[]): readonly Expr[] {
  const merged: Expr[] = [parts[0]];
  for (const next of parts.slice(1)) {
    const last = merged[merged.length - 1];
    if (last.kind === "string" && next.kind === "string") {
      merged[merged.length - 1] = { ...last, value: last.value + next.value, end: next.end };
    } else if (!isNothing(next)) {
      if (isNothing(last)) merged.pop();
      merged.push(next);
    }
  }
  return merged;
}

function isNothing(node: Expr): boolean {
  return node.kind === "unit" || (node.kind === "string" && node.value === "");
}
