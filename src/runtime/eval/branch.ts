// Links `if` and `switch`.

import type { Expr, IfStmt, SwitchRange, SwitchStmt } from "../../lang/ast.ts";
import { hashKey } from "../value/equality.ts";
import { Range } from "../value/objects.ts";
import { Float } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";
import { linkExprStmt, linkExprStmtAsync } from "./block.ts";
import { constantValue } from "./constant.ts";
import type { AsyncExec, Exec, Frame } from "./frame.ts";
import { type Later, thenPromise, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { linkCondition, linkConditionAsync } from "./operator.ts";

export function linkIf(linker: Linker, node: IfStmt): Exec {
  const condition = linkCondition(linker, node.condition);
  const consequence = linker.block(node.then);
  if (node.otherwise === null) return (frame) => (condition(frame) ? consequence(frame) : undefined);
  const otherwise = linker.block(node.otherwise);
  return (frame) => (condition(frame) ? consequence(frame) : otherwise(frame));
}

export function linkIfAsync(linker: Linker, node: IfStmt): AsyncExec {
  const condition = linkConditionAsync(linker, node.condition);
  const consequence = linker.blockAsync(node.then);
  const otherwise: AsyncExec = node.otherwise === null ? () => undefined : linker.blockAsync(node.otherwise);
  return (frame) => {
    const holds = condition(frame);
    if (holds instanceof Promise)
      return thenPromise(frame, holds, (settled) => (settled ? consequence(frame) : otherwise(frame)));
    return holds ? consequence(frame) : otherwise(frame);
  };
}

interface Arm {
  readonly condition: ((frame: Frame) => boolean) | null;
  readonly action: Exec;
}

interface AsyncArm {
  readonly condition: ((frame: Frame) => Later<boolean>) | null;
  readonly action: AsyncExec;
}

/** Arms by the key of their case value; strings and small integers have maps of their own, which need no key. */
interface CaseTable {
  readonly strings: Map<string, number[]>;
  readonly numbers: Map<number, number[]>;
  readonly others: Map<unknown, number[]>;
}

function caseTable(node: SwitchStmt): CaseTable {
  const table: CaseTable = { strings: new Map(), numbers: new Map(), others: new Map() };
  const add = <K>(map: Map<K, number[]>, key: K, arm: number) => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [arm]);
    else list.push(arm);
  };
  for (const { value, arm } of node.cases) {
    const constant = constantValue(value);
    if (typeof constant === "string") add(table.strings, constant, arm);
    else if (typeof constant === "number") add(table.numbers, constant, arm);
    else {
      const key = hashKey(constant);
      if (key !== null) add(table.others, key, arm);
    }
  }
  return table;
}

function findCase(table: CaseTable, value: Value): number[] | undefined {
  if (typeof value === "string") return table.strings.get(value);
  if (typeof value === "number") return table.numbers.get(value);
  if (table.others.size === 0) return undefined;
  const key = hashKey(value);
  return key === null ? undefined : table.others.get(key);
}

function rangeHolds(range: SwitchRange, value: Value): boolean {
  const { from, to, inclusive } = range;
  if (typeof value === "number" || typeof value === "bigint")
    return value >= from && (inclusive ? value <= to : value < to);
  if (value instanceof Float) {
    const x = value.value;
    return x >= Number(from) && (inclusive ? x <= Number(to) : x < Number(to));
  }
  return value instanceof Range && value.from === from && value.to === to && value.inclusive === inclusive;
}

export function linkSwitch(linker: Linker, node: SwitchStmt): Exec {
  const value = linker.expr(node.value);
  const arms: Arm[] = node.arms.map(({ condition, action }) => ({
    condition: condition === null ? null : linkCondition(linker, condition),
    action: linkAction(linker, action),
  }));
  const table = caseTable(node);
  const { ranges, defaultArm } = node;
  const byDefault: Exec = defaultArm === null ? () => undefined : arms[defaultArm].action;
  const holds = (frame: Frame, arm: Arm) => arm.condition === null || arm.condition(frame);
  return (frame) => {
    const subject = value(frame);
    const found = findCase(table, subject);
    if (found !== undefined) {
      for (let i = 0; i < found.length; i++) {
        const arm = arms[found[i]];
        if (holds(frame, arm)) return arm.action(frame);
      }
    }
    for (let i = 0; i < ranges.length; i++) {
      if (!rangeHolds(ranges[i], subject)) continue;
      const arm = arms[ranges[i].arm];
      if (holds(frame, arm)) return arm.action(frame);
    }
    return byDefault(frame);
  };
}

export function linkSwitchAsync(linker: Linker, node: SwitchStmt): AsyncExec {
  const value = linker.exprAsync(node.value);
  const arms: AsyncArm[] = node.arms.map(({ condition, action }) => ({
    condition: condition === null ? null : linkConditionAsync(linker, condition),
    action: linkActionAsync(linker, action),
  }));
  const table = caseTable(node);
  const { ranges, defaultArm } = node;
  const byDefault: AsyncExec = defaultArm === null ? () => undefined : arms[defaultArm].action;
  return (frame) =>
    whenDone(frame, value(frame), (subject) => {
      const candidates = [...(findCase(table, subject) ?? [])];
      for (const range of ranges) if (rangeHolds(range, subject)) candidates.push(range.arm);
      return firstArm(frame, arms, candidates, 0, byDefault);
    });
}

/** Runs the first of the candidates whose guard holds. */
function firstArm(
  frame: Frame,
  arms: readonly AsyncArm[],
  candidates: readonly number[],
  next: number,
  byDefault: AsyncExec,
): Later<Value> {
  if (next === candidates.length) return byDefault(frame);
  const { condition, action } = arms[candidates[next]];
  return whenDone(frame, condition === null ? true : condition(frame), (holds) =>
    holds ? action(frame) : firstArm(frame, arms, candidates, next + 1, byDefault),
  );
}

/** Expressions count themselves, statements are counted as the block around them. */
function linkAction(linker: Linker, action: Expr): Exec {
  const link = () => linkExprStmt(linker, action, true);
  return action.kind === "block" ? linker.leading(action.pos, link) : link();
}

function linkActionAsync(linker: Linker, action: Expr): AsyncExec {
  const link = () => linkExprStmtAsync(linker, action, true);
  return action.kind === "block" ? linker.leading(action.pos, link) : link();
}
