// Indexing at run time: reading, fetching for modification and replacing elements of every indexable type.

import type { Position } from "../../lang/position.ts";
import { arrayBounds, EvalError, indexingType, mismatchDataType } from "../errors.ts";
import { Blob, Container, RhaiArray, RhaiMap } from "../value/containers.ts";
import { Range } from "../value/objects.ts";
import { Char } from "../value/scalars.ts";
import { rustTypeNameOf, typeNameOf, type Value } from "../value/value.ts";
import type { Frame } from "./frame.ts";
import { bitField, bitPosition, getBit, getBits, setBit, setBits } from "./index-bits.ts";
import { stringChar, stringSlice, withChar, withSlice } from "./index-string.ts";
import { type Later, whenDone } from "./later.ts";
import { invokeAsync, invokeNative } from "./native-call.ts";
import { findNative } from "./native-lookup.ts";

/** What an index step knows besides its values. */
export interface IndexSite {
  /** Start of the index expression: bounds and type errors. */
  readonly idxPos: Position;
  /** The bracket: indexer errors. */
  readonly opPos: Position;
  /** Missing map keys are errors (`failOnInvalidMapProperty`). */
  readonly strict: boolean;
  /** Registered indexers may return promises: what works with this site then does so as well. */
  readonly mayAwait: boolean;
}

export const INDEX_GET = "index$get$";
export const INDEX_SET = "index$set$";

/** Index into `length` elements, counted from the end when negative. Throws arrayBounds or mismatchDataType. */
export function elementIndex(length: number, index: Value, pos: Position): number {
  if (typeof index === "number") {
    if (index >= 0 && index < length) return index;
    if (index < 0 && -index <= length) return length + index;
  } else if (typeof index !== "bigint") {
    throw mismatchDataType("i64", rustTypeNameOf(index), pos);
  }
  throw arrayBounds(length, index, pos);
}

function requireKey(index: Value, pos: Position): string {
  if (typeof index === "string") return index;
  throw mismatchDataType("string", rustTypeNameOf(index), pos);
}

/**
 * The element at an index; borrowed from `target`. Falls back to registered indexers: a promise, when those may await,
 * which the value's type hides (only chains that stage such steps read sites that may await; see `StagedPath`).
 */
export function indexGet(frame: Frame, target: Value, index: Value, site: IndexSite): Value {
  if (target instanceof RhaiArray) return target.items[elementIndex(target.items.length, index, site.idxPos)];
  if (target instanceof RhaiMap) return mapGet(target, requireKey(index, site.idxPos), site);
  switch (typeof target) {
    case "string":
      return stringGet(target, index, site.idxPos);
    case "number":
    case "bigint":
      return bitsGet(target, index, site.idxPos);
  }
  if (target instanceof Blob) return target.bytes[elementIndex(target.bytes.length, index, site.idxPos)];
  return callIndexer(frame, [target, index], site, false) as Value;
}

export function mapGet(
  map: RhaiMap,
  key: string,
  site: { readonly idxPos: Position; readonly strict: boolean },
): Value {
  const value = map.get(key);
  if (value === undefined && site.strict && !map.has(key)) {
    throw new EvalError("ErrorPropertyNotFound", { name: key, value: map }, site.idxPos);
  }
  return value;
}

function stringGet(target: string, index: Value, pos: Position): Value {
  if (typeof index === "number" || typeof index === "bigint") return stringChar(target, index, pos);
  if (index instanceof Range) return stringSlice(target, index, pos);
  throw mismatchDataType("i64", rustTypeNameOf(index), pos);
}

function bitsGet(target: number | bigint, index: Value, pos: Position): Value {
  if (typeof index === "number" || typeof index === "bigint") return getBit(target, bitPosition(index, pos));
  if (index instanceof Range) return getBits(target, bitField(index, pos));
  throw mismatchDataType("i64", rustTypeNameOf(index), pos);
}

/** Calls the registered indexer for `args[0]`; `isRef` when that is a place. Throws indexingType when there is none. */
export function callIndexer(
  frame: Frame,
  args: Value[],
  { opPos, mayAwait }: { readonly opPos: Position; readonly mayAwait: boolean },
  isRef: boolean,
  constant = false,
): Later<Value> {
  const name = args.length === 2 ? INDEX_GET : INDEX_SET;
  const fn = findNative(frame, name, args);
  if (fn === null) throw indexingType(indexerSignature(args), opPos);
  return (mayAwait ? invokeAsync : invokeNative)(frame, fn, args, opPos, isRef, constant);
}

function indexerSignature(args: readonly Value[]): string {
  const [target, index] = args;
  const text = `${typeNameOf(target)} [${typeNameOf(index)}]`;
  return args.length === 2 ? text : `${text} = ${typeNameOf(args[2])}`;
}

/** The element to be modified in place; `target` must be writable itself. Missing map keys give unit. */
export function indexOwn(frame: Frame, target: Value, index: Value, site: IndexSite): Value {
  if (target instanceof RhaiArray) {
    const items = target.write();
    return items[elementIndex(items.length, index, site.idxPos)];
  }
  if (target instanceof RhaiMap) {
    const key = requireKey(index, site.idxPos);
    if (site.strict) mapGet(target, key, site);
    return target.getForWrite(key);
  }
  return indexGet(frame, target, index, site);
}

/**
 * Puts `value` at an index of `target`, which must be writable, and returns the target's new value (the same object for
 * containers). `pos` is where a value of the wrong type is reported.
 */
export function indexPut(
  frame: Frame,
  target: Value,
  index: Value,
  value: Value,
  site: IndexSite,
  pos: Position,
): Later<Value> {
  if (target instanceof RhaiArray) {
    const items = target.write();
    items[elementIndex(items.length, index, site.idxPos)] = value;
    return target;
  }
  if (target instanceof RhaiMap) {
    target.set(requireKey(index, site.idxPos), value);
    return target;
  }
  if (typeof target === "string") return stringPut(target, index, value, site.idxPos, pos);
  if (typeof target === "number" || typeof target === "bigint")
    return bitsPut(target, index, value, site.idxPos, pos);
  if (target instanceof Blob) {
    const at = elementIndex(target.bytes.length, index, site.idxPos);
    if (typeof value !== "number" && typeof value !== "bigint")
      throw mismatchDataType("INT", rustTypeNameOf(value), pos);
    target.write()[at] = Number(BigInt.asUintN(8, BigInt(value)));
    return target;
  }
  return whenDone(frame, callIndexer(frame, [target, index, value], site, true), () => target);
}

function stringPut(target: string, index: Value, value: Value, idxPos: Position, pos: Position): Value {
  if (index instanceof Range) return withSlice(target, index, value, idxPos);
  if (!(value instanceof Char)) throw mismatchDataType("char", rustTypeNameOf(value), pos);
  return withChar(target, index as number, value);
}

function bitsPut(
  target: number | bigint,
  index: Value,
  value: Value,
  idxPos: Position,
  pos: Position,
): Value {
  if (index instanceof Range) {
    if (typeof value !== "number" && typeof value !== "bigint")
      throw mismatchDataType("integer", rustTypeNameOf(value), pos);
    return setBits(target, bitField(index, idxPos), value);
  }
  if (typeof value !== "boolean") throw mismatchDataType("bool", rustTypeNameOf(value), pos);
  return setBit(target, bitPosition(index as number, idxPos), value);
}

/** Whether the language itself indexes `target`, so that no registered indexer is asked. */
export function isIndexable(target: Value): boolean {
  const type = typeof target;
  return type === "string" || type === "number" || type === "bigint" || target instanceof Container;
}

/** Whether elements of `target` are places: methods on them work in place. Bits, characters and bytes are temporaries. */
export function holdsPlaces(target: Value): boolean {
  return target instanceof RhaiArray || target instanceof RhaiMap;
}
