// The linker: turns syntax trees into trees of closures, one closure made for exactly each node.
//
// Two kinds of value matter. A *borrowed* value may still be held by a variable or a container; it is fine for operators,
// conditions and anything that only looks. An *owned* value belongs to whoever evaluates it and may be stored. `expr` links
// for a borrowed value, `owned` for an owned one; statements always yield owned values.

import type { Block, Expr, Stmt } from "../../lang/ast.ts";
import type { LanguageOptions } from "../../lang/options.ts";
import type { Position } from "../../lang/position.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import { Container } from "../value/containers.ts";
import type { Eval, Exec, Frame } from "./frame.ts";
import { LEAVE, LeaveSignal } from "./frame.ts";
import type { Limits } from "./run.ts";
import type { StaticScope } from "./static-scope.ts";

/** Links each kind of node; `dispatch.ts` fills it in, so that node files need not import each other. */
export interface NodeLinkers {
  expr(linker: Linker, node: Expr): Eval;
  owned(linker: Linker, node: Expr): Eval;
  stmt(linker: Linker, node: Stmt): Exec;
  block(linker: Linker, statements: readonly Stmt[], scoped: boolean): Exec;
}

export interface LinkSettings {
  readonly options: Readonly<LanguageOptions>;
  readonly limits: Readonly<Limits>;
  readonly registry: FunctionRegistry;
  /** Count operations (a limit or a progress callback is set). */
  readonly metered: boolean;
  /** Values are checked against size limits. */
  readonly sized: boolean;
  readonly nodes: NodeLinkers;
}

export class Linker {
  /** Grows when an expression is linked that leaves by a thrown `LeaveSignal`. */
  thrownLeaves = 0;
  /** The block being linked defined its variables from here on. */
  blockStart = 0;
  constructor(
    readonly settings: LinkSettings,
    readonly scope: StaticScope,
  ) {}

  get options(): Readonly<LanguageOptions> {
    return this.settings.options;
  }
  get metered(): boolean {
    return this.settings.metered;
  }
  get sized(): boolean {
    return this.settings.sized;
  }
  get registry(): FunctionRegistry {
    return this.settings.registry;
  }

  /** Links an expression whose value is only looked at. */
  expr(node: Expr): Eval {
    return this.counted(node.pos, this.settings.nodes.expr(this, node));
  }
  /** Links an expression whose value is stored or handed on. */
  owned(node: Expr): Eval {
    return this.counted(node.pos, this.settings.nodes.owned(this, node));
  }
  exec(node: Stmt): Exec {
    return this.counted(node.pos, this.settings.nodes.stmt(this, node));
  }
  /** Links a block with a scope of its own. */
  block(block: Block): Exec {
    return this.settings.nodes.block(this, block.statements, true);
  }

  counted(pos: Position, inner: Eval): Eval {
    if (!this.metered) return inner;
    return (frame) => {
      frame.run.track(pos);
      return inner(frame);
    };
  }

  /**
   * The slot of a variable that can be read without any check, or -1: a static, never shared variable in a function
   * where nothing can hide it.
   */
  plainSlot(node: Expr): number {
    if (this.metered || node.kind !== "variable" || node.namespace !== null || this.scope.facts.hasEval)
      return -1;
    const variable = this.scope.find(node.name);
    return variable === null || variable.maybeShared ? -1 : variable.slot;
  }

  /** Turns a statement into an expression: a `LEAVE` has to be thrown from there. */
  execAsEval(exec: Exec, mayLeave: boolean): Eval {
    if (!mayLeave) return exec;
    this.thrownLeaves++;
    return (frame) => {
      const result = exec(frame);
      if (result === LEAVE) throw new LeaveSignal(frame);
      return result;
    };
  }

  /** Makes a body catch the `LeaveSignal`s of its own expressions, when it has any. */
  catchingLeaves(before: number, exec: Exec): Exec {
    if (this.thrownLeaves === before) return exec;
    return (frame) => {
      try {
        return exec(frame);
      } catch (error) {
        if (error instanceof LeaveSignal && error.frame === frame) return LEAVE;
        throw error;
      }
    };
  }
}

/** Wraps a borrowed evaluation so that its value is owned. */
export function copying(inner: Eval): Eval {
  return (frame: Frame) => {
    const value = inner(frame);
    return value instanceof Container ? value.copy() : value;
  };
}
