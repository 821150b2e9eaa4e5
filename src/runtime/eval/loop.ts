// Links loops: `while`, `loop`, `do`, and `for` over ranges, arrays and everything with an iterator.

import type { Block, DoStmt, ForStmt, WhileStmt } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { EvalError } from "../errors.ts";
import { copyValue, RhaiArray } from "../value/containers.ts";
import { addInt, type Int } from "../value/int.ts";
import { Range, Shared } from "../value/objects.ts";
import { typeNameOf, type Value } from "../value/value.ts";
import { checkVariables, linkStatements } from "./block.ts";
import { type Exec, type Frame, LEAVE, LEAVE_BREAK, LEAVE_CONTINUE } from "./frame.ts";
import { mayLeave } from "./leaving.ts";
import type { Linker } from "./linker.ts";
import { nativeError } from "./native-error.ts";
import { iteratorFor } from "./native-lookup.ts";
import { linkCondition } from "./operator.ts";
import { startPosition } from "./start-position.ts";

/**
 * Links a loop's body; break and continue that come out of expressions are handed on as LEAVE. An empty body counts where
 * nothing else is evaluated in each turn.
 */
function linkBody(linker: Linker, body: Block, emptyCounts: boolean): Exec {
  const before = linker.thrownLeaves;
  const exec = linkStatements(linker, body.statements, true, false);
  const caught = linker.catchingLeaves(before, exec);
  return emptyCounts && body.statements.length === 0 ? linker.counted(body.pos, () => caught) : caught;
}

/**
 * Code that does not count its operations looks once for each turn of a loop (and each call) whether the run is to end:
 * enough for a deadline or an abort, and almost for nothing. A run that counts gets there by a closure or a module that was
 * linked for another one.
 */
export function linkWhile(linker: Linker, node: WhileStmt): Exec {
  const forever = node.condition === null || (node.condition.kind === "bool" && node.condition.value);
  const { pos } = node;
  const watch = !linker.metered;
  if (node.condition === null || forever) return linkForever(linkBody(linker, node.body, true), watch, pos);
  const condition = linkCondition(linker, node.condition);
  const body = linkBody(linker, node.body, false);
  if (!mayLeave(node.body)) {
    return (frame) => {
      const watched = watch && frame.run.metered;
      while (condition(frame)) {
        if (watched) frame.run.track(pos);
        body(frame);
      }
      return undefined;
    };
  }
  return (frame) => {
    const watched = watch && frame.run.metered;
    while (condition(frame)) {
      if (watched) frame.run.track(pos);
      if (body(frame) === LEAVE) {
        if (frame.leave === LEAVE_BREAK) return frame.leaveValue;
        if (frame.leave !== LEAVE_CONTINUE) return LEAVE;
      }
    }
    return undefined;
  };
}

function linkForever(body: Exec, watch: boolean, pos: Position): Exec {
  return (frame) => {
    const watched = watch && frame.run.metered;
    for (;;) {
      if (watched) frame.run.track(pos);
      if (body(frame) === LEAVE) {
        if (frame.leave === LEAVE_BREAK) return frame.leaveValue;
        if (frame.leave !== LEAVE_CONTINUE) return LEAVE;
      }
    }
  };
}

export function linkDo(linker: Linker, node: DoStmt): Exec {
  const body = linkBody(linker, node.body, false);
  const condition = linkCondition(linker, node.condition);
  const goOn = !node.until;
  const { pos } = node;
  const watch = !linker.metered;
  return (frame) => {
    const watched = watch && frame.run.metered;
    for (;;) {
      if (watched) frame.run.track(pos);
      if (body(frame) === LEAVE) {
        if (frame.leave === LEAVE_BREAK) return frame.leaveValue;
        if (frame.leave !== LEAVE_CONTINUE) return LEAVE;
        continue;
      }
      if (condition(frame) !== goOn) return undefined;
    }
  };
}

/** Stores an iteration's value in a loop variable's slot, which a closure may have turned into a cell. */
export type Store = (frame: Frame, value: Value) => void;

function storeIn(slot: number, maybeShared: boolean): Store {
  if (!maybeShared) {
    return (frame, value) => {
      frame.slots[slot] = value;
    };
  }
  return (frame, value) => {
    const stored = frame.slots[slot];
    if (stored instanceof Shared) stored.value = value;
    else frame.slots[slot] = value;
  };
}

/** The loop variables of a `for`, and its body linked with them in scope. */
export interface LinkedFor<E> {
  readonly pos: Position;
  /** See `linkWhile`. */
  readonly watch: boolean;
  readonly store: Store;
  readonly storeCount: Store | null;
  readonly body: E;
  /** Checks the number of variables, when it is limited. */
  readonly check: (frame: Frame) => void;
  /** Gives the loop variables their first values. */
  readonly reset: (frame: Frame) => void;
}

export function linkForParts<E>(linker: Linker, node: ForStmt, link: () => E): LinkedFor<E> {
  const { scope } = linker;
  const count = scope.count;
  const mark = scope.enter(false);
  const counter = node.counter === null ? null : scope.declare(node.counter.name, false);
  const variable = scope.declare(node.variable.name, false);
  const body = link();
  scope.leave(mark, false);
  const limited = Number.isFinite(linker.settings.limits.maxVariables);
  const total = counter === null ? count : count + 1;
  return {
    pos: node.pos,
    watch: !linker.metered,
    store: storeIn(variable.slot, variable.maybeShared),
    storeCount: counter === null ? null : storeIn(counter.slot, counter.maybeShared),
    body,
    check: (frame) => {
      if (limited) checkVariables(frame, total, node.variable.pos);
    },
    reset: (frame) => {
      frame.slots[variable.slot] = undefined;
      if (counter !== null) frame.slots[counter.slot] = 0;
    },
  };
}

export function linkFor(linker: Linker, node: ForStmt): Exec {
  const iterable = linker.owned(node.iterable);
  const iteration = linkForParts(linker, node, () => linkBody(linker, node.body, true));
  const { check, reset } = iteration;
  const { pos } = node.iterable;
  const startPos = startPosition(node.iterable);
  return (frame) => {
    check(frame);
    const subject = iterable(frame);
    reset(frame);
    if (subject instanceof RhaiArray) return overArray(frame, subject, iteration);
    if (subject instanceof Range && typeof subject.from === "number" && typeof subject.to === "number") {
      return overRange(frame, subject.from, subject.inclusive ? subject.to + 1 : subject.to, iteration);
    }
    const iterate = iteratorFor(frame, subject);
    if (iterate === undefined) throw new EvalError("ErrorFor", { detail: typeNameOf(subject) }, startPos);
    return overIterator(frame, started(iterate, subject, pos), iteration, pos);
  };
}

type Iteration = LinkedFor<Exec>;

function overRange(frame: Frame, from: number, to: number, iteration: Iteration): Value {
  const { store, storeCount, body, pos } = iteration;
  const watched = iteration.watch && frame.run.metered;
  for (let i = from; i < to; i++) {
    if (watched) frame.run.track(pos);
    if (storeCount !== null) storeCount(frame, i - from);
    store(frame, i);
    if (body(frame) === LEAVE) {
      if (frame.leave === LEAVE_BREAK) return frame.leaveValue;
      if (frame.leave !== LEAVE_CONTINUE) return LEAVE;
    }
  }
  return undefined;
}

function overArray(frame: Frame, array: RhaiArray, iteration: Iteration): Value {
  const { store, storeCount, body, pos } = iteration;
  const { items } = array;
  const watched = iteration.watch && frame.run.metered;
  for (let i = 0; i < items.length; i++) {
    if (watched) frame.run.track(pos);
    if (storeCount !== null) storeCount(frame, i);
    store(frame, copyValue(items[i]));
    if (body(frame) === LEAVE) {
      if (frame.leave === LEAVE_BREAK) return frame.leaveValue;
      if (frame.leave !== LEAVE_CONTINUE) return LEAVE;
    }
  }
  return undefined;
}

function overIterator(frame: Frame, iterator: Iterator<Value>, iteration: Iteration, pos: number): Value {
  const { store, storeCount, body } = iteration;
  const watched = iteration.watch && frame.run.metered;
  let index: Int = 0;
  for (;;) {
    if (watched) frame.run.track(pos);
    const step = nextOf(iterator, pos);
    if (step.done) return undefined;
    if (storeCount !== null) storeCount(frame, index);
    index = addInt(index, 1);
    store(frame, step.value);
    if (body(frame) === LEAVE) {
      if (frame.leave === LEAVE_BREAK) return frame.leaveValue;
      if (frame.leave !== LEAVE_CONTINUE) return LEAVE;
    }
  }
}

export function started(
  iterate: (value: never) => Iterator<Value>,
  subject: Value,
  pos: number,
): Iterator<Value> {
  try {
    return iterate(subject as never);
  } catch (error) {
    throw nativeError(error, pos);
  }
}

export function nextOf(iterator: Iterator<Value>, pos: number): IteratorResult<Value> {
  try {
    return iterator.next();
  } catch (error) {
    throw nativeError(error, pos);
  }
}
