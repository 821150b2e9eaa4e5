// Links operators: binary, unary, `&&`, `||` and `??`.

import type { AndExpr, CallExpr, CoalesceExpr, Expr, OrExpr } from "../../lang/ast.ts";
import { mismatchDataType } from "../errors.ts";
import { Float } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";
import type { AsyncEval, Eval, Frame } from "./frame.ts";
import { type Later, thenPromise, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { isLiteral, literalValue } from "./literal.ts";
import { callNative, callNativeAsync } from "./native-call.ts";
import * as shapes from "./operator-shapes.ts";
import { type SlowOperator, slowOperator, slowOperatorAsync } from "./operator-slow.ts";
import { linkTypeName } from "./variable.ts";

const FAST: ReadonlyMap<string, shapes.OperatorShapes> = new Map([
  ["+", shapes.addShapes],
  ["-", shapes.subShapes],
  ["*", shapes.mulShapes],
  ["%", shapes.remShapes],
  ["<", shapes.ltShapes],
  ["<=", shapes.leShapes],
  [">", shapes.gtShapes],
  [">=", shapes.geShapes],
  ["==", shapes.eqShapes],
  ["!=", shapes.neShapes],
]);

/** Whether a call node is an operator that the evaluator handles itself. */
export function isBuiltInOperator(linker: Linker, node: CallExpr): boolean {
  if (node.op === null || !linker.options.fastOperators || node.namespace !== null) return false;
  return node.args.length === 2 ? node.name !== "contains" : node.args.length === 1 && node.name === "!";
}

export function linkOperator(linker: Linker, node: CallExpr): Eval {
  return node.args.length === 1 ? linkNot(linker, node) : linkBinary(linker, node);
}

function integerConstant(linker: Linker, node: Expr): number | null {
  if (linker.settings.countsSingly || !isLiteral(node)) return null;
  const value = literalValue(node);
  return typeof value === "number" ? value : null;
}

function linkBinary(linker: Linker, node: CallExpr): Eval {
  const [leftNode, rightNode] = node.args;
  const operate = slowOperator(node.name, node.pos, linker.sized);
  const fast = FAST.get(node.name);
  if (fast === undefined) return linkUncommon(linker, node, operate);
  const slot = linker.plainSlot(leftNode);
  const constant = integerConstant(linker, rightNode);
  if (slot >= 0) {
    linker.owe(leftNode.pos);
    const other = linker.plainSlot(rightNode);
    if (constant !== null || other >= 0) linker.owe(rightNode.pos);
    if (constant !== null) return fast.SK(slot, constant, linker.due.ahead(operate));
    if (other >= 0) return fast.SS(slot, other, linker.due.ahead(operate));
    // The right side may assign the variable, and the left value must be the one from before: primitives are read by value,
    // and containers are compared or combined only after both sides are there, as in Rhai.
    const right = linker.operand(rightNode);
    return fast.SE(slot, right, linker.due.ahead(operate));
  }
  const left = linker.operand(leftNode);
  if (constant !== null) {
    linker.owe(rightNode.pos);
    return fast.EK(left, constant, linker.due.ahead(operate));
  }
  const right = linker.operand(rightNode);
  return fast.EE(left, right, linker.due.ahead(operate));
}

function linkUncommon(linker: Linker, node: CallExpr, operate: SlowOperator): Eval {
  const left = linker.operand(node.args[0]);
  const right = linker.operand(node.args[1]);
  const slow = linker.due.ahead(operate);
  if (node.name === "/") return linkDivide(left, right, slow);
  return (frame) => {
    const a = left(frame);
    return slow(frame, a, right(frame));
  };
}

function linkDivide(left: Eval, right: Eval, slow: SlowOperator): Eval {
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    if (typeof a === "number" && typeof b === "number" && b !== 0) return Math.trunc(a / b) + 0;
    if (a instanceof Float && b instanceof Float) return new Float(a.value / b.value);
    return slow(frame, a, b);
  };
}

function linkNot(linker: Linker, node: CallExpr): Eval {
  const operand = linker.operand(node.args[0]);
  const { pos, name } = node;
  const slow = linker.due.ahead((frame, value) => callNative(frame, name, [value], pos, name));
  return (frame) => {
    const value = operand(frame);
    if (value === true) return false;
    if (value === false) return true;
    return slow(frame, value, undefined);
  };
}

export function linkCondition(linker: Linker, node: Expr): (frame: Frame) => boolean {
  const inner = linker.expr(node);
  const typeName = linkTypeName(linker, node);
  const { pos } = node;
  return (frame) => {
    const value = inner(frame);
    if (value === true || value === false) return value;
    throw mismatchDataType("bool", typeName(frame, value), pos);
  };
}

export function linkConditionAsync(linker: Linker, node: Expr): (frame: Frame) => Later<boolean> {
  if (!linker.awaits(node)) return linkCondition(linker, node);
  const inner = linker.exprAsync(node);
  const typeName = linkTypeName(linker, node);
  const { pos } = node;
  const condition = (value: Value, frame: Frame): boolean => {
    if (value === true || value === false) return value;
    throw mismatchDataType("bool", typeName(frame, value), pos);
  };
  return (frame) => {
    const value = inner(frame);
    return value instanceof Promise ? thenPromise(frame, value, condition) : condition(value, frame);
  };
}

/** An operator of which an operand or the function behind it may await. */
export function linkOperatorAsync(linker: Linker, node: CallExpr): AsyncEval {
  const { name, pos } = node;
  const operands = node.args.map((arg) => linker.exprAsync(arg));
  if (operands.length === 1) {
    return (frame) =>
      whenDone(frame, operands[0](frame), (value) =>
        typeof value === "boolean" ? !value : callNativeAsync(frame, name, [value], pos, name),
      );
  }
  const [left, right] = operands;
  const operate = slowOperatorAsync(name, pos, linker.sized);
  const goOn = (first: Value, frame: Frame): Later<Value> => {
    const b = right(frame);
    return b instanceof Promise
      ? thenPromise(frame, b, (second) => operate(frame, first, second))
      : operate(frame, first, b);
  };
  return (frame) => {
    const a = left(frame);
    if (a instanceof Promise) return thenPromise(frame, a, goOn);
    const b = right(frame);
    if (b instanceof Promise) return thenPromise(frame, b, (second) => operate(frame, a, second));
    return operate(frame, a, b);
  };
}

export function linkAnd(linker: Linker, node: AndExpr): Eval {
  const operands = node.operands.map((operand) => linkCondition(linker, operand));
  if (operands.length === 2) {
    const [a, b] = operands;
    return (frame) => a(frame) && b(frame);
  }
  return (frame) => operands.every((operand) => operand(frame));
}

export function linkOr(linker: Linker, node: OrExpr): Eval {
  const operands = node.operands.map((operand) => linkCondition(linker, operand));
  if (operands.length === 2) {
    const [a, b] = operands;
    return (frame) => a(frame) || b(frame);
  }
  return (frame) => operands.some((operand) => operand(frame));
}

export function linkCoalesce(linker: Linker, node: CoalesceExpr): Eval {
  const operands = node.operands.map((operand) => linker.expr(operand));
  return (frame) => {
    for (let i = 0; i < operands.length; i++) {
      const value = operands[i](frame);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

export function linkAndAsync(linker: Linker, node: AndExpr): AsyncEval {
  const operands = node.operands.map((operand) => linkConditionAsync(linker, operand));
  return firstMatch(operands, (value) => !value, true);
}

export function linkOrAsync(linker: Linker, node: OrExpr): AsyncEval {
  const operands = node.operands.map((operand) => linkConditionAsync(linker, operand));
  return firstMatch(operands, (value) => value === true, false);
}

export function linkCoalesceAsync(linker: Linker, node: CoalesceExpr): AsyncEval {
  const operands = node.operands.map((operand) => linker.exprAsync(operand));
  return firstMatch(operands, (value) => value !== undefined, undefined);
}

/** The first value that `matches`; later operands are not evaluated. */
function firstMatch(
  operands: readonly AsyncEval[],
  matches: (value: Value) => boolean,
  otherwise: Value,
): AsyncEval {
  const from = (frame: Frame, index: number): Later<Value> => {
    for (let i = index; i < operands.length; i++) {
      const value = operands[i](frame);
      if (value instanceof Promise)
        return thenPromise(frame, value, (settled) => (matches(settled) ? settled : from(frame, i + 1)));
      if (matches(value)) return value;
    }
    return otherwise;
  };
  return (frame) => from(frame, 0);
}
