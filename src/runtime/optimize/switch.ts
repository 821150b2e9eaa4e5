// Optimises `switch`.

import type { Expr, IfStmt, Stmt, SwitchArm, SwitchCase, SwitchRange, SwitchStmt } from "../../lang/ast.ts";
import { startPosition } from "../eval/start-position.ts";
import { hashKey } from "../value/equality.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { Range } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import { constantArgument, constantValue } from "./constants.ts";
import { asBlock, blockStmt, exprStmt, isBool, mapped, unitExpr } from "./nodes.ts";
import type { Optimizer } from "./optimizer.ts";

type Key = ReturnType<typeof hashKey>;

export function optimizeSwitch(optimizer: Optimizer, stmt: SwitchStmt): Stmt {
  if (stmt.value.kind === "constant") {
    const key = keyOf(stmt.value.value as Value);
    if (key !== null) return decided(optimizer, stmt, key);
  }
  const value = optimizer.expr(stmt.value);
  const arms = mapped(stmt.arms, (arm) => optimizedArm(optimizer, arm));
  const cases = remainingCases(optimizer, stmt.cases, arms);
  const ranges = remainingRanges(optimizer, stmt.ranges, arms);
  const used = new Set([...cases, ...ranges].map(({ arm }) => arm));
  if (stmt.defaultArm !== null) used.add(stmt.defaultArm);
  const usedArms = mapped(arms, (arm, i) => (used.has(i) ? arm : emptied(optimizer, arm)));
  const isSame =
    value === stmt.value && usedArms === stmt.arms && cases === stmt.cases && ranges === stmt.ranges;
  return isSame ? stmt : { ...stmt, value, arms: usedArms, cases, ranges };
}

/** What tells values apart in a `switch`; null for a value that only the default case can match. */
function keyOf(value: Value): Key {
  if (!(value instanceof FnPtr)) return hashKey(value);
  const keys = value.curry.map(keyOf);
  return keys.includes(null) ? null : `Fn ${value.name} ${JSON.stringify(keys.map(String))}`;
}

function caseKey(node: Expr): Key {
  return keyOf(constantValue(constantArgument(node)));
}

function isTrue(condition: Expr | null): boolean {
  return condition === null || isBool(condition, true);
}

function optimizedArm(optimizer: Optimizer, arm: SwitchArm): SwitchArm {
  const condition = arm.condition === null ? null : optimizer.expr(arm.condition);
  const action = optimizer.expr(arm.action);
  const same = condition === arm.condition && action === arm.action;
  const newArm = same ? arm : { condition, action };
  return isBool(condition, false) ? emptied(optimizer, newArm) : newArm;
}

function emptied(optimizer: Optimizer, arm: SwitchArm): SwitchArm {
  if (arm.action.kind === "unit") return arm;
  optimizer.isDirty = true;
  return { ...arm, action: unitExpr(arm.action) };
}

/** Leaves out cases that can never be reached. */
function remainingCases(
  optimizer: Optimizer,
  cases: readonly SwitchCase[],
  arms: readonly SwitchArm[],
): readonly SwitchCase[] {
  const complete = new Set<Key>();
  const kept = cases.filter(({ value, arm }) => {
    const { condition } = arms[arm];
    if (isBool(condition, false)) return false;
    const key = caseKey(value);
    if (key !== null && complete.has(key)) return false;
    if (isTrue(condition)) complete.add(key);
    return true;
  });
  if (kept.length === cases.length) return cases;
  optimizer.isDirty = true;
  return kept;
}

function remainingRanges(
  optimizer: Optimizer,
  ranges: readonly SwitchRange[],
  arms: readonly SwitchArm[],
): readonly SwitchRange[] {
  const kept = ranges.filter(({ arm }) => !isBool(arms[arm].condition, false));
  if (kept.length === ranges.length) return ranges;
  optimizer.isDirty = true;
  return kept;
}

/**
 * A `switch` on a constant array, map or range. Rhai forgets the conditions when there are several cases for the value, and
 * takes the first case without one: kept.
 */
function decided(optimizer: Optimizer, stmt: SwitchStmt, key: Key): Stmt {
  const { cases, ranges, arms } = stmt;
  const fromCases = cases.filter(({ value }) => caseKey(value) === key).map(({ arm }) => arms[arm]);
  const fromRanges = ranges.filter((range) => rangeKey(range) === key).map(({ arm }) => arms[arm]);
  const found = [...fromCases, ...fromRanges];
  optimizer.isDirty = true;
  if (found.length === 1 && !isTrue(found[0].condition)) return conditional(optimizer, stmt, found[0]);
  const taken = found.find(({ condition }) => isTrue(condition));
  if (taken !== undefined) return optimizer.stmt(exprStmt(taken.action), true);
  return defaultAction(optimizer, stmt) ?? blockStmt(emptyBlock(stmt));
}

function rangeKey({ from, to, inclusive }: SwitchRange): Key {
  return hashKey(new Range(from, to, inclusive));
}

function defaultAction(optimizer: Optimizer, { arms, defaultArm }: SwitchStmt): Stmt | null {
  return defaultArm === null ? null : optimizer.stmt(exprStmt(arms[defaultArm].action), true);
}

function emptyBlock({ pos, start, end }: SwitchStmt) {
  return { statements: [], pos, endPos: pos, start, end };
}

/** One case with a condition: `if condition { case } else { default }`. */
function conditional(optimizer: Optimizer, stmt: SwitchStmt, arm: SwitchArm): IfStmt {
  const condition = optimizer.expr(arm.condition as Expr);
  const byDefault = defaultAction(optimizer, stmt);
  const then = asBlock(exprStmt(arm.action));
  const otherwise = byDefault === null ? null : asBlock(byDefault);
  const { start, end } = stmt;
  return { kind: "if", condition, then, otherwise, pos: startPosition(stmt.value), start, end };
}
