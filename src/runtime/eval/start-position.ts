// Where an expression starts, as Rhai reports it: the leftmost operand rather than the operator.

import type { Expr } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";

export function startPosition(node: Expr): Position {
  switch (node.kind) {
    case "variable":
      return node.namespace === null ? node.pos : node.namespace[0].pos;
    case "and":
    case "or":
    case "coalesce":
      return startPosition(node.operands[0]);
    case "chain":
      return startPosition(node.root);
    default:
      return node.pos;
  }
}
