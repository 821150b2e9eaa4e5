// Which function links which kind of node: the only file that knows them all.

import type { Expr, Stmt } from "../../lang/ast.ts";
import { linkAssign } from "./assign.ts";
import {
  linkBlockExpr,
  linkBlockStmt,
  linkBreak,
  linkContinue,
  linkExprStmt,
  linkReturn,
  linkStatements,
  linkThrow,
  linkVar,
} from "./block.ts";
import { linkIf, linkSwitch } from "./branch.ts";
import { linkCall } from "./call.ts";
import { linkChain } from "./chain.ts";
import { linkClosure } from "./closure.ts";
import { linkCustom } from "./custom.ts";
import type { Eval, Exec } from "./frame.ts";
import { linkExport, linkImport } from "./import.ts";
import { copying, type Linker, type NodeLinkers } from "./linker.ts";
import { isLiteral, linkArray, linkInterpolated, linkLiteral, linkMap, linkOwnedLiteral } from "./literal.ts";
import { linkDo, linkFor, linkWhile } from "./loop.ts";
import { linkAnd, linkCoalesce, linkOr } from "./operator.ts";
import { linkTry } from "./try.ts";
import { linkThis, linkVariable } from "./variable.ts";

function linkExpr(linker: Linker, node: Expr): Eval {
  switch (node.kind) {
    case "interpolated":
      return linkInterpolated(linker, node);
    case "array":
      return linkArray(linker, node);
    case "map":
      return linkMap(linker, node);
    case "variable":
      return linkVariable(linker, node);
    case "this":
      return linkThis(node);
    case "block":
      return linkBlockExpr(linker, node);
    case "call":
      return linkCall(linker, node);
    case "and":
      return linkAnd(linker, node);
    case "or":
      return linkOr(linker, node);
    case "coalesce":
      return linkCoalesce(linker, node);
    case "chain":
      return linkChain(linker, node);
    case "closure":
      return linkClosure(linker, node);
    case "custom":
      return linkCustom(linker, node);
    default:
      return linkLiteral(node);
  }
}

function linkOwned(linker: Linker, node: Expr): Eval {
  if (isLiteral(node)) return linkOwnedLiteral(node);
  const borrowed = linkExpr(linker, node);
  return yieldsBorrowed(node) ? copying(borrowed) : borrowed;
}

/** Whether a linked expression may yield a value that a variable or container still holds. */
function yieldsBorrowed(node: Expr): boolean {
  switch (node.kind) {
    case "variable":
    case "this":
    case "coalesce":
    case "custom":
      return true;
    case "chain":
      return node.steps[node.steps.length - 1].kind !== "method";
    default:
      return false;
  }
}

function linkStmt(linker: Linker, node: Stmt): Exec {
  switch (node.kind) {
    case "noop":
      return () => undefined;
    case "if":
      return linkIf(linker, node);
    case "switch":
      return linkSwitch(linker, node);
    case "while":
      return linkWhile(linker, node);
    case "do":
      return linkDo(linker, node);
    case "for":
      return linkFor(linker, node);
    case "var":
      return linkVar(linker, node);
    case "assign":
      return linkAssign(linker, node);
    case "block":
      return linkBlockStmt(linker, node);
    case "try":
      return linkTry(linker, node);
    case "expr":
      return linkExprStmt(linker, node.expr, true);
    case "break":
      return linkBreak(linker, node);
    case "continue":
      return linkContinue();
    case "return":
      return linkReturn(linker, node);
    case "throw":
      return linkThrow(linker, node);
    case "import":
      return linkImport(linker, node);
    case "export":
      return linkExport(linker, node);
  }
}

export const NODE_LINKERS: NodeLinkers = {
  expr: linkExpr,
  owned: linkOwned,
  stmt: linkStmt,
  block: linkStatements,
};
