// Links loops that may have to wait: in the condition, in the body, or for the next value.

import type { Block, DoStmt, ForStmt, WhileStmt } from "../../lang/ast.ts";
import { EvalError } from "../errors.ts";
import { copyValue, RhaiArray } from "../value/containers.ts";
import { addInt, type Int } from "../value/int.ts";
import { Range } from "../value/objects.ts";
import { typeNameOf, type Value } from "../value/value.ts";
import { linkStatementsAsync } from "./block.ts";
import { type AsyncExec, type Frame, LEAVE, LEAVE_BREAK, LEAVE_CONTINUE } from "./frame.ts";
import { ending, type Later, resume, settledLater, thenPromise, whenDone } from "./later.ts";
import type { Linker } from "./linker.ts";
import { type LinkedFor, linkForParts, nextOf, started } from "./loop.ts";
import { nativeError } from "./native-error.ts";
import { asyncIteratorFor, iteratorFor } from "./native-lookup.ts";
import { linkConditionAsync } from "./operator.ts";
import { startPosition } from "./start-position.ts";

/** There is no further turn. */
const DONE: unique symbol = Symbol("done");
type Outcome = Value | typeof DONE;
/** Takes one turn of a loop; `continued`: the last one ended by `continue`. */
type Turn = (continued: boolean) => Later<Outcome>;
/** Where a loop stands, and whether its turns are to be counted; see `linkWhile`. */
type LoopSite = Pick<LinkedFor<AsyncExec>, "watch" | "pos">;

function runLoop(frame: Frame, site: LoopSite, turn: Turn): Later<Value> {
  const watched = site.watch && frame.run.metered;
  let continued = false;
  for (;;) {
    if (watched) frame.run.track(site.pos);
    const result = turn(continued);
    if (result instanceof Promise) return restOfLoop(frame, watched ? site : null, turn, result);
    if (result === DONE) return undefined;
    continued = result === LEAVE;
    if (continued) {
      if (frame.leave === LEAVE_BREAK) return frame.leaveValue;
      if (frame.leave !== LEAVE_CONTINUE) return LEAVE;
    }
  }
}

/** Waits for a turn, and takes the others. One of those that really wait; see `later.ts`. */
async function restOfLoop(
  frame: Frame,
  watched: LoopSite | null,
  turn: Turn,
  pending: Promise<Outcome>,
): Promise<Value> {
  let result: Later<Outcome> = pending;
  for (;;) {
    if (result instanceof Promise) {
      const { next, second, others } = frame;
      frame.next = frame.second = frame.others = null;
      const value: Outcome = await result;
      frame.awaitPos = 0;
      if (next === null) result = value;
      else if (second === null) result = next(value as never, frame) as Later<Outcome>;
      else result = resume<Outcome>(frame, value, next, second, others);
      if (result instanceof Promise) continue;
    }
    if (result === DONE) return undefined;
    const continued = result === LEAVE;
    if (continued) {
      if (frame.leave === LEAVE_BREAK) return frame.leaveValue;
      if (frame.leave !== LEAVE_CONTINUE) return LEAVE;
    }
    if (watched !== null) frame.run.track(watched.pos);
    result = turn(continued);
  }
}

function linkBodyAsync(linker: Linker, body: Block, emptyCounts: boolean): AsyncExec {
  const before = linker.thrownLeaves;
  const exec = linkStatementsAsync(linker, body.statements, true, false);
  const caught = linker.catchingLeavesAsync(before, exec);
  return emptyCounts && body.statements.length === 0 ? linker.counted(body.pos, () => caught) : caught;
}

export function linkWhileAsync(linker: Linker, node: WhileStmt): AsyncExec {
  const forever = node.condition === null || (node.condition.kind === "bool" && node.condition.value);
  const site = { watch: !linker.metered, pos: node.pos };
  if (node.condition === null || forever) {
    const body = linkBodyAsync(linker, node.body, true);
    return (frame) => runLoop(frame, site, () => body(frame));
  }
  const condition = linkConditionAsync(linker, node.condition);
  const body = linkBodyAsync(linker, node.body, false);
  return (frame) =>
    runLoop(frame, site, () => {
      const holds = condition(frame);
      if (holds instanceof Promise)
        return thenPromise<boolean, Outcome>(frame, holds, (settled) => (settled ? body(frame) : DONE));
      return holds ? body(frame) : DONE;
    });
}

export function linkDoAsync(linker: Linker, node: DoStmt): AsyncExec {
  const body = linkBodyAsync(linker, node.body, false);
  const condition = linkConditionAsync(linker, node.condition);
  const goOn = !node.until;
  const site = { watch: !linker.metered, pos: node.pos };
  return (frame) => {
    let first = true;
    return runLoop(frame, site, (continued) => {
      // `continue` starts the next turn without a look at the condition.
      if (first || continued) {
        first = false;
        return body(frame);
      }
      return whenDone<boolean, Outcome>(frame, condition(frame), (holds) =>
        holds === goOn ? body(frame) : DONE,
      );
    });
  };
}

export function linkForAsync(linker: Linker, node: ForStmt): AsyncExec {
  const iterable = linker.ownedAsync(node.iterable);
  const iteration = linkForParts(linker, node, () => linkBodyAsync(linker, node.body, true));
  const { check, reset } = iteration;
  const { pos } = node.iterable;
  const startPos = startPosition(node.iterable);
  return (frame) => {
    check(frame);
    return whenDone(frame, iterable(frame), (subject) => {
      reset(frame);
      return overAnything(frame, subject, iteration, pos, startPos);
    });
  };
}

type Iteration = LinkedFor<AsyncExec>;

function overAnything(
  frame: Frame,
  subject: Value,
  iteration: Iteration,
  pos: number,
  startPos: number,
): Later<Value> {
  if (subject instanceof RhaiArray) return overArray(frame, subject, iteration);
  if (subject instanceof Range && typeof subject.from === "number" && typeof subject.to === "number") {
    return overRange(frame, subject.from, subject.inclusive ? subject.to + 1 : subject.to, iteration);
  }
  const iterateAsync = asyncIteratorFor(frame, subject);
  if (iterateAsync !== undefined)
    return overAsyncIterator(frame, startedAsync(iterateAsync, subject, pos), iteration, pos);
  const iterate = iteratorFor(frame, subject);
  if (iterate === undefined) throw new EvalError("ErrorFor", { detail: typeNameOf(subject) }, startPos);
  return overIterator(frame, started(iterate, subject, pos), iteration, pos);
}

function overRange(frame: Frame, from: number, to: number, iteration: Iteration) {
  const { store, storeCount, body } = iteration;
  let i = from;
  return runLoop(frame, iteration, () => {
    if (i >= to) return DONE;
    if (storeCount !== null) storeCount(frame, i - from);
    store(frame, i++);
    return body(frame);
  });
}

function overArray(frame: Frame, { items }: RhaiArray, iteration: Iteration) {
  const { store, storeCount, body } = iteration;
  let i = 0;
  return runLoop(frame, iteration, () => {
    if (i >= items.length) return DONE;
    if (storeCount !== null) storeCount(frame, i);
    store(frame, copyValue(items[i++]));
    return body(frame);
  });
}

function overIterator(
  frame: Frame,
  iterator: Iterator<Value>,
  iteration: Iteration,
  pos: number,
): Later<Value> {
  const { store, storeCount, body } = iteration;
  let index: Int = 0;
  return runLoop(frame, iteration, () => {
    const step = nextOf(iterator, pos);
    if (step.done) return DONE;
    if (storeCount !== null) storeCount(frame, index);
    index = addInt(index, 1);
    store(frame, step.value);
    return body(frame);
  });
}

/** Over an async iterable, which is closed when the loop ends early. */
function overAsyncIterator(
  frame: Frame,
  iterator: AsyncIterator<Value>,
  iteration: Iteration,
  pos: number,
): Later<Value> {
  const { store, storeCount, body } = iteration;
  let index: Int = 0;
  let isOpen = true;
  const turn = (): Promise<Outcome> =>
    nextOfAsync(frame, iterator, pos).then(
      (step) => {
        frame.awaitPos = 0;
        if (step.done) {
          isOpen = false;
          return DONE;
        }
        if (storeCount !== null) storeCount(frame, index);
        index = addInt(index, 1);
        store(frame, step.value);
        return settledLater(frame, body(frame));
      },
      (error: unknown) => {
        isOpen = false;
        throw nativeError(error, pos);
      },
    );
  const close = async () => {
    if (isOpen) await closed(frame, iterator);
  };
  return ending(frame, () => runLoop(frame, iteration, turn), close);
}

function startedAsync(
  iterate: (value: never) => AsyncIterator<Value>,
  subject: Value,
  pos: number,
): AsyncIterator<Value> {
  try {
    return iterate(subject as never);
  } catch (error) {
    throw nativeError(error, pos);
  }
}

function nextOfAsync(
  frame: Frame,
  iterator: AsyncIterator<Value>,
  pos: number,
): Promise<IteratorResult<Value>> {
  const { cancellation } = frame.run;
  try {
    const next = Promise.resolve(iterator.next());
    return cancellation === null ? next : cancellation.guard(next);
  } catch (error) {
    throw nativeError(error, pos);
  }
}

/** Tells an iterator that nobody wants its other values. How that goes is its own affair, as in JS. */
async function closed(frame: Frame, iterator: AsyncIterator<Value>): Promise<void> {
  const { cancellation } = frame.run;
  try {
    const ended = Promise.resolve(iterator.return?.());
    await (cancellation === null ? ended : cancellation.guard(ended));
  } catch {
    // The loop's own outcome counts.
  }
}
