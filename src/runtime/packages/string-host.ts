// Text of values inside native functions: host objects show what the `to_string`/`to_debug` registered for them returns.

import type { CallContext } from "../function/native.ts";
import { debugText, type HostText, printText } from "../value/display.ts";
import { typeNameOf, type Value } from "../value/value.ts";

function hostTextOf(ctx: CallContext): HostText {
  return (object, isDebug) => {
    let text: Value | Promise<Value>;
    try {
      text = ctx.callFn(isDebug ? "to_debug" : "to_string", [object], false);
    } catch {
      return null;
    }
    // An asynchronous function cannot be waited for in the middle of a text.
    if (text instanceof Promise) return null;
    return typeof text === "string" ? text : typeNameOf(text);
  };
}

/** `printText` within a native call. */
export function printTextIn(ctx: CallContext, value: Value): string {
  return typeof value === "object" ? printText(value, hostTextOf(ctx)) : printText(value);
}

/** `debugText` within a native call. */
export function debugTextIn(ctx: CallContext, value: Value): string {
  return typeof value === "object" ? debugText(value, hostTextOf(ctx)) : debugText(value);
}
