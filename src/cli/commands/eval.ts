// `rhai eval 'EXPR'`: evaluates a text and prints its value.

import { Scope } from "../../runtime/scope.ts";
import { printText } from "../../runtime/value/display.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { reportFailure } from "../report.ts";
import { scriptEngine } from "../script-engine.ts";

/** Prints the value as `print` would, unless it is the unit value. */
export function evaluate(text: string): ExitCode {
  try {
    const value = scriptEngine().evalSync(text, new Scope());
    if (value !== undefined) output.line(printText(value));
    return ExitCode.OK;
  } catch (error) {
    reportFailure(error, { name: null, text });
    return ExitCode.FAILED;
  }
}
