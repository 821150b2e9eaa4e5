// Hints for properties that do not exist.

import { isValidIdentifier } from "../../lang/literals.ts";
import { didYouMean, listNames, similarNames } from "../../lang/spelling.ts";
import { RhaiMap } from "../value/containers.ts";
import { chainOf, type Failure, scriptFunctions } from "./failure.ts";
import { receiverOrigin } from "./unit-origin.ts";

const UNKNOWN = /^Unknown property '(.*)' - a getter is not registered for type '(.*)'$/s;
const READ_ONLY =
  /^No writable property '(.*)' - a setter is not registered for type '(.*)' to handle '(.*)'$/s;

function getters(failure: Failure, prefix: "get$" | "set$", type: string): string[] {
  return [...failure.run.engine.registry.all()]
    .filter((fn) => fn.name.startsWith(prefix) && [type, "dynamic"].includes(fn.params[0]))
    .map((fn) => fn.name.slice(prefix.length));
}

function methods(failure: Failure, type: string): string[] {
  const natives = [...failure.run.engine.registry.all()]
    .filter((fn) => isValidIdentifier(fn.name) && [type, "dynamic"].includes(fn.params[0]))
    .map((fn) => fn.name);
  return [...natives, ...scriptFunctions(failure).map((fn) => fn.name)];
}

/** A hint for `x.name` where the type of `x` has no such property. */
export function dotHint(failure: Failure): string | null {
  const text = failure.error.fields.name ?? "";
  const unknown = UNKNOWN.exec(text);
  const readOnly = READ_ONLY.exec(text);
  const [, name, type] = unknown ?? readOnly ?? [];
  if (name === undefined) return null;
  if (type === "()") return unitHint(failure);
  if (readOnly !== null && getters(failure, "get$", type).includes(name)) {
    return `\`${name}\` of ${type} can be read but not assigned`;
  }
  if (methods(failure, type).includes(name)) return `\`${name}\` is a method: write \`x.${name}(...)\``;
  const near = similarNames(name, getters(failure, unknown === null ? "set$" : "get$", type));
  if (near.length > 0) return `did you mean ${listNames(near)}?`;
  const nearMethods = similarNames(name, methods(failure, type)).map((method) => `${method}()`);
  if (nearMethods.length > 0) return `did you mean the method ${listNames(nearMethods)}?`;
  return unknown === null
    ? `only object maps take new properties; this is ${type}`
    : `only object maps have properties of any name; this is ${type}`;
}

function unitHint(failure: Failure): string {
  const place = failure.subject === null ? null : chainOf(failure, failure.subject);
  const origin = place === null ? null : receiverOrigin(failure, place);
  return origin ?? "the value before the dot is `()`: go on with `?.`, or give a default with `??`";
}

/** A hint for a missing key of an object map, where those are errors. */
export function missingKeyHint({ error }: Failure): string | null {
  const { name = "", value } = error.fields;
  if (!(value instanceof RhaiMap)) return null;
  const keys = [...value.keys()];
  return (
    didYouMean(name, keys) ??
    (keys.length === 0
      ? "the map is empty"
      : keys.length <= 8
        ? `the map has ${listNames(keys, "and")}`
        : `test with \`"${name}" in map\` first`)
  );
}
