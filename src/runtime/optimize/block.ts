// Optimises lists of statements: flattens blocks, drops what has no effect and what can never run.

import type { Stmt } from "../../lang/ast.ts";
import { exprStmt, mapped, noopStmt } from "./nodes.ts";
import type { BlockUse, Optimizer } from "./optimizer.ts";
import {
  endsBlock,
  isBlockDependent,
  isConstant,
  isInternallyPure,
  isPure,
  isPureStmt,
  returnsValue,
} from "./purity.ts";

type Test = (stmt: Stmt) => boolean;

/** Repeats passes over the statements until nothing changes any more. */
export function optimizeStatements(
  optimizer: Optimizer,
  statements: readonly Stmt[],
  use: BlockUse,
): readonly Stmt[] {
  if (statements.length === 0) return statements;
  const isUnneeded: Test = use.isInternal ? isInternallyPure : isPureStmt;
  let list = flattened(statements);
  let isDirty = optimizer.isDirty || list !== statements;
  const { propagates, defined } = optimizer;
  for (;;) {
    optimizer.isDirty = false;
    list = withoutDeadCode(optimizer, list);
    list = optimizedEach(optimizer, list, use);
    list = withoutPure(optimizer, list, use.keepsValue, isUnneeded);
    const end = new BlockEnd(optimizer, list, use, isUnneeded);
    while (use.keepsValue ? end.shortenWithValue() : end.shorten());
    list = end.list;
    optimizer.forget(defined);
    optimizer.propagates = propagates;
    if (!optimizer.isDirty) break;
    isDirty = true;
  }
  optimizer.isDirty = isDirty;
  return list;
}

/** Blocks that define nothing become part of the list. */
function flattened(statements: readonly Stmt[]): readonly Stmt[] {
  const mayFlatten = (stmt: Stmt) => stmt.kind === "block" && !stmt.block.statements.some(isBlockDependent);
  if (!statements.some(mayFlatten)) return statements;
  return statements.flatMap((stmt) =>
    stmt.kind === "block" && mayFlatten(stmt) ? flattened(stmt.block.statements) : [stmt],
  );
}

function withoutDeadCode(optimizer: Optimizer, list: readonly Stmt[]): readonly Stmt[] {
  const end = list.findIndex(endsBlock);
  if (end < 0 || end === list.length - 1) return list;
  optimizer.isDirty = true;
  return list.slice(0, end + 1);
}

function optimizedEach(optimizer: Optimizer, list: readonly Stmt[], use: BlockUse): readonly Stmt[] {
  const last = list.length - 1;
  return mapped(list, (stmt, i) => {
    if (stmt.kind !== "var") return optimizer.stmt(stmt, use.keepsValue && i === last);
    const value = optimizer.expr(stmt.value);
    optimizer.define(stmt.name.name, stmt.constant && isConstant(value) ? value : null);
    return value === stmt.value ? stmt : { ...stmt, value };
  });
}

/** Drops statements without effect, except for a last one whose value is wanted. */
function withoutPure(
  optimizer: Optimizer,
  list: readonly Stmt[],
  keepsValue: boolean,
  isUnneeded: Test,
): readonly Stmt[] {
  let lastNeeded = 0;
  for (let i = list.length - 1; i > 0 && lastNeeded === 0; i--) if (!isUnneeded(list[i])) lastNeeded = i;
  const drops = (stmt: Stmt, i: number): boolean => {
    if (keepsValue && i === list.length - 1) return false;
    if (i >= lastNeeded && isUnneeded(stmt)) return true;
    // Reading a variable could fail, but as a statement of its own Rhai drops it.
    return (stmt.kind === "expr" && stmt.expr.kind === "variable") || isPureStmt(stmt);
  };
  const kept = list.filter((stmt, i) => !drops(stmt, i));
  if (kept.length === list.length) return list;
  optimizer.isDirty = true;
  return kept;
}

/** Shortens the end of a list; each call makes one change and tells whether there was one to make. */
class BlockEnd {
  constructor(
    private readonly optimizer: Optimizer,
    public list: readonly Stmt[],
    private readonly use: BlockUse,
    private readonly isUnneeded: Test,
  ) {}

  private become(list: readonly Stmt[]): true {
    this.list = list;
    this.optimizer.isDirty = true;
    return true;
  }
  private dropLast(): true {
    return this.become(this.list.slice(0, -1));
  }

  /** When the value of the list is wanted. */
  shortenWithValue(): boolean {
    const { list } = this;
    const last = list.at(-1);
    if (last === undefined) return false;
    const before = list.at(-2);
    if (last.kind === "return" && this.use.dropsReturn) return this.dropReturn(last.value, before, last);
    if (returnsValue(last) || !this.isUnneeded(last)) return false;
    if (before === undefined) return this.become([]);
    if (!returnsValue(before)) return this.dropLast();
    // The value of the statement before must not become that of the list.
    return last.kind === "noop" ? false : this.become([...list.slice(0, -1), noopStmt(last)]);
  }

  private dropReturn(value: (Stmt & { kind: "return" })["value"], before: Stmt | undefined, at: Stmt): true {
    if (value === null && (before === undefined || !returnsValue(before))) return this.dropLast();
    const stmt = value === null ? noopStmt(at) : exprStmt(value);
    return this.become([...this.list.slice(0, -1), stmt]);
  }

  /** When it is not. */
  shorten(): boolean {
    const last = this.list.at(-1);
    if (last === undefined) return false;
    const isReturn =
      last.kind === "return" && this.use.dropsReturn && (last.value === null || isPure(last.value));
    return isReturn || this.isUnneeded(last) ? this.dropLast() : false;
  }
}
