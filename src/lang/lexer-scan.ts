// Finds where string and character literals end, without decoding them; each function answers -1 when they do not.

const BACKSLASH = 0x5c;
const CR = 0x0d;
const DOLLAR = 0x24;
const HASH = 0x23;
const LF = 0x0a;
const OPEN_BRACE = 0x7b;
const QUOTE = 0x22;
const TICK = 0x60;

/** Offset after the closing quote of the `"..."` or `'...'` literal that starts at `start`. */
export function endOfQuoted(text: string, start: number): number {
  const quote = text.charCodeAt(start);
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      if (text.charCodeAt(i + 1) !== quote) return i + 1;
      i++;
    } else if (code === BACKSLASH) {
      i++;
      if (text.charCodeAt(i) === CR && text.charCodeAt(i + 1) === LF) i++;
    } else if (code === LF) {
      return -1;
    }
  }
  return -1;
}

/** Offset after the closing mark of the raw string `#"..."#` that starts at `start`. */
export function endOfRaw(text: string, start: number): number {
  let i = start;
  while (text.charCodeAt(i) === HASH) i++;
  const hashes = i - start;
  if (text.charCodeAt(i) !== QUOTE) return -1;
  let seen = -1;
  for (i++; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) seen = 0;
    else if (code !== HASH) seen = -1;
    else if (seen >= 0 && ++seen === hashes) return i + 1;
  }
  return -1;
}

/** Where a segment of a back-tick string ends. `interpolated`: it ends at `${`, of which the `$` belongs to the segment. */
export interface TextSegment {
  readonly end: number;
  readonly interpolated: boolean;
}

/** The text segment whose first character is at `from` (after the back-tick or the `}`), or null if it never ends. */
export function textSegment(text: string, from: number): TextSegment | null {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === TICK) {
      if (text.charCodeAt(i + 1) !== TICK) return { end: i + 1, interpolated: false };
      i++;
    } else if (code === DOLLAR) {
      if (text.charCodeAt(i + 1) === OPEN_BRACE) return { end: i + 1, interpolated: true };
    } else if (code === BACKSLASH && text.charCodeAt(i + 1) === DOLLAR) {
      if (text.charCodeAt(i + 2) === OPEN_BRACE) i++;
    }
  }
  return null;
}
