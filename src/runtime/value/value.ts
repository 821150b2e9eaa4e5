// The values a script can hold, their type ids and Rhai type names.

/** Base of every value that is not a JS primitive. */
export abstract class RhaiObject {
  /** See `TypeId`; host types get ids of their own from `FIRST_HOST_TYPE` on. @hidden */
  abstract readonly typeId: number;
  /** The name `type_of` gives: `array`, `map`, `f64`, ... */
  abstract readonly typeName: string;
  /** The name of the Rust type, which some error messages show instead. */
  get rustTypeName(): string {
    return this.typeName;
  }
}

/**
 * INT is `number` while it is a safe integer and `bigint` outside of that range (never `-0`, never a small bigint).
 * `undefined` is the unit value `()`. Strings are JS strings of Unicode scalar values.
 */
export type Value = number | bigint | boolean | undefined | string | RhaiObject;

/** Small integers that identify a value's type; `typeIdOf` is the fast test behind dispatch. */
export const TypeId = {
  UNIT: 0,
  BOOL: 1,
  INT: 2,
  FLOAT: 3,
  CHAR: 4,
  STRING: 5,
  ARRAY: 6,
  MAP: 7,
  BLOB: 8,
  FN: 9,
  RANGE: 10,
  RANGE_INCLUSIVE: 11,
  TIMESTAMP: 12,
  BYTE: 13,
  ITERATOR: 14,
  SHARED: 15,
} as const;

/** Type ids of host types start here. */
export const FIRST_HOST_TYPE = 32;

export function typeIdOf(value: Value): number {
  switch (typeof value) {
    case "number":
    case "bigint":
      return TypeId.INT;
    case "string":
      return TypeId.STRING;
    case "boolean":
      return TypeId.BOOL;
    case "undefined":
      return TypeId.UNIT;
    default:
      return (value as RhaiObject).typeId;
  }
}

/** Rhai's name for the type of a value, as `type_of` returns it. */
export function typeNameOf(value: Value): string {
  switch (typeof value) {
    case "number":
    case "bigint":
      return "i64";
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "undefined":
      return "()";
    default:
      return (value as RhaiObject).typeName;
  }
}

/** The name in "Data type incorrect" messages: Rust's own for ranges and iterators, Rhai's for all else. */
export function rustTypeNameOf(value: Value): string {
  return typeof value === "object" ? value.rustTypeName : typeNameOf(value);
}

/** The text Rhai shows for a type in "Function not found" signatures (strings show their three Rust types). */
export function signatureTypeName(value: Value): string {
  return typeof value === "string" ? "&str | ImmutableString | String" : typeNameOf(value);
}
