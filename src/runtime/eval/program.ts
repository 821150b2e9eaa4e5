// Programs: syntax trees linked for one engine configuration. Functions are linked at their first call.

import type { Ast, ScriptFnDef } from "../../lang/ast.ts";
import { linkStatements } from "./block.ts";
import type { Chain, Environment, Exec, FunctionTable, ScriptFn } from "./frame.ts";
import { functionKey } from "./library.ts";
import { Linker, type LinkSettings } from "./linker.ts";
import { bodyFacts, StaticScope } from "./static-scope.ts";

export interface Program {
  readonly table: FunctionTable;
  /** Slots the top-level frame needs. */
  readonly frameSize: number;
  readonly body: Exec;
  readonly doc: string;
}

class ScriptFunction implements ScriptFn {
  readonly name: string;
  readonly arity: number;
  readonly isEmpty: boolean;
  environment: Environment | null = null;
  captured = 0;
  frameSize: number;
  body: Exec;
  sharedBody: Exec;
  constructor(
    readonly def: ScriptFnDef,
    readonly table: FunctionTable,
    settings: LinkSettings,
  ) {
    this.name = def.name;
    this.arity = def.params.length;
    this.isEmpty = def.body.statements.length === 0;
    this.frameSize = def.params.length;
    this.body = (frame) => {
      this.body = this.link(settings, this.captured);
      for (let i = frame.slots.length; i < this.frameSize; i++) frame.slots.push(undefined);
      return this.body(frame);
    };
    this.sharedBody = (frame) => {
      this.sharedBody = this.link(settings, this.arity);
      for (let i = frame.slots.length; i < this.frameSize; i++) frame.slots.push(undefined);
      return this.sharedBody(frame);
    };
  }
  /** Links the body; the first `shared` parameters may hold shared cells. */
  private link(settings: LinkSettings, shared: number): Exec {
    const scope = new StaticScope(bodyFacts(this.def.body), this.def, shared);
    const linker = new Linker(settings, scope);
    const before = linker.thrownLeaves;
    const exec = linkStatements(linker, this.def.body.statements, true);
    if (scope.size > this.frameSize) this.frameSize = scope.size;
    return linker.catchingLeaves(before, exec);
  }
}

function functionTable(ast: Ast, settings: LinkSettings): FunctionTable {
  const functions = new Map<string, ScriptFn>();
  const methods = new Map<string, ScriptFn>();
  const byName = new Map<string, ScriptFn>();
  const table = { functions, methods, byName, source: ast.source } as unknown as {
    chain: Chain;
  } & FunctionTable;
  table.chain = { table, outer: null, entered: new Map() };
  for (const def of ast.functions) {
    const fn = new ScriptFunction(def, table, settings);
    const key = functionKey(def.name, def.params.length);
    if (def.thisType === null) functions.set(key, fn);
    else methods.set(`${def.thisType}.${key}`, fn);
    if (!byName.has(def.name)) byName.set(def.name, fn);
  }
  return table;
}

/** Links a tree. Nothing of it is run. */
export function linkProgram(ast: Ast, settings: LinkSettings): Program {
  const scope = new StaticScope(bodyFacts(ast.statements), null, 0);
  const linker = new Linker(settings, scope);
  const exec = linkStatements(linker, ast.statements, false);
  const body = linker.catchingLeaves(0, exec);
  return { table: functionTable(ast, settings), frameSize: scope.size, body, doc: ast.doc };
}
