// The parser's view of the tokens: the last one and the next two. No others are kept, so that only the tree stays in memory.

import { EmbeddedActionsParser, EOF } from "chevrotain";
import type { TokenStream } from "../lexer.ts";
import type { Cursor } from "../lexer-trivia.ts";
import * as t from "../tokens.ts";

const NOWHERE = new t.RhaiToken("", 0, EOF);

/** Puts a stream in the place of Chevrotain's array of tokens, by way of the methods that it provides for that. */
export abstract class TokenWindow extends EmbeddedActionsParser {
  /** The last consumed token. */
  protected previous = NOWHERE;
  /** The next token; lookahead.ts reads it, too. */
  protected current = NOWHERE;
  private following: t.RhaiToken | null = null;
  private consumed = 0;
  private stream: TokenStream | null = null;

  protected attach(stream: TokenStream): void {
    this.input = [];
    this.stream = stream;
    this.current = stream.next();
  }

  protected detach(): void {
    this.resetLexerState();
  }

  /** Goes on at another offset; see `TokenStream.restart`. */
  protected restart(offset: number, cursor: Cursor): void {
    this.stream!.restart(offset, cursor);
    this.following = null;
    this.current = this.stream!.next();
  }

  /** The token after the next one. */
  protected second(): t.RhaiToken {
    this.following ??= this.stream!.next();
    return this.following;
  }

  protected override LA(howMuch: number): t.RhaiToken {
    if (howMuch === 1) return this.current;
    return howMuch === 0 ? this.previous : this.second();
  }

  protected override LA_FAST(howMuch: number): t.RhaiToken {
    return this.LA(howMuch);
  }

  protected consumeToken(): void {
    this.previous = this.current;
    this.current = this.following ?? this.stream!.next();
    this.following = null;
    this.consumed++;
  }

  /** Chevrotain asks whether a repetition went on. */
  protected getLexerPosition(): number {
    return this.consumed;
  }

  protected resetLexerState(): void {
    this.previous = NOWHERE;
    this.current = NOWHERE;
    this.following = null;
    this.consumed = 0;
    this.stream = null;
  }
}
