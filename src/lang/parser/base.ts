// The foundation of the parser's classes: its state, access to tokens, and the raising of errors.

import { EOF, type ParserMethod, type TokenType } from "chevrotain";
import type { Block, Expr, Ident, ScriptFnDef, Stmt } from "../ast.ts";
import { ParseError, placed } from "../errors.ts";
import { unexpectedInput } from "../lex-errors.ts";
import type { TokenStream } from "../lexer.ts";
import { isValidIdentifier } from "../literals.ts";
import type { LanguageOptions, ParseOptions } from "../options.ts";
import * as e from "../parse-errors.ts";
import type { Position } from "../position.ts";
import * as t from "../tokens.ts";
import { OPERAND_STARTS, syntaxOf } from "./context.ts";
import { PreparedParser } from "./prepared.ts";
import { ParseScope } from "./scope.ts";
import { tokenText } from "./token-text.ts";

export type Rule<Args extends unknown[], Result> = ParserMethod<Args, Result>;

/**
 * The grammar is spread over a chain of classes, one subject each; this is the first of them.
 *
 * Chevrotain runs every rule once, without tokens, to learn the grammar ("recording"). Whatever looks at a token or builds
 * a node is skipped then. In real runs each decision is preceded by a check which raises Rhai's error, so that
 * Chevrotain itself never finds anything to complain about.
 */
export abstract class ParserBase extends PreparedParser {
  protected options!: ParseOptions;
  /** The language options of the function being read: closures and expression mode differ from the engine's. */
  protected language!: Readonly<LanguageOptions>;
  protected scope = new ParseScope(null, false);
  /** Flags of context.ts. */
  protected flags = 0;
  /** Nesting of expressions, counted as Rhai does. */
  protected level = 0;
  /** 0: unlimited. */
  protected maxLevel = 0;
  protected text = "";
  protected functions: ScriptFnDef[] = [];
  /** Names of the functions defined so far. */
  protected functionNames = new Set<string>();

  abstract readonly expression: Rule<[], Expr>;
  abstract readonly block: Rule<[outerPos: Position], Block>;
  abstract readonly statement: Rule<[], Stmt>;

  /** Prepares for a new text. */
  protected start(text: string, stream: TokenStream, options: ParseOptions): void {
    this.attach(stream);
    this.text = text;
    this.options = options;
    this.language = options.language;
    this.scope = new ParseScope(null, false);
    this.flags = 0;
    this.level = 0;
    this.maxLevel = options.limits.maxExprDepth;
    this.functions = [];
    this.functionNames = new Set();
  }

  // --------------------------------------------------------------- tokens

  protected peek(): t.RhaiToken {
    return this.current;
  }

  protected at(type: TokenType): boolean {
    return this.current.tokenTypeIdx === type.tokenTypeIdx;
  }

  /** Where the last consumed token ends. */
  protected lastEnd(): number {
    return this.previous.end;
  }

  /** Consumes whatever comes next. */
  protected take(): t.RhaiToken {
    return this.consume(0, this.peek().tokenType) as t.RhaiToken;
  }

  /** Consumes a token of this type or raises `Expecting '...' purpose`. */
  protected expect(index: number, type: TokenType, purpose: string): t.RhaiToken {
    if (!this.RECORDING_PHASE && !this.at(type)) {
      this.raiseLexError();
      this.missing(type, purpose);
    }
    return this.consume(index, type) as t.RhaiToken;
  }

  /** Consumes the name of a variable to be declared. */
  protected name(index: number): t.RhaiToken {
    if (!this.RECORDING_PHASE && !this.at(t.Identifier)) this.failName();
    return this.consume(index, t.Identifier) as t.RhaiToken;
  }

  protected failName(): never {
    this.raiseLexError();
    const { tokenType, payload, pos } = this.peek();
    const isReservedWord = tokenType === t.Reserved && isValidIdentifier(payload as string);
    return this.fail(isReservedWord ? e.reserved(payload as string, pos) : e.variableExpected(pos));
  }

  protected ident(token: t.RhaiToken): Ident {
    return { name: token.payload as string, pos: token.pos, start: token.startOffset, end: token.end };
  }

  // --------------------------------------------------------------- levels

  /** Goes one level deeper and returns the level to come back to; `pos` is for the error if that is too deep. */
  protected deeper(pos: Position): number {
    const outer = this.level;
    if (this.maxLevel > 0 && outer >= this.maxLevel) this.fail(e.exprTooDeep(pos));
    this.level = outer + 1;
    return outer;
  }

  // --------------------------------------------------------------- errors

  /** Raises `error`; `token` is what it is about. */
  protected fail(error: ParseError, token = this.peek()): never {
    error.span ??= { start: token.startOffset, end: token.end };
    throw error;
  }

  /** Raises `Expecting '...' purpose` about the next token. */
  protected missing(type: TokenType, purpose: string): never {
    this.fail(e.missingToken(syntaxOf(type), purpose, this.peek().pos));
  }

  protected raiseLexError(): void {
    const token = this.peek();
    if (token.tokenType === t.LexError) throw token.payload as ParseError;
  }

  /** Calls the host, whose parse errors are put where `token` is. */
  protected atPosition<T>(token: t.RhaiToken, call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return this.fail(placed(error, token.pos), token);
    }
  }

  protected raiseIf(error: ParseError | null, token = this.peek()): void {
    if (error !== null) this.fail(error, token);
  }

  /** What Rhai says when an operand should begin at the next token and none does. */
  protected failOperand(): never {
    this.raiseLexError();
    const token = this.peek();
    const isEnd = token.tokenType === EOF;
    this.fail(isEnd ? e.unexpectedEof(token.pos) : unexpectedInput(tokenText(token), token.pos));
  }

  /** The same for a whole expression. */
  protected failExpression(): never {
    this.deeper(this.peek().pos);
    this.failOperand();
  }

  /** Before an optional expression in a list that ends with `close`: raises the error if neither comes next. */
  protected checkListItem(close: TokenType, pos: Position): void {
    if (this.RECORDING_PHASE || this.at(close)) return;
    if (OPERAND_STARTS[this.peek().tokenTypeIdx!]) return;
    this.deeper(pos);
    this.failExpression();
  }

  /** After a comma in a list that ends with `close`: does another item follow? */
  protected itemFollows(close: TokenType): boolean {
    return this.second().tokenTypeIdx !== close.tokenTypeIdx;
  }

  // ---------------------------------------------------------------- nodes

  /** A statement where Rhai wants a block: its own block, or one that holds just the statement. */
  protected toBlock(stmt: Stmt): Block {
    if (this.RECORDING_PHASE) return NOTHING;
    if (stmt.kind === "block") return stmt.block;
    const { pos, start, end } = stmt;
    const statements = stmt.kind === "noop" ? [] : [stmt];
    return { statements, pos, endPos: stmt.kind === "noop" ? pos : 0, start, end };
  }

  protected blockExpr(block: Block): Expr {
    if (this.RECORDING_PHASE) return NOTHING;
    return { kind: "block", block, pos: block.pos, start: block.start, end: block.end };
  }
}

/** What rules yield while Chevrotain records them. */
export const NOTHING = undefined as never;
