// Function pointers: `Fn("name")`, bare function names, closures, and functions of the host.

import { isValidFunctionName } from "../../lang/literals.ts";
import { RhaiObject, TypeId, type Value } from "./value.ts";

/** The function a pointer is bound to, opaque below `eval/`: see `ScriptFn` there. */
export interface LinkedFn {
  /** Name of the function. */
  readonly name: string;
  /** Number of parameters, captured ones included. */
  readonly arity: number;
}

/** A function of the host that a pointer is bound to. */
export interface PointerFunction {
  /** The function. */
  readonly call: (...args: never[]) => unknown;
  /** It returns a promise. */
  readonly isAsync: boolean;
  /** Script values without conversion. */
  readonly raw: boolean;
}

/** Options of `FnPtr.fromFn`. */
export interface PointerFunctionOptions {
  /** The function returns a promise that the script waits for. Default false. */
  readonly async?: boolean;
  /** Pass and return script values (`Value`) without conversion. Default false. */
  readonly raw?: boolean;
}

/** What calls pointers for hosts: an `Engine`. */
export interface PointerCaller<Options, SyncOptions> {
  /** See `Engine.callFnPtr`. */
  callFnPtr(pointer: FnPtr, args?: readonly unknown[], options?: Options): Promise<Value>;
  /** See `Engine.callFnPtrSync`. */
  callFnPtrSync(pointer: FnPtr, args?: readonly unknown[], options?: SyncOptions): Value;
}

/** What calls pointers inside a host function: a `HostContext`. */
export interface PointerContext {
  /** See `HostContext.call`. */
  call(pointer: FnPtr, ...args: unknown[]): unknown;
  /** See `HostContext.callAsMethod`. */
  callAsMethod(pointer: FnPtr, self: unknown, ...args: unknown[]): unknown;
}

let asyncPointers = false;

/** Whether any pointer to an asynchronous function of the host was ever made: as long as not, nobody looks for them. */
export function areThereAsyncPointers(): boolean {
  return asyncPointers;
}

/** A function pointer. Immutable. */
export class FnPtr extends RhaiObject {
  override get typeId(): number {
    return TypeId.FN;
  }
  override get typeName(): string {
    return "Fn";
  }
  constructor(
    /** Name of the function. */
    readonly name: string,
    /** Curried arguments; captured variables are `Shared` cells. */
    readonly curry: readonly Value[] = [],
    /** The script function this pointer is bound to (closures and bare names), or null: looked up by name. @hidden */
    readonly linked: LinkedFn | null = null,
    /** The function library in force where the pointer was made, opaque here; null: the caller's. @hidden */
    readonly environment: object | null = null,
    /** Debug form `Fn+(..)`: made by the optimiser from `Fn("literal")`. @hidden */
    readonly hasEnvironmentMark = false,
    /** The function of the host this pointer is bound to, or null. @hidden */
    readonly native: PointerFunction | null = null,
  ) {
    super();
  }

  /**
   * A pointer to a JS function, which need not be registered. Give it to scripts by a scope, as an argument or as a result; one
   * that is asynchronous not as a result, because nobody could know that the script has to wait.
   *
   * @param name what the script sees of it: `f.name`.
   * @param call gets a `HostContext`, then the arguments as JS values, however many there are: curried ones first, before them
   *   what `this` would be bound to.
   * @throws TypeError for a name that no function can have.
   * @example
   * const log = FnPtr.fromFn("log", (_context, text: string) => console.log(text));
   * engine.runSync("[1, 2].for_each(log)", new Scope().push("log", log));
   */
  static fromFn(
    name: string,
    call: (...args: never[]) => unknown,
    options: PointerFunctionOptions = {},
  ): FnPtr {
    if (typeof name !== "string" || !isValidFunctionName(name))
      throw new TypeError(`'${String(name)}' cannot be the name of a function`);
    if (typeof call !== "function") throw new TypeError(`a pointer to '${name}' needs a function`);
    const { async: isAsync = false, raw = false } = options;
    if (isAsync) asyncPointers = true;
    return new FnPtr(name, [], null, null, false, { call, isAsync, raw });
  }

  /** Whether it points to a closure. */
  get isAnonymous(): boolean {
    return this.name.startsWith("anon$");
  }
  /** Whether it holds arguments. */
  get isCurried(): boolean {
    return this.curry.length > 0;
  }
  /** The same pointer with further curried arguments. */
  withCurry(values: readonly Value[]): FnPtr {
    return this.with([...this.curry, ...values], this.environment);
  }
  /** The same pointer as the optimiser makes it, in another environment. */
  inEnvironment(environment: object): FnPtr {
    const { name, curry, linked, native } = this;
    return new FnPtr(name, curry, linked, environment, true, native);
  }
  /** A pointer of its own that is equal. */
  clone(): FnPtr {
    return this.with(this.curry, this.environment);
  }
  private with(curry: readonly Value[], environment: object | null): FnPtr {
    return new FnPtr(this.name, curry, this.linked, environment, this.hasEnvironmentMark, this.native);
  }

  /** Calls the function from the host, by an engine; see `Engine.callFnPtr`. */
  call<Options>(
    engine: PointerCaller<Options, never>,
    args: readonly unknown[] = [],
    options?: Options,
  ): Promise<Value> {
    return engine.callFnPtr(this, args, options);
  }
  /** Calls a function that does not wait; see `Engine.callFnPtrSync`. */
  callSync<Options>(
    engine: PointerCaller<never, Options>,
    args: readonly unknown[] = [],
    options?: Options,
  ): Value {
    return engine.callFnPtrSync(this, args, options);
  }
  /** Calls the function inside a host function, by its context; see `HostContext.call`. */
  callWithinContext(context: PointerContext, ...args: unknown[]): unknown {
    return context.call(this, ...args);
  }
  /** The same with `this` bound; see `HostContext.callAsMethod`. */
  callAsMethodWithinContext(context: PointerContext, self: unknown, ...args: unknown[]): unknown {
    return context.callAsMethod(this, self, ...args);
  }
}
