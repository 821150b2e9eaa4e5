// Optimises `if`.

import type { Block, IfStmt, Stmt } from "../../lang/ast.ts";
import { startPosition } from "../eval/start-position.ts";
import { blockStmt, exprStmt, isBool, isEmpty, noopStmt, withStatements } from "./nodes.ts";
import type { Optimizer } from "./optimizer.ts";

export function optimizeIf(optimizer: Optimizer, stmt: IfStmt, keepsValue: boolean): Stmt {
  const { condition, otherwise } = stmt;
  const hasElse = !isEmpty(otherwise);
  if (isEmpty(stmt.then) && !hasElse) return conditionOnly(optimizer, stmt, keepsValue);
  if (isBool(condition, false) && !hasElse) {
    optimizer.isDirty = true;
    return noopStmt(condition);
  }
  if (isBool(condition, false)) return branchOnly(optimizer, otherwise as Block, keepsValue);
  if (isBool(condition, true)) return branchOnly(optimizer, stmt.then, keepsValue);
  if (!hasElse && stmt.then.statements.length === 1) {
    const [inner] = stmt.then.statements;
    if (inner.kind === "if" && isEmpty(inner.otherwise)) return merged(optimizer, stmt, inner, keepsValue);
  }
  const newCondition = optimizer.expr(condition);
  const then = branch(optimizer, stmt.then, keepsValue);
  const newOtherwise = otherwise === null ? null : branch(optimizer, otherwise, keepsValue);
  if (newCondition === condition && then === stmt.then && newOtherwise === otherwise) return stmt;
  return { ...stmt, condition: newCondition, then, otherwise: newOtherwise };
}

function branch(optimizer: Optimizer, block: Block, keepsValue: boolean): Block {
  const use = { keepsValue, isInternal: true, dropsReturn: false };
  return withStatements(block, optimizer.statements(block.statements, use));
}

/** Nothing depends on the condition: it is only evaluated, and may then be of any type. */
function conditionOnly(optimizer: Optimizer, { condition }: IfStmt, keepsValue: boolean): Stmt {
  optimizer.isDirty = true;
  const expr = exprStmt(optimizer.expr(condition));
  if (!keepsValue) return expr;
  const pos = startPosition(condition);
  const { start, end } = condition;
  return blockStmt({ statements: [expr, noopStmt(condition, pos)], pos, endPos: 0, start, end });
}

function branchOnly(optimizer: Optimizer, block: Block, keepsValue: boolean): Stmt {
  optimizer.isDirty = true;
  const taken = branch(optimizer, block, keepsValue);
  return taken.statements.length === 0 ? noopStmt(block) : blockStmt(taken);
}

/** `if a { if b { ... } }` is `if a && b { ... }`. */
function merged(optimizer: Optimizer, outer: IfStmt, inner: IfStmt, keepsValue: boolean): Stmt {
  optimizer.isDirty = true;
  const { statements } = branch(optimizer, inner.then, keepsValue);
  const second = optimizer.expr(inner.condition);
  const then = { ...outer.then, statements };
  if (outer.condition.kind === "and") {
    const condition = { ...outer.condition, operands: [...outer.condition.operands, second] };
    return { ...outer, condition, then };
  }
  const first = optimizer.expr(outer.condition);
  const { start } = first;
  const condition = {
    kind: "and",
    operands: [first, second],
    pos: outer.pos,
    start,
    end: second.end,
  } as const;
  return { ...outer, condition, then };
}
