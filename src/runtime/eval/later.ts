// Going on after a value that may be a promise: at once when it is there, in a continuation when it is not.
//
// A node that has to wait does not chain promises: it notes what is to be done next in its frame (`thenPromise`) and hands up
// the promise it got. On the way up the nodes around it do the same. Whoever really waits (the body of a function, a loop, a
// `try` ...) takes the notes along and, when the value is there, goes through them. So there is one `await` for each promise
// of a native, however deep in an expression it turns up. Notes belong to the promise being handed up: whoever gets a promise
// from running code either hands it up or settles it (`settled`), at once.
//
// While a frame waits, `frame.awaitPos` says where the native was called whose promise that is. Whoever goes on clears it;
// whoever catches a rejection gives errors without a position that place.

import { ConversionError } from "../value/convert.ts";
import type { Value } from "../value/value.ts";
import type { AsyncEval, Continuation, Frame } from "./frame.ts";
import { nativeError } from "./native-error.ts";

export type Later<T> = T | Promise<T>;

/** Hands a value on to `next`, after it has settled when it is a promise. */
export function whenDone<T, R>(
  frame: Frame,
  value: Later<T>,
  next: (value: T, frame: Frame) => Later<R>,
): Later<R> {
  return value instanceof Promise ? thenPromise(frame, value, next) : next(value, frame);
}

/** Notes what is to be done with the value of a promise that is handed up. */
export function thenPromise<T, R>(
  frame: Frame,
  pending: Promise<T>,
  next: (value: T, frame: Frame) => Later<R>,
): Promise<R> {
  if (frame.next === null) frame.next = next;
  else if (frame.second === null) frame.second = next;
  else if (frame.others === null) frame.others = [next];
  else frame.others.push(next);
  return pending as Promise<unknown> as Promise<R>;
}

/**
 * Goes on with a settled value, as was noted for its promise; a promise comes with notes of its own.
 * The notes have to be taken from the frame before it waits, because others may be made there meanwhile.
 */
export function resume<T>(
  frame: Frame,
  value: unknown,
  next: Continuation,
  second: Continuation | null,
  others: readonly Continuation[] | null,
): Later<T> {
  const result = next(value as never, frame);
  if (second === null) return result as Later<T>;
  if (result instanceof Promise) {
    thenPromise(frame, result, second as Anything);
    if (others !== null) for (const other of others) thenPromise(frame, result, other as Anything);
    return result;
  }
  const further = second(result as never, frame);
  if (others === null) return further as Later<T>;
  return resumeOthers(frame, further, others);
}

type Anything = (value: unknown, frame: Frame) => unknown;

function resumeOthers<T>(frame: Frame, value: unknown, others: readonly Continuation[]): Later<T> {
  let result = value;
  for (let i = 0; i < others.length; i++) {
    if (result instanceof Promise) {
      for (; i < others.length; i++) thenPromise(frame, result, others[i] as Anything);
      break;
    }
    result = others[i](result as never, frame);
  }
  return result as Later<T>;
}

/** The promise of what a promise that running code handed up comes to, notes included. */
export function settled<T>(frame: Frame, pending: Promise<T>): Promise<T> {
  return frame.next === null ? pending : settle(frame, pending);
}

/** The same for what may be no promise. */
export function settledLater<T>(frame: Frame, value: Later<T>): Later<T> {
  return value instanceof Promise ? settled(frame, value) : value;
}

async function settle<T>(frame: Frame, pending: Promise<T>): Promise<T> {
  let result: Later<T> = pending;
  do {
    const { next, second, others } = frame;
    frame.next = frame.second = frame.others = null;
    const value: unknown = await result;
    frame.awaitPos = 0;
    result = next === null ? (value as T) : resume<T>(frame, value, next, second, others);
  } while (result instanceof Promise);
  return result;
}

/** The error behind a rejection that running code of `frame` waited for. */
export function rejection(frame: Frame, error: unknown): unknown {
  const { awaitPos } = frame;
  frame.awaitPos = 0;
  if (awaitPos !== 0) return nativeError(error, awaitPos);
  // What a native's promise brought could not be made a script value.
  return error instanceof ConversionError ? nativeError(error, frame.awaitedPos) : error;
}

/** Runs `work`; an error, raised at once or later, goes to `recover`. */
export function recovering<T>(
  frame: Frame,
  work: () => Later<T>,
  recover: (error: unknown) => Later<T>,
): Later<T> {
  let result: Later<T>;
  try {
    result = work();
  } catch (error) {
    return recover(error);
  }
  if (!(result instanceof Promise)) return result;
  return settled(frame, result).then(undefined, (error: unknown) =>
    settledLater(frame, recover(rejection(frame, error))),
  );
}

/** Runs `work`, then `end`, whether `work` failed or not; an error of `end` replaces the outcome. */
export function ending<T>(frame: Frame, work: () => Later<T>, end: () => Later<void>): Later<T> {
  let result: Later<T>;
  try {
    result = work();
  } catch (error) {
    const ended = end();
    if (!(ended instanceof Promise)) throw error;
    return thenPromise(frame, ended, () => {
      throw error;
    });
  }
  if (!(result instanceof Promise)) return whenDone(frame, end(), () => result as T);
  return settled(frame, result).then(
    (value) => {
      frame.awaitPos = 0;
      return settledLater(
        frame,
        whenDone(frame, end(), () => value),
      );
    },
    (error: unknown) => {
      const raised = rejection(frame, error);
      const fail = (): never => {
        throw raised;
      };
      return settledLater<T>(frame, whenDone(frame, end(), fail));
    },
  );
}

/** Evaluates in order; the values are appended to `values`. */
export function evaluateAll(
  frame: Frame,
  evals: readonly AsyncEval[],
  values: Value[] = [],
  from = 0,
): Later<Value[]> {
  for (let i = from; i < evals.length; i++) {
    const value = evals[i](frame);
    if (value instanceof Promise) {
      return thenPromise(frame, value, (result) => {
        values.push(result);
        return evaluateAll(frame, evals, values, i + 1);
      });
    }
    values.push(value);
  }
  return values;
}
