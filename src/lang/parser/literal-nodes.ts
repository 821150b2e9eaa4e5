// Nodes that are made of a single token.

import type { Expr, VariableExpr } from "../ast.ts";
import * as t from "../tokens.ts";

export const LITERAL_TYPES = [t.Int, t.Float, t.Char, t.StringLiteral, t.True, t.False, t.Unit];

export function literalExpr(token: t.RhaiToken): Expr {
  const { payload, pos, startOffset: start, end } = token;
  switch (token.tokenType) {
    case t.Int:
      return { kind: "int", value: payload as number | bigint, pos, start, end };
    case t.Float:
      return { kind: "float", value: payload as number, pos, start, end };
    case t.Char:
      return { kind: "char", value: payload as string, pos, start, end };
    case t.StringLiteral:
      return { kind: "string", value: payload as string, pos, start, end };
    case t.True:
    case t.False:
      return { kind: "bool", value: token.tokenType === t.True, pos, start, end };
    default:
      return { kind: "unit", pos, start, end };
  }
}

export function variableExpr(token: t.RhaiToken): VariableExpr {
  const { payload, pos, startOffset: start, end } = token;
  return { kind: "variable", name: payload as string, namespace: null, pos, start, end };
}
