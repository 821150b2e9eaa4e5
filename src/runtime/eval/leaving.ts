// Which statements may end by break, continue or return.

import type { Block, Expr, Stmt } from "../../lang/ast.ts";
import { walkBlock } from "../../lang/walk.ts";

const known = new WeakMap<object, boolean>();

/** Whether running the statements may yield `LEAVE` (nested loops may stop it, but that only costs a test). */
export function mayLeave(body: Block | readonly Stmt[]): boolean {
  const cached = known.get(body);
  if (cached !== undefined) return cached;
  let found = false;
  walkBlock(
    body,
    (expr: Expr) => !found && expr.kind !== "closure",
    (stmt: Stmt) => {
      if (stmt.kind === "break" || stmt.kind === "continue" || stmt.kind === "return") found = true;
      return !found;
    },
  );
  known.set(body, found);
  return found;
}
