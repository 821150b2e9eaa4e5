// The text of values inside a run: what `to_string` and `to_debug`, registered for their types, return.

import type { Position } from "../../lang/position.ts";
import { debugText, type HostText, printText } from "../value/display.ts";
import { FIRST_HOST_TYPE, type RhaiObject, typeNameOf, type Value } from "../value/value.ts";
import type { Frame } from "./frame.ts";
import { invokeNative } from "./native-call.ts";
import { findNative } from "./native-lookup.ts";

/** The text that `print`, `+` and interpolation make of a value, or that `debug` makes of it. */
export function valueText(frame: Frame, value: Value, isDebug: boolean, pos: Position): string {
  if (isHostObject(value) || mayBeReplaced(frame)) {
    const text = registeredText(frame, value, isDebug, pos);
    if (text !== null) return text;
  }
  // The standard functions for texts count as well.
  if (frame.run.metered) frame.run.track(pos);
  return plainText(frame, value, isDebug, pos);
}

/** The same by the standard `to_string` and `to_debug`: parts of arrays and maps have the text registered for them. */
export function plainText(frame: Frame, value: Value, isDebug: boolean, pos: Position): string {
  if (typeof value !== "object") return isDebug ? debugText(value) : printText(value);
  const partText: HostText = (part, debug) =>
    isHostObject(part) || mayBeReplaced(frame) ? registeredText(frame, part, debug, pos) : null;
  return isDebug ? debugText(value, partText) : printText(value, partText);
}

function isHostObject(value: Value): value is RhaiObject {
  return typeof value === "object" && value.typeId >= FIRST_HOST_TYPE;
}

/** Whether the host or a module in force may have functions of its own for the text of built-in types. */
function mayBeReplaced(frame: Frame): boolean {
  const { registry, staticNatives } = frame.run.engine;
  if (registry.hasOwnText || staticNatives.length > 0) return true;
  for (let item = frame.imports; item !== null; item = item.next)
    if (item.module.exposed !== null) return true;
  return false;
}

/** Null when there is no function for it, or it fails: Rhai then shows the value as if there were none. */
function registeredText(frame: Frame, value: Value, isDebug: boolean, pos: Position): string | null {
  const fn = findNative(frame, isDebug ? "to_debug" : "to_string", [value]);
  // The standard functions show what is shown without them.
  if (fn === null || fn.isStandardText) return null;
  let text: Value;
  try {
    text = invokeNative(frame, fn, [value], pos, true, false);
  } catch {
    return null;
  }
  return typeof text === "string" ? text : typeNameOf(text);
}
