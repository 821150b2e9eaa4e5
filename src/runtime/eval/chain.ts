// Links chains of properties, indices and method calls.

import type { ChainExpr, ChainStep, IndexStep, PropertyStep } from "../../lang/ast.ts";
import { dataRace } from "../errors.ts";
import { Container, copyValue } from "../value/containers.ts";
import type { Shared } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import { type AsyncBefore, ChainLinker, stepArguments } from "./chain-linker.ts";
import type { AsyncEval, Eval, Frame } from "./frame.ts";
import type { IndexSite } from "./index-ops.ts";
import { ending, type Later, thenPromise, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { linkMethod } from "./method-call.ts";
import {
  type ArgumentSource,
  ENDED,
  IndexPath,
  type Path,
  PropertyPath,
  StagedPath,
  TemporaryPath,
} from "./path.ts";
import type { PropertySite } from "./property-ops.ts";
import { startPosition } from "./start-position.ts";

const NO_ARGS: Value[] = [];

type Step = (frame: Frame, args: Value[]) => Value;
type AsyncStep = (frame: Frame, args: Value[]) => Later<Value>;
type Before = (frame: Frame, args: Value[]) => void;

/** A chain taken apart: what to do first, and the path to the last step. */
export interface LinkedChain<B = Before, S = Step> {
  /** Evaluates the arguments that are stored in `args`, and a root that is no variable. */
  readonly before: readonly B[];
  /** Method calls inside the chain; ENDED when a safe access has ended it. */
  readonly stages: readonly S[];
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

/** A chain in which something may await: an argument, a method, a getter or an indexer. */
export type AsyncChain = LinkedChain<AsyncBefore, AsyncStep>;

/** The path one step further; the step is no method call. */
export function extendPath(
  linker: Linker,
  path: Path,
  step: ChainStep,
  args: readonly ArgumentSource[],
): Path {
  switch (step.kind) {
    case "index":
      return new IndexPath(path, args[0], indexSite(linker, step), step.optional);
    case "property":
      return new PropertyPath(path, propertySite(linker, step), step.optional);
    case "method":
      throw new Error("a method call is no part of a path");
  }
}

export function indexSite(linker: Linker, step: IndexStep): IndexSite {
  const strict = linker.options.failOnInvalidMapProperty;
  return { idxPos: startPosition(step.index), opPos: step.opPos, strict, mayAwait: linker.awaits(step) };
}

export function propertySite(linker: Linker, step: PropertyStep): PropertySite {
  const strict = linker.options.failOnInvalidMapProperty;
  return { name: step.name, idxPos: step.pos, opPos: step.opPos, strict, mayAwait: linker.awaits(step) };
}

/** Takes a chain apart; the last step is left to the caller, and so are the operations that are due before the chain. */
export function linkChainParts(linker: Linker, node: ChainExpr, isRead = false): LinkedChain {
  return takeApart(linker, node, false, isRead) as LinkedChain;
}

export function linkChainPartsAsync(linker: Linker, node: ChainExpr): AsyncChain {
  return takeApart(linker, node, true, false);
}

function takeApart(linker: Linker, node: ChainExpr, mayAwait: boolean, isRead: boolean): AsyncChain {
  const chain = new ChainLinker(linker, node, mayAwait, isRead);
  const sources = node.steps.map((step) =>
    stepArguments(step).map((arg) => chain.argument(arg, step.kind === "method")),
  );
  let path = chain.root();
  const stages: AsyncStep[] = [];
  const last = node.steps.length - 1;
  for (let i = 0; i <= last; i++) {
    const step = node.steps[i];
    if (step.kind !== "method" && linker.settings.watch !== null)
      stages.push(announcing(linker.settings.watch.place(linker, step), path, step.optional));
    if (i === last) break;
    if (step.kind !== "method") {
      const next = extendPath(linker, path, step, sources[i]);
      if (linker.awaits(step)) {
        const staged = new StagedPath(path, next, chain.store());
        stages.push((frame, args) => staged.stage(frame, args));
        path = staged;
      } else path = next;
      continue;
    }
    const index = chain.store();
    stages.push(storing(linkMethod(linker, step, path, sources[i]), index));
    path = new TemporaryPath(index);
  }
  if (mayAwait) chain.payBefore();
  const { before, argCount, findCell } = chain;
  return { before, stages, argCount, path, last: node.steps[last], lastArgs: sources[last], findCell };
}

/** Lets who looks on see a step before it is taken, unless a safe access ends the chain there. */
function announcing(announce: (frame: Frame) => Later<void>, path: Path, optional: boolean): AsyncStep {
  return (frame, args) => {
    if (optional && path.get(frame, args) === undefined) return ENDED;
    return whenDone<void, Value>(frame, announce(frame), () => undefined);
  };
}

function storing(call: AsyncStep, index: number): AsyncStep {
  return (frame, args) => {
    const value = call(frame, args);
    if (value instanceof Promise)
      return thenPromise(frame, value, (settled) => {
        args[index] = settled;
        return settled;
      });
    args[index] = value;
    return value;
  };
}

/** Links reading a chain; the value is borrowed when its last step is a property or an index. */
export function linkChain(linker: Linker, node: ChainExpr): Eval {
  const chain = linkChainParts(linker, node, true);
  const final = linkFinal(linker, chain) as Step;
  const needsArgs = chain.before.length > 0 || chain.argCount > 0 || chain.stages.length > 0;
  if (needsArgs || chain.findCell !== null || node.steps.some((step) => step.optional))
    return linker.due.paid(linkChainRun(chain, final));
  // Nothing stored and nothing that ends early: the last step is the whole run, one JS frame less in each recursion.
  return linker.due.paid(final as unknown as Eval);
}

export function linkChainAsync(linker: Linker, node: ChainExpr): AsyncEval {
  const chain = linkChainPartsAsync(linker, node);
  return linkChainRunAsync(chain, linkFinal(linker, chain));
}

function linkFinal(linker: Linker, { last, path, lastArgs }: AsyncChain): AsyncStep {
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

export function linkChainRunAsync(chain: AsyncChain, final: AsyncStep): AsyncEval {
  const { before, stages, argCount, findCell } = chain;
  const afterBefore = (frame: Frame, args: Value[]): Later<Value> => {
    const cell = findCell === null ? null : findCell(frame);
    if (cell === null) return whenDone(frame, finishAsync(frame, args, stages, 0, final), unended);
    if (cell.locked) throw dataRace("");
    cell.locked = true;
    return ending(
      frame,
      () => whenDone(frame, finishAsync(frame, args, stages, 0, final), (value) => copyValue(unended(value))),
      () => {
        cell.locked = false;
      },
    );
  };
  return (frame) => {
    const args: Value[] = argCount === 0 ? NO_ARGS : new Array(argCount);
    for (let i = 0; i < before.length; i++) {
      const pending = before[i](frame, args);
      if (pending instanceof Promise)
        return thenPromise(frame, pending, () =>
          whenDone(frame, beforeRest(frame, args, before, i + 1), () => afterBefore(frame, args)),
        );
    }
    return afterBefore(frame, args);
  };
}

function beforeRest(frame: Frame, args: Value[], before: readonly AsyncBefore[], from: number): Later<void> {
  for (let i = from; i < before.length; i++) {
    const pending = before[i](frame, args);
    if (pending instanceof Promise)
      return thenPromise(frame, pending, () => beforeRest(frame, args, before, i + 1));
  }
}

/** The stages from `next` on, then the last step. */
function finishAsync(
  frame: Frame,
  args: Value[],
  stages: readonly AsyncStep[],
  next: number,
  final: AsyncStep,
): Later<Value> {
  for (let i = next; i < stages.length; i++) {
    const value = stages[i](frame, args);
    if (value instanceof Promise)
      return thenPromise(frame, value, (settled) =>
        settled === ENDED ? ENDED : finishAsync(frame, args, stages, i + 1, final),
      );
    if (value === ENDED) return ENDED;
  }
  return final(frame, args);
}
