// Which statements need no semicolon after them.

import type { Stmt } from "../ast.ts";

export function isSelfTerminated(stmt: Stmt): boolean {
  switch (stmt.kind) {
    case "if":
    case "switch":
    case "while":
    case "for":
    case "block":
    case "try":
      return true;
    case "expr":
      return stmt.expr.kind === "custom" && stmt.expr.selfTerminated;
    default:
      return false;
  }
}
