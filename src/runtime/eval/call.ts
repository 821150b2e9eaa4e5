// Links function calls in call style: script functions first, then natives; calls into modules; `f!()`.

import type { CallExpr, Ident } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { functionNotFound, moduleNotFound } from "../errors.ts";
import type { NativeFn } from "../function/native.ts";
import { copyValue } from "../value/containers.ts";
import { Float } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";
import { evaluateArguments, type FirstArgument, linkArguments, linkFirstArgument } from "./arguments.ts";
import { type Chain, type Eval, type Frame, NO_THIS, type ScriptFn } from "./frame.ts";
import { linkKeywordCall } from "./keyword-call.ts";
import { findScriptFn, functionKey } from "./library.ts";
import type { Linker } from "./linker.ts";
import { FrameView } from "./name-view.ts";
import { builtInOperator, callNative, callSignature, invokeNative, NativeSite } from "./native-call.ts";
import { nativeError } from "./native-error.ts";
import { isBuiltInOperator, linkOperator } from "./operator.ts";
import { callScript, enterFunction, runBody } from "./script-call.ts";
import { findModule, namespaceText } from "./variable.ts";

export function linkCall(linker: Linker, node: CallExpr): Eval {
  if (isBuiltInOperator(linker, node)) return linkOperator(linker, node);
  if (node.namespace !== null) return linkQualifiedCall(linker, node, node.namespace);
  if (node.op === null) {
    const keyword = linkKeywordCall(linker, node);
    if (keyword !== null) return keyword;
    if (node.capturesScope) return linkCapturingCall(linker, node);
  }
  if (node.op === "-" && node.args.length === 1 && linker.options.fastOperators)
    return linkNegate(linker, node);
  return linkPlainCall(linker, node);
}

function linkNegate(linker: Linker, node: CallExpr): Eval {
  const operand = linker.expr(node.args[0]);
  const { pos } = node;
  return (frame) => {
    const value = operand(frame);
    if (typeof value === "number") return 0 - value;
    if (value instanceof Float) return new Float(-value.value);
    return callNative(frame, "-", [value], pos, "-");
  };
}

/** Finds the script function a site calls; cached as long as the library stays the same. */
export function scriptSite(key: string): (chain: Chain) => ScriptFn | null {
  let cachedChain: Chain | null = null;
  let cached: ScriptFn | null = null;
  return (chain) => {
    if (chain !== cachedChain) {
      cached = findScriptFn(chain, key);
      cachedChain = chain;
    }
    return cached;
  };
}

function linkPlainCall(linker: Linker, node: CallExpr): Eval {
  const { name, pos } = node;
  const owned = node.args.map((arg) => linker.owned(arg));
  const args = evaluateArguments(node.args, owned);
  const native = linkNativeCall(linker, node, owned, args);
  if (node.op !== null && name !== "contains") return native;
  const find = scriptSite(functionKey(name, node.args.length));
  return (frame) => {
    const fn = find(frame.lib.chain);
    if (fn === null) return native(frame);
    const values = args(frame);
    if (fn.isEmpty) return undefined;
    const callee = enterFunction(frame, fn, fn.environment, values, NO_THIS, frame.level + 1, pos);
    return runBody(callee, fn, fn.body, pos);
  };
}

function linkNativeCall(
  linker: Linker,
  node: CallExpr,
  owned: readonly Eval[],
  args: (frame: Frame) => Value[],
): Eval {
  const { name, pos, op } = node;
  const site = new NativeSite(name);
  const { registry } = linker;
  const first = linkFirstArgument(linker, node.args[0]);
  if (first === null) {
    return (frame) => {
      const values = args(frame);
      const fn = site.resolve(registry, values);
      return fn === null
        ? missing(frame, name, values, pos, op)
        : invokeNative(frame, fn, values, pos, false, false);
    };
  }
  const rest = owned.slice(1);
  return (frame) => {
    const values: Value[] = [undefined];
    for (let i = 0; i < rest.length; i++) values.push(rest[i](frame));
    values[0] = first.read(frame);
    const fn = site.resolve(registry, values);
    if (fn === null) return missing(frame, name, values, pos, op);
    return invokeOnPlace(frame, fn, values, pos, first);
  };
}

function invokeOnPlace(
  frame: Frame,
  fn: NativeFn,
  values: Value[],
  pos: Position,
  first: FirstArgument,
): Value {
  if (!first.isRef(frame)) {
    values[0] = copyValue(values[0]);
    return invokeNative(frame, fn, values, pos, false, false);
  }
  if (!fn.byRef) return invokeNative(frame, fn, values, pos, true, first.isConstant(frame));
  const before = values[0];
  try {
    return invokeNative(frame, fn, values, pos, true, first.isConstant(frame));
  } finally {
    if (values[0] !== before) first.put(frame, values[0]);
  }
}

export function missing(
  frame: Frame,
  name: string,
  values: Value[],
  pos: Position,
  op: string | null,
): Value {
  if (op !== null && values.length === 2) {
    const builtIn = builtInOperator(op, values);
    if (builtIn !== null) {
      try {
        const result = builtIn(values[0], values[1]);
        return frame.run.hasSizeLimits ? frame.run.checkSize(result, pos) : result;
      } catch (error) {
        throw nativeError(error, pos);
      }
    }
  }
  throw functionNotFound(callSignature(name, values), pos);
}

function linkQualifiedCall(linker: Linker, node: CallExpr, path: readonly Ident[]): Eval {
  const { name, pos } = node;
  const args = linkArguments(linker, node.args);
  const first = linkFirstArgument(linker, node.args[0]);
  const key = functionKey(name, node.args.length);
  return (frame) => {
    const values = args(frame);
    const { script, native } = findQualified(frame, path, name, key, values, pos);
    if (script !== null) return callScript(frame, script, values, pos);
    if (first === null || native.receiver === "value")
      return invokeNative(frame, native, values, pos, false, false);
    values[0] = first.read(frame);
    return invokeOnPlace(frame, native, values, pos, first);
  };
}

type QualifiedFn =
  | { readonly script: ScriptFn; readonly native: null }
  | { readonly script: null; readonly native: NativeFn };

/** The function of a module. Throws moduleNotFound and functionNotFound. */
export function findQualified(
  frame: Frame,
  path: readonly Ident[],
  name: string,
  key: string,
  values: readonly Value[],
  pos: Position,
): QualifiedFn {
  const { root, module } = findModule(frame, path);
  if (root === null) throw moduleNotFound(namespaceText(path), path[0].pos);
  const script = module?.scriptFunctions.get(key);
  if (script !== undefined) return { script, native: null };
  const native = module?.hasNativeFunctions ? module.functions.resolve(name, values) : null;
  if (!native) throw functionNotFound(`${namespaceText(path)}::${callSignature(name, values)}`, pos);
  return { script: null, native };
}

function linkCapturingCall(linker: Linker, node: CallExpr): Eval {
  const { name, pos } = node;
  const args = node.args.map((arg) => linker.owned(arg));
  const key = functionKey(name, args.length);
  const visible = linker.scope.visible();
  return (frame) => {
    const values = args.map((arg) => arg(frame));
    const fn = findScriptFn(frame.lib.chain, key);
    if (fn === null) return callNative(frame, name, values, pos, null);
    if (fn.isEmpty) return undefined;
    const callee = enterFunction(frame, fn, fn.environment, values, NO_THIS, frame.level + 1, pos);
    callee.outer = new FrameView(frame, visible);
    return runBody(callee, fn, fn.body, pos);
  };
}
