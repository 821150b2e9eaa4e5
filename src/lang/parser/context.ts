// What the parser carries besides the tokens: flags of the construct being read, and which tokens may start what.

import type { TokenType } from "chevrotain";
import { precedenceOf } from "../precedence.ts";
import * as t from "../tokens.ts";

/** Statements of the main script itself, where `fn` and `export` may stand. */
export const GLOBAL_LEVEL = 1;
export const IN_FUNCTION = 2;
export const IN_CLOSURE = 4;
/** Inside a loop: `break` and `continue` may be used. */
export const BREAKABLE = 8;
/** Expression mode: a block holds one expression. */
export const EXPRESSIONS_ONLY = 16;
/** JSON: the keys of maps must be strings. */
export const QUOTED_KEYS = 32;

/** A set of token types that is asked by `tokenTypeIdx`. */
export type TokenSet = readonly boolean[];

function tokenSet(...types: TokenType[]): TokenSet {
  const set: boolean[] = [];
  for (const type of types) set[type.tokenTypeIdx!] = true;
  return set;
}

export const LOOP_STARTS: TokenSet = tokenSet(t.While, t.Loop, t.Do, t.For);
export const FLOW_STARTS: TokenSet = tokenSet(t.Break, t.Continue, t.Return, t.Throw);
/** Tokens after which `x..` is complete. */
export const RANGE_ENDS: TokenSet = tokenSet(
  t.RightBracket,
  t.RightParen,
  t.RightBrace,
  t.Comma,
  t.SemiColon,
  t.DoubleArrow,
);

export const OPERAND_STARTS: TokenSet = tokenSet(
  t.Int,
  t.Float,
  t.Char,
  t.StringLiteral,
  t.InterpolatedString,
  t.True,
  t.False,
  t.Unit,
  t.ExclusiveRange,
  t.InclusiveRange,
  t.LeftBrace,
  t.LeftParen,
  t.LeftBracket,
  t.MapStart,
  t.If,
  t.Switch,
  t.While,
  t.Loop,
  t.Do,
  t.For,
  t.Pipe,
  t.Or,
  t.Identifier,
  t.Reserved,
  t.Custom,
  t.Minus,
  t.UnaryMinus,
  t.Plus,
  t.UnaryPlus,
  t.Bang,
);

/** Statements with a keyword of their own, and the empty one. */
export const STATEMENT_STARTS: TokenSet = tokenSet(
  t.SemiColon,
  t.LeftBrace,
  t.Fn,
  t.Private,
  t.If,
  t.Switch,
  t.While,
  t.Loop,
  t.Do,
  t.For,
  t.Break,
  t.Continue,
  t.Return,
  t.Throw,
  t.Try,
  t.Let,
  t.Const,
  t.Import,
  t.Export,
);

/** Statements that are no nesting of their own. */
export const FLAT_STATEMENTS: TokenSet = tokenSet(
  t.SemiColon,
  t.Fn,
  t.Private,
  t.Break,
  t.Continue,
  t.Return,
  t.Throw,
);

export const POSTFIX_STARTS: TokenSet = tokenSet(t.Period, t.Elvis, t.LeftBracket, t.QuestionBracket);
/** Only after a name. */
export const CALL_STARTS: TokenSet = tokenSet(t.LeftParen, t.Unit, t.Bang);
export const ARGUMENTS_START: TokenSet = tokenSet(t.LeftParen, t.Unit);

/** Precedence of each operator token by `tokenTypeIdx`; undefined for other tokens. */
export const PRECEDENCES: readonly (number | undefined)[] = precedenceTable();

function precedenceTable(): number[] {
  const table: number[] = [];
  for (const type of t.PARSER_TOKENS) {
    const precedence = precedenceOf(syntaxOf(type));
    const isSign = type === t.UnaryPlus || type === t.UnaryMinus;
    if (precedence > 0 && !isSign) table[type.tokenTypeIdx!] = precedence;
  }
  return table;
}

/** The symbol or keyword that a token type stands for. */
export function syntaxOf(type: TokenType): string {
  return type.LABEL === undefined ? "" : type.LABEL.slice(1, -1);
}

/** What custom syntax takes for a symbol. */
export const SYMBOLS: TokenSet = tokenSet(
  ...t.PARSER_TOKENS.filter((type) => /^'[^\w']+'$/.test(type.LABEL ?? "") && !isOtherMark(type)),
);

function isOtherMark(type: TokenType): boolean {
  return type === t.Unit || type === t.Underscore || type === t.DoubleArrow;
}
