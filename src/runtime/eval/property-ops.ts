// Properties at run time: keys of object maps, registered getters and setters, string indexers.

import type { Position } from "../../lang/position.ts";
import { dotExpr, EvalError } from "../errors.ts";
import { RhaiMap } from "../value/containers.ts";
import { typeNameOf, type Value } from "../value/value.ts";
import type { Frame } from "./frame.ts";
import { callIndexer, mapGet } from "./index-ops.ts";
import { type Later, recovering, whenDone } from "./later.ts";
import { type Invoke, invokeAsync, invokeNative } from "./native-call.ts";
import { findNative } from "./native-lookup.ts";

export interface PropertySite {
  readonly name: string;
  /** Position of the name. */
  readonly idxPos: Position;
  readonly opPos: Position;
  readonly strict: boolean;
  /** Registered getters and setters may return promises; see `IndexSite`. */
  readonly mayAwait: boolean;
}

/** A property's value; borrowed for map keys. `isRef`/`constant`: see `invokeNative`. */
export function propertyGet(
  frame: Frame,
  target: Value,
  site: PropertySite,
  isRef: boolean,
  constant: boolean,
): Later<Value> {
  if (target instanceof RhaiMap) return mapGet(target, site.name, site);
  const fn = findNative(frame, `get$${site.name}`, [target]);
  if (fn !== null) return invoker(site)(frame, fn, [target], site.idxPos, isRef, constant);
  const unknown = () =>
    dotExpr(
      `Unknown property '${site.name}' - a getter is not registered for type '${typeNameOf(target)}'`,
      site.idxPos,
    );
  return viaIndexer(frame, [target, site.name], site, unknown, isRef, constant);
}

/** Sets a property of something that is not a map, by a setter or by a string indexer; returns the target's new value. */
export function propertySet(
  frame: Frame,
  target: Value,
  value: Value,
  site: PropertySite,
  constant: boolean,
): Later<Value> {
  const fn = findNative(frame, `set$${site.name}`, [target, value]);
  if (fn !== null) {
    const args = [target, value];
    return whenDone(frame, invoker(site)(frame, fn, args, site.idxPos, true, constant), () => args[0]);
  }
  const unknown = () =>
    dotExpr(
      `No writable property '${site.name}' - a setter is not registered for type '${typeNameOf(target)}' to handle '${typeNameOf(value)}'`,
      site.idxPos,
    );
  const args = [target, site.name, value];
  return whenDone(frame, viaIndexer(frame, args, site, unknown, true, constant), () => args[0]);
}

function invoker({ mayAwait }: PropertySite): Invoke {
  return mayAwait ? invokeAsync : invokeNative;
}

function viaIndexer(
  frame: Frame,
  args: Value[],
  site: PropertySite,
  unknown: () => EvalError,
  isRef: boolean,
  constant: boolean,
): Later<Value> {
  return recovering(
    frame,
    () => callIndexer(frame, args, site, isRef, constant),
    (error) => {
      if (error instanceof EvalError && error.kind === "ErrorIndexingType") throw unknown();
      throw error;
    },
  );
}
