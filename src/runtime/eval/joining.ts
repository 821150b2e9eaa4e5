// Which nodes leave it to their parts, or to what they are a part of, to count their evaluation.

import type { Expr, Stmt } from "../../lang/ast.ts";
import { joinsCall } from "./call.ts";
import type { Linker } from "./linker.ts";

/**
 * Whether the first thing a node does, each time and once, is evaluating the child that is linked first; or it is a leaf. What
 * is due when it is linked is counted by that child then, or when its parent counts. All other nodes count before they do
 * anything.
 */
export function joinsCount(linker: Linker, node: Expr | Stmt): boolean {
  switch (node.kind) {
    case "call":
      return joinsCall(linker, node);
    case "and":
    case "or":
    case "coalesce":
    case "chain":
    case "if":
    case "switch":
      return true;
    case "block":
      return node.block.statements.length > 0;
    case "array":
      return node.items.length > 0;
    case "map":
      return node.entries.length > 0;
    case "interpolated":
      return node.parts.length > 0;
    case "assign":
      return node.target.kind !== "this";
    case "break":
    case "return":
    case "throw":
      return node.value !== null;
    case "var":
    case "for":
      return !checksVariables(linker);
    default:
      return linker.isLeaf(node);
  }
}

/** A variable is defined only after some checks. */
function checksVariables({ options, settings }: Linker): boolean {
  return !options.allowShadowing || Number.isFinite(settings.limits.maxVariables);
}
