// Text forms of values: Rust's Display and Debug of `Dynamic`, and what scripts see of them.
//
// Two families, each with a display and a debug form:
//  - `display`/`debug`: Rust's own formatting (results, error messages, JSON); chars inside containers are quoted.
//  - `printText`/`debugText`: Rhai's `to_string`/`to_debug` functions (print, interpolation, `+`); chars stay bare.

import { setErrorValueDisplay } from "../errors.ts";
import { Blob, RhaiArray, RhaiMap } from "./containers.ts";
import { floatDebug, floatDisplay } from "./float-format.ts";
import { FnPtr } from "./fn-ptr.ts";
import { INT_MAX } from "./int.ts";
import { type Dialect, Frame, writeNested } from "./nested-text.ts";
import { IteratorValue, Range, Shared, Timestamp } from "./objects.ts";
import { Byte, Char, Float } from "./scalars.ts";
import { quoteChar, quoteString } from "./string-debug.ts";
import { FIRST_HOST_TYPE, type RhaiObject, type Value } from "./value.ts";

export { floatPlain } from "./float-format.ts";
export { floatDebug, floatDisplay, quoteChar, quoteString };

/** How the `to_string` (`to_debug` when `isDebug`) that is registered for a value shows it; null: there is none. */
export type HostText = (value: Value, isDebug: boolean) => string | null;

/** Rust's Display of a value. */
export function display(value: Value): string {
  if (value instanceof RhaiArray || value instanceof RhaiMap) return writeNested(value, engineDialect);
  if (value instanceof Shared) return `${display(value.value)} (shared)`;
  return value instanceof Char ? value.value : atom(value, false);
}

/** Rust's Debug of a value. */
export function debug(value: Value): string {
  return writeNested(value, engineDialect);
}

/** The text `to_string`, `print`, `+` and interpolation make of a value. */
export function printText(value: Value, hostText: HostText | null = null): string {
  if (typeof value === "string") return value;
  if (value instanceof RhaiArray || value instanceof RhaiMap) return debugText(value, hostText);
  return scriptAtom(value, false, hostText);
}

/** The text `to_debug` and `debug` make of a value. */
export function debugText(value: Value, hostText: HostText | null = null): string {
  return writeNested(value, hostText === null ? scriptDialect : new ScriptDialect(hostText));
}

function containerParts(value: RhaiArray | RhaiMap, parent: Frame | null): Frame {
  const shown = parent === null ? null : parent.shown;
  if (value instanceof RhaiArray) return new Frame("[", value.items, "]", null, null, shown);
  const keys = value.keys();
  return new Frame(
    "#{",
    keys.map((key) => value.get(key)),
    "}",
    keys,
    null,
    shown,
  );
}

/** Form of every value but containers, and of pointers and chars in the display form of scripts. */
function atom(value: Value, isDebug: boolean): string {
  switch (typeof value) {
    case "string":
      return isDebug ? quoteString(value) : value;
    case "undefined":
      return isDebug ? "()" : "";
    case "object":
      return objectText(value, isDebug);
    default:
      return String(value);
  }
}

function objectText(value: RhaiObject, isDebug: boolean): string {
  if (value instanceof Float) return isDebug ? floatDebug(value.value) : floatDisplay(value.value);
  if (value instanceof FnPtr) return `Fn(${value.name})`;
  if (value instanceof Range) return rangeText(value);
  if (value instanceof Blob) return blobText(value.bytes);
  if (value instanceof Timestamp) return "<timestamp>";
  if (value instanceof Byte) return String(value.value);
  return value instanceof IteratorValue ? value.rustName : value.typeName;
}

function rangeText(range: Range): string {
  const dots = range.inclusive ? "..=" : "..";
  return range.to === INT_MAX ? `${range.from}${dots}` : `${range.from}${dots}${range.to}`;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function blobText(bytes: Uint8Array): string {
  let text = "[";
  for (let i = 0; i < bytes.length; i++) {
    if (i > 0 && i % 8 === 0) text += " ";
    text += HEX[bytes[i]];
  }
  return `${text}]`;
}

const engineDialect: Dialect = {
  separator: ", ",
  colon: ": ",
  parts(value, parent) {
    if (typeof value !== "object") return atom(value, true);
    if (value instanceof Char) return quoteChar(value.value);
    if (value instanceof RhaiArray || value instanceof RhaiMap) return containerParts(value, parent);
    if (value instanceof FnPtr) return fnPtrParts(value, parent);
    if (value instanceof Shared) return sharedParts(value, parent);
    return objectText(value, true);
  },
};

function fnPtrParts(fn: FnPtr, parent: Frame | null): Frame | string {
  const shown = parent === null ? null : parent.shown;
  // Rust shows the mark of an environment only outside of captured variables.
  const mark = fn.hasEnvironmentMark && shown === null ? "+" : "";
  const head = `${fn.linked === null ? "Fn" : "Fn*"}${mark}(${quoteString(fn.name)}`;
  return fn.curry.length === 0 ? `${head})` : new Frame(`${head}, `, fn.curry, ")", null, fn, shown);
}

/** A captured variable; a closure may have captured itself, so one that is already shown is only named. */
function sharedParts(cell: Shared, parent: Frame | null): Frame | string {
  if (cell.locked) return "<shared>";
  const shown = parent?.shown ?? new Map<FnPtr, Set<number>>();
  if (parent?.owner && parent.shown !== null) {
    const positions = shown.get(parent.owner) ?? new Set();
    if (positions.has(parent.next)) return "<shared>";
    shown.set(parent.owner, positions.add(parent.next));
  }
  return new Frame("", [cell.value], " (shared)", null, null, shown);
}

function scriptAtom(value: Value, isDebug: boolean, hostText: HostText | null): string {
  const registered = hostText === null ? null : hostText(value, isDebug);
  if (registered !== null) return registered;
  if (typeof value !== "object") return atom(value, isDebug);
  if (value instanceof Char) return value.value;
  if (value instanceof IteratorValue || value.typeId >= FIRST_HOST_TYPE) return value.typeName;
  return objectText(value, isDebug);
}

class ScriptDialect implements Dialect {
  readonly separator = ", ";
  readonly colon = ": ";
  constructor(private readonly hostText: HostText | null) {}
  parts(value: Value, parent: Frame | null): Frame | string {
    if (value instanceof RhaiArray || value instanceof RhaiMap) return containerParts(value, parent);
    return scriptAtom(value, true, this.hostText);
  }
}
const scriptDialect = new ScriptDialect(null);

setErrorValueDisplay(display);
