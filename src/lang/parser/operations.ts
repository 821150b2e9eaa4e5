// Nodes of operators: signs folded into numbers, logical operators flattened, `in` turned into `contains`.

import type { AndExpr, CallExpr, CoalesceExpr, Expr, OrExpr } from "../ast.ts";
import type { ParseError } from "../errors.ts";
import { isValidIdentifier } from "../literals.ts";
import * as t from "../tokens.ts";
import { boolError } from "./checks.ts";

type ListExpr = AndExpr | OrExpr | CoalesceExpr;

// ------------------------------------------------------------------- prefixes

const I64_MIN = -(2n ** 63n);

/** `-operand`; numbers are negated here, and i64::MIN becomes a float. */
export function negated(sign: t.RhaiToken, operand: Expr): Expr {
  const { pos, startOffset: start } = sign;
  const { end } = operand;
  if (operand.kind === "float") return { kind: "float", value: -operand.value, pos, start, end };
  if (operand.kind !== "int") return prefixCall(sign, operand);
  const { value } = operand;
  if (value === I64_MIN) return { kind: "float", value: -Number(value), pos, start, end };
  return { kind: "int", value: value === 0 ? 0 : normalized(-value), pos, start, end };
}

function normalized(value: number | bigint): number | bigint {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** `+operand` */
export function positive(sign: t.RhaiToken, operand: Expr): Expr {
  return operand.kind === "int" || operand.kind === "float" ? operand : prefixCall(sign, operand);
}

export function prefixCall(sign: t.RhaiToken, operand: Expr): CallExpr {
  const op = sign.payload as string;
  return operatorCall(op, op, [operand], sign.pos, sign.startOffset, operand.end);
}

// ------------------------------------------------------------ binary operators

/** The error for `&&` and `||` with an operand that can never be a boolean, or null. */
export function logicalError(operator: t.RhaiToken, left: Expr, right: Expr): ParseError | null {
  const isLogical = operator.tokenType === t.And || operator.tokenType === t.Or;
  return isLogical ? (boolError(left) ?? boolError(right)) : null;
}

export function binaryExpr(operator: t.RhaiToken, left: Expr, right: Expr, start: number, end: number): Expr {
  const { pos } = operator;
  switch (operator.tokenType) {
    case t.And:
      return listExpr("and", left, right, pos, start, end);
    case t.Or:
      return listExpr("or", left, right, pos, start, end);
    case t.DoubleQuestion:
      return listExpr("coalesce", left, right, pos, start, end);
    case t.In:
      return operatorCall("contains", "contains", [right, left], pos, start, end);
    case t.NotIn: {
      const found = operatorCall("contains", "contains", [right, left], pos, start, end);
      return operatorCall("!", "!", [found], pos, start, end);
    }
  }
  const op = operator.payload as string;
  // Custom operators that are words call functions like any other name.
  return operatorCall(op, isValidIdentifier(op) ? null : op, [left, right], pos, start, end);
}

/** `a && b && c` and the like become one list, whose position is that of its first operator. */
function listExpr(
  kind: ListExpr["kind"],
  left: Expr,
  right: Expr,
  pos: number,
  start: number,
  end: number,
): ListExpr {
  if (left.kind !== kind) {
    const operands = right.kind === kind ? [left, ...right.operands] : [left, right];
    return { kind, operands, pos, start, end };
  }
  // Nobody else holds the operands of `left`: adding to them keeps long lists linear.
  const operands = left.operands as Expr[];
  if (right.kind !== kind) operands.push(right);
  else for (const operand of right.operands) operands.push(operand);
  return { kind, operands, pos: left.pos, start, end };
}

function operatorCall(
  name: string,
  op: string | null,
  args: readonly Expr[],
  pos: number,
  start: number,
  end: number,
): CallExpr {
  return { kind: "call", name, namespace: null, args, capturesScope: false, op, pos, start, end };
}
