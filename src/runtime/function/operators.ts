// Built-in operators: which function handles an operator for two operand types. Rhai's built-in tables, nothing more.

import { TypeId, type Value } from "../value/value.ts";
import { addContainerOperators } from "./operators-container.ts";
import { addNumberOperators } from "./operators-number.ts";
import { addTextOperators } from "./operators-text.ts";

/** An operator for two operands of known types. */
export type BinaryFn = (a: Value, b: Value) => Value;

/** Collects the operators; the types of `call`'s parameters are what the type ids say. */
export interface OperatorBuilder {
  binary<A extends Value, B extends Value>(
    op: string,
    left: number,
    right: number,
    call: (a: A, b: B) => Value,
  ): void;
  /** `op` without the `=`. */
  assign<A extends Value, B extends Value>(
    op: string,
    left: number,
    right: number,
    call: (a: A, b: B) => Value,
  ): void;
}

type Table = (BinaryFn | null)[];

/** Type ids below this one have rows in the tables; host types are treated alike and have none. */
const TYPES = 16;
const BINARY = new Map<string, Table>();
const ASSIGN = new Map<string, Table>();
/** Comparisons of values of different types that have no operator of their own. */
const MIXED = new Map<string, BinaryFn>();

const emptyTable = (): Table => new Array<BinaryFn | null>(TYPES * TYPES).fill(null);

function tableOf(tables: Map<string, Table>, op: string): Table {
  let table = tables.get(op);
  if (table === undefined) tables.set(op, (table = emptyTable()));
  return table;
}

const builder: OperatorBuilder = {
  binary: (op, left, right, call) => {
    tableOf(BINARY, op)[left * TYPES + right] = call as unknown as BinaryFn;
  },
  assign: (op, left, right, call) => {
    tableOf(ASSIGN, `${op}=`)[left * TYPES + right] = call as unknown as BinaryFn;
  },
};

const alwaysTrue: BinaryFn = () => true;
const alwaysFalse: BinaryFn = () => false;

const isNumeric = (type: number) => type === TypeId.INT || type === TypeId.FLOAT || type === TypeId.BYTE;
const isRange = (type: number) => type === TypeId.RANGE || type === TypeId.RANGE_INCLUSIVE;

/** Values of different types are unequal and unordered, unless both are numbers. */
function addMixedComparisons(): void {
  for (const op of ["==", "!=", "<", "<=", ">", ">="]) {
    const call = op === "!=" ? alwaysTrue : alwaysFalse;
    MIXED.set(op, call);
    const table = tableOf(BINARY, op);
    for (let left = 0; left < TypeId.SHARED; left++) {
      for (let right = 0; right < TypeId.SHARED; right++) {
        if (left === right || (isNumeric(left) && isNumeric(right))) continue;
        // Rhai leaves these without comparisons, except that the two kinds of ranges are unequal.
        if (left === TypeId.BLOB && right === TypeId.CHAR) continue;
        if (isRange(left) && isRange(right) && op !== "!=") continue;
        table[left * TYPES + right] ??= call;
      }
    }
  }
}

function addUnitComparisons(): void {
  for (const op of ["!=", "<", "<=", ">", ">="]) builder.binary(op, TypeId.UNIT, TypeId.UNIT, alwaysFalse);
  builder.binary("==", TypeId.UNIT, TypeId.UNIT, alwaysTrue);
}

addNumberOperators(builder);
addTextOperators(builder);
addContainerOperators(builder);
addUnitComparisons();
addMixedComparisons();
for (const [op, table] of [...ASSIGN]) ASSIGN.set(op.slice(0, -1), table);

/** The built-in function for `left op right`, or null when Rhai has none and looks for a registered one. */
export function binaryOperator(op: string, left: number, right: number): BinaryFn | null {
  if (left < TYPES && right < TYPES) return BINARY.get(op)?.[left * TYPES + right] ?? null;
  return left === right ? null : (MIXED.get(op) ?? null);
}

/**
 * The built-in function for `left op= right`, or null; `op` may be given with or without its `=`. It returns the new left
 * value; a container on the left is modified in place and returned. What it stores of `right` it copies.
 */
export function assignOperator(op: string, left: number, right: number): BinaryFn | null {
  if (left >= TYPES) return null;
  // Anything can be appended to an array, host types too.
  const column = right < TYPES ? right : left === TypeId.ARRAY ? TypeId.MAP : TypeId.SHARED;
  return ASSIGN.get(op)?.[left * TYPES + column] ?? null;
}
