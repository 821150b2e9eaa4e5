// Calls of pure native functions while compiling, for optimisation level `full`.

import type { CallExpr, ScriptFnDef } from "../../lang/ast.ts";
import { NO_POSITION } from "../../lang/position.ts";
import type { CallContext, NativeFn } from "../function/native.ts";
import { binaryOperator } from "../function/operators.ts";
import { debugText, printText } from "../value/display.ts";
import { equalsValue } from "../value/equality.ts";
import { Ref } from "../value/objects.ts";
import { checkSize, type SizeLimits, sizeOf } from "../value/size.ts";
import { typeIdOf, type Value } from "../value/value.ts";
import type { Optimizer } from "./optimizer.ts";

const UNLIMITED: SizeLimits = { maxStringSize: 0, maxArraySize: 0, maxMapSize: 0 };
/** Functions of the language itself, which need a running script. */
const NEED_A_RUN: ReadonlySet<string> = new Set(["is_def_var", "call", "curry", "Fn", "eval"]);

/** The result of a call on constants; null when the function is not known to be pure, or when it fails. */
export function callPure(optimizer: Optimizer, node: CallExpr, values: Value[]): { value: Value } | null {
  const { name, op } = node;
  const isOperator = op !== null && name !== "contains";
  const { functions } = optimizer.script.ast;
  if (!isOperator && functions.some((fn) => fn.name === name && fn.params.length === values.length))
    return null;
  if (name === "is_def_fn") return isDefined(functions, values);
  if (NEED_A_RUN.has(name)) return null;
  const { registry, limits = UNLIMITED } = optimizer.settings;
  const fn = registry.resolve(name, values);
  if (fn !== null && (fn.isAsync || !fn.isPure)) return null;
  try {
    const value = fn === null ? applyBuiltIn(node, values) : callNative(fn, values, limits);
    if (value === null || value instanceof Promise) return null;
    checkSize(sizeOf(value), limits);
    return { value };
  } catch {
    // Whatever it is, it will happen again when the script runs.
    return null;
  }
}

/** `is_def_fn(name, arity)`, `is_def_fn(type, name, arity)`: asked ahead, it knows the script's own functions only. */
function isDefined(functions: readonly ScriptFnDef[], values: readonly Value[]): { value: boolean } | null {
  if (values.length !== 2 && values.length !== 3) return null;
  const [type, name, arity] = values.length === 3 ? values : [null, ...values];
  if ((type !== null && typeof type !== "string") || typeof name !== "string") return null;
  if (typeof arity !== "number" && typeof arity !== "bigint") return null;
  const found = functions.some(
    (fn) => fn.thisType === type && fn.name === name && fn.params.length === arity,
  );
  return { value: found };
}

function applyBuiltIn({ name, op }: CallExpr, values: Value[]): Value | null {
  if (op === null || name === "contains" || values.length !== 2) return null;
  const operator = binaryOperator(op, typeIdOf(values[0]), typeIdOf(values[1]));
  return operator === null ? null : operator(values[0], values[1]);
}

function callNative(fn: NativeFn, values: readonly Value[], limits: SizeLimits): Value | Promise<Value> {
  const args: unknown[] = [...values];
  if (fn.byRef && args.length > 0) args[0] = new Ref(values[0]);
  if (fn.usesContext) args.unshift(contextFor(fn.name, limits));
  return (fn.call as (...args: unknown[]) => Value | Promise<Value>)(...args);
}

/** A context outside of any run: whoever needs to call back fails, and is left for the run. */
function contextFor(fnName: string, limits: SizeLimits): CallContext {
  const refuse = (): never => {
    throw new Error(`${fnName} needs a running script`);
  };
  return {
    fnName,
    position: NO_POSITION,
    source: null,
    ...limits,
    callLevel: 0,
    trackOperations: () => {},
    callRaw: refuse,
    elementCallback: refuse,
    callFn: refuse,
    callNativeFn: refuse,
    callMethod: refuse,
    textOf: (value, isDebug) => (isDebug ? debugText(value) : printText(value)),
    equals: equalsValue,
    run: {},
    signal: null,
    deadline: null,
    startTask: refuse,
  };
}
