// Constants: the values of expressions that are known, and expressions for known values.

import type { CallExpr, Expr, Literal, NodeBase } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { fnPtrFromName } from "../function/fn-name.ts";
import { Container, copyValue, RhaiArray, RhaiMap } from "../value/containers.ts";
import { display } from "../value/display.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { INT_MAX } from "../value/int.ts";
import { Range } from "../value/objects.ts";
import { Char, charOf, Float } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";
import { moved, stringExpr, unitExpr } from "./nodes.ts";
import { isConstant } from "./purity.ts";

/** The value of an expression for which `isConstant` holds; containers are new. */
export function constantValue(node: Expr): Value {
  switch (node.kind) {
    case "int":
    case "string":
    case "bool":
      return node.value;
    case "float":
      return new Float(node.value);
    case "char":
      return charOf(node.value);
    case "unit":
      return undefined;
    case "constant":
      return copyValue(node.value as Value);
    case "array":
      return new RhaiArray(node.items.map(constantValue));
    case "map":
      return new RhaiMap(new Map(node.entries.map(({ key, value }) => [key.name, constantValue(value)])));
    case "interpolated":
      return node.parts.map((part) => display(constantValue(part))).join("");
    case "closure":
      return new FnPtr(
        node.fn.name,
        node.captures.map(({ constant }) => constantValue(constant as Expr)),
      );
    default:
      throw new Error(`${node.kind} is no constant`);
  }
}

/** Does the value hold a closure? Only the node knows the function it is bound to, so it must not become a mere value. */
export function holdsClosure(node: Expr): boolean {
  if (node.kind === "closure") return true;
  if (node.kind === "array") return node.items.some(holdsClosure);
  return node.kind === "map" && node.entries.some((entry) => holdsClosure(entry.value));
}

/** An expression for a value, in place of `at`. */
export function constantExpr(value: Value, at: NodeBase, pos: Position = at.pos): Expr {
  const base = { pos, start: at.start, end: at.end };
  switch (typeof value) {
    case "undefined":
      return { kind: "unit", ...base };
    case "boolean":
      return { kind: "bool", value, ...base };
    case "string":
      return { kind: "string", value, ...base };
    case "number":
    case "bigint":
      return { kind: "int", value, ...base };
  }
  if (value instanceof Float) return { kind: "float", value: value.value, ...base };
  if (value instanceof Char) return { kind: "char", value: value.value, ...base };
  if (value instanceof FnPtr && value.curry.length === 0 && value.native === null)
    return namedPointer(value.name, at, pos);
  return { kind: "constant", value: value instanceof Container ? untagged(value) : value, ...base };
}

function untagged(value: Container): Container {
  const copy = value.copy();
  copy.tag = 0;
  return copy;
}

/**
 * Rhai writes a function pointer that was a constant as `Fn("name")`. For a closure that is an error when it runs, because
 * its name is no valid one: kept.
 */
function namedPointer(name: string, at: NodeBase, pos: Position): Expr {
  const pointer = pointerConstant(name, at, pos);
  if (pointer !== null) return pointer;
  const call: CallExpr = {
    kind: "call",
    name: "Fn",
    namespace: null,
    args: [stringExpr(name, at, pos)],
    capturesScope: false,
    op: null,
    pos,
    start: at.start,
    end: at.end,
  };
  return call;
}

/** The constant for `Fn(name)`, or null when the name is none. */
export function pointerConstant(name: string, at: NodeBase, pos: Position): Literal | null {
  try {
    return { kind: "constant", value: fnPtrFromName(name), pos, start: at.start, end: at.end };
  } catch {
    return null;
  }
}

/** What takes the place of a name that stands for the constant `node`. */
export function substitute(node: Expr, at: NodeBase): Expr {
  if (node.kind === "closure" && node.captures.length === 0) return namedPointer(node.fn.name, at, at.pos);
  if (node.kind === "constant") return constantExpr(node.value as Value, at);
  return { ...moved(node, at.pos), start: at.start, end: at.end };
}

/** The entry of a constant map, in place of `at`; unit when there is none. Null when `node` is no constant map. */
export function constantEntry(node: Expr | null, key: string, at: NodeBase): Expr | null {
  if (node === null) return null;
  if (node.kind === "map") {
    const entry = node.entries.find((item) => item.key.name === key);
    return entry === undefined ? unitExpr(at) : substitute(entry.value, at);
  }
  if (node.kind !== "constant" || !(node.value instanceof RhaiMap)) return null;
  return constantExpr(copyValue(node.value.get(key)), at);
}

/** The value of `start..end` or `start..=end` with literal bounds, or null. */
export function rangeConstant(node: CallExpr): Range | null {
  if ((node.name !== ".." && node.name !== "..=") || node.args.length !== 2) return null;
  const [from, to] = node.args;
  const inclusive = node.name === "..=";
  if (from.kind === "int" && to.kind === "int") return new Range(from.value, to.value, inclusive);
  if (from.kind === "int" && to.kind === "unit") return new Range(from.value, INT_MAX, inclusive);
  if (from.kind === "unit" && to.kind === "int") return new Range(0, to.value, inclusive);
  return null;
}

/** An argument as a plain constant, when its value is known. */
export function constantArgument(node: Expr): Expr {
  if (node.kind === "array" || node.kind === "map" || node.kind === "interpolated") {
    if (!isConstant(node) || holdsClosure(node)) return node;
    return { kind: "constant", value: constantValue(node), pos: node.pos, start: node.start, end: node.end };
  }
  if (node.kind !== "call" || node.namespace !== null) return node;
  const [first] = node.args;
  if (node.args.length === 1 && node.name === "Fn" && first.kind === "string") {
    return pointerConstant(first.value, node, node.pos) ?? node;
  }
  const range = rangeConstant(node);
  if (range === null) return node;
  return { kind: "constant", value: range, pos: node.pos, start: node.start, end: node.end };
}
