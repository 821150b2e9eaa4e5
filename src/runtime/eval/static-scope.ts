// The linker's picture of the variables of one function: names to slots, block by block.

import type { Block, Expr, ScriptFnDef, Stmt } from "../../lang/ast.ts";
import { walkBlock } from "../../lang/walk.ts";
import type { VisibleVariable } from "./name-view.ts";

export interface StaticVariable extends VisibleVariable {
  /** A closure may have turned it into a shared cell: reads and writes must look. */
  readonly maybeShared: boolean;
}

/** What a function's code contains that changes how its variables are kept. */
export interface BodyFacts {
  /** Names captured by closures anywhere in the body. */
  readonly captured: ReadonlySet<string>;
  /** Calls `eval`: names may be defined at run time. */
  readonly hasEval: boolean;
  /** Imports modules or calls `f!()`: code elsewhere may capture our variables. */
  readonly sharesScope: boolean;
}

/** Scans a body once. */
export function bodyFacts(body: readonly Stmt[] | Block): BodyFacts {
  const captured = new Set<string>();
  let hasEval = false;
  let sharesScope = false;
  const visitExpr = (expr: Expr): boolean => {
    if (expr.kind === "closure") {
      for (const { name, constant } of expr.captures) if (constant === undefined) captured.add(name);
      return false;
    }
    if (expr.kind === "call") {
      if (expr.name === "eval" && expr.namespace === null) hasEval = true;
      if (expr.capturesScope) sharesScope = true;
    }
    if (expr.kind === "custom" && expr.scopeMayChange) hasEval = true;
    if (expr.kind === "custom") sharesScope = true;
    return true;
  };
  const visitStmt = (stmt: Stmt): boolean => {
    if (stmt.kind === "import") sharesScope = true;
    return true;
  };
  walkBlock(body, visitExpr, visitStmt);
  return { captured, hasEval, sharesScope };
}

/** Variables of the function being linked. */
export class StaticScope {
  private readonly variables: StaticVariable[] = [];
  private height = 0;
  /** Slots the frame needs. */
  size = 0;
  /** Nesting of blocks: 0 at the top of the function or script. */
  depth = 0;
  constructor(
    readonly facts: BodyFacts,
    /** The function, or null for a script's top level. */
    readonly fn: ScriptFnDef | null,
    /** So many of the first parameters may hold shared cells. */
    sharedParams: number,
    /** Every variable may become shared at any time (a debugger or custom syntax can see it). */
    private readonly allShared = false,
  ) {
    if (fn !== null) {
      fn.params.forEach((name, i) => {
        this.declare(name, false, i < sharedParams);
      });
    }
  }

  find(name: string): StaticVariable | null {
    for (let i = this.variables.length - 1; i >= 0; i--) {
      if (this.variables[i].name === name) return this.variables[i];
    }
    return null;
  }

  declare(name: string, constant: boolean, shared = false): StaticVariable {
    const { captured, sharesScope } = this.facts;
    const variable: StaticVariable = {
      name,
      slot: this.height,
      constant,
      maybeShared: shared || this.allShared || sharesScope || captured.has(name),
    };
    this.height++;
    if (this.height > this.size) this.size = this.height;
    this.variables.push(variable);
    return variable;
  }

  /** `let` of a name that the same block has defined already: same slot, maybe other constness. Null when there is none. */
  redeclare(name: string, constant: boolean, blockStart: number): StaticVariable | null {
    for (let i = this.variables.length - 1; i >= blockStart; i--) {
      const old = this.variables[i];
      if (old.name === name) {
        const renewed = { ...old, constant };
        this.variables[i] = renewed;
        return renewed;
      }
    }
    return null;
  }

  /** A slot without a name, for a value that the code itself needs. */
  anonymousSlot(): number {
    return this.declare("", false).slot;
  }

  /** Marks where a block starts, for `leave` and `redeclare`. */
  enter(): number {
    this.depth++;
    return this.variables.length;
  }
  leave(mark: number): void {
    this.depth--;
    this.variables.length = mark;
    this.height = mark === 0 ? 0 : this.variables[mark - 1].slot + 1;
  }

  /** What can be seen from here, for code that looks names up at run time. */
  visible(): StaticVariable[] {
    return this.variables.filter((variable) => variable.name !== "");
  }
  get count(): number {
    return this.variables.length;
  }
}
