// Whether values that the host hands to a script hold function pointers that may have to be waited for.

import type { FunctionRegistry } from "../function/registry.ts";
import { RhaiArray, RhaiMap } from "../value/containers.ts";
import { areThereAsyncPointers, FnPtr } from "../value/fn-ptr.ts";
import { Shared } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import type { ScriptFn } from "./frame.ts";

/** So many values are looked at; beyond that pointers to asynchronous functions raise an error when they are called. */
const MOST_VALUES = 10_000;

export function holdAsyncPointers(registry: FunctionRegistry, values: Iterable<Value>): boolean {
  if (!registry.hasAsync && !areThereAsyncPointers()) return false;
  const waiting = [...values];
  let count = 0;
  for (let value = waiting.pop(); count < MOST_VALUES; value = waiting.pop()) {
    count++;
    if (value instanceof Shared) waiting.push(value.value);
    else if (value instanceof FnPtr) {
      if (mayAwait(registry, value)) return true;
      waiting.push(...value.curry);
    } else if (value instanceof RhaiArray) {
      for (const item of value.items) if (typeof item === "object") waiting.push(item);
    } else if (value instanceof RhaiMap) {
      for (const key of value.keys()) waiting.push(value.get(key));
    }
    if (waiting.length === 0) return false;
  }
  return false;
}

function mayAwait(registry: FunctionRegistry, { linked, name, native }: FnPtr): boolean {
  if (native !== null) return native.isAsync;
  return linked === null ? registry.isAsync(name) : (linked as ScriptFn).mayAwait;
}
