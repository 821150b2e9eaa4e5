// What the hints know about an error: where it happened, what stands there, and what else the script could have used.

import type { Ast, CallExpr, ChainExpr, ChainStep, ClosureExpr, Expr, ScriptFnDef } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { isBlock, isFunction, type WalkNode, walkAst } from "../../lang/walk.ts";
import type { EvalError } from "../errors.ts";
import type { Import } from "../eval/frame.ts";
import type { NameView } from "../eval/name-view.ts";
import type { EngineServices } from "../eval/run.ts";
import type { NativeFn } from "../function/native.ts";
import type { Mark, SourceView } from "./source-view.ts";

/** The run that an error has left. */
export interface FailedRun {
  readonly engine: EngineServices;
  /** The main script. */
  readonly ast: Ast;
  /** The tree of a module's script by its source name, or null. */
  moduleAst(source: string): Ast | null;
  /** The host's variables. */
  readonly scope: NameView;
  /** What the main script has imported. */
  readonly imports: Import | null;
}

/** One error of a chain of nested errors, with the source that its position belongs to. */
export interface Link {
  readonly error: EvalError;
  readonly source: string | null;
  /** Null when the text is unknown: that of `eval`, say. */
  readonly view: SourceView | null;
}

/** The innermost error and what is known about its place. */
export interface Failure {
  readonly error: EvalError;
  /** Outermost first; the last is `error`. */
  readonly chain: readonly Link[];
  readonly run: FailedRun;
  readonly view: SourceView | null;
  readonly position: Position;
  readonly marks: readonly Mark[];
  /** What the error is about, as far as it is known. */
  readonly subject: WalkNode | null;
}

/** A call in the text: in call style, or as a step of a chain. */
export type CallNode = CallExpr | (ChainStep & { kind: "method" });

export function callAt({ subject }: Failure): CallNode | null {
  if (subject === null || isBlock(subject) || isFunction(subject)) return null;
  return subject.kind === "call" || subject.kind === "method" ? subject : null;
}

/** A chain and the place of one of its steps. */
export interface StepPlace {
  readonly chain: ChainExpr;
  readonly index: number;
}

/** The chain around a step. */
export function chainOf({ view }: Failure, step: WalkNode): StepPlace | null {
  if (view === null) return null;
  for (const node of view.around(step).reverse()) {
    if (isBlock(node) || isFunction(node) || node.kind !== "chain") continue;
    const index = node.steps.indexOf(step as ChainStep);
    if (index >= 0) return { chain: node, index };
  }
  return null;
}

/** The text of what a step works on: `a.b` for the step `.c` of `a.b.c`. */
export function receiverText({ view }: Failure, { chain, index }: StepPlace): string {
  const end = index === 0 ? chain.root.end : chain.steps[index - 1].end;
  return view?.excerpt({ start: chain.start, end }) ?? "";
}

/** The text of an expression when it is short enough to be quoted, otherwise `x`. A step is shown with all before it. */
export function quoted(failure: Failure, node: WalkNode | null): string {
  const { view } = failure;
  if (view === null || node === null) return "x";
  const isStep = "opPos" in node;
  const place = isStep ? chainOf(failure, node) : null;
  if (isStep && place === null) return "x";
  const text = view.excerpt({ start: place?.chain.start ?? node.start, end: node.end }, 30);
  return text.endsWith("...") || text === "" ? "x" : text;
}

/** Named functions that scripts can reach: those of the failing source, then those of the main script. */
export function scriptFunctions({ view, run }: Failure): ScriptFnDef[] {
  const asts = view === null || view.ast === run.ast ? [run.ast] : [view.ast, run.ast];
  return asts.flatMap((ast) => ast.functions.filter((fn) => !fn.isAnonymous));
}

export function nativesNamed({ run }: Failure, name: string): NativeFn[] {
  return run.engine.registry.named(name);
}

/** Whether every native function called `name` works in place and returns nothing. */
export function worksInPlace(failure: Failure, name: string): boolean {
  const natives = nativesNamed(failure, name);
  return natives.length > 0 && natives.every((fn) => fn.receiver === "mut" && fn.returns === "()");
}

/** The closure with a hidden name (`anon$...`), or null. */
export function closureNamed({ view, run }: Failure, name: string): ClosureExpr | null {
  let found: ClosureExpr | null = null;
  for (const ast of view === null || view.ast === run.ast ? [run.ast] : [view.ast, run.ast]) {
    walkAst(ast, (node) => {
      if (!isBlock(node) && "captures" in node && node.fn.name === name) found = node;
      return found === null;
    });
  }
  return found;
}

/** The imported modules with the names they can be reached by. */
export function* importsOf({ run }: Failure): IterableIterator<Import> {
  for (let item = run.imports; item !== null; item = item.next) if (item.name !== "") yield item;
}

/** An expression that is nothing but a variable: its name. */
export function variableName(expr: Expr | null): string | null {
  return expr !== null && expr.kind === "variable" && expr.namespace === null ? expr.name : null;
}

/** The names of the host's variables. */
export function scopeNames({ run }: Failure): string[] {
  return [...run.scope.entries()].map(([name]) => name);
}
