// Signatures of functions in Rhai's form, with the type names that Rhai shows: Rust's for its own packages, short ones otherwise.

import type { ScriptFnDef } from "../../lang/ast.ts";
import type { NativeFn, TypeName } from "../function/native.ts";

/** How types are written: `rust` as in the source of Rhai's packages, `short` as `type_of` names them. */
export type TypeStyle = "rust" | "short";

const RUST_NAMES: ReadonlyMap<TypeName, string> = new Map([
  ["string", "ImmutableString"],
  ["array", "Array"],
  ["map", "Map"],
  ["blob", "Blob"],
  ["Fn", "FnPtr"],
  ["timestamp", "Instant"],
  ["range", "Range<i64>"],
  ["range=", "RangeInclusive<i64>"],
]);

function typeText(type: TypeName, style: TypeStyle): string {
  if (type === "dynamic") return "Dynamic";
  return style === "rust" ? (RUST_NAMES.get(type) ?? type) : type;
}

/** Type of a parameter: `&mut` marks a first one that is taken by reference, as Rust has it even for functions that only read. */
export function paramType(fn: NativeFn, index: number, style: TypeStyle): string {
  const type = fn.params[index];
  if (index === 0 && fn.receiver !== "value") return `&mut ${typeText(type, style)}`;
  if (style === "rust" && type === "string") return "&str";
  return typeText(type, style);
}

/** The type a function returns. What a setter returns is dropped, whatever it declares. */
export function returnsOf(fn: NativeFn): TypeName {
  return fn.name.startsWith("set$") || fn.name === "index$set$" ? "()" : fn.returns;
}

/** The same as text; empty for the unit type. */
export function returnType(fn: NativeFn, style: TypeStyle): string {
  const returns = returnsOf(fn);
  return returns === "()" ? "" : typeText(returns, style);
}

/** `name(param: type, ...) -> type`; parameters without a name are called `_`. */
export function nativeSignature(fn: NativeFn, params: TypeStyle, returns: TypeStyle): string {
  const list = fn.params.map((_, i) => `${fn.paramNames[i] ?? "_"}: ${paramType(fn, i, params)}`);
  const result = returnType(fn, returns);
  return `${fn.name}(${list.join(", ")})${result === "" ? "" : ` -> ${result}`}`;
}

export function scriptSignature({ name, params }: ScriptFnDef): string {
  return `${name}(${params.join(", ")})`;
}
