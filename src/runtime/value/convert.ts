// JS values to script values and back.

import { thrownText } from "../thrown.ts";
import { Blob, Container, RhaiArray, RhaiMap } from "./containers.ts";
import { INT_MAX, INT_MIN, normalizeInt } from "./int.ts";
import { Shared } from "./objects.ts";
import { Byte, Char, Float } from "./scalars.ts";
import { RhaiObject, type Value } from "./value.ts";

/** Thrown when a value has no counterpart; `path` says where inside the value (`$.a[0]`). */
export class ConversionError extends TypeError {
  /** Always `ConversionError`. */
  override readonly name = "ConversionError";
  constructor(
    message: string,
    /** Where in the data: `$.items[0]`. */
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(`${message} (at ${path})`, options);
  }
}

const MAX_DEPTH = 1000;
/** Beyond this it is not data but a trap: a sparse array, an object that names another many times over. */
const MAX_LENGTH = 2 ** 24;
const MAX_HOLDERS = 2 ** 21;

/** How instances of registered classes are converted; null: not a class that is known. */
export interface InstanceConverter {
  fromJs(instance: object): Value | null;
  toJs(value: RhaiObject): object | null;
}

export const NO_INSTANCES: InstanceConverter = { fromJs: () => null, toJs: () => null };

/**
 * Makes a script value of a JS value: integers become INT, other numbers FLOAT, bigint INT (within i64), strings, booleans,
 * `null`/`undefined` unit, arrays, plain objects and `Map`s with string keys object maps, `Uint8Array` blobs, `Date` INT
 * (milliseconds). Script values pass as they are. For instances of an engine's classes see `Engine.toValue`.
 *
 * @throws ConversionError for functions, symbols, circular, too deep or too large data, bigints outside of i64, invalid dates,
 *   other objects, and for objects whose properties throw when they are read (with the error as `cause`).
 */
export function jsToValue(js: unknown): Value {
  return convertJs(js, "$", NO_INSTANCES);
}

/** The same with classes that are known. `root` is what messages call the value. */
export function convertJs(js: unknown, root: string, instances: InstanceConverter): Value {
  switch (typeof js) {
    case "undefined":
    case "boolean":
      return js;
    case "string":
      return js.isWellFormed?.() === false ? js.toWellFormed() : js;
    case "number":
      return Number.isInteger(js) && Math.abs(js) <= Number.MAX_SAFE_INTEGER ? js + 0 : new Float(js);
    default:
      return new Conversion(root, instances).run((conversion) => conversion.fromJs(js));
  }
}

/**
 * Makes a JS value of a script value: INT a number (bigint beyond the safe range), FLOAT a number, unit `undefined`, char a
 * string, arrays, object maps as plain objects without prototype pollution (keys sorted as in Rhai), blobs `Uint8Array`.
 * Function pointers, ranges, timestamps and host objects stay script values. For instances of an engine's classes see
 * `Engine.toJs`.
 *
 * @throws ConversionError for data that is nested too deep or too large.
 */
export function valueToJs(value: Value): unknown {
  return convertValue(value, NO_INSTANCES);
}

/** The same with classes that are known. */
export function convertValue(value: Value, instances: InstanceConverter): unknown {
  if (typeof value !== "object") return value;
  return new Conversion("$", instances).run((conversion) => conversion.toJs(value));
}

/** One conversion, of a value and all that it holds. */
class Conversion {
  /** Where in the value: keys and indices, and the arrays and objects that have them. */
  private readonly path: (string | number)[] = [];
  private readonly holders: object[] = [];
  private holderCount = 0;
  private raised: ConversionError | null = null;
  constructor(
    private readonly root: string,
    private readonly instances: InstanceConverter,
  ) {}

  run<T>(work: (conversion: Conversion) => T): T {
    try {
      return work(this);
    } catch (error) {
      // Anything else comes from getters, proxies and the like.
      if (this.raised !== null && error === this.raised) throw error;
      throw this.failure(`the value cannot be read: ${thrownText(error)}`, { cause: error });
    }
  }

  private failure(message: string, options?: ErrorOptions): ConversionError {
    const steps = this.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`));
    const shown = steps.length > 12 ? [...steps.slice(0, 6), "...", ...steps.slice(-3)] : steps;
    this.raised = new ConversionError(message, this.root + shown.join(""), options);
    return this.raised;
  }

  /** Goes into an array or object. */
  private enter(holder: object): void {
    this.holders.push(holder);
    if (++this.holderCount > MAX_HOLDERS)
      throw this.failure(`data has more than ${MAX_HOLDERS} arrays and objects`);
    if (this.holders.length <= MAX_DEPTH) {
      this.path.push("");
      return;
    }
    const again = this.holders.findIndex((object, i) => this.holders.indexOf(object) < i);
    if (again < 0) throw this.failure(`data is nested deeper than ${MAX_DEPTH} levels`);
    this.path.length = again;
    throw this.failure("data refers to itself");
  }
  private at(step: string | number): void {
    this.path[this.path.length - 1] = step;
  }
  private leave(): void {
    this.path.pop();
    this.holders.pop();
  }

  fromJs(js: unknown): Value {
    if (typeof js === "bigint") {
      if (js >= INT_MIN && js <= INT_MAX) return normalizeInt(js);
      throw this.failure(`bigint ${js} does not fit into 64 bits`);
    }
    if (typeof js === "function" || typeof js === "symbol")
      throw this.failure(`a ${typeof js} cannot be converted to a script value`);
    if (typeof js !== "object") return convertJs(js, this.root, this.instances);
    return js === null ? undefined : this.fromObject(js);
  }

  private fromObject(js: object): Value {
    if (js instanceof RhaiObject) return js instanceof Container ? js.copy() : js;
    const instance = this.instances.fromJs(js);
    if (instance !== null) return instance;
    if (js instanceof Date) return this.fromDate(js);
    if (js instanceof Uint8Array) return new Blob(new Uint8Array(js));
    this.enter(js);
    const value = Array.isArray(js) ? this.fromArray(js) : this.fromEntries(js);
    this.leave();
    return value;
  }

  private fromDate(date: Date): Value {
    const time = Date.prototype.getTime.call(date);
    if (Number.isNaN(time)) throw this.failure("an invalid Date cannot be converted");
    return time;
  }

  private fromArray(js: readonly unknown[]): Value {
    const { length } = js;
    if (length > MAX_LENGTH) throw this.outside(`an array of ${length} elements is too long`);
    const items: Value[] = [];
    for (let i = 0; i < length; i++) {
      this.at(i);
      items.push(this.fromJs(js[i]));
    }
    return new RhaiArray(items);
  }

  private fromEntries(js: object): Value {
    const entries = new Map<string, Value>();
    if (js instanceof Map) {
      for (const [key, item] of Map.prototype.entries.call(js) as Iterable<[unknown, unknown]>) {
        if (typeof key !== "string") throw this.outside(`a map key of type ${typeof key} is no string`);
        this.at(key);
        entries.set(key, this.fromJs(item));
      }
    } else {
      this.requirePlain(js);
      for (const key of Object.keys(js)) {
        this.at(key);
        entries.set(key, this.fromJs((js as Record<string, unknown>)[key]));
      }
    }
    return new RhaiMap(entries);
  }

  private requirePlain(js: object): void {
    const prototype = Object.getPrototypeOf(js);
    if (prototype === Object.prototype || prototype === null) return;
    this.path.pop();
    const { name } = (js as { constructor?: { name?: unknown } }).constructor ?? {};
    const shown = typeof name === "string" ? name : "?";
    throw this.failure(`an object of class ${shown} cannot be converted; register the class as a type`);
  }

  /** A failure of the array or object itself, not of what it holds. */
  private outside(message: string): ConversionError {
    this.path.pop();
    return this.failure(message);
  }

  toJs(value: Value): unknown {
    if (typeof value !== "object") return value;
    if (value instanceof Shared) return this.toJs(value.value);
    if (value instanceof Float || value instanceof Char || value instanceof Byte) return value.value;
    if (value instanceof Blob) return value.bytes.slice();
    if (value instanceof RhaiArray) return this.toArray(value);
    if (value instanceof RhaiMap) return this.toObject(value);
    return this.instances.toJs(value) ?? value;
  }

  private toArray(value: RhaiArray): unknown[] {
    const { items } = value;
    const array: unknown[] = [];
    this.enter(value);
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (typeof item === "object") {
        this.at(i);
        array.push(this.toJs(item));
      } else {
        array.push(item);
      }
    }
    this.leave();
    return array;
  }

  private toObject(map: RhaiMap): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.enter(map);
    for (const key of map.keys()) {
      this.at(key);
      const value = this.toJs(map.get(key));
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
    }
    this.leave();
    return object;
  }
}
