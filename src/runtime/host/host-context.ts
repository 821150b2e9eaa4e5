// What a host function is told about the call, and what it can do with it.

import type { Position } from "../../lang/position.ts";
import type { CallContext } from "../function/native.ts";
import { andThen } from "../function/sequence.ts";
import { FnPtr } from "../value/fn-ptr.ts";
import { Ref } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import type { HostTypes } from "./host-types.ts";

/** The call context of host functions registered with `context: true`; Rhai's `NativeCallContext`. Valid during the call. */
export class HostContext {
  constructor(
    /** The context as packages see it, with script values. */
    readonly raw: CallContext,
    private readonly types: HostTypes,
  ) {}
  /** Name under which the function was called. */
  get fnName(): string {
    return this.raw.fnName;
  }
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
  /** Like `call`, with `this` bound to `self` (undefined: not bound). */
  callAsMethod(fnPtr: FnPtr, self: unknown, ...args: unknown[]): unknown {
    if (!(fnPtr instanceof FnPtr)) throw new TypeError(`expected a function pointer, got ${typeof fnPtr}`);
    const ref = self === undefined ? null : new Ref(this.toValue(self));
    const result = this.raw.callRaw(
      fnPtr,
      ref,
      args.map((arg) => this.toValue(arg)),
      [],
      null,
    );
    return andThen(result, (value) => this.types.toHost(value));
  }
  /** Calls a function by name, script functions first. */
  callFn(name: string, ...args: unknown[]): unknown {
    const result = this.raw.callFn(
      name,
      args.map((arg) => this.toValue(arg)),
      false,
    );
    return andThen(result, (value) => this.types.toHost(value));
  }
  private toValue(js: unknown): Value {
    return this.types.toValue(js, "dynamic");
  }
}
