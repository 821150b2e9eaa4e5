// Reading a case's scope into script values; `1` is an INT and `1.0` a FLOAT, which JSON.parse can't tell apart.

import { RhaiArray, RhaiMap } from "../../runtime/value/containers.ts";
import { checkedInt } from "../../runtime/value/int.ts";
import { Float } from "../../runtime/value/scalars.ts";
import type { Value } from "../../runtime/value/value.ts";

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** JSON in which every string and number became a string that begins with its kind: `s`, `i` or `f`. */
type Marked = null | boolean | string | Marked[] | { [key: string]: Marked };

function mark(token: string): string {
  if (token.startsWith('"')) return `"s${token.slice(1)}`;
  return `"${/[.eE]/.test(token) ? "f" : "i"}${token}"`;
}

function toValue(json: Marked): Value {
  if (json === null) return undefined;
  if (typeof json === "boolean") return json;
  if (typeof json === "string") {
    const text = json.slice(1);
    if (json[0] === "s") return text;
    const int = json[0] === "i" ? checkedInt(BigInt(text)) : null;
    return int ?? new Float(Number(text));
  }
  if (Array.isArray(json)) return new RhaiArray(json.map(toValue));
  return new RhaiMap(new Map(Object.entries(json).map(([key, item]) => [key.slice(1), toValue(item)])));
}

/** The variables in the `scope` of a case's JSON line, in the order of their names. */
export function readScope(line: string): [name: string, value: Value][] {
  const whole = JSON.parse(line.replace(STRING_OR_NUMBER, mark)) as { sscope: Record<string, Marked> };
  const entries = Object.entries(whole.sscope).map(([key, json]) => [key.slice(1), json] as const);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, json]) => [name, toValue(json)]);
}
