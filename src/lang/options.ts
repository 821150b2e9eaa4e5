// What the parser must know about the engine that compiles: language options, limits, extensions.

import type { Position } from "./position.ts";

/** Rhai's `LangOptions`; the book's page "Engine options". Every flag is a plain boolean. */
export interface LanguageOptions {
  /** `let x = if a { 1 } else { 2 };` */
  allowIfExpression: boolean;
  /** `let x = switch a { ... };` */
  allowSwitchExpression: boolean;
  /** `let x = loop { break 1; };` */
  allowLoopExpressions: boolean;
  /** `let x = { 1 + 1 };` */
  allowStatementExpression: boolean;
  /** Closures. */
  allowAnonymousFn: boolean;
  /** `loop`, `while`, `do`, `for`. */
  allowLooping: boolean;
  /** A variable of the name of another in the same scope. */
  allowShadowing: boolean;
  /** Unknown variables are syntax errors. */
  strictVariables: boolean;
  /** Reading a property that an object map does not have is an error. */
  failOnInvalidMapProperty: boolean;
  /** Operators of built-in types skip what is registered for them. */
  fastOperators: boolean;
}

export const DEFAULT_LANGUAGE_OPTIONS: Readonly<LanguageOptions> = {
  allowIfExpression: true,
  allowSwitchExpression: true,
  allowLoopExpressions: true,
  allowStatementExpression: true,
  allowAnonymousFn: true,
  allowLooping: true,
  allowShadowing: true,
  strictVariables: false,
  failOnInvalidMapProperty: false,
  fastOperators: true,
};

/** Limits that the parser itself enforces; 0 means unlimited. */
export interface ParseLimits {
  maxExprDepth: number;
  maxFunctionExprDepth: number;
  /** Infinity when unlimited; 0 allows no function at all. */
  maxFunctions: number;
  maxStringSize: number;
  maxArraySize: number;
  maxMapSize: number;
}

export const DEFAULT_PARSE_LIMITS: Readonly<ParseLimits> = {
  maxExprDepth: 64,
  maxFunctionExprDepth: 32,
  maxFunctions: Number.POSITIVE_INFINITY,
  maxStringSize: 0,
  maxArraySize: 0,
  maxMapSize: 0,
};

/** A variable that the host's scope already holds when the script is compiled. */
export interface KnownVariable {
  readonly name: string;
  readonly constant: boolean;
}

/** Custom syntax, seen from the parser. `next` plays the role of Rhai's look-ahead parse function. */
export interface CustomSyntaxRule {
  /**
   * Given the symbols parsed so far (keywords and the source text of inputs) and the look-ahead token's text,
   * returns the next symbol (`$expr$`, `$block$`, `$ident$`, `$symbol$`, `$bool$`, `$int$`, `$float$`, `$string$`,
   * `$inner$`, `$raw$`, `$func$`, `$token$` or a literal keyword/symbol), or null when the syntax is complete.
   * Throws a ParseError (position filled in by the parser) when the input is wrong.
   */
  next(symbols: readonly string[], lookAhead: string, state: { value: unknown }): string | null;
  readonly scopeMayChange: boolean;
  /** Carried into `CustomExpr.implementation`. */
  readonly implementation: unknown;
}

/** A `let` or `const` about to be accepted, for the host's `onDefVar`. */
export interface VariableDefinition {
  readonly name: string;
  readonly constant: boolean;
  readonly nestingLevel: number;
  readonly willShadow: boolean;
}

export interface ParseOptions {
  readonly language: Readonly<LanguageOptions>;
  readonly limits: Readonly<ParseLimits>;
  /** Keywords, operators and symbols switched off by `disableSymbol`. */
  readonly disabledSymbols: ReadonlySet<string>;
  /** Custom operators: symbol or word -> precedence. */
  readonly customOperators: ReadonlyMap<string, number>;
  /** Custom syntax by its first symbol. */
  readonly customSyntax: ReadonlyMap<string, CustomSyntaxRule>;
  /** Further words and symbols of custom syntax (not in first place) that are otherwise reserved or disabled. */
  readonly customKeywords?: ReadonlySet<string>;
  /** `onDefVar` at compile time: false forbids the variable. It may also throw a ParseError. */
  readonly mayDefine?: (variable: VariableDefinition) => boolean;
  /** Variables in the host's scope, oldest first. */
  readonly scope: readonly KnownVariable[];
  /** Names of global/static modules, for the strict-variables check of `m::x`. */
  readonly isKnownModule: (name: string) => boolean;
  /** `script`: a program. `expression`: `compileExpression`/`evalExpression`. `json`: `parse_json` (one map literal). `eval`: the text of `eval`, where functions may not be defined. */
  readonly mode: "script" | "expression" | "json" | "eval";
  readonly source: string | null;
  /** `onParseToken`: may replace a token before the parser sees it. A ParseError that it throws refuses the token. */
  readonly mapToken: ((image: string, kind: string, offset: number, pos: Position) => string) | null;
}
