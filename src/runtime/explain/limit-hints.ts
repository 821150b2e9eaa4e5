// Hints for limits of the engine: which one was met, and how a host raises it.

import type { EvalErrorKind } from "../errors.ts";
import type { Limits } from "../eval/run.ts";
import type { Failure } from "./failure.ts";

/** `limit` has a method of the engine that sets it: `maxArraySize`, `setMaxArraySize`. */
function raise(limit: keyof Limits): string {
  return `the host can raise it with \`engine.set${limit[0].toUpperCase()}${limit.slice(1)}\``;
}

const SIZES: readonly (readonly [prefix: string, limit: keyof Limits, what: string])[] = [
  ["Length of string", "maxStringSize", "bytes in a string"],
  ["Size of object map", "maxMapSize", "properties in an object map"],
  ["Size of", "maxArraySize", "elements in an array or blob"],
];

function sizeHint({ error, run }: Failure): string | null {
  const { name = "" } = error.fields;
  const known = SIZES.find(([prefix]) => name.startsWith(prefix));
  if (known === undefined) return null;
  const [, limit, what] = known;
  const value = run.engine.limits[limit];
  if (value === 0) return "this is more than the machine can hold";
  return `no more than ${value} ${what} are allowed, nested ones included; ${raise(limit)}`;
}

/** A hint for an error of the engine's limits; null for other kinds. */
export function limitHint(failure: Failure, kind: EvalErrorKind): string | null {
  const { limits } = failure.run.engine;
  switch (kind) {
    case "ErrorStackOverflow":
      return `calls may be nested to a depth of ${limits.maxCallLevels}: does a function call itself without end? If not, use a loop; ${raise("maxCallLevels")}`;
    case "ErrorTooManyOperations":
      return `no more than ${limits.maxOperations} operations may be performed: does a loop run without end? If not, ${raise("maxOperations")}`;
    case "ErrorTooManyVariables":
      return `no more than ${limits.maxVariables} may be there at a time; ${raise("maxVariables")}`;
    case "ErrorTooManyModules":
      return `no more than ${limits.maxModules} may be imported; ${raise("maxModules")}`;
    case "ErrorDataTooLarge":
      return sizeHint(failure);
    case "ErrorTerminated":
      return "the host ended the script";
    default:
      return null;
  }
}
