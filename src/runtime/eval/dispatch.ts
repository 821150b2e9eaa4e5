// Which function links which kind of node: the only file that knows them all.

import type { Expr, Stmt } from "../../lang/ast.ts";
import { linkAssign } from "./assign.ts";
import { linkAssignAsync } from "./assign-async.ts";
import {
  linkBlockExpr,
  linkBlockExprAsync,
  linkBlockStmt,
  linkBreak,
  linkBreakAsync,
  linkContinue,
  linkExprStmt,
  linkExprStmtAsync,
  linkReturn,
  linkReturnAsync,
  linkStatements,
  linkStatementsAsync,
  linkThrow,
  linkThrowAsync,
  linkVar,
  linkVarAsync,
} from "./block.ts";
import { linkIf, linkIfAsync, linkSwitch, linkSwitchAsync } from "./branch.ts";
import { linkCall } from "./call.ts";
import { linkCallAsync } from "./call-async.ts";
import { linkChain, linkChainAsync } from "./chain.ts";
import { linkClosure } from "./closure.ts";
import { linkCustom, linkCustomAsync } from "./custom.ts";
import type { AsyncEval, AsyncExec, Eval, Exec } from "./frame.ts";
import { linkExport, linkImport, linkImportAsync } from "./import.ts";
import { joinsCount } from "./joining.ts";
import { copying, copyingAsync, type Linker, type NodeLinkers } from "./linker.ts";
import {
  isLiteral,
  linkArray,
  linkArrayAsync,
  linkInterpolated,
  linkInterpolatedAsync,
  linkLiteral,
  linkMap,
  linkMapAsync,
  linkOwnedLiteral,
} from "./literal.ts";
import { linkDo, linkFor, linkWhile } from "./loop.ts";
import { linkDoAsync, linkForAsync, linkWhileAsync } from "./loop-async.ts";
import { linkAnd, linkAndAsync, linkCoalesce, linkCoalesceAsync, linkOr, linkOrAsync } from "./operator.ts";
import { linkTry, linkTryAsync } from "./try.ts";
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

function linkExprAsync(linker: Linker, node: Expr): AsyncEval {
  switch (node.kind) {
    case "interpolated":
      return linkInterpolatedAsync(linker, node);
    case "array":
      return linkArrayAsync(linker, node);
    case "map":
      return linkMapAsync(linker, node);
    case "block":
      return linkBlockExprAsync(linker, node);
    case "call":
      return linkCallAsync(linker, node);
    case "and":
      return linkAndAsync(linker, node);
    case "or":
      return linkOrAsync(linker, node);
    case "coalesce":
      return linkCoalesceAsync(linker, node);
    case "chain":
      return linkChainAsync(linker, node);
    case "custom":
      return linkCustomAsync(linker, node);
    default:
      return linkExpr(linker, node);
  }
}

function linkOwnedAsync(linker: Linker, node: Expr): AsyncEval {
  if (isLiteral(node)) return linkOwnedLiteral(node);
  const borrowed = linkExprAsync(linker, node);
  return yieldsBorrowed(node) ? copyingAsync(borrowed) : borrowed;
}

function linkStmtAsync(linker: Linker, node: Stmt): AsyncExec {
  switch (node.kind) {
    case "if":
      return linkIfAsync(linker, node);
    case "switch":
      return linkSwitchAsync(linker, node);
    case "while":
      return linkWhileAsync(linker, node);
    case "do":
      return linkDoAsync(linker, node);
    case "for":
      return linkForAsync(linker, node);
    case "var":
      return linkVarAsync(linker, node);
    case "assign":
      return linkAssignAsync(linker, node);
    case "block":
      return linker.blockAsync(node.block);
    case "try":
      return linkTryAsync(linker, node);
    case "expr":
      return linkExprStmtAsync(linker, node.expr, true);
    case "break":
      return linkBreakAsync(linker, node);
    case "return":
      return linkReturnAsync(linker, node);
    case "throw":
      return linkThrowAsync(linker, node);
    case "import":
      return linkImportAsync(linker, node);
    default:
      return linkStmt(linker, node);
  }
}

export const NODE_LINKERS: NodeLinkers = {
  expr: linkExpr,
  owned: linkOwned,
  stmt: linkStmt,
  block: linkStatements,
  exprAsync: linkExprAsync,
  ownedAsync: linkOwnedAsync,
  stmtAsync: linkStmtAsync,
  blockAsync: linkStatementsAsync,
  joinsCount,
};
