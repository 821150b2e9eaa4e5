// Tokens as Rhai shows them in `Unexpected '...'`.

import { EOF } from "chevrotain";
import type { ParseError } from "../errors.ts";
import * as t from "../tokens.ts";

export function tokenText(token: t.RhaiToken): string {
  switch (token.tokenType) {
    case EOF:
      return "{EOF}";
    case t.StringLiteral:
      return `"${token.payload}"`;
    case t.InterpolatedString:
      return "string";
    case t.Float:
      return floatText(token.payload as number);
    case t.LexError:
      return (token.payload as ParseError).message;
    default:
      return String(token.payload);
  }
}

/** Above and below these (they are `f32` in Rhai), floats are written with an exponent. */
const MAX_PLAIN = Math.fround(1e13);
const MIN_PLAIN = Math.fround(1e-13);

function floatText(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0.0";
  if (size > MAX_PLAIN || size < MIN_PLAIN) {
    return Number.isFinite(value) ? value.toExponential().replace("e+", "e") : value > 0 ? "inf" : "-inf";
  }
  if (size < 1e-6) return smallFloatText(value);
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Without an exponent, which JavaScript would use here. */
function smallFloatText(value: number): string {
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e-");
  const zeros = "0".repeat(Number(exponent) - 1);
  return `${value < 0 ? "-" : ""}0.${zeros}${mantissa.replace(".", "")}`;
}
