// Break-points: where a debugger stops a script.

import type { Expr, Stmt } from "../../lang/ast.ts";
import { columnOf, lineOf, type Position } from "../../lang/position.ts";
import type { WalkNode } from "../../lang/walk.ts";

/** Rhai's `BreakPoint`. Switch one off by setting `enabled` to false. */
export type BreakPoint =
  | {
      readonly kind: "position";
      /** Source (file) of the script; null: a main script without a name. */
      readonly source: string | null;
      readonly line: number;
      /** 0: anywhere on the line. */
      readonly column: number;
      enabled: boolean;
    }
  | {
      /** At calls of a function, method or operator. */
      readonly kind: "function";
      readonly name: string;
      /** Number of arguments, without the object of a method call; null: any. */
      readonly args: number | null;
      enabled: boolean;
    }
  | { readonly kind: "property"; readonly name: string; enabled: boolean };

/** Something of a script that is about to run. */
export interface Stop {
  readonly node: WalkNode | null;
  readonly position: Position;
  readonly source: string | null;
  /** A statement, or the first node on its line. */
  readonly startsLine: boolean;
}

export function isHit(point: BreakPoint, { node, position, source, startsLine }: Stop): boolean {
  if (!point.enabled) return false;
  switch (point.kind) {
    case "position":
      if (point.line !== lineOf(position) || point.source !== source) return false;
      return point.column === 0 ? startsLine : point.column === columnOf(position);
    case "function": {
      const call = callOf(node);
      return call?.name === point.name && (point.args === null || call.args.length === point.args);
    }
    case "property":
      return node !== null && "kind" in node && node.kind === "property" && node.name === point.name;
  }
}

/** The call that a node is, if it is one. */
export function callOf(
  node: WalkNode | null,
): { readonly name: string; readonly args: readonly Expr[] } | null {
  if (node === null || !("kind" in node)) return null;
  const inner = (node as Stmt).kind === "expr" ? (node as Extract<Stmt, { kind: "expr" }>).expr : node;
  return inner.kind === "call" || inner.kind === "method" ? inner : null;
}

/** `line` or `line:column`. */
export function placeText(position: Position): string {
  const column = columnOf(position);
  return column === 0 ? `${lineOf(position)}` : `${lineOf(position)}:${column}`;
}

/** A break-point as Rhai shows it: `script.rhai @ 3:5`, `foo (...)`, `foo (_, _)`, `.property`. */
export function describeBreakPoint(point: BreakPoint): string {
  return describe(point) + (point.enabled ? "" : " (disabled)");
}

function describe(point: BreakPoint): string {
  switch (point.kind) {
    case "position": {
      const place = point.column === 0 ? `${point.line}` : `${point.line}:${point.column}`;
      return point.source === null ? `@ ${place}` : `${point.source} @ ${place}`;
    }
    case "function":
      return `${point.name} (${point.args === null ? "..." : Array(point.args).fill("_").join(", ")})`;
    case "property":
      return `.${point.name}`;
  }
}
