// Taking strings apart: characters, pieces between delimiters (from the front or from the back), halves.

import type { PackageBuilder } from "../function/native.ts";
import { RhaiArray } from "../value/containers.ts";
import type { Int } from "../value/int.ts";
import { type Char, charOf } from "../value/scalars.ts";
import { indexOfInt, length, offsetOf, scalars, splitWhitespace } from "../value/strings.ts";
import { needle } from "./string-query.ts";

/** Pieces between delimiters; the last of `limit` pieces is the rest. An empty delimiter also matches at both ends. */
function pieces(text: string, delimiter: string, limit: number): string[] {
  if (delimiter === "") return piecesByChar(text, limit);
  if (limit === Number.POSITIVE_INFINITY) return text.split(delimiter);
  const found: string[] = [];
  let start = 0;
  while (found.length < limit - 1) {
    const end = text.indexOf(delimiter, start);
    if (end < 0) break;
    found.push(text.slice(start, end));
    start = end + delimiter.length;
  }
  found.push(text.slice(start));
  return found;
}

function piecesByChar(text: string, limit: number): string[] {
  const chars = scalars(text);
  if (limit > chars.length + 1) return ["", ...chars, ""];
  const head = chars.slice(0, limit - 2);
  return ["", ...head, chars.slice(limit - 2).join("")];
}

/** The same from the back: the last piece comes first, and of `limit` pieces the last is the beginning of the text. */
function piecesFromBack(text: string, delimiter: string, limit: number): string[] {
  if (delimiter === "") return piecesByCharFromBack(text, limit);
  const found: string[] = [];
  let end = text.length;
  while (found.length < limit - 1 && end >= delimiter.length) {
    const start = text.lastIndexOf(delimiter, end - delimiter.length);
    if (start < 0) break;
    found.push(text.slice(start + delimiter.length, end));
    end = start;
  }
  found.push(text.slice(0, end));
  return found;
}

function piecesByCharFromBack(text: string, limit: number): string[] {
  const chars = scalars(text).reverse();
  if (limit > chars.length + 1) return ["", ...chars, ""];
  const head = chars.slice(0, limit - 2);
  const rest = chars.slice(limit - 2).reverse();
  return ["", ...head, rest.join("")];
}

type Splitter = (text: string, delimiter: string, limit: number) => string[];

function splitBy(splitter: Splitter, text: string, item: string | Char, segments?: Int): RhaiArray {
  const limit = segments === undefined ? Number.POSITIVE_INFINITY : indexOfInt(segments);
  return new RhaiArray(limit <= 1 || text === "" ? [text] : splitter(text, needle(item), limit));
}

/** Two halves; a position of 0 or less counts from the end. */
function splitAt(text: string, index: Int): RhaiArray {
  const at = indexOfInt(index);
  const count = length(text);
  const offset = offsetOf(text, at > 0 ? at : Math.max(count + at, 0));
  return new RhaiArray([text.slice(0, offset), text.slice(offset)]);
}

export function registerSplit(m: PackageBuilder): void {
  const split = (text: string, item: string | Char, segments?: Int) => splitBy(pieces, text, item, segments);
  const splitBack = (text: string, item: string | Char, segments?: Int) =>
    splitBy(piecesFromBack, text, item, segments);
  for (const type of ["string", "char"]) {
    const forward = { doc: "The pieces between delimiters.", paramNames: ["string", "delimiter"] };
    const back = {
      doc: "The pieces between delimiters, last one first.",
      paramNames: ["string", "delimiter"],
    };
    const limited = ["string", "delimiter", "segments"];
    m.pure("split", ["string", type], "array", split, forward);
    m.pure("split", ["string", type, "i64"], "array", split, { ...forward, paramNames: limited });
    m.pure("split_rev", ["string", type], "array", splitBack, back);
    m.pure("split_rev", ["string", type, "i64"], "array", splitBack, { ...back, paramNames: limited });
  }
  const words = (text: string) => new RhaiArray(text === "" ? [""] : splitWhitespace(text));
  m.pure("split", ["string"], "array", words, {
    doc: "The pieces between white space.",
    paramNames: ["string"],
  });
  m.pure("split", ["string", "i64"], "array", splitAt, {
    doc: "Two halves, cut at a position (0 or negative: from the end).",
    paramNames: ["string", "index"],
  });
  m.fn("to_chars", ["string"], "array", (text: string) => new RhaiArray(scalars(text).map(charOf)), {
    doc: "The characters as an array.",
    paramNames: ["string"],
  });
}
