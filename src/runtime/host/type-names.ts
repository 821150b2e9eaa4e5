// Type names that hosts write, and what they mean.

import type { TypeName } from "../function/native.ts";

/** A class as TypeScript sees it. */
export type HostClass = abstract new (...args: never[]) => object;

/** How a host names a parameter type: a Rhai type name, a short form of one, or a registered class. */
export type HostTypeName = TypeName | HostClass;

const SHORT_NAMES: ReadonlyMap<string, TypeName> = new Map([
  ["int", "i64"],
  ["INT", "i64"],
  ["float", "f64"],
  ["FLOAT", "f64"],
  ["str", "string"],
  ["String", "string"],
  ["ImmutableString", "string"],
  ["Array", "array"],
  ["Map", "map"],
  ["Blob", "blob"],
  ["unit", "()"],
  ["fn", "Fn"],
  ["FnPtr", "Fn"],
  ["any", "dynamic"],
  ["Dynamic", "dynamic"],
]);

/** Rhai's own name for a type name. */
export function canonicalTypeName(name: TypeName): TypeName {
  return SHORT_NAMES.get(name) ?? name;
}
