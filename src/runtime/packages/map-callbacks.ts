// Object maps: functions that call back for each property.

import { EvalError, inFunctionCall } from "../errors.ts";
import type { CallContext, PackageBuilder } from "../function/native.ts";
import { andThen, isPromise, sequence } from "../function/sequence.ts";
import { copyValue, RhaiMap } from "../value/containers.ts";
import type { FnPtr } from "../value/fn-ptr.ts";
import { Ref } from "../value/objects.ts";
import type { Value } from "../value/value.ts";

type Later<T> = T | Promise<T>;

export function registerMapCallbacks(m: PackageBuilder): void {
  const context = true;
  const paramNames = ["map", "callback"];
  m.pure("map", ["map", "Fn"], "map", mapValues, {
    context,
    callsBack: true,
    doc: "A new map with what the callback makes of each value. It gets the key, `this` is the value; or key and value.",
    paramNames,
  });
  m.pure("filter", ["map", "Fn"], "map", filter, {
    context,
    callsBack: true,
    doc: "A new map of the properties for which the callback gives true.",
    paramNames,
  });
  m.method("drain", ["map", "Fn"], "map", takeApart(true), {
    context,
    callsBack: true,
    doc: "Removes the properties for which the callback gives true and returns them as a new map.",
    paramNames,
  });
  m.method("retain", ["map", "Fn"], "map", takeApart(false), {
    context,
    callsBack: true,
    doc: "Keeps the properties for which the callback gives true and returns the others as a new map.",
    paramNames,
  });
}

/** `this` is the value when the callback takes the key alone; otherwise the value follows the key. */
function callEntry(ctx: CallContext, callback: FnPtr, key: string, self: Ref): Later<Value> {
  return ctx.callRaw(callback, self, [key], [], 1);
}

/** Runs `undo` when `run` fails, at once or later, and hands on what it makes of the error. */
function onFailure<T>(run: () => Later<T>, undo: (error: unknown) => unknown): Later<T> {
  try {
    const result = run();
    if (!isPromise(result)) return result;
    return result.catch((error: unknown) => {
      throw undo(error);
    });
  } catch (error) {
    throw undo(error);
  }
}

/**
 * Calls back for each property in order and hands the result with the value, as the callback left it, to `visit`.
 * What the callback assigns to `this` is stored in the map, also when it fails afterwards.
 */
function visitEntries(
  ctx: CallContext,
  map: RhaiMap,
  callback: FnPtr,
  visit: (key: string, result: Value, value: Value) => void,
  failure: (error: unknown) => unknown,
  result: RhaiMap,
): Later<RhaiMap> {
  const keys = map.keys();
  const step = (index: number) => {
    const key = keys[index];
    const before = map.getForWrite(key);
    const self = new Ref(before);
    const writeBack = () => {
      if (self.value !== before) map.set(key, self.value);
    };
    const call = onFailure(
      () => callEntry(ctx, callback, key, self),
      (error) => {
        writeBack();
        return failure(error);
      },
    );
    return andThen(call, (returned) => {
      writeBack();
      visit(key, returned, self.value);
    });
  };
  return sequence(keys.length, step, () => result);
}

function filter(ctx: CallContext, map: RhaiMap, callback: FnPtr): Later<RhaiMap> {
  const result = new RhaiMap();
  const visit = (key: string, keep: Value, value: Value) => {
    if (keep === true) result.set(key, copyValue(value));
  };
  return visitEntries(ctx, map, callback, visit, (error) => error, result);
}

function mapValues(ctx: CallContext, map: RhaiMap, callback: FnPtr): Later<RhaiMap> {
  const result = new RhaiMap();
  const visit = (key: string, returned: Value) => result.set(key, copyValue(returned));
  return visitEntries(ctx, map, callback, visit, (error) => renameToFilter(ctx, callback, error), result);
}

/**
 * In Rhai the map function `map` gives its name as `filter` where it wraps an error of the callback.
 * A bound callback of the same name as the function is not wrapped: that frame is its own.
 */
function renameToFilter(ctx: CallContext, callback: FnPtr, error: unknown): unknown {
  if (!(error instanceof EvalError) || error.kind !== "ErrorInFunctionCall") return error;
  const { name, detail = "", inner } = error.fields;
  if (name !== ctx.fnName || inner === undefined) return error;
  if (callback.linked !== null && callback.name === name) return error;
  return inFunctionCall("filter", detail, inner, error.position);
}

function takeApart(drained: boolean) {
  return (ctx: CallContext, map: RhaiMap, callback: FnPtr) => split(ctx, map, callback, drained);
}

/**
 * Takes the properties apart by the callback's answer: those with the answer `drained` are returned, the others stay.
 * When the callback fails, the properties not yet reached stay, while the drained ones and the failing one are lost.
 */
function split(ctx: CallContext, map: RhaiMap, callback: FnPtr, drained: boolean): Later<RhaiMap> {
  const entries = map.keys().map((key) => ({ key, self: new Ref(map.getForWrite(key)) }));
  map.clear();
  const result = new RhaiMap();
  const putBack = (from: number) => {
    for (const { key, self } of entries.slice(from)) map.set(key, self.value);
  };
  const step = (index: number) => {
    const { key, self } = entries[index];
    const call = onFailure(
      () => callEntry(ctx, callback, key, self),
      (error) => {
        putBack(index + 1);
        return error;
      },
    );
    return andThen(call, (answer) => {
      const target = (answer === true) === drained ? result : map;
      target.set(key, self.value);
    });
  };
  return sequence(entries.length, step, () => result);
}
