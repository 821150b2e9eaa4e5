// From the text of a script to its syntax tree.

import type { Ast } from "./ast.ts";
import { tokenizeOptions } from "./lexer.ts";
import type { ParseOptions } from "./options.ts";
import { parseText } from "./parser/index.ts";

/** Throws a ParseError, and nothing else, if `text` is not a valid script. */
export function parse(text: string, options: ParseOptions): Ast {
  const lexOptions = { ...tokenizeOptions(options), customKeywords: options.customKeywords };
  return parseText(text, options, lexOptions);
}
