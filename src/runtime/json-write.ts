// Writing JSON text: script values that have a JSON form, exactly.

import { dataPath } from "./data-path.ts";
import { Blob, RhaiArray, RhaiMap } from "./value/containers.ts";
import { ConversionError } from "./value/convert.ts";
import { floatDebug } from "./value/display.ts";
import { Shared } from "./value/objects.ts";
import { Byte, Char, Float } from "./value/scalars.ts";
import { RhaiObject, typeNameOf, type Value } from "./value/value.ts";

/** Options of `toJson`. */
export interface JsonWriteOptions {
  /** Spaces for each level of nesting, or the text to indent by; without it everything stands on one line. */
  readonly indent?: number | string;
}

const MAX_DEPTH = 1000;

/**
 * JSON text of a script value: INT exactly, FLOAT with a fraction or an exponent, chars as strings, the unit value as `null`,
 * blobs as arrays of numbers, object maps with sorted keys.
 *
 * @throws ConversionError, naming the place, for what has no JSON form: function pointers, timestamps, ranges, iterators, host
 *   objects, infinite FLOATs and NaN; and for data nested too deep.
 */
export function toJson(value: Value, options: JsonWriteOptions = {}): string {
  const { indent = "" } = options;
  return new JsonWriter(typeof indent === "number" ? " ".repeat(indent) : indent).write(value, "\n");
}

class JsonWriter {
  private readonly path: (string | number)[] = [];
  private readonly colon: string;
  constructor(private readonly indent: string) {
    this.colon = indent === "" ? ":" : ": ";
  }

  /** `line` begins a new line at the level of the value. */
  write(value: Value, line: string): string {
    switch (typeof value) {
      case "undefined":
        return "null";
      case "boolean":
      case "bigint":
        return String(value);
      case "string":
        return JSON.stringify(value);
      case "number":
        return Number.isFinite(value) ? String(value) : this.fail(String(value));
      default:
        return this.object(value, line);
    }
  }
  private object(value: RhaiObject, line: string): string {
    if (value instanceof Float) {
      return Number.isFinite(value.value) ? floatDebug(value.value) : this.fail(floatDebug(value.value));
    }
    if (value instanceof Char) return JSON.stringify(value.value);
    if (value instanceof Byte) return String(value.value);
    if (value instanceof Shared) return this.write(value.value, line);
    if (value instanceof RhaiArray) return this.items("[", value.items, null, "]", line);
    if (value instanceof RhaiMap) {
      const keys = value.keys();
      const values = keys.map((key) => value.get(key));
      return this.items("{", values, keys, "}", line);
    }
    if (value instanceof Blob) return this.items("[", [...value.bytes], null, "]", line);
    if (!(value instanceof RhaiObject)) return this.fail("something that is no script value");
    return this.fail(`a value of type ${typeNameOf(value)}`);
  }
  private items(
    open: string,
    values: readonly Value[],
    keys: readonly string[] | null,
    close: string,
    line: string,
  ): string {
    if (values.length === 0) return open + close;
    if (this.path.length >= MAX_DEPTH) {
      throw new ConversionError(`data is nested deeper than ${MAX_DEPTH} levels`, dataPath(this.path));
    }
    const inner = this.indent === "" ? "" : line + this.indent;
    const parts = values.map((value, i) => {
      this.path.push(keys === null ? i : keys[i]);
      const text = this.write(value, inner);
      this.path.pop();
      return keys === null ? text : JSON.stringify(keys[i]) + this.colon + text;
    });
    const outer = this.indent === "" ? "" : line;
    return open + inner + parts.join(`,${inner}`) + outer + close;
  }
  private fail(what: string): never {
    throw new ConversionError(`${what} has no JSON form`, dataPath(this.path));
  }
}
