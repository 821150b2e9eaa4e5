// Links blocks and simple statements: expressions, let/const, break/continue/return/throw.

import type { BlockStmt, BreakStmt, Expr, ReturnStmt, Stmt, ThrowStmt, VarStmt } from "../../lang/ast.ts";
import { EvalError, runtimeError } from "../errors.ts";
import { copyValue } from "../value/containers.ts";
import type { Value } from "../value/value.ts";
import {
  type AsyncEval,
  type AsyncExec,
  type Eval,
  type Exec,
  type Frame,
  LEAVE,
  LEAVE_BREAK,
  LEAVE_CONTINUE,
  LEAVE_RETURN,
} from "./frame.ts";
import { type Later, thenPromise, whenDone } from "./later.ts";
import { mayLeave } from "./leaving.ts";
import type { Linker } from "./linker.ts";
import { FrameView, type VisibleVariable } from "./name-view.ts";
import { nativeError } from "./native-error.ts";
import { findByName } from "./variable.ts";

/** Links a list of statements. `scoped`: with a scope of its own; `wantsValue`: the last statement's value is used. */
export function linkStatements(
  linker: Linker,
  statements: readonly Stmt[],
  scoped: boolean,
  wantsValue = true,
): Exec {
  const execs = linkEach(linker, statements, scoped, (stmt, isLast) => {
    if (stmt.kind === "expr")
      return linker.exprStmt(stmt, () => linkExprStmt(linker, stmt.expr, wantsValue && isLast));
    return linker.exec(stmt);
  });
  const leaves = statements.map((stmt) => mayLeave(stmt));
  const body = sequenceOf(execs, leaves);
  return scoped ? restoring(linker, statements, body) : body;
}

/** `linkStatements` for statements of which some may await. */
export function linkStatementsAsync(
  linker: Linker,
  statements: readonly Stmt[],
  scoped: boolean,
  wantsValue = true,
): AsyncExec {
  const execs = linkEach<AsyncExec>(linker, statements, scoped, (stmt, isLast) => {
    if (stmt.kind === "expr")
      return linker.exprStmt(stmt, () => linkExprStmtAsync(linker, stmt.expr, wantsValue && isLast));
    return linker.execAsync(stmt);
  });
  const body = asyncSequenceOf(execs);
  return scoped ? restoringAsync(linker, statements, body) : body;
}

/** Links the statements in order, as one block of variables when `scoped`. */
function linkEach<E>(
  linker: Linker,
  statements: readonly Stmt[],
  scoped: boolean,
  link: (stmt: Stmt, isLast: boolean) => E,
): E[] {
  const mark = linker.scope.enter(scoped);
  const outerStart = linker.blockStart;
  linker.blockStart = mark;
  const last = statements.length - 1;
  const execs = statements.map((stmt, i) => link(stmt, i === last));
  linker.blockStart = outerStart;
  if (scoped) linker.scope.leave(mark);
  return execs;
}

function asyncSequenceOf(execs: readonly AsyncExec[]): AsyncExec {
  const last = execs.length - 1;
  if (last < 0) return () => undefined;
  if (last === 0) return execs[0];
  const from = (frame: Frame, first: number): Later<Value> => {
    for (let i = first; i < last; i++) {
      const result = execs[i](frame);
      if (result instanceof Promise) return thenPromise(frame, result, after[i]);
      if (result === LEAVE) return LEAVE;
    }
    return execs[last](frame);
  };
  const after = execs.map(
    (_exec, i) => (value: Value, frame: Frame) => (value === LEAVE ? LEAVE : from(frame, i + 1)),
  );
  return (frame) => from(frame, 0);
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

function changesNames(linker: Linker, statements: readonly Stmt[]): boolean {
  return linker.scope.facts.hasEval || statements.some((stmt) => stmt.kind === "import");
}

/** A block takes its imports and the variables that `eval` defined in it along when it ends. */
function restoring(linker: Linker, statements: readonly Stmt[], body: Exec): Exec {
  if (!changesNames(linker, statements)) return body;
  return (frame) => {
    const { imports } = frame;
    const count = frame.dynamic?.length ?? 0;
    const result = body(frame);
    frame.imports = imports;
    dropDynamic(frame, count);
    return result;
  };
}

function restoringAsync(linker: Linker, statements: readonly Stmt[], body: AsyncExec): AsyncExec {
  if (!changesNames(linker, statements)) return body;
  return (frame) => {
    const { imports } = frame;
    const count = frame.dynamic?.length ?? 0;
    return whenDone(frame, body(frame), (result) => {
      frame.imports = imports;
      dropDynamic(frame, count);
      return result;
    });
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

export function linkExprStmtAsync(linker: Linker, expr: Expr, wantsValue: boolean): AsyncExec {
  if (expr.kind === "block") {
    const { statements } = expr.block;
    return linker.awaits(expr.block)
      ? linkStatementsAsync(linker, statements, true, wantsValue)
      : linkStatements(linker, statements, true, wantsValue);
  }
  return wantsValue ? linker.ownedAsync(expr) : linker.exprAsync(expr);
}

export function linkBlockStmt(linker: Linker, node: BlockStmt): Exec {
  return linker.block(node.block);
}

/** A block used as an expression. */
export function linkBlockExpr(linker: Linker, node: Extract<Expr, { kind: "block" }>): Eval {
  const exec = linker.block(node.block);
  return linker.execAsEval(exec, mayLeave(node.block));
}

export function linkBlockExprAsync(linker: Linker, node: Extract<Expr, { kind: "block" }>): AsyncEval {
  return linker.execAsEvalAsync(linker.blockAsync(node.block), mayLeave(node.block));
}

export function linkVar(linker: Linker, node: VarStmt): Exec {
  const value = linker.owned(node.value);
  const { slot, isTop, check } = declareVar(linker, node);
  if (isTop) {
    const define = topLevelVar(node, slot);
    return checked(check, (frame) => define(value(frame), frame));
  }
  return checked(check, (frame) => {
    frame.slots[slot] = value(frame);
    return undefined;
  });
}

export function linkVarAsync(linker: Linker, node: VarStmt): AsyncExec {
  const value = linker.ownedAsync(node.value);
  const { slot, isTop, check } = declareVar(linker, node);
  const define = isTop
    ? topLevelVar(node, slot)
    : (initial: Value, frame: Frame) => {
        frame.slots[slot] = initial;
        return undefined;
      };
  return checked(check, (frame) => {
    const initial = value(frame);
    return initial instanceof Promise ? thenPromise(frame, initial, define) : define(initial, frame);
  });
}

interface Declared {
  readonly slot: number;
  readonly isTop: boolean;
  readonly check: ((frame: Frame) => void) | null;
}

function declareVar(linker: Linker, node: VarStmt): Declared {
  const { scope } = linker;
  const { name } = node.name;
  const isTop = scope.fn === null && scope.depth === 0;
  const visible = linker.settings.asksDefinitions ? scope.visible() : null;
  const renewed = scope.redeclare(name, node.constant, linker.blockStart);
  const { count } = scope;
  const { slot } = renewed ?? scope.declare(name, node.constant);
  if (node.exported) scope.markExported(slot);
  return { slot, isTop, check: variableCheck(linker, node, renewed === null, count, visible) };
}

/** A definition at a script's top level: remembered for the host's scope, `global::` and exports. */
function topLevelVar(node: VarStmt, slot: number): (initial: Value, frame: Frame) => undefined {
  const { name } = node.name;
  const { constant, exported } = node;
  return (initial, frame) => {
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

/** The checks that only some engines ask for: number of variables, shadowing. */
function variableCheck(
  linker: Linker,
  node: VarStmt,
  isNew: boolean,
  count: number,
  visible: readonly VisibleVariable[] | null,
): ((frame: Frame) => void) | null {
  const { allowShadowing } = linker.options;
  const limited = Number.isFinite(linker.settings.limits.maxVariables) && isNew;
  if (allowShadowing && !limited && visible === null) return null;
  const { name } = node.name;
  const { depth } = linker.scope;
  return (frame) => {
    if (!allowShadowing && findByName(frame, name) !== null)
      throw new EvalError("ErrorVariableExists", { name }, node.pos);
    if (visible !== null) askDefinition(frame, node, depth, visible);
    if (limited) checkVariables(frame, count, node.pos);
  };
}

/** Throws ErrorForbiddenVariable when the host's `onDefVar` says so. */
function askDefinition(
  frame: Frame,
  { name: { name }, constant: isConst, pos: position }: VarStmt,
  nestingLevel: number,
  visible: readonly VisibleVariable[],
): void {
  const { definition } = frame.run.engine.hooks.callbacks;
  if (definition === null) return;
  const view = new FrameView(frame, visible);
  const willShadow = view.find(name) !== null;
  const place = { frame, view, position, level: frame.level, mayAwait: false };
  let isAllowed: boolean;
  try {
    isAllowed = definition({ name, isConst, nestingLevel, willShadow }, place);
  } catch (error) {
    throw nativeError(error, position);
  }
  if (!isAllowed) throw new EvalError("ErrorForbiddenVariable", { name }, position);
}

function checked<T>(check: ((frame: Frame) => void) | null, exec: (frame: Frame) => T): (frame: Frame) => T {
  if (check === null) return exec;
  return (frame) => {
    check(frame);
    return exec(frame);
  };
}

/** Throws when one more variable would exceed the limit; `count` static variables are visible. */
export function checkVariables(frame: Frame, count: number, pos: number): void {
  const total = count + (frame.dynamic?.length ?? 0) + (frame.outer?.size ?? 0);
  if (total >= frame.run.maxVariables) throw new EvalError("ErrorTooManyVariables", {}, pos);
}

export function linkBreak(linker: Linker, node: BreakStmt): Exec {
  return linkLeave(linker, node.value, LEAVE_BREAK);
}

export function linkBreakAsync(linker: Linker, node: BreakStmt): AsyncExec {
  return linkLeaveAsync(linker, node.value, LEAVE_BREAK);
}

function linkLeave(linker: Linker, node: Expr | null, why: number): Exec {
  const value = node === null ? null : linker.owned(node);
  return (frame) => {
    const result = value === null ? undefined : value(frame);
    frame.leave = why;
    frame.leaveValue = result;
    return LEAVE;
  };
}

function linkLeaveAsync(linker: Linker, node: Expr | null, why: number): AsyncExec {
  const value = node === null ? null : linker.ownedAsync(node);
  const leave = (frame: Frame, result: Value) => {
    frame.leave = why;
    frame.leaveValue = result;
    return LEAVE;
  };
  return (frame) =>
    whenDone(frame, value === null ? undefined : value(frame), (result) => leave(frame, result));
}

export function linkContinue(): Exec {
  return (frame) => {
    frame.leave = LEAVE_CONTINUE;
    return LEAVE;
  };
}

export function linkReturn(linker: Linker, node: ReturnStmt): Exec {
  return linkLeave(linker, node.value, LEAVE_RETURN);
}

export function linkReturnAsync(linker: Linker, node: ReturnStmt): AsyncExec {
  return linkLeaveAsync(linker, node.value, LEAVE_RETURN);
}

export function linkThrow(linker: Linker, node: ThrowStmt): Exec {
  const value = node.value === null ? null : linker.owned(node.value);
  const { pos } = node;
  return (frame) => {
    throw runtimeError(value === null ? undefined : value(frame), pos);
  };
}

export function linkThrowAsync(linker: Linker, node: ThrowStmt): AsyncExec {
  const value = node.value === null ? null : linker.ownedAsync(node.value);
  const { pos } = node;
  return (frame) =>
    whenDone(frame, value === null ? undefined : value(frame), (thrown) => {
      throw runtimeError(thrown, pos);
    });
}
