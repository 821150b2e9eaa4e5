// ArithmeticPackage: unary operators, signs and parity of numbers, arithmetic on u8.

import { arithmeticError } from "../errors.ts";
import { definePackage, type PackageBuilder } from "../function/native.ts";
import {
  addBytes,
  andBytes,
  divBytes,
  mulBytes,
  orBytes,
  powByte,
  remBytes,
  shlByte,
  shrByte,
  subBytes,
  xorBytes,
} from "../value/byte-arith.ts";
import { absInt, type Int, isOddInt, negInt } from "../value/int.ts";
import { type Byte, Float } from "../value/scalars.ts";

const SIGN_DOC = "The sign of the number: -1, 0 or 1.";
const ABS_DOC = "The absolute value of the number.";

function addIntFunctions(m: PackageBuilder): void {
  m.fn("-", ["i64"], "i64", negInt);
  m.fn("+", ["i64"], "i64", (x: Int) => x);
  m.fn("abs", ["i64"], "i64", absInt, { doc: ABS_DOC, paramNames: ["x"] });
  m.fn("sign", ["i64"], "i64", (x: Int) => (x > 0 ? 1 : x < 0 ? -1 : 0), {
    doc: SIGN_DOC,
    paramNames: ["x"],
  });
  addTest(m, "is_zero", "i64", (x: Int) => x === 0, "Is the number zero?");
  addTest(m, "is_odd", "i64", (x: Int) => isOddInt(x), "Is the number odd?");
  addTest(m, "is_even", "i64", (x: Int) => !isOddInt(x), "Is the number even?");
}

/** A test that is a function and a property at once. */
function addTest<T>(
  m: PackageBuilder,
  name: string,
  type: string,
  test: (x: T) => boolean,
  doc: string,
): void {
  m.fn(name, [type], "bool", test as (x: never) => boolean, { doc, paramNames: ["x"] });
  m.getter(name, type, "bool", test as (x: never) => boolean, "ref", { doc });
}

function floatSign(x: Float): Int {
  if (Number.isNaN(x.value)) throw arithmeticError("Sign of NaN is undefined");
  return x.value > 0 ? 1 : x.value < 0 ? -1 : 0;
}

function addFloatFunctions(m: PackageBuilder): void {
  m.fn("-", ["f64"], "f64", (x: Float) => new Float(-x.value));
  m.fn("+", ["f64"], "f64", (x: Float) => x);
  m.fn("abs", ["f64"], "f64", (x: Float) => new Float(Math.abs(x.value)), {
    doc: ABS_DOC,
    paramNames: ["x"],
  });
  m.fn("sign", ["f64"], "i64", floatSign, { doc: `${SIGN_DOC} An error for NaN.`, paramNames: ["x"] });
  addTest(m, "is_zero", "f64", (x: Float) => x.value === 0, "Is the number zero?");
}

function addByteFunctions(m: PackageBuilder): void {
  for (const [op, call] of Object.entries({
    "+": addBytes,
    "-": subBytes,
    "*": mulBytes,
    "/": divBytes,
    "%": remBytes,
    "&": andBytes,
    "|": orBytes,
    "^": xorBytes,
  })) {
    m.fn(op, ["u8", "u8"], "u8", call);
  }
  m.fn("**", ["u8", "i64"], "u8", powByte);
  m.fn("<<", ["u8", "i64"], "u8", shlByte);
  m.fn(">>", ["u8", "i64"], "u8", shrByte);
  addTest(m, "is_zero", "u8", (x: Byte) => x.value === 0, "Is the byte zero?");
  addTest(m, "is_odd", "u8", (x: Byte) => (x.value & 1) === 1, "Is the byte odd?");
  addTest(m, "is_even", "u8", (x: Byte) => (x.value & 1) === 0, "Is the byte even?");
}

/** `ArithmeticPackage`: arithmetic of all numbers. See "Numeric Operators" in Rhai's book. */
export const arithmeticPackage = definePackage("ArithmeticPackage", (m) => {
  addIntFunctions(m);
  addFloatFunctions(m);
  addByteFunctions(m);
});
