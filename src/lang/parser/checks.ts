// Checks on finished expressions that Rhai's parser makes: conditions, iterables, index types, assignment targets.

import type { ChainExpr, ChainStep, Expr, NodeBase } from "../ast.ts";
import type { ParseError } from "../errors.ts";
import { improperSymbol } from "../lex-errors.ts";
import * as e from "../parse-errors.ts";
import type { Position } from "../position.ts";

function about(error: ParseError, node: NodeBase): ParseError {
  error.span = { start: node.start, end: node.end };
  return error;
}

/** Where the leftmost part of an expression stands; `pos` of an operator is that of its symbol. */
export function startPosition(expr: Expr): Position {
  for (;;) {
    switch (expr.kind) {
      case "variable":
        return expr.namespace === null ? expr.pos : expr.namespace[0].pos;
      case "and":
      case "or":
      case "coalesce":
        expr = expr.operands[0];
        break;
      case "chain":
        expr = expr.root;
        break;
      default:
        return expr.pos;
    }
  }
}

/** Is the value known at compile time? A closure that captures nothing is. */
export function isConstant(expr: Expr): boolean {
  switch (expr.kind) {
    case "int":
    case "float":
    case "char":
    case "string":
    case "bool":
    case "unit":
    case "constant":
      return true;
    case "closure":
      return expr.captures.length === 0;
    case "interpolated":
      return expr.parts.every(isConstant);
    case "array":
      return expr.items.every(isConstant);
    case "map":
      return expr.entries.every((entry) => isConstant(entry.value));
    default:
      return false;
  }
}

const NOT_BOOL: Partial<Record<Expr["kind"], string>> = {
  unit: "()",
  int: "a number",
  float: "a floating-point number",
  char: "a character",
  string: "a string",
  interpolated: "a string",
  array: "an array",
  map: "an object map",
};

/** The error for a condition that can never be a boolean, or null. */
export function boolError(expr: Expr): ParseError | null {
  const isFnPointer = expr.kind === "closure" && expr.captures.length === 0;
  const actual = isFnPointer ? "Fn" : NOT_BOOL[expr.kind];
  if (actual === undefined) return null;
  return about(e.mismatchedType("a boolean expression", actual, startPosition(expr)), expr);
}

const NOT_ITERABLE: Partial<Record<Expr["kind"], string>> = {
  unit: "()",
  bool: "a boolean",
  int: "a number",
  float: "a floating-point number",
  char: "a character",
  map: "an object map",
};

/** The error for a `for` over something that can never be iterated, or null. */
export function iterableError(expr: Expr): ParseError | null {
  const actual = NOT_ITERABLE[expr.kind];
  if (actual === undefined) return null;
  return about(e.mismatchedType("an iterable value", actual, startPosition(expr)), expr);
}

const MAP_INDEX: Partial<Record<Expr["kind"], string>> = {
  int: "Object map expects string index, not a number",
  float: "Object map expects string index, not a float",
  char: "Object map expects string index, not a character",
  unit: "Object map expects string index, not ()",
  and: "Object map expects string index, not a boolean",
  or: "Object map expects string index, not a boolean",
  bool: "Object map expects string index, not a boolean",
};

const LIST_INDEX: Partial<Record<Expr["kind"], string>> = {
  string: "Array, string or bit-field expects numeric index, not a string",
  interpolated: "Array, string or bit-field expects numeric index, not a string",
  float: "Array, string or bit-field expects integer index, not a float",
  char: "Array, string or bit-field expects integer index, not a character",
  unit: "Array, string or bit-field expects integer index, not ()",
  and: "Array, string or bit-field expects integer index, not a boolean",
  or: "Array, string or bit-field expects integer index, not a boolean",
  bool: "Array, string or bit-field expects integer index, not a boolean",
};

/** The error for indexing one literal by another of the wrong type, or null. */
export function indexTypeError(indexed: Expr, index: Expr): ParseError | null {
  let wrong: string | undefined;
  switch (indexed.kind) {
    case "map":
      wrong = MAP_INDEX[index.kind];
      break;
    case "int":
    case "array":
    case "string":
    case "interpolated":
      wrong = LIST_INDEX[index.kind];
  }
  return wrong === undefined ? null : about(e.malformedIndexExpr(wrong, startPosition(index)), index);
}

/** The error for assigning to `target`, or null. `isConstantName` says whether a plain variable is a constant. */
export function assignmentError(
  target: Expr,
  compound: boolean,
  opPos: Position,
  isConstantName: (name: string) => boolean,
): ParseError | null {
  switch (target.kind) {
    case "this":
      return null;
    case "variable": {
      const constant = target.namespace === null && isConstantName(target.name);
      return constant ? about(e.assignmentToConstant(target.name, target.pos), target) : null;
    }
    case "chain":
      return chainTargetError(target);
  }
  if (isConstant(target)) return about(e.assignmentToConstant("", startPosition(target)), target);
  const logical = target.kind === "and" || target.kind === "or" || target.kind === "coalesce";
  if (logical && !compound) return improperSymbol("=", "Possibly a typo of '=='?", opPos);
  return about(e.assignmentToInvalidLhs("", target.pos), target);
}

function chainTargetError(chain: ChainExpr): ParseError | null {
  const method = chain.steps.find((step: ChainStep) => step.kind === "method");
  if (method !== undefined) return about(e.assignmentToInvalidLhs("", method.pos), method);
  const { root } = chain;
  if (root.kind === "variable" || root.kind === "this") return null;
  return about(e.assignmentToInvalidLhs("", root.pos), root);
}
