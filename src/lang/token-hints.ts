// Advice for "Expecting '...'": what the token that stands there instead gives away.

import { INSTEAD_OF_SEMICOLON, PATTERN, TYPES, WORDS_BEFORE } from "./foreign-words.ts";
import type { ErrorContext } from "./hints.ts";

const EQUALS = "`=` assigns and has no value; `==` compares";
const CALL = "a function in a variable is called with `f.call(...)`";
const isWord = (text: string) => /^[A-Za-z_]/.test(text);
const isLiteral = (text: string) => /^["`'\d]/.test(text);

/** `expected` is the missing token, `purpose` the rest of Rhai's message. */
export function missingTokenHint(expected: string, purpose: string, context: ErrorContext): string | null {
  const { token } = context;
  switch (expected) {
    case ";":
      return semicolonHint(context);
    case "{":
      return bodyHint(context);
    case "in":
      return token === "=" ? "write `for x in 0..10 { ... }`" : "write `for x in list { ... }`";
    case "=>":
      return "cases are written `value => result`";
    case "catch":
      return "a `try` block needs a `catch` block: `try { ... } catch (error) { ... }`";
    case "fn":
      return "only functions can be private";
    case "while":
      return "the condition of `do` follows its block: `do { ... } while condition`, or `until`";
    case "]":
      return bracketHint(purpose, token);
    case ":":
      return propertyHint(token);
    case "}":
      return braceHint(purpose, context);
    case "(":
      return purpose.includes("function call")
        ? "`f!(...)` calls `f` in the caller's scope; to negate write `!x`"
        : null;
    default:
      return listHint(expected, purpose, context);
  }
}

function semicolonHint({ before, previous, token, next, sameLine, adjacent }: ErrorContext): string {
  const known = WORDS_BEFORE.get(previous) ?? (sameLine ? INSTEAD_OF_SEMICOLON.get(token) : undefined);
  if (token === "=" && next === "<") return "write `<=`";
  if (token === "==" && before === "let") return "a variable gets its value with `=`";
  if (known !== undefined) return token === "," && before !== "let" ? "one assignment at a time" : known;
  if (token === ":") return before === "let" || before === "const" ? TYPES : "an object map begins with `#{`";
  if (token === "=") return "assignments have no value: write one after the other";
  if (token === "(" && [")", "]", "()"].includes(previous)) return CALL;
  if (adjacent && previous === "f" && isLiteral(token))
    return `values are put into texts with \`\${...}\`, in back-ticks`;
  if (sameLine && isWord(previous) && isLiteral(token))
    return `functions are called with parentheses: \`${previous}(...)\``;
  if (adjacent && /^\d/.test(previous) && isWord(token)) return "numbers have no suffix";
  return "end the statement with `;`";
}

function bodyHint({ token, previous }: ErrorContext): string {
  if (token === "=") return "compare with `==`";
  if (token === "then" || token === ":") return "the body is in braces: `if condition { ... }`";
  if (previous === "catch") return "write `catch { ... }` or `catch (error) { ... }`";
  return "the body must be in braces";
}

function bracketHint(purpose: string, token: string): string {
  if (purpose.includes("index")) {
    if (token === ",") return "there is one index in brackets: `m[a][b]`";
    if (token === ":") return "slices are written `x[from..to]`";
    if (token === "=") return EQUALS;
  }
  return token === "" ? "a `[` is never closed" : "close the `[` with `]`";
}

function propertyHint(token: string): string {
  if (token === "=") return "properties are written `name: value`";
  if (token === "," || token === "}") return "there is no short form: write `name: name`";
  return "properties are written `name: value`; names that are no words are put in quotes";
}

function braceHint(purpose: string, { token }: ErrorContext): string {
  if (token === "") return "a `{` is never closed";
  if (!purpose.includes("map")) return "close the block with `}`";
  return token === ";"
    ? "properties are separated by commas"
    : "the name of a property is a word, or any text in quotes; keywords need quotes as well";
}

/** Inside of parentheses, or between the items of a list. */
function listHint(expected: string, purpose: string, { token, next, previous }: ErrorContext): string | null {
  if (token === "") return `a \`${closing(expected, purpose)}\` is missing`;
  if (purpose.includes("parameters")) return parameterHint(token);
  if (purpose.includes("arguments")) {
    if (token === "=" || token === ":") return "arguments have no names; to compare write `==`";
    if (token === "(" && previous === ")") return CALL;
  }
  if (purpose.includes("iteration variable")) {
    return token === "="
      ? "write `for i in 0..10 { ... }`"
      : "write `for x in list` or `for (x, index) in list`";
  }
  if (purpose.includes("catch")) return "there is one kind of `catch`: `catch (error) { ... }`";
  if (token === "=") return EQUALS;
  if (expected === ")") return token === "," ? PATTERN_OR_LIST : "close the `(` with `)`";
  if (expected === "," && token === ";") return "the list is not closed before this `;`";
  if (expected === "," && next !== "") return "separate the items with `,`";
  return expected === "." ? "methods of a type are defined with `fn Type.name() { ... }`" : null;
}

const PATTERN_OR_LIST = "parentheses hold one value; lists are written `[a, b]`";

function closing(expected: string, purpose: string): string {
  return purpose.includes("switch") ? "}" : expected;
}

function parameterHint(token: string): string {
  if (token === ":") return TYPES;
  if (token === "=")
    return "parameters have no default values: define the function once more with fewer parameters";
  return "parameters are names, separated by commas";
}

/** Where a name should be declared. */
export function variableExpectedHint({ before, previous, token }: ErrorContext): string {
  if (["[", "{", "#{"].includes(token) || (token === "(" && previous !== "for")) return PATTERN;
  if (token === "let" && (previous === "for" || before === "for")) {
    return "loop variables need no `let`: `for i in 0..10 { ... }`";
  }
  if (token === "fn" && previous === "export") return "functions are exported unless they are `private`";
  if (token === "_") return "`_` is no name; in `for` loops and closures use a name that you don't read";
  if (/^\d/.test(token)) return "names begin with a letter";
  return isWord(token)
    ? `\`${token}\` is a keyword: choose another name`
    : "the name of a variable must follow";
}

/** Where a property should follow a `.`. */
export function propertyExpectedHint({ token }: ErrorContext): string {
  if (/^\d/.test(token)) return "elements are read with brackets: `x[0]`";
  if (/^["`]/.test(token))
    return 'join texts with `+`; properties with unusual names are read with brackets: `m["..."]`';
  if (isWord(token)) return `write \`x["${token}"]\` for a property with this name`;
  return "the name of a property must follow; a float needs digits after its point: `1.0`";
}
