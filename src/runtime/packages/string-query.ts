// Questions about strings: length, search, order.

import type { PackageBuilder } from "../function/native.ts";
import { compareStrings } from "../value/containers.ts";
import type { Int } from "../value/int.ts";
import type { Char } from "../value/scalars.ts";
import { indexAt, indexOfInt, length, offsetOf, utf8Length } from "../value/strings.ts";

/** A string or a char to look for, as a string. */
export function needle(item: string | Char): string {
  return typeof item === "string" ? item : item.value;
}

export function registerQuery(m: PackageBuilder): void {
  registerLengths(m);
  registerContains(m);
  registerIndexOf(m);
  registerOrder(m);
}

function registerLengths(m: PackageBuilder): void {
  const properties: readonly [string, string, (text: string) => number | boolean, string][] = [
    ["len", "i64", length, "Number of characters."],
    ["is_empty", "bool", (text) => text === "", "Whether the string has no characters."],
    ["bytes", "i64", utf8Length, "Number of bytes in UTF-8."],
  ];
  for (const [name, returns, call, doc] of properties) {
    const options = { doc, paramNames: ["string"] };
    m.fn(name, ["string"], returns, call, options);
    m.getter(name, "string", returns, call, "value", options);
  }
}

function registerContains(m: PackageBuilder): void {
  const contains = (text: string, item: string | Char) => text.includes(needle(item));
  const startsWith = (text: string, item: string | Char) => text.startsWith(needle(item));
  const endsWith = (text: string, item: string | Char) => text.endsWith(needle(item));
  for (const type of ["string", "char"]) {
    const paramNames = ["string", "part"];
    m.fn("contains", ["string", type], "bool", contains, { doc: "Whether the part occurs.", paramNames });
    m.fn("starts_with", ["string", type], "bool", startsWith, {
      doc: "Whether it begins with the part.",
      paramNames,
    });
    m.fn("ends_with", ["string", type], "bool", endsWith, {
      doc: "Whether it ends with the part.",
      paramNames,
    });
  }
}

/** Position of the first occurrence from `start` on (negative: from the end), or -1; always -1 in an empty string. */
function indexOf(text: string, item: string | Char, start: Int = 0): number {
  if (text === "") return -1;
  let offset = 0;
  if (start !== 0) {
    const count = length(text);
    if (start >= count) return -1;
    const from = indexOfInt(start);
    offset = offsetOf(text, from < 0 ? Math.max(count + from, 0) : from);
  }
  const found = text.indexOf(needle(item), offset);
  return found <= 0 ? found : indexAt(text, found);
}

function registerIndexOf(m: PackageBuilder): void {
  for (const type of ["string", "char"]) {
    m.fn("index_of", ["string", type], "i64", indexOf, {
      doc: "Position of the first occurrence, or -1.",
      paramNames: ["string", "part"],
    });
    m.fn("index_of", ["string", type, "i64"], "i64", indexOf, {
      doc: "Position of the first occurrence from `start` on (negative: counted from the end), or -1.",
      paramNames: ["string", "part", "start"],
    });
  }
}

function registerOrder(m: PackageBuilder): void {
  const largest = { doc: "The greater of the two by code points.", paramNames: ["a", "b"] };
  const least = { doc: "The lesser of the two by code points.", paramNames: ["a", "b"] };
  const max = (a: string, b: string) => (compareStrings(a, b) >= 0 ? a : b);
  const min = (a: string, b: string) => (compareStrings(a, b) <= 0 ? a : b);
  m.fn("max", ["string", "string"], "string", max, largest);
  m.fn("min", ["string", "string"], "string", min, least);
  const maxChar = (a: Char, b: Char) => (a.codePoint >= b.codePoint ? a : b);
  const minChar = (a: Char, b: Char) => (a.codePoint <= b.codePoint ? a : b);
  m.fn("max", ["char", "char"], "char", maxChar, largest);
  m.fn("min", ["char", "char"], "char", minChar, least);
}
