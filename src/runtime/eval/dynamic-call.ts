// Calls whose target is only known at run time: by name, and through function pointers.

import { isValidIdentifier } from "../../lang/literals.ts";
import type { Position } from "../../lang/position.ts";
import { dataRace, functionNotFound, mismatchDataType } from "../errors.ts";
import { copyValue } from "../value/containers.ts";
import type { FnPtr, PointerFunction } from "../value/fn-ptr.ts";
import { type Ref, Shared } from "../value/objects.ts";
import { rustTypeNameOf, typeNameOf, type Value } from "../value/value.ts";
import { callMissing, callSignature } from "./callbacks.ts";
import { type Environment, type Frame, NO_THIS, type ScriptFn } from "./frame.ts";
import { ending, type Later } from "./later.ts";
import { findMethod, findScriptFn, functionKey } from "./library.ts";
import type { NameView } from "./name-view.ts";
import {
  applyBuiltIn,
  builtInOperator,
  callNative,
  callNativeAsync,
  invokeAsync,
  invokeNative,
  isOpAssignment,
} from "./native-call.ts";
import { findNative } from "./native-lookup.ts";
import { enterFunction, runBodyFor } from "./script-call.ts";

/**
 * Calls a function pointer (`FnPtr::call_raw`): curried arguments first, `self` bound to `this` or passed first.
 * `level` is the nesting level of a linked callee.
 */
export function callPointer(
  frame: Frame,
  level: number,
  fnPtr: FnPtr,
  self: Ref | null,
  args: Value[],
  pos: Position,
  constant: boolean,
  mayAwait: boolean,
): Later<Value> {
  const { curry, linked, native } = fnPtr;
  const all = withCurried(curry, args);
  if (native !== null) {
    if (self !== null) all.splice(curry.length, 0, copyValue(self.value));
    return callHostPointer(frame, fnPtr, native, all, pos, mayAwait);
  }
  if (linked !== null && linked.arity === all.length) {
    const environment = (fnPtr.environment ?? (linked as ScriptFn).environment) as Environment | null;
    return callWithSelf(
      frame,
      linked as ScriptFn,
      environment,
      all,
      self,
      level,
      pos,
      null,
      constant,
      frame.source,
      mayAwait,
    );
  }
  if (
    self !== null &&
    curry.length > 0 &&
    findScriptFn(frame.lib.chain, functionKey(fnPtr.name, all.length)) === null
  ) {
    const flat = [...curry.map(flatten), copyValue(self.value), ...args];
    return (mayAwait ? callNativeAsync : callNative)(frame, fnPtr.name, flat, pos, null);
  }
  return callByName(frame, level + 1, fnPtr.name, all, self, pos, null, mayAwait);
}

/** Calls the function of the host that a pointer is bound to, with all arguments, curried ones included. */
export function callHostPointer(
  frame: Frame,
  { name }: FnPtr,
  fn: PointerFunction,
  args: Value[],
  pos: Position,
  mayAwait: boolean,
): Later<Value> {
  const native = frame.run.engine.nativeOf(name, fn);
  return (mayAwait ? invokeAsync : invokeNative)(frame, native, args.map(flatten), pos, false, false);
}

/** Runs a script function with `this` bound to a place; the place gets what the function assigned to `this`. */
export function callWithSelf(
  frame: Frame,
  fn: ScriptFn,
  environment: Environment | null,
  args: Value[],
  self: Ref | null,
  level: number,
  pos: Position,
  outer: NameView | null,
  constant: boolean,
  source: string | null,
  mayAwait: boolean,
): Later<Value> {
  const callee = enterFunction(
    frame,
    fn,
    environment,
    args,
    self === null ? NO_THIS : self.value,
    level,
    pos,
    source,
  );
  if (fn.isEmpty) return undefined;
  callee.outer = outer;
  callee.selfConstant = constant;
  if (self === null) return runBodyFor(callee, fn, pos, mayAwait);
  return ending(
    frame,
    () => runBodyFor(callee, fn, pos, mayAwait),
    () => {
      self.value = callee.self;
    },
  );
}

/** Curried arguments before the others; each call gets copies, but captured variables stay shared. */
export function withCurried(curry: readonly Value[], args: Value[]): Value[] {
  return curry.length === 0 ? args : [...curry.map(copyValue), ...args];
}

/** A value without its shared cell. Throws a data race when a method is running on it. */
export function flatten(value: Value): Value {
  if (!(value instanceof Shared)) return value;
  if (value.locked) throw dataRace("");
  return copyValue(value.value);
}

/** Refuses arguments whose cells are locked. */
export function ensureNoDataRace(name: string, args: readonly Value[], offset: number): void {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg instanceof Shared && arg.locked)
      throw dataRace(`argument #${i + 1 + offset} of function '${name}'`);
  }
}

/**
 * Calls a function by name, script functions first (`exec_fn_call`). With `self`, the method forms: typed methods,
 * `name` with `this` bound, then natives with the value as first argument.
 */
export function callByName(
  frame: Frame,
  level: number,
  name: string,
  args: Value[],
  self: Ref | null,
  pos: Position,
  outer: NameView | null,
  mayAwait: boolean,
): Later<Value> {
  const syntactic = syntacticCall(frame, name, self === null ? args : [self.value, ...args], pos);
  if (syntactic !== null) return syntactic.value;
  ensureNoDataRace(name, args, 0);
  if (isValidIdentifier(name) || name.startsWith("anon$")) {
    const key = functionKey(name, args.length);
    const typed = self === null ? null : findMethod(frame, `${typeNameOf(self.value)}.${key}`);
    const fn = typed ?? findScriptFn(frame.lib.chain, key);
    if (fn !== null) {
      if (fn.isEmpty) return undefined;
      const { source } = fn.table;
      return callWithSelf(frame, fn, fn.environment, args, self, level, pos, outer, false, source, mayAwait);
    }
  }
  const values = args.map(flatten);
  if (self === null) return callNativeByName(frame, name, values, false, pos, mayAwait);
  values.unshift(self.value);
  return ending(
    frame,
    () => callNativeByName(frame, name, values, true, pos, mayAwait),
    () => {
      self.value = values[0];
    },
  );
}

/**
 * Calls a native function or built-in operator by name, whatever functions the script has. With `isMethod` the first argument
 * is a place: `args[0]` holds its new value afterwards.
 */
export function callNativeByName(
  frame: Frame,
  name: string,
  args: Value[],
  isMethod: boolean,
  pos: Position,
  mayAwait: boolean,
): Later<Value> {
  const native = findNative(frame, name, args);
  if (native !== null)
    return (mayAwait ? invokeAsync : invokeNative)(frame, native, args, pos, isMethod, false);
  const operator = args.length === 2 ? builtInOperator(name, args) : null;
  if (operator === null) return callMissing(frame, name, args, pos, isMethod, mayAwait);
  const result = applyBuiltIn(frame, operator, args, pos);
  if (!isOpAssignment(name)) return result;
  args[0] = result;
  return undefined;
}

/** Functions that belong to the language. */
export const KEYWORD_CALLS: ReadonlySet<string> = new Set([
  "type_of",
  "is_shared",
  "is_def_fn",
  "is_def_var",
  "Fn",
  "eval",
  "call",
  "curry",
]);

/** Functions that are part of the language; null when `name` is none. Throws functionNotFound for wrong arguments. */
export function syntacticCall(
  frame: Frame,
  name: string,
  args: readonly Value[],
  pos: Position,
): { value: Value } | null {
  if (!KEYWORD_CALLS.has(name)) return null;
  if (name === "type_of" && args.length === 1) return { value: typeNameOf(flatten(args[0])) };
  if (name === "is_shared" && args.length === 1) return { value: args[0] instanceof Shared };
  if (name === "is_def_fn" && args.length === 2) {
    const key = functionKey(requireString(args[0], pos), Number(requireInt(args[1], pos)));
    return { value: isDefinedFn(frame, key) };
  }
  if (name === "is_def_fn" && args.length === 3) {
    const type = requireString(args[0], pos);
    const key = functionKey(requireString(args[1], pos), Number(requireInt(args[2], pos)));
    return { value: findMethod(frame, `${type}.${key}`) !== null };
  }
  throw functionNotFound(callSignature(name, args as Value[]), pos);
}

function isDefinedFn(frame: Frame, key: string): boolean {
  return findScriptFn(frame.lib.chain, key) !== null;
}

function requireString(value: Value, pos: Position): string {
  if (typeof value === "string") return value;
  throw mismatchDataType("string", rustTypeNameOf(value), pos);
}

function requireInt(value: Value, pos: Position): number | bigint {
  if (typeof value === "number" || typeof value === "bigint") return value;
  throw mismatchDataType("i64", rustTypeNameOf(value), pos);
}
