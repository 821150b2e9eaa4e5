// `pad`: filling a string up to a length.

import { dataTooLarge } from "../errors.ts";
import type { CallContext, PackageBuilder } from "../function/native.ts";
import type { Int } from "../value/int.ts";
import type { Ref } from "../value/objects.ts";
import type { Char } from "../value/scalars.ts";
import { indexOfInt, isLongerThan, length, slice } from "../value/strings.ts";
import { needle } from "./string-query.ts";

/** JS strings cannot be longer. */
const MAX_LENGTH = 0x1fffffe8;

/** The limit is checked against the wished length first, in characters, and against the outcome, in bytes. */
function pad(ctx: CallContext, text: Ref<string>, wished: Int, item: string | Char): void {
  if (wished <= 0) return;
  const target = indexOfInt(wished);
  const limit = ctx.maxStringSize;
  if (limit > 0 && target > limit) throw dataTooLarge("Length of string");
  const missing = target - length(text.value);
  const padding = needle(item);
  // Nothing fills nothing up (Rhai never returns from this).
  if (missing <= 0 || padding === "") return;
  const size = length(padding);
  const times = Math.floor(missing / size);
  if (text.value.length + (times + 1) * padding.length > MAX_LENGTH) throw dataTooLarge("Length of string");
  text.value += padding.repeat(times) + slice(padding, 0, missing - times * size);
  if (limit > 0 && isLongerThan(text.value, limit)) throw dataTooLarge("Length of string");
}

export function registerPad(m: PackageBuilder): void {
  for (const type of ["char", "string"]) {
    m.inPlace("pad", ["string", "i64", type], "()", pad, {
      context: true,
      doc: "Fills the string up to `len` characters by repeating the padding.",
      paramNames: ["string", "len", "padding"],
    });
  }
}
