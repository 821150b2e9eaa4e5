// Hints for operators that do not exist for the types of their operands.

import { listWords } from "../../lang/spelling.ts";
import { binaryOperator } from "../function/operators.ts";
import { TypeId } from "../value/value.ts";
import { callAt, type Failure, nativesNamed, quoted } from "./failure.ts";
import type { MissingCall } from "./signature.ts";
import { unitOrigin } from "./unit-origin.ts";

const OPERANDS: ReadonlyMap<string, number> = new Map([
  ["i64", TypeId.INT],
  ["f64", TypeId.FLOAT],
  ["u8", TypeId.BYTE],
  ["bool", TypeId.BOOL],
  ["char", TypeId.CHAR],
  ["string", TypeId.STRING],
  ["array", TypeId.ARRAY],
  ["map", TypeId.MAP],
  ["blob", TypeId.BLOB],
  ["timestamp", TypeId.TIMESTAMP],
]);

const ORDER: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);
const COMPARISONS: ReadonlySet<string> = new Set([...ORDER, "==", "!="]);
const NUMBERS: ReadonlySet<string> = new Set(["i64", "f64"]);

/** The types that may stand right of the operator when `left` stands at its left. */
function partners({ op, left }: { op: string; left: string }, failure: Failure): string[] {
  const leftId = OPERANDS.get(left);
  const natives = nativesNamed(failure, op);
  const fits = (param: string, type: string) => param === type || param === "dynamic";
  return [...OPERANDS].flatMap(([type, id]) => {
    const builtIn = leftId !== undefined && binaryOperator(op, leftId, id) !== null;
    const registered = natives.some(
      ({ params }) => params.length === 2 && fits(params[0], left) && fits(params[1], type),
    );
    return builtIn || registered ? [type] : [];
  });
}

function unitOperand(failure: Failure, op: string, types: readonly string[]): string {
  const node = callAt(failure);
  const index = types.indexOf("()");
  const origin =
    node === null || node.args.length !== types.length ? null : unitOrigin(failure, node.args[index]);
  if (origin !== null) return origin;
  const which = types.length === 1 ? "operand" : index === 0 ? "left side" : "right side";
  return `the ${which} of \`${op}\` is \`()\`, the empty value: give a default with \`??\``;
}

function unary(failure: Failure, op: string, type: string): string {
  const node = callAt(failure);
  const text = quoted(failure, node?.args[0] ?? null);
  if (op !== "!") return `\`${op}\` before a value takes a number, not ${type}`;
  if (NUMBERS.has(type)) return `\`!\` takes bool: write \`${text} == 0\``;
  return `\`!\` takes bool, not ${type}: compare with something, as in \`${text} == ()\``;
}

/** Traps that deserve more than a list of types. */
function special(op: string, left: string, right: string): string | null {
  if (op === "..")
    return "ranges go from one whole number to another; use `range(from, to, step)` for floats";
  if (left === "Fn" || right === "Fn") {
    return COMPARISONS.has(op)
      ? "functions cannot be compared; call them first, or compare their `name`"
      : "one side is a function that was not called: write `f.call(...)`";
  }
  if (left === "array" && op === "+") return "add one item with `list.push(item)`, or write `list + [item]`";
  if (ORDER.has(op) && left === right) return `values of type ${left} have no order`;
  if (left === "u8" || right === "u8") return "elements of a blob are u8: make them i64 with `to_int()`";
  const textAndNumber =
    (left === "string" && NUMBERS.has(right)) || (right === "string" && NUMBERS.has(left));
  if (textAndNumber) return "make a number of the text first: `parse_int(text)` or `parse_float(text)`";
  if ([left, right].includes("char") && (NUMBERS.has(left) || NUMBERS.has(right)))
    return "a character's number is `c.to_int()`";
  return null;
}

/** A hint for a missing operator. */
export function operatorHint(failure: Failure, { name: op, types }: MissingCall): string | null {
  if (types.includes("()")) return unitOperand(failure, op, types);
  const [left, right] = types;
  if (types.length === 1) return unary(failure, op, left);
  const hint = special(op, left, right);
  if (hint !== null) return hint;
  const others = partners({ op, left }, failure);
  return others.length === 0
    ? `there is no \`${op}\` for ${left}`
    : `\`${op}\` after ${left} takes ${listWords(others)}, not ${right}`;
}

/** A hint for `item in container`; `types` holds the container first. */
export function containsHint({ types }: MissingCall): string | null {
  const [container, item] = types;
  if (container === "map") return `\`in\` looks for a key of a map, which is a string, not ${item}`;
  if (container === "string") return `\`in\` looks for a string or a character in a string, not ${item}`;
  return `\`in\` takes an array, map, string, blob or range at its right, not ${container}`;
}
