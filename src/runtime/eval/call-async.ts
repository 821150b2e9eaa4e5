// Links function calls that may have to wait: for an argument, or for the function itself.

import type { CallExpr, Ident } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import type { NativeFn } from "../function/native.ts";
import { copyValue } from "../value/containers.ts";
import { Float } from "../value/scalars.ts";
import type { Value } from "../value/value.ts";
import {
  evaluateArgumentsAsync,
  type FirstArgument,
  linkArgumentsAsync,
  linkCallArgumentsAsync,
  linkFirstArgument,
} from "./arguments.ts";
import { findQualified, missing, missingOnPlace, scriptSite } from "./call.ts";
import { type AsyncEval, type Eval, type Frame, NO_THIS, type ScriptFn } from "./frame.ts";
import { linkKeywordCallAsync } from "./keyword-call-async.ts";
import { ending, evaluateAll, type Later, thenPromise, whenDone } from "./later.ts";
import { findScriptFn, functionKey } from "./library.ts";
import type { Linker } from "./linker.ts";
import { FrameView } from "./name-view.ts";
import { awaitSimple, callNativeAsync, invokeAsync } from "./native-call.ts";
import { NativeSite } from "./native-lookup.ts";
import { isBuiltInOperator, linkOperatorAsync } from "./operator.ts";
import { callScriptAsync, enterFunction, runAsyncBody } from "./script-call.ts";

const NO_ARGUMENTS: readonly Value[] = [];

/** A call of which an argument or the function itself may await. */
export function linkCallAsync(linker: Linker, node: CallExpr): AsyncEval {
  if (isBuiltInOperator(linker, node)) return linkOperatorAsync(linker, node);
  if (node.namespace !== null) return linkQualifiedCallAsync(linker, node, node.namespace);
  if (node.op === null) {
    const keyword = linkKeywordCallAsync(linker, node);
    if (keyword !== null) return keyword;
    if (node.capturesScope) return linkCapturingCallAsync(linker, node);
  }
  if (node.op === "-" && node.args.length === 1 && linker.options.fastOperators)
    return linkNegateAsync(linker, node);
  return linkPlainCallAsync(linker, node);
}

function linkNegateAsync(linker: Linker, node: CallExpr): AsyncEval {
  const operand = linker.exprAsync(node.args[0]);
  const { pos } = node;
  return (frame) =>
    whenDone(frame, operand(frame), (value) => {
      const isNumber = typeof value === "number";
      if (!isNumber && !(value instanceof Float)) return callNativeAsync(frame, "-", [value], pos, "-");
      if (linker.metered) frame.run.track(pos);
      return isNumber ? 0 - value : new Float(-value.value);
    });
}

function linkPlainCallAsync(linker: Linker, node: CallExpr): AsyncEval {
  const { name, pos } = node;
  const { announce, owned } = linkCallArgumentsAsync(linker, node.args);
  const args = evaluateArgumentsAsync(linker, node.args, owned);
  const native = linkNativeCallAsync(linker, node, owned, args);
  if (node.op !== null && name !== "contains") return announced(announce, native);
  const find = scriptSite(functionKey(name, node.args.length));
  const call = (frame: Frame, fn: ScriptFn, values: Value[]): Later<Value> => {
    if (fn.isEmpty) return undefined;
    const callee = enterFunction(frame, fn, fn.environment, values, NO_THIS, frame.level + 1, pos);
    return runAsyncBody(callee, fn, fn.asyncBody, pos);
  };
  return announced(announce, (frame) => {
    const fn = find(frame.lib.chain);
    if (fn === null) return native(frame);
    const values = args(frame);
    if (values instanceof Promise) return thenPromise(frame, values, (settled) => call(frame, fn, settled));
    return call(frame, fn, values);
  });
}

function announced(announce: ((frame: Frame) => Later<void>) | null, call: AsyncEval): AsyncEval {
  if (announce === null) return call;
  return (frame) => whenDone<void, Value>(frame, announce(frame), () => call(frame));
}

function linkNativeCallAsync(
  linker: Linker,
  node: CallExpr,
  owned: readonly AsyncEval[],
  all: (frame: Frame) => Later<Value[]>,
): AsyncEval {
  const { name, pos, op } = node;
  const site = new NativeSite(name);
  const { registry } = linker;
  const first = linkFirstArgument(linker, node.args[0]);
  const rest = owned.slice(1);
  if (!node.args.some((arg) => linker.awaits(arg))) {
    const [only] = owned as readonly Eval[];
    if (node.args.length === 1) return linkReadyCall(linker, node, first?.read ?? only, first);
    if (node.args.length === 0) return linkBareCall(linker, node);
  }
  const args = first === null ? all : evaluateRest(rest);
  const call = (frame: Frame, values: Value[]): Later<Value> => {
    if (first !== null) values[0] = first.read(frame);
    const fn = site.resolve(registry, frame, values);
    if (fn === null) {
      return first === null
        ? missing(frame, name, values, pos, op, true)
        : missingOnPlace(frame, name, values, pos, op, first, true);
    }
    return first === null
      ? invokeAsync(frame, fn, values, pos, false, false)
      : invokeOnPlaceAsync(frame, fn, values, pos, first);
  };
  return (frame) => {
    const values = args(frame);
    return values instanceof Promise
      ? thenPromise(frame, values, (settled) => call(frame, settled))
      : call(frame, values);
  };
}

/** The same without arguments. */
function linkBareCall(linker: Linker, { name, pos, op }: CallExpr): AsyncEval {
  const site = new NativeSite(name);
  const { registry } = linker;
  return (frame) => {
    const fn = site.resolve(registry, frame, NO_ARGUMENTS);
    if (fn === null) return missing(frame, name, [], pos, op, true);
    if (site.isSimple && frame.run.isPlain) return awaitSimple(frame, fn, undefined, pos);
    return invokeAsync(frame, fn, [], pos, false, false);
  };
}

/** A call with one argument that is there at once: the usual one, so it takes no detours. */
function linkReadyCall(
  linker: Linker,
  { name, pos, op }: CallExpr,
  read: Eval,
  first: FirstArgument | null,
): AsyncEval {
  const site = new NativeSite(name);
  const { registry } = linker;
  return (frame) => {
    const arg = read(frame);
    const fn = site.resolveOne(registry, frame, arg);
    if (fn !== null && site.isSimple && frame.run.isPlain)
      return awaitSimple(frame, fn, first === null ? arg : copyValue(arg), pos);
    const values = [arg];
    if (first === null) {
      return fn === null
        ? missing(frame, name, values, pos, op, true)
        : invokeAsync(frame, fn, values, pos, false, false);
    }
    return fn === null
      ? missingOnPlace(frame, name, values, pos, op, first, true)
      : invokeOnPlaceAsync(frame, fn, values, pos, first);
  };
}

/** All arguments but the first, whose place stays free. */
function evaluateRest(rest: readonly AsyncEval[]): (frame: Frame) => Later<Value[]> {
  if (rest.length === 0) return () => [undefined];
  return (frame) => evaluateAll(frame, rest, [undefined]);
}

function linkQualifiedCallAsync(linker: Linker, node: CallExpr, path: readonly Ident[]): AsyncEval {
  const { name, pos } = node;
  const args = linkArgumentsAsync(linker, node.args);
  const first = linkFirstArgument(linker, node.args[0]);
  const key = functionKey(name, node.args.length);
  return (frame) =>
    whenDone(frame, args(frame), (values) => {
      const { script, native } = findQualified(frame, path, name, key, values, pos);
      if (script !== null) return callScriptAsync(frame, script, values, pos);
      if (first === null || native.receiver === "value")
        return invokeAsync(frame, native, values, pos, false, false);
      values[0] = first.read(frame);
      return invokeOnPlaceAsync(frame, native, values, pos, first);
    });
}

function linkCapturingCallAsync(linker: Linker, node: CallExpr): AsyncEval {
  const { name, pos } = node;
  const args = node.args.map((arg) => linker.ownedAsync(arg));
  const key = functionKey(name, args.length);
  const visible = linker.scope.visible();
  return (frame) =>
    whenDone(frame, evaluateAll(frame, args), (values) => {
      const fn = findScriptFn(frame.lib.chain, key);
      if (fn === null) return callNativeAsync(frame, name, values, pos, null);
      if (fn.isEmpty) return undefined;
      const callee = enterFunction(frame, fn, fn.environment, values, NO_THIS, frame.level + 1, pos);
      callee.outer = new FrameView(frame, visible);
      return runAsyncBody(callee, fn, fn.asyncBody, pos);
    });
}

function invokeOnPlaceAsync(
  frame: Frame,
  fn: NativeFn,
  values: Value[],
  pos: Position,
  first: FirstArgument,
): Later<Value> {
  if ((fn.receiver === "value" && !frame.run.hasSizeLimits) || !first.isRef(frame)) {
    values[0] = copyValue(values[0]);
    return invokeAsync(frame, fn, values, pos, false, false);
  }
  if (!fn.byRef) return invokeAsync(frame, fn, values, pos, true, first.isConstant(frame));
  const before = values[0];
  return ending(
    frame,
    () => invokeAsync(frame, fn, values, pos, true, first.isConstant(frame)),
    () => {
      if (values[0] !== before) first.put(frame, values[0]);
    },
  );
}
