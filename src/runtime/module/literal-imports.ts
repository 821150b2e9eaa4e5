// Modules that scripts import by a literal path.

import type { Ast } from "../../lang/ast.ts";
import { type WalkNode, walk, walkAst } from "../../lang/walk.ts";
import type { FunctionTable } from "../eval/frame.ts";
import type { Module } from "./module.ts";

export interface LiteralImport {
  readonly path: string;
  /** Source of the script that imports. */
  readonly source: string | null;
}

export function importsOfScript(ast: Ast): LiteralImport[] {
  const imports: LiteralImport[] = [];
  walkAst(ast, collector(ast.source, imports));
  return imports;
}

/** What functions of a module, and of its sub-modules, import when they are called. */
export function importsOfFunctions(module: Module): LiteralImport[] {
  const imports: LiteralImport[] = [];
  const seen = new Set<Module | FunctionTable>();
  const waiting = [module];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...next.modules.values());
    for (const fns of [next.scriptFunctions, next.methods]) {
      for (const { environment, def } of fns.values()) {
        if (environment === null) walk(def, collector(next.id, imports));
        else if (!seen.has(environment.table)) {
          seen.add(environment.table);
          importsOfTable(environment.table, imports);
        }
      }
    }
  }
  return imports;
}

/** The private ones too. */
function importsOfTable(table: FunctionTable, imports: LiteralImport[]): void {
  for (const fns of [table.functions, table.methods])
    for (const { def } of fns.values()) walk(def, collector(table.source, imports));
}

function collector(source: string | null, imports: LiteralImport[]): (node: WalkNode) => true {
  return (node) => {
    if ("kind" in node && node.kind === "import" && node.path.kind === "string")
      imports.push({ path: node.path.value, source });
    return true;
  };
}
