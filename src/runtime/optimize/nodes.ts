// Makes and changes syntax nodes. Nodes are never modified; unchanged ones are reused.

import type {
  Block,
  BlockStmt,
  BoolExpr,
  CharExpr,
  Expr,
  ExprStmt,
  NodeBase,
  NoopStmt,
  Stmt,
  StringExpr,
  UnitExpr,
} from "../../lang/ast.ts";
import { NO_POSITION, type Position } from "../../lang/position.ts";
import { startPosition } from "../eval/start-position.ts";

/** `map` that gives back the list itself when nothing has changed. */
export function mapped<T>(list: readonly T[], change: (item: T, index: number) => T): readonly T[] {
  let result: T[] | null = null;
  for (let i = 0; i < list.length; i++) {
    const item = change(list[i], i);
    if (item !== list[i]) {
      result ??= list.slice();
      result[i] = item;
    }
  }
  return result ?? list;
}

export function unitExpr(at: NodeBase, pos: Position = at.pos): UnitExpr {
  return { kind: "unit", pos, start: at.start, end: at.end };
}

export function boolExpr(value: boolean, at: NodeBase, pos: Position = at.pos): BoolExpr {
  return { kind: "bool", value, pos, start: at.start, end: at.end };
}

export function charExpr(value: string, at: NodeBase): CharExpr {
  return { kind: "char", value, pos: at.pos, start: at.start, end: at.end };
}

export function stringExpr(value: string, at: NodeBase, pos: Position = at.pos): StringExpr {
  return { kind: "string", value, pos, start: at.start, end: at.end };
}

/** The same expression at another position. */
export function moved(node: Expr, pos: Position): Expr {
  return node.kind === "block" ? { ...node, pos, block: { ...node.block, pos } } : { ...node, pos };
}

export function exprStmt(expr: Expr): ExprStmt {
  return { kind: "expr", expr, pos: startPosition(expr), start: expr.start, end: expr.end };
}

export function noopStmt(at: NodeBase, pos: Position = at.pos): NoopStmt {
  return { kind: "noop", pos, start: at.start, end: at.end };
}

export function blockStmt(block: Block): BlockStmt {
  const { pos, start, end } = block;
  return { kind: "block", block, pos, start, end };
}

export function withStatements(block: Block, statements: readonly Stmt[]): Block {
  return statements === block.statements ? block : { ...block, statements };
}

/** A statement as a block: a block itself, nothing for a no-op, otherwise a block of one statement. */
export function asBlock(stmt: Stmt): Block {
  if (stmt.kind === "block") return stmt.block;
  const { pos, start, end } = stmt;
  const isNoop = stmt.kind === "noop";
  return { statements: isNoop ? [] : [stmt], pos, endPos: isNoop ? pos : NO_POSITION, start, end };
}

export function isEmpty(block: Block | null): boolean {
  return block === null || block.statements.length === 0;
}

export function isBool(node: Expr | null, value: boolean): boolean {
  return node !== null && node.kind === "bool" && node.value === value;
}
