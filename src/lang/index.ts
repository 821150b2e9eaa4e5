// What the rest of the program may see of the language: from source text to syntax tree.

export type * from "./ast.ts";
export { parse } from "./compile.ts";
export { type LexErrorKind, ParseError, type ParseErrorKind } from "./errors.ts";
export { type LexResult, type RhaiToken, type TokenizeOptions, tokenize, tokenizeOptions } from "./lexer.ts";
export {
  CALLABLE_KEYWORDS,
  isReservedKeywordOrSymbol,
  isValidFunctionName,
  isValidIdentifier,
  KEYWORDS,
  METHOD_KEYWORDS,
  RESERVED_KEYWORDS,
  RESERVED_SYMBOLS,
  SYMBOLS,
} from "./literals.ts";
export {
  type CustomSyntaxRule,
  DEFAULT_LANGUAGE_OPTIONS,
  DEFAULT_PARSE_LIMITS,
  type KnownVariable,
  type LanguageOptions,
  type ParseLimits,
  type ParseOptions,
} from "./options.ts";
export * as parseErrors from "./parse-errors.ts";
export { serializedGrammar } from "./parser/index.ts";
export {
  columnOf,
  describePosition,
  lineOf,
  NO_POSITION,
  type Position,
  position,
  type Span,
} from "./position.ts";
export { COMPOUND_ASSIGNMENTS, precedenceOf } from "./precedence.ts";
export { isBlock, isFunction, visitChildren, type WalkNode, walk, walkAst } from "./walk.ts";
