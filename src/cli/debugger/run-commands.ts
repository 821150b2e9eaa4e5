// Debugger commands that let the script go on, or end it.

import { EvalError, runtimeError } from "../../runtime/errors.ts";
import { Float } from "../../runtime/value/scalars.ts";
import type { Value } from "../../runtime/value/value.ts";
import type { ConsoleCommand } from "./stop.ts";

/** What `throw` raises: a number where it is one, else the text. */
function thrownValue(text: string): Value {
  if (text === "") return undefined;
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  if (/^-?\d+\.\d+$/.test(text)) return new Float(Number(text));
  return text;
}

/** Ends the run; a script cannot catch it. */
export function terminated(): EvalError {
  return new EvalError("ErrorTerminated");
}

export const RUN_COMMANDS: readonly ConsoleCommand[] = [
  {
    names: ["step", "s"],
    operands: "",
    help: "to the next expression or statement, into functions",
    departs: "stepInto",
  },
  {
    names: ["over", "o"],
    operands: "",
    help: "to the next expression or statement, not into functions",
    departs: "stepOver",
  },
  {
    names: ["next", "n"],
    operands: "",
    help: "to the next statement, not into functions (also an empty line)",
    departs: "next",
  },
  {
    names: ["out", "finish", "f"],
    operands: "",
    help: "to the end of the current function",
    departs: "functionExit",
  },
  { names: ["continue", "c"], operands: "", help: "to the next break-point", departs: "continue" },
  {
    names: ["throw"],
    operands: "[VALUE]",
    help: "raise an exception in the script",
    run: ({ position }, { rest }) => {
      throw runtimeError(thrownValue(rest), position);
    },
  },
  { names: ["run", "r"], operands: "", help: "start the script again", departs: "restart" },
  {
    names: ["quit", "q", "exit", "kill"],
    operands: "",
    help: "end the script and the debugger",
    departs: "quit",
  },
];
