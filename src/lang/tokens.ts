// The token types: one per keyword and symbol, the literals, and the lists of each lexer mode in matching order.

import { createToken, type IToken, Lexer, type TokenType } from "chevrotain";
import type { ParseError } from "./errors.ts";
import { endOfQuoted, endOfRaw, textSegment } from "./lexer-scan.ts";
import { newCursor, skipTrivia } from "./lexer-trivia.ts";
import { NO_POSITION, type Position } from "./position.ts";

export type TokenPayload = string | number | bigint | ParseError;

const NO_COMMENTS: readonly string[] = Object.freeze([]);

/** A token as the parser sees it. `image` is the source text, `startOffset`/`endOffset` are Chevrotain's (end inclusive). */
export class RhaiToken implements IToken {
  tokenTypeIdx: number;
  /** Offset just after the token. */
  end: number;
  /** Line and column as Rhai reports them. */
  pos: Position = NO_POSITION;
  /**
   * `Int`: number or bigint (within i64). `Float`: number. `Char`, `StringLiteral`, `InterpolatedString`: the text meant.
   * `Reserved`, `Custom`, `Identifier`: the word or symbol. `LexError`: a ParseError. Others: their syntax.
   */
  payload: TokenPayload;
  /** Doc-comments, line and block, between the token before and this one, as written. */
  comments: readonly string[] = NO_COMMENTS;

  constructor(
    public image: string,
    public startOffset: number,
    public tokenType: TokenType,
  ) {
    this.tokenTypeIdx = tokenType.tokenTypeIdx!;
    this.end = startOffset;
    this.payload = image;
  }

  get endOffset(): number {
    return this.end - 1;
  }
}

// ------------------------------------------------------------------ categories

/** Operators between two operands (precedences: precedence.ts). `Custom` tokens are not among them. */
export const BinaryOperator = createToken({ name: "BinaryOperator", pattern: Lexer.NA });
/** `=` and all compound assignments. */
export const AssignmentOperator = createToken({ name: "AssignmentOperator", pattern: Lexer.NA });
/** `+=`, `-=` ... */
export const CompoundAssignment = createToken({
  name: "CompoundAssignment",
  pattern: Lexer.NA,
  categories: AssignmentOperator,
});
export const Keyword = createToken({ name: "Keyword", pattern: Lexer.NA });

function symbol(name: string, text: string, ...categories: TokenType[]): TokenType {
  return createToken({ name, label: `'${text}'`, pattern: text, categories });
}

const wordTypes = new Map<string, TokenType>();

/** A word is matched as an `Identifier` first; one map look-up then costs less than trying every keyword's pattern. */
function keyword(name: string, text: string, ...categories: TokenType[]): TokenType {
  const type = createToken({
    name,
    label: `'${text}'`,
    pattern: Lexer.NA,
    categories: [Keyword, ...categories],
  });
  wordTypes.set(text, type);
  return type;
}

// -------------------------------------------------------------------- keywords

export const True = keyword("True", "true");
export const False = keyword("False", "false");
export const Let = keyword("Let", "let");
export const Const = keyword("Const", "const");
export const If = keyword("If", "if");
export const Else = keyword("Else", "else");
export const Switch = keyword("Switch", "switch");
export const Do = keyword("Do", "do");
export const While = keyword("While", "while");
export const Until = keyword("Until", "until");
export const Loop = keyword("Loop", "loop");
export const For = keyword("For", "for");
export const In = keyword("In", "in", BinaryOperator);
export const Continue = keyword("Continue", "continue");
export const Break = keyword("Break", "break");
export const Return = keyword("Return", "return");
export const Throw = keyword("Throw", "throw");
export const Try = keyword("Try", "try");
export const Catch = keyword("Catch", "catch");
export const Fn = keyword("Fn", "fn");
export const Private = keyword("Private", "private");
export const Import = keyword("Import", "import");
export const Export = keyword("Export", "export");
export const As = keyword("As", "as");
/** `_` alone. */
export const Underscore = createToken({ name: "Underscore", label: "'_'", pattern: Lexer.NA });
wordTypes.set("_", Underscore);

/** The token type of a keyword, or `Underscore` for `_`. */
export const WORD_TYPES: ReadonlyMap<string, TokenType> = wordTypes;

// ------------------------------------------------------------------ punctuation

export const LeftBrace = symbol("LeftBrace", "{");
export const RightBrace = symbol("RightBrace", "}");
export const MapStart = symbol("MapStart", "#{");
export const LeftParen = symbol("LeftParen", "(");
export const RightParen = symbol("RightParen", ")");
export const LeftBracket = symbol("LeftBracket", "[");
export const RightBracket = symbol("RightBracket", "]");
/** `()` written without a space. */
export const Unit = symbol("Unit", "()");
export const SemiColon = symbol("SemiColon", ";");
export const Colon = symbol("Colon", ":");
export const DoubleColon = symbol("DoubleColon", "::");
export const DoubleArrow = symbol("DoubleArrow", "=>");
export const Comma = symbol("Comma", ",");
export const Period = symbol("Period", ".");
export const Elvis = symbol("Elvis", "?.");
export const QuestionBracket = symbol("QuestionBracket", "?[");

// -------------------------------------------------------------------- operators

export const Plus = symbol("Plus", "+", BinaryOperator);
export const Minus = symbol("Minus", "-", BinaryOperator);
export const Multiply = symbol("Multiply", "*", BinaryOperator);
export const Divide = symbol("Divide", "/", BinaryOperator);
export const Modulo = symbol("Modulo", "%", BinaryOperator);
export const PowerOf = symbol("PowerOf", "**", BinaryOperator);
export const LeftShift = symbol("LeftShift", "<<", BinaryOperator);
export const RightShift = symbol("RightShift", ">>", BinaryOperator);
export const DoubleQuestion = symbol("DoubleQuestion", "??", BinaryOperator);
export const ExclusiveRange = symbol("ExclusiveRange", "..", BinaryOperator);
export const InclusiveRange = symbol("InclusiveRange", "..=", BinaryOperator);
export const LessThan = symbol("LessThan", "<", BinaryOperator);
export const GreaterThan = symbol("GreaterThan", ">", BinaryOperator);
export const LessThanEqualsTo = symbol("LessThanEqualsTo", "<=", BinaryOperator);
export const GreaterThanEqualsTo = symbol("GreaterThanEqualsTo", ">=", BinaryOperator);
export const EqualsTo = symbol("EqualsTo", "==", BinaryOperator);
export const NotEqualsTo = symbol("NotEqualsTo", "!=", BinaryOperator);
export const Pipe = symbol("Pipe", "|", BinaryOperator);
export const Or = symbol("Or", "||", BinaryOperator);
export const XOr = symbol("XOr", "^", BinaryOperator);
export const Ampersand = symbol("Ampersand", "&", BinaryOperator);
export const And = symbol("And", "&&", BinaryOperator);
export const NotIn = createToken({
  name: "NotIn",
  label: "'!in'",
  pattern: /!in(?![A-Za-z0-9_])/,
  start_chars_hint: ["!"],
  categories: BinaryOperator,
});
export const Bang = symbol("Bang", "!");
/** `+` and `-` where the token before calls for an operand. */
export const UnaryPlus = createToken({ name: "UnaryPlus", label: "'+'", pattern: Lexer.NA });
export const UnaryMinus = createToken({ name: "UnaryMinus", label: "'-'", pattern: Lexer.NA });

export const Equals = symbol("Equals", "=", AssignmentOperator);
export const PlusAssign = symbol("PlusAssign", "+=", CompoundAssignment);
export const MinusAssign = symbol("MinusAssign", "-=", CompoundAssignment);
export const MultiplyAssign = symbol("MultiplyAssign", "*=", CompoundAssignment);
export const DivideAssign = symbol("DivideAssign", "/=", CompoundAssignment);
export const ModuloAssign = symbol("ModuloAssign", "%=", CompoundAssignment);
export const PowerOfAssign = symbol("PowerOfAssign", "**=", CompoundAssignment);
export const LeftShiftAssign = symbol("LeftShiftAssign", "<<=", CompoundAssignment);
export const RightShiftAssign = symbol("RightShiftAssign", ">>=", CompoundAssignment);
export const AndAssign = symbol("AndAssign", "&=", CompoundAssignment);
export const OrAssign = symbol("OrAssign", "|=", CompoundAssignment);
export const XOrAssign = symbol("XOrAssign", "^=", CompoundAssignment);

// --------------------------------------------------- names, literals, the others

const DIGITS = [..."0123456789"];
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"];

export const Identifier = createToken({
  name: "Identifier",
  pattern: /[A-Za-z_][A-Za-z0-9_]*/,
  start_chars_hint: LETTERS,
});

/** Matches every number; those that turn out to be no integers become `Float`. */
export const Int = createToken({
  name: "Int",
  pattern:
    /0_*(?:[xX][0-9A-Fa-f_]*|[oO][0-7_]*|[bB][01_]*)|[0-9][0-9_]*(?:\.(?:[0-9][0-9_]*|(?=[^A-Za-z_.])))?(?:[eE](?:[0-9][0-9_]*|[+-][0-9_]*))?/,
  start_chars_hint: DIGITS,
});
export const Float = createToken({ name: "Float", pattern: Lexer.NA });

type Match = [string] | null;

function slice(text: string, start: number, end: number): Match {
  return end < 0 ? null : [text.slice(start, end)];
}

export const Char = createToken({
  name: "Char",
  pattern: {
    // `''` is an error even when a quote follows.
    exec: (text, at) =>
      text[at] === "'" && text[at + 1] !== "'" ? slice(text, at, endOfQuoted(text, at)) : null,
  },
  line_breaks: true,
  start_chars_hint: ["'"],
});

/** Any complete string: `"..."`, raw, back-tick without interpolation; also the last text of an interpolated string. */
export const StringLiteral = createToken({
  name: "StringLiteral",
  pattern: { exec: (text, at) => slice(text, at, endOfString(text, at)) },
  line_breaks: true,
  start_chars_hint: ['"', "#", "`"],
});

function endOfString(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === 0x23) return endOfRaw(text, at);
  if (first === 0x22) return endOfQuoted(text, at);
  if (first !== 0x60) return -1;
  const segment = textSegment(text, at + 1);
  return segment === null || segment.interpolated ? -1 : segment.end;
}

function interpolated(text: string, at: number, from: number): Match {
  const segment = textSegment(text, from);
  return segment?.interpolated ? slice(text, at, segment.end) : null;
}

/**
 * Text of a back-tick string up to `${`. The parser sees: InterpolatedString, LeftBrace, statements, RightBrace, and then
 * InterpolatedString again (one more `${`) or StringLiteral (the end).
 */
export const InterpolatedString = createToken({
  name: "InterpolatedString",
  pattern: { exec: (text, at) => (text[at] === "`" ? interpolated(text, at, at + 1) : null) },
  line_breaks: true,
  push_mode: "text",
  start_chars_hint: ["`"],
});

/** A reserved word or symbol. The payload is its text (`# {` for a `#`, a blank and a brace). */
export const Reserved = createToken({
  name: "Reserved",
  pattern:
    /===|!==|!\.|->|<-|<\||\|>|:=|:;|::<|\(\*|\*\)|\+\+|--|\.\.\.|\?(?![.?[])|#(?: \{?|(?!["#{ ]))|[@$~]/,
  start_chars_hint: [..."=!-<|:(*+.?#@$~"],
});

/** A custom operator, or a keyword of custom syntax that is otherwise reserved or disabled. The payload is its text. */
export const Custom = createToken({ name: "Custom", pattern: Lexer.NA });

/** The text cannot be read any further. The payload is the ParseError; no token follows. */
export const LexError = createToken({ name: "LexError", pattern: Lexer.NA });

const WhiteSpace = createToken({
  name: "WhiteSpace",
  pattern: /[ \t\n\r\f]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
  start_chars_hint: [" ", "\t", "\n", "\r", "\f"],
});

const Comment = createToken({
  name: "Comment",
  pattern: {
    exec: (text, at) => {
      const end = skipTrivia(text, at, newCursor(), null);
      return end === at ? null : [text.slice(at, end)];
    },
  },
  group: Lexer.SKIPPED,
  line_breaks: true,
  start_chars_hint: ["/"],
});

// ------------------------------------------------------- inside `${ ... }` only
// There braces must be counted. The parser never sees these types: lexer.ts turns them into the ordinary ones.

export const HoleLeftBrace = createToken({ name: "HoleLeftBrace", pattern: "{", push_mode: "hole" });
export const HoleRightBrace = createToken({ name: "HoleRightBrace", pattern: "}", pop_mode: true });
export const HoleMapStart = createToken({ name: "HoleMapStart", pattern: "#{", push_mode: "hole" });

function afterDollar(matched: readonly IToken[]): boolean {
  const type = matched[matched.length - 1]?.tokenType;
  return type === InterpolatedString || type === InterpolatedText;
}

/** The `{` of `${`. */
export const HoleStart = createToken({
  name: "HoleStart",
  pattern: { exec: (_text, _at, matched) => (afterDollar(matched) ? ["{"] : null) },
  line_breaks: false,
  push_mode: "hole",
});
/** Text between a `}` and the next `${`. */
export const InterpolatedText: TokenType = createToken({
  name: "InterpolatedText",
  pattern: { exec: (text, at) => interpolated(text, at, at) },
  line_breaks: true,
});
/** Text between a `}` and the closing back-tick. */
export const FinalText = createToken({
  name: "FinalText",
  pattern: {
    exec: (text, at) => {
      const segment = textSegment(text, at);
      return segment === null ? null : slice(text, at, segment.end);
    },
  },
  line_breaks: true,
  pop_mode: true,
});

// ------------------------------------------------------------------------ modes

const sharedTypes: TokenType[] = [
  WhiteSpace,
  Identifier,
  Int,
  Unit,
  StringLiteral,
  InterpolatedString,
  Char,
  Reserved,
  LeftParen,
  RightParen,
  LeftBracket,
  RightBracket,
  SemiColon,
  Comma,
  InclusiveRange,
  ExclusiveRange,
  Period,
  EqualsTo,
  DoubleArrow,
  Equals,
  PlusAssign,
  Plus,
  MinusAssign,
  Minus,
  PowerOfAssign,
  PowerOf,
  MultiplyAssign,
  Multiply,
  Comment,
  DivideAssign,
  Divide,
  ModuloAssign,
  Modulo,
  DoubleColon,
  Colon,
  LeftShiftAssign,
  LeftShift,
  LessThanEqualsTo,
  LessThan,
  RightShiftAssign,
  RightShift,
  GreaterThanEqualsTo,
  GreaterThan,
  NotEqualsTo,
  NotIn,
  Bang,
  Or,
  OrAssign,
  Pipe,
  And,
  AndAssign,
  Ampersand,
  XOrAssign,
  XOr,
  Elvis,
  DoubleQuestion,
  QuestionBracket,
];

/** What the Chevrotain lexer is made of. `hole` is the code inside `${ ... }`, `text` the text around it. */
export const LEXER_DEFINITION = {
  modes: {
    code: [MapStart, ...sharedTypes, LeftBrace, RightBrace],
    hole: [HoleMapStart, ...sharedTypes, HoleLeftBrace, HoleRightBrace],
    text: [HoleStart, InterpolatedText, FinalText],
  },
  defaultMode: "code",
};

/** For texts without back-ticks. */
export const PLAIN_DEFINITION = {
  modes: { code: LEXER_DEFINITION.modes.code.filter((type) => type !== InterpolatedString) },
  defaultMode: "code",
};

/** The parser's vocabulary. */
export const PARSER_TOKENS: TokenType[] = [
  BinaryOperator,
  AssignmentOperator,
  CompoundAssignment,
  Keyword,
  ...wordTypes.values(),
  MapStart,
  LeftBrace,
  RightBrace,
  ...sharedTypes.filter((type) => type !== WhiteSpace && type !== Comment),
  UnaryPlus,
  UnaryMinus,
  Float,
  Custom,
  LexError,
];
