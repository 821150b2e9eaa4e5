// Arrays: sorting and removing repeated neighbours.

import { ExitSignal } from "../control.ts";
import { EvalError } from "../errors.ts";
import type { CallContext, PackageBuilder } from "../function/native.ts";
import { andThen, sequence } from "../function/sequence.ts";
import { copyValue, RhaiArray } from "../value/containers.ts";
import type { FnPtr } from "../value/fn-ptr.ts";
import { TypeId, typeIdOf, type Value } from "../value/value.ts";
import { type Later, registerHigherOrder } from "./array-elements.ts";
import { equalItems } from "./array-equality.ts";
import { copyItems } from "./array-items.ts";
import { sortPlain } from "./array-sort-plain.ts";
import { type Sorting, startSorting } from "./array-stable-sort.ts";

export function registerArraySort(m: PackageBuilder): void {
  registerSorting(m);
  registerOrdering(m);
  registerDedup(m);
}

function registerSorting(m: PackageBuilder): void {
  const doc =
    "Sorts the items in place by a callback that gives a negative, zero or positive number, or true for less.";
  registerHigherOrder(m, { names: "sort", returns: "()", pure: false, byName: "method", doc }, sortBy);
  registerHigherOrder(m, { names: "sort_by", returns: "()", pure: false, doc }, sortBy);
  m.method("sort", ["array"], "()", (array: RhaiArray) => sortPlain(array, false), {
    doc: "Sorts the items in place, which all have to be numbers of one type, strings, characters or bools.",
    paramNames: ["array"],
  });
  m.method("sort_desc", ["array"], "()", (array: RhaiArray) => sortPlain(array, true), {
    doc: "Sorts the items in place, largest first.",
    paramNames: ["array"],
  });
}

function registerOrdering(m: PackageBuilder): void {
  const orderBy = (ctx: CallContext, array: RhaiArray, fnPtr: FnPtr) => {
    const copy = new RhaiArray(copyItems(array.items));
    return andThen(sortBy(ctx, copy, fnPtr), () => copy);
  };
  registerHigherOrder(
    m,
    { names: ["order", "order_by"], returns: "array", pure: false, doc: "A sorted copy; see `sort_by`." },
    orderBy,
  );
  const order = (array: RhaiArray, descending: boolean) => {
    const copy = new RhaiArray(copyItems(array.items));
    sortPlain(copy, descending);
    return copy;
  };
  m.method("order", ["array"], "array", (array: RhaiArray) => order(array, false), {
    doc: "A sorted copy; see `sort`.",
    paramNames: ["array"],
  });
  m.method("order_desc", ["array"], "array", (array: RhaiArray) => order(array, true), {
    doc: "A sorted copy, largest item first.",
    paramNames: ["array"],
  });
}

/** Runs a comparer. Its errors do not leave the sort, not even `exit`: the answer is `()` then. */
function compare(ctx: CallContext, fnPtr: FnPtr, left: Value, right: Value): Later<Value> {
  try {
    const answer = ctx.callRaw(fnPtr, null, [copyValue(left), copyValue(right)], [], null);
    return answer instanceof Promise ? answer.catch(swallow) : answer;
  } catch (error) {
    return swallow(error);
  }
}

function swallow(error: unknown): undefined {
  if (!(error instanceof EvalError) && !(error instanceof ExitSignal)) throw error;
}

/** The types in the order in which a comparer without an answer leaves items of different types. */
const TYPE_ORDER: readonly number[] = [
  TypeId.INT,
  TypeId.FLOAT,
  TypeId.RANGE,
  TypeId.ARRAY,
  TypeId.BYTE,
  TypeId.RANGE_INCLUSIVE,
  TypeId.FN,
  TypeId.CHAR,
  TypeId.UNIT,
  TypeId.BOOL,
  TypeId.MAP,
  TypeId.BLOB,
  TypeId.TIMESTAMP,
  TypeId.STRING,
];

function typeRank(value: Value): number {
  const id = typeIdOf(value);
  const rank = TYPE_ORDER.indexOf(id);
  return rank < 0 ? TYPE_ORDER.length + id : rank;
}

/** Whether a comparer's answer puts `left` before `right`. */
function isLess(answer: Value, left: Value, right: Value): boolean {
  if (typeof answer === "boolean") return answer;
  if (typeof answer === "number" || typeof answer === "bigint") return answer < 0;
  return typeRank(left) < typeRank(right);
}

function sortBy(ctx: CallContext, array: RhaiArray, fnPtr: FnPtr): Later<void> {
  if (array.length <= 1) return;
  const sorting = startSorting(array.write().slice());
  while (!sorting.done) {
    const answer = compare(ctx, fnPtr, sorting.left, sorting.right);
    if (answer instanceof Promise) return continueSort(ctx, array, fnPtr, sorting, answer);
    sorting.answer(isLess(answer, sorting.left, sorting.right));
  }
  array.replace(sorting.items);
}

async function continueSort(
  ctx: CallContext,
  array: RhaiArray,
  fnPtr: FnPtr,
  sorting: Sorting,
  pending: Promise<Value>,
): Promise<void> {
  sorting.answer(isLess(await pending, sorting.left, sorting.right));
  while (!sorting.done) {
    const answer = await compare(ctx, fnPtr, sorting.left, sorting.right);
    sorting.answer(isLess(answer, sorting.left, sorting.right));
  }
  array.replace(sorting.items);
}

/** Asks whether a candidate repeats the item kept last. */
type IsRepeated = (kept: Value, candidate: Value) => Later<Value>;

function removeRepeated(array: RhaiArray, isRepeated: IsRepeated): Later<void> {
  if (array.length === 0) return;
  const items = array.write();
  let kept = 1;
  let next = 1;
  const keepUnless = (answer: Value) => {
    if (answer !== true) items[kept++] = items[next];
    next++;
  };
  return sequence(
    items.length - 1,
    () => andThen(isRepeated(items[kept - 1], items[next]), keepUnless),
    () => {
      items.length = kept;
    },
  );
}

function registerDedup(m: PackageBuilder): void {
  const dedup = (ctx: CallContext, array: RhaiArray) =>
    removeRepeated(array, (kept, candidate) => {
      try {
        return equalItems(ctx, kept, candidate);
      } catch (error) {
        return swallow(error);
      }
    });
  m.method("dedup", ["array"], "()", dedup, {
    context: true,
    doc: "Removes items that equal the one before them.",
    paramNames: ["array"],
  });
  registerHigherOrder(
    m,
    {
      names: "dedup",
      returns: "()",
      pure: false,
      byName: "method",
      doc: "Removes items for which the callback gives true, called with the item kept before and the item.",
    },
    (ctx, array, fnPtr) => removeRepeated(array, (kept, candidate) => compare(ctx, fnPtr, kept, candidate)),
  );
}
