// Chevrotain's part of the lexer: the extent of each token, found one stretch of the text at a time.
//
// Tokens take many times the room of their text. In stretches, those behind the parser are garbage before those ahead exist,
// and the garbage collector never has to move them.

import { Lexer, type TokenType } from "chevrotain";
import * as t from "./tokens.ts";

/** Makes the tokens that the parser sees right away, instead of smaller ones that would have to be replaced. */
class RhaiLexer extends Lexer {
  createOffsetOnlyToken(image: string, startOffset: number, _index: number, type: TokenType): t.RhaiToken {
    return new t.RhaiToken(image, startOffset, type);
  }
}

type Definition = ConstructorParameters<typeof Lexer>[0];

function lexerFor(definition: Definition): RhaiLexer {
  return new RhaiLexer(definition, {
    positionTracking: "onlyOffset",
    skipValidations: true,
    recoveryEnabled: false,
  });
}

let plain: RhaiLexer | null = null;
let full: RhaiLexer | null = null;

/** Without back-ticks the simpler lexer will do, which is made in half the time. */
function lex(text: string): t.RhaiToken[] {
  let lexer = full;
  if (lexer === null) {
    if (text.includes("`")) lexer = full = lexerFor(t.LEXER_DEFINITION);
    else lexer = plain ??= lexerFor(t.PLAIN_DEFINITION);
  }
  return lexer.tokenize(text).tokens as t.RhaiToken[];
}

/** Tokens whose payload, position and end are still to be found; `startOffset` counts from the start of the stretch. */
export interface Chunk {
  readonly tokens: readonly t.RhaiToken[];
  /** Nothing follows but trivia, or something that is no token. */
  readonly last: boolean;
}

const CHUNK_SIZE = 8192;
/** More than any token pattern looks at beyond the end of its match. */
const LOOK_AHEAD = 8;

/** The tokens after `from`, which must lie between two tokens and outside of back-tick strings. */
export function readChunk(text: string, from: number): Chunk {
  for (let size = CHUNK_SIZE; ; size *= 4) {
    if (from + size >= text.length) return { tokens: lex(text.slice(from)), last: true };
    const tokens = lex(text.slice(from, from + size));
    tokens.length = countCertain(tokens, size - LOOK_AHEAD);
    if (tokens.length > 0) return { tokens, last: false };
  }
}

/** How many of the tokens would be the same if the text did not end where it was cut, and end at a place to go on from. */
function countCertain(tokens: readonly t.RhaiToken[], limit: number): number {
  let count = 0;
  let openStrings = 0;
  for (let i = 0; i < tokens.length; i++) {
    const { tokenType, startOffset, image } = tokens[i];
    if (startOffset + image.length > limit) break;
    if (tokenType === t.InterpolatedString) openStrings++;
    else if (tokenType === t.FinalText) openStrings--;
    // A minus has to stay with its number.
    if (openStrings === 0 && tokenType !== t.Minus) count = i + 1;
  }
  return count;
}
