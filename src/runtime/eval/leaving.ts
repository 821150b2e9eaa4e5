// Which statements may end by break, continue or return.

import type { Block, Stmt } from "../../lang/ast.ts";
import { isBlock, walk } from "../../lang/walk.ts";

const known = new WeakMap<object, boolean>();

/** Whether running the statements may yield `LEAVE` (nested loops may stop it, but that only costs a test). */
export function mayLeave(body: Block | Stmt): boolean {
  const cached = known.get(body);
  if (cached !== undefined) return cached;
  let found = false;
  walk(body, (node) => {
    if (found || isBlock(node) || !("kind" in node)) return !found;
    if (node.kind === "break" || node.kind === "continue" || node.kind === "return") found = true;
    return !found && node.kind !== "closure";
  });
  known.set(body, found);
  return found;
}
