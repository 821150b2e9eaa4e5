// The words and symbols of the language, what counts as an identifier, and the values of number literals.

/** Words with a grammar of their own. */
export const KEYWORDS: readonly string[] = (
  "true false let const if else switch do while until loop for in continue break return throw try catch " +
  "fn private import export as"
).split(" ");

/** Words that no script may use as a name. */
export const RESERVED_KEYWORDS: readonly string[] = (
  "public protected super new use module package var static shared with is goto match case default void null nil " +
  "spawn thread go sync async await yield this"
).split(" ");

/** Reserved words that may be called like functions. */
export const CALLABLE_KEYWORDS: readonly string[] =
  "print debug type_of eval Fn call curry is_def_var is_def_fn is_shared".split(" ");

/** Those of `CALLABLE_KEYWORDS` that may also be called in method style. */
export const METHOD_KEYWORDS: readonly string[] = ["type_of", "call", "curry", "is_shared"];

export const RESERVED_SYMBOLS: readonly string[] =
  "=== !== -> <- ? := :; ~ !. ::< (* *) # #! @ $ ++ -- ... <| |>".split(" ");

/** Operators and punctuation. `_` counts as a symbol here. */
export const SYMBOLS: readonly string[] = (
  "{ } ( ) [ ] () + - * / % ** << >> ; : :: => _ , . ?. ?? ?[ .. ..= #{ = < > <= >= == != ! !in | || ^ & && " +
  "+= -= *= /= <<= >>= &= |= ^= %= **="
).split(" ");

const keywordSet: ReadonlySet<string> = new Set(KEYWORDS);
const standardSet: ReadonlySet<string> = new Set([...KEYWORDS, ...SYMBOLS]);
const callableSet: ReadonlySet<string> = new Set(CALLABLE_KEYWORDS);
const methodSet: ReadonlySet<string> = new Set(METHOD_KEYWORDS);
const reservedSet: ReadonlySet<string> = new Set([
  ...RESERVED_KEYWORDS,
  ...CALLABLE_KEYWORDS,
  ...RESERVED_SYMBOLS,
]);

/** What a reserved word or symbol may still be used for. */
export interface ReservedUse {
  readonly reserved: boolean;
  readonly callable: boolean;
  readonly method: boolean;
}

export function isReservedKeywordOrSymbol(syntax: string): ReservedUse {
  return {
    reserved: reservedSet.has(syntax),
    callable: callableSet.has(syntax),
    method: methodSet.has(syntax),
  };
}

export function isReserved(syntax: string): boolean {
  return reservedSet.has(syntax);
}

/** Is it a keyword with a grammar of its own (`let`, `fn` ...)? */
export function isKeyword(syntax: string): boolean {
  return keywordSet.has(syntax);
}

/** Is it a keyword, operator or punctuation mark in active use, that is, a token without a payload? */
export function isStandardSyntax(syntax: string): boolean {
  return standardSet.has(syntax);
}

const IDENTIFIER = /^_*[A-Za-z][A-Za-z0-9_]*$/;

/** The first character that is not an underscore must be an ASCII letter. Keywords pass. */
export function isValidIdentifier(name: string): boolean {
  return IDENTIFIER.test(name);
}

/** May a script define a function of this name? */
export function isValidFunctionName(name: string): boolean {
  return isValidIdentifier(name) && !reservedSet.has(name) && !standardSet.has(name);
}

/** A number literal's value; `malformed` holds the text that Rhai complains of. */
export type NumberValue =
  | { readonly kind: "int"; readonly value: number | bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "malformed"; readonly text: string };

const I64_MAX = 2n ** 63n - 1n;
const I64_MIN = -(2n ** 63n);
/** Decimal integers of this many characters (sign included) are always safe integers. */
const SAFE_LENGTH = 15;

/** Value of a number as written, underscores included; `negative` when a `-` belongs to the literal. */
export function numberValue(image: string, negative: boolean): NumberValue {
  const plain = image.includes("_") ? image.replaceAll("_", "") : image;
  const radix = radixOf(plain);
  // The sign shifts the prefix by one, which leaves the radix letter among the digits.
  if (radix !== 0) return negative ? malformed(plain.slice(1)) : radixValue(plain.slice(2), radix);
  const signed = negative ? `-${plain}` : plain;
  return /^-?[0-9]+$/.test(signed) ? decimalInteger(signed) : floatValue(signed);
}

function radixOf(plain: string): number {
  if (plain.length < 2 || plain.charCodeAt(0) !== 0x30) return 0;
  switch (plain[1]) {
    case "x":
    case "X":
      return 16;
    case "o":
    case "O":
      return 8;
    case "b":
    case "B":
      return 2;
    default:
      return 0;
  }
}

const RADIX_PREFIX: Readonly<Record<number, string>> = { 16: "0x", 8: "0o", 2: "0b" };

function radixValue(digits: string, radix: number): NumberValue {
  const significant = digits.replace(/^0+/, "");
  if (digits === "" || significant.length > 64) return malformed(digits);
  const value = BigInt(RADIX_PREFIX[radix] + (significant || "0"));
  if (value >= 2n ** 64n) return malformed(digits);
  return { kind: "int", value: compact(BigInt.asIntN(64, value)) };
}

function decimalInteger(signed: string): NumberValue {
  // `+ 0` keeps `-0` from being a negative zero.
  if (signed.length <= SAFE_LENGTH) return { kind: "int", value: Number(signed) + 0 };
  const significant = signed.replace(/^(-?)0+(?=[0-9])/, "$1");
  if (significant.length > 20) return floatValue(signed);
  const value = BigInt(significant);
  return value > I64_MAX || value < I64_MIN ? floatValue(signed) : { kind: "int", value: compact(value) };
}

function floatValue(signed: string): NumberValue {
  const value = Number(signed.endsWith(".") ? `${signed}0` : signed);
  return Number.isNaN(value) ? malformed(signed.replace("E", "e")) : { kind: "float", value };
}

function compact(value: bigint): number | bigint {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

function malformed(text: string): NumberValue {
  return { kind: "malformed", text };
}
