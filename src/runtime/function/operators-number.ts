// Built-in operators on INT, FLOAT and bool.

import { equalFloats, lessFloats, lessOrEqualFloats, unequalFloats } from "../value/float.ts";
import { powFloat } from "../value/float-exp-log.ts";
import {
  addInt,
  andInt,
  divInt,
  INT_MAX,
  type Int,
  mulInt,
  orInt,
  powInt,
  remInt,
  shlInt,
  shrInt,
  subInt,
  xorInt,
} from "../value/int.ts";
import { Range } from "../value/objects.ts";
import { Float } from "../value/scalars.ts";
import { TypeId, type Value } from "../value/value.ts";
import type { OperatorBuilder } from "./operators.ts";

const { INT, FLOAT, BOOL, UNIT } = TypeId;

const INT_ARITHMETIC: Record<string, (a: Int, b: Int) => Int> = {
  "+": addInt,
  "-": subInt,
  "*": mulInt,
  "/": divInt,
  "%": remInt,
  "**": powInt,
  "<<": shlInt,
  ">>": shrInt,
  "&": andInt,
  "|": orInt,
  "^": xorInt,
};

function addIntOperators(add: OperatorBuilder): void {
  for (const [op, call] of Object.entries(INT_ARITHMETIC)) {
    add.binary(op, INT, INT, call);
    add.assign(op, INT, INT, call);
  }
  add.binary("==", INT, INT, (a: Int, b: Int) => a === b);
  add.binary("!=", INT, INT, (a: Int, b: Int) => a !== b);
  add.binary("<", INT, INT, (a: Int, b: Int) => a < b);
  add.binary("<=", INT, INT, (a: Int, b: Int) => a <= b);
  add.binary(">", INT, INT, (a: Int, b: Int) => a > b);
  add.binary(">=", INT, INT, (a: Int, b: Int) => a >= b);
}

function addRangeOperators(add: OperatorBuilder): void {
  for (const op of ["..", "..="]) {
    const inclusive = op === "..=";
    add.binary(op, INT, INT, (a: Int, b: Int) => new Range(a, b, inclusive));
    add.binary(op, INT, UNIT, (a: Int) => new Range(a, INT_MAX, inclusive));
    add.binary(op, UNIT, INT, (_: undefined, b: Int) => new Range(0, b, inclusive));
  }
}

/** Written out for each pairing, so that each function sees one type per operand. */
function addFloatArithmetic(add: OperatorBuilder): void {
  add.binary("+", FLOAT, FLOAT, (a: Float, b: Float) => new Float(a.value + b.value));
  add.binary("-", FLOAT, FLOAT, (a: Float, b: Float) => new Float(a.value - b.value));
  add.binary("*", FLOAT, FLOAT, (a: Float, b: Float) => new Float(a.value * b.value));
  add.binary("/", FLOAT, FLOAT, (a: Float, b: Float) => new Float(a.value / b.value));
  add.binary("%", FLOAT, FLOAT, (a: Float, b: Float) => new Float(a.value % b.value));
  add.binary("**", FLOAT, FLOAT, (a: Float, b: Float) => new Float(powFloat(a.value, b.value)));
  add.binary("+", FLOAT, INT, (a: Float, b: Int) => new Float(a.value + Number(b)));
  add.binary("-", FLOAT, INT, (a: Float, b: Int) => new Float(a.value - Number(b)));
  add.binary("*", FLOAT, INT, (a: Float, b: Int) => new Float(a.value * Number(b)));
  add.binary("/", FLOAT, INT, (a: Float, b: Int) => new Float(a.value / Number(b)));
  add.binary("%", FLOAT, INT, (a: Float, b: Int) => new Float(a.value % Number(b)));
  add.binary("**", FLOAT, INT, (a: Float, b: Int) => new Float(powFloat(a.value, Number(b))));
  add.binary("+", INT, FLOAT, (a: Int, b: Float) => new Float(Number(a) + b.value));
  add.binary("-", INT, FLOAT, (a: Int, b: Float) => new Float(Number(a) - b.value));
  add.binary("*", INT, FLOAT, (a: Int, b: Float) => new Float(Number(a) * b.value));
  add.binary("/", INT, FLOAT, (a: Int, b: Float) => new Float(Number(a) / b.value));
  add.binary("%", INT, FLOAT, (a: Int, b: Float) => new Float(Number(a) % b.value));
  add.binary("**", INT, FLOAT, (a: Int, b: Float) => new Float(powFloat(Number(a), b.value)));
}

/** `FLOAT op= FLOAT` and `FLOAT op= INT`; `INT op= FLOAT` is not built in. */
function addFloatAssignments(add: OperatorBuilder): void {
  add.assign("+", FLOAT, FLOAT, (a: Float, b: Float) => new Float(a.value + b.value));
  add.assign("-", FLOAT, FLOAT, (a: Float, b: Float) => new Float(a.value - b.value));
  add.assign("*", FLOAT, FLOAT, (a: Float, b: Float) => new Float(a.value * b.value));
  add.assign("/", FLOAT, FLOAT, (a: Float, b: Float) => new Float(a.value / b.value));
  add.assign("%", FLOAT, FLOAT, (a: Float, b: Float) => new Float(a.value % b.value));
  add.assign("**", FLOAT, FLOAT, (a: Float, b: Float) => new Float(powFloat(a.value, b.value)));
  add.assign("+", FLOAT, INT, (a: Float, b: Int) => new Float(a.value + Number(b)));
  add.assign("-", FLOAT, INT, (a: Float, b: Int) => new Float(a.value - Number(b)));
  add.assign("*", FLOAT, INT, (a: Float, b: Int) => new Float(a.value * Number(b)));
  add.assign("/", FLOAT, INT, (a: Float, b: Int) => new Float(a.value / Number(b)));
  add.assign("%", FLOAT, INT, (a: Float, b: Int) => new Float(a.value % Number(b)));
  add.assign("**", FLOAT, INT, (a: Float, b: Int) => new Float(powFloat(a.value, Number(b))));
}

function addFloatComparisons(add: OperatorBuilder): void {
  add.binary("==", FLOAT, FLOAT, (a: Float, b: Float) => equalFloats(a.value, b.value));
  add.binary("!=", FLOAT, FLOAT, (a: Float, b: Float) => unequalFloats(a.value, b.value));
  add.binary("<", FLOAT, FLOAT, (a: Float, b: Float) => lessFloats(a.value, b.value));
  add.binary("<=", FLOAT, FLOAT, (a: Float, b: Float) => lessOrEqualFloats(a.value, b.value));
  add.binary(">", FLOAT, FLOAT, (a: Float, b: Float) => lessFloats(b.value, a.value));
  add.binary(">=", FLOAT, FLOAT, (a: Float, b: Float) => lessOrEqualFloats(b.value, a.value));
  add.binary("==", FLOAT, INT, (a: Float, b: Int) => equalFloats(a.value, Number(b)));
  add.binary("!=", FLOAT, INT, (a: Float, b: Int) => unequalFloats(a.value, Number(b)));
  add.binary("<", FLOAT, INT, (a: Float, b: Int) => lessFloats(a.value, Number(b)));
  add.binary("<=", FLOAT, INT, (a: Float, b: Int) => lessOrEqualFloats(a.value, Number(b)));
  add.binary(">", FLOAT, INT, (a: Float, b: Int) => lessFloats(Number(b), a.value));
  add.binary(">=", FLOAT, INT, (a: Float, b: Int) => lessOrEqualFloats(Number(b), a.value));
  add.binary("==", INT, FLOAT, (a: Int, b: Float) => equalFloats(Number(a), b.value));
  add.binary("!=", INT, FLOAT, (a: Int, b: Float) => unequalFloats(Number(a), b.value));
  add.binary("<", INT, FLOAT, (a: Int, b: Float) => lessFloats(Number(a), b.value));
  add.binary("<=", INT, FLOAT, (a: Int, b: Float) => lessOrEqualFloats(Number(a), b.value));
  add.binary(">", INT, FLOAT, (a: Int, b: Float) => lessFloats(b.value, Number(a)));
  add.binary(">=", INT, FLOAT, (a: Int, b: Float) => lessOrEqualFloats(b.value, Number(a)));
}

const BOOL_LOGIC: Record<string, (a: boolean, b: boolean) => Value> = {
  "&": (a, b) => a && b,
  "|": (a, b) => a || b,
  "^": (a, b) => a !== b,
};

function addBoolOperators(add: OperatorBuilder): void {
  for (const [op, call] of Object.entries(BOOL_LOGIC)) {
    add.binary(op, BOOL, BOOL, call);
    add.assign(op, BOOL, BOOL, call);
  }
  add.binary("==", BOOL, BOOL, (a: boolean, b: boolean) => a === b);
  add.binary("!=", BOOL, BOOL, (a: boolean, b: boolean) => a !== b);
  add.binary("<", BOOL, BOOL, (a: boolean, b: boolean) => !a && b);
  add.binary("<=", BOOL, BOOL, (a: boolean, b: boolean) => !a || b);
  add.binary(">", BOOL, BOOL, (a: boolean, b: boolean) => a && !b);
  add.binary(">=", BOOL, BOOL, (a: boolean, b: boolean) => a || !b);
}

export function addNumberOperators(add: OperatorBuilder): void {
  addIntOperators(add);
  addRangeOperators(add);
  addFloatArithmetic(add);
  addFloatAssignments(add);
  addFloatComparisons(add);
  addBoolOperators(add);
}
