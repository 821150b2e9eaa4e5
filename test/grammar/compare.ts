// Compares the runs of the TextMate grammar with the tokens of the lexer.

import type { TokenType } from "chevrotain";
import { type RhaiToken, tokenize } from "../../src/lang/lexer.ts";
import * as t from "../../src/lang/tokens.ts";
import { type Area, areaOf, leaf, type Scoped } from "./scopes.ts";

/** What the lexer says about a stretch of text: its area, and the scopes that may be given to it. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly area: Area;
  readonly allowed: RegExp;
}

const AREAS = new Map<TokenType, Area>([
  [t.StringLiteral, "string"],
  [t.InterpolatedString, "string"],
  [t.Char, "string"],
  [t.Int, "number"],
  [t.Float, "number"],
]);

const IN_AREA: Record<Exclude<Area, "code">, RegExp> = {
  string: /^(string|constant\.character\.escape|punctuation\.definition\.string)\./,
  number: /^constant\.numeric\./,
  comment: /^(comment|punctuation\.definition\.comment)\./,
};

function allowedForCode({ tokenType, payload }: RhaiToken): RegExp {
  switch (tokenType) {
    case t.Identifier:
      return /^(entity\.name|variable\.other|variable\.parameter|variable\.language\.global)\b/;
    case t.Reserved:
      return payload === "this" ? /^variable\.language\.this\./ : /^support\.function\./;
    case t.Underscore:
      return /^variable\.language\.wildcard\./;
    case t.True:
    case t.False:
      return /^constant\.language\.boolean\./;
    default:
      return t.WORD_TYPES.has(payload as string)
        ? /^(keyword|storage)\./
        : /^(keyword\.operator|punctuation|constant\.language\.unit)\./;
  }
}

function stretchOf(token: RhaiToken): Stretch {
  const { tokenType, image } = token;
  const area = AREAS.get(tokenType) ?? "code";
  const allowed = area === "code" ? allowedForCode(token) : IN_AREA[area];
  // A sign belongs to the lexer's number; the `$` of `${` to its text.
  const start = token.startOffset + (area === "number" && image.startsWith("-") ? 1 : 0);
  const end = token.end - (tokenType === t.InterpolatedString ? 1 : 0);
  return { start, end, area, allowed };
}

/** The lexer gets scripts without their `#!` line, which counts as a comment here. */
function withoutShebang(text: string): string {
  return text.replace(/^#![^\n]*/, (line) => " ".repeat(line.length));
}

/** Tokens, and between them comments, which the lexer leaves out. */
function stretches(text: string): Stretch[] {
  const found: Stretch[] = [];
  const comment = (start: number, end: number): void => {
    found.push({ start, end, area: "comment", allowed: IN_AREA.comment });
  };
  let at = 0;
  for (const token of tokenize(withoutShebang(text)).tokens) {
    if (token.startOffset > at) comment(at, token.startOffset);
    if (/^-\d/.test(token.image)) {
      const sign = token.startOffset;
      found.push({ start: sign, end: sign + 1, area: "code", allowed: /^keyword\.operator\./ });
    }
    found.push(stretchOf(token));
    at = token.end - (token.tokenType === t.InterpolatedString ? 1 : 0);
    // The `$` goes with the brace after it.
    if (token.tokenType === t.InterpolatedString) {
      found.push({ start: at, end: ++at, area: "code", allowed: /^punctuation\./ });
    }
  }
  if (at < text.length) comment(at, text.length);
  return found;
}

/** The first place where the runs disagree with the lexer, or null. */
export function firstDifference(text: string, runs: readonly Scoped[]): string | null {
  let index = 0;
  for (const { start, end, area, allowed } of stretches(text)) {
    for (; index < runs.length && runs[index].start < end; index++) {
      const run = runs[index];
      const from = Math.max(run.start, start);
      const piece = text.slice(from, Math.min(run.end, end));
      const isBlank = area !== "string" && piece.trim() === "";
      if (!isBlank && (areaOf(run) !== area || !allowed.test(leaf(run)))) {
        return `${JSON.stringify(piece)} at ${from}: ${area} expected, has ${leaf(run)}`;
      }
      if (run.end > end) break;
    }
  }
  return null;
}
