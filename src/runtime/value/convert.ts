// JS values to script values and back.

import { Blob, Container, RhaiArray, RhaiMap } from "./containers.ts";
import { FnPtr } from "./fn-ptr.ts";
import { INT_MAX, INT_MIN, normalizeInt } from "./int.ts";
import { Range, Shared } from "./objects.ts";
import { Byte, Char, Float } from "./scalars.ts";
import { RhaiObject, type Value } from "./value.ts";

/** Thrown when a value has no counterpart; `path` says where inside the value (`$.a[0]`). */
export class ConversionError extends TypeError {
  override readonly name = "ConversionError";
  constructor(
    message: string,
    readonly path: string,
  ) {
    super(`${message} (at ${path})`);
  }
}

const MAX_DEPTH = 1000;

/**
 * Makes a script value of a JS value: integers become INT, other numbers FLOAT, bigint INT (within i64), strings, booleans,
 * `null`/`undefined` unit, arrays, plain objects and `Map`s with string keys object maps, `Uint8Array` blobs, `Date` INT
 * (milliseconds). Script values pass as they are.
 *
 * @throws ConversionError for functions, symbols, circular or too deep data, bigints outside of i64, other objects.
 */
export function jsToValue(js: unknown): Value {
  return fromJs(js, "$", 0, typeof js === "object" ? new Set() : NO_OBJECTS);
}

/** Plain values contain no objects, so that none have to be remembered. */
const NO_OBJECTS: Set<object> = new Set();

function fromJs(js: unknown, path: string, depth: number, seen: Set<object>): Value {
  switch (typeof js) {
    case "undefined":
    case "boolean":
      return js;
    case "string":
      return js.isWellFormed?.() === false ? js.toWellFormed() : js;
    case "number":
      return Number.isInteger(js) && Math.abs(js) <= Number.MAX_SAFE_INTEGER ? js + 0 : new Float(js);
    case "bigint":
      if (js < INT_MIN || js > INT_MAX)
        throw new ConversionError(`bigint ${js} does not fit into 64 bits`, path);
      return normalizeInt(js);
    case "object":
      return js === null ? undefined : fromObject(js, path, depth, seen);
    default:
      throw new ConversionError(`a ${typeof js} cannot be converted to a script value`, path);
  }
}

function fromObject(js: object, path: string, depth: number, seen: Set<object>): Value {
  if (js instanceof RhaiObject) return js instanceof Container ? js.copy() : js;
  if (js instanceof Date) return js.getTime();
  if (js instanceof Uint8Array) return new Blob(js.slice());
  if (depth >= MAX_DEPTH) throw new ConversionError(`data is nested deeper than ${MAX_DEPTH} levels`, path);
  if (seen.has(js)) throw new ConversionError("data refers to itself", path);
  seen.add(js);
  try {
    if (Array.isArray(js))
      return new RhaiArray(js.map((item, i) => fromJs(item, `${path}[${i}]`, depth + 1, seen)));
    return new RhaiMap(fromEntries(js, path, depth, seen));
  } finally {
    seen.delete(js);
  }
}

function fromEntries(js: object, path: string, depth: number, seen: Set<object>): Map<string, Value> {
  const prototype = Object.getPrototypeOf(js);
  const isMap = js instanceof Map;
  if (!isMap && prototype !== Object.prototype && prototype !== null) {
    const name = (js as { constructor?: { name?: string } }).constructor?.name ?? "object";
    throw new ConversionError(
      `an object of class ${name} cannot be converted; register the class as a type`,
      path,
    );
  }
  const entries = new Map<string, Value>();
  for (const [key, item] of isMap ? js : Object.entries(js)) {
    if (typeof key !== "string")
      throw new ConversionError(`a map key of type ${typeof key} is no string`, path);
    entries.set(key, fromJs(item, `${path}.${key}`, depth + 1, seen));
  }
  return entries;
}

/**
 * Makes a JS value of a script value: INT a number (bigint beyond the safe range), FLOAT a number, unit `undefined`, char a
 * string, arrays, object maps as plain objects without prototype pollution (keys sorted as in Rhai), blobs `Uint8Array`.
 * Function pointers, ranges, timestamps and host objects stay script values.
 *
 * @throws ConversionError for data nested too deep.
 */
export function valueToJs(value: Value): unknown {
  return toJs(value, "$", 0);
}

function toJs(value: Value, path: string, depth: number): unknown {
  if (typeof value !== "object") return value;
  if (depth >= MAX_DEPTH) throw new ConversionError(`data is nested deeper than ${MAX_DEPTH} levels`, path);
  if (value instanceof Shared) return toJs(value.value, path, depth);
  if (value instanceof Float || value instanceof Char || value instanceof Byte) return value.value;
  if (value instanceof RhaiArray) return value.items.map((item, i) => toJs(item, `${path}[${i}]`, depth + 1));
  if (value instanceof Blob) return value.bytes.slice();
  if (value instanceof RhaiMap) {
    const object: Record<string, unknown> = {};
    for (const key of value.keys()) {
      const item = toJs(value.get(key), `${path}.${key}`, depth + 1);
      Object.defineProperty(object, key, {
        value: item,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return object;
  }
  return value;
}

/** Whether a value is something only scripts understand (a function pointer, a range ...). */
export function isScriptOnly(value: Value): boolean {
  return value instanceof FnPtr || value instanceof Range;
}
