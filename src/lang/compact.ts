// The shortest text of a script: no comments, and white space only where tokens would become others without it.

import type { TokenType } from "chevrotain";
import type { Ast, CustomExpr } from "./ast.ts";
import { type TokenizeOptions, tokenizeFrom } from "./lexer.ts";
import { newCursor } from "./lexer-trivia.ts";
import { isReserved, isStandardSyntax } from "./literals.ts";
import * as t from "./tokens.ts";
import { walkAst } from "./walk.ts";

/** A part of the text that is kept as it is. */
interface Verbatim {
  readonly start: number;
  readonly end: number;
}

/** `ast` is the tree of `text`, parsed with the same options. */
export function compactText(text: string, ast: Ast, options: TokenizeOptions): string {
  const writer = new Writer();
  let from = 0;
  for (const { start, end } of rawSyntax(ast)) {
    writeTokens(writer, text, from, start, options);
    writer.add(text.slice(start, end));
    from = end;
  }
  writeTokens(writer, text, from, text.length, options);
  return writer.text;
}

/** Custom syntax that reads characters: nobody else knows what they mean. */
function rawSyntax(ast: Ast): Verbatim[] {
  const found: CustomExpr[] = [];
  walkAst(ast, (node) => {
    const isRaw = "kind" in node && node.kind === "custom" && node.tokens.includes("$raw$");
    if (isRaw) found.push(node as CustomExpr);
    return !isRaw;
  });
  return found.sort((a, b) => a.start - b.start);
}

function writeTokens(writer: Writer, text: string, from: number, to: number, options: TokenizeOptions): void {
  let previous: TokenType | null = null;
  for (const token of tokenizeFrom(text, from, newCursor(), options).tokens) {
    const { tokenType, startOffset } = token;
    if (startOffset >= to) break;
    const isNumber = tokenType === t.Int || tokenType === t.Float;
    // A sign that is not part of the number binds weaker: `- 2.abs()`.
    if (isNumber && (previous === t.UnaryMinus || previous === t.UnaryPlus)) writer.space();
    writer.add(tokenText(text, token), tokenType === t.InterpolatedString);
    previous = tokenType;
  }
}

function tokenText(text: string, { tokenType, startOffset, end, payload }: t.RhaiToken): string {
  const source = text.slice(startOffset, end);
  if (tokenType === t.Int || tokenType === t.Float) {
    const digits = source.replaceAll("_", "");
    return digits.endsWith(".") ? `${digits}0` : digits;
  }
  // What a continued line leaves out depends on the column where the string begins.
  if (tokenType === t.StringLiteral && source.startsWith('"') && /\\\r?\n/.test(source))
    return quoted(payload as string);
  return source;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function quoted(value: string): string {
  return `"${value.replace(/["\\\n\r\t]/g, (character) => ESCAPES[character])}"`;
}

const WORD = /^[\p{Alphabetic}\p{N}_]$/u;

class Writer {
  text = "";
  /** The braces that are open in each `${`, innermost last. */
  private readonly holes: number[] = [];
  /** What comes next is text of a back-tick string. */
  private insideText = false;

  add(part: string, opensHole = false): void {
    if (!this.insideText && this.needsSpace(part)) this.text += " ";
    this.text += part;
    this.insideText = false;
    if (opensHole) this.holes.push(0);
    else if (this.holes.length > 0) this.countBraces(part);
  }

  space(): void {
    this.text += " ";
  }

  private countBraces(part: string): void {
    const last = this.holes.length - 1;
    if (part === "{" || part === "#{") this.holes[last]++;
    else if (part === "}" && --this.holes[last] === 0) {
      this.holes.pop();
      this.insideText = true;
    }
  }

  /** Whether the last character and the first one of `part` would be read as something else. */
  private needsSpace(part: string): boolean {
    const before = [...this.text.slice(-3)].slice(-2);
    const after = [...part.slice(0, 3)].slice(0, 2);
    if (before.length === 0 || after.length === 0) return false;
    if (WORD.test(before.at(-1)!) && WORD.test(after[0])) return true;
    for (let i = 0; i < before.length; i++) {
      for (let j = 1; j <= after.length; j++) {
        const joined = [...before.slice(i), ...after.slice(0, j)].join("");
        if (isStandardSyntax(joined) || isReserved(joined)) return true;
      }
    }
    return false;
  }
}
