// Optimises function calls and operators: those on constants are evaluated ahead when that is safe.

import type { CallExpr, Expr } from "../../lang/ast.ts";
import { binaryOperator } from "../function/operators.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { checkSize, sizeOf } from "../value/size.ts";
import { typeIdOf, typeNameOf, type Value } from "../value/value.ts";
import { constantArgument, constantExpr, constantValue, pointerConstant } from "./constants.ts";
import { callPure } from "./native.ts";
import { boolExpr, mapped, stringExpr } from "./nodes.ts";
import type { Optimizer } from "./optimizer.ts";
import { isConstant } from "./purity.ts";

/** Optimises an argument; one that is known becomes a plain constant. */
export function optimizeArgument(optimizer: Optimizer, node: Expr): Expr {
  const optimized = optimizer.expr(node);
  const constant = constantArgument(optimized);
  if (constant !== optimized) optimizer.isDirty = true;
  return constant;
}

function withArguments(node: CallExpr, change: (arg: Expr) => Expr): CallExpr {
  const args = mapped(node.args, change);
  return args === node.args ? node : { ...node, args };
}

export function optimizeCall(optimizer: Optimizer, node: CallExpr): Expr {
  const special = specialCall(optimizer, node);
  if (special !== null) return special;
  if (node.namespace === null && node.args.every(isConstant)) {
    const known = knownResult(optimizer, node);
    if (known !== null) {
      optimizer.isDirty = true;
      return known;
    }
    if (optimizer.settings.level === "full") return withArguments(node, (arg) => optimizer.expr(arg));
  }
  return withArguments(node, (arg) => optimizeArgument(optimizer, arg));
}

/** Calls that the language knows; null for any other. */
function specialCall(optimizer: Optimizer, node: CallExpr): Expr | null {
  const { name, args } = node;
  if (name === "!" && args.length === 1 && args[0].kind === "bool") {
    optimizer.isDirty = true;
    return boolExpr(!args[0].value, args[0]);
  }
  if (node.namespace !== null) return null;
  switch (name) {
    case "eval":
      optimizer.propagates = false;
      return node;
    case "print":
    case "debug":
      return withArguments(node, (arg) => optimizer.expr(arg));
    case "Fn":
      return args.length === 1 && isConstant(args[0]) ? optimizeFn(optimizer, node) : null;
    case "curry":
      return curried(optimizer, node);
    default:
      return null;
  }
}

function optimizeFn(optimizer: Optimizer, node: CallExpr): Expr {
  const [name] = node.args;
  const pointer = name.kind === "string" ? pointerConstant(name.value, node, node.pos) : null;
  if (pointer === null) return withArguments(node, (arg) => optimizer.expr(arg));
  optimizer.isDirty = true;
  return pointer;
}

function curried(optimizer: Optimizer, node: CallExpr): Expr | null {
  const [target, ...values] = node.args;
  if (values.length === 0 || target.kind !== "constant" || !values.every(isConstant)) return null;
  if (!(target.value instanceof FnPtr)) return null;
  optimizer.isDirty = true;
  const { pos, start, end } = node;
  return { kind: "constant", value: target.value.withCurry(values.map(constantValue)), pos, start, end };
}

/** The result of a call whose arguments are all constants, or null when it has to wait until the script runs. */
function knownResult(optimizer: Optimizer, node: CallExpr): Expr | null {
  const values = node.args.map(constantValue);
  if (values.length === 1 && node.name === "type_of") return stringExpr(typeNameOf(values[0]), node);
  if (values.length === 1 && node.name === "is_shared") return boolExpr(false, node);
  const { level } = optimizer.settings;
  const result =
    level === "full" ? callPure(optimizer, node, values) : applyOperator(optimizer, node, values);
  return result === null ? null : constantExpr(result.value, node);
}

/** A built-in operator on constants; null when there is none, or when it fails. */
function applyOperator(optimizer: Optimizer, node: CallExpr, values: Value[]): { value: Value } | null {
  if (node.op === null || node.name === "contains" || values.length !== 2) return null;
  const { options, registry, limits } = optimizer.settings;
  if (!options.fastOperators && registry.resolve(node.name, values) !== null) return null;
  const [left, right] = values;
  const operator = binaryOperator(node.name, typeIdOf(left), typeIdOf(right));
  if (operator === null) return null;
  try {
    const value = operator(left, right);
    if (limits !== undefined) checkSize(sizeOf(value), limits);
    return { value };
  } catch {
    return null;
  }
}
