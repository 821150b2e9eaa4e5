// Text -> tokens for the parser, with Rhai's positions and lexical errors.
//
// Chevrotain finds the extent of each token (tokens.ts). The Assembler below then walks over its tokens once, in order,
// because values and positions depend on what came before: columns of continued lines, the sign of a literal after an
// operator, and a few places where Rhai's line count drifts.

import { type IToken, Lexer, type TokenType } from "chevrotain";
import { ParseError } from "./errors.ts";
import {
  malformedChar,
  malformedIdentifier,
  malformedNumber,
  spanned,
  unexpectedInput,
} from "./lex-errors.ts";
import { decodeRaw } from "./lexer-raw-strings.ts";
import { type Decoded, decodeQuoted, decodeText, openBackTick } from "./lexer-strings.ts";
import { improperReserved, type SymbolFilter, symbolFilter, type TokenizeOptions } from "./lexer-symbols.ts";
import { type Cursor, newCursor, positionAt, skipTrivia } from "./lexer-trivia.ts";
import { allowsUnaryNext } from "./lexer-unary.ts";
import { isReserved, isValidIdentifier, numberValue } from "./literals.ts";
import { type Position, position } from "./position.ts";
import * as t from "./tokens.ts";

export { type TokenizeOptions, tokenizeOptions } from "./lexer-symbols.ts";
export type { RhaiToken, TokenPayload } from "./tokens.ts";

const lexer = new Lexer(t.LEXER_DEFINITION, {
  positionTracking: "onlyOffset",
  skipValidations: true,
  recoveryEnabled: false,
});

export interface LexResult {
  /** Ready to be a Chevrotain parser's `input`. After a lexical error the last token is a `LexError`. */
  readonly tokens: t.RhaiToken[];
  /** Where the text ends: one column past its last character. */
  readonly eofPos: Position;
  /** The `//!` comments, one a line. */
  readonly doc: string;
}

/** Never throws. A lexical error becomes a `LexError` token, after which nothing follows. */
export function tokenize(text: string, options: TokenizeOptions = {}): LexResult {
  return new Assembler(text, options, newCursor(), 0, true).run();
}

/**
 * Reads on from `offset` with fresh eyes, for custom syntax that consumed raw text. `cursor` is the place of the
 * character before `offset`. Offsets in the result still count from the start of `text`.
 */
export function tokenizeFrom(
  text: string,
  offset: number,
  cursor: Cursor,
  options: TokenizeOptions,
): LexResult {
  return new Assembler(text.slice(offset), options, { ...cursor }, offset, false).run();
}

const NO_COMMENTS: readonly string[] = Object.freeze([]);

class Assembler {
  private readonly tokens: t.RhaiToken[] = [];
  private readonly filter: SymbolFilter | null;
  private readonly maxStringSize: number;
  private at = 0;
  private failed = false;
  private comments: string[] = [];
  private globalComments: string[] = [];
  /** For each open `${`: how many braces are open inside it. */
  private readonly holes: number[] = [];
  /** The `}` of a `${...}` was the last token. */
  private inText = false;

  constructor(
    private readonly text: string,
    private readonly options: TokenizeOptions,
    private readonly cursor: Cursor,
    private readonly base: number,
    /** Would a `-` that comes next be a sign? */
    private allowUnary: boolean,
  ) {
    this.filter = symbolFilter(options);
    this.maxStringSize = options.maxStringSize ?? 0;
  }

  run(): LexResult {
    const raw = lexer.tokenize(this.text).tokens;
    for (let i = 0; i < raw.length && !this.failed; i++) {
      const token = raw[i];
      if (!this.inText) this.skipTrivia();
      this.cursor.column += this.inText ? 0 : 1;
      if (token.tokenType === t.Minus && this.allowUnary && isNumberAt(raw[i + 1], token.startOffset + 1)) {
        this.cursor.column++;
        this.number(raw[++i], true);
      } else {
        this.add(token);
      }
    }
    if (!this.failed) this.finish();
    const eofPos = position(this.cursor.line, this.cursor.column + 1);
    return { tokens: this.tokens, eofPos, doc: this.globalComments.join("\n") };
  }

  private skipTrivia(): void {
    this.at = skipTrivia(this.text, this.at, this.cursor, this.collectDoc);
  }

  private readonly collectDoc = (comment: string, global: boolean): void => {
    if (global) this.globalComments.push(comment);
    else this.comments.push(comment);
  };

  /** What is left when Chevrotain has stopped: the end, or something that is no token. */
  private finish(): void {
    if (this.inText) {
      this.decodedText(t.FinalText, -1);
      return;
    }
    this.skipTrivia();
    if (this.at === this.text.length) return;
    this.cursor.column++;
    this.noToken();
  }

  /** Adds the error for the character at `at`, with which no token starts. */
  private noToken(): void {
    const { text, at } = this;
    const pos = positionAt(this.cursor);
    const first = String.fromCodePoint(text.codePointAt(at)!);
    if (first === "'" && text[at + 1] === "'") this.fail(malformedChar("", pos), at + 2);
    else if (first === '"' || first === "'") this.quoted(t.StringLiteral, -1);
    else if (first === "`") this.backTick(t.StringLiteral, -1);
    else if (first === "#") this.raw(-1);
    else this.fail(unexpectedInput(first, pos), at + first.length);
  }

  // ------------------------------------------------------------ one token

  private add(token: IToken): void {
    const end = token.startOffset + token.image.length;
    switch (token.tokenType) {
      case t.Identifier:
        this.word(token);
        break;
      case t.Int:
        this.number(token, false);
        break;
      case t.StringLiteral:
        this.anyString(end);
        break;
      case t.Char:
        this.quoted(t.Char, end);
        break;
      case t.InterpolatedString:
        this.backTick(t.InterpolatedString, end);
        this.holes.push(0);
        break;
      case t.InterpolatedText:
      case t.FinalText:
        this.decodedText(token.tokenType, end);
        break;
      case t.Reserved:
        this.reservedSymbol(token);
        break;
      default:
        this.symbol(token, end);
    }
  }

  private symbol(token: IToken, end: number): void {
    let type = token.tokenType;
    if (this.allowUnary && type === t.Minus) type = t.UnaryMinus;
    else if (this.allowUnary && type === t.Plus) type = t.UnaryPlus;
    else if (this.holes.length > 0) type = this.holeBrace(type);
    this.pushSyntax(type, token.image, end);
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

  private word(token: IToken): void {
    const { image } = token;
    const end = token.startOffset + image.length;
    const keyword = t.WORD_TYPES.get(image);
    if (keyword !== undefined) {
      this.pushSyntax(keyword, image, end);
    } else if (isReserved(image)) {
      this.pushSyntax(t.Reserved, image, end);
    } else if (image.charCodeAt(0) === 0x5f && !isValidIdentifier(image)) {
      this.fail(malformedIdentifier(image, positionAt(this.cursor)), end);
    } else {
      this.pushSyntax(t.Identifier, image, end);
    }
  }

  private reservedSymbol(token: IToken): void {
    const end = token.startOffset + token.image.length;
    const shebang = token.image === "#" && this.text[end] === "!";
    this.pushSyntax(t.Reserved, shebang ? "#!" : token.image.trimEnd(), end);
  }

  private number(token: IToken, negative: boolean): void {
    const length = token.image.length;
    const end = token.startOffset + length;
    const column = this.cursor.column - (negative ? 1 : 0);
    const pos = position(this.cursor.line, column);
    const number = numberValue(token.image, negative);
    if (number.kind === "malformed") {
      this.fail(malformedNumber(number.text, pos), end);
    } else {
      this.cursor.column += length - 1;
      this.push(number.kind === "int" ? t.Int : t.Float, number.value, pos, end);
    }
  }

  // -------------------------------------------------------------- strings

  private anyString(end: number): void {
    const first = this.text.charCodeAt(this.at);
    if (first === 0x22) this.quoted(t.StringLiteral, end);
    else if (first === 0x60) this.backTick(t.StringLiteral, end);
    else this.raw(end);
  }

  private quoted(type: TokenType, end: number): void {
    const pos = positionAt(this.cursor);
    const decoded = decodeQuoted(this.text, this.at, end, this.cursor, this.maxStringSize);
    if (decoded.error === null && type === t.Char && !isOneCharacter(decoded.value)) {
      decoded.error = malformedChar(decoded.value, pos);
    }
    this.pushDecoded(type, decoded, pos);
  }

  private backTick(type: TokenType, end: number): void {
    const pos = positionAt(this.cursor);
    const from = openBackTick(this.text, this.at, this.cursor);
    const decoded = decodeText(this.text, from, this.cursor, this.maxStringSize, pos);
    if (end >= 0) decoded.end = end;
    this.pushDecoded(type, decoded, pos);
  }

  private raw(end: number): void {
    const pos = positionAt(this.cursor);
    this.pushDecoded(
      t.StringLiteral,
      decodeRaw(this.text, this.at, end, this.cursor, this.maxStringSize),
      pos,
    );
  }

  /** Text after the `}` of an interpolation. */
  private decodedText(type: TokenType, end: number): void {
    this.inText = false;
    const decoded = decodeText(this.text, this.at, this.cursor, this.maxStringSize, null);
    if (end >= 0) decoded.end = end;
    if (type === t.FinalText) this.holes.pop();
    this.pushDecoded(
      type === t.FinalText ? t.StringLiteral : t.InterpolatedString,
      decoded,
      decoded.firstPos,
    );
  }

  private pushDecoded(type: TokenType, decoded: Decoded, pos: Position): void {
    if (decoded.error !== null) this.fail(decoded.error, decoded.end);
    else if (this.options.json !== undefined && type === t.InterpolatedString) {
      this.pushFiltered(type, decoded.value, pos, decoded.end);
    } else this.push(type, decoded.value, pos, decoded.end);
  }

  // --------------------------------------------------------------- output

  /** Adds a one-line token of ASCII characters that the engine's settings may change. */
  private pushSyntax(type: TokenType, payload: string, end: number): void {
    const pos = positionAt(this.cursor);
    this.cursor.column += end - this.at - 1;
    if (this.filter !== null) {
      this.pushFiltered(type, payload, pos, end);
      return;
    }
    const improper = type === t.Reserved ? improperReserved(payload, pos) : null;
    if (improper !== null) this.fail(improper, end);
    else this.push(type, payload, pos, end);
  }

  private pushFiltered(type: TokenType, payload: string, pos: Position, end: number): void {
    const changed = this.filter!(type, payload, pos);
    if (changed === null) this.push(type, payload, pos, end);
    else if (changed instanceof ParseError) this.fail(changed, end);
    else this.push(changed.type, changed.payload, pos, end, type);
  }

  /** `lexedAs`: the type before the engine's settings changed it; it decides what a following sign means. */
  private push(
    type: TokenType,
    payload: t.TokenPayload,
    pos: Position,
    end: number,
    lexedAs: TokenType = type,
  ): void {
    const start = this.at;
    this.tokens.push({
      image: this.text.slice(start, end),
      startOffset: this.base + start,
      endOffset: this.base + end - 1,
      tokenTypeIdx: type.tokenTypeIdx!,
      tokenType: type,
      end: this.base + end,
      pos,
      payload,
      comments: this.takeComments(),
    });
    this.at = end;
    if (this.options.mapToken) this.applyMapper(this.options.mapToken);
    this.allowUnary = allowsUnaryNext(lexedAs);
  }

  private takeComments(): readonly string[] {
    if (this.comments.length === 0) return NO_COMMENTS;
    const comments = this.comments;
    this.comments = [];
    return comments;
  }

  private fail(error: ParseError, end: number): void {
    const span = { start: this.base + this.at, end: this.base + end };
    this.failed = true;
    this.tokens.push({
      image: this.text.slice(this.at, end),
      startOffset: span.start,
      endOffset: span.end - 1,
      tokenTypeIdx: t.LexError.tokenTypeIdx!,
      tokenType: t.LexError,
      end: span.end,
      pos: error.position,
      payload: spanned(error, span),
      comments: this.takeComments(),
    });
  }

  /** The host may put another token, written as text, in the place of the last one. */
  private applyMapper(mapToken: NonNullable<TokenizeOptions["mapToken"]>): void {
    const token = this.tokens[this.tokens.length - 1];
    const replacement = mapToken(token.image, token.tokenType.name, token.startOffset);
    if (replacement === token.image) return;
    const options = { ...this.options, mapToken: null };
    const { tokens } = new Assembler(replacement, options, newCursor(), 0, this.allowUnary).run();
    if (tokens.length !== 1 || tokens[0].payload instanceof ParseError) {
      this.tokens.pop();
      this.at = token.startOffset - this.base;
      this.fail(unexpectedInput(replacement, token.pos), token.end - this.base);
      return;
    }
    const { tokenType, tokenTypeIdx, payload } = tokens[0];
    Object.assign(token, { image: replacement, tokenType, tokenTypeIdx, payload });
  }
}

function isNumberAt(token: IToken | undefined, offset: number): boolean {
  return token?.tokenType === t.Int && token.startOffset === offset;
}

function isOneCharacter(value: string): boolean {
  return value.length === 1 || (value.length === 2 && value.codePointAt(0)! > 0xffff);
}
