// White space and comments: where they end, what they do to the position, and which of them are doc-comments.

import { type Position, position } from "./position.ts";

/** The running position: that of the last character consumed. */
export interface Cursor {
  line: number;
  column: number;
}

export function newCursor(): Cursor {
  return { line: 1, column: 0 };
}

export function positionAt(cursor: Cursor): Position {
  return position(cursor.line, cursor.column);
}

export function newLine(cursor: Cursor): void {
  cursor.line++;
  cursor.column = 0;
}

/** Is the code unit at `at` the second half of a surrogate pair? Such a unit is no character of its own. */
export function isPairTail(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && at > 0 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}

/** Receives the text of every doc-comment; `global` for `//!`. */
export type DocSink = (comment: string, global: boolean) => void;

/** Skips white space and comments from `from` on, moves the cursor over them, and returns the offset after them. */
export function skipTrivia(text: string, from: number, cursor: Cursor, docs: DocSink | null): number {
  let at = from;
  for (; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0c) {
      cursor.column++;
      at++;
    } else if (code === 0x0a) {
      newLine(cursor);
      at++;
    } else if (code === 0x2f) {
      const next = text.charCodeAt(at + 1);
      if (next === 0x2f) at = skipLineComment(text, at, cursor, docs);
      else if (next === 0x2a) at = skipBlockComment(text, at, cursor, docs);
      else return at;
    } else {
      return at;
    }
  }
  return at;
}

function skipLineComment(text: string, start: number, cursor: Cursor, docs: DocSink | null): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || code === 0x0d) break;
    if (!isPairTail(text, at)) cursor.column++;
  }
  if (docs !== null) reportLineDoc(text, start, at, docs);
  if (at === text.length) return at;
  newLine(cursor);
  return text.charCodeAt(at) === 0x0d && text.charCodeAt(at + 1) === 0x0a ? at + 2 : at + 1;
}

function reportLineDoc(text: string, start: number, end: number, docs: DocSink): void {
  const third = text.charCodeAt(start + 2);
  if (third === 0x21) docs(text.slice(start, end), true);
  else if (third === 0x2f && text.charCodeAt(start + 3) !== 0x2f) docs(text.slice(start, end), false);
}

function skipBlockComment(text: string, start: number, cursor: Cursor, docs: DocSink | null): number {
  let level = 1;
  let at = start + 2;
  cursor.column += 2;
  for (; at < text.length && level > 0; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) {
      newLine(cursor);
      continue;
    }
    if (!isPairTail(text, at)) cursor.column++;
    const opens = code === 0x2f && text.charCodeAt(at + 1) === 0x2a;
    if (opens || (code === 0x2a && text.charCodeAt(at + 1) === 0x2f)) {
      level += opens ? 1 : -1;
      cursor.column++;
      at++;
    }
  }
  const isDoc = text.charCodeAt(start + 2) === 0x2a && text.charCodeAt(start + 3) !== 0x2a;
  if (docs !== null && isDoc && level === 0 && at - start > 4) docs(text.slice(start, at), false);
  return at;
}
