// Which variables a script mentions, and which steps it looks at through `steps`.

import type { Ast, ChainExpr, Stmt } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { isBlock, isFunction, type WalkNode, walkAst } from "../../lang/walk.ts";

export interface References {
  /** Names that are read or written, with the place of the first mention. */
  readonly variables: ReadonlyMap<string, Position>;
  /** Steps by name; `all` when that cannot be told from the text. */
  readonly steps: ReadonlyMap<string, Position> | "all";
  /** Variables of its own: parameters, `let`, loop variables ... */
  readonly defined: ReadonlySet<string>;
  /** The script runs text as code: it may use anything. */
  readonly dynamic: boolean;
}

const STEPS = "steps";

export function referencesOf(ast: Ast): References {
  const variables = new Map<string, Position>();
  const steps = new Map<string, Position>();
  const defined = new Set<string>();
  const counted = new Set<WalkNode>();
  const found = { all: false, dynamic: false };
  const note = (into: Map<string, Position>, name: string, at: Position) => {
    if (!into.has(name)) into.set(name, at);
  };
  walkAst(ast, (node) => {
    for (const name of definedBy(node)) defined.add(name);
    if (isBlock(node) || isFunction(node)) return undefined;
    if (node.kind === "call" && (node.name === "eval" || node.name === "is_def_var")) found.dynamic = true;
    if (node.kind === "chain") {
      const step = stepOfChain(node);
      if (step !== null) {
        counted.add(node.root);
        note(steps, step.name, step.at);
      }
    }
    if (node.kind === "variable" && node.namespace === null) {
      note(variables, node.name, node.pos);
      if (node.name === STEPS && !counted.has(node)) found.all = true;
    }
    return undefined;
  });
  // A variable of the script's own hides ours: what is said about it says nothing about steps.
  const all = found.all || found.dynamic || defined.has(STEPS);
  return { variables, steps: all ? "all" : steps, defined, dynamic: found.dynamic };
}

/** `steps.name...` or `steps["name"]...` */
function stepOfChain({ root, steps }: ChainExpr): { readonly name: string; readonly at: Position } | null {
  if (root.kind !== "variable" || root.name !== STEPS || root.namespace !== null) return null;
  const [first] = steps;
  if (first.kind === "property") return { name: first.name, at: first.pos };
  if (first.kind !== "index" || first.index.kind !== "string") return null;
  return { name: first.index.value, at: first.index.pos };
}

function definedBy(node: WalkNode): readonly string[] {
  if (isFunction(node)) return node.params;
  if (isBlock(node)) return [];
  const stmt = node as Stmt;
  if (stmt.kind === "var") return [stmt.name.name];
  if (stmt.kind === "for") return [stmt.variable.name, ...(stmt.counter ? [stmt.counter.name] : [])];
  return stmt.kind === "try" && stmt.catchVariable !== null ? [stmt.catchVariable.name] : [];
}
