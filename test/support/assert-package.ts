// The functions with which test scripts check what they compute.

import { runtimeError } from "../../src/runtime/errors.ts";
import { definePackage } from "../../src/runtime/function/native.ts";
import { debug } from "../../src/runtime/value/display.ts";
import { typeNameOf, type Value } from "../../src/runtime/value/value.ts";

const show = (value: Value) => `${debug(value)} (${typeNameOf(value)})`;

/** `assert(condition)` and `assert_eq(actual, expected)`, which takes 1 and 1.0 for different. */
export const assertPackage = definePackage("Assert", (m) => {
  m.fn(
    "assert",
    ["dynamic"],
    "()",
    (condition: Value) => {
      if (condition !== true) throw runtimeError(`assert: ${show(condition)}`);
    },
    { isPure: false },
  );
  m.fn(
    "assert_eq",
    ["dynamic", "dynamic"],
    "()",
    (actual: Value, expected: Value) => {
      if (show(actual) !== show(expected))
        throw runtimeError(`assert_eq: ${show(actual)} instead of ${show(expected)}`);
    },
    { isPure: false },
  );
});

/** The same in Rhai, for engines of others; to be put below a script, where it moves no line. */
export const ASSERT_SCRIPT = [
  "fn assert(condition) { if type_of(condition) != `bool` || !condition { throw `assert failed`; } }",
  "fn assert_eq(actual, expected) {",
  "    if type_of(actual) != type_of(expected) || actual.to_debug() != expected.to_debug() {",
  '        throw "assert_eq: " + actual.to_debug() + " instead of " + expected.to_debug();',
  "    }",
  "}",
].join("\n");
