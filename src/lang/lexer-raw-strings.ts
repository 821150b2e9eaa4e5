// Values of raw strings: `#"..."#`, with any number of `#`.

import { stringTooLong, unexpectedInput, unterminatedString } from "./lex-errors.ts";
import type { Decoded } from "./lexer-strings.ts";
import { type Cursor, isPairTail, newLine, positionAt } from "./lexer-trivia.ts";
import { NO_POSITION } from "./position.ts";

const utf8 = new TextEncoder();

/** Decodes the raw string that starts at `start`; `end` is where endOfRaw() says it ends. The cursor is on the first `#`. */
export function decodeRaw(
  text: string,
  start: number,
  end: number,
  cursor: Cursor,
  maxSize: number,
): Decoded {
  const startPos = positionAt(cursor);
  let body = start;
  while (text.charCodeAt(body) === 0x23) body++;
  const hashes = body - start;
  const decoded: Decoded = { value: "", end: Math.max(end, body), error: null, firstPos: NO_POSITION };
  if (body >= text.length) {
    decoded.error = unterminatedString(startPos);
  } else if (text.charCodeAt(body) !== 0x22) {
    decoded.error = unexpectedInput(String.fromCodePoint(text.codePointAt(body)!), startPos);
  } else {
    cursor.column += hashes;
    decoded.value = end < 0 ? withoutOpenEnd(text.slice(body + 1)) : text.slice(body + 1, end - hashes - 1);
    if (maxSize > 0 && utf8.encode(decoded.value).length > maxSize) {
      decoded.error = stringTooLong(maxSize, startPos);
    } else if (end < 0) {
      decoded.error = unterminatedString(startPos);
    } else {
      moveOverBody(text, body + 1, end, cursor);
    }
  }
  return decoded;
}

/** A last `"#...` that never became the end does not count towards the size. */
function withoutOpenEnd(body: string): string {
  let last = body.length;
  while (body.charCodeAt(last - 1) === 0x23) last--;
  return body.charCodeAt(last - 1) === 0x22 ? body.slice(0, last - 1) : body;
}

function moveOverBody(text: string, from: number, to: number, cursor: Cursor): void {
  let mayEnd = false;
  for (let at = from; at < to; at++) {
    if (isPairTail(text, at)) continue;
    const code = text.charCodeAt(at);
    cursor.column++;
    // Rhai overlooks a line end right after a quote (and `#`s) that did not close the string.
    if (code === 0x0a && !mayEnd) newLine(cursor);
    if (code === 0x22) mayEnd = true;
    else if (code !== 0x23) mayEnd = false;
  }
}
