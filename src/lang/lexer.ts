// Text -> tokens for the parser, with Rhai's positions and lexical errors.
//
// Chevrotain finds the extent of each token (lexer-chunks.ts). The TokenStream below completes its tokens one by one, in order,
// because values and positions depend on what came before: columns of continued lines, the sign of a literal after an
// operator, and a few places where Rhai's line count drifts.

import { EOF, type TokenType } from "chevrotain";
import { ParseError, placed } from "./errors.ts";
import {
  malformedChar,
  malformedIdentifier,
  malformedNumber,
  spanned,
  unexpectedInput,
} from "./lex-errors.ts";
import { type Chunk, readChunk } from "./lexer-chunks.ts";
import { decodeRaw } from "./lexer-raw-strings.ts";
import { type Decoded, decodeQuoted, decodeText, openBackTick } from "./lexer-strings.ts";
import { improperReserved, type SymbolFilter, symbolFilter, type TokenizeOptions } from "./lexer-symbols.ts";
import { type Cursor, newCursor, positionAt, skipTrivia } from "./lexer-trivia.ts";
import { allowsUnaryNext } from "./lexer-unary.ts";
import { WordTable } from "./lexer-words.ts";
import { numberValue } from "./literals.ts";
import { type Position, position } from "./position.ts";
import * as t from "./tokens.ts";

export { type TokenizeOptions, tokenizeOptions } from "./lexer-symbols.ts";
export type { RhaiToken, TokenPayload } from "./tokens.ts";

export interface LexResult {
  /** After a lexical error the last token is a `LexError`. */
  readonly tokens: t.RhaiToken[];
  /** Where the text ends: one column past its last character. */
  readonly eofPos: Position;
  /** The `//!` comments, one a line. */
  readonly doc: string;
}

/** All tokens at once, for tools and tests. Never throws: a lexical error becomes a `LexError` token, after which nothing follows. */
export function tokenize(text: string, options: TokenizeOptions = {}): LexResult {
  return readAll(new TokenStream(text, options));
}

/** The same from `offset` on; `cursor` is the place of the character before. See `TokenStream.restart`. */
export function tokenizeFrom(
  text: string,
  offset: number,
  cursor: Cursor,
  options: TokenizeOptions,
): LexResult {
  const stream = new TokenStream(text, options);
  stream.restart(offset, cursor);
  return readAll(stream);
}

function readAll(stream: TokenStream): LexResult {
  const tokens: t.RhaiToken[] = [];
  let token = stream.next();
  for (; token.tokenType !== EOF; token = stream.next()) tokens.push(token);
  return { tokens, eofPos: token.pos, doc: stream.doc };
}

const NO_CHUNK: Chunk = { tokens: [], last: false };

/** The tokens of a text, made as they are asked for. */
export class TokenStream {
  private readonly filter: SymbolFilter | null;
  private readonly maxStringSize: number;
  private readonly words = new WordTable();
  private chunk = NO_CHUNK;
  /** The next token of `chunk`. */
  private index = 0;
  private at = 0;
  private cursor = newCursor();
  /** The token after the last one. */
  private endToken: t.RhaiToken | null = null;
  private comments: string[] = [];
  private readonly globalComments: string[] = [];
  /** For each open `${`: how many braces are open inside it. */
  private holes: number[] = [];
  /** The `}` of a `${...}` was the last token. */
  private inText = false;

  constructor(
    private readonly text: string,
    private readonly options: TokenizeOptions,
    /** Would a `-` that comes next be a sign? */
    private allowUnary = true,
  ) {
    this.filter = symbolFilter(options);
    this.maxStringSize = options.maxStringSize ?? 0;
  }

  /** The `//!` comments read so far, one a line. */
  get doc(): string {
    return this.globalComments.join("\n");
  }

  /**
   * Reads on from `offset` with fresh eyes, for custom syntax that consumed raw text. `cursor` is the place of the
   * character before `offset`.
   */
  restart(offset: number, cursor: Cursor): void {
    this.chunk = NO_CHUNK;
    this.index = 0;
    this.at = offset;
    this.cursor = { ...cursor };
    this.endToken = null;
    this.comments = [];
    this.holes = [];
    this.inText = false;
    this.allowUnary = false;
  }

  /** The next token. At the end, and after a `LexError`, it is `EOF`: one column past the last character. */
  next(): t.RhaiToken {
    if (this.endToken !== null) return this.endToken;
    if (!this.inText) this.at = skipTrivia(this.text, this.at, this.cursor, this.collectDoc);
    if (this.index === this.chunk.tokens.length) {
      if (this.chunk.last) return this.finish();
      this.chunk = readChunk(this.text, this.at);
      this.index = 0;
      if (this.chunk.tokens.length === 0) return this.finish();
    }
    const token = this.chunk.tokens[this.index++];
    if (!this.inText) this.cursor.column++;
    return this.isSignOfNumber(token) ? this.negativeNumber() : this.complete(token);
  }

  private isSignOfNumber(token: t.RhaiToken): boolean {
    if (token.tokenType !== t.Minus || !this.allowUnary) return false;
    const next = this.chunk.tokens[this.index];
    return next?.tokenType === t.Int && next.startOffset === token.startOffset + 1;
  }

  private readonly collectDoc = (comment: string, global: boolean): void => {
    if (global) this.globalComments.push(comment);
    else this.comments.push(comment);
  };

  /** What is left when Chevrotain has stopped: something that is no token, or the end. */
  private finish(): t.RhaiToken {
    const last = this.lastToken();
    const end = this.setEnd();
    return last ?? end;
  }

  private lastToken(): t.RhaiToken | null {
    const token = new t.RhaiToken("", this.at, t.StringLiteral);
    if (this.inText) return this.decodedText(token, t.FinalText, -1);
    if (this.at === this.text.length) return null;
    this.cursor.column++;
    return this.noToken(token);
  }

  /** From now on there is nothing but the end. */
  private setEnd(): t.RhaiToken {
    const end = new t.RhaiToken("", this.text.length, EOF);
    end.pos = position(this.cursor.line, this.cursor.column + 1);
    this.endToken = end;
    return end;
  }

  /** The error for the character at `at`, with which no token starts. */
  private noToken(token: t.RhaiToken): t.RhaiToken {
    const { text, at } = this;
    const pos = positionAt(this.cursor);
    const first = String.fromCodePoint(text.codePointAt(at)!);
    if (first === "'" && text[at + 1] === "'") return this.fail(token, malformedChar("", pos), at + 2);
    if (first === '"' || first === "'") return this.quoted(token, -1);
    if (first === "`") return this.backTick(token, t.StringLiteral, -1);
    if (first === "#") return this.raw(token, -1);
    return this.fail(token, unexpectedInput(first, pos), at + first.length);
  }

  // ------------------------------------------------------------ one token

  /** Finds what Chevrotain has not. */
  private complete(token: t.RhaiToken): t.RhaiToken {
    const end = this.at + token.image.length;
    switch (token.tokenType) {
      case t.Identifier:
        return this.word(token, end);
      case t.Int:
        return this.number(token, false, end);
      case t.StringLiteral:
        return this.anyString(token, end);
      case t.Char:
        return this.quoted(token, end);
      case t.InterpolatedString:
        this.holes.push(0);
        return this.backTick(token, t.InterpolatedString, end);
      case t.InterpolatedText:
      case t.FinalText:
        return this.decodedText(token, token.tokenType, end);
      case t.Reserved:
        return this.reservedSymbol(token, end);
      default:
        return this.symbol(token, end);
    }
  }

  private symbol(token: t.RhaiToken, end: number): t.RhaiToken {
    let type = token.tokenType;
    if (this.allowUnary && type === t.Minus) type = t.UnaryMinus;
    else if (this.allowUnary && type === t.Plus) type = t.UnaryPlus;
    else if (this.holes.length > 0) type = this.holeBrace(type);
    return this.syntax(token, type, token.image, end);
  }

  /** Counts the braces inside `${...}` and gives them their ordinary types. */
  private holeBrace(type: TokenType): TokenType {
    const { holes } = this;
    const innermost = holes.length - 1;
    switch (type) {
      case t.HoleStart:
      case t.HoleLeftBrace:
        holes[innermost]++;
        return t.LeftBrace;
      case t.HoleMapStart:
        holes[innermost]++;
        return t.MapStart;
      case t.HoleRightBrace:
        this.inText = --holes[innermost] === 0;
        return t.RightBrace;
      default:
        return type;
    }
  }

  private word(token: t.RhaiToken, end: number): t.RhaiToken {
    const word = this.words.get(token.image);
    if (word === null) {
      return this.fail(token, malformedIdentifier(token.image, positionAt(this.cursor)), end);
    }
    return this.syntax(token, word.type, word.text, end);
  }

  private reservedSymbol(token: t.RhaiToken, end: number): t.RhaiToken {
    const shebang = token.image === "#" && this.text[end] === "!";
    return this.syntax(token, t.Reserved, shebang ? "#!" : token.image.trimEnd(), end);
  }

  /** A `-` that was the last token, and the number after it. */
  private negativeNumber(): t.RhaiToken {
    const number = this.chunk.tokens[this.index++];
    this.cursor.column++;
    return this.number(number, true, this.at + 1 + number.image.length);
  }

  private number(token: t.RhaiToken, negative: boolean, end: number): t.RhaiToken {
    const column = this.cursor.column - (negative ? 1 : 0);
    const pos = position(this.cursor.line, column);
    const number = numberValue(token.image, negative);
    if (number.kind === "malformed") return this.fail(token, malformedNumber(number.text, pos), end);
    this.cursor.column += token.image.length - 1;
    return this.finished(token, number.kind === "int" ? t.Int : t.Float, number.value, pos, end);
  }

  // -------------------------------------------------------------- strings

  private anyString(token: t.RhaiToken, end: number): t.RhaiToken {
    const first = this.text.charCodeAt(this.at);
    if (first === 0x22) return this.quoted(token, end);
    return first === 0x60 ? this.backTick(token, t.StringLiteral, end) : this.raw(token, end);
  }

  private quoted(token: t.RhaiToken, end: number): t.RhaiToken {
    const pos = positionAt(this.cursor);
    const type = token.tokenType;
    const decoded = decodeQuoted(this.text, this.at, end, this.cursor, this.maxStringSize);
    if (decoded.error === null && type === t.Char && !isOneCharacter(decoded.value)) {
      decoded.error = malformedChar(decoded.value, pos);
    }
    return this.decoded(token, type, decoded, pos);
  }

  private backTick(token: t.RhaiToken, type: TokenType, end: number): t.RhaiToken {
    const pos = positionAt(this.cursor);
    const from = openBackTick(this.text, this.at, this.cursor);
    const decoded = decodeText(this.text, from, this.cursor, this.maxStringSize, pos);
    if (end >= 0) decoded.end = end;
    return this.decoded(token, type, decoded, pos);
  }

  private raw(token: t.RhaiToken, end: number): t.RhaiToken {
    const pos = positionAt(this.cursor);
    const decoded = decodeRaw(this.text, this.at, end, this.cursor, this.maxStringSize);
    return this.decoded(token, t.StringLiteral, decoded, pos);
  }

  /** Text after the `}` of an interpolation. */
  private decodedText(token: t.RhaiToken, type: TokenType, end: number): t.RhaiToken {
    this.inText = false;
    const decoded = decodeText(this.text, this.at, this.cursor, this.maxStringSize, null);
    if (end >= 0) decoded.end = end;
    if (type === t.FinalText) this.holes.pop();
    const meant = type === t.FinalText ? t.StringLiteral : t.InterpolatedString;
    return this.decoded(token, meant, decoded, decoded.firstPos);
  }

  private decoded(token: t.RhaiToken, type: TokenType, decoded: Decoded, pos: Position): t.RhaiToken {
    if (decoded.error !== null) return this.fail(token, decoded.error, decoded.end);
    if (this.options.json !== undefined && type === t.InterpolatedString) {
      return this.filtered(token, type, decoded.value, pos, decoded.end);
    }
    return this.finished(token, type, decoded.value, pos, decoded.end);
  }

  // --------------------------------------------------------------- output

  /** A one-line token of ASCII characters that the engine's settings may change. */
  private syntax(token: t.RhaiToken, type: TokenType, payload: string, end: number): t.RhaiToken {
    const pos = positionAt(this.cursor);
    this.cursor.column += end - this.at - 1;
    if (this.filter !== null) return this.filtered(token, type, payload, pos, end);
    const improper = type === t.Reserved ? improperReserved(payload, pos) : null;
    if (improper !== null) return this.fail(token, improper, end);
    return this.finished(token, type, payload, pos, end);
  }

  private filtered(
    token: t.RhaiToken,
    type: TokenType,
    payload: string,
    pos: Position,
    end: number,
  ): t.RhaiToken {
    const changed = this.filter!(type, payload, pos);
    if (changed === null) return this.finished(token, type, payload, pos, end);
    if (changed instanceof ParseError) return this.fail(token, changed, end);
    return this.finished(token, changed.type, changed.payload, pos, end, type);
  }

  /** `lexedAs`: the type before the engine's settings changed it; it decides what a following sign means. */
  private finished(
    token: t.RhaiToken,
    type: TokenType,
    payload: t.TokenPayload,
    pos: Position,
    end: number,
    lexedAs: TokenType = type,
  ): t.RhaiToken {
    this.fill(token, type, payload, pos, end);
    this.at = end;
    if (this.options.mapToken) this.mapToken(token, this.options.mapToken);
    this.allowUnary = allowsUnaryNext(lexedAs);
    return token;
  }

  private fill(
    token: t.RhaiToken,
    type: TokenType,
    payload: t.TokenPayload,
    pos: Position,
    end: number,
  ): void {
    const start = this.at;
    if (token.image.length !== end - start) token.image = this.text.slice(start, end);
    token.startOffset = start;
    token.tokenTypeIdx = type.tokenTypeIdx!;
    token.tokenType = type;
    token.end = end;
    token.pos = pos;
    token.payload = payload;
    if (this.comments.length === 0) return;
    token.comments = this.comments;
    this.comments = [];
  }

  private fail(token: t.RhaiToken, error: ParseError, end: number): t.RhaiToken {
    const spannedError = spanned(error, { start: this.at, end });
    this.fill(token, t.LexError, spannedError, error.position, end);
    this.setEnd();
    return token;
  }

  /** The host may put another token, written as text, in the place of one. */
  private mapToken(token: t.RhaiToken, mapping: NonNullable<TokenizeOptions["mapToken"]>): void {
    const { image, pos } = token;
    const refuse = (error: ParseError) => {
      this.at = token.startOffset;
      this.fail(token, error, token.end);
    };
    let replacement: string;
    try {
      replacement = mapping(image, token.tokenType.name, token.startOffset, pos);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      refuse(placed(error, pos));
      return;
    }
    if (replacement === image) return;
    const options = { ...this.options, mapToken: null };
    const { tokens } = readAll(new TokenStream(replacement, options, this.allowUnary));
    if (tokens.length !== 1 || tokens[0].payload instanceof ParseError) {
      refuse(unexpectedInput(replacement, pos));
      return;
    }
    const { tokenType, tokenTypeIdx, payload } = tokens[0];
    Object.assign(token, { image: replacement, tokenType, tokenTypeIdx, payload });
  }
}

function isOneCharacter(value: string): boolean {
  return value.length === 1 || (value.length === 2 && value.codePointAt(0)! > 0xffff);
}
