// From the text of a script to its syntax tree.

import type { Ast } from "./ast.ts";
import { tokenize, tokenizeOptions } from "./lexer.ts";
import type { ParseOptions } from "./options.ts";
import { parseTokens } from "./parser/index.ts";

/** Throws a ParseError, and nothing else, if `text` is not a valid script. */
export function parse(text: string, options: ParseOptions): Ast {
  const lexOptions = { ...tokenizeOptions(options), customKeywords: options.customKeywords };
  return parseTokens(text, tokenize(text, lexOptions), options, lexOptions);
}
