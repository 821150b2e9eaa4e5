// Functions on numbers and bits against what the real Rhai answered.

import { describe, expect, it } from "vitest";
import { arithmeticPackage } from "../../../src/runtime/packages/arithmetic.ts";
import { bitFieldPackage } from "../../../src/runtime/packages/bit-field.ts";
import { logicPackage } from "../../../src/runtime/packages/logic.ts";
import { mathPackage } from "../../../src/runtime/packages/math.ts";
import { debug } from "../../../src/runtime/value/display.ts";
import { typeNameOf, type Value } from "../../../src/runtime/value/value.ts";
import { valueOf } from "../script-values.ts";
import { PackageCaller } from "./caller.ts";
import data from "./numbers.data.json" with { type: "json" };

// numbers.data.json: `results[function]` lists calls, `operand,operand=text` with base-36 indexes into `operands` and `texts`. A
// text is the type and the debug form of the result (of the first argument for functions that change it), "!" and the error's
// message, or "?": no such overload.

const caller = new PackageCaller(arithmeticPackage, logicPackage, bitFieldPackage, mathPackage);

function apply(name: string, args: Value[]): string {
  const fn = caller.registry.resolve(name, args);
  if (fn === null) return "?";
  try {
    const result = caller.call(name, args) as Value;
    const shown = fn.byRef ? args[0] : result;
    return `${typeNameOf(shown)} ${debug(shown)}`;
  } catch (error) {
    return `!${(error as Error).message}`;
  }
}

const index = (code: string) => Number.parseInt(code, 36);

describe("functions as recorded from Rhai", () => {
  it.each(Object.keys(data.results))("%s", (name) => {
    const calls = (data.results as Record<string, string[]>)[name].flatMap((line) => line.split(" "));
    const wrong: string[] = [];
    for (const call of calls) {
      const [operands, result] = call.split("=");
      const texts = operands.split(",").map((code) => data.operands[index(code)]);
      const actual = apply(name, texts.map(valueOf));
      const expected = data.texts[index(result)];
      if (actual !== expected) wrong.push(`${name}(${texts}): ${actual} instead of ${expected}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe("constants", () => {
  it("are functions without parameters", () => {
    expect(apply("PI", [])).toBe("f64 3.141592653589793");
    expect(apply("E", [])).toBe("f64 2.718281828459045");
  });
});
