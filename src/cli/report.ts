// Showing a failed script: source line, caret and message laid out as rhai-run does, then hints and call stack.

import { ParseError } from "../lang/errors.ts";
import { columnOf, lineOf, NO_POSITION, type Position } from "../lang/position.ts";
import { type CallFrame, EvalError, parsingError } from "../runtime/errors.ts";
import { output } from "./output.ts";
import { type Style, styleFor } from "./style.ts";

const MAX_FRAMES = 16;

/** Lines as Rust's `str::lines` cuts them. */
function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The hint nearest to the cause, wherever in the chain of calls it was given. */
function hintOf(error: EvalError): string | null {
  const { root } = error;
  return root.hint ?? root.fields.parse?.hint ?? error.hint;
}

function describeFrame({ name, source, position }: CallFrame): string {
  const place = [source, lineOf(position), columnOf(position)].filter((part) => part).join(":");
  return `in ${name}${place === "" ? "" : `, called at ${place}`}`;
}

/** For errors that Rhai reports without a position: the text they are about. */
function hiddenPlace({ root, source }: EvalError, text: string): string[] {
  if (root.position !== NO_POSITION || root.span === null || root.source !== source) return [];
  const { start, end } = root.span;
  const line = text.slice(0, start).split("\n").length;
  return [`at line ${line}: ${text.slice(start, end).replace(/\s+/g, " ")}`];
}

/** What follows the message: the hint, and the calls that led to the error. */
function notesOf(error: EvalError, text: string): string[] {
  const hint = hintOf(error);
  const frames = error.callStack ?? [];
  const notes = frames.slice(0, MAX_FRAMES).map(describeFrame);
  if (frames.length > MAX_FRAMES) notes.push(`... ${frames.length - MAX_FRAMES} more calls`);
  const advice = hint === null ? [] : linesOf(`hint: ${hint}`);
  return [...hiddenPlace(error, text), ...advice, ...notes];
}

/** Blanks up to the caret; tabs stay, so that the caret stands under its character. */
function indentation(lineNumber: string, line: string, column: number): string {
  const before = Array.from(line).slice(0, Math.max(column - 1, 0));
  const missing = Math.max(column - 1 - before.length, 0);
  const blanks = before.map((char) => (char === "\t" ? char : " ")).join("");
  return " ".repeat(lineNumber.length) + blanks + " ".repeat(missing);
}

/** A source line with a caret under `position`, the message beside the caret and notes below. */
export function sourceExcerpt(
  text: string,
  position: Position,
  message: string,
  notes: readonly string[],
  style: Style,
): string[] {
  const line = text.split("\n")[lineOf(position) - 1] ?? "";
  const lineNumber = `${lineOf(position)}: `;
  const indent = indentation(lineNumber, line, columnOf(position));
  const shown = linesOf(message).map((part, i) => indent + style.red((i === 0 ? "^ " : "| ") + part));
  return [
    style.dim(lineNumber) + line,
    ...shown,
    ...notes.map((note) => indent + style.cyan(`= ${note}`)),
    "",
  ];
}

/** The report of an error that ended the script with source text `text`. */
export function errorReport(error: EvalError, text: string, style: Style): string[] {
  const notes = notesOf(error, text);
  if (error.position === NO_POSITION) {
    return [style.red(error.message), ...notes.map((note) => style.cyan(`= ${note}`))];
  }
  return sourceExcerpt(text, error.position, error.message, notes, style);
}

/** The file's name between two rules, as rhai-run heads each report. */
function header(name: string, style: Style): string[] {
  const rule = "=".repeat(Buffer.byteLength(name));
  return [rule, style.bold(name), rule, ""];
}

/** Reports a script's error on standard error; throws on what is no script's error. */
export function reportFailure(error: unknown, script: { name: string | null; text: string }): void {
  const failure = error instanceof ParseError ? parsingError(error) : error;
  if (!(failure instanceof EvalError)) throw error;
  const style = styleFor(2);
  const head = script.name === null ? [] : header(script.name, style);
  output.errorLine([...head, ...errorReport(failure, script.text, style)].join("\n"));
}
