// Iterators that hosts give to types: they get JS values and yield script values.

import type { Value } from "../value/value.ts";
import type { HostTypes } from "./host-types.ts";

/** Iterates over a script value by the host's function. */
export function hostIterator(
  types: HostTypes,
  iterate: (object: never) => Iterable<unknown>,
): (value: never) => Iterator<Value> {
  return function* (value: never): Generator<Value> {
    for (const item of iterate(types.toHost(value) as never)) yield types.toValue(item, "dynamic");
  };
}

/** The same where each item has to be waited for. */
export function hostAsyncIterator(
  types: HostTypes,
  iterate: (object: never) => AsyncIterable<unknown>,
): (value: never) => AsyncIterator<Value> {
  return async function* (value: never): AsyncGenerator<Value> {
    for await (const item of iterate(types.toHost(value) as never)) yield types.toValue(item, "dynamic");
  };
}
