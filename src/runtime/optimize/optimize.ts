// The optimiser: rewrites a syntax tree as Rhai's does. Much of what it does can be observed, so its every quirk is kept.

import type { Ast, ScriptFnDef } from "../../lang/ast.ts";
import { NO_POSITION } from "../../lang/position.ts";
import { optimizeStatements } from "./block.ts";
import { constantExpr } from "./constants.ts";
import { optimizeExpr } from "./expression.ts";
import { mapped, withStatements } from "./nodes.ts";
import { Optimizer, type OptimizeSettings, type Passes, type Script } from "./optimizer.ts";
import { optimizeStmt } from "./statement.ts";

export type { OptimizeSettings } from "./optimizer.ts";

const PASSES: Passes = { expr: optimizeExpr, stmt: optimizeStmt, block: optimizeStatements };

/** The optimised form of a script; the tree itself at level `none`. */
export function optimizeAst(ast: Ast, settings: OptimizeSettings): Ast {
  if (settings.level === "none") return ast;
  const script = new ScriptOptimizer(ast, settings);
  const functions = mapped(ast.functions, (fn) => script.optimizedFn(fn));
  const statements = script.optimizedBody(ast.statements);
  return { ...ast, functions, statements };
}

class ScriptOptimizer implements Script {
  private readonly optimized = new Map<ScriptFnDef, ScriptFnDef>();
  constructor(
    readonly ast: Ast,
    private readonly settings: OptimizeSettings,
  ) {}

  optimizedFn(fn: ScriptFnDef): ScriptFnDef {
    const known = this.optimized.get(fn);
    if (known !== undefined) return known;
    const body = withStatements(fn.body, this.optimizedBody(fn.body.statements));
    const result = body === fn.body ? fn : { ...fn, body };
    this.optimized.set(fn, result).set(result, result);
    return result;
  }

  /** Optimises the body of the script or of a function. Parameters do not hide the host's constants: so it is in Rhai. */
  optimizedBody(statements: Ast["statements"]): Ast["statements"] {
    const optimizer = new Optimizer(this.settings, this, PASSES);
    const nowhere = { pos: NO_POSITION, start: 0, end: 0 };
    for (const [name, value] of this.settings.registry.constants) {
      optimizer.define(name, constantExpr(value, nowhere));
    }
    for (const { name, value } of this.settings.constants)
      optimizer.define(name, constantExpr(value, nowhere));
    return optimizer.statements(statements, { keepsValue: true, isInternal: false, dropsReturn: true });
  }
}
