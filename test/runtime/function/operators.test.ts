// Every operator on every pair of types against what the real Rhai answered.

import { describe, expect, it } from "vitest";
import { assignOperator, type BinaryFn, binaryOperator } from "../../../src/runtime/function/operators.ts";
import { FunctionRegistry } from "../../../src/runtime/function/registry.ts";
import { arithmeticPackage } from "../../../src/runtime/packages/arithmetic.ts";
import { logicPackage } from "../../../src/runtime/packages/logic.ts";
import { Blob, RhaiArray, RhaiMap } from "../../../src/runtime/value/containers.ts";
import { debug } from "../../../src/runtime/value/display.ts";
import { equalsValue } from "../../../src/runtime/value/equality.ts";
import { Float } from "../../../src/runtime/value/scalars.ts";
import {
  FIRST_HOST_TYPE,
  RhaiObject,
  TypeId,
  typeIdOf,
  typeNameOf,
  type Value,
} from "../../../src/runtime/value/value.ts";
import { valueOf } from "../script-values.ts";
import data from "./operators.data.json" with { type: "json" };

// operators.data.json: `results[op][left]` holds, for each right operand, a base-36 index into `texts`. A text is the type and
// the debug form of the result, "!" and the error's message, or "?": no such operator. For `x op= y` it shows `x` afterwards.

const registry = new FunctionRegistry();
registry.addPackage(arithmeticPackage);
registry.addPackage(logicPackage);

const isAssignment = (op: string) => op.endsWith("=") && !["==", "!=", "<=", ">=", "..="].includes(op);

/** What Rhai calls for an operator, as far as it is the business of operators and numbers. */
function findOperator(op: string, a: Value, b: Value): BinaryFn | null {
  const left = typeIdOf(a);
  const right = typeIdOf(b);
  const builtIn = isAssignment(op) ? assignOperator(op, left, right) : binaryOperator(op, left, right);
  const found = builtIn ?? (registry.resolve(op, [a, b])?.call as BinaryFn | undefined);
  if (found !== undefined && found !== null) return found;
  if (isAssignment(op)) return findOperator(op.slice(0, -1), a, b);
  const isContainer = left === right && (left === TypeId.ARRAY || left === TypeId.MAP);
  if (isContainer && op === "==") return (x, y) => equalsValue(x, y);
  if (isContainer && op === "!=") return (x, y) => !equalsValue(x, y);
  return null;
}

function apply(op: string, a: Value, b: Value): string {
  const operator = findOperator(op, a, b);
  if (operator === null) return "?";
  try {
    const result = operator(a, b);
    expect(
      Object.is(result, -0) || (typeof result === "bigint" && Number.isSafeInteger(Number(result))),
    ).toBe(false);
    return `${typeNameOf(result)} ${debug(result)}`;
  } catch (error) {
    return `!${(error as Error).message}`;
  }
}

/** `+` with a string, and of arrays and maps, are functions of other packages. */
function isElsewhere(op: string, a: Value, b: Value): boolean {
  const isConcat = typeof a === "string" || typeof b === "string";
  return op.startsWith("+") && (isConcat || a instanceof RhaiArray || a instanceof RhaiMap);
}

describe("operators as recorded from Rhai", () => {
  it.each(Object.keys(data.results))("%s", (op) => {
    const rows = (data.results as Record<string, string[]>)[op];
    const wrong: string[] = [];
    data.operands.forEach((left, i) => {
      rows[i].split(" ").forEach((code, j) => {
        const expected = data.texts[Number.parseInt(code, 36)];
        const right = data.operands[j];
        const [a, b] = [valueOf(left), valueOf(right)];
        const before = debug(b);
        const actual = apply(op, a, b);
        if (actual === "?" && isElsewhere(op, a, b)) return;
        const shown = actual.startsWith("!Function not found") ? "?" : actual;
        if (shown !== expected) wrong.push(`${left} ${op} ${right}: ${shown} instead of ${expected}`);
        if (debug(b) !== before) wrong.push(`${left} ${op} ${right} changed the right operand`);
      });
    });
    expect(wrong).toEqual([]);
  });
});

class Host extends RhaiObject {
  override readonly typeId = FIRST_HOST_TYPE;
  override readonly typeName = "Host";
}

describe("host types", () => {
  it("are unequal to and unordered with other types", () => {
    expect(binaryOperator("!=", FIRST_HOST_TYPE, TypeId.INT)?.(new Host(), 1)).toBe(true);
    expect(binaryOperator("<", TypeId.STRING, FIRST_HOST_TYPE)?.("", new Host())).toBe(false);
    expect(binaryOperator("+", TypeId.STRING, FIRST_HOST_TYPE)).toBeNull();
  });
  it("have no operators of their own", () => {
    for (const op of ["==", "!=", "<", "+"]) {
      expect(binaryOperator(op, FIRST_HOST_TYPE, FIRST_HOST_TYPE)).toBeNull();
      expect(assignOperator(op, FIRST_HOST_TYPE, FIRST_HOST_TYPE)).toBeNull();
    }
  });
  it("can be appended to arrays", () => {
    const array = new RhaiArray([]);
    const host = new Host();
    expect(assignOperator("+", TypeId.ARRAY, FIRST_HOST_TYPE)?.(array, host)).toBe(array);
    expect(array.items).toEqual([host]);
    expect(assignOperator("+", TypeId.BLOB, FIRST_HOST_TYPE)).toBeNull();
  });
});

describe("op-assignment to containers", () => {
  const append = assignOperator("+=", TypeId.ARRAY, TypeId.ARRAY) as BinaryFn;

  it("appends an array to itself", () => {
    const array = new RhaiArray([1, new RhaiArray([2])]);
    append(array, array);
    expect(debug(array)).toBe("[1, [2], 1, [2]]");
  });
  it("shares nothing with what it appended", () => {
    const inner = new RhaiArray([1]);
    const array = new RhaiArray([]);
    append(array, new RhaiArray([inner]));
    (array.items[0] as RhaiArray).write().push(2);
    expect(debug(inner)).toBe("[1]");
  });
  it("leaves other handles on the same storage alone", () => {
    const array = new RhaiArray([1]);
    const copy = array.copy();
    append(array, new RhaiArray([2]));
    expect([debug(array), debug(copy)]).toEqual(["[1, 2]", "[1]"]);
    const blob = new Blob(Uint8Array.of(1));
    const other = blob.copy();
    assignOperator("+", TypeId.BLOB, TypeId.INT)?.(blob, -1);
    expect([debug(blob), debug(other)]).toEqual(["[01ff]", "[01]"]);
  });
});

describe("+ of blobs", () => {
  it("does not hand out an operand", () => {
    const add = binaryOperator("+", TypeId.BLOB, TypeId.BLOB) as BinaryFn;
    const blob = new Blob(Uint8Array.of(1));
    const sum = add(blob, new Blob(new Uint8Array(0))) as Blob;
    sum.write()[0] = 9;
    expect(blob.bytes[0]).toBe(1);
  });
});

describe("a float result", () => {
  it("is a new Float", () => {
    const result = binaryOperator("+", TypeId.INT, TypeId.FLOAT)?.(1, new Float(2));
    expect(result).toEqual(new Float(3));
  });
});
