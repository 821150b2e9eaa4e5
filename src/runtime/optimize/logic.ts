// Optimises `&&`, `||` and `??`: operands that are known to make no difference go, without any check of the others' types.

import type { AndExpr, CoalesceExpr, Expr, OrExpr } from "../../lang/ast.ts";
import { boolExpr, isBool } from "./nodes.ts";
import type { Optimizer } from "./optimizer.ts";
import { isConstant, isPure } from "./purity.ts";

type LogicExpr = AndExpr | OrExpr | CoalesceExpr;

/** Optimises `&&`, whose `neutral` operand is true, or `||`, whose is false. */
export function optimizeLogic(optimizer: Optimizer, node: AndExpr | OrExpr): Expr {
  const neutral = node.kind === "and";
  const operands: Expr[] = [];
  for (let i = 0; i < node.operands.length; i++) {
    const operand = node.operands[i];
    if (isBool(operand, neutral)) {
      optimizer.isDirty = true;
    } else if (isBool(operand, !neutral)) {
      if (operands.every(isPure)) {
        optimizer.isDirty = true;
        return operand;
      }
      if (i < node.operands.length - 1) optimizer.isDirty = true;
      operands.push(operand);
      break;
    } else {
      operands.push(optimizer.expr(operand));
    }
  }
  return rebuilt(optimizer, node, operands, neutral);
}

export function optimizeCoalesce(optimizer: Optimizer, node: CoalesceExpr): Expr {
  const operands: Expr[] = [];
  for (let i = 0; i < node.operands.length; i++) {
    const operand = node.operands[i];
    if (operand.kind === "unit") {
      optimizer.isDirty = true;
    } else if (isConstant(operand)) {
      if (i < node.operands.length - 1) optimizer.isDirty = true;
      operands.push(operand);
      break;
    } else {
      operands.push(optimizer.expr(operand));
    }
  }
  // Rhai makes `() ?? ()` false.
  return rebuilt(optimizer, node, operands, false);
}

function rebuilt(optimizer: Optimizer, node: LogicExpr, operands: readonly Expr[], whenNone: boolean): Expr {
  if (operands.length === 0) {
    optimizer.isDirty = true;
    return boolExpr(whenNone, node);
  }
  if (operands.length === 1) {
    optimizer.isDirty = true;
    return operands[0];
  }
  const isSame =
    operands.length === node.operands.length && operands.every((item, i) => item === node.operands[i]);
  return isSame ? node : { ...node, operands };
}
