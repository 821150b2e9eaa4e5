// A script seen from one of its error positions: the nodes that stand there, the function around them, their offsets.

import type { Ast, Ident, ScriptFnDef } from "../../lang/ast.ts";
import { parse } from "../../lang/compile.ts";
import { DEFAULT_LANGUAGE_OPTIONS, DEFAULT_PARSE_LIMITS, type ParseOptions } from "../../lang/options.ts";
import { columnOf, lineOf, NO_POSITION, type Position, type Span } from "../../lang/position.ts";
import { isBlock, isFunction, type WalkNode, walkAst } from "../../lang/walk.ts";

/** What can stand at a position: nodes, and names that are parts of nodes. */
export type Mark = { readonly node: WalkNode; readonly name: Ident | null };

/** Names inside a node that have positions of their own. */
function namesIn(node: WalkNode): readonly Ident[] {
  if (isBlock(node) || isFunction(node)) return [];
  switch (node.kind) {
    case "variable":
    case "call":
      return node.namespace ?? [];
    case "var":
      return [node.name];
    case "for":
      return node.counter === null ? [node.variable] : [node.variable, node.counter];
    case "try":
      return node.catchVariable === null ? [] : [node.catchVariable];
    case "export":
      return node.alias === null ? [node.name] : [node.name, node.alias];
    case "closure":
      return node.captures;
    default:
      return [];
  }
}

const PARSE_OPTIONS: ParseOptions = {
  language: DEFAULT_LANGUAGE_OPTIONS,
  limits: DEFAULT_PARSE_LIMITS,
  disabledSymbols: new Set(),
  customOperators: new Map(),
  customSyntax: new Map(),
  scope: [],
  isKnownModule: () => true,
  mode: "script",
  source: null,
  mapToken: null,
};
/** Longer texts are not parsed again for a hint. */
const MAX_PARSED = 300_000;

export class SourceView {
  private parsed: Ast | null = null;
  constructor(readonly ast: Ast) {}

  /** The script as it was written: with what the optimiser has dropped, where that can be had. */
  get written(): Ast {
    if (this.parsed === null) {
      try {
        this.parsed = this.text.length > MAX_PARSED ? this.ast : parse(this.text, PARSE_OPTIONS);
      } catch {
        // Syntax of the host's own.
        this.parsed = this.ast;
      }
    }
    return this.parsed;
  }

  get text(): string {
    return this.ast.text;
  }

  /** Everything at `position`, outer nodes first. */
  marksAt(position: Position): Mark[] {
    if (position === NO_POSITION) return [];
    const line = this.lineSpan(lineOf(position));
    const near = this.collect(position, line);
    // Rhai's line numbers drift in a few odd texts: then every node is asked.
    return near.length > 0 ? near : this.collect(position, null);
  }

  private collect(position: Position, within: Span | null): Mark[] {
    const marks: Mark[] = [];
    walkAst(this.ast, (node) => {
      if (within !== null && (node.end < within.start || node.start > within.end)) return false;
      const opens = !isBlock(node) && !isFunction(node) && "opPos" in node && node.opPos === position;
      if (node.pos === position || opens) marks.push({ node, name: null });
      for (const name of namesIn(node)) if (name.pos === position) marks.push({ node, name });
      return true;
    });
    return marks;
  }

  /** The named function whose text holds `offset`, or null for the script's own statements. */
  functionAt(offset: number): ScriptFnDef | null {
    const holds = (fn: ScriptFnDef) => !fn.isAnonymous && fn.start <= offset && offset < fn.end;
    return this.written.functions.find(holds) ?? null;
  }

  /** The nodes around a span, outermost first, those of the same extent included. */
  around({ start, end }: Span): WalkNode[] {
    const nodes: WalkNode[] = [];
    walkAst(this.ast, (node) => {
      if (node.start > start || node.end < end) return false;
      nodes.push(node);
      return true;
    });
    return nodes;
  }

  /** Offsets of a line without its line break; the empty span at the end of the text when there is no such line. */
  lineSpan(line: number): Span {
    let start = 0;
    for (let i = 1; i < line; i++) {
      const next = this.text.indexOf("\n", start);
      if (next < 0) return { start: this.text.length, end: this.text.length };
      start = next + 1;
    }
    const end = this.text.indexOf("\n", start);
    return { start, end: end < 0 ? this.text.length : end };
  }

  /** The offset of a position by counting lines and characters; -1 when the text has no such place. */
  offsetOf(position: Position): number {
    const { start, end } = this.lineSpan(lineOf(position));
    let offset = start;
    for (let column = columnOf(position); column > 1; column--) {
      if (offset >= end) return -1;
      offset += (this.text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
    }
    return offset;
  }

  /** 1-based number of the line that holds `offset`. */
  lineAt(offset: number): number {
    let line = 1;
    for (let at = this.text.indexOf("\n"); at >= 0 && at < offset; at = this.text.indexOf("\n", at + 1))
      line++;
    return line;
  }

  /** The text of a node on one line, cut when it is long. */
  excerpt({ start, end }: Span, max = 40): string {
    const text = this.text.slice(start, end).replace(/\s+/g, " ");
    return text.length <= max ? text : `${text.slice(0, max - 3)}...`;
  }
}
