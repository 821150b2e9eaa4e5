// Optimises expressions: which function handles which kind, and the kinds that are simple.

import type { ArrayExpr, BlockExpr, ClosureExpr, Expr, MapExpr, VariableExpr } from "../../lang/ast.ts";
import { optimizeCall } from "./call.ts";
import { optimizeChain } from "./chain.ts";
import { constantValue, holdsClosure, substitute } from "./constants.ts";
import { optimizeInterpolated } from "./interpolated.ts";
import { optimizeCoalesce, optimizeLogic } from "./logic.ts";
import { mapped, unitExpr, withStatements } from "./nodes.ts";
import type { Optimizer } from "./optimizer.ts";
import { isConstant } from "./purity.ts";

export function optimizeExpr(optimizer: Optimizer, node: Expr, inChain: boolean): Expr {
  switch (node.kind) {
    case "block":
      return optimizeBlockExpr(optimizer, node);
    case "chain":
      return optimizeChain(optimizer, node, inChain);
    case "interpolated":
      return optimizeInterpolated(optimizer, node);
    case "array":
      return optimizeArray(optimizer, node);
    case "map":
      return optimizeMap(optimizer, node);
    case "and":
    case "or":
      return optimizeLogic(optimizer, node);
    case "coalesce":
      return optimizeCoalesce(optimizer, node);
    case "call":
      return optimizeCall(optimizer, node);
    case "variable":
      return optimizeVariable(optimizer, node);
    case "closure":
      return optimizeClosure(optimizer, node);
    case "custom":
      if (node.scopeMayChange) optimizer.propagates = false;
      return node;
    default:
      return node;
  }
}

function optimizeBlockExpr(optimizer: Optimizer, node: BlockExpr): Expr {
  const { block } = node;
  if (block.statements.length === 0) {
    optimizer.isDirty = true;
    return unitExpr(node);
  }
  if (block.statements.length === 1) {
    const [stmt] = block.statements;
    if (stmt.kind === "expr" && !stmt.isCall) {
      optimizer.isDirty = true;
      return optimizer.expr(stmt.expr);
    }
  }
  const use = { keepsValue: true, isInternal: true, dropsReturn: false };
  const statements = optimizer.statements(block.statements, use);
  const [first] = statements;
  if (statements.length === 1 && first.kind === "expr" && !first.isCall) {
    optimizer.isDirty = true;
    return first.expr;
  }
  return statements === block.statements ? node : { ...node, block: withStatements(block, statements) };
}

function optimizeArray(optimizer: Optimizer, node: ArrayExpr): Expr {
  if (isConstant(node)) return optimizeConstant(optimizer, node);
  const items = mapped(node.items, (item) => optimizer.expr(item));
  return items === node.items ? node : { ...node, items };
}

function optimizeMap(optimizer: Optimizer, node: MapExpr): Expr {
  if (isConstant(node)) return optimizeConstant(optimizer, node);
  const entries = mapped(node.entries, (entry) => {
    const value = optimizer.expr(entry.value);
    return value === entry.value ? entry : { ...entry, value };
  });
  return entries === node.entries ? node : { ...node, entries };
}

/** An array or map of constants becomes one constant. */
function optimizeConstant(optimizer: Optimizer, node: ArrayExpr | MapExpr): Expr {
  if (holdsClosure(node)) return node;
  optimizer.isDirty = true;
  const { pos, start, end } = node;
  return { kind: "constant", value: constantValue(node), pos, start, end };
}

function optimizeVariable(optimizer: Optimizer, node: VariableExpr): Expr {
  const constant = node.namespace === null ? optimizer.constant(node.name) : null;
  if (constant === null) return node;
  optimizer.isDirty = true;
  return substitute(constant, node);
}

/** Captured variables that are constants are not captured: the closure gets their values. */
function optimizeClosure(optimizer: Optimizer, node: ClosureExpr): Expr {
  const fn = optimizer.script.optimizedFn(node.fn);
  const captures = mapped(node.captures, (capture) => {
    if (capture.constant !== undefined) return capture;
    const constant = optimizer.constant(capture.name);
    if (constant === null) return capture;
    optimizer.isDirty = true;
    return { ...capture, constant: substitute(constant, capture) };
  });
  return fn === node.fn && captures === node.captures ? node : { ...node, fn, captures };
}
