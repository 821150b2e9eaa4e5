// What words are: keywords, reserved words or names.

import type { TokenType } from "chevrotain";
import { CALLABLE_KEYWORDS, isValidIdentifier, RESERVED_KEYWORDS } from "./literals.ts";
import { Identifier, Reserved, WORD_TYPES } from "./tokens.ts";

/** A word, and the one string that stands for it wherever it is used. */
export interface Word {
  readonly type: TokenType;
  readonly text: string;
}

function word(type: TokenType, text: string): [string, Word] {
  return [text, { type, text }];
}

const KNOWN: ReadonlyMap<string, Word> = new Map([
  ...[...WORD_TYPES].map(([text, type]) => word(type, text)),
  ...[...RESERVED_KEYWORDS, ...CALLABLE_KEYWORDS].map((text) => word(Reserved, text)),
]);

/** The words of one text: the tree then holds each name once. */
export class WordTable {
  private readonly names = new Map<string, Word>();

  /** Null if it cannot be a name. */
  get(text: string): Word | null {
    return this.names.get(text) ?? this.add(text);
  }

  private add(text: string): Word | null {
    const known = KNOWN.get(text);
    if (known === undefined && text.startsWith("_") && !isValidIdentifier(text)) return null;
    const found = known ?? { type: Identifier, text };
    this.names.set(text, found);
    return found;
  }
}
