// Completes an error that leaves the engine: where it happened (span, call stack) and what may help (hint).
//
// Nothing of this is done for errors that a script catches; messages and positions stay as they are.

import type { Ast } from "../../lang/ast.ts";
import { NO_POSITION, type Position, type Span } from "../../lang/position.ts";
import type { CallFrame, EvalError } from "../errors.ts";
import type { FailedRun, Failure, Link } from "./failure.ts";
import { hintFor } from "./hints.ts";
import { SourceView } from "./source-view.ts";
import { spanAt, subjectAt } from "./span.ts";

export type { FailedRun } from "./failure.ts";

/** Fills in `span`, `hint`, `callStack` and the sources of a chain of errors. Returns the error. */
export function explainError(error: EvalError, run: FailedRun): EvalError {
  if (error.callStack !== null) return error;
  const chain = linksOf(error, run);
  const cause = chain[chain.length - 1].error;
  const inner = cause.callStack ?? [];
  if (cause.callStack === null) {
    advise(cause, chain, run);
  }
  for (const link of chain) if (link.error.callStack === null) link.error.source = link.source;
  error.callStack = [...inner, ...framesOf(chain)];
  error.span = cause.span;
  error.hint = cause.hint;
  return error;
}

/** An error about an error helps nobody: when a script is too deeply nested to be looked at, there is no advice. */
function advise(cause: EvalError, chain: readonly Link[], run: FailedRun): void {
  try {
    const failure = failureOf(chain, run);
    cause.span = cause.fields.parse === undefined ? spanOf(failure) : parseSpan(failure);
    cause.hint = hintFor(failure);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

// ------------------------------------------------------------------- sources

function viewsOf(run: FailedRun): (source: string | null) => SourceView | null {
  const views = new Map<string | null, SourceView | null>();
  return (source) => {
    let view = views.get(source);
    if (view === undefined) {
      const isMain = source === null || source === run.ast.source;
      const ast: Ast | null = isMain ? run.ast : run.moduleAst(source);
      view = ast === null ? null : new SourceView(ast);
      views.set(source, view);
    }
    return view;
  };
}

/** The chain of nested errors, outermost first, each with the source that its position belongs to. */
function linksOf(error: EvalError, run: FailedRun): Link[] {
  const viewOf = viewsOf(run);
  const links: Link[] = [{ error, source: run.ast.source, view: viewOf(run.ast.source) }];
  for (let outer = links[0]; ; outer = links[links.length - 1]) {
    const { inner } = outer.error.fields;
    // An error of another run, inside a host function: it was explained when it left that run.
    if (outer.error.callStack !== null) return links;
    if (outer.error.kind !== "ErrorInFunctionCall" && outer.error.kind !== "ErrorInModule") return links;
    if (inner === undefined) return links;
    links.push(innerLink(outer, inner, viewOf));
  }
}

function innerLink(
  outer: Link,
  inner: EvalError,
  viewOf: (source: string | null) => SourceView | null,
): Link {
  const { name = "" } = outer.error.fields;
  if (outer.error.kind === "ErrorInModule") {
    const source = inner.source ?? name;
    return { error: inner, source, view: viewOf(source) };
  }
  // Positions inside of a text given to `eval` count from its beginning.
  if (name === "eval") return { error: inner, source: inner.source ?? outer.source, view: null };
  // A native function that calls back adds a link of its own, at the same place.
  const isSamePlace = inner.source === null && inner.position === outer.error.position;
  const source = isSamePlace ? outer.source : inner.source;
  return { error: inner, source, view: isSamePlace ? outer.view : viewOf(source) };
}

// ---------------------------------------------------------------- call stack

function frameName(error: EvalError): string {
  const { name = "" } = error.fields;
  if (error.kind === "ErrorInModule") return `module '${name}'`;
  return name.startsWith("anon$") ? "closure" : name;
}

function framesOf(chain: readonly Link[]): CallFrame[] {
  const spans = new Map<SourceView, Map<Position, Span | null>>();
  return chain
    .slice(0, -1)
    .reverse()
    .map(({ error, source, view }) => ({
      name: frameName(error),
      source,
      position: error.position,
      span: view === null ? null : frameSpan(spans, view, error),
    }));
}

/** Recursion makes many frames at the same place. */
function frameSpan(
  known: Map<SourceView, Map<Position, Span | null>>,
  view: SourceView,
  { position, kind }: EvalError,
): Span | null {
  let ofView = known.get(view);
  if (ofView === undefined) known.set(view, (ofView = new Map()));
  let span = ofView.get(position);
  if (span === undefined) ofView.set(position, (span = spanAt(view, position, kind)));
  return span;
}

// -------------------------------------------------------------------- place

function failureOf(chain: readonly Link[], run: FailedRun): Failure {
  const { error, view } = chain[chain.length - 1];
  const position = placeOf(chain, run);
  const marks = view === null ? [] : view.marksAt(position);
  return { error, chain, run, view, position, marks, subject: subjectAt(marks, error.kind) };
}

/** The position of the innermost error, whether or not Rhai reports it. */
function placeOf(chain: readonly Link[], run: FailedRun): Position {
  const { error, view } = chain[chain.length - 1];
  if (error.position !== NO_POSITION) return error.position;
  const caller = chain.at(-2);
  if (error.place !== NO_POSITION || caller === undefined || caller.view !== view) return error.place;
  const { name = "" } = caller.error.fields;
  const isNative = run.engine.registry.named(name).length > 0;
  const isScript = run.ast.functions.some((fn) => fn.name === name);
  return isNative && !isScript ? caller.error.position : NO_POSITION;
}

function spanOf({ view, position, error }: Failure): Span | null {
  return view === null ? null : spanAt(view, position, error.kind);
}

/** Where a syntax error is, when that is in a text which is known: not in one given to `eval` or `parse_json`. */
function parseSpan(failure: Failure): Span | null {
  const { error, chain } = failure;
  const { parse } = error.fields;
  if (chain.at(-2)?.error.kind === "ErrorInModule") return parse?.span ?? null;
  return error.position === parse?.position ? null : spanOf(failure);
}

/** The same for a script that cannot be compiled. */
export function explainSyntaxError(error: EvalError, source: string | null): EvalError {
  error.span = error.fields.parse?.span ?? null;
  error.hint = error.fields.parse?.hint ?? null;
  error.source = source;
  error.callStack = [];
  return error;
}
