// Optimises statements, except for `if` and `switch`.

import type {
  AssignStmt,
  Block,
  Expr,
  ExprStmt,
  Stmt,
  TryStmt,
  VariableExpr,
  WhileStmt,
} from "../../lang/ast.ts";
import { optimizeIf } from "./if.ts";
import { blockStmt, exprStmt, isBool, noopStmt, withStatements } from "./nodes.ts";
import type { BlockUse, Optimizer } from "./optimizer.ts";
import { isBlockDependent, isPureStmt } from "./purity.ts";
import { optimizeSwitch } from "./switch.ts";

const WITH_VALUE: BlockUse = { keepsValue: true, isInternal: true, dropsReturn: false };
const WITHOUT_VALUE: BlockUse = { keepsValue: false, isInternal: true, dropsReturn: false };

export function optimizeStmt(optimizer: Optimizer, stmt: Stmt, keepsValue: boolean): Stmt {
  switch (stmt.kind) {
    case "assign":
      return optimizeAssign(optimizer, stmt);
    case "if":
      return optimizeIf(optimizer, stmt, keepsValue);
    case "switch":
      return optimizeSwitch(optimizer, stmt);
    case "while":
      return optimizeWhile(optimizer, stmt);
    case "do": {
      const condition = optimizer.expr(stmt.condition);
      const body = loopBody(optimizer, stmt.body);
      return condition === stmt.condition && body === stmt.body ? stmt : { ...stmt, condition, body };
    }
    case "for": {
      const iterable = optimizer.expr(stmt.iterable);
      const body = loopBody(optimizer, stmt.body);
      return iterable === stmt.iterable && body === stmt.body ? stmt : { ...stmt, iterable, body };
    }
    case "block":
      return optimizeBlock(optimizer, stmt.block, keepsValue, stmt);
    case "try":
      return optimizeTry(optimizer, stmt);
    case "expr":
      return optimizeExprStmt(optimizer, stmt);
    case "var":
      return stmt.constant ? stmt : withValue(optimizer, stmt);
    case "break":
    case "return":
    case "throw":
      return withValue(optimizer, stmt);
    case "import": {
      const path = optimizer.expr(stmt.path);
      return path === stmt.path ? stmt : { ...stmt, path };
    }
    default:
      return stmt;
  }
}

function withValue<S extends Stmt & { readonly value: Expr | null }>(optimizer: Optimizer, stmt: S): S {
  if (stmt.value === null) return stmt;
  const value = optimizer.expr(stmt.value);
  return value === stmt.value ? stmt : { ...stmt, value };
}

const ASSIGNABLE_OPERATORS: ReadonlySet<string> = new Set([
  "+",
  "-",
  "*",
  "/",
  "%",
  "**",
  "<<",
  ">>",
  "&",
  "|",
  "^",
]);

function isVariable(node: Expr, name: string): node is VariableExpr {
  return node.kind === "variable" && node.namespace === null && node.name === name;
}

function optimizeAssign(optimizer: Optimizer, stmt: AssignStmt): Stmt {
  const { target, value, op } = stmt;
  if (op === null && target.kind === "variable" && target.namespace === null && value.kind === "call") {
    const [left, right] = value.args;
    const isUpdate = value.args.length === 2 && isVariable(left, target.name);
    if (isUpdate && value.namespace === null && ASSIGNABLE_OPERATORS.has(value.name)) {
      optimizer.isDirty = true;
      return { ...stmt, op: value.name, value: right, pos: value.pos };
    }
  }
  const newTarget = target.kind === "variable" ? target : optimizeTarget(optimizer, target);
  const newValue = optimizer.expr(value);
  return newTarget === target && newValue === value ? stmt : { ...stmt, target: newTarget, value: newValue };
}

/** Rhai panics when the target turns out to be a constant; here it stays what it was. */
function optimizeTarget(optimizer: Optimizer, target: Expr): Expr {
  const { isDirty } = optimizer;
  const place = optimizer.expr(target);
  if (place.kind === target.kind) return place;
  optimizer.isDirty = isDirty;
  return target;
}

function loopBody(optimizer: Optimizer, body: Block): Block {
  return withStatements(body, optimizer.statements(body.statements, WITHOUT_VALUE));
}

function optimizeWhile(optimizer: Optimizer, stmt: WhileStmt): Stmt {
  if (stmt.condition !== null && isBool(stmt.condition, false)) {
    optimizer.isDirty = true;
    return noopStmt(stmt.condition);
  }
  let condition = stmt.condition === null ? null : optimizer.expr(stmt.condition);
  // For Rhai a loop whose condition is unit has none.
  if (condition !== null && (isBool(condition, true) || condition.kind === "unit")) condition = null;
  const body = loopBody(optimizer, stmt.body);
  return condition === stmt.condition && body === stmt.body ? stmt : { ...stmt, condition, body };
}

function optimizeBlock(optimizer: Optimizer, block: Block, keepsValue: boolean, stmt: Stmt): Stmt {
  const statements = optimizer.statements(block.statements, keepsValue ? WITH_VALUE : WITHOUT_VALUE);
  if (statements.length === 0) {
    optimizer.isDirty = true;
    return noopStmt(block);
  }
  if (statements.length === 1 && !isBlockDependent(statements[0])) {
    optimizer.isDirty = true;
    return statements[0];
  }
  return statements === block.statements ? stmt : blockStmt(withStatements(block, statements));
}

function optimizeTry(optimizer: Optimizer, stmt: TryStmt): Stmt {
  const { body, handler } = stmt;
  if (body.statements.every(isPureStmt)) {
    optimizer.isDirty = true;
    return blockStmt(withStatements(body, optimizer.statements(body.statements, WITHOUT_VALUE)));
  }
  const newBody = withStatements(body, optimizer.statements(body.statements, WITHOUT_VALUE));
  const newHandler = withStatements(handler, optimizer.statements(handler.statements, WITHOUT_VALUE));
  return newBody === body && newHandler === handler ? stmt : { ...stmt, body: newBody, handler: newHandler };
}

function optimizeExprStmt(optimizer: Optimizer, stmt: ExprStmt): Stmt {
  const { expr } = stmt;
  if (expr.kind === "block") {
    optimizer.isDirty = true;
    const { block } = expr;
    if (block.statements.length === 0) return noopStmt(expr);
    return blockStmt(withStatements(block, optimizer.statements(block.statements, WITH_VALUE)));
  }
  // Rhai turns a call that stands alone into a kind of statement of its own, one pass before it looks inside.
  if (expr.kind === "call" && !stmt.isCall) {
    optimizer.isDirty = true;
    return { ...stmt, isCall: true };
  }
  const newExpr = optimizer.expr(expr);
  if (newExpr === expr) return stmt;
  const newStmt = exprStmt(newExpr);
  return stmt.isCall && newExpr.kind === "call" ? { ...newStmt, isCall: true } : newStmt;
}
