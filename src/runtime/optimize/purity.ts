// What expressions and statements cannot do: have effects, yield a value, depend on the block around them.

import type { DoStmt, Expr, Stmt, SwitchStmt } from "../../lang/ast.ts";
import { isBool } from "./nodes.ts";

/** Is the value known as it stands? Closures are, as far as they capture nothing but constants. */
export function isConstant(node: Expr): boolean {
  switch (node.kind) {
    case "int":
    case "float":
    case "char":
    case "string":
    case "bool":
    case "unit":
    case "constant":
      return true;
    case "interpolated":
      return node.parts.every(isConstant);
    case "array":
      return node.items.every(isConstant);
    case "map":
      return node.entries.every((entry) => isConstant(entry.value));
    case "closure":
      return node.captures.every(({ constant }) => constant !== undefined && isConstant(constant));
    default:
      return false;
  }
}

/** Has the expression no effect? Reading a variable counts as one, since it may not exist. */
export function isPure(node: Expr): boolean {
  switch (node.kind) {
    case "interpolated":
      return node.parts.every(isPure);
    case "array":
      return node.items.every(isPure);
    case "map":
      return node.entries.every((entry) => isPure(entry.value));
    case "and":
    case "or":
    case "coalesce":
      return node.operands.every(isPure);
    case "block":
      return node.block.statements.every(isPureStmt);
    default:
      return isConstant(node);
  }
}

export function isPureStmt(stmt: Stmt): boolean {
  switch (stmt.kind) {
    case "noop":
      return true;
    case "expr":
      return isPure(stmt.expr);
    case "if":
      return (
        isPure(stmt.condition) &&
        stmt.then.statements.every(isPureStmt) &&
        (stmt.otherwise === null || stmt.otherwise.statements.every(isPureStmt))
      );
    case "switch":
      return isPureSwitch(stmt);
    case "while":
      return isBool(stmt.condition, false);
    case "do":
      return endsAfterOnce(stmt) && stmt.body.statements.every(isPureStmt);
    case "for":
      return isPure(stmt.iterable) && stmt.body.statements.every(isPureStmt);
    case "block":
      return stmt.block.statements.every(isPureStmt);
    case "try":
      // Rhai looks at the catch variable as if the statement read it.
      return (
        stmt.catchVariable === null &&
        stmt.body.statements.every(isPureStmt) &&
        stmt.handler.statements.every(isPureStmt)
      );
    default:
      return false;
  }
}

/** A `switch` without a default case is never pure, for Rhai. */
function isPureSwitch({ value, arms, cases, ranges, defaultArm }: SwitchStmt): boolean {
  if (defaultArm === null || !isPure(value) || !isPure(arms[defaultArm].action)) return false;
  return [...cases, ...ranges].every(({ arm }) => {
    const { condition, action } = arms[arm];
    return (condition === null || isPure(condition)) && isPure(action);
  });
}

function endsAfterOnce({ condition, until }: DoStmt): boolean {
  return isBool(condition, until);
}

/** Are all its effects gone at the end of the block it stands in? */
export function isInternallyPure(stmt: Stmt): boolean {
  switch (stmt.kind) {
    case "var":
      return isPure(stmt.value);
    case "expr":
      return stmt.expr.kind === "block"
        ? stmt.expr.block.statements.every(isInternallyPure)
        : isPure(stmt.expr);
    case "import":
      return isPure(stmt.path);
    case "export":
      return true;
    default:
      return isPureStmt(stmt);
  }
}

/** Would it mean something else outside of the block it stands in? */
export function isBlockDependent(stmt: Stmt): boolean {
  switch (stmt.kind) {
    case "var":
    case "import":
    case "export":
      return true;
    case "expr":
      if (stmt.expr.kind === "block") return stmt.expr.block.statements.every(isBlockDependent);
      return stmt.expr.kind === "call" && stmt.expr.name === "eval" && stmt.expr.namespace === null;
    default:
      return false;
  }
}

export function returnsValue(stmt: Stmt): boolean {
  return stmt.kind === "if" || stmt.kind === "switch" || stmt.kind === "block" || stmt.kind === "expr";
}

/** Does nothing that follows it in its block run? */
export function endsBlock(stmt: Stmt): boolean {
  return stmt.kind === "return" || stmt.kind === "throw" || stmt.kind === "break" || stmt.kind === "continue";
}
