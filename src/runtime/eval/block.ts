// Links blocks and simple statements: expressions, let/const, break/continue/return/throw.

import type { BlockStmt, BreakStmt, Expr, ReturnStmt, Stmt, ThrowStmt, VarStmt } from "../../lang/ast.ts";
import { EvalError, runtimeError } from "../errors.ts";
import { copyValue } from "../value/containers.ts";
import {
  type Eval,
  type Exec,
  type Frame,
  LEAVE,
  LEAVE_BREAK,
  LEAVE_CONTINUE,
  LEAVE_RETURN,
} from "./frame.ts";
import { mayLeave } from "./leaving.ts";
import type { Linker } from "./linker.ts";
import { findByName } from "./variable.ts";

/** Links a list of statements. `scoped`: with a scope of its own; `wantsValue`: the last statement's value is used. */
export function linkStatements(
  linker: Linker,
  statements: readonly Stmt[],
  scoped: boolean,
  wantsValue = true,
): Exec {
  const mark = linker.scope.enter();
  if (!scoped) linker.scope.depth--;
  const outerStart = linker.blockStart;
  linker.blockStart = mark;
  const last = statements.length - 1;
  const execs = statements.map((stmt, i) => {
    if (stmt.kind === "expr")
      return linker.counted(stmt.pos, linkExprStmt(linker, stmt.expr, wantsValue && i === last));
    return linker.exec(stmt);
  });
  const leaves = statements.map((stmt) => mayLeave(stmt));
  linker.blockStart = outerStart;
  if (scoped) linker.scope.leave(mark);
  const body = sequenceOf(execs, leaves);
  return scoped ? restoring(linker, statements, body) : body;
}

function sequenceOf(execs: readonly Exec[], leaves: readonly boolean[]): Exec {
  const last = execs.length - 1;
  if (last < 0) return () => undefined;
  if (last === 0) return execs[0];
  if (!leaves.some((leave, i) => leave && i < last)) return straightSequence(execs);
  if (last === 1) {
    const [a, b] = execs;
    return (frame) => (a(frame) === LEAVE ? LEAVE : b(frame));
  }
  if (last === 2) {
    const [a, b, c] = execs;
    return (frame) => (a(frame) === LEAVE || b(frame) === LEAVE ? LEAVE : c(frame));
  }
  return (frame) => {
    for (let i = 0; i < last; i++) if (execs[i](frame) === LEAVE) return LEAVE;
    return execs[last](frame);
  };
}

function straightSequence(execs: readonly Exec[]): Exec {
  const [a, b, c, d] = execs;
  switch (execs.length) {
    case 2:
      return (frame) => {
        a(frame);
        return b(frame);
      };
    case 3:
      return (frame) => {
        a(frame);
        b(frame);
        return c(frame);
      };
    case 4:
      return (frame) => {
        a(frame);
        b(frame);
        c(frame);
        return d(frame);
      };
  }
  const last = execs.length - 1;
  return (frame) => {
    for (let i = 0; i < last; i++) execs[i](frame);
    return execs[last](frame);
  };
}

/** A block takes its imports and the variables that `eval` defined in it along when it ends. */
function restoring(linker: Linker, statements: readonly Stmt[], body: Exec): Exec {
  const { hasEval } = linker.scope.facts;
  if (!hasEval && !statements.some((stmt) => stmt.kind === "import")) return body;
  return (frame) => {
    const { imports } = frame;
    const count = frame.dynamic?.length ?? 0;
    const result = body(frame);
    frame.imports = imports;
    dropDynamic(frame, count);
    return result;
  };
}

/** Forgets the variables that `eval` defined since there were `count` of them. */
export function dropDynamic(frame: Frame, count: number): void {
  if (frame.dynamic !== null && frame.dynamic.length > count) frame.dynamic.length = count;
}

export function linkExprStmt(linker: Linker, expr: Expr, wantsValue: boolean): Exec {
  // A block expression keeps handing LEAVE on when it is a statement.
  if (expr.kind === "block") return linkStatements(linker, expr.block.statements, true, wantsValue);
  return wantsValue ? linker.owned(expr) : linker.expr(expr);
}

export function linkBlockStmt(linker: Linker, node: BlockStmt): Exec {
  return linker.block(node.block);
}

/** A block used as an expression. */
export function linkBlockExpr(linker: Linker, node: Extract<Expr, { kind: "block" }>): Eval {
  const before = linker.thrownLeaves;
  const exec = linker.block(node.block);
  void before;
  return linker.execAsEval(exec, mayLeave(node.block));
}

export function linkVar(linker: Linker, node: VarStmt): Exec {
  const { name, pos } = node.name;
  const value = linker.owned(node.value);
  const { scope } = linker;
  const isTop = scope.fn === null && scope.depth === 0;
  const renewed = scope.redeclare(name, node.constant, linker.blockStart);
  const count = scope.count;
  const variable = renewed ?? scope.declare(name, node.constant);
  const { slot } = variable;
  let exec: Exec = (frame) => {
    frame.slots[slot] = value(frame);
    return undefined;
  };
  if (isTop) exec = topLevelVar(node, slot, value);
  void pos;
  return guardedVar(linker, node, exec, renewed === null, count);
}

/** A definition at a script's top level: remembered for the host's scope, `global::` and exports. */
function topLevelVar(node: VarStmt, slot: number, value: Eval): Exec {
  const { name } = node.name;
  const { constant, exported } = node;
  return (frame) => {
    const initial = value(frame);
    if (constant && hasFunctions(frame)) frame.lib.constants.set(name, copyValue(initial));
    frame.slots[slot] = initial;
    frame.defined?.push({ name, slot, constant });
    if (exported) addExport(frame, name, slot);
    return undefined;
  };
}

function hasFunctions(frame: Frame): boolean {
  for (let chain: Frame["lib"]["chain"] | null = frame.lib.chain; chain !== null; chain = chain.outer) {
    if (chain.table.functions.size > 0) return true;
  }
  return false;
}

export function addExport(frame: Frame, alias: string, slot: number): void {
  frame.exports ??= [];
  frame.exports.push({ alias, order: slot, read: () => frame.slots[slot] });
}

/** Adds the checks that only some engines ask for: number of variables, shadowing. */
function guardedVar(linker: Linker, node: VarStmt, exec: Exec, isNew: boolean, count: number): Exec {
  const { allowShadowing } = linker.options;
  const limited = Number.isFinite(linker.settings.limits.maxVariables) && isNew;
  if (allowShadowing && !limited) return exec;
  const { name } = node.name;
  return (frame) => {
    if (!allowShadowing && findByName(frame, name) !== null)
      throw new EvalError("ErrorVariableExists", { name }, node.pos);
    if (limited) checkVariables(frame, count, node.pos);
    return exec(frame);
  };
}

/** Throws when one more variable would exceed the limit; `count` static variables are visible. */
export function checkVariables(frame: Frame, count: number, pos: number): void {
  const total = count + (frame.dynamic?.length ?? 0) + (frame.outer?.size ?? 0);
  if (total >= frame.run.maxVariables) throw new EvalError("ErrorTooManyVariables", {}, pos);
}

export function linkBreak(linker: Linker, node: BreakStmt): Exec {
  const value = node.value === null ? null : linker.owned(node.value);
  return (frame) => {
    const result = value === null ? undefined : value(frame);
    frame.leave = LEAVE_BREAK;
    frame.leaveValue = result;
    return LEAVE;
  };
}

export function linkContinue(): Exec {
  return (frame) => {
    frame.leave = LEAVE_CONTINUE;
    return LEAVE;
  };
}

export function linkReturn(linker: Linker, node: ReturnStmt): Exec {
  const value = node.value === null ? null : linker.owned(node.value);
  return (frame) => {
    const result = value === null ? undefined : value(frame);
    frame.leave = LEAVE_RETURN;
    frame.leaveValue = result;
    return LEAVE;
  };
}

export function linkThrow(linker: Linker, node: ThrowStmt): Exec {
  const value = node.value === null ? null : linker.owned(node.value);
  const { pos } = node;
  return (frame) => {
    throw runtimeError(value === null ? undefined : value(frame), pos);
  };
}
