// Walks a syntax tree: every node once, in source order.

import type { Block, ChainStep, Expr, Stmt } from "./ast.ts";

/** Called for each expression; false: do not look inside. */
export type ExprVisitor = (expr: Expr) => boolean;
/** Called for each statement; false: do not look inside. */
export type StmtVisitor = (stmt: Stmt) => boolean;

/** Visits the statements of a block or list and everything inside of them. Bodies of closures are visited too. */
export function walkBlock(body: Block | readonly Stmt[], visitExpr: ExprVisitor, visitStmt: StmtVisitor): void {
  const statements = "statements" in body ? body.statements : body;
  for (const stmt of statements) walkStmt(stmt, visitExpr, visitStmt);
}

export function walkStmt(stmt: Stmt, visitExpr: ExprVisitor, visitStmt: StmtVisitor): void {
  if (!visitStmt(stmt)) return;
  for (const part of childrenOfStmt(stmt)) {
    if ("statements" in part) walkBlock(part, visitExpr, visitStmt);
    else walkExpr(part, visitExpr, visitStmt);
  }
}

export function walkExpr(expr: Expr, visitExpr: ExprVisitor, visitStmt: StmtVisitor): void {
  if (!visitExpr(expr)) return;
  for (const part of childrenOfExpr(expr)) {
    if ("statements" in part) walkBlock(part, visitExpr, visitStmt);
    else walkExpr(part, visitExpr, visitStmt);
  }
}

/** Expressions and blocks directly inside a statement, in source order. */
export function childrenOfStmt(stmt: Stmt): readonly (Expr | Block)[] {
  switch (stmt.kind) {
    case "noop":
    case "continue":
    case "export":
      return [];
    case "if":
      return stmt.otherwise === null ? [stmt.condition, stmt.then] : [stmt.condition, stmt.then, stmt.otherwise];
    case "switch":
      return [
        stmt.value,
        ...stmt.cases.map((item) => item.value),
        ...stmt.arms.flatMap((arm) => (arm.condition === null ? [arm.action] : [arm.condition, arm.action])),
      ];
    case "while":
      return stmt.condition === null ? [stmt.body] : [stmt.condition, stmt.body];
    case "do":
      return [stmt.body, stmt.condition];
    case "for":
      return [stmt.iterable, stmt.body];
    case "var":
      return [stmt.value];
    case "assign":
      return [stmt.target, stmt.value];
    case "block":
      return [stmt.block];
    case "try":
      return [stmt.body, stmt.handler];
    case "expr":
      return [stmt.expr];
    case "break":
    case "return":
    case "throw":
      return stmt.value === null ? [] : [stmt.value];
    case "import":
      return [stmt.path];
  }
}

/** Expressions and blocks directly inside an expression, in source order. */
export function childrenOfExpr(expr: Expr): readonly (Expr | Block)[] {
  switch (expr.kind) {
    case "interpolated":
      return expr.parts;
    case "array":
      return expr.items;
    case "map":
      return expr.entries.map((entry) => entry.value);
    case "block":
      return [expr.block];
    case "call":
      return expr.args;
    case "and":
    case "or":
    case "coalesce":
      return expr.operands;
    case "chain":
      return [expr.root, ...expr.steps.flatMap(stepChildren)];
    case "closure":
      return [expr.fn.body];
    case "custom":
      return expr.inputs;
    default:
      return [];
  }
}

function stepChildren(step: ChainStep): readonly Expr[] {
  if (step.kind === "index") return [step.index];
  return step.kind === "method" ? step.args : [];
}
