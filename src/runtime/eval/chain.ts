// Links chains of properties, indices and method calls.
//
// Rhai evaluates all arguments of a chain, left to right, before it reads the root. When that order cannot be observed (one
// step with arguments, or only constants and plain variables), each step evaluates its own; otherwise they are evaluated
// first into an array that the steps take them from.

import type { ChainExpr, ChainStep, Expr } from "../../lang/ast.ts";
import { dataRace } from "../errors.ts";
import { Container } from "../value/containers.ts";
import type { Shared } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import type { Eval, Frame } from "./frame.ts";
import type { Linker } from "./linker.ts";
import { isLiteral } from "./literal.ts";
import { linkMethod } from "./method-call.ts";
import {
  type ArgumentSource,
  ConstantPath,
  ENDED,
  IndexPath,
  NamedPath,
  type Path,
  PropertyPath,
  SlotPath,
  TemporaryPath,
  ThisPath,
} from "./path.ts";
import { startPosition } from "./start-position.ts";
import { linkPlace } from "./variable.ts";

const NO_ARGS: Value[] = [];

type Step = (frame: Frame, args: Value[]) => Value;

/** A chain taken apart: what to do first, and the path to the last step. */
export interface LinkedChain {
  /** Evaluates the arguments that are stored in `args`, and a root that is no variable. */
  readonly before: readonly ((frame: Frame, args: Value[]) => void)[];
  /** Method calls inside the chain; ENDED when a safe access has ended it. */
  readonly stages: readonly Step[];
  /** Number of values `args` must hold; 0 when no array is needed. */
  readonly argCount: number;
  /** The path that the last step works on. */
  readonly path: Path;
  readonly last: ChainStep;
  /** Arguments of the last step. */
  readonly lastArgs: readonly ArgumentSource[];
  /** Finds the root's shared cell, which method calls lock; null when it can have none. */
  readonly findCell: ((frame: Frame) => Shared | null) | null;
}

function stepArguments(step: ChainStep): readonly Expr[] {
  if (step.kind === "index") return [step.index];
  return step.kind === "method" ? step.args : [];
}

class ChainLinker {
  readonly before: ((frame: Frame, args: Value[]) => void)[] = [];
  argCount = 0;
  private readonly stored: boolean;
  readonly findCell: ((frame: Frame) => Shared | null) | null;
  constructor(
    private readonly linker: Linker,
    private readonly node: ChainExpr,
  ) {
    const withArgs = node.steps.filter((step) => stepArguments(step).length > 0);
    const inert = withArgs.every((step) => stepArguments(step).every((arg) => this.isInert(arg)));
    this.findCell = this.cellFinder();
    const temporary = node.root.kind !== "variable" && node.root.kind !== "this";
    this.stored = (!inert && (withArgs.length > 1 || temporary)) || this.findCell !== null;
  }

  private isInert(arg: Expr): boolean {
    return isLiteral(arg) || this.linker.plainSlot(arg) >= 0;
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

  argument(node: Expr, owned: boolean): ArgumentSource {
    const value = owned ? this.linker.owned(node) : this.linker.expr(node);
    if (!this.stored) return value;
    const index = this.store();
    this.before.push((frame, args) => {
      args[index] = value(frame);
    });
    return (_frame, args) => args[index];
  }

  root(): Path {
    const { root } = this.node;
    const { linker } = this;
    if (linker.metered && (root.kind === "this" || root.kind === "variable")) {
      this.before.push((frame) => frame.run.track(root.pos));
    }
    if (root.kind === "this") return new ThisPath(root);
    if (root.kind === "variable") {
      if (root.namespace !== null) return new ConstantPath(linker.expr(root));
      const slot = linker.plainSlot(root);
      if (slot >= 0) return new SlotPath(slot, linker.scope.find(root.name)?.constant === true);
      return new NamedPath(root.name, linkPlace(linker, root.name), linker.expr(root), root.pos);
    }
    const value = linker.owned(root);
    const index = this.store();
    this.before.push((frame, args) => {
      args[index] = value(frame);
    });
    return new TemporaryPath(index);
  }
}

/** The path one step further; the step is no method call. */
export function extendPath(
  linker: Linker,
  path: Path,
  step: ChainStep,
  args: readonly ArgumentSource[],
): Path {
  const strict = linker.options.failOnInvalidMapProperty;
  switch (step.kind) {
    case "index": {
      const site = { idxPos: startPosition(step.index), opPos: step.opPos, strict };
      return new IndexPath(path, args[0], site, step.optional);
    }
    case "property":
      return new PropertyPath(
        path,
        { name: step.name, idxPos: step.pos, opPos: step.opPos, strict },
        step.optional,
      );
    case "method":
      throw new Error("a method call is no part of a path");
  }
}

/** Takes a chain apart; the last step is left to the caller. */
export function linkChainParts(linker: Linker, node: ChainExpr): LinkedChain {
  const chain = new ChainLinker(linker, node);
  const sources = node.steps.map((step) =>
    stepArguments(step).map((arg) => chain.argument(arg, step.kind === "method")),
  );
  let path = chain.root();
  const stages: Step[] = [];
  const last = node.steps.length - 1;
  for (let i = 0; i < last; i++) {
    const step = node.steps[i];
    if (step.kind !== "method") {
      path = extendPath(linker, path, step, sources[i]);
      continue;
    }
    const call = linkMethod(linker, step, path, sources[i]);
    const index = chain.store();
    stages.push((frame, args) => {
      const value = call(frame, args);
      args[index] = value;
      return value;
    });
    path = new TemporaryPath(index);
  }
  const { before, argCount, findCell } = chain;
  return { before, stages, argCount, path, last: node.steps[last], lastArgs: sources[last], findCell };
}

/** Links reading a chain; the value is borrowed when its last step is a property or an index. */
export function linkChain(linker: Linker, node: ChainExpr): Eval {
  const chain = linkChainParts(linker, node);
  return linkChainRun(chain, linkFinal(linker, chain));
}

function linkFinal(linker: Linker, chain: LinkedChain): Step {
  const { last, path, lastArgs } = chain;
  if (last.kind === "method") return linkMethod(linker, last, path, lastArgs);
  const full = extendPath(linker, path, last, lastArgs);
  return (frame, args) => full.get(frame, args);
}

/** Puts the parts of a chain together around its last step. */
export function linkChainRun(chain: LinkedChain, final: Step): Eval {
  const { before, stages, argCount, findCell } = chain;
  const finish = stages.length === 0 ? final : afterStages(stages, final);
  if (findCell !== null) return lockingRun(before, argCount, findCell, finish);
  if (before.length === 0 && argCount === 0) return (frame) => unended(finish(frame, NO_ARGS));
  return (frame) => {
    const args: Value[] = new Array(argCount);
    for (let i = 0; i < before.length; i++) before[i](frame, args);
    return unended(finish(frame, args));
  };
}

function afterStages(stages: readonly Step[], final: Step): Step {
  return (frame, args) => {
    for (let i = 0; i < stages.length; i++) if (stages[i](frame, args) === ENDED) return ENDED;
    return final(frame, args);
  };
}

/** Locks the shared cell of the root while methods run on it: any other access is a data race. */
function lockingRun(
  before: LinkedChain["before"],
  argCount: number,
  findCell: (frame: Frame) => Shared | null,
  finish: Step,
): Eval {
  return (frame) => {
    const args: Value[] = new Array(argCount);
    for (let i = 0; i < before.length; i++) before[i](frame, args);
    const cell = findCell(frame);
    if (cell === null) return unended(finish(frame, args));
    if (cell.locked) throw dataRace("");
    cell.locked = true;
    try {
      const value = unended(finish(frame, args));
      return value instanceof Container ? value.copy() : value;
    } finally {
      cell.locked = false;
    }
  };
}

function unended(value: Value): Value {
  return value === ENDED ? undefined : value;
}
