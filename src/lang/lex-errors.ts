// Lexical errors with Rhai's texts.

import { type LexErrorKind, ParseError } from "./errors.ts";
import type { Position, Span } from "./position.ts";

function badInput(kind: LexErrorKind, message: string, fields: readonly string[], pos: Position): ParseError {
  return new ParseError("BadInput", message, pos, fields, kind);
}

export function unexpectedInput(text: string, pos: Position): ParseError {
  return badInput("UnexpectedInput", `Unexpected '${text}'`, [text], pos);
}

export function unterminatedString(pos: Position): ParseError {
  return badInput("UnterminatedString", "Open string is not terminated", [], pos);
}

export function malformedEscape(sequence: string, pos: Position): ParseError {
  return badInput("MalformedEscapeSequence", `Invalid escape sequence: '${sequence}'`, [sequence], pos);
}

export function malformedNumber(text: string, pos: Position): ParseError {
  return badInput("MalformedNumber", `Invalid number: '${text}'`, [text], pos);
}

export function malformedChar(text: string, pos: Position): ParseError {
  return badInput("MalformedChar", `Invalid character: '${text}'`, [text], pos);
}

export function malformedIdentifier(name: string, pos: Position): ParseError {
  return badInput("MalformedIdentifier", `Variable name is not proper: '${name}'`, [name], pos);
}

export function improperSymbol(symbol: string, description: string, pos: Position): ParseError {
  const message = description === "" ? `Invalid symbol encountered: '${symbol}'` : description;
  return badInput("ImproperSymbol", message, [symbol, description], pos);
}

/** The one lexical error that Rhai does not report as bad input. */
export function stringTooLong(max: number, pos: Position): ParseError {
  const what = "Length of string";
  return new ParseError("LiteralTooLarge", `${what} exceeds the maximum limit (${max})`, pos, [what, max]);
}

export function reservedDisabled(symbol: string, isWord: boolean, pos: Position): ParseError {
  return improperSymbol(symbol, `reserved ${isWord ? "keyword" : "symbol"} '${symbol}' is disabled`, pos);
}

export function spanned(error: ParseError, span: Span): ParseError {
  error.span = span;
  return error;
}

const pascalComment =
  "'(* .. *)' is not a valid comment format. This is not Pascal! Should it be '/* .. */'?";

/** Symbols of other languages that Rhai explains instead of merely refusing. */
export const IMPROPER_SYMBOLS: ReadonlyMap<string, string> = new Map([
  ["===", "'===' is not a valid operator. This is not JavaScript! Should it be '=='?"],
  ["!==", "'!==' is not a valid operator. This is not JavaScript! Should it be '!='?"],
  ["->", "'->' is not a valid symbol. This is not C or C++!"],
  ["<-", "'<-' is not a valid symbol. This is not Go! Should it be '<='?"],
  [":=", "':=' is not a valid assignment operator. This is not Go or Pascal! Should it be simply '='?"],
  [":;", "':;' is not a valid symbol. Should it be '::'?"],
  ["::<", "'::<>' is not a valid symbol. This is not Rust! Should it be '::'?"],
  ["(*", pascalComment],
  ["*)", pascalComment],
  ["# {", "'#' is not a valid symbol. Should it be '#{'?"],
]);
