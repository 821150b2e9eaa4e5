// Type names that hosts write, and what they mean.

import { requireText } from "../check-arguments.ts";
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

/** The function behind reading a property. Throws TypeError for what is no name. */
export function getterName(property: string): string {
  return `get$${propertyName(property)}`;
}
export function setterName(property: string): string {
  return `set$${propertyName(property)}`;
}

function propertyName(property: string): string {
  requireText("the name of a property", property);
  if (property === "") throw new TypeError("a property needs a name");
  return property;
}
