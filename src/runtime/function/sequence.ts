// Callbacks one after another: synchronous until one of them returns a promise.

/** Returned by a step to end the sequence early. */
export const STOP: unique symbol = Symbol("stop");

export function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}

/** Hands a result on: at once when it is there, after it settles when it is a promise. */
export function andThen<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/**
 * Runs `step(0)`, `step(1)` ... `step(count - 1)` in order, waiting for those that return promises, then `finish()`.
 * A step that returns (or resolves to) `STOP` ends the sequence; `finish` still runs.
 *
 * @example
 * const out: Value[] = [];
 * return sequence(items.length, (i) => andThen(callback.call(items[i], i), (r) => { out.push(r); }), () => new RhaiArray(out));
 */
export function sequence<R>(
  count: number,
  step: (index: number) => unknown,
  finish: () => R,
): R | Promise<R> {
  for (let i = 0; i < count; i++) {
    const result = step(i);
    if (result === STOP) break;
    if (result instanceof Promise) return continueSequence(result, i + 1, count, step, finish);
  }
  return finish();
}

async function continueSequence<R>(
  pending: Promise<unknown>,
  from: number,
  count: number,
  step: (index: number) => unknown,
  finish: () => R,
): Promise<R> {
  if ((await pending) === STOP) return finish();
  for (let i = from; i < count; i++) {
    if ((await step(i)) === STOP) break;
  }
  return finish();
}
