// Going on after a value that may be a promise: at once when it is there, in a continuation when it is not.
//
// Every continuation of running code goes through here, because of `frame.awaitPos`: while a frame waits for a native's promise
// it says where that native was called. Whoever goes on after the promise clears it; whoever catches a rejection gives
// errors without a position that place. So no promise has to be wrapped only to position its errors.

import type { Position } from "../../lang/position.ts";
import type { Value } from "../value/value.ts";
import type { AsyncEval, Frame } from "./frame.ts";
import { nativeError } from "./native-error.ts";

export type Later<T> = T | Promise<T>;

/** Hands a value on to `next`, after it has settled when it is a promise. */
export function then<T, R>(frame: Frame, value: Later<T>, next: (value: T) => Later<R>): Later<R> {
  return value instanceof Promise ? thenPromise(frame, value, next) : next(value);
}

export function thenPromise<T, R>(
  frame: Frame,
  pending: Promise<T>,
  next: (value: T) => Later<R>,
): Promise<R> {
  return pending.then((value) => {
    frame.awaitPos = 0;
    return next(value);
  });
}

/** The error behind a rejection that running code of `frame` waited for. */
export function rejection(frame: Frame, error: unknown): unknown {
  const { awaitPos } = frame;
  frame.awaitPos = 0;
  return awaitPos === 0 ? error : nativeError(error, awaitPos as Position);
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
  return result.then(undefined, (error: unknown) => recover(rejection(frame, error)));
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
  if (!(result instanceof Promise)) return then(frame, end(), () => result as T);
  return result.then(
    (value) => {
      frame.awaitPos = 0;
      return then(frame, end(), () => value);
    },
    (error: unknown) => {
      const raised = rejection(frame, error);
      return then(frame, end(), () => {
        throw raised;
      });
    },
  );
}

/** Evaluates in order; the values are appended to `values`. */
export function evaluateAll(frame: Frame, evals: readonly AsyncEval[], values: Value[] = []): Later<Value[]> {
  for (let i = 0; i < evals.length; i++) {
    const value = evals[i](frame);
    if (value instanceof Promise) return evaluateRest(frame, evals, values, i + 1, value);
    values.push(value);
  }
  return values;
}

async function evaluateRest(
  frame: Frame,
  evals: readonly AsyncEval[],
  values: Value[],
  from: number,
  pending: Promise<Value>,
): Promise<Value[]> {
  values.push(await pending);
  frame.awaitPos = 0;
  for (let i = from; i < evals.length; i++) {
    const value = evals[i](frame);
    if (value instanceof Promise) {
      values.push(await value);
      frame.awaitPos = 0;
    } else values.push(value);
  }
  return values;
}
