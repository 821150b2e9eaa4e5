// JS values to the JSON text of arguments, and the JSON text of results to JS values: exactly, or not at all.

import { parseJson } from "../../runtime/json-read.ts";
import { toJson } from "../../runtime/json-write.ts";
import { Blob, RhaiArray, RhaiMap } from "../../runtime/value/containers.ts";
import { ConversionError, jsToValue } from "../../runtime/value/convert.ts";
import { Byte, Char, Float } from "../../runtime/value/scalars.ts";
import type { Value } from "../../runtime/value/value.ts";
import { QueueError } from "../errors.ts";

/** Variables of the script by name. */
export type TaskArgs = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;

const NAME = /^[\p{XID_Start}_][\p{XID_Continue}]*$/u;

/**
 * JSON text of a script's variables: bigints as exact integers, `Date`s as milliseconds since 1970, byte arrays as arrays of
 * numbers, `undefined` as unit. Throws `invalid`, naming the place, for what scripts cannot have: functions, symbols, objects
 * of classes, circular data, NaN and infinity, bigints beyond 64 bits; and for names that no script can write.
 */
export function argsText(args: TaskArgs): string {
  const names = args instanceof Map ? [...args.keys()] : Object.keys(args);
  const odd = names.find((name) => typeof name !== "string" || !NAME.test(name));
  if (odd !== undefined)
    throw new QueueError(
      "invalid",
      `args: ${JSON.stringify(String(odd).slice(0, 40))} is no name of a variable`,
    );
  return jsonText("args", args);
}

/** JSON text of any JS value. Throws `invalid`. */
export function jsonText(what: string, value: unknown): string {
  try {
    return toJson(jsToValue(value));
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw new QueueError("invalid", `${what}: ${error.message}`, { cause: error });
  }
}

/** Integers that a JS number cannot hold have at least so many digits. */
const LONG_NUMBER = /\d{16}/;

/** The value of a result: integers beyond the safe range are bigints, unit is null. */
export function outputValue(text: string): unknown {
  return LONG_NUMBER.test(text) ? exact(parseJson(text)) : JSON.parse(text);
}

function exact(value: Value): unknown {
  if (value === undefined) return null;
  if (value instanceof Float || value instanceof Char || value instanceof Byte) return value.value;
  if (value instanceof RhaiArray) return value.items.map(exact);
  if (value instanceof Blob) return [...value.bytes];
  if (!(value instanceof RhaiMap)) return value;
  const object: Record<string, unknown> = {};
  for (const key of value.keys()) {
    const item = exact(value.get(key));
    Object.defineProperty(object, key, { value: item, enumerable: true, writable: true, configurable: true });
  }
  return object;
}
