// BasicStringPackage: text forms of values, number formatting, chars.

import { type CallContext, definePackage, type PackageBuilder } from "../function/native.ts";
import { debugText, printText } from "../value/display.ts";
import type { Int } from "../value/int.ts";
import type { Byte, Char } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";
import { characters } from "./iter-chars.ts";

/** `BasicStringPackage`: texts of values, `print`, `debug`, joining strings. See "Strings and Characters" in Rhai's book. */
export const stringPackage = definePackage("BasicStringPackage", (m) => {
  registerPrint(m);
  registerDebug(m);
  registerNumberFormats(m);
  m.fn("to_int", ["char"], "i64", (char: Char) => char.codePoint, {
    doc: "The code point of the character.",
    paramNames: ["char"],
  });
  m.iterator("string", (text: string) => characters(text, 0, Number.POSITIVE_INFINITY));
});

const PRINT = { doc: "The text of the value; `print` hands it to the host.", paramNames: ["value"] };
const DEBUG = {
  doc: "The text of the value in debug form; `debug` hands it to the host.",
  paramNames: ["value"],
};

/** The text of an array or map: the same in both forms. */
function textIn(ctx: CallContext, value: Value): string {
  return ctx.textOf(value, true, true);
}

/** The functions whose text comes from `print`/`to_string`: the same for every type, but exact types beat `dynamic`. */
function registerPrint(m: PackageBuilder): void {
  m.fn("print", [], "string", () => "", { ...PRINT, isPure: false, paramNames: [] });
  const standard = { ...PRINT, isStandardText: true };
  for (const type of ["string", "char", "bool", "()", "f64"]) {
    m.fn("print", [type], "string", (value: Value) => printText(value), { ...PRINT, isPure: false });
    m.fn("to_string", [type], "string", (value: Value) => printText(value), standard);
  }
  for (const type of ["array", "map"]) {
    m.pure("print", [type], "string", textIn, { ...PRINT, isPure: false, context: true });
    m.pure("to_string", [type], "string", textIn, { ...standard, context: true });
  }
  const print = (ctx: CallContext, value: Value) => ctx.textOf(value, false);
  m.pure("print", ["dynamic"], "string", print, { ...PRINT, isPure: false, context: true });
  m.pure("to_string", ["dynamic"], "string", (value: Value) => printText(value), standard);
}

function registerDebug(m: PackageBuilder): void {
  m.fn("debug", [], "string", () => "", { ...DEBUG, isPure: false, paramNames: [] });
  const standard = { ...DEBUG, isStandardText: true };
  for (const type of ["string", "char", "bool", "()", "f64"]) {
    m.fn("debug", [type], "string", (value: Value) => debugText(value), { ...DEBUG, isPure: false });
    m.fn("to_debug", [type], "string", (value: Value) => debugText(value), standard);
  }
  for (const type of ["array", "map"]) {
    m.pure("debug", [type], "string", textIn, { ...DEBUG, isPure: false, context: true });
    m.pure("to_debug", [type], "string", textIn, { ...standard, context: true });
  }
  m.pure("debug", ["Fn"], "string", (value: Value) => debugText(value), { ...DEBUG, isPure: false });
  m.pure("to_debug", ["Fn"], "string", (value: Value) => debugText(value), standard);
  const show = (ctx: CallContext, value: Value) => ctx.textOf(value, true);
  m.pure("debug", ["dynamic"], "string", show, { ...DEBUG, isPure: false, context: true });
  m.pure("to_debug", ["dynamic"], "string", (value: Value) => debugText(value), standard);
}

/** Digits in a power-of-two base; negative numbers in two's complement of 64 bits. */
function digits(value: Int, base: number): string {
  return value < 0 ? BigInt.asUintN(64, BigInt(value)).toString(base) : value.toString(base);
}

function registerNumberFormats(m: PackageBuilder): void {
  const formats: readonly [string, number][] = [
    ["to_hex", 16],
    ["to_octal", 8],
    ["to_binary", 2],
  ];
  for (const [name, base] of formats) {
    const options = { doc: `The number in base ${base}, without prefix.`, paramNames: ["value"] };
    m.fn(name, ["i64"], "string", (value: Int) => digits(value, base), options);
    m.fn(name, ["u8"], "string", (value: Byte) => digits(value.value, base), options);
  }
}
