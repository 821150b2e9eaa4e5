// The linker: turns syntax trees into trees of closures, one closure made for exactly each node.
//
// Two kinds of value matter. A *borrowed* value may still be held by a variable or a container; it is fine for operators,
// conditions and anything that only looks. An *owned* value belongs to whoever evaluates it and may be stored. `expr` links
// for a borrowed value, `owned` for an owned one; statements always yield owned values.
//
// A function that may await is linked twice, on demand: for synchronous call sites, and for asynchronous ones. The latter
// variant has asynchronous closures (`exprAsync` ...) for the nodes that may await, and the ordinary ones for all others.
//
// Operations are counted in one of two ways. Where somebody is told of each one, every node counts by itself. Where there is
// just a limit, operations fall *due* while nodes are linked, and one closure counts all of those that happen in one go, with
// nothing between them that can be observed: see `DueOperations`. A node *joins* when what it consists of is linked in the order
// in which it is evaluated, with nothing before or between that others could see.

import type { Block, ChainStep, Expr, ExprStmt, MethodStep, ScriptFnDef, Stmt } from "../../lang/ast.ts";
import type { LanguageOptions } from "../../lang/options.ts";
import type { Position } from "../../lang/position.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import { Container, copyValue } from "../value/containers.ts";
import type { Value } from "../value/value.ts";
import { countingBefore, countingOne, DueOperations } from "./counting.ts";
import type { AsyncEval, AsyncExec, Eval, Exec, Frame } from "./frame.ts";
import { LEAVE, LeaveSignal } from "./frame.ts";
import { type Later, recovering, thenPromise, whenDone } from "./later.ts";
import { isLiteral } from "./literal.ts";
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
  /** Whether the node leaves it to what it consists of, or to what it is a part of, to count its evaluation. */
  joinsCount(linker: Linker, node: Expr | Stmt): boolean;
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
  /** Each operation has to be counted when it happens: somebody looks on. Otherwise several are counted at once. */
  readonly countsSingly: boolean;
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
  /** Operations that nothing counts so far. Empty where nodes are counted by themselves. */
  readonly due = new DueOperations();
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
  /** Operations may be counted several at once. */
  get joins(): boolean {
    return this.settings.metered && !this.settings.countsSingly;
  }
  get sized(): boolean {
    return this.settings.sized;
  }
  get registry(): FunctionRegistry {
    return this.settings.registry;
  }

  /** Links an expression whose value is only looked at. */
  expr(node: Expr): Eval {
    return this.due.settled(this.operand(node));
  }
  /** Links an expression whose value is stored or handed on; `then`: where one more operation is counted afterwards. */
  owned(node: Expr, then: Position | null = null): Eval {
    const inner = this.joined(node, () => this.settings.nodes.owned(this, node));
    if (then !== null) this.owe(then);
    return this.due.settled(inner);
  }
  /** `expr` for who goes on linking, and counts what is due then. */
  operand(node: Expr): Eval {
    return this.joined(node, () => this.settings.nodes.expr(this, node));
  }
  /** `owned` for values that are evaluated in this order, before anything else. What is due afterwards needs only be counted. */
  ownedAll(nodes: readonly Expr[]): Eval[] {
    const last = nodes.length - 1;
    const bare = nodes.every((node) => this.isLeaf(node));
    return nodes.map((node, i) => {
      const mayStayDue = bare || (i < last && this.isLeaf(node));
      return mayStayDue ? this.joined(node, () => this.settings.nodes.owned(this, node)) : this.owned(node);
    });
  }
  exec(node: Stmt): Exec {
    return this.joined(node, () => this.settings.nodes.stmt(this, node));
  }
  /** What runs for a statement that is an expression: with a call Rhai counts one operation for both. */
  exprStmt<E extends AsyncExec>(stmt: ExprStmt, link: () => E): E {
    this.settings.watch?.markStatement(stmt.expr);
    return stmt.isCall ? link() : this.leading(stmt.pos, link);
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
    return this.counted(node.pos, watch === null ? link : () => watch.node(this, node, link));
  }

  /** The same for a node that may leave the counting to others. */
  private joined<E extends AsyncEval>(node: Expr | Stmt, link: () => E): E {
    if (!this.joins || !this.settings.nodes.joinsCount(this, node)) return this.visited(node, link);
    this.due.add(node.pos);
    return link();
  }

  /** Counts an operation, after those that are due, before what is linked then. */
  counted<E extends AsyncEval>(pos: Position, link: () => E): E {
    if (!this.metered) return link();
    if (!this.joins) return countingOne(pos, link());
    this.due.add(pos);
    const places = this.due.take();
    return countingBefore(places, link());
  }

  /** The same where what is linked evaluates a child or a statement first, if it has any: that counts both then. */
  leading<E extends AsyncEval>(pos: Position, link: () => E): E {
    if (!this.joins) return this.counted(pos, link);
    this.due.add(pos);
    return this.due.paid(link());
  }

  /** An operation (or several) that is no node of its own, or whose node is not linked. */
  owe(pos: Position, count = 1): void {
    if (this.joins) this.due.add(pos, count);
  }

  /** A literal, or a variable that can be read without any check; evaluating it does nothing else. */
  isLeaf(node: Expr | Stmt): boolean {
    return isLiteral(node) || this.plainSlot(node) >= 0;
  }

  /**
   * The slot of a variable that can be read without any check, or -1: a static, never shared variable in a function
   * where nothing can hide it.
   */
  plainSlot(node: Expr | Stmt): number {
    if (this.settings.countsSingly || node.kind !== "variable" || node.namespace !== null) return -1;
    if (this.scope.facts.hasEval) return -1;
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
