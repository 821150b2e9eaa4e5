// LogicPackage: `!`, comparisons of u8, and `max`/`min` of numbers.

import { definePackage, type PackageBuilder } from "../function/native.ts";
import type { Int } from "../value/int.ts";
import { type Byte, Float } from "../value/scalars.ts";

const MAX = { doc: "The larger of the two.", paramNames: ["x", "y"] };
const MIN = { doc: "The smaller of the two.", paramNames: ["x", "y"] };

function addByteComparisons(m: PackageBuilder): void {
  m.fn("==", ["u8", "u8"], "bool", (x: Byte, y: Byte) => x.value === y.value);
  m.fn("!=", ["u8", "u8"], "bool", (x: Byte, y: Byte) => x.value !== y.value);
  m.fn("<", ["u8", "u8"], "bool", (x: Byte, y: Byte) => x.value < y.value);
  m.fn("<=", ["u8", "u8"], "bool", (x: Byte, y: Byte) => x.value <= y.value);
  m.fn(">", ["u8", "u8"], "bool", (x: Byte, y: Byte) => x.value > y.value);
  m.fn(">=", ["u8", "u8"], "bool", (x: Byte, y: Byte) => x.value >= y.value);
  m.fn("max", ["u8", "u8"], "u8", (x: Byte, y: Byte) => (x.value >= y.value ? x : y), MAX);
  m.fn("min", ["u8", "u8"], "u8", (x: Byte, y: Byte) => (x.value <= y.value ? x : y), MIN);
}

/** When one operand is NaN the comparison fails and the second operand is the result. */
function addMaxMin(m: PackageBuilder): void {
  m.fn("max", ["i64", "i64"], "i64", (x: Int, y: Int) => (x >= y ? x : y), MAX);
  m.fn("min", ["i64", "i64"], "i64", (x: Int, y: Int) => (x <= y ? x : y), MIN);
  m.fn("max", ["f64", "f64"], "f64", (x: Float, y: Float) => (x.value >= y.value ? x : y), MAX);
  m.fn("min", ["f64", "f64"], "f64", (x: Float, y: Float) => (x.value <= y.value ? x : y), MIN);
  m.fn("max", ["i64", "f64"], "f64", (x: Int, y: Float) => (Number(x) >= y.value ? floatOf(x) : y), MAX);
  m.fn("min", ["i64", "f64"], "f64", (x: Int, y: Float) => (Number(x) <= y.value ? floatOf(x) : y), MIN);
  m.fn("max", ["f64", "i64"], "f64", (x: Float, y: Int) => (x.value >= Number(y) ? x : floatOf(y)), MAX);
  m.fn("min", ["f64", "i64"], "f64", (x: Float, y: Int) => (x.value <= Number(y) ? x : floatOf(y)), MIN);
}

function floatOf(x: Int): Float {
  return new Float(Number(x));
}

/** `LogicPackage`: comparing values. See "Logic Operators" in Rhai's book. */
export const logicPackage = definePackage("LogicPackage", (m) => {
  m.fn("!", ["bool"], "bool", (x: boolean) => !x);
  addByteComparisons(m);
  addMaxMin(m);
});
