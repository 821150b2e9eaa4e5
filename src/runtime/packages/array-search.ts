// Arrays: searching with a callback.

import { isValidFunctionName } from "../../lang/literals.ts";
import { EvalError } from "../errors.ts";
import type { CallContext, PackageBuilder } from "../function/native.ts";
import { andThen, STOP, sequence } from "../function/sequence.ts";
import { copyValue, type RhaiArray } from "../value/containers.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import type { Int } from "../value/int.ts";
import { offsetOf } from "../value/slices.ts";
import type { Value } from "../value/value.ts";
import { CALLS_BACK, ItemCallback, type Later, registerHigherOrder, underName } from "./array-elements.ts";
import { indexOfValue } from "./array-equality.ts";

export function registerArraySearch(m: PackageBuilder): void {
  registerQuantifiers(m);
  registerIndexOf(m);
  registerFind(m);
}

/** The first index from `start` on where the callback's answer, taken as a bool, is `wanted`; or -1. */
function firstWhere(
  ctx: CallContext,
  array: RhaiArray,
  fnPtr: FnPtr,
  start: Int,
  wanted: boolean,
): Later<number> {
  const from = offsetOf(array.length, start);
  if (from >= array.length) return -1;
  const callback = new ItemCallback(ctx, array, fnPtr);
  let found = -1;
  let index = from;
  const check = (answer: Value) => {
    if ((answer === true) !== wanted) return undefined;
    found = index;
    return STOP;
  };
  return sequence(
    array.length - from,
    (i) => {
      index = from + i;
      return andThen(callback.call(index), check);
    },
    () => found,
  );
}

function registerQuantifiers(m: PackageBuilder): void {
  registerHigherOrder(
    m,
    {
      names: "some",
      returns: "bool",
      pure: true,
      byName: "pure",
      doc: "True when the callback gives true for an item.",
    },
    (ctx, array, fnPtr) => andThen(firstWhere(ctx, array, fnPtr, 0, true), (index) => index >= 0),
  );
  registerHigherOrder(
    m,
    {
      names: "all",
      returns: "bool",
      pure: true,
      byName: "pure",
      doc: "True when the callback gives true for every item.",
    },
    (ctx, array, fnPtr) => andThen(firstWhere(ctx, array, fnPtr, 0, false), (index) => index < 0),
  );
}

function registerIndexOf(m: PackageBuilder): void {
  const doc = "Index of the first item for which the callback gives true, -1 when there is none.";
  const call = (ctx: CallContext, array: RhaiArray, fnPtr: FnPtr, start: Int = 0) =>
    firstWhere(ctx, array, fnPtr, start, true);
  const common = { names: "index_of", returns: "i64", pure: true, doc } as const;
  registerHigherOrder(m, common, call);
  registerHigherOrder(m, { ...common, rest: ["i64"], restNames: ["start"] }, call);

  const options = {
    ...CALLS_BACK,
    doc: "Index of the first item for which the function of that name gives true; without such a function, of that string.",
  };
  const types = ["array", "string"];
  const names = ["array", "filter"];
  m.pure("index_of", types, "i64", indexOfNamed, { ...options, paramNames: names });
  m.pure("index_of", [...types, "i64"], "i64", indexOfNamed, { ...options, paramNames: [...names, "start"] });
}

function indexOfNamed(ctx: CallContext, array: RhaiArray, name: string, start: Int = 0): Later<number> {
  if (!isValidFunctionName(name)) return indexOfValue(ctx, array, name, start);
  const searchValue = (error: unknown): number => {
    if (!isMissing(error, name)) throw error;
    return indexOfValue(ctx, array, name, start);
  };
  let found: Later<number>;
  try {
    found = firstWhere(ctx, array, new FnPtr(name), start, true);
  } catch (error) {
    return searchValue(error);
  }
  return found instanceof Promise ? found.catch(searchValue) : found;
}

/** Whether the call failed because there is no function of that name (or one whose name starts so). */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof EvalError)) return false;
  const reason = error.kind === "ErrorInFunctionCall" ? error.fields.inner : error;
  return reason?.kind === "ErrorFunctionNotFound" && (reason.fields.name ?? "").startsWith(name);
}

function registerFind(m: PackageBuilder): void {
  const start = { rest: ["i64"], restNames: ["start"] };
  const item = {
    names: "find",
    returns: "dynamic",
    pure: true,
    doc: "A copy of the first item for which the callback gives true, `()` when there is none.",
  };
  registerHigherOrder(m, item, find);
  registerHigherOrder(m, { ...item, ...start }, find);
  const result = {
    names: "find_map",
    returns: "dynamic",
    pure: true,
    doc: "The first result of the callback that is not `()`.",
  };
  registerHigherOrder(m, result, findMap);
  registerHigherOrder(m, { ...result, ...start }, findMap);
}

/** Rhai finds the item by `index_of`, whose name errors of the callback show. */
function find(ctx: CallContext, array: RhaiArray, fnPtr: FnPtr, start: Int = 0): Later<Value> {
  return andThen(firstWhere(underName(ctx, "index_of"), array, fnPtr, start, true), (index) =>
    index < 0 ? undefined : copyValue(array.items[index]),
  );
}

function findMap(ctx: CallContext, array: RhaiArray, fnPtr: FnPtr, start: Int = 0): Later<Value> {
  const from = offsetOf(array.length, start);
  if (from >= array.length) return undefined;
  const callback = new ItemCallback(ctx, array, fnPtr);
  let found: Value;
  const check = (value: Value) => {
    found = value;
    return value === undefined ? undefined : STOP;
  };
  return sequence(
    array.length - from,
    (i) => andThen(callback.call(from + i), check),
    () => found,
  );
}
