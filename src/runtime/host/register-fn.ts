// Registering host functions: checks, conversion of arguments and results.

import { isValidFunctionName } from "../../lang/literals.ts";
import { isArray, kindOf, requireFunction } from "../check-arguments.ts";
import type { CallContext, NativeFn, Receiver, TypeName } from "../function/native.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import { isInstance } from "../thrown.ts";
import { Container } from "../value/containers.ts";
import { convertJs, NO_INSTANCES } from "../value/convert.ts";
import { Ref } from "../value/objects.ts";
import { RhaiObject, type Value } from "../value/value.ts";
import { HostContext } from "./host-context.ts";
import { isHostHandle } from "./host-object.ts";
import type { HostTypes } from "./host-types.ts";
import type { HostTypeName } from "./type-names.ts";

/** Options of `registerFn`. */
export interface RegisterOptions {
  /** Return type: `float` turns whole numbers into FLOAT, `char` one-character strings into char. Default: by the value. */
  readonly returns?: HostTypeName;
  /** Pass a `HostContext` before the arguments. */
  readonly context?: boolean;
  /**
   * How the first argument is taken. `value` (default): converted, a copy. `ref`: as a script value, not to be modified
   * (fine on constants). `mut`: to be modified in place, as the container itself or, for value types, as a `Ref`; an error on
   * constants.
   */
  readonly receiver?: Receiver;
  /** Same arguments, same result, no effects: may be computed while compiling at level `full`. Default false. */
  readonly pure?: boolean;
  /** Pass and return script values (`Value`) without conversion. */
  readonly raw?: boolean;
  /** Documentation, as metadata and definitions show it. */
  readonly doc?: string;
  /** Names of the parameters, as signatures show them. */
  readonly paramNames?: readonly string[];
}

/** A host function; its arguments are what the declared types convert to. */
export type HostFunction = (...args: never[]) => unknown;

const OPERATORS: ReadonlySet<string> = new Set([
  "+",
  "-",
  "*",
  "/",
  "%",
  "**",
  "<<",
  ">>",
  "&",
  "|",
  "^",
  "!",
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "&&",
  "||",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "**=",
  "<<=",
  ">>=",
  "&=",
  "|=",
  "^=",
]);

function checkName(name: string, isCustomOperator: (symbol: string) => boolean): void {
  if (typeof name !== "string" || name === "") throw new TypeError("a function needs a name");
  const internal = /^(get|set)\$.+$/.test(name) || name === "index$get$" || name === "index$set$";
  if (internal || isValidFunctionName(name) || OPERATORS.has(name) || isCustomOperator(name)) return;
  if (name === "print" || name === "debug" || name === "to_string" || name === "to_debug") return;
  throw new TypeError(
    `'${name}' cannot be the name of a function: it is no identifier and no operator, or it is reserved`,
  );
}

export interface RegistrationTarget {
  readonly registry: Pick<FunctionRegistry, "register">;
  readonly types: HostTypes;
  readonly isCustomOperator: (symbol: string) => boolean;
}

/** Registers a host function. Throws TypeError, saying what is wrong with name, types or function. */
export function registerHostFn(
  target: RegistrationTarget,
  name: string,
  params: readonly HostTypeName[],
  fn: HostFunction,
  options: RegisterOptions,
  isAsync: boolean,
): void {
  checkName(name, target.isCustomOperator);
  if (!isArray(params))
    throw new TypeError(`registering ${name}: the parameter types must be an array, like ["int", "string"]`);
  requireFunction(`registering ${name}`, fn);
  if (typeof options !== "object" || options === null)
    throw new TypeError(`registering ${name}: expected the options as an object, got ${kindOf(options)}`);
  const names = params.map((type) => target.types.nameOf(type));
  const contextCount = options.context ? 1 : 0;
  if (fn.length > names.length + contextCount) {
    throw new TypeError(
      `registering ${name}: the function takes ${fn.length} arguments, but ${names.length} parameter types are declared` +
        (contextCount === 1 ? " (and one is the context)" : ""),
    );
  }
  target.registry.register(hostNative(target.types, name, names, fn, options, isAsync));
}

/** The native function for a host function: with conversion of arguments and results. */
export function hostNative(
  types: HostTypes,
  name: string,
  params: readonly TypeName[],
  fn: HostFunction,
  options: RegisterOptions,
  isAsync: boolean,
): NativeFn {
  const receiver = options.receiver ?? "value";
  const returns = options.returns === undefined ? "dynamic" : types.nameOf(options.returns);
  const first = params[0];
  const holdsItself = first === "array" || first === "map" || first === "blob";
  const isClass = first !== undefined && !BUILT_IN.has(first);
  return {
    name,
    params,
    returns,
    receiver,
    byRef: receiver === "mut" && !holdsItself && !isClass,
    usesContext: options.context ?? false,
    isAsync,
    callsBack: !isAsync && params.includes("Fn") && (options.context ?? false),
    isPure: options.pure ?? false,
    call: adapter(types, fn, options, returns, receiver, isAsync, params.length) as NativeFn["call"],
    convert: isAsync
      ? (result) => (options.raw ? scriptValue(result) : types.toValue(result, returns))
      : undefined,
    doc: options.doc ?? "",
    paramNames: options.paramNames ?? [],
  };
}

const BUILT_IN: ReadonlySet<string> = new Set([
  "()",
  "bool",
  "i64",
  "f64",
  "char",
  "string",
  "array",
  "map",
  "blob",
  "Fn",
  "range",
  "range=",
  "timestamp",
  "u8",
  "iterator",
  "dynamic",
]);

function isThenable(result: object): boolean {
  return typeof (result as { then?: unknown }).then === "function";
}

/** Script values need no conversion, but nothing else may get among them. */
function scriptValue(result: unknown): Value {
  if (typeof result !== "object") return convertJs(result, "the result", NO_INSTANCES);
  if (isInstance(result, RhaiObject)) return result;
  throw new TypeError("a raw function returned something that is no script value");
}

/** The function the evaluator calls: converts arguments, passes the context, converts the result. */
function adapter(
  types: HostTypes,
  fn: HostFunction,
  options: RegisterOptions,
  returns: string,
  receiver: Receiver,
  isAsync: boolean,
  count: number,
): (...args: unknown[]) => unknown {
  const call = fn as (...args: unknown[]) => unknown;
  const convertResult = (result: unknown) =>
    options.raw ? scriptValue(result) : types.toValue(result, returns);
  const convertArg = (value: unknown, index: number) => {
    // Numbers, strings and bools are the same on both sides.
    if (typeof value !== "object") return value;
    if (value instanceof Ref) return value;
    if (isHostHandle(value)) return value.instance;
    if (options.raw || (index === 0 && receiver !== "value" && value instanceof Container)) return value;
    return types.toHost(value as Value);
  };
  // Promises of asynchronous functions are converted by the evaluator, when they have settled (`NativeFn.convert`).
  const finish = (result: unknown) => {
    if (typeof result !== "object" || result === null) return convertResult(result);
    if (isAsync) return result instanceof Promise || isThenable(result) ? result : convertResult(result);
    return isInstance(result, Promise) ? result.then(convertResult) : convertResult(result);
  };
  if (options.context) {
    return (context, ...args) => {
      const host = new HostContext(context as CallContext, types);
      return finish(call(host, ...args.map(convertArg)));
    };
  }
  if (count === 1) return (only) => finish(call(convertArg(only, 0)));
  if (count === 2) return (first, second) => finish(call(convertArg(first, 0), convertArg(second, 1)));
  return (...args) => finish(call(...args.map(convertArg)));
}
