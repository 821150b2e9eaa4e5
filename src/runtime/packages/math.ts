// BasicMathPackage: parsing and conversions, rounding, roots, logarithms, trigonometry.

import { definePackage, type PackageBuilder } from "../function/native.ts";
import { floatToInt, fractFloat, roundFloat } from "../value/float.ts";
import { acosFloat, asinFloat, atan2Float, atanFloat } from "../value/float-arcs.ts";
import { expFloat, log10Float, logFloat } from "../value/float-exp-log.ts";
import {
  acoshFloat,
  asinhFloat,
  atanhFloat,
  coshFloat,
  hypotFloat,
  sinhFloat,
  tanhFloat,
} from "../value/float-hyperbolic.ts";
import { cosFloat, sinFloat, tanFloat } from "../value/float-trigonometry.ts";
import type { Int } from "../value/int.ts";
import { parseFloat64, parseInt64 } from "../value/parse-number.ts";
import { type Byte, type Char, Float } from "../value/scalars.ts";

function addParsers(m: PackageBuilder): void {
  m.fn("parse_int", ["string"], "i64", (text: string) => parseInt64(text, 10), {
    doc: "The integer that the string holds in decimal digits.",
    paramNames: ["string"],
  });
  m.fn("parse_int", ["string", "i64"], "i64", parseInt64, {
    doc: "The integer that the string holds in digits of a radix from 2 to 36.",
    paramNames: ["string", "radix"],
  });
  m.fn("parse_float", ["string"], "f64", (text: string) => new Float(parseFloat64(text)), {
    doc: "The floating-point number that the string holds.",
    paramNames: ["string"],
  });
}

function addConversions(m: PackageBuilder): void {
  const toInt = { doc: "Converts to an integer; a fraction is cut off.", paramNames: ["x"] };
  m.fn("to_int", ["i64"], "i64", (x: Int) => x, toInt);
  m.fn("to_int", ["u8"], "i64", (x: Byte) => x.value, toInt);
  m.fn("to_int", ["char"], "i64", (x: Char) => x.codePoint, {
    doc: "The code point of the character.",
    paramNames: ["x"],
  });
  m.fn("to_int", ["f64"], "i64", (x: Float) => floatToInt(x.value), toInt);
  const toFloat = { doc: "Converts to a floating-point number.", paramNames: ["x"] };
  m.fn("to_float", ["i64"], "f64", (x: Int) => new Float(Number(x)), toFloat);
  m.fn("to_float", ["u8"], "f64", (x: Byte) => new Float(x.value), toFloat);
  m.fn("to_float", ["f64"], "f64", (x: Float) => x, toFloat);
}

type FloatFn = readonly [name: string, call: (x: number) => number, doc: string];

/** Functions of one FLOAT that are properties as well. */
const ROUNDING: readonly FloatFn[] = [
  ["floor", Math.floor, "The largest whole number that is not above the number."],
  ["ceiling", Math.ceil, "The smallest whole number that is not below the number."],
  ["round", roundFloat, "The nearest whole number; halves go away from zero."],
  ["int", Math.trunc, "The number without its fraction."],
  ["fraction", fractFloat, "The fraction of the number."],
];

const FUNCTIONS: readonly FloatFn[] = [
  ["to_radians", (x) => x * (Math.PI / 180), "Degrees to radians."],
  ["to_degrees", (x) => x * (180 / Math.PI), "Radians to degrees."],
  ["sqrt", Math.sqrt, "The square root."],
  ["exp", expFloat, "The exponential function."],
  ["ln", logFloat, "The natural logarithm."],
  ["log", log10Float, "The logarithm to base 10."],
  ["sin", sinFloat, "The sine of an angle in radians."],
  ["cos", cosFloat, "The cosine of an angle in radians."],
  ["tan", tanFloat, "The tangent of an angle in radians."],
  ["sinh", sinhFloat, "The hyperbolic sine."],
  ["cosh", coshFloat, "The hyperbolic cosine."],
  ["tanh", tanhFloat, "The hyperbolic tangent."],
  ["asin", asinFloat, "The arc sine in radians."],
  ["acos", acosFloat, "The arc cosine in radians."],
  ["atan", atanFloat, "The arc tangent in radians."],
  ["asinh", asinhFloat, "The inverse hyperbolic sine."],
  ["acosh", acoshFloat, "The inverse hyperbolic cosine."],
  ["atanh", atanhFloat, "The inverse hyperbolic tangent."],
];

type FloatFn2 = readonly [
  name: string,
  call: (x: number, y: number) => number,
  doc: string,
  names: readonly string[],
];

const FUNCTIONS_OF_TWO: readonly FloatFn2[] = [
  ["log", (x, base) => logFloat(x) / logFloat(base), "The logarithm to a base.", ["x", "base"]],
  [
    "atan",
    atan2Float,
    "The angle in radians of the point whose ordinate is `x` and whose abscissa is `y`.",
    ["x", "y"],
  ],
  ["hypot", hypotFloat, "The hypotenuse of a right triangle with legs `x` and `y`.", ["x", "y"]],
];

const TESTS: readonly (readonly [name: string, call: (x: number) => boolean, doc: string])[] = [
  ["is_nan", Number.isNaN, "Is it not a number?"],
  ["is_finite", Number.isFinite, "Is the number finite?"],
  ["is_infinite", (x) => x === Infinity || x === -Infinity, "Is the number infinite?"],
];

function addFloatFunctions(m: PackageBuilder): void {
  m.fn("E", [], "f64", () => new Float(Math.E), { doc: "Euler's number." });
  m.fn("PI", [], "f64", () => new Float(Math.PI), { doc: "The number π." });
  for (const [name, call, doc] of [...ROUNDING, ...FUNCTIONS]) {
    m.fn(name, ["f64"], "f64", (x: Float) => new Float(call(x.value)), { doc, paramNames: ["x"] });
  }
  for (const [name, call, doc] of ROUNDING) {
    m.getter(name, "f64", "f64", (x: Float) => new Float(call(x.value)), "ref", { doc });
  }
  for (const [name, call, doc, paramNames] of FUNCTIONS_OF_TWO) {
    m.fn(name, ["f64", "f64"], "f64", (x: Float, y: Float) => new Float(call(x.value, y.value)), {
      doc,
      paramNames,
    });
  }
  for (const [name, call, doc] of TESTS) {
    m.fn(name, ["f64"], "bool", (x: Float) => call(x.value), { doc, paramNames: ["x"] });
    m.getter(name, "f64", "bool", (x: Float) => call(x.value), "ref", { doc });
  }
}

/** `BasicMathPackage`: trigonometry, rounding, parsing numbers. See "Numeric Functions" in Rhai's book. */
export const mathPackage = definePackage("BasicMathPackage", (m) => {
  addParsers(m);
  addConversions(m);
  addFloatFunctions(m);
});
