// Built-in operators on strings and chars. A char and a string compare as if the char were a string of length one.

import { compareStrings } from "../value/containers.ts";
import type { Char } from "../value/scalars.ts";
import { TypeId } from "../value/value.ts";
import type { OperatorBuilder } from "./operators.ts";

const { STRING, CHAR, UNIT } = TypeId;

/** Removes every occurrence of `part`; but an empty `text` gives `part`, as Rhai does. */
function subtract(text: string, part: string): string {
  if (part === "") return text;
  return text === "" ? part : text.replaceAll(part, "");
}

function addStringOperators(add: OperatorBuilder): void {
  add.binary("+", STRING, STRING, (a: string, b: string) => a + b);
  add.binary("-", STRING, STRING, subtract);
  add.binary("==", STRING, STRING, (a: string, b: string) => a === b);
  add.binary("!=", STRING, STRING, (a: string, b: string) => a !== b);
  add.binary("<", STRING, STRING, (a: string, b: string) => compareStrings(a, b) < 0);
  add.binary("<=", STRING, STRING, (a: string, b: string) => compareStrings(a, b) <= 0);
  add.binary(">", STRING, STRING, (a: string, b: string) => compareStrings(a, b) > 0);
  add.binary(">=", STRING, STRING, (a: string, b: string) => compareStrings(a, b) >= 0);
  add.binary("+", STRING, UNIT, (a: string) => a);
  add.binary("+", UNIT, STRING, (_: undefined, b: string) => b);
  add.assign("+", STRING, STRING, (a: string, b: string) => a + b);
  add.assign("-", STRING, STRING, subtract);
}

function addCharOperators(add: OperatorBuilder): void {
  add.binary("+", CHAR, CHAR, (a: Char, b: Char) => a.value + b.value);
  add.binary("==", CHAR, CHAR, (a: Char, b: Char) => a.value === b.value);
  add.binary("!=", CHAR, CHAR, (a: Char, b: Char) => a.value !== b.value);
  add.binary("<", CHAR, CHAR, (a: Char, b: Char) => a.codePoint < b.codePoint);
  add.binary("<=", CHAR, CHAR, (a: Char, b: Char) => a.codePoint <= b.codePoint);
  add.binary(">", CHAR, CHAR, (a: Char, b: Char) => a.codePoint > b.codePoint);
  add.binary(">=", CHAR, CHAR, (a: Char, b: Char) => a.codePoint >= b.codePoint);
  add.assign("+", CHAR, CHAR, (a: Char, b: Char) => a.value + b.value);
}

function addCharStringOperators(add: OperatorBuilder): void {
  add.binary("+", CHAR, STRING, (a: Char, b: string) => a.value + b);
  add.binary("==", CHAR, STRING, (a: Char, b: string) => a.value === b);
  add.binary("!=", CHAR, STRING, (a: Char, b: string) => a.value !== b);
  add.binary("<", CHAR, STRING, (a: Char, b: string) => compareStrings(a.value, b) < 0);
  add.binary("<=", CHAR, STRING, (a: Char, b: string) => compareStrings(a.value, b) <= 0);
  add.binary(">", CHAR, STRING, (a: Char, b: string) => compareStrings(a.value, b) > 0);
  add.binary(">=", CHAR, STRING, (a: Char, b: string) => compareStrings(a.value, b) >= 0);
  // Appending nothing leaves a char a char.
  add.assign("+", CHAR, STRING, (a: Char, b: string) => (b === "" ? a : a.value + b));
}

function addStringCharOperators(add: OperatorBuilder): void {
  add.binary("+", STRING, CHAR, (a: string, b: Char) => a + b.value);
  add.binary("-", STRING, CHAR, (a: string, b: Char) => a.replaceAll(b.value, ""));
  add.binary("==", STRING, CHAR, (a: string, b: Char) => a === b.value);
  add.binary("!=", STRING, CHAR, (a: string, b: Char) => a !== b.value);
  add.binary("<", STRING, CHAR, (a: string, b: Char) => compareStrings(a, b.value) < 0);
  add.binary("<=", STRING, CHAR, (a: string, b: Char) => compareStrings(a, b.value) <= 0);
  add.binary(">", STRING, CHAR, (a: string, b: Char) => compareStrings(a, b.value) > 0);
  add.binary(">=", STRING, CHAR, (a: string, b: Char) => compareStrings(a, b.value) >= 0);
  add.assign("+", STRING, CHAR, (a: string, b: Char) => a + b.value);
  add.assign("-", STRING, CHAR, (a: string, b: Char) => a.replaceAll(b.value, ""));
}

export function addTextOperators(add: OperatorBuilder): void {
  addStringOperators(add);
  addCharOperators(add);
  addCharStringOperators(add);
  addStringCharOperators(add);
}
