// What the engine's settings do to tokens: custom operators and keywords, disabled symbols, JSON, token mapping.

import type { TokenType } from "chevrotain";
import type { ParseError } from "./errors.ts";
import { IMPROPER_SYMBOLS, improperSymbol, reservedDisabled } from "./lex-errors.ts";
import { isReserved, isStandardSyntax, isValidIdentifier } from "./literals.ts";
import type { ParseOptions } from "./options.ts";
import type { Position } from "./position.ts";
import { Custom, Identifier, InterpolatedString, LeftBrace, MapStart, Reserved, Unit } from "./tokens.ts";

export interface TokenizeOptions {
  readonly disabledSymbols?: ReadonlySet<string>;
  readonly customOperators?: ReadonlyMap<string, number>;
  /** Only the keys matter: the symbols that start a custom syntax. */
  readonly customSyntax?: ReadonlyMap<string, unknown>;
  /** Further words and symbols of custom syntax (not in first place) that are otherwise reserved or disabled. */
  readonly customKeywords?: ReadonlySet<string>;
  /** In bytes; 0 or absent: unlimited. */
  readonly maxStringSize?: number;
  readonly mapToken?: ParseOptions["mapToken"];
  /** The text is JSON (`{` opens a map); says whether `null` is allowed. */
  readonly json?: "null" | "no-null";
}

export function tokenizeOptions(options: ParseOptions): TokenizeOptions {
  return {
    disabledSymbols: options.disabledSymbols,
    customOperators: options.customOperators,
    customSyntax: options.customSyntax,
    maxStringSize: options.limits.maxStringSize,
    mapToken: options.mapToken,
    json: options.mode === "json" ? "null" : undefined,
  };
}

/** A token type with its payload, or the error that takes its place. */
export interface Changed {
  readonly type: TokenType;
  readonly payload: string;
}

export type SymbolFilter = (type: TokenType, payload: string, pos: Position) => Changed | ParseError | null;

/**
 * Makes the function that is asked about each token other than numbers and texts: null when the token stays as it is. Returns null if
 * only reserved symbols can be affected (see improperReserved).
 */
export function symbolFilter(options: TokenizeOptions): SymbolFilter | null {
  const { disabledSymbols: disabled, customOperators, customSyntax, customKeywords, json } = options;
  const isDisabled = (text: string): boolean => disabled?.has(text) === true;
  const isCustom = (text: string): boolean =>
    customOperators?.has(text) === true ||
    customKeywords?.has(text) === true ||
    (customSyntax?.has(text) === true && (isDisabled(text) || isReserved(text)));
  const filter: SymbolFilter = (type, payload, pos) => {
    if (type === InterpolatedString) return null;
    if ((type === Identifier || type === Reserved || isStandardSyntax(payload)) && isCustom(payload)) {
      return { type: Custom, payload };
    }
    if (type === Reserved) {
      const improper = improperReserved(payload, pos);
      if (improper !== null) return improper;
      return isDisabled(payload) ? reservedDisabled(payload, isValidIdentifier(payload), pos) : null;
    }
    return type !== Identifier && isDisabled(payload) ? { type: Reserved, payload } : null;
  };
  if (json !== undefined) return withJson(filter, json === "null");
  const idle = !disabled?.size && !customOperators?.size && !customSyntax?.size && !customKeywords?.size;
  return idle ? null : filter;
}

/** The error for a symbol of another language, or null. */
export function improperReserved(symbol: string, pos: Position): ParseError | null {
  const description = IMPROPER_SYMBOLS.get(symbol);
  return description === undefined ? null : improperSymbol(symbol, description, pos);
}

function withJson(filter: SymbolFilter, allowNull: boolean): SymbolFilter {
  return (type, payload, pos) => {
    const changed = filter(type, payload, pos);
    if (changed instanceof Error) return changed;
    switch (changed === null ? type : changed.type) {
      case LeftBrace:
        return { type: MapStart, payload: "#{" };
      case Unit:
      case MapStart:
        return improperSymbol(payload, "", pos);
      case InterpolatedString:
        return improperSymbol("interpolated string", "", pos);
      case Reserved:
        if (payload !== "null") return changed;
        return allowNull ? { type: Unit, payload: "()" } : improperSymbol("null", "", pos);
      default:
        return changed;
    }
  };
}
