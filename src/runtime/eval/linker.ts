// The linker: turns syntax trees into trees of closures, one closure made for exactly each node.
//
// Two kinds of value matter. A *borrowed* value may still be held by a variable or a container; it is fine for operators,
// conditions and anything that only looks. An *owned* value belongs to whoever evaluates it and may be stored. `expr` links
// for a borrowed value, `owned` for an owned one; statements always yield owned values.
//
// A function that may await is linked twice, on demand: for synchronous call sites, and for asynchronous ones. The latter
// variant has asynchronous closures (`exprAsync` ...) for the nodes that may await, and the ordinary ones for all others.

import type { Block, ChainStep, Expr, ExprStmt, MethodStep, ScriptFnDef, Stmt } from "../../lang/ast.ts";
import type { LanguageOptions } from "../../lang/options.ts";
import type { Position } from "../../lang/position.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import { Container, copyValue } from "../value/containers.ts";
import type { Value } from "../value/value.ts";
import type { AsyncEval, AsyncExec, Eval, Exec, Frame } from "./frame.ts";
import { LEAVE, LeaveSignal } from "./frame.ts";
import { type Later, recovering, thenPromise, whenDone } from "./later.ts";
import type { Awaiting } from "./may-await.ts";
import type { Limits } from "./run.ts";
import type { StaticScope } from "./static-scope.ts";

/** Links each kind of node; `dispatch.ts` fills it in, so that node files need not import each other. */
export interface NodeLinkers {
  expr(linker: Linker, node: Expr): Eval;
  owned(linker: Linker, node: Expr): Eval;
  stmt(linker: Linker, node: Stmt): Exec;
  block(linker: Linker, statements: readonly Stmt[], scoped: boolean): Exec;
  exprAsync(linker: Linker, node: Expr): AsyncEval;
  ownedAsync(linker: Linker, node: Expr): AsyncEval;
  stmtAsync(linker: Linker, node: Stmt): AsyncExec;
  blockAsync(linker: Linker, statements: readonly Stmt[], scoped: boolean): AsyncExec;
}

/** Wraps what it wants to see: each node, each step of a chain, the bodies of functions and of the script. */
export interface NodeWatch {
  /** Says, before its expression is linked, that a statement consists of it. */
  markStatement(expr: Expr): void;
  /** `link` links the node itself: after a look at the variables that can be seen before it. */
  node<E extends AsyncEval>(linker: Linker, node: Expr | Stmt, link: () => E): E;
  /** What is done before a chain takes a step, or reads its root. */
  place(linker: Linker, node: Expr | ChainStep): (frame: Frame) => Later<void>;
  /** A method call; `inner` does what `place` announces. */
  method<A extends readonly unknown[]>(
    linker: Linker,
    step: MethodStep,
    inner: (frame: Frame, ...args: A) => Later<Value>,
  ): (frame: Frame, ...args: A) => Later<Value>;
  body<E extends AsyncExec>(linker: Linker, fn: ScriptFnDef, inner: E): E;
  program<E extends AsyncExec>(linker: Linker, inner: E): E;
}

export interface LinkSettings {
  readonly options: Readonly<LanguageOptions>;
  readonly limits: Readonly<Limits>;
  readonly registry: FunctionRegistry;
  /** Count operations (a limit or a progress callback is set). */
  readonly metered: boolean;
  /** Values are checked against size limits. */
  readonly sized: boolean;
  /** The host is asked about variables before they are looked up (`onVar`). */
  readonly asksVariables: boolean;
  /** The host is asked about variables before they are defined (`onDefVar`). */
  readonly asksDefinitions: boolean;
  /** Looks on as the program runs (a debugger); null: nobody does. */
  readonly watch: NodeWatch | null;
  readonly nodes: NodeLinkers;
  /** Which nodes of the program may await; null: none does. */
  readonly awaiting: Awaiting | null;
}

export class Linker {
  /** Grows when an expression is linked that leaves by a thrown `LeaveSignal`. */
  thrownLeaves = 0;
  /** The block being linked defined its variables from here on. */
  blockStart = 0;
  constructor(
    readonly settings: LinkSettings,
    readonly scope: StaticScope,
    /** The asynchronous variant is being linked: nodes that are in here get asynchronous closures. */
    private readonly awaiting: Awaiting | null = null,
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
    return this.visited(node, () => this.settings.nodes.expr(this, node));
  }
  /** Links an expression whose value is stored or handed on. */
  owned(node: Expr): Eval {
    return this.visited(node, () => this.settings.nodes.owned(this, node));
  }
  exec(node: Stmt): Exec {
    return this.visited(node, () => this.settings.nodes.stmt(this, node));
  }
  /** What runs for a statement that is an expression: with a call Rhai counts one operation for both. */
  exprStmt<E extends AsyncExec>(stmt: ExprStmt, link: () => E): E {
    this.settings.watch?.markStatement(stmt.expr);
    const exec = link();
    return stmt.isCall ? exec : (this.counted(stmt.pos, exec) as E);
  }
  /** Links a block with a scope of its own. */
  block(block: Block): Exec {
    return this.settings.nodes.block(this, block.statements, true);
  }

  /** The asynchronous variant is being linked. */
  get mayAwait(): boolean {
    return this.awaiting !== null;
  }
  /** Whether the node gets an asynchronous closure. */
  awaits(node: object): boolean {
    return this.awaiting?.has(node) ?? false;
  }
  /** The same for nodes that may await; for all others the closures are the ordinary ones. */
  exprAsync(node: Expr): AsyncEval {
    return this.awaits(node)
      ? this.visited(node, () => this.settings.nodes.exprAsync(this, node))
      : this.expr(node);
  }
  ownedAsync(node: Expr): AsyncEval {
    return this.awaits(node)
      ? this.visited(node, () => this.settings.nodes.ownedAsync(this, node))
      : this.owned(node);
  }
  execAsync(node: Stmt): AsyncExec {
    return this.awaits(node)
      ? this.visited(node, () => this.settings.nodes.stmtAsync(this, node))
      : this.exec(node);
  }
  blockAsync(block: Block): AsyncExec {
    return this.awaits(block)
      ? this.settings.nodes.blockAsync(this, block.statements, true)
      : this.block(block);
  }

  /** Counts the evaluation of a node, and shows it to who looks on. */
  visited<E extends AsyncEval>(node: Expr | Stmt, link: () => E): E {
    const { watch } = this.settings;
    return this.counted(node.pos, watch === null ? link() : watch.node(this, node, link)) as E;
  }

  counted<T>(pos: Position, inner: (frame: Frame) => T): (frame: Frame) => T {
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

  execAsEvalAsync(exec: AsyncExec, mayLeave: boolean): AsyncEval {
    if (!mayLeave) return exec;
    this.thrownLeaves++;
    return (frame) =>
      whenDone(frame, exec(frame), (result) => {
        if (result === LEAVE) throw new LeaveSignal(frame);
        return result;
      });
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

  catchingLeavesAsync(before: number, exec: AsyncExec): AsyncExec {
    if (this.thrownLeaves === before) return exec;
    return (frame) =>
      recovering(
        frame,
        () => exec(frame),
        (error) => {
          if (error instanceof LeaveSignal && error.frame === frame) return LEAVE;
          throw error;
        },
      );
  }
}

/** Wraps a borrowed evaluation so that its value is owned. */
export function copying(inner: Eval): Eval {
  return (frame: Frame) => {
    const value = inner(frame);
    return value instanceof Container ? value.copy() : value;
  };
}

export function copyingAsync(inner: AsyncEval): AsyncEval {
  return (frame: Frame) => {
    const value = inner(frame);
    return value instanceof Promise ? thenPromise(frame, value, copyValue) : copyValue(value);
  };
}
