// Custom syntax of the host: its shape is known only while it is being read, one symbol after the other.

import { EOF } from "chevrotain";
import type { CustomExpr, Expr } from "../ast.ts";
import { newCursor } from "../lexer-trivia.ts";
import { isValidIdentifier } from "../literals.ts";
import type { CustomSyntaxRule } from "../options.ts";
import * as e from "../parse-errors.ts";
import { columnOf, lineOf, type Position } from "../position.ts";
import * as t from "../tokens.ts";
import { NOTHING } from "./base.ts";
import { SYMBOLS } from "./context.ts";
import { FunctionParser } from "./functions.ts";
import { tokenText } from "./token-text.ts";

/** One use of custom syntax while it is being read. */
interface Reading {
  readonly rule: CustomSyntaxRule;
  readonly key: t.RhaiToken;
  /** What `next` gets to see. */
  readonly symbols: string[];
  readonly tokens: string[];
  readonly inputs: Expr[];
  readonly state: { value: unknown };
  /** While characters are read one by one: the offset of the next one. */
  rawAt: number | null;
  /** Where the last characters that were read one by one end; 0 for none. */
  rawEnd: number;
  /** The last thing that was asked for. */
  last: string;
}

const SELF_TERMINATED: ReadonlySet<string> = new Set(["$block$", "$func$", ";", "}"]);

export abstract class CustomSyntaxParser extends FunctionParser {
  /** Only an outline: which parts follow the keyword is up to the host. */
  readonly customSyntax = this.RULE("customSyntax", (): CustomExpr => {
    if (this.RECORDING_PHASE) return this.recordOutline();
    const key = this.take();
    const outer = this.deeper(key.pos);
    const reading = this.beginReading(key);
    while (this.readNext(reading)) this.level = outer + 1;
    this.endRaw(reading);
    this.level = outer;
    const { rule, tokens, inputs, state, last } = reading;
    return {
      kind: "custom",
      inputs,
      tokens,
      scopeMayChange: rule.scopeMayChange,
      selfTerminated: SELF_TERMINATED.has(last),
      implementation: rule.implementation,
      state: state.value,
      pos: key.pos,
      start: key.startOffset,
      end: Math.max(this.lastEnd(), reading.rawEnd),
    };
  });

  abstract readonly bareBlock: FunctionParser["block"];
  abstract readonly literal: FunctionParser["expression"];

  private recordOutline(): never {
    this.CONSUME(t.Custom);
    this.MANY(() =>
      this.OR({
        DEF: [{ ALT: () => this.SUBRULE(this.expression) }, { ALT: () => this.SUBRULE(this.block) }],
        IGNORE_AMBIGUITIES: true,
      }),
    );
    return NOTHING;
  }

  private beginReading(key: t.RhaiToken): Reading {
    const word = key.payload as string;
    const rule = this.options.customSyntax.get(word)!;
    if (rule.scopeMayChange) this.scope.pushBarrier();
    const state = { value: undefined };
    return {
      rule,
      key,
      symbols: [word],
      tokens: [word],
      inputs: [],
      state,
      rawAt: null,
      rawEnd: 0,
      last: word,
    };
  }

  /** Reads the next part; false when the syntax is complete. */
  private readNext(reading: Reading): boolean {
    const { key, inputs } = reading;
    const symbol = this.askRule(reading);
    this.deeper(key.pos);
    if (symbol === null) return false;
    if (symbol.length > 2 && symbol.startsWith("$$")) {
      inputs.push(stringInput(symbol, key.pos, key));
      return false;
    }
    reading.last = symbol;
    if (symbol === "$raw$") return this.readRaw(reading);
    this.endRaw(reading);
    this.readPart(reading, symbol);
    return true;
  }

  private askRule(reading: Reading): string | null {
    const { rule, symbols, rawAt, state } = reading;
    const token = this.peek();
    const ahead = rawAt === null ? tokenText(token) : characterAt(this.text, rawAt);
    return this.atPosition(token, () => rule.next(symbols, ahead, state));
  }

  private readPart(reading: Reading, symbol: string): void {
    const nested = this.readNested(symbol, reading.key.pos);
    if (nested !== null) {
      reading.inputs.push(nested);
      this.noteInput(reading, symbol, symbol);
    } else if (symbol === "$ident$") {
      this.readIdentifier(reading);
    } else if (symbol === "$symbol$") {
      this.readToken(reading, symbol, this.checkSymbol());
    } else if (symbol === "$token$") {
      this.raiseLexError();
      this.readToken(reading, symbol, tokenText(this.peek()));
    } else if (symbol in LITERALS) {
      this.readLiteral(reading, symbol as keyof typeof LITERALS);
    } else {
      this.readKeyword(reading, symbol);
    }
  }

  /** The parts that have a grammar of their own; null for the others. */
  private readNested(symbol: string, pos: Position): Expr | null {
    switch (symbol) {
      case "$expr$":
        return this.SUBRULE(this.expression);
      case "$block$":
        return this.blockExpr(this.SUBRULE(this.block, { ARGS: [pos] }));
      case "$inner$":
        return this.blockExpr(this.SUBRULE(this.bareBlock, { ARGS: [pos] }));
      case "$func$":
        return this.readFunction();
      default:
        return null;
    }
  }

  private noteInput(reading: Reading, token: string, symbol: string): void {
    reading.tokens.push(token);
    reading.symbols.push(symbol);
  }

  private readFunction(): Expr {
    if (this.at(t.LeftBrace)) return this.bareClosure();
    if (this.at(t.Pipe) || this.at(t.Or)) return this.SUBRULE(this.closure);
    return this.fail(e.missingSymbol("Expecting '{' or '|'", this.peek().pos));
  }

  private readIdentifier(reading: Reading): void {
    const { payload, pos, startOffset: start, end } = this.name(0);
    const name = payload as string;
    reading.inputs.push({ kind: "variable", name, namespace: null, pos, start, end });
    this.noteInput(reading, "$ident$", name);
  }

  private checkSymbol(): string {
    this.raiseLexError();
    const { tokenType, tokenTypeIdx, payload, pos } = this.peek();
    const isReservedSymbol = tokenType === t.Reserved && !isValidIdentifier(payload as string);
    if (!SYMBOLS[tokenTypeIdx!] && !isReservedSymbol) this.fail(e.missingSymbol("", pos));
    return payload as string;
  }

  private readToken(reading: Reading, symbol: string, text: string): void {
    const token = this.peek();
    if (token.tokenType !== EOF) this.take();
    reading.inputs.push(stringInput(text, token.pos, token));
    this.noteInput(reading, symbol, text);
  }

  private readLiteral(reading: Reading, symbol: keyof typeof LITERALS): void {
    const { types, expected } = LITERALS[symbol];
    const token = this.peek();
    if (!types.includes(token.tokenType)) this.fail(e.missingSymbol(expected, token.pos));
    reading.inputs.push(this.SUBRULE(this.literal));
    const isText = token.tokenType === t.StringLiteral;
    this.noteInput(reading, symbol, isText ? (token.payload as string) : token.image);
  }

  private readKeyword(reading: Reading, word: string): void {
    this.raiseLexError();
    const { tokenType, payload, pos } = this.peek();
    const isText =
      tokenType === t.StringLiteral || tokenType === t.InterpolatedString || tokenType === t.Char;
    if (isText || payload !== word || tokenType === EOF) {
      this.fail(e.missingToken(word, `for '${reading.symbols[0]}' expression`, pos));
    }
    this.take();
    this.noteInput(reading, word, word);
  }

  // ------------------------------------------------------- raw characters

  /** Reads one character of the text; false at its end. */
  private readRaw(reading: Reading): boolean {
    const at = reading.rawAt ?? this.lastEnd();
    if (at >= this.text.length) return false;
    const character = characterAt(this.text, at);
    reading.rawAt = at + character.length;
    reading.symbols.push(character);
    if (reading.tokens[reading.tokens.length - 1] !== "$raw$") reading.tokens.push("$raw$");
    return true;
  }

  /** Makes new tokens of the text after the raw characters. */
  private endRaw(reading: Reading): void {
    const { rawAt } = reading;
    if (rawAt === null) return;
    reading.rawAt = null;
    reading.rawEnd = rawAt;
    const last = this.previous;
    const cursor = newCursor();
    cursor.line = lineOf(last.pos);
    cursor.column = columnOf(last.pos) - 1;
    for (const character of this.text.slice(last.startOffset, rawAt)) {
      if (character === "\n") Object.assign(cursor, { line: cursor.line + 1, column: 0 });
      else cursor.column++;
    }
    this.restart(rawAt, cursor);
  }
}

const LITERALS = {
  $bool$: { types: [t.True, t.False], expected: "Expecting 'true' or 'false'" },
  $int$: { types: [t.Int], expected: "Expecting an integer number" },
  $float$: { types: [t.Float], expected: "Expecting a floating-point number" },
  $string$: { types: [t.StringLiteral], expected: "Expecting a string" },
};

function stringInput(value: string, pos: Position, token: t.RhaiToken): Expr {
  return { kind: "string", value, pos, start: token.startOffset, end: token.end };
}

function characterAt(text: string, at: number): string {
  return at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : "";
}
