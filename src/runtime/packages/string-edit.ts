// Changing strings in place: remove, clear, truncate, trim, pop, set, replace.

import type { PackageBuilder } from "../function/native.ts";
import type { Int } from "../value/int.ts";
import type { Ref } from "../value/objects.ts";
import { type Char, charOf } from "../value/scalars.ts";
import {
  charAt,
  indexOfInt,
  length,
  offsetOf,
  replaceAll,
  slice,
  trim,
  withCharAt,
} from "../value/strings.ts";
import { needle } from "./string-query.ts";

type Text = Ref<string>;

export function registerEdit(m: PackageBuilder): void {
  registerShorten(m);
  registerPop(m);
  registerGetSet(m);
  registerReplace(m);
}

function registerShorten(m: PackageBuilder): void {
  const remove = (text: Text, item: string | Char): void => {
    const part = needle(item);
    if (part !== "") text.value = text.value.replaceAll(part, "");
  };
  for (const type of ["string", "char"]) {
    m.inPlace("remove", ["string", type], "()", remove, {
      doc: "Removes all occurrences.",
      paramNames: ["string", "part"],
    });
  }
  const clear = (text: Text): void => {
    text.value = "";
  };
  m.inPlace("clear", ["string"], "()", clear, { doc: "Empties the string.", paramNames: ["string"] });
  const truncate = (text: Text, count: Int): void => {
    text.value = slice(text.value, 0, indexOfInt(count));
  };
  m.inPlace("truncate", ["string", "i64"], "()", truncate, {
    doc: "Cuts the string off after `len` characters.",
    paramNames: ["string", "len"],
  });
  const trimInPlace = (text: Text): void => {
    text.value = trim(text.value);
  };
  m.inPlace("trim", ["string"], "()", trimInPlace, {
    doc: "Removes white space at both ends.",
    paramNames: ["string"],
  });
}

function popChar(text: Text): Char | undefined {
  const { value } = text;
  if (value === "") return undefined;
  const unit = value.charCodeAt(value.length - 1);
  const end = value.length - ((unit & 0xfc00) === 0xdc00 ? 2 : 1);
  text.value = value.slice(0, end);
  return charOf(value.slice(end));
}

function popString(text: Text, count: Int): string {
  const { value } = text;
  if (count <= 0) return "";
  const end = offsetOf(value, Math.max(length(value) - indexOfInt(count), 0));
  text.value = value.slice(0, end);
  return value.slice(end);
}

function registerPop(m: PackageBuilder): void {
  m.inPlace("pop", ["string"], "dynamic", popChar, {
    doc: "Removes the last character and returns it, or `()`.",
    paramNames: ["string"],
  });
  m.inPlace("pop", ["string", "i64"], "string", popString, {
    doc: "Removes the last `len` characters and returns them.",
    paramNames: ["string", "len"],
  });
}

/** The position that an index means (negative: from the end), or -1. */
function position(text: string, index: Int): number {
  return index < 0 ? Math.max(length(text) + indexOfInt(index), -1) : indexOfInt(index);
}

function registerGetSet(m: PackageBuilder): void {
  const get = (text: string, index: Int): Char | undefined => {
    const at = position(text, index);
    const char = at < 0 ? "" : charAt(text, at);
    return char === "" ? undefined : charOf(char);
  };
  m.fn("get", ["string", "i64"], "dynamic", get, {
    doc: "The character at a position (negative: from the end), or `()`.",
    paramNames: ["string", "index"],
  });
  const set = (text: Text, index: Int, char: Char): void => {
    const at = position(text.value, index);
    if (at >= 0) text.value = withCharAt(text.value, at, char.value);
  };
  m.inPlace("set", ["string", "i64", "char"], "()", set, {
    doc: "Replaces the character at a position (negative: from the end); does nothing when there is none.",
    paramNames: ["string", "index", "char"],
  });
}

function registerReplace(m: PackageBuilder): void {
  const replace = (text: Text, find: string | Char, by: string | Char): void => {
    if (text.value !== "") text.value = replaceAll(text.value, needle(find), needle(by));
  };
  for (const find of ["string", "char"]) {
    for (const by of ["string", "char"]) {
      m.inPlace("replace", ["string", find, by], "()", replace, {
        doc: "Replaces all occurrences.",
        paramNames: ["string", "find", "by"],
      });
    }
  }
}
