// Object maps: reading, writing, merging, comparing and listing properties.

import type { CallContext, PackageBuilder } from "../function/native.ts";
import { copyValue, RhaiArray, type RhaiMap } from "../value/containers.ts";
import type { Value } from "../value/value.ts";
import { mapToJson } from "./json-text.ts";

export function registerMapBasics(m: PackageBuilder): void {
  registerReading(m);
  registerWriting(m);
  registerMerging(m);
  registerComparing(m);
  registerListing(m);
}

function registerReading(m: PackageBuilder): void {
  m.pure("len", ["map"], "i64", (map: RhaiMap) => map.size, {
    doc: "Number of properties.",
    paramNames: ["map"],
  });
  m.pure("is_empty", ["map"], "bool", (map: RhaiMap) => map.size === 0, {
    doc: "True when the map has no property.",
    paramNames: ["map"],
  });
  m.pure("contains", ["map", "string"], "bool", (map: RhaiMap, property: string) => map.has(property), {
    doc: "True when the map has that property; the `in` operator calls it.",
    paramNames: ["map", "property"],
  });
  m.pure(
    "get",
    ["map", "string"],
    "dynamic",
    (map: RhaiMap, property: string) => copyValue(map.get(property)),
    {
      doc: "A copy of the property's value, `()` when there is none.",
      paramNames: ["map", "property"],
    },
  );
}

function registerWriting(m: PackageBuilder): void {
  const set = (map: RhaiMap, property: string, value: Value) => map.set(property, copyValue(value));
  m.method("set", ["map", "string", "dynamic"], "()", set, {
    doc: "Sets a property, adding it when it is missing.",
    paramNames: ["map", "property", "value"],
  });
  m.method("clear", ["map"], "()", (map: RhaiMap) => map.clear(), {
    doc: "Removes all properties.",
    paramNames: ["map"],
  });
  m.method("remove", ["map", "string"], "dynamic", (map: RhaiMap, property: string) => map.delete(property), {
    doc: "Removes a property and returns its value, `()` when there was none.",
    paramNames: ["map", "property"],
  });
}

function addAll(target: RhaiMap, source: RhaiMap): void {
  for (const key of source.keys()) target.set(key, copyValue(source.get(key)));
}

function addMissing(target: RhaiMap, source: RhaiMap): void {
  for (const key of source.keys()) if (!target.has(key)) target.set(key, copyValue(source.get(key)));
}

/** A new value as Rhai's by-value parameters are: the tag stays behind. */
function merge(left: RhaiMap, right: RhaiMap): RhaiMap {
  const merged = left.size === 0 ? right.copy() : left.copy();
  merged.tag = 0;
  if (left.size > 0) addAll(merged, right);
  return merged;
}

function registerMerging(m: PackageBuilder): void {
  m.method(["mixin", "+="], ["map", "map"], "()", addAll, {
    doc: "Adds all properties of the other map; those of the same name are replaced.",
    paramNames: ["map", "other"],
  });
  m.fn("+", ["map", "map"], "map", merge, {
    doc: "A new map with the properties of both; the right one wins.",
    paramNames: ["map", "other"],
  });
  m.method("fill_with", ["map", "map"], "()", addMissing, {
    doc: "Adds those properties of the other map that are missing here.",
    paramNames: ["map", "other"],
  });
}

function equalMaps(ctx: CallContext, left: RhaiMap, right: RhaiMap): boolean {
  if (left.size !== right.size) return false;
  for (const key of left.keys()) {
    if (!right.has(key) || !ctx.equals(left.get(key), right.get(key))) return false;
  }
  return true;
}

function registerComparing(m: PackageBuilder): void {
  m.pure("==", ["map", "map"], "bool", equalMaps, {
    context: true,
    doc: "True when both have the same properties with equal values, as `==` compares them.",
    paramNames: ["map", "other"],
  });
  m.pure("!=", ["map", "map"], "bool", (ctx: CallContext, a: RhaiMap, b: RhaiMap) => !equalMaps(ctx, a, b), {
    context: true,
    doc: "True when a property differs or exists on one side only.",
    paramNames: ["map", "other"],
  });
}

function registerListing(m: PackageBuilder): void {
  m.pure("keys", ["map"], "array", (map: RhaiMap) => new RhaiArray([...map.keys()]), {
    doc: "The property names, in order.",
    paramNames: ["map"],
  });
  const values = (map: RhaiMap) => new RhaiArray(map.keys().map((key) => copyValue(map.get(key))));
  m.pure("values", ["map"], "array", values, {
    doc: "Copies of the property values, in the order of their names.",
    paramNames: ["map"],
  });
  m.pure("to_json", ["map"], "string", (map: RhaiMap) => mapToJson(map), {
    doc: "The map as JSON text, without spaces.",
    paramNames: ["map"],
  });
}
