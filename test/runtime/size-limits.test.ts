// Limits of 2 elements, 2 properties and 5 bytes of text: outcomes of Rhai itself.

import { expect, it } from "vitest";
import { display, Engine } from "../../src/index.ts";

it.each([
  ["let a = [1]; a += a; a += a; a", "[1, 1, 1, 1]"],
  ["let a = [1]; a += [1]; a += [1]; a", "[1, 1, 1]"],
  ["let a = [1]; a += 1; a += 1; a", "Size of array/BLOB too large (line 1, position 24)"],
  ["let a = [1]; a + [1] + [1]", "Size of array/BLOB too large (line 1, position 22)"],
  ["let b = blob(1); b += blob(1); b", "[0000]"],
  ["let b = blob(1); b += blob(1); b += blob(1); b", "Size of array/BLOB too large (line 1, position 34)"],
  ["let b = blob(1); b += 1; b += 2; b", "Size of array/BLOB too large (line 1, position 28)"],
  [`let b = blob(1); b += "abc"; b`, "Size of array/BLOB too large (line 1, position 20)"],
  [`let b = blob(2); b += ""; b`, "[0000]"],
  ["let b = blob(1); b += 'a'; b += 'b'; b", "Size of array/BLOB too large (line 1, position 30)"],
  ["let m = #{x: blob(2)}; m.x += blob(1); m", "Size of array/BLOB too large (line 1, position 28)"],
  ["let m = #{a: 1}; m += #{b: 1}; m += #{c: 1}; m", "Size of object map too large (line 1, position 34)"],
  [`let s = "ab"; s += "cd"; s += "e"; s`, "abcde"],
  [`let s = "abc"; s += "def"; s`, "Length of string too large (line 1, position 18)"],
  [`let s = "abc"; s += blob(3); s`, "Size of array/BLOB too large (line 1, position 21)"],
])("%s -> %s", (script, expected) => {
  const engine = new Engine().setMaxArraySize(2).setMaxMapSize(2).setMaxStringSize(5);
  let outcome: string;
  try {
    outcome = display(engine.evalSync(script));
  } catch (error) {
    outcome = String(error).replace(/^EvalError: /, "");
  }
  expect(outcome).toBe(expected);
});
