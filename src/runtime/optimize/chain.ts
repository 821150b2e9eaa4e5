// Optimises chains of properties, indices and method calls.

import type { ChainExpr, ChainStep, Expr, IndexStep, MethodStep, PropertyStep } from "../../lang/ast.ts";
import { RhaiMap } from "../value/containers.ts";
import { charAt, length } from "../value/strings.ts";
import { typeNameOf } from "../value/value.ts";
import { optimizeArgument } from "./call.ts";
import { constantEntry, constantValue } from "./constants.ts";
import { boolExpr, charExpr, mapped, moved, stringExpr, unitExpr } from "./nodes.ts";
import type { Optimizer } from "./optimizer.ts";
import { isConstant, isPure } from "./purity.ts";

/** `inChain`: the chain is the last index of another one, where Rhai takes it for a part of that. */
export function optimizeChain(optimizer: Optimizer, node: ChainExpr, inChain: boolean): Expr {
  const { root, steps } = node;
  const [first] = steps;
  if (first.optional && root.kind === "unit") {
    optimizer.isDirty = true;
    return root;
  }
  let newRoot = root;
  if (inChain) {
    newRoot = optimizer.expr(root);
  } else {
    const known = steps.length === 1 ? foldStep(optimizer, node, first) : null;
    if (known !== null) {
      optimizer.isDirty = true;
      return known;
    }
    if (root.kind !== "variable" && root.kind !== "this") newRoot = optimizer.expr(root);
  }
  const newSteps = mapped(steps, (step, i) => optimizeStep(optimizer, step, i === steps.length - 1));
  return newRoot === root && newSteps === steps ? node : { ...node, root: newRoot, steps: newSteps };
}

function optimizeStep(optimizer: Optimizer, step: ChainStep, isLast: boolean): ChainStep {
  switch (step.kind) {
    case "property":
      return step;
    case "method": {
      const args = mapped(step.args, (arg) => optimizeArgument(optimizer, arg));
      return args === step.args ? step : { ...step, args };
    }
    case "index": {
      const index = optimizer.expr(step.index, isLast);
      return index === step.index ? step : { ...step, index };
    }
  }
}

/** The value of a chain of one step, when it is known; null otherwise. */
function foldStep(optimizer: Optimizer, node: ChainExpr, step: ChainStep): Expr | null {
  switch (step.kind) {
    case "property":
      return foldProperty(optimizer, node, step);
    case "method":
      return foldMethod(node, step);
    case "index":
      return foldIndex(optimizer, node, step);
  }
}

function foldProperty(optimizer: Optimizer, { root }: ChainExpr, { name }: PropertyStep): Expr | null {
  if (root.kind === "map") return literalEntry(root, name);
  return root.kind === "variable" ? constantEntry(optimizer.constant(root.name), name, root) : null;
}

/** The entry of a map literal whose other entries may be thrown away. */
function literalEntry(map: Extract<Expr, { kind: "map" }>, key: string): Expr | null {
  if (!isPure(map)) return null;
  const entry = map.entries.find((item) => item.key.name === key);
  return entry === undefined ? unitExpr(map) : moved(entry.value, map.pos);
}

function foldMethod({ root }: ChainExpr, step: MethodStep): Expr | null {
  if (step.args.length > 0 || !isConstant(root)) return null;
  if (step.name === "type_of") return stringExpr(typeNameOf(constantValue(root)), step);
  return step.name === "is_shared" ? boolExpr(false, step) : null;
}

function foldIndex(optimizer: Optimizer, { root }: ChainExpr, { index }: IndexStep): Expr | null {
  if (index.kind === "string") {
    if (root.kind === "map") return literalEntry(root, index.value);
    if (root.kind === "variable") return constantEntry(optimizer.constant(root.name), index.value, root);
    const isMap = root.kind === "constant" && root.value instanceof RhaiMap;
    return isMap ? constantEntry(root, index.value, root) : null;
  }
  if (index.kind !== "int" || typeof index.value !== "number") return null;
  switch (root.kind) {
    case "array": {
      const at = position(index.value, root.items.length);
      return at === null || !isPure(root) ? null : moved(root.items[at], root.pos);
    }
    case "string": {
      const at = position(index.value, length(root.value));
      return at === null ? null : charExpr(charAt(root.value, at), root);
    }
    case "int": {
      const at = position(index.value, 64);
      return at === null ? null : boolExpr(((BigInt(root.value) >> BigInt(at)) & 1n) === 1n, root);
    }
    default:
      return null;
  }
}

/** The position that an index stands for, counted from the end when negative; null outside of `length` items. */
function position(index: number, length: number): number | null {
  const at = index < 0 ? length + index : index;
  return at >= 0 && at < length ? at : null;
}
