// Debugger commands that look at the stopped script, or change its variables.

import { ParseError } from "../../lang/errors.ts";
import { lineOf, NO_POSITION } from "../../lang/position.ts";
import { callOf, placeText } from "../../runtime/debugger/break-point.ts";
import { describeCall } from "../../runtime/debugger/debugger.ts";
import { EvalError } from "../../runtime/errors.ts";
import type { ScriptVariable } from "../../runtime/host/eval-context.ts";
import { Scope } from "../../runtime/scope.ts";
import { debug } from "../../runtime/value/display.ts";
import type { Value } from "../../runtime/value/value.ts";
import { output } from "../output.ts";
import { scriptEngine } from "../script-engine.ts";
import { CommandError, type ConsoleCommand, type Stop } from "./stop.ts";

function showVariables(variables: readonly ScriptVariable[]): void {
  if (variables.length === 0) output.line("there are no variables here");
  for (const { name, isConstant, value } of variables)
    output.line(`${isConstant ? "const " : ""}${name} = ${debug(value)}`);
}

/** The variables that later ones of the same name do not hide. */
function visible(variables: readonly ScriptVariable[]): ScriptVariable[] {
  const latest = new Map(variables.map((variable) => [variable.name, variable]));
  return variables.filter((variable) => latest.get(variable.name) === variable);
}

/** The value of an expression that sees copies of the script's variables, and its functions. Throws CommandError. */
function evaluate({ context, script }: Stop, text: string): Value {
  const scope = new Scope();
  for (const { name, isConstant, value } of context.variables()) scope.pushEntry(name, value, isConstant);
  const engine = scriptEngine();
  try {
    const expression = engine.compileExpression(text, { scope });
    return engine.evalAstSync(script.cloneFunctionsOnly().merge(expression), scope);
  } catch (error) {
    if (error instanceof ParseError || error instanceof EvalError) throw new CommandError(String(error));
    throw error;
  }
}

function print(stop: Stop, text: string): void {
  const { context } = stop;
  if (text === "") {
    showVariables(visible(context.variables()));
    if (context.hasThis) output.line(`this = ${debug(context.this)}`);
  } else if (text === "this") {
    output.line(context.hasThis ? `=> ${debug(context.this)}` : "`this` is not bound here");
  } else {
    output.line(`=> ${debug(evaluate(stop, text))}`);
  }
}

function set(stop: Stop, rest: string): void {
  const match = /^([A-Za-z_]\w*)\s*=?\s+(.+)$|^([A-Za-z_]\w*)\s*=\s*(.+)$/s.exec(rest);
  if (match === null) throw new CommandError("set what? Try: set NAME = EXPRESSION");
  const name = match[1] ?? match[3];
  const value = evaluate(stop, match[2] ?? match[4]);
  try {
    if (name === "this") stop.context.this = value;
    else stop.context.set(name, value);
  } catch (error) {
    throw error instanceof TypeError ? new CommandError(error.message) : error;
  }
  output.line(`${name} = ${debug(value)}`);
}

function showImports({ context }: Stop): void {
  const imports = context.imports();
  if (imports.length === 0) output.line("there are no imported modules here");
  imports.forEach(({ name, module }, i) => {
    output.line(`[${i + 1}] ${name === "" ? "(no name)" : name} = ${module.id ?? "<unknown>"}`);
  });
}

function showCalls({ debug: { callStack } }: Stop): void {
  if (callStack.length === 0) output.line("no function is running");
  for (const call of callStack.toReversed())
    output.line(describeCall({ ...call, source: call.callerSource }));
}

function showNode({ node, source, position }: Stop): void {
  const what = node === null ? "nothing" : "kind" in node ? node.kind : "function";
  const call = callOf(node);
  const at = position === NO_POSITION ? "" : ` @ ${placeText(position)}`;
  output.line(`${what}${call === null ? "" : ` ${call.name}`}${source === null ? "" : ` in ${source}`}${at}`);
}

function list({ listing, source, position }: Stop, word: string | undefined): void {
  if (!listing.has(source)) throw new CommandError(`the text of '${source}' is not known`);
  const current = position === NO_POSITION ? null : lineOf(position);
  const line = word === undefined ? (current ?? 1) : Number(word);
  if (!Number.isInteger(line) || line < 1 || line > listing.lineCount(source))
    throw new CommandError(`invalid line: '${word}'`);
  listing.showLines(source, line, current);
}

export const LOOK_COMMANDS: readonly ConsoleCommand[] = [
  {
    names: ["print", "p"],
    operands: "[EXPRESSION]",
    help: "a value, like `x`, `this` or `f(x) + 1`; without operand all variables",
    run: (stop, { rest }) => print(stop, rest),
  },
  {
    names: ["set"],
    operands: "NAME = EXPRESSION",
    help: "change a variable",
    run: (stop, { rest }) => set(stop, rest),
  },
  {
    names: ["scope"],
    operands: "",
    help: "all variables, those that are hidden by others as well",
    run: ({ context }) => showVariables(context.variables()),
  },
  {
    names: ["list", "l"],
    operands: "[LINE]",
    help: "the source around here, or around a line",
    run: (stop, { words }) => list(stop, words[0]),
  },
  {
    names: ["backtrace", "bt"],
    operands: "",
    help: "the calls that have led here, the latest first",
    run: (stop) => showCalls(stop),
  },
  { names: ["imports"], operands: "", help: "the imported modules", run: (stop) => showImports(stop) },
  {
    names: ["source"],
    operands: "",
    help: "the name of the source",
    run: ({ source }) => output.line(source ?? "(a script without a name)"),
  },
  { names: ["node"], operands: "", help: "what would run next", run: (stop) => showNode(stop) },
  {
    names: ["operations"],
    operands: "",
    help: "how many operations have been performed",
    run: ({ context }) => output.line(String(context.operations)),
  },
];
