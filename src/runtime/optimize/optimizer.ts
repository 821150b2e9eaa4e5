// The state of one optimiser pass over a body of statements: known constants, what has changed, what to visit next.

import type { Ast, Expr, ScriptFnDef, Stmt } from "../../lang/ast.ts";
import type { LanguageOptions } from "../../lang/options.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import type { SizeLimits } from "../value/size.ts";
import type { Value } from "../value/value.ts";

export interface OptimizeSettings {
  /** `none`: leave the tree alone; `simple`: rewrite, and evaluate built-in operators; `full`: evaluate pure functions too. */
  readonly level: "none" | "simple" | "full";
  readonly options: Readonly<LanguageOptions>;
  readonly registry: FunctionRegistry;
  /** Constants in the host's scope, oldest first. */
  readonly constants: readonly { readonly name: string; readonly value: Value }[];
  /** Values beyond these are not computed ahead. Unlimited when absent. */
  readonly limits?: SizeLimits;
}

/** How a list of statements is used. */
export interface BlockUse {
  /** The value of the last statement matters. */
  readonly keepsValue: boolean;
  /** Variables defined in it end with it, so a definition that nobody uses has no effect. */
  readonly isInternal: boolean;
  /** It is the body of a function or script: `return x` at its end is just `x`. */
  readonly dropsReturn: boolean;
}

/** Optimises each kind of node; filled in by `optimize.ts`, so that the files of the kinds need not import each other. */
export interface Passes {
  expr(optimizer: Optimizer, node: Expr, inChain: boolean): Expr;
  stmt(optimizer: Optimizer, node: Stmt, keepsValue: boolean): Stmt;
  block(optimizer: Optimizer, statements: readonly Stmt[], use: BlockUse): readonly Stmt[];
}

/** What the functions of one script have in common while they are optimised. */
export interface Script {
  readonly ast: Ast;
  /** The optimised form of a function. */
  optimizedFn(fn: ScriptFnDef): ScriptFnDef;
}

interface KnownName {
  readonly name: string;
  /** The constant, or null for a variable. */
  readonly value: Expr | null;
}

export class Optimizer {
  /** Something has changed, so another pass may find more. */
  isDirty = false;
  /** Constants may be put in place of their names: not after `eval`, which may have redefined them. */
  propagates = true;
  /** Names defined so far, innermost last. */
  private readonly names: KnownName[] = [];
  /** Where each name stands in `names`, innermost last: scripts may define many thousands. */
  private readonly places = new Map<string, number[]>();
  constructor(
    readonly settings: OptimizeSettings,
    readonly script: Script,
    private readonly passes: Passes,
  ) {}

  expr(node: Expr, inChain = false): Expr {
    return this.passes.expr(this, node, inChain);
  }
  stmt(node: Stmt, keepsValue: boolean): Stmt {
    return this.passes.stmt(this, node, keepsValue);
  }
  statements(statements: readonly Stmt[], use: BlockUse): readonly Stmt[] {
    return this.passes.block(this, statements, use);
  }

  define(name: string, value: Expr | null): void {
    const places = this.places.get(name);
    if (places === undefined) this.places.set(name, [this.names.length]);
    else places.push(this.names.length);
    this.names.push({ name, value });
  }
  /** How many names are defined: a mark to return to by `forget`. */
  get defined(): number {
    return this.names.length;
  }
  /** Forgets the names defined since. */
  forget(mark: number): void {
    for (let i = mark; i < this.names.length; i++) this.places.get(this.names[i].name)?.pop();
    this.names.length = mark;
  }
  /** The constant called `name`, or null. */
  constant(name: string): Expr | null {
    if (!this.propagates) return null;
    const place = this.places.get(name)?.at(-1);
    return place === undefined ? null : this.names[place].value;
  }
}
