// Counting bytes of UTF-8 without Node: the same numbers as Node's.

import fc from "fast-check";
import { expect, it } from "vitest";
import { countUtf8, utf8Length } from "../../../src/runtime/value/strings.ts";

it("counts what Node counts", () => {
  for (const text of [
    "",
    "a",
    "é",
    "\u07ff\u0800",
    "€",
    "\uffff",
    "😀",
    "\ud800",
    "\udc00",
    "a\udc00😀\ud800",
  ])
    expect([text, countUtf8(text)]).toEqual([text, Buffer.byteLength(text)]);
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 });
  fc.assert(
    fc.property(units, (codes) => {
      const text = String.fromCharCode(...codes);
      expect(countUtf8(text)).toBe(utf8Length(text));
    }),
  );
});
