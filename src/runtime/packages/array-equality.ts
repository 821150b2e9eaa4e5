// Comparing array items: `contains`, `index_of` for values, and the rule that `==` on arrays follows.

import { EvalError } from "../errors.ts";
import type { CallContext, PackageBuilder } from "../function/native.ts";
import type { RhaiArray } from "../value/containers.ts";
import type { Int } from "../value/int.ts";
import { offsetOf } from "../value/slices.ts";
import { typeIdOf, type Value } from "../value/value.ts";

/** `item == value` as arrays compare: values of different types that have no `==` are unequal. */
export function equalItems(ctx: CallContext, item: Value, value: Value): boolean {
  try {
    return ctx.equals(item, value);
  } catch (error) {
    if (!isMissingEquals(error) || typeIdOf(item) === typeIdOf(value)) throw error;
    return false;
  }
}

function isMissingEquals(error: unknown): boolean {
  if (!(error instanceof EvalError) || error.kind !== "ErrorFunctionNotFound") return false;
  return error.fields.name?.startsWith("==") ?? false;
}

/** The first index from `start` on of an item equal to `value`, or -1. */
export function indexOfValue(ctx: CallContext, array: RhaiArray, value: Value, start: Int = 0): number {
  const { items } = array;
  for (let i = offsetOf(items.length, start); i < items.length; i++) {
    if (equalItems(ctx, items[i], value)) return i;
  }
  return -1;
}

export function registerArrayEquality(m: PackageBuilder): void {
  const contains = (ctx: CallContext, array: RhaiArray, value: Value) => indexOfValue(ctx, array, value) >= 0;
  m.pure("contains", ["array", "dynamic"], "bool", contains, {
    context: true,
    doc: "True when an item equals the value; the `in` operator calls it.",
    paramNames: ["array", "value"],
  });
  m.pure("index_of", ["array", "dynamic"], "i64", indexOfValue, {
    context: true,
    doc: "Index of the first item that equals the value, -1 when there is none.",
    paramNames: ["array", "value"],
  });
  m.pure("index_of", ["array", "dynamic", "i64"], "i64", indexOfValue, {
    context: true,
    doc: "Index of the first item from `start` on that equals the value, -1 when there is none.",
    paramNames: ["array", "value", "start"],
  });
}
