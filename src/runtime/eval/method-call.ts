// Links method calls inside chains: function pointers in maps, typed methods, script functions with `this`, natives.

import type { MethodStep } from "../../lang/ast.ts";
import type { Position } from "../../lang/position.ts";
import { mismatchDataType } from "../errors.ts";
import type { NativeFn } from "../function/native.ts";
import { copyValue, RhaiMap } from "../value/containers.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { Ref } from "../value/objects.ts";
import { typeNameOf, type Value } from "../value/value.ts";
import { callMissing } from "./callbacks.ts";
import { callByName, callHostPointer, ensureNoDataRace, syntacticCall, withCurried } from "./dynamic-call.ts";
import { type Chain, type Environment, type Frame, LEAVE, NO_THIS, type ScriptFn } from "./frame.ts";
import { ending, type Later, recovering, whenDone } from "./later.ts";
import { findMethod, findScriptFn, functionKey } from "./library.ts";
import type { Linker } from "./linker.ts";
import { invokeAsync, invokeNative } from "./native-call.ts";
import { NativeSite } from "./native-lookup.ts";
import { type ArgumentSource, type Done, ENDED, type Path } from "./path.ts";
import { bodyFor, callError, enterFunction, runBodyFor } from "./script-call.ts";
import { startPosition } from "./start-position.ts";

type Method = (frame: Frame, args: Value[]) => Later<Value>;

/** Links the call; it returns promises only when the step may await. Its arguments never do: those that await are stored. */
export function linkMethod(
  linker: Linker,
  step: MethodStep,
  path: Path,
  sources: readonly ArgumentSource[],
): Method {
  const call = watched(linker, step, linkMethodCall(linker, step, path));
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

function watched(linker: Linker, step: MethodStep, call: TargetCall): TargetCall {
  const { watch } = linker.settings;
  return watch === null ? call : watch.method(linker, step, call);
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
  if (!SYNTACTIC.has(name)) return linkOrdinaryMethod(linker, step, site);
  const ordinary = linkOrdinaryMethod(linker, step, site);
  return (frame, args, target, values) => {
    if (propertyPointer(target, name) === null) {
      const result = syntacticCall(frame, name, [target, ...values], pos);
      if (result !== null) return result.value;
    }
    return ordinary(frame, args, target, values);
  };
}

/** Functions that look at their arguments' syntax in call style; in method style some of that remains. */
const SYNTACTIC: ReadonlySet<string> = new Set([
  "type_of",
  "is_def_fn",
  "is_def_var",
  "Fn",
  "eval",
  "is_shared",
]);

/** The function pointer that a map has as a property of that name. */
function propertyPointer(target: Value, name: string): FnPtr | null {
  if (!(target instanceof RhaiMap)) return null;
  const property = target.get(name);
  return property instanceof FnPtr ? property : null;
}

/**
 * The closure and `callOn` stay on the stack while a script function runs: they leave to others what takes many locals,
 * so that recursion gets as deep as it can.
 */
function linkOrdinaryMethod(linker: Linker, step: MethodStep, site: MethodSite): TargetCall {
  const { name } = step;
  const scriptFn = methodFinder(functionKey(name, step.args.length));
  const native = linkNativeMethod(linker, step, site);
  return (frame, args, target, values) => {
    const property = propertyPointer(target, name);
    if (property !== null) return callProperty(frame, args, site, property, values);
    const fn = scriptFn(frame, target);
    return fn === null
      ? native(frame, args, target, values)
      : callOn(frame, args, site, fn, fn.environment, values);
  };
}

/** Finds the script function that a method call means: one for the target's type first. */
function methodFinder(key: string): (frame: Frame, target: Value) => ScriptFn | null {
  let cachedChain: Chain | null = null;
  let cached: ScriptFn | null = null;
  return (frame, target) => {
    const { chain } = frame.lib;
    if (chain !== cachedChain) {
      cached = findScriptFn(chain, key);
      cachedChain = chain;
    }
    if (!mayHaveMethods(frame)) return cached;
    return findMethod(frame, `${typeNameOf(target)}.${key}`) ?? cached;
  };
}

function linkNativeMethod(linker: Linker, step: MethodStep, methodSite: MethodSite): TargetCall {
  const { name } = step;
  const site = new NativeSite(name);
  const { registry } = linker;
  return (frame, args, target, values) => {
    values.unshift(target);
    const fn = site.resolve(registry, frame, values);
    return fn === null
      ? missingOn(frame, args, methodSite, name, values)
      : invokeOn(frame, args, methodSite, fn, values);
  };
}

/** A method that there is not: what the host says, who may also change the place it is called on. */
function missingOn(
  frame: Frame,
  args: Value[],
  { path, pos, mayAwait }: MethodSite,
  name: string,
  values: Value[],
): Later<Value> {
  const [target] = values;
  return ending(
    frame,
    () => callMissing(frame, name, values, pos, true, mayAwait),
    () => {
      if (values[0] === target || !path.isPlace(frame, args) || path.constant(frame)) return;
      return path.put(frame, args, values[0], pos);
    },
  );
}

function mayHaveMethods(frame: Frame): boolean {
  const { chain } = frame.lib;
  if (chain.table.methods.size > 0 || chain.outer !== null || frame.imports !== null) return true;
  return frame.run.engine.hasStaticMethods;
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
  site: MethodSite,
  fn: ScriptFn,
  environment: Environment | null,
  values: Value[],
  source: string | null = fn.table.source,
): Later<Value> {
  if (fn.isEmpty) return undefined;
  const isPlace = site.path.isPlace(frame, args);
  const callee = calleeOn(frame, args, site, fn, environment, values, source, isPlace);
  if (site.mayAwait) return runOn(frame, args, site, fn, callee, isPlace);
  const { self } = callee;
  let result: Value;
  try {
    result = bodyFor(fn, values)(callee);
  } catch (error) {
    throw callError(error, fn, callee, site.pos);
  } finally {
    // A constant's characters, bits and bytes can be replaced through `this` in Rhai, so it is put back as well.
    if (isPlace) putSelf(frame, args, site.path, callee, self, site.pos);
  }
  return result === LEAVE ? callee.leaveValue : result;
}

function calleeOn(
  frame: Frame,
  args: Value[],
  { path, pos }: MethodSite,
  fn: ScriptFn,
  environment: Environment | null,
  values: Value[],
  source: string | null,
  isPlace: boolean,
): Frame {
  const constant = isPlace && path.constant(frame);
  const self = path.own(frame, args);
  const callee = enterFunction(frame, fn, environment, values, self, frame.level + 1, pos, source);
  callee.selfConstant = constant;
  return callee;
}

/** Runs a callee that may have to wait; see `callOn`. */
function runOn(
  frame: Frame,
  args: Value[],
  { path, pos }: MethodSite,
  fn: ScriptFn,
  callee: Frame,
  isPlace: boolean,
): Later<Value> {
  const { self } = callee;
  return ending(
    frame,
    () => runBodyFor(callee, fn, pos, true),
    () => (isPlace ? putSelf(frame, args, path, callee, self, pos) : undefined),
  );
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
  const { curry: curried, linked, native } = pointer;
  const all = withCurried(curried, values);
  if (native !== null) {
    const given = [copyValue(site.path.get(frame, args)), ...all];
    return callHostPointer(frame, pointer, native, given, site.pos, site.mayAwait);
  }
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
  const { mayAwait } = site;
  const other = linkPointerArgument(site, firstPos);
  return (frame, args, target, values) => {
    if (!(target instanceof FnPtr)) return other(frame, args, target, values);
    if (target.native !== null)
      return callHostPointer(frame, target, target.native, withCurried(target.curry, values), pos, mayAwait);
    const callee = calleeOf(frame, target, values, pos);
    if (callee === undefined) return undefined;
    if (callee === null)
      return callByName(
        frame,
        frame.level + 1,
        target.name,
        withCurried(target.curry, values),
        null,
        pos,
        null,
        mayAwait,
      );
    const fn = target.linked as ScriptFn;
    return runBodyFor(callee, fn, pos, mayAwait);
  };
}

function linkPointerArgument(site: MethodSite, firstPos: Position): TargetCall {
  const { pos, mayAwait } = site;
  return (frame, args, target, values) => {
    if (values.length === 0) throw mismatchDataType("Fn", typeNameOf(target), pos);
    const pointer = values[0];
    if (!(pointer instanceof FnPtr)) throw mismatchDataType("Fn", typeNameOf(pointer), firstPos);
    const { curry: curried, linked, native } = pointer;
    const all = withCurried(curried, values.slice(1));
    if (native !== null)
      return callHostPointer(frame, pointer, native, [copyValue(target), ...all], pos, mayAwait);
    if (linked !== null && linked.arity === all.length) {
      ensureNoDataRace(linked.name, all, 0);
      const environment = (pointer.environment ?? (linked as ScriptFn).environment) as Environment | null;
      return callOn(frame, args, site, linked as ScriptFn, environment, all, frame.source);
    }
    return callNamedOn(frame, args, site, pointer.name, all);
  };
}

/** The frame for calling a pointer to a script function; null when the pointer has to be called by name, undefined when there is nothing to do. */
function calleeOf(frame: Frame, pointer: FnPtr, values: Value[], pos: Position): Frame | null | undefined {
  const { curry: curried, linked } = pointer;
  if (linked === null || linked.arity !== curried.length + values.length) return null;
  const fn = linked as ScriptFn;
  const environment = (pointer.environment ?? fn.environment) as Environment | null;
  const all = withCurried(curried, values);
  const callee = enterFunction(frame, fn, environment, all, NO_THIS, frame.level + 1, pos, frame.source);
  return fn.isEmpty ? undefined : callee;
}
