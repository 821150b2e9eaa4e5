// Definitions of the operators that the language has built in, made from the tables that evaluate them.

import { assignOperator, binaryOperator } from "../function/operators.ts";
import { TypeId } from "../value/value.ts";

const TYPES: readonly (readonly [name: string, id: number])[] = [
  ["int", TypeId.INT],
  ["float", TypeId.FLOAT],
  ["bool", TypeId.BOOL],
  ["()", TypeId.UNIT],
  ["char", TypeId.CHAR],
  ["string", TypeId.STRING],
  ["array", TypeId.ARRAY],
  ["map", TypeId.MAP],
  ["blob", TypeId.BLOB],
  ["range", TypeId.RANGE],
  ["range=", TypeId.RANGE_INCLUSIVE],
];

const COMPARISONS: readonly string[] = ["==", "!=", ">", ">=", "<", "<="];
const OPERATORS: readonly string[] = ["+", "-", "*", "/", "%", "**", "<<", ">>", "&", "|", "^", "..", "..="];
const ASSIGNMENTS: readonly string[] = ["+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", "&=", "|=", "^="];

/** What `in` accepts; it calls `contains`. */
const MEMBERSHIP: readonly (readonly [item: string, container: string])[] = [
  ["?", "array"],
  ["string", "string"],
  ["char", "string"],
  ["int", "range"],
  ["int", "range="],
  ["string", "map"],
  ["int", "blob"],
];

const NUMBERS: readonly string[] = ["int", "float"];
const TEXTS: readonly string[] = ["string", "char"];

/** Whether two types are compared by value; all others are unequal and unordered, which the line for `?` says. */
function areComparable(left: string, right: string): boolean {
  if (left === right) return true;
  return [NUMBERS, TEXTS].some((kind) => kind.includes(left) && kind.includes(right));
}

function resultType(op: string, left: string, right: string): string {
  if (COMPARISONS.includes(op)) return "bool";
  if (op === "..") return "range";
  if (op === "..=") return "range=";
  if (left === "float" || right === "float") return "float";
  if (TEXTS.includes(left) || left === "()") return "string";
  return left;
}

function* binaryLines(left: string, leftId: number): IterableIterator<string> {
  for (const [right, rightId] of TYPES) {
    const comparisons = areComparable(left, right) ? COMPARISONS : [];
    for (const op of [...comparisons, ...OPERATORS]) {
      if (binaryOperator(op, leftId, rightId) === null) continue;
      yield `op ${op}(${left}, ${right}) -> ${resultType(op, left, right)};`;
    }
  }
}

function* assignmentLines(left: string, leftId: number): IterableIterator<string> {
  const takesAnything = left === "array";
  for (const [right, rightId] of TYPES) {
    if (takesAnything && right !== left) continue;
    for (const op of ASSIGNMENTS) {
      if (assignOperator(op, leftId, rightId) !== null) yield `op ${op}(${left}, ${right});`;
    }
  }
  if (takesAnything) yield `op +=(${left}, ?);`;
}

export function builtinOperatorDefinitions(): string {
  const sections = [
    ...TYPES.map(([name, id]) => [...binaryLines(name, id)]),
    COMPARISONS.map((op) => `op ${op}(?, ?) -> bool;`),
    ...TYPES.map(([name, id]) => [...assignmentLines(name, id)]),
    MEMBERSHIP.map(([item, container]) => `op in(${item}, ${container}) -> bool;`),
  ];
  const texts = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${texts.join("\n\n")}\n`;
}
