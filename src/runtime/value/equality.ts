// Equality of values as Rhai's containers use it, and the keys by which `switch` finds a case.

import { functionNotFound } from "../errors.ts";
import { type Blob, compareStrings, type RhaiArray, type RhaiMap } from "./containers.ts";
import { equalFloats } from "./float.ts";
import type { Int } from "./int.ts";
import type { Range, Timestamp } from "./objects.ts";
import type { Byte, Char, Float } from "./scalars.ts";
import { type RhaiObject, signatureTypeName, TypeId, typeIdOf, type Value } from "./value.ts";

/** An `==` that a host has registered: its answer, or null when there is none for these two values. */
export type RegisteredEquals = (a: Value, b: Value) => boolean | null;

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Rhai's native `==`: built-in comparisons, arrays and maps element by element. Throws "Function not found" for pairs that
 * Rhai cannot compare (two function pointers, a range with a `..=` range ...), without position.
 */
export function equalsValue(a: Value, b: Value, registered: RegisteredEquals | null = null): boolean {
  if (registered !== null) {
    const answer = registered(a, b);
    if (answer !== null) return answer;
  }
  if (typeof a !== "object" && typeof b !== "object") return equalPrimitives(a, b);
  const result = equalObjects(a, b, registered);
  if (result === null) throw functionNotFound(`== (${signatureTypeName(a)}, ${signatureTypeName(b)})`);
  return result;
}

// INT is normalised, so `===` is exact for it too; other primitives of different types are unequal.
function equalPrimitives(a: Value, b: Value): boolean {
  return a === b;
}

/** Null: there is no `==` for these types. */
function equalObjects(a: Value, b: Value, registered: RegisteredEquals | null): boolean | null {
  const left = typeIdOf(a);
  const right = typeIdOf(b);
  if (left !== right) return equalMixed(a, left, b, right);
  switch (left) {
    case TypeId.FLOAT:
      return equalFloats((a as Float).value, (b as Float).value);
    case TypeId.CHAR:
      return (a as Char).value === (b as Char).value;
    case TypeId.ARRAY:
      return equalArrays(a as RhaiArray, b as RhaiArray, registered);
    case TypeId.MAP:
      return equalMaps(a as RhaiMap, b as RhaiMap, registered);
    case TypeId.BLOB:
      return equalBytes((a as Blob).bytes, (b as Blob).bytes);
    case TypeId.RANGE:
    case TypeId.RANGE_INCLUSIVE:
      return (a as Range).from === (b as Range).from && (a as Range).to === (b as Range).to;
    case TypeId.TIMESTAMP:
      return (a as Timestamp).milliseconds === (b as Timestamp).milliseconds;
    case TypeId.BYTE:
      return (a as Byte).value === (b as Byte).value;
    case TypeId.ITERATOR:
      return (a as RhaiObject).typeName === (b as RhaiObject).typeName ? null : false;
    default:
      return null;
  }
}

function equalMixed(a: Value, left: number, b: Value, right: number): boolean | null {
  switch (left) {
    case TypeId.INT:
      if (right === TypeId.FLOAT) return equalFloats(Number(a), (b as Float).value);
      return right === TypeId.BYTE ? null : false;
    case TypeId.FLOAT:
      if (right === TypeId.INT) return equalFloats((a as Float).value, Number(b));
      return right === TypeId.BYTE ? null : false;
    case TypeId.BYTE:
      return right === TypeId.INT || right === TypeId.FLOAT ? null : false;
    case TypeId.CHAR:
      return (a as Char).value === b;
    case TypeId.STRING:
      return right === TypeId.CHAR && a === (b as Char).value;
    case TypeId.BLOB:
      return right === TypeId.CHAR ? null : false;
    case TypeId.RANGE:
      return right === TypeId.RANGE_INCLUSIVE ? null : false;
    case TypeId.RANGE_INCLUSIVE:
      return right === TypeId.RANGE ? null : false;
    default:
      return false;
  }
}

/** `==` of two arrays. Elements of different types that cannot be compared are merely unequal. */
export function equalArrays(a: RhaiArray, b: RhaiArray, registered: RegisteredEquals | null = null): boolean {
  const left = a.items;
  const right = b.items;
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) {
    if (!equalElements(left[i], right[i], registered)) return false;
  }
  return true;
}

/** Compares as arrays do: no error when the types differ. */
export function equalElements(a: Value, b: Value, registered: RegisteredEquals | null = null): boolean {
  if (registered !== null) {
    const answer = registered(a, b);
    if (answer !== null) return answer;
  }
  if (typeof a !== "object" && typeof b !== "object") return equalPrimitives(a, b);
  const result = equalObjects(a, b, registered);
  if (result !== null) return result;
  if (typeIdOf(a) !== typeIdOf(b)) return false;
  throw functionNotFound(`== (${signatureTypeName(a)}, ${signatureTypeName(b)})`);
}

/** `==` of two maps. Values that cannot be compared are an error here, whatever their types. */
export function equalMaps(a: RhaiMap, b: RhaiMap, registered: RegisteredEquals | null = null): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    if (!b.has(key) || !equalsValue(a.get(key), b.get(key), registered)) return false;
  }
  return true;
}

/** The order in which arrays sort two values of one type: INT, FLOAT, char, string or bool. */
export function orderValues(a: Value, b: Value): number {
  switch (typeIdOf(a)) {
    case TypeId.STRING:
      return compareStrings(a as string, b as string);
    case TypeId.FLOAT:
      return compare((a as Float).value, (b as Float).value);
    case TypeId.CHAR:
      return (a as Char).codePoint - (b as Char).codePoint;
    case TypeId.INT:
    case TypeId.BOOL:
      return compare(a as Int, b as Int);
    default:
      return 0;
  }
}

function compare(a: Int, b: Int): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export type HashKey = string | number | bigint | boolean | undefined;

/** Half of a surrogate pair, which no Rhai string begins with: marks the keys that are not strings themselves. */
const MARK = "\ud800";

/**
 * A primitive that two values share exactly when `switch` takes them for the same: same type, same content (`1` is not `1.0`,
 * `-0.0` is not `0.0`). Null: the value goes to the default case. Fit as a key of a JS `Map`.
 */
export function hashKey(value: Value): HashKey | null {
  if (typeof value !== "object") return value;
  switch (typeIdOf(value)) {
    case TypeId.CHAR:
      // No INT is a fraction, so characters need no text of their own.
      return (value as Char).codePoint + 0.5;
    case TypeId.FLOAT:
      return floatKey((value as Float).value);
    case TypeId.RANGE:
    case TypeId.RANGE_INCLUSIVE: {
      const { from, to, inclusive } = value as Range;
      return `${MARK}${from}..${inclusive ? "=" : ""}${to}`;
    }
    case TypeId.BYTE:
      return `${MARK}b${(value as Byte).value}`;
    case TypeId.BLOB:
      return `${MARK}B${(value as Blob).bytes.join()}`;
    case TypeId.ARRAY:
      return arrayKey(value as RhaiArray);
    case TypeId.MAP:
      return mapKey(value as RhaiMap);
    default:
      return null;
  }
}

function floatKey(value: number): string {
  return `${MARK}f${Object.is(value, -0) ? "-0" : value}`;
}

function arrayKey(array: RhaiArray): string | null {
  let text = `${MARK}[`;
  for (const item of array.items) {
    const key = hashKey(item);
    if (key === null) return null;
    text += nestedKey(key);
  }
  return text;
}

function mapKey(map: RhaiMap): string | null {
  let text = `${MARK}{`;
  for (const name of map.keys()) {
    const key = hashKey(map.get(name));
    if (key === null) return null;
    text += nestedKey(name) + nestedKey(key);
  }
  return text;
}

/** A key as part of a longer one: it tells where it ends. */
function nestedKey(key: HashKey): string {
  return typeof key === "string" ? `${key.length}:${key}` : `${key};`;
}
