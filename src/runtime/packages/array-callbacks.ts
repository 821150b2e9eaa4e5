// Arrays: `map`, `filter`, `reduce` and the other functions that call back for each item.

import type { CallContext, PackageBuilder } from "../function/native.ts";
import { andThen, sequence } from "../function/sequence.ts";
import { copyValue, RhaiArray } from "../value/containers.ts";
import type { FnPtr } from "../value/fn-ptr.ts";
import type { Value } from "../value/value.ts";
import {
  CALLS_BACK,
  GeneralItemCallback,
  ItemCallback,
  type Later,
  registerHigherOrder,
} from "./array-elements.ts";

export function registerArrayCallbacks(m: PackageBuilder): void {
  registerVisiting(m);
  registerReducing(m);
  registerDividing(m);
}

function registerVisiting(m: PackageBuilder): void {
  registerHigherOrder(
    m,
    {
      names: "for_each",
      returns: "()",
      pure: false,
      doc: "Calls back for each item: `this` is the item, the argument its index.",
    },
    forEach,
  );
  registerHigherOrder(
    m,
    {
      names: "map",
      returns: "array",
      pure: true,
      byName: "method",
      doc: "A new array of what the callback gives for each item.",
    },
    map,
  );
  registerHigherOrder(
    m,
    {
      names: "filter",
      returns: "array",
      pure: true,
      byName: "method",
      doc: "A new array with copies of the items for which the callback gives true.",
    },
    filter,
  );
  m.pure("zip", ["array", "array", "Fn"], "array", zip, {
    ...CALLS_BACK,
    doc: "A new array of what the callback gives for each pair of items, as long as both arrays last.",
    paramNames: ["array1", "array2", "callback"],
  });
}

function forEach(ctx: CallContext, array: RhaiArray, fnPtr: FnPtr): Later<void> {
  if (array.length === 0) return;
  const callback = new GeneralItemCallback(ctx, array, fnPtr, null);
  return sequence(
    array.length,
    (i) => callback.call(i, []),
    () => undefined,
  );
}

function map(ctx: CallContext, array: RhaiArray, fnPtr: FnPtr): Later<RhaiArray> {
  const results: Value[] = [];
  if (array.length === 0) return new RhaiArray(results);
  const callback = new ItemCallback(ctx, array, fnPtr);
  const add = (value: Value) => {
    results.push(value);
  };
  return sequence(
    array.length,
    (i) => andThen(callback.call(i), add),
    () => new RhaiArray(results),
  );
}

function filter(ctx: CallContext, array: RhaiArray, fnPtr: FnPtr): Later<RhaiArray> {
  const results: Value[] = [];
  if (array.length === 0) return new RhaiArray(results);
  const callback = new ItemCallback(ctx, array, fnPtr);
  let index = 0;
  const addIf = (keep: Value) => {
    if (keep === true) results.push(copyValue(callback.items[index]));
  };
  return sequence(
    array.length,
    (i) => {
      index = i;
      return andThen(callback.call(i), addIf);
    },
    () => new RhaiArray(results),
  );
}

function zip(ctx: CallContext, left: RhaiArray, right: RhaiArray, fnPtr: FnPtr): Later<RhaiArray> {
  const results: Value[] = [];
  const add = (value: Value) => {
    results.push(value);
  };
  return sequence(
    Math.min(left.length, right.length),
    (i) => {
      const pair = [copyValue(left.items[i]), copyValue(right.items[i])];
      return andThen(ctx.callRaw(fnPtr, null, pair, [i], null), add);
    },
    () => new RhaiArray(results),
  );
}

function registerReducing(m: PackageBuilder): void {
  for (const [names, reversed, order] of [
    ["reduce", false, "first to last"],
    ["reduce_rev", true, "last to first"],
  ] as const) {
    const doc = `What the callback makes of the result so far and each item, from ${order}.`;
    const call = (ctx: CallContext, array: RhaiArray, fnPtr: FnPtr, initial: Value) =>
      reduce(ctx, array, fnPtr, initial, reversed);
    const common = { names, returns: "dynamic", pure: true, byName: "pure", doc } as const;
    registerHigherOrder(m, common, call);
    registerHigherOrder(m, { ...common, rest: ["dynamic"], restNames: ["initial"] }, call);
  }
}

function reduce(
  ctx: CallContext,
  array: RhaiArray,
  fnPtr: FnPtr,
  initial: Value,
  reversed: boolean,
): Later<Value> {
  const count = array.length;
  let result = copyValue(initial);
  if (count === 0) return result;
  const callback = new GeneralItemCallback(ctx, array, fnPtr, 1);
  const keep = (value: Value) => {
    result = value;
  };
  return sequence(
    count,
    (i) => andThen(callback.call(reversed ? count - 1 - i : i, [result]), keep),
    () => result,
  );
}

function registerDividing(m: PackageBuilder): void {
  registerHigherOrder(
    m,
    {
      names: "drain",
      returns: "array",
      pure: false,
      byName: "method",
      doc: "Removes the items for which the callback gives true and returns them.",
    },
    (ctx, array, fnPtr) => divide(ctx, array, fnPtr, true),
  );
  registerHigherOrder(
    m,
    {
      names: "retain",
      returns: "array",
      pure: false,
      byName: "method",
      doc: "Keeps the items for which the callback gives true and returns the others.",
    },
    (ctx, array, fnPtr) => divide(ctx, array, fnPtr, false),
  );
}

/**
 * Moves the items for which the callback's answer is `moved` to a new array. When the callback fails, those moved so far
 * are gone, and the others stay.
 */
function divide(ctx: CallContext, array: RhaiArray, fnPtr: FnPtr, moved: boolean): Later<RhaiArray> {
  const items = array.write();
  const removed: Value[] = [];
  if (items.length === 0) return new RhaiArray(removed);
  const callback = new ItemCallback(ctx, array, fnPtr);
  let kept = 0;
  let next = 0;
  const sort = (answer: Value) => {
    const item = items[next++];
    if ((answer === true) === moved) removed.push(item);
    else items[kept++] = item;
  };
  return ending(
    () =>
      sequence(
        items.length,
        (i) => andThen(callback.call(i), sort),
        () => new RhaiArray(removed),
      ),
    () => {
      items.splice(kept, next - kept);
    },
  );
}

/** Runs `end` once `run` is through, be it with an error or later. */
function ending<T>(run: () => Later<T>, end: () => void): Later<T> {
  let result: Later<T> | undefined;
  try {
    result = run();
  } finally {
    if (!(result instanceof Promise)) end();
  }
  return result instanceof Promise ? result.finally(end) : (result as T);
}
