// Links function calls in call style: script functions first, then natives; calls into modules; `f!()`.

import type { CallExpr, Ident } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { functionNotFound, moduleNotFound } from "../errors.ts";
import type { NativeFn } from "../function/native.ts";
import { copyValue } from "../value/containers.ts";
import { Float } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";
import {
  evaluateArguments,
  type FirstArgument,
  linkArguments,
  linkCallArguments,
  linkFirstArgument,
} from "./arguments.ts";
import { callMissing, callSignature } from "./callbacks.ts";
import { KEYWORD_CALLS } from "./dynamic-call.ts";
import { type Chain, type Eval, type Frame, NO_THIS, type ScriptFn } from "./frame.ts";
import { linkKeywordCall } from "./keyword-call.ts";
import { ending, type Later } from "./later.ts";
import { findScriptFn, functionKey } from "./library.ts";
import type { Linker } from "./linker.ts";
import { FrameView } from "./name-view.ts";
import { builtInOperator, callNative, invokeNative } from "./native-call.ts";
import { nativeError } from "./native-error.ts";
import { NativeSite } from "./native-lookup.ts";
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
  return isNegation(linker, node) ? linkNegate(linker, node) : linkPlainCall(linker, node);
}

function isNegation(linker: Linker, { op, args }: CallExpr): boolean {
  return op === "-" && args.length === 1 && linker.options.fastOperators;
}

/** Whether all that a call does begins with its arguments, in their order. */
export function joinsCall(linker: Linker, node: CallExpr): boolean {
  if (isBuiltInOperator(linker, node)) return true;
  if (node.namespace !== null || node.capturesScope || isNegation(linker, node)) return false;
  return node.op !== null || !KEYWORD_CALLS.has(node.name);
}

function linkNegate(linker: Linker, node: CallExpr): Eval {
  const operand = linker.expr(node.args[0]);
  const { pos } = node;
  const { metered } = linker;
  return (frame) => {
    const value = operand(frame);
    const isNumber = typeof value === "number";
    if (!isNumber && !(value instanceof Float)) return callNative(frame, "-", [value], pos, "-");
    if (metered) frame.run.track(pos);
    return isNumber ? 0 - value : new Float(-value.value);
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
  const { announce, owned } = linkCallArguments(linker, node.args);
  const args = evaluateArguments(node.args, owned);
  const native = linkNativeCall(linker, node, owned, args);
  if (node.op !== null && name !== "contains") return announced(announce, linker.due.paid(native));
  const find = scriptSite(functionKey(name, node.args.length));
  const call: Eval = (frame) => {
    const fn = find(frame.lib.chain);
    if (fn === null) return native(frame);
    const values = args(frame);
    if (fn.isEmpty) return undefined;
    const callee = enterFunction(frame, fn, fn.environment, values, NO_THIS, frame.level + 1, pos);
    return runBody(callee, fn, fn.body, pos);
  };
  return announced(announce, linker.due.paid(call));
}

function announced(announce: ((frame: Frame) => Later<void>) | null, call: Eval): Eval {
  if (announce === null) return call;
  return (frame) => {
    announce(frame);
    return call(frame);
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
      const fn = site.resolve(registry, frame, values);
      return fn === null
        ? (missing(frame, name, values, pos, op, false) as Value)
        : invokeNative(frame, fn, values, pos, false, false);
    };
  }
  const rest = owned.slice(1);
  return (frame) => {
    const values: Value[] = [undefined];
    for (let i = 0; i < rest.length; i++) values.push(rest[i](frame));
    values[0] = first.read(frame);
    const fn = site.resolve(registry, frame, values);
    if (fn === null) return missingOnPlace(frame, name, values, pos, op, first, false) as Value;
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
  if ((fn.receiver === "value" && !frame.run.hasSizeLimits) || !first.isRef(frame)) {
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

/** A call for which there is no function: a built-in operator where operators can be overridden, or the host's answer. */
export function missing(
  frame: Frame,
  name: string,
  values: Value[],
  pos: Position,
  op: string | null,
  mayAwait: boolean,
): Later<Value> {
  if (op !== null && values.length === 2) {
    const builtIn = builtInOperator(op, values);
    if (builtIn !== null) {
      if (frame.run.metered) frame.run.track(pos);
      try {
        const result = builtIn(values[0], values[1]);
        return frame.run.hasSizeLimits ? frame.run.checkSize(result, pos) : result;
      } catch (error) {
        throw nativeError(error, pos);
      }
    }
  }
  return callMissing(frame, name, values, pos, false, mayAwait);
}

/** The same where the first argument is a place, which gets what the host puts there. */
export function missingOnPlace(
  frame: Frame,
  name: string,
  values: Value[],
  pos: Position,
  op: string | null,
  first: FirstArgument,
  mayAwait: boolean,
): Later<Value> {
  const [before] = values;
  const isRef = first.isRef(frame);
  return ending(
    frame,
    () => missing(frame, name, values, pos, op, mayAwait),
    () => {
      if (isRef && values[0] !== before) first.put(frame, values[0]);
    },
  );
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
