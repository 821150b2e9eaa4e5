// After which tokens a `+` or `-` is a sign, not an operator between two operands.

import type { TokenType } from "chevrotain";
import * as t from "./tokens.ts";

/** By `tokenTypeIdx`. */
const BEFORE_OPERAND: boolean[] = [];
for (const type of [
  t.SemiColon,
  t.Colon,
  t.Comma,
  t.LeftBrace,
  t.LeftParen,
  t.LeftBracket,
  t.QuestionBracket,
  t.Bang,
  t.UnaryPlus,
  t.UnaryMinus,
  t.DoubleQuestion,
  t.ExclusiveRange,
  t.InclusiveRange,
  t.Plus,
  t.Minus,
  t.Multiply,
  t.Divide,
  t.Modulo,
  t.PowerOf,
  t.LeftShift,
  t.RightShift,
  t.LessThan,
  t.LessThanEqualsTo,
  t.GreaterThan,
  t.GreaterThanEqualsTo,
  t.EqualsTo,
  t.NotEqualsTo,
  t.Pipe,
  t.Or,
  t.XOr,
  t.Ampersand,
  t.And,
  t.Equals,
  t.PlusAssign,
  t.MinusAssign,
  t.MultiplyAssign,
  t.DivideAssign,
  t.ModuloAssign,
  t.PowerOfAssign,
  t.LeftShiftAssign,
  t.RightShiftAssign,
  t.AndAssign,
  t.OrAssign,
  t.XOrAssign,
  t.If,
  t.While,
  t.Until,
  t.In,
  t.NotIn,
  t.Return,
  t.Throw,
]) {
  BEFORE_OPERAND[type.tokenTypeIdx!] = true;
}

/** The list is Rhai's, gaps included: `=>`, `#{`, `switch`, `break` and others are not in it. */
export function allowsUnaryNext(previous: TokenType): boolean {
  return BEFORE_OPERAND[previous.tokenTypeIdx!] === true;
}
