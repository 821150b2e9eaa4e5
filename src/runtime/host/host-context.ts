// What a host function is told about the call, and what it can do with it.

import type { Position } from "../../lang/position.ts";
import { kindOf, requireText } from "../check-arguments.ts";
import type { CallContext } from "../function/native.ts";
import { andThen } from "../function/sequence.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { Ref } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import type { HostTypes } from "./host-types.ts";

/** The call context of host functions registered with `context: true`; Rhai's `NativeCallContext`. Valid during the call. */
export class HostContext {
  /** @hidden */
  constructor(
    /** The context as packages see it, with script values. */
    readonly raw: CallContext,
    private readonly types: HostTypes,
  ) {}
  /** Name under which the function was called. */
  get fnName(): string {
    return this.raw.fnName;
  }
  /** Where the function was called. */
  get position(): Position {
    return this.raw.position;
  }
  /** Source (file) of the calling script, or null. */
  get source(): string | null {
    return this.raw.source;
  }
  /** Nesting level of calls, 0 at the top. */
  get callLevel(): number {
    return this.raw.callLevel;
  }
  /** What the host gave to the run (`RunOptions.tag`). */
  get tag(): unknown {
    return this.raw.tag;
  }
  /** Aborted when the run is ended from outside; hand it to whatever the function waits for. Null: nothing can end the run. */
  get signal(): AbortSignal | null {
    return this.raw.signal;
  }
  /** When the run ends at the latest, as `Date.now()` counts; null: no deadline. */
  get deadline(): number | null {
    return this.raw.deadline;
  }
  /** Counts operations, so that a long-running host function meets the script's limit. Throws when it is reached. */
  trackOperations(count: number): void {
    this.raw.trackOperations(count);
  }
  /** Calls a function pointer that the script handed over; arguments and result are JS values. */
  call(fnPtr: FnPtr, ...args: unknown[]): unknown {
    return this.callAsMethod(fnPtr, undefined, ...args);
  }
  /** Like `call`, with `this` bound to `self` (undefined: not bound); a `Ref` gets what the function assigns to `this`. */
  callAsMethod(fnPtr: FnPtr, self: unknown, ...args: unknown[]): unknown {
    if (!(fnPtr instanceof FnPtr)) throw new TypeError(`expected a function pointer, got ${kindOf(fnPtr)}`);
    const ref = self === undefined ? null : this.place(self);
    return this.result(this.raw.callRaw(fnPtr, ref, this.values(args), [], null));
  }
  /** Calls a function by name, script functions first. */
  callFn(name: string, ...args: unknown[]): unknown {
    requireText("the name of a function", name);
    return this.result(this.raw.callFn(name, this.values(args), false));
  }
  /** Calls a native function by name: a script's functions of that name do not stand in its way. */
  callNativeFn(name: string, ...args: unknown[]): unknown {
    requireText("the name of a function", name);
    return this.result(this.raw.callNativeFn(name, this.values(args)));
  }
  /** Calls a method of `self` by name, script functions first; a `Ref` gets what the method makes of the object. */
  callMethod(name: string, self: unknown, ...args: unknown[]): unknown {
    requireText("the name of a method", name);
    return this.result(this.raw.callMethod(name, this.place(self), this.values(args), false));
  }
  /** The same for native functions only. */
  callNativeMethod(name: string, self: unknown, ...args: unknown[]): unknown {
    requireText("the name of a method", name);
    return this.result(this.raw.callMethod(name, this.place(self), this.values(args), true));
  }

  private place(self: unknown): Ref {
    if (!(self instanceof Ref)) return new Ref(this.types.toValue(self, "dynamic", "this"));
    self.value = this.types.toValue(self.value, "dynamic", "this");
    return self;
  }
  private values(args: readonly unknown[]): Value[] {
    return args.map((arg, i) => this.types.toValue(arg, "dynamic", `arguments[${i}]`));
  }
  private result(value: Value | Promise<Value>): unknown {
    return andThen(value, (settled) => this.types.toHost(settled));
  }
}
