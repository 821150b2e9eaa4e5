// Links method calls inside chains: function pointers in maps, typed methods, script functions with `this`, natives.

import type { MethodStep } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { functionNotFound, mismatchDataType } from "../errors.ts";
import type { NativeFn } from "../function/native.ts";
import { copyValue, RhaiMap } from "../value/containers.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { Ref } from "../value/objects.ts";
import { typeNameOf, type Value } from "../value/value.ts";
import { callByName, ensureNoDataRace, syntacticCall, withCurried } from "./dynamic-call.ts";
import { type Chain, type Environment, type Frame, NO_THIS, type ScriptFn } from "./frame.ts";
import { ending, type Later, recovering, whenDone } from "./later.ts";
import { findMethod, findScriptFn, functionKey } from "./library.ts";
import type { Linker } from "./linker.ts";
import { callSignature, invokeAsync, invokeNative, NativeSite } from "./native-call.ts";
import { type ArgumentSource, type Done, ENDED, type Path } from "./path.ts";
import { enterFunction, runBodyFor } from "./script-call.ts";
import { startPosition } from "./start-position.ts";

type Method = (frame: Frame, args: Value[]) => Later<Value>;

/** Links the call; it returns promises only when the step may await. Its arguments never do: those that await are stored. */
export function linkMethod(
  linker: Linker,
  step: MethodStep,
  path: Path,
  sources: readonly ArgumentSource[],
): Method {
  const call = linkMethodCall(linker, step, path);
  const { optional } = step;
  const count = sources.length;
  const [a, b] = sources;
  return (frame, args) => {
    const values: Value[] =
      count === 0
        ? []
        : count === 1
          ? [a(frame, args)]
          : count === 2
            ? [a(frame, args), b(frame, args)]
            : sources.map((source) => source(frame, args));
    const target = path.get(frame, args);
    if (target === ENDED || (optional && target === undefined)) return ENDED;
    return call(frame, args, target, values);
  };
}

type TargetCall = (frame: Frame, args: Value[], target: Value, values: Value[]) => Later<Value>;

/** Where a method is called: what the calls below need to know besides the values. */
interface MethodSite {
  readonly path: Path;
  readonly pos: Position;
  /** What is called may return a promise. */
  readonly mayAwait: boolean;
}

function linkMethodCall(linker: Linker, step: MethodStep, path: Path): TargetCall {
  const { name, pos } = step;
  const count = step.args.length;
  const site: MethodSite = { path, pos, mayAwait: linker.awaits(step) };
  if (name === "call") return linkPointerMethod(step, site);
  if (name === "curry") return curry(pos);
  if (name === "is_shared" && count === 0) return (frame) => path.isShared(frame);
  const ordinary = linkOrdinaryMethod(linker, step, site);
  return (frame, args, target, values) => {
    if (target instanceof RhaiMap) {
      const property = target.get(name);
      if (property instanceof FnPtr) return callProperty(frame, args, site, property, values);
    }
    return ordinary(frame, args, target, values);
  };
}

function linkOrdinaryMethod(linker: Linker, step: MethodStep, methodSite: MethodSite): TargetCall {
  const { name, pos } = step;
  const key = functionKey(name, step.args.length);
  const keyword = ["type_of", "is_def_fn", "is_def_var", "Fn", "eval", "is_shared"].includes(name);
  const site = new NativeSite(name);
  const { registry } = linker;
  let cachedChain: Chain | null = null;
  let cached: ScriptFn | null = null;
  return (frame, args, target, values) => {
    if (keyword) {
      const result = syntacticCall(frame, name, [target, ...values], pos);
      if (result !== null) return result.value;
    }
    const { chain } = frame.lib;
    if (chain !== cachedChain) {
      cached = findScriptFn(chain, key);
      cachedChain = chain;
    }
    if (mayHaveMethods(frame)) {
      const typed = findMethod(frame, `${typeNameOf(target)}.${key}`);
      if (typed !== null) return callOn(frame, args, methodSite, typed, typed.environment, values);
    }
    if (cached !== null) return callOn(frame, args, methodSite, cached, cached.environment, values);
    values.unshift(target);
    const fn = site.resolve(registry, values);
    if (fn === null) throw functionNotFound(callSignature(name, values), pos);
    return invokeOn(frame, args, methodSite, fn, values);
  };
}

function mayHaveMethods(frame: Frame): boolean {
  const { chain } = frame.lib;
  return chain.table.methods.size > 0 || chain.outer !== null || frame.imports !== null;
}

/** Calls a native on the place at the end of the path; `values[0]` is the borrowed target. */
function invokeOn(
  frame: Frame,
  args: Value[],
  site: MethodSite,
  fn: NativeFn,
  values: Value[],
): Later<Value> {
  const { path, pos, mayAwait } = site;
  const invoke = mayAwait ? invokeAsync : invokeNative;
  // Pure functions with callbacks may modify elements through `this`, so they too need the place itself.
  if (fn.receiver !== "mut" && !fn.usesContext) return invoke(frame, fn, values, pos, true, false);
  const constant = path.constant(frame) && path.isPlace(frame, args);
  if (constant) return invoke(frame, fn, values, pos, true, true);
  const target = path.own(frame, args);
  values[0] = target;
  if (!fn.byRef) {
    const result = invoke(frame, fn, values, pos, true, false);
    if (!mayAwait) {
      path.commit(frame, args, target, pos);
      return result;
    }
    return whenDone(frame, result, (value) =>
      whenDone(frame, path.commit(frame, args, target, pos), () => value),
    );
  }
  return recovering<Value>(
    frame,
    () =>
      whenDone(frame, invoke(frame, fn, values, pos, true, false), (value) => {
        const isChanged = values[0] !== target || !path.isPlace(frame, args);
        return whenDone(frame, isChanged ? path.put(frame, args, values[0], pos) : undefined, () => value);
      }),
    (error) =>
      whenDone(frame, values[0] === target ? undefined : path.put(frame, args, values[0], pos), () => {
        throw error;
      }),
  );
}

/** Calls a script function with `this` bound to the place at the end of the path. */
function callOn(
  frame: Frame,
  args: Value[],
  { path, pos, mayAwait }: MethodSite,
  fn: ScriptFn,
  environment: Environment | null,
  values: Value[],
  source: string | null = fn.table.source,
): Later<Value> {
  if (fn.isEmpty) return undefined;
  const isPlace = path.isPlace(frame, args);
  const constant = isPlace && path.constant(frame);
  const self = path.own(frame, args);
  const callee = enterFunction(frame, fn, environment, values, self, frame.level + 1, pos, source);
  callee.selfConstant = constant;
  // A constant's characters, bits and bytes can be replaced through `this` in Rhai, so it is put back as well.
  if (mayAwait) {
    return ending(
      frame,
      () => runBodyFor(callee, fn, pos, true),
      () => (isPlace ? putSelf(frame, args, path, callee, self, pos) : undefined),
    );
  }
  try {
    return runBodyFor(callee, fn, pos, false);
  } finally {
    if (isPlace) putSelf(frame, args, path, callee, self, pos);
  }
}

function putSelf(frame: Frame, args: Value[], path: Path, callee: Frame, self: Value, pos: Position): Done {
  return callee.self === self ? path.commit(frame, args, self, pos) : path.put(frame, args, callee.self, pos);
}

/** `map.name(args)` where the property is a function pointer: `this` is the map. */
function callProperty(
  frame: Frame,
  args: Value[],
  site: MethodSite,
  pointer: FnPtr,
  values: Value[],
): Later<Value> {
  const { curry: curried, linked } = pointer;
  const all = withCurried(curried, values);
  if (linked !== null && linked.arity === all.length) {
    const environment = (pointer.environment ?? (linked as ScriptFn).environment) as Environment | null;
    return callOn(frame, args, site, linked as ScriptFn, environment, all, frame.source);
  }
  return callNamedOn(frame, args, site, pointer.name, all);
}

function callNamedOn(
  frame: Frame,
  args: Value[],
  { path, pos, mayAwait }: MethodSite,
  name: string,
  values: Value[],
): Later<Value> {
  const isPlace = path.isPlace(frame, args);
  const constant = isPlace && path.constant(frame);
  const target = constant ? copyValue(path.get(frame, args)) : path.own(frame, args);
  const self = new Ref(target);
  return ending(
    frame,
    () => callByName(frame, frame.level + 1, name, values, self, pos, null, mayAwait),
    () => {
      if (isPlace && !constant && self.value !== target) return path.put(frame, args, self.value, pos);
    },
  );
}

function curry(pos: Position): TargetCall {
  return (_frame, _args, target, values) => {
    if (!(target instanceof FnPtr)) throw mismatchDataType("Fn", typeNameOf(target), pos);
    return target.withCurry(values);
  };
}

/** `pointer.call(args)`, or `object.call(pointer, args)` with `this` bound to the object. */
function linkPointerMethod(step: MethodStep, site: MethodSite): TargetCall {
  const { pos } = step;
  const firstPos = step.args.length > 0 ? startPosition(step.args[0]) : 0;
  return (frame, args, target, values) => {
    if (target instanceof FnPtr) return callTarget(frame, site, target, values);
    if (values.length === 0) throw mismatchDataType("Fn", typeNameOf(target), pos);
    const pointer = values[0];
    if (!(pointer instanceof FnPtr)) throw mismatchDataType("Fn", typeNameOf(pointer), firstPos);
    const { curry: curried, linked } = pointer;
    const all = withCurried(curried, values.slice(1));
    if (linked !== null && linked.arity === all.length) {
      ensureNoDataRace(linked.name, all, 0);
      const environment = (pointer.environment ?? (linked as ScriptFn).environment) as Environment | null;
      return callOn(frame, args, site, linked as ScriptFn, environment, all, frame.source);
    }
    return callNamedOn(frame, args, site, pointer.name, all);
  };
}

function callTarget(
  frame: Frame,
  { pos, mayAwait }: MethodSite,
  pointer: FnPtr,
  values: Value[],
): Later<Value> {
  const { curry: curried, linked } = pointer;
  const all = withCurried(curried, values);
  if (linked !== null && linked.arity === all.length) {
    const fn = linked as ScriptFn;
    const environment = (pointer.environment ?? fn.environment) as Environment | null;
    const callee = enterFunction(frame, fn, environment, all, NO_THIS, frame.level + 1, pos, frame.source);
    return fn.isEmpty ? undefined : runBodyFor(callee, fn, pos, mayAwait);
  }
  return callByName(frame, frame.level + 1, pointer.name, all, null, pos, null, mayAwait);
}
