// Debug form of strings and chars: quotes and escapes as Rust's `{:?}` writes them.

/**
 * What Rust does not show as it is: everything but letters, marks that stand alone, numbers, punctuation, symbols and the
 * ASCII space; and all combining marks. Verified against Rust for every code point (Unicode 17).
 */
const HIDDEN =
  "\\p{Cc}\\p{Cf}\\p{Cn}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Grapheme_Extend}\\xa0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000";

const PLAIN_ASCII = /^[ !#-[\]-~]*$/;
const STRING_ESCAPES = new RegExp(`["\\\\${HIDDEN}]`, "gu");
const CHAR_ESCAPES = new RegExp(`['\\\\${HIDDEN}]`, "u");

function escapeOf(char: string): string {
  switch (char) {
    case "\0":
      return "\\0";
    case "\t":
      return "\\t";
    case "\n":
      return "\\n";
    case "\r":
      return "\\r";
    case '"':
    case "'":
    case "\\":
      return `\\${char}`;
    default:
      return `\\u{${(char.codePointAt(0) as number).toString(16)}}`;
  }
}

/** A string in double quotes with Rust's escapes. */
export function quoteString(text: string): string {
  return PLAIN_ASCII.test(text) ? `"${text}"` : `"${text.replace(STRING_ESCAPES, escapeOf)}"`;
}

/** A char in single quotes with Rust's escapes. */
export function quoteChar(char: string): string {
  return CHAR_ESCAPES.test(char) ? `'${escapeOf(char)}'` : `'${char}'`;
}
