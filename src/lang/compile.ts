// From the text of a script to its syntax tree.

import type { Ast } from "./ast.ts";
import { ParseError } from "./errors.ts";
import { completeError } from "./hints.ts";
import { tokenizeOptions } from "./lexer.ts";
import type { ParseOptions } from "./options.ts";
import { parseText } from "./parser/index.ts";

/** Throws a ParseError, and nothing else, if `text` is not a valid script. */
export function parse(text: string, options: ParseOptions): Ast {
  const lexOptions = { ...tokenizeOptions(options), customKeywords: options.customKeywords };
  try {
    return parseText(text, options, lexOptions);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const hostNames = options.scope.map((variable) => variable.name);
    throw completeError(error, text, lexOptions, hostNames);
  }
}
