// Advice for text that makes no sense where it stands: lexical errors, unexpected tokens, reserved words.

import type { ParseError } from "./errors.ts";
import { RESERVED_SYMBOLS, RESERVED_WORDS } from "./foreign-words.ts";
import type { ErrorContext } from "./hints.ts";
import { CALLABLE_KEYWORDS, isStandardSyntax, KEYWORDS, METHOD_KEYWORDS } from "./literals.ts";

const SWITCHED_OFF = "the host has switched it off";

/** Tokens before which a word is meant as a name. */
const NAMES_FOLLOW: ReadonlySet<string> = new Set(["let", "const", "fn", "for", "as", ".", "?.", "export"]);

/** A word or symbol that may not be used. */
export function reservedHint(word: string, { previous, next, before }: ErrorContext): string | null {
  const symbol = RESERVED_SYMBOLS.get(word);
  if (symbol !== undefined) return symbol;
  if (isStandardSyntax(word)) return SWITCHED_OFF;
  const isKey = next === ":" && (previous === "#{" || previous === ",");
  if (isKey) return `put the name in quotes: \`"${word}": ...\``;
  if (previous === "." || previous === "?.") {
    if (!CALLABLE_KEYWORDS.includes(word)) return `\`${word}\` is reserved: write \`x["${word}"]\``;
    return METHOD_KEYWORDS.includes(word)
      ? `\`${word}\` is a function: call it, \`x.${word}(...)\``
      : `\`${word}\` is no method: call it as \`${word}(x)\``;
  }
  const isName = NAMES_FOLLOW.has(previous) || (previous === "(" && ["fn", "catch"].includes(before));
  if (isName) return `\`${word}\` is reserved: choose another name`;
  if (CALLABLE_KEYWORDS.includes(word))
    return `\`${word}\` is a function: call it with parentheses, \`${word}(...)\``;
  return RESERVED_WORDS.get(word) ?? `\`${word}\` is reserved: choose another name`;
}

/** A symbol that is no operator. */
export function operatorHint(symbol: string): string | null {
  return RESERVED_SYMBOLS.get(symbol) ?? (isStandardSyntax(symbol) ? SWITCHED_OFF : null);
}

/** A text that the lexer or the parser cannot use. */
export function badInputHint(
  { lexKind, message }: ParseError,
  subject: string,
  context: ErrorContext,
): string | null {
  switch (lexKind) {
    case "UnterminatedString":
      return unterminatedHint(context.token);
    case "MalformedChar":
      return 'single quotes hold one character; texts are put in double quotes: `"..."`';
    case "MalformedEscapeSequence":
      return escapeHint(subject);
    case "MalformedNumber":
      return numberHint(subject);
    case "MalformedIdentifier":
      return "a letter must follow the first underscores of a name";
    case "ImproperSymbol":
      return improperHint(subject, message);
    case "UnexpectedInput":
      return unexpectedHint(subject, context);
    default:
      return null;
  }
}

function unterminatedHint(token: string): string {
  if (token.startsWith("#")) return 'raw texts end as they begin: `#"..."#`';
  if (token.startsWith("`")) return "the text that begins here has no closing back-tick";
  return "the text that begins here has no closing quote; texts of several lines are put in back-ticks: `` `...` ``";
}

function escapeHint(sequence: string): string {
  const all = 'the escapes are \\t \\n \\r \\\\ \\" \\xHH \\uHHHH \\UHHHHHHHH; a backslash is written \\\\';
  if (sequence.startsWith("\\u{"))
    return "write four digits without braces, `\\u0041`, or eight: `\\U0001F600`";
  if (sequence === "\\0") return "write `\\x00`";
  if (sequence === "\\'" || sequence === '\\"')
    return "only the quote that encloses the text is escaped, by a backslash or by doubling it";
  if (sequence === "\\$") return `\`$\` needs no backslash here; \`\${...}\` works in back-ticks only`;
  if (/^\\u[dD][89a-fA-F]/.test(sequence)) return "write the character as one: `\\U0001F600`";
  return all;
}

function numberHint(text: string): string {
  if (text === "") return "digits are missing after the prefix";
  if (/^[xob]/i.test(text)) return "put a blank after the sign: `- 0x10`";
  if (/[eE][+-]?$/.test(text)) return "digits are missing after the `e`";
  return "the number has more than 64 bits";
}

function improperHint(symbol: string, message: string): string | null {
  if (message.endsWith("is disabled")) return SWITCHED_OFF;
  switch (symbol) {
    case "=":
      return "`=` assigns, `==` compares";
    case "::":
      return "`::` follows the name of a module; properties are written with `.`";
    case "this":
      return "`this` exists only in functions that are called as methods";
    case "->":
      return "functions have no declared result type; properties are written with `.`";
    case "<-":
      return "write `x < -1` with a blank";
    case "::<":
      return "functions have no type parameters";
    case "null":
      return "the empty value is `()`";
    default:
      return null;
  }
}

function unexpectedHint(subject: string, { previous, token }: ErrorContext): string | null {
  const code = token.codePointAt(0) ?? 0;
  if (subject === "=" && ["&&", "||", "??", "^^"].includes(previous)) {
    return `there is no \`${previous}=\`: write \`x = x ${previous} y\``;
  }
  if (subject === ">" && previous === "<") return "write `!=`";
  if (subject === "=" && previous === "**") return "write `**=` in one";
  if (subject === "." && previous === "}") return "put the `{ ... }` in parentheses to go on with `.`";
  if (subject === "}")
    return previous === "" || [";", "}"].includes(previous)
      ? "there is no open `{` for this `}`"
      : "a value is missing before this `}`";
  if ([")", "]", ",", ";"].includes(subject)) return `a value is missing before this \`${subject}\``;
  if (subject === "else") return "`else` follows the `}` of an `if`, without `;`";
  if (subject === "fn") return "functions inside of expressions are closures: `|x| ...`";
  if (subject === "|" || subject === "||") return "closures are not allowed here";
  if (subject === "!") return "`f!(...)` works for functions of the script only";
  if (subject === "!in") return "`!in` stands between a value and a list: `x !in list`";
  if (KEYWORDS.includes(subject)) return `\`${subject}\` cannot stand where a value is needed`;
  if ("“”„‘’«»".includes(subject)) return 'write straight quotes: `"..."`';
  if (code === 0xfeff) return "save the text without a byte order mark";
  if (code > 127 && /\p{L}/u.test(subject)) return "names are made of ASCII letters, digits and `_`";
  return null;
}
