// JSON text of object maps as Rhai's `to_json` writes it (without serde): what is not JSON comes out in its debug form.

import { Blob, RhaiArray, RhaiMap } from "../value/containers.ts";
import { debug } from "../value/display.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { type Dialect, Frame, writeNested } from "../value/nested-text.ts";
import { Shared } from "../value/objects.ts";
import { quoteString } from "../value/string-debug.ts";

const jsonDialect: Dialect = {
  separator: ",",
  colon: ":",
  parts(value, parent) {
    if (value === undefined) return "null";
    if (typeof value !== "object") return debug(value);
    if (value instanceof RhaiArray) return new Frame("[", value.items, "]");
    if (value instanceof RhaiMap) {
      const keys = value.keys();
      return new Frame(
        "{",
        keys.map((key) => value.get(key)),
        "}",
        keys,
      );
    }
    if (value instanceof Blob) return `[${value.bytes.join(",")}]`;
    if (value instanceof FnPtr) return fnPtrJson(value);
    return value instanceof Shared ? this.parts(value.value, parent) : debug(value);
  },
};

/** The name; with curried arguments an array of name and arguments. */
function fnPtrJson(fn: FnPtr): Frame | string {
  const name = quoteString(fn.name);
  return fn.curry.length === 0 ? name : new Frame(`[${name},`, fn.curry, "]");
}

/** JSON text of an object map. */
export function mapToJson(map: RhaiMap): string {
  return writeNested(map, jsonDialect);
}
