// Joining: `+`, `+=` and `append` between strings and anything else, and the way to a blob.

import type { CallContext, PackageBuilder } from "../function/native.ts";
import { Blob } from "../value/containers.ts";
import type { Ref } from "../value/objects.ts";
import type { Char } from "../value/scalars.ts";
import { decodeUtf8Lossy, encodeUtf8 } from "../value/strings.ts";
import type { Value } from "../value/value.ts";

export function registerConcat(m: PackageBuilder): void {
  registerPlus(m);
  registerAppend(m);
  m.fn("to_blob", ["string"], "blob", (text: string) => new Blob(encodeUtf8(text)), {
    doc: "The string's UTF-8 bytes.",
    paramNames: ["string"],
  });
}

function registerPlus(m: PackageBuilder): void {
  const options = { doc: "Joins two texts.", paramNames: ["left", "right"] };
  m.fn("+", ["string", "string"], "string", (a: string, b: string) => a + b, options);
  m.fn("+", ["string", "char"], "string", (a: string, b: Char) => a + b.value, options);
  m.fn("+", ["char", "string"], "string", (a: Char, b: string) => a.value + b, options);
  m.fn("+", ["string", "()"], "string", (a: string) => a, options);
  m.fn("+", ["()", "string"], "string", (_: undefined, b: string) => b, options);
  m.fn("+", ["string", "blob"], "string", (a: string, b: Blob) => a + decodeUtf8Lossy(b.bytes), options);
  m.fn("+", ["blob", "string"], "string", (a: Blob, b: string) => decodeUtf8Lossy(a.bytes) + b, options);
  const append = (ctx: CallContext, text: string, item: Value) => text + ctx.textOf(item, false);
  m.pure("+", ["string", "dynamic"], "string", append, { ...options, context: true });
  const prepend = (ctx: CallContext, item: Value, text: string) => ctx.textOf(item, false) + text;
  m.pure("+", ["dynamic", "string"], "string", prepend, { ...options, context: true });
}

function registerAppend(m: PackageBuilder): void {
  const options = { doc: "Appends the text of a value to the string.", paramNames: ["string", "item"] };
  const append = (ctx: CallContext, text: Ref<string>, item: Value): void => {
    text.value += ctx.textOf(item, false);
  };
  m.inPlace(["+=", "append"], ["string", "dynamic"], "()", append, { ...options, context: true });
  const appendBlob = (text: Ref<string>, utf8: Blob): void => {
    text.value += decodeUtf8Lossy(utf8.bytes);
  };
  m.inPlace(["+=", "append"], ["string", "blob"], "()", appendBlob, options);
  const appendString = (text: Ref<string>, item: string): void => {
    text.value += item;
  };
  m.inPlace("+=", ["string", "string"], "()", appendString, options);
  const appendChar = (text: Ref<string>, item: Char): void => {
    text.value += item.value;
  };
  m.inPlace("+=", ["string", "char"], "()", appendChar, options);
  m.inPlace("+=", ["string", "()"], "()", () => undefined, options);
}
