// Text to numbers, with the errors that Rust's parsers give.

import { arithmeticError } from "../errors.ts";
import { INT_MAX, INT_MIN, type Int, normalizeInt } from "./int.ts";

/** White space by Unicode, which is not quite what JS's `trim` removes. */
const OUTER_SPACE =
  /^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;

const SHORT_DECIMAL = /^[+-]?[0-9]{1,15}$/;

/** Parses an INT in a radix from 2 to 36; surrounding white space and a sign are fine. */
export function parseInt64(text: string, radix: Int): Int {
  if (radix < 2 || radix > 36) throw arithmeticError(`Invalid radix: '${radix}'`);
  const trimmed = text.replace(OUTER_SPACE, "");
  if (radix === 10 && SHORT_DECIMAL.test(trimmed)) return Number(trimmed) + 0;
  const result = parseDigits(trimmed, Number(radix));
  if (typeof result === "string") {
    throw arithmeticError(`Error parsing integer number '${text}': ${result}`);
  }
  return normalizeInt(result);
}

/** The number, or what is wrong with the text. Digits are judged one by one: the first problem from the left counts. */
function parseDigits(text: string, radix: number): bigint | string {
  if (text === "") return "cannot parse integer from empty string";
  const negative = text[0] === "-";
  const start = negative || text[0] === "+" ? 1 : 0;
  if (start === text.length) return "invalid digit found in string";
  const base = BigInt(radix);
  let value = 0n;
  for (let i = start; i < text.length; i++) {
    const digit = digitValue(text.charCodeAt(i));
    if (digit >= radix) return "invalid digit found in string";
    value = negative ? value * base - BigInt(digit) : value * base + BigInt(digit);
    if (value > INT_MAX) return "number too large to fit in target type";
    if (value < INT_MIN) return "number too small to fit in target type";
  }
  return value;
}

function digitValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 122 ? letter - 87 : 99;
}

const FLOAT_TEXT = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const SPECIAL_FLOAT = /^([+-]?)(?:(inf|infinity)|nan)$/i;

/** Parses a FLOAT; surrounding white space, a sign, `inf` and `nan` are fine. */
export function parseFloat64(text: string): number {
  const trimmed = text.replace(OUTER_SPACE, "");
  if (FLOAT_TEXT.test(trimmed)) return Number(trimmed);
  const special = SPECIAL_FLOAT.exec(trimmed);
  if (special !== null) {
    if (special[2] === undefined) return Number.NaN;
    return special[1] === "-" ? -Infinity : Infinity;
  }
  const problem = trimmed === "" ? "cannot parse float from empty string" : "invalid float literal";
  throw arithmeticError(`Error parsing floating-point number '${text}': ${problem}`);
}
