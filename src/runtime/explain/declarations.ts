// What a script declares where: variables, parameters and imports with the stretch of text that sees them.

import type { Expr, ScriptFnDef, Stmt } from "../../lang/ast.ts";
import type { Span } from "../../lang/position.ts";
import { isBlock, isFunction, type WalkNode, walk } from "../../lang/walk.ts";
import type { SourceView } from "./source-view.ts";

export interface Declaration {
  readonly name: string;
  readonly kind: "variable" | "constant" | "parameter" | "loop variable" | "catch variable" | "import";
  /** Offset of the declaration. */
  readonly start: number;
  /** Where the name can be used, as far as blocks tell. */
  readonly scope: Span;
  /** The initial value of a variable or constant; the path of an import. */
  readonly value: Expr | null;
  /** At the top level of the script. */
  readonly isTopLevel: boolean;
}

class Collector {
  readonly found: Declaration[] = [];

  add(
    kind: Declaration["kind"],
    name: string,
    start: number,
    scope: Span,
    value: Expr | null = null,
    isTopLevel = false,
  ): void {
    this.found.push({ name, kind, start, scope, value, isTopLevel });
  }

  statements(list: readonly Stmt[], end: number, isTopLevel: boolean): void {
    for (const stmt of list) {
      const scope = { start: stmt.end, end };
      if (stmt.kind === "var") {
        const kind = stmt.constant ? "constant" : "variable";
        this.add(kind, stmt.name.name, stmt.start, scope, stmt.value, isTopLevel);
      } else if (stmt.kind === "import" && stmt.alias !== null) {
        this.add("import", stmt.alias.name, stmt.start, scope, stmt.path, isTopLevel);
      }
    }
  }

  params(fn: ScriptFnDef, captured: number): void {
    const { start, body } = fn;
    for (const name of fn.params.slice(captured)) this.add("parameter", name, start, body);
  }

  node(node: WalkNode): void {
    if (isBlock(node)) this.statements(node.statements, node.end, false);
    else if (isFunction(node)) {
      if (!node.isAnonymous) this.params(node, 0);
    } else if (node.kind === "closure") this.params(node.fn, node.captures.length);
    else if (node.kind === "for") {
      const { variable, counter, body } = node;
      this.add("loop variable", variable.name, variable.start, body);
      if (counter !== null) this.add("loop variable", counter.name, counter.start, body);
    } else if (node.kind === "try" && node.catchVariable !== null) {
      const { catchVariable, handler } = node;
      this.add("catch variable", catchVariable.name, catchVariable.start, handler);
    }
  }
}

/** What the script itself declares, outside of its functions, in the order of the text. */
export function scriptDeclarations({ written, text }: SourceView): Declaration[] {
  const collector = new Collector();
  collector.statements(written.statements, text.length, true);
  return collected(collector, written.statements);
}

/** What the function around `offset` declares; outside of functions, what the script does. */
export function declarationsAround(view: SourceView, offset: number): Declaration[] {
  const fn = view.functionAt(offset);
  return fn === null ? scriptDeclarations(view) : collected(new Collector(), [fn]);
}

function collected(collector: Collector, nodes: readonly WalkNode[]): Declaration[] {
  const visit = (node: WalkNode): undefined => void collector.node(node);
  for (const node of nodes) walk(node, visit);
  return collector.found.sort((a, b) => a.start - b.start);
}

/** The declarations that code at `offset` can use, the latest first. */
export function visibleAt(view: SourceView, offset: number): Declaration[] {
  return declarationsAround(view, offset)
    .filter(({ scope }) => scope.start <= offset && offset < scope.end)
    .reverse();
}
