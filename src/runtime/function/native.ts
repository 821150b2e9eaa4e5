// Native functions: how packages and hosts describe a function that scripts can call.

import type { Position } from "../../lang/position.ts";
import type { FnPtr } from "../value/fn-ptr.ts";
import type { Ref } from "../value/objects.ts";
import type { Value } from "../value/value.ts";

/** A Rhai type name (`i64`, `f64`, `string`, `array`, `map`, `Fn`, `range`, a host type's name ...) or `dynamic`: any value. */
export type TypeName = string;

/**
 * How the first parameter is taken:
 *  - `value`: by value; in call style on a variable the function gets a copy;
 *  - `ref`: by reference without modifying it ("pure" in Rhai): may be called on constants;
 *  - `mut`: by reference and may modify it: an error as a method on a constant.
 */
export type Receiver = "value" | "ref" | "mut";

/** A native function as the engine holds it. */
export interface NativeFn {
  /** Name or operator symbol. */
  readonly name: string;
  /** Types of the parameters. */
  readonly params: readonly TypeName[];
  /** Return type name for signatures and documentation. */
  readonly returns: TypeName;
  /** How the first argument is taken. */
  readonly receiver: Receiver;
  /** The first argument arrives as a `Ref`, written back after the call: for `mut` functions on value types or on `dynamic`. */
  readonly byRef: boolean;
  /** The implementation takes a `CallContext` before the arguments. */
  readonly usesContext: boolean;
  /** Returns a promise. */
  readonly isAsync: boolean;
  /** Calls script functions given to it: returns a promise when one of them awaits. */
  readonly callsBack: boolean;
  /** May be evaluated while compiling at optimisation level `full`: same arguments, same result, no effects. */
  readonly isPure: boolean;
  /** One of the standard functions behind `print`, `+` and interpolation, for the text that values have anyway. */
  readonly isStandardText?: boolean;
  /** Makes a script value of what the promise of an asynchronous function brings; absent: it is one already. */
  readonly convert?: (result: unknown) => Value;
  /** `(ctx?, ...args) => Value | Promise<Value>` */
  readonly call: (...args: never[]) => unknown;
  /** Documentation. */
  readonly doc: string;
  /** Names of the parameters, for signatures. */
  readonly paramNames: readonly string[];
}

/** What a native function can ask of the run that calls it. Valid for that call; made anew for each. */
export interface CallContext {
  /** Name under which the function was called, and where. */
  readonly fnName: string;
  /** Where it was called. */
  readonly position: Position;
  /** Source (file) of the calling code, or null. */
  readonly source: string | null;
  /** Size limits in force; 0 is unlimited. */
  readonly maxStringSize: number;
  /** Largest size of arrays and blobs; 0 is unlimited. */
  readonly maxArraySize: number;
  /** Largest number of properties; 0 is unlimited. */
  readonly maxMapSize: number;
  /** Nesting level of calls, 0 at the top. */
  readonly callLevel: number;
  /** Counts `count` operations; throws when a limit, deadline or cancellation is met. */
  trackOperations(count: number): void;
  /**
   * Calls a function pointer as Rhai's `FnPtr::call_raw_with_extra_args`: `self` is bound to `this` when the target takes it so;
   * `extras` are added when the target has room for them; `moveThisTo` is the argument position at which `self` is passed
   * when the target does not take it as `this` (null: never). Errors come out exactly as Rhai wraps them for `fnName`.
   */
  callRaw(
    fnPtr: FnPtr,
    self: Ref | null,
    args: readonly Value[],
    extras: readonly Value[],
    moveThisTo: number | null,
  ): Value | Promise<Value>;
  /**
   * The usual callback over elements: `this` or first argument is the element, then the index (`callRaw(f, element, [], [index], 0)`),
   * prepared once and then cheap for each element.
   */
  elementCallback(fnPtr: FnPtr): ElementCallback;
  /** Calls a function by name (script functions first), as `NativeCallContext::call_fn_raw`. `args[0]` is `this` when `isMethod`. */
  callFn(name: string, args: readonly Value[], isMethod: boolean): Value | Promise<Value>;
  /** The same for native functions only: a script's functions of that name do not stand in their way. */
  callNativeFn(name: string, args: readonly Value[]): Value | Promise<Value>;
  /** Calls a method by name, of the script or (`nativeOnly`) a native one; what it makes of its object is in `self` afterwards. */
  callMethod(name: string, self: Ref, args: readonly Value[], nativeOnly: boolean): Value | Promise<Value>;
  /**
   * The text that `print`, `+` and interpolation make of a value (`debug`, when `isDebug`): by the `to_string` or `to_debug`
   * registered for it. `standard`: the value itself is shown as the standard functions do, its parts as before.
   */
  textOf(value: Value, isDebug: boolean, standard?: boolean): string;
  /** Compares with the script's `==` (registered operators included), as Rhai's containers do. */
  equals(a: Value, b: Value): boolean;
  /** The run, opaque to packages. */
  readonly run: object;
  /** What the host gave to the run (`RunOptions.tag`); Rhai's `NativeCallContext::tag`. */
  readonly tag?: unknown;
  /** Aborted when the run ends from outside, by its AbortSignal or deadline; null when nothing can end it. */
  readonly signal: AbortSignal | null;
  /** When the run ends at the latest, in milliseconds as `Date.now()` counts; null: no deadline. */
  readonly deadline: number | null;
  /** A part of the run that can be cancelled by itself, after so many milliseconds if not before. */
  startTask(timeout: number | null): TaskContext;
}

/** A part of a run that can be cancelled by itself. */
export interface TaskContext {
  /** For calling the functions that belong to the task. */
  readonly context: CallContext;
  /** Ends the task, and tells whether it has ended. */
  readonly cancellation: {
    /** Whether the task, or the run, has been ended. */
    readonly isOver: boolean;
    /** Ends the task: what it waits for is abandoned. `reason` is the token of ErrorTerminated. */
    cancel(reason: Value): void;
    /** To be called when the task has ended. */
    release(): void;
  };
}

/** A function pointer that is called for element after element. */
export interface ElementCallback {
  /** Calls it for one element. */
  call(element: Value, index: number): Value | Promise<Value>;
  /** The element after the latest `call`: differs from the argument when the callback assigned to `this`. */
  readonly element: Value;
}

/** Options of a registration. */
export interface FnOptions {
  /** The implementation takes a `CallContext` before the arguments. Default false. */
  readonly context?: boolean;
  /** It returns a promise. Default false. */
  readonly isAsync?: boolean;
  /** It calls script functions that it gets, and returns a promise when one of them waits. Default false. */
  readonly callsBack?: boolean;
  /** See `NativeFn`. */
  readonly isStandardText?: boolean;
  /** False for functions with effects or changing results (`print`, `timestamp`, `rand` ...). Default true for packages. */
  readonly isPure?: boolean;
  /** Documentation. */
  readonly doc?: string;
  /** Names of the parameters, for signatures. */
  readonly paramNames?: readonly string[];
}

/** A function that gets and returns script values. */
export type Implementation = (...args: never[]) => unknown;

/** Collects the functions of a package; `names` may list synonyms. */
export interface PackageBuilder {
  /** First parameter by value. */
  fn(
    names: string | readonly string[],
    params: readonly TypeName[],
    returns: TypeName,
    call: Implementation,
    options?: FnOptions,
  ): void;
  /** First parameter by reference, unmodified: fine on constants. */
  pure(
    names: string | readonly string[],
    params: readonly TypeName[],
    returns: TypeName,
    call: Implementation,
    options?: FnOptions,
  ): void;
  /** First parameter is a container or host object which the function modifies in place. */
  method(
    names: string | readonly string[],
    params: readonly TypeName[],
    returns: TypeName,
    call: Implementation,
    options?: FnOptions,
  ): void;
  /** First parameter is a value type (string, INT, char, dynamic ...) modified in place: the implementation gets a `Ref`. */
  inPlace(
    names: string | readonly string[],
    params: readonly TypeName[],
    returns: TypeName,
    call: Implementation,
    options?: FnOptions,
  ): void;
  /** Property getter, `call(object)`; `receiver` tells whether it is fine on constants ("ref") or not ("mut"). */
  getter(
    property: string,
    type: TypeName,
    returns: TypeName,
    call: Implementation,
    receiver?: Receiver,
    options?: FnOptions,
  ): void;
  /** Property setter, `call(object, value)`. */
  setter(property: string, type: TypeName, value: TypeName, call: Implementation, options?: FnOptions): void;
  /** Makes values of `type` usable in `for`. */
  iterator(type: TypeName, iterate: (value: never) => Iterator<Value>): void;
  /** Makes values of `type` usable in `for`, where each value may have to be waited for. */
  asyncIterator(type: TypeName, iterate: (value: never) => AsyncIterator<Value>): void;
  /** A constant variable of the package's module. */
  constant(name: string, value: Value): void;
}

/** A package: a name and a function that registers its contents. */
export interface Package {
  /** Name, for messages. */
  readonly name: string;
  /** Registers what the package holds. */
  readonly register: (builder: PackageBuilder) => void;
}

/** Declares a package. */
export function definePackage(name: string, register: (builder: PackageBuilder) => void): Package {
  return { name, register };
}
