// Hints for calls whose arguments have the wrong types: which one does not fit, and what would.

import type { NativeFn } from "../function/native.ts";
import { methodElsewhere } from "./foreign-names.ts";
import { listSignatures, listTypes, type MissingCall, nativeSignature } from "./signature.ts";

const CONVERSIONS: ReadonlyMap<string, string> = new Map([
  ["i64 f64", "to_float()"],
  ["u8 f64", "to_float()"],
  ["f64 i64", "to_int()"],
  ["u8 i64", "to_int()"],
  ["char i64", "to_int()"],
  ["string i64", "parse_int()"],
  ["string f64", "parse_float()"],
]);

const ORDINALS = ["first", "second", "third", "fourth", "fifth"];

function ordinal(index: number): string {
  return ORDINALS[index] ?? `${index + 1}th`;
}

function argumentName(index: number, isMethod: boolean): string {
  return `the ${ordinal(isMethod ? index - 1 : index)} argument`;
}

function fits(param: string, type: string): boolean {
  return param === "dynamic" || param === type;
}

/** A method that turns `type` into one of `wanted`, or null. */
function conversion(type: string, wanted: readonly string[]): string | null {
  for (const target of wanted) {
    const known = CONVERSIONS.get(`${type} ${target}`);
    if (known !== undefined) return known;
  }
  return wanted.every((target) => target === "string") ? "to_string()" : null;
}

/** The overloads that come nearest: fewest wrong arguments, and the first one right if it can be. */
function nearest(overloads: readonly NativeFn[], types: readonly string[]): NativeFn[] {
  const wrong = (fn: NativeFn) => fn.params.filter((param, i) => !fits(param, types[i])).length;
  const least = Math.min(...overloads.map(wrong));
  const near = overloads.filter((fn) => wrong(fn) === least);
  const sameObject = near.filter((fn) => fits(fn.params[0], types[0]));
  return sameObject.length > 0 ? sameObject : near;
}

/** `overloads` have the right number of parameters; none takes these types. */
export function overloadHint(
  overloads: readonly NativeFn[],
  { name, types }: MissingCall,
  isMethod: boolean,
): string {
  const near = nearest(overloads, types);
  const misfits = types.map((type, i) => near.every((fn) => !fits(fn.params[i], type)));
  const index = misfits.indexOf(true);
  const elsewhere = index === 0 ? methodElsewhere(name, types[0]) : null;
  if (elsewhere !== null) return elsewhere;
  if (index < 0 || misfits.indexOf(true, index + 1) >= 0) {
    return `there is ${listSignatures(overloads.map(nativeSignature))}, not for (${types.join(", ")})`;
  }
  const wanted = near.map((fn) => fn.params[index]);
  if (isMethod && index === 0)
    return `\`${name}\` is a method of ${listTypes(wanted)}, and this is ${types[0]}`;
  const who = argumentName(index, isMethod);
  const text = `\`${name}\` takes ${listTypes(wanted)}${place(index, types.length, isMethod)}; ${who} is ${types[index]}`;
  const convert = conversion(types[index], wanted);
  return convert === null ? text : `${text}: convert it with \`${convert}\``;
}

function place(index: number, count: number, isMethod: boolean): string {
  if (count === 1 || (isMethod && count === 2 && index === 1)) return "";
  return ` as ${ordinal(isMethod ? index - 1 : index)} argument`;
}
