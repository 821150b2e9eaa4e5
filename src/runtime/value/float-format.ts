// Text forms of FLOAT: Rust's `{}`, `{:e}` and `{:?}` of f64, and Rhai's display form.

/** Outside of these (f32 of 1e13 and of 1e-13) the display form uses an exponent. */
const MAX_NATURAL = Math.fround(1e13);
const MIN_NATURAL = Math.fround(1e-13);

function nonFinite(value: number): string {
  return Number.isNaN(value) ? "NaN" : value < 0 ? "-inf" : "inf";
}

/** Significant digits of a number's text, without sign and exponent. */
function significantDigits(mantissa: string): string {
  return mantissa.replace(/^[-0.]+|\./g, "");
}

/**
 * The shortest digits that read back as the same number, in JS's notation or with an exponent. When two candidates are
 * equally near, JS takes the even one and Rust the greater one. That happens only with 16 digits or more, and only to
 * fractions of few binary places (the number times 2^25 is whole).
 */
function shortest(value: number, text: string): string {
  if (text.length < 16 || Number.isInteger(value) || !Number.isInteger(value * 0x2000000)) return text;
  const [mantissa, exponent] = text.split("e");
  const digits = significantDigits(mantissa);
  const exact = significantDigits(value.toExponential(60).split("e")[0]).replace(/0+$/, "");
  if (digits.length < 16 || exact !== `${digits}5`) return text;
  // The digit is even, so no carry.
  const rounded = mantissa.slice(0, -1) + (Number(mantissa.at(-1)) + 1);
  return exponent === undefined ? rounded : `${rounded}e${exponent}`;
}

/** Rust's `{:e}`. */
function exponential(value: number): string {
  return shortest(value, value.toExponential()).replace("e+", "e");
}

/** Moves the decimal point of JS's `d.ddde±x`, which it uses below 1e-6 and from 1e21 on. */
function expandExponent(text: string): string {
  const negative = text.startsWith("-");
  const [mantissa, exponentText] = (negative ? text.slice(1) : text).split("e");
  const exponent = Number(exponentText);
  const digits = mantissa.replace(".", "");
  const plain = exponent < 0 ? `0.${"0".repeat(-exponent - 1)}${digits}` : digits.padEnd(exponent + 1, "0");
  return negative ? `-${plain}` : plain;
}

/** Rust's `{}` of f64: never an exponent, no `.0` on whole numbers, `-0` keeps its sign. */
export function floatPlain(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const text = shortest(value, String(value));
  return text.includes("e") ? expandExponent(text) : text;
}

/** Display form of a FLOAT: what `print`, `to_string`, `+` and interpolation show. */
export function floatDisplay(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0.0";
  if (size > MAX_NATURAL || size < MIN_NATURAL) {
    return Number.isFinite(value) ? exponential(value) : nonFinite(value);
  }
  return Number.isInteger(value) ? `${value}.0` : floatPlain(value);
}

/** Debug form of a FLOAT: what `debug`, arrays and maps show (Rust's `{:?}`). */
export function floatDebug(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e16 || size < 1e-4) return exponential(value);
  return Number.isInteger(value) ? `${value}.0` : floatPlain(value);
}
