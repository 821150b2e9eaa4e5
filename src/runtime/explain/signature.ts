// Signatures in texts: taking apart those of error messages, writing those of functions.

import type { ScriptFnDef } from "../../lang/ast.ts";
import { listWords } from "../../lang/spelling.ts";
import type { NativeFn } from "../function/native.ts";

const STRING_TYPES = "&str | ImmutableString | String";

/** A call that found no function: `ns::name (type, type)`. */
export interface MissingCall {
  /** `a::b`, or empty. */
  readonly namespace: string;
  readonly name: string;
  /** Types of the arguments, the object of a method call first. */
  readonly types: readonly string[];
}

/** Reads the text of "Function not found"; null when it is no signature. */
export function parseSignature(text: string): MissingCall | null {
  const match = /^(\S+) \((.*)\)$/s.exec(text.replaceAll(STRING_TYPES, "string"));
  if (match === null) return null;
  const path = match[1].split("::");
  const name = path.pop() ?? "";
  return { namespace: path.join("::"), name, types: match[2] === "" ? [] : match[2].split(", ") };
}

export function typeWord(type: string): string {
  return type === "dynamic" ? "any" : type;
}

/** `string, array or map`; one `any` swallows the rest. */
export function listTypes(types: readonly string[]): string {
  if (types.includes("dynamic")) return "any value";
  const unique = [...new Set(types)].filter((type) => type !== "range=" || !types.includes("range"));
  return listWords(unique);
}

export function nativeSignature(fn: NativeFn): string {
  return `${fn.name}(${fn.params.map(typeWord).join(", ")})`;
}

export function scriptSignature(fn: ScriptFnDef): string {
  const type = fn.thisType === null ? "" : `${fn.thisType}.`;
  return `${type}${fn.name}(${fn.params.join(", ")})`;
}

const MAX_LISTED = 5;

/** `` `f(i64)`, `f(string)` and 3 more ``. */
export function listSignatures(signatures: readonly string[]): string {
  const unique = [...new Set(signatures)];
  const shown = unique.slice(0, MAX_LISTED).map((text) => `\`${text}\``);
  const rest = unique.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : listWords(shown, "and");
}

export function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : count === 0 ? `no ${noun}s` : `${count} ${noun}s`;
}
