// From the position of an error to the part of the source text that it is about.

import type { CallExpr, ChainStep } from "../../lang/ast.ts";
import { skipTrivia } from "../../lang/lexer-trivia.ts";
import { NO_POSITION, type Position, type Span } from "../../lang/position.ts";
import { isBlock, isFunction, type WalkNode } from "../../lang/walk.ts";
import type { EvalErrorKind } from "../errors.ts";
import type { Mark, SourceView } from "./source-view.ts";

function afterTrivia(text: string, at: number): number {
  return skipTrivia(text, at, { line: 1, column: 0 }, null);
}

function ifName(text: string, start: number, name: string): Span | null {
  return text.startsWith(name, start) ? { start, end: start + name.length } : null;
}

/** The name in a property or method step. */
function stepName(text: string, step: ChainStep & { name: string }): Span | null {
  const dot = text.startsWith("?.", step.start) ? 2 : 1;
  return ifName(text, afterTrivia(text, step.start + dot), step.name);
}

/** The name in a call in call style, after its namespace. */
function callName(text: string, call: CallExpr): Span | null {
  const last = call.namespace?.at(-1);
  const start = last === undefined ? call.start : afterTrivia(text, afterTrivia(text, last.end) + 2);
  return ifName(text, start, call.name);
}

function nodeSpan(text: string, node: WalkNode): Span {
  const whole = { start: node.start, end: node.end };
  if (isBlock(node) || isFunction(node)) return whole;
  if (node.kind === "property" || node.kind === "method") return stepName(text, node) ?? whole;
  if (node.kind === "call" && node.op === null) return callName(text, node) ?? whole;
  return whole;
}

/** A value with all that leads to it: `a.b` for the step `.b`. */
function valueSpan(view: SourceView, node: WalkNode): Span {
  if (!("opPos" in node)) return { start: node.start, end: node.end };
  const chain = view.around(node).findLast((outer) => "steps" in outer);
  return { start: chain?.start ?? node.start, end: node.end };
}

function isExpression(node: WalkNode): boolean {
  if (isBlock(node) || isFunction(node)) return false;
  return !["expr", "block", "chain", "if", "while", "for"].includes(node.kind);
}

/** Of several nodes at one position, the one that an error of this kind is about. */
export function subjectAt(marks: readonly Mark[], kind: EvalErrorKind): WalkNode | null {
  const nodes = marks.filter((mark) => mark.name === null).map((mark) => mark.node);
  const withKind = (kinds: readonly string[]) =>
    nodes.find((node) => !isBlock(node) && !isFunction(node) && kinds.includes(node.kind));
  if (kind === "ErrorFunctionNotFound") {
    const call = withKind(["call", "method"]);
    if (call !== undefined) return call;
  }
  if (kind === "ErrorIndexingType") {
    const index = withKind(["index"]);
    if (index !== undefined) return index;
  }
  return nodes.findLast(isExpression) ?? nodes.at(-1) ?? null;
}

/** What stands at a place that belongs to no node: a word, a number or one character. */
function wordAt(view: SourceView, position: Position): Span | null {
  const start = view.offsetOf(position);
  if (start < 0) return null;
  const word = /[A-Za-z0-9_]+/y;
  word.lastIndex = start;
  const length = word.exec(view.text)?.[0].length ?? 1;
  return { start, end: Math.min(start + length, view.text.length) };
}

/** The span of what stands at `position`, or null when nothing is known to stand there. */
export function spanAt(view: SourceView, position: Position, kind: EvalErrorKind): Span | null {
  if (position === NO_POSITION) return null;
  const marks = view.marksAt(position);
  const named = marks.find((mark) => mark.name !== null);
  const node = subjectAt(marks, kind);
  if (named?.name && (node === null || !isExpression(node))) {
    const { start, end } =
      kind === "ErrorVariableNotFound" && "namespace" in named.node ? named.node : named.name;
    return { start, end };
  }
  if (node === null) return wordAt(view, position);
  if (kind === "ErrorFor") {
    const loop = view.around(node).findLast((outer) => "iterable" in outer);
    if (loop !== undefined && "iterable" in loop)
      return { start: loop.iterable.start, end: loop.iterable.end };
  }
  return kind === "ErrorMismatchDataType" ? valueSpan(view, node) : nodeSpan(view.text, node);
}
