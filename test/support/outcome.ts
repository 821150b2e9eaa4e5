// How a script ended, as one line of text: for tests that care about how, not about what exactly.

import { ParseError } from "../../src/lang/errors.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { EvalError } from "../../src/runtime/errors.ts";
import type { Scope } from "../../src/runtime/scope.ts";
import { debug, display } from "../../src/runtime/value/display.ts";

/**
 * `ok TEXT`, or the kind of the error (`ErrorParsing/ExprTooDeep`). An exception that is none of Rhai's errors is thrown on:
 * it is what the test looks for.
 */
export function outcomeOf(engine: Engine, text: string, scope?: Scope): string {
  try {
    const value = engine.evalAstSync(engine.compile(text, { scope }), scope);
    debug(value);
    return `ok ${display(value).slice(0, 40)}`;
  } catch (error) {
    if (error instanceof ParseError) return `ErrorParsing/${kindWithText(error)}`;
    if (!(error instanceof EvalError)) throw error;
    if (error.root.cause !== undefined) throw error.root.cause;
    const { root } = error;
    return root.kind === "ErrorParsing"
      ? `ErrorParsing/${root.fields.parse?.kind}`
      : kindWithText(error, root.kind);
  }
}

/** The kind, provided that the error can be shown. */
function kindWithText(error: ParseError | EvalError, kind: string = error.kind): string {
  return error.toString() === "" ? `${kind} without text` : kind;
}
