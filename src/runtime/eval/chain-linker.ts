// ChainLinker: links root and arguments of a chain, and decides which arguments are evaluated before everything else.
//
// Rhai evaluates all arguments of a chain, left to right, before it reads the root. When that order cannot be observed (one
// step with arguments, or only constants and plain variables), each step evaluates its own; otherwise they are evaluated
// first into an array that the steps take them from.

import type { ChainExpr, ChainStep, Expr, VariableExpr } from "../../lang/ast.ts";
import type { Shared } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import type { Frame } from "./frame.ts";
import { type Later, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { isLiteral, linkLiteral, linkOwnedLiteral } from "./literal.ts";
import {
  type ArgumentSource,
  AskedPath,
  ConstantPath,
  NamedPath,
  type Path,
  SlotPath,
  TemporaryPath,
  ThisPath,
} from "./path.ts";
import { linkAsk, linkPlace, linkStored } from "./variable.ts";

/** Done before the root is read; `args` gets the values of arguments. */
export type AsyncBefore = (frame: Frame, args: Value[]) => Later<void>;

export function stepArguments(step: ChainStep): readonly Expr[] {
  if (step.kind === "index") return [step.index];
  return step.kind === "method" ? step.args : [];
}

/** Whether methods are called on the way to the last step. */
function callsInside({ steps }: ChainExpr): boolean {
  return steps.some((step, i) => step.kind === "method" && i < steps.length - 1);
}

/** Whether the path to the last step may be walked more than once: all but `root[index].property` that is only read. */
function isRewalked({ steps }: ChainExpr, isRead: boolean): boolean {
  return !isRead || steps.length > 2 || steps[steps.length - 1].kind === "method";
}

/** Links root and arguments of one chain. */
export class ChainLinker {
  readonly before: AsyncBefore[] = [];
  argCount = 0;
  /** Arguments that do more than reading a variable are evaluated on the spot. */
  private hasEffects = false;
  private readonly stored: boolean;
  readonly findCell: ((frame: Frame) => Shared | null) | null;
  constructor(
    private readonly linker: Linker,
    private readonly node: ChainExpr,
    mayAwait: boolean,
    isRead: boolean,
  ) {
    const withArgs = node.steps.filter((step) => stepArguments(step).length > 0);
    const inert = withArgs.every((step) => stepArguments(step).every((arg) => this.isInert(arg)));
    this.findCell = this.cellFinder();
    const temporary = node.root.kind !== "variable" && node.root.kind !== "this";
    const several = withArgs.length > 1 || temporary || callsInside(node);
    const inPath = withArgs.some((step) => step !== node.steps[node.steps.length - 1]);
    const once = several || mayAwait || (inPath && isRewalked(node, isRead));
    const isWatched = linker.settings.watch !== null;
    this.stored = (!inert && once) || this.findCell !== null || isWatched;
    if (linker.metered) this.countSteps();
  }

  /**
   * Counts what Rhai counts besides the values of the chain: a look for the arguments of each step (unless there is but one
   * step, with none or with a constant index), the root when it is a place, and each access to a property or an element.
   */
  private countSteps(): void {
    const { steps, root } = this.node;
    const single = steps.length === 1 && stepArguments(steps[0]).every((arg) => this.isConstantIndex(arg));
    const places = root.kind === "this" || root.kind === "variable" ? 1 : 0;
    const literals = steps.reduce((sum, step) => sum + stepArguments(step).filter(isLiteral).length, 0);
    const constants = this.linker.settings.watch === null ? literals : 0;
    const accesses = steps.filter((step) => step.kind !== "method").length;
    const count = (single ? 0 : steps.length + constants) + places + accesses;
    if (this.linker.joins) this.linker.owe(root.pos, count);
    else this.before.push((frame) => frame.run.trackSeveral(count, root.pos));
  }

  /** The index of a chain that has no other step: Rhai takes it as it is. */
  private isConstantIndex(arg: Expr): boolean {
    const { steps } = this.node;
    return steps.length === 1 && steps[0].kind === "index" && isLiteral(arg);
  }

  /** Neither does evaluating it do anything, nor can the chain change its value. */
  private isInert(arg: Expr): boolean {
    if (isLiteral(arg)) return true;
    const { root } = this.node;
    const isRoot = arg.kind === "variable" && root.kind === "variable" && arg.name === root.name;
    return this.linker.plainSlot(arg) >= 0 && !(isRoot && callsInside(this.node));
  }

  private cellFinder(): ((frame: Frame) => Shared | null) | null {
    const { root } = this.node;
    if (root.kind !== "variable" || root.namespace !== null) return null;
    const variable = this.linker.scope.find(root.name);
    if (variable !== null && !variable.maybeShared && !this.linker.scope.facts.hasEval) return null;
    const find = linkPlace(this.linker, root.name);
    return (frame) => find(frame)?.cell ?? null;
  }

  /** A place in `args` for a value. */
  store(): number {
    return this.argCount++;
  }

  /** An argument of a step: evaluated on the spot, or before everything else. */
  argument(node: Expr, owned: boolean): ArgumentSource {
    // Counted with the steps: the path may look at it several times.
    const isCounted = this.linker.settings.watch === null || this.isConstantIndex(node);
    if (isLiteral(node) && isCounted) return owned ? linkOwnedLiteral(node) : linkLiteral(node);
    if (!this.stored) return this.onTheSpot(node, owned);
    const index = this.store();
    this.storeFirst(node, index, owned);
    return (_frame, args) => args[index];
  }

  /** A variable is counted before the chain, since the path may look at it several times; not after what may do anything. */
  private onTheSpot(node: Expr, owned: boolean): ArgumentSource {
    const { linker } = this;
    const { nodes } = linker.settings;
    if (this.hasEffects || !linker.joins || linker.plainSlot(node) < 0) {
      this.hasEffects = true;
      return owned ? linker.owned(node) : linker.expr(node);
    }
    linker.owe(node.pos);
    return owned ? nodes.owned(linker, node) : nodes.expr(linker, node);
  }

  /** Counts what is due last of all that is done before the root is read. */
  payBefore(): void {
    const payment = this.linker.due.payment();
    if (payment !== null) this.before.push(payment);
  }

  /** Evaluates an argument or the root before everything else. */
  private storeFirst(node: Expr, index: number, owned: boolean): void {
    const { linker } = this;
    if (!linker.awaits(node)) {
      const value = owned ? linker.owned(node) : linker.expr(node);
      this.before.push((frame, args) => {
        args[index] = value(frame);
      });
      return;
    }
    const value = owned ? linker.ownedAsync(node) : linker.exprAsync(node);
    this.before.push((frame, args) =>
      whenDone(frame, value(frame), (settled) => {
        args[index] = settled;
      }),
    );
  }

  /** The path to the root. */
  root(): Path {
    const { root } = this.node;
    const { linker } = this;
    const { watch } = linker.settings;
    if (watch !== null && (root.kind === "this" || root.kind === "variable"))
      this.before.push(watch.place(linker, root));
    if (root.kind === "this") return new ThisPath(root);
    if (root.kind === "variable") {
      const read = linkStored(linker, root);
      if (root.namespace !== null) return new ConstantPath(read);
      const slot = linker.plainSlot(root);
      if (slot >= 0) return new SlotPath(slot, linker.scope.find(root.name)?.constant === true);
      const named = new NamedPath(root.name, linkPlace(linker, root.name), read, root.pos);
      return this.asked(root, named);
    }
    const index = this.store();
    this.storeFirst(root, index, true);
    return new TemporaryPath(index);
  }

  private asked(root: VariableExpr, stored: Path): Path {
    const ask = linkAsk(this.linker, root.name, root.pos);
    if (ask === null) return stored;
    const path = new AskedPath(ask, stored);
    this.before.push((frame) => path.prepare(frame));
    return path;
  }
}
