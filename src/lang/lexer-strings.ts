// Values of string and character literals. The decoders follow Rhai's reader character by character, so that values,
// errors and the positions of whatever comes after are the same.

import type { ParseError } from "./errors.ts";
import { malformedEscape, stringTooLong, unterminatedString } from "./lex-errors.ts";
import { type Cursor, isPairTail, newLine, positionAt } from "./lexer-trivia.ts";
import { columnOf, NO_POSITION, type Position } from "./position.ts";

const UNICODE_SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** What a decoder found. */
export interface Decoded {
  value: string;
  /** Offset after the literal, or where the error was noticed. */
  end: number;
  error: ParseError | null;
  /** Position of the first character of the content; only text segments need it. */
  firstPos: Position;
}

/** Bytes of one character in UTF-8. */
function byteLength(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

// ------------------------------------------------------------- "..." and '...'

/**
 * Decodes the literal whose quote is at `start`; the cursor is on that quote. `end` is where endOfQuoted() says it
 * ends, -1 if it does not. `maxSize` is the limit in bytes, 0 for none.
 */
export function decodeQuoted(
  text: string,
  start: number,
  end: number,
  cursor: Cursor,
  maxSize: number,
): Decoded {
  if (end >= 0 && maxSize === 0) {
    const columns = plainColumns(text, start + 1, end - 1, text.charCodeAt(start));
    if (columns >= 0) {
      cursor.column += columns + 1;
      return { value: text.slice(start + 1, end - 1), end, error: null, firstPos: NO_POSITION };
    }
  }
  return new QuotedReader(text, start, cursor, maxSize).read();
}

/** Number of characters in a range, or -1 if it holds something that does not stand for itself. */
function plainColumns(text: string, from: number, to: number, quote: number): number {
  let columns = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c || code === quote || code === 0x0a || code === 0x0d) return -1;
    if (!isPairTail(text, at)) columns++;
  }
  return columns;
}

const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", "\\": "\\" };

class QuotedReader {
  private readonly quote: string;
  private readonly startPos: Position;
  private at: number;
  private value = "";
  private bytes = 0;
  private escaped = false;
  /** After a continued line, white space in columns below this one is dropped. */
  private skipUntil = 0;
  private error: ParseError | null = null;

  constructor(
    private readonly text: string,
    start: number,
    private readonly cursor: Cursor,
    private readonly maxSize: number,
  ) {
    this.quote = text[start];
    this.at = start + 1;
    this.startPos = positionAt(cursor);
  }

  read(): Decoded {
    for (;;) {
      const char = this.nextChar();
      if (char === "") {
        this.error = this.escaped && this.quote === '"' ? this.tooLong() : null;
        this.error ??= unterminatedString(this.startPos);
        break;
      }
      this.error = this.tooLong();
      if (this.error !== null) break;
      if (char === this.quote && !this.escaped) {
        if (this.text[this.at] !== this.quote) break;
        this.nextChar();
      }
      if (this.escaped) this.readEscaped(char);
      else this.readPlain(char);
      if (this.error !== null) break;
    }
    this.error ??= this.tooLong();
    return { value: this.value, end: this.at, error: this.error, firstPos: NO_POSITION };
  }

  private nextChar(): string {
    if (this.at >= this.text.length) return "";
    const char = String.fromCodePoint(this.text.codePointAt(this.at)!);
    this.at += char.length;
    this.cursor.column++;
    return char;
  }

  private tooLong(): ParseError | null {
    return this.maxSize > 0 && this.bytes > this.maxSize ? stringTooLong(this.maxSize, this.startPos) : null;
  }

  private push(char: string): void {
    this.value += char;
    this.bytes += byteLength(char.codePointAt(0)!);
  }

  private readPlain(char: string): void {
    if (char === "\r" && this.text[this.at] === "\n") return;
    if (char === "\\") {
      this.escaped = true;
    } else if (char === "\n") {
      this.error = unterminatedString(this.startPos);
    } else if (!(Math.min(this.cursor.column, 0xffff) < this.skipUntil && UNICODE_SPACE.test(char))) {
      this.push(char);
      this.skipUntil = 0;
    }
  }

  private readEscaped(char: string): void {
    // The backslash stays pending, so that a continued line may end in CR LF.
    if (char === "\r" && this.text[this.at] === "\n") return;
    this.escaped = false;
    if (SIMPLE_ESCAPES[char] !== undefined) this.push(SIMPLE_ESCAPES[char]);
    else if (HEX_DIGITS[char] !== undefined) this.readHex(char, HEX_DIGITS[char]);
    else if (char === this.quote) this.push(char);
    else if (char !== "\n") this.error = malformedEscape(`\\${char}`, positionAt(this.cursor));
    else if (this.quote !== '"') this.error = unterminatedString(this.startPos);
    else this.continueLine();
  }

  private continueLine(): void {
    newLine(this.cursor);
    this.skipUntil = columnOf(this.startPos) + 1;
  }

  private readHex(kind: string, digits: number): void {
    let sequence = `\\${kind}`;
    let value = 0;
    for (let i = 0; i < digits; i++) {
      const char = this.nextChar();
      sequence += char;
      if (!/^[0-9A-Fa-f]$/.test(char)) {
        this.error = malformedEscape(sequence, positionAt(this.cursor));
        return;
      }
      value = value * 16 + Number.parseInt(char, 16);
    }
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
      this.error = malformedEscape(sequence, positionAt(this.cursor));
    } else {
      this.push(String.fromCodePoint(value));
    }
  }
}

// ------------------------------------------------------------ back-tick strings

/** Moves over the back-tick at `start` (the cursor is on it) and the line end that may follow; returns the offset after. */
export function openBackTick(text: string, start: number, cursor: Cursor): number {
  let at = start + 1;
  if (text.charCodeAt(at) === 0x0d) {
    at += text.charCodeAt(at + 1) === 0x0a ? 2 : 1;
    newLine(cursor);
  } else if (text.charCodeAt(at) === 0x0a) {
    at++;
    newLine(cursor);
  }
  return at;
}

/**
 * Decodes a segment of a back-tick string up to and including the `$` of `${` or the closing back-tick. The cursor is on
 * the character before. An unterminated segment has its error at `unterminatedPos`, or if that is null at its first character.
 */
export function decodeText(
  text: string,
  from: number,
  cursor: Cursor,
  maxSize: number,
  unterminatedPos: Position | null,
): Decoded {
  const startPos = positionAt(cursor);
  const decoded: Decoded = { value: "", end: text.length, error: null, firstPos: NO_POSITION };
  let chunk = from;
  let bytes = 0;
  let at = from;
  let closed = false;
  for (; at < text.length; at++) {
    if (isPairTail(text, at)) continue;
    let code = text.charCodeAt(at);
    cursor.column++;
    if (code === 0x24 && text.charCodeAt(at + 1) === 0x7b) {
      closed = true;
    } else if (code === 0x5c && text.startsWith("${", at + 1)) {
      // The `$` is read without moving the column.
      decoded.value += text.slice(chunk, at++);
      chunk = at;
      code = 0x24;
    }
    if (!closed && maxSize > 0 && bytes > maxSize) break;
    if (code === 0x60 && text.charCodeAt(at + 1) !== 0x60) closed = true;
    if (closed) break;
    if (code === 0x60) {
      decoded.value += text.slice(chunk, ++at);
      chunk = at + 1;
      cursor.column++;
    }
    if (decoded.firstPos === NO_POSITION) decoded.firstPos = positionAt(cursor);
    if (code === 0x0d && text.charCodeAt(at + 1) === 0x0a) {
      decoded.value += text.slice(chunk, at);
      chunk = at + 1;
      continue;
    }
    if (code === 0x0a) newLine(cursor);
    if (maxSize > 0) bytes += byteLength(text.codePointAt(at)!);
  }
  decoded.value += text.slice(chunk, at);
  if (closed) decoded.end = at + 1;
  if (maxSize > 0 && bytes > maxSize) decoded.error = stringTooLong(maxSize, startPos);
  else if (!closed) decoded.error = unterminatedString(unterminatedPos ?? decoded.firstPos);
  return decoded;
}
