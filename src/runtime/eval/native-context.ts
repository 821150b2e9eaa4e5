// The call context handed to native functions that ask for one: callbacks, limits, position.

import type { Position } from "../../lang/position.ts";
import { EvalError, inFunctionCall } from "../errors.ts";
import type { CallContext, ElementCallback, TaskContext } from "../function/native.ts";
import { copyValue } from "../value/containers.ts";
import { equalsValue } from "../value/equality.ts";
import type { FnPtr } from "../value/fn-ptr.ts";
import { Ref } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import { Cancellation } from "./cancellation.ts";
import { callByName, callNativeByName, callPointer, flatten, syntacticCall } from "./dynamic-call.ts";
import { type Environment, Frame, NO_THIS, type ScriptFn } from "./frame.ts";
import { ending, recovering, settledLater } from "./later.ts";
import { enterFunction, runBodyFor } from "./script-call.ts";
import { plainText, valueText } from "./value-text.ts";

type Result = Value | Promise<Value>;

export class NativeContext implements CallContext {
  constructor(
    readonly frame: Frame,
    readonly fnName: string,
    readonly position: Position,
    /** The first argument is a constant: callbacks that get its elements as `this` may not assign to it. */
    readonly receiverConstant: boolean,
    /** The call site can wait: callbacks may return promises. */
    readonly mayAwait: boolean,
  ) {}
  get source(): string | null {
    return this.frame.source;
  }
  get maxStringSize(): number {
    return this.frame.run.engine.limits.maxStringSize;
  }
  get maxArraySize(): number {
    return this.frame.run.engine.limits.maxArraySize;
  }
  get maxMapSize(): number {
    return this.frame.run.engine.limits.maxMapSize;
  }
  get callLevel(): number {
    return this.frame.level + 1;
  }
  get run(): object {
    return this.frame.run;
  }
  get tag(): unknown {
    return this.frame.run.own.tag;
  }
  trackOperations(count: number): void {
    for (let i = 0; i < count; i++) this.frame.run.track(this.position);
  }
  get signal(): AbortSignal | null {
    return this.frame.run.cancellation?.signal ?? null;
  }
  get deadline(): number | null {
    const endsAt = this.frame.run.cancellation?.endsAt ?? Number.POSITIVE_INFINITY;
    return Number.isFinite(endsAt) ? Date.now() + endsAt - performance.now() : null;
  }
  startTask(timeout: number | null): TaskContext {
    const { frame } = this;
    const { run } = frame;
    const cancellation = new Cancellation({ timeout, parent: run.cancellation });
    const { slots, self, lib, imports, level, source } = frame;
    const own = new Frame(run.branch(cancellation), slots, self, lib, imports, level, source);
    const context = new NativeContext(own, this.fnName, this.position, this.receiverConstant, this.mayAwait);
    return { context, cancellation };
  }
  equals(a: Value, b: Value): boolean {
    const { run } = this.frame;
    if (run.metered) run.track(this.position);
    return equalsValue(a, b);
  }
  textOf(value: Value, isDebug: boolean, standard = false): string {
    return (standard ? plainText : valueText)(this.frame, value, isDebug, this.position);
  }
  callNativeFn(name: string, args: readonly Value[]): Result {
    const { frame, position, mayAwait } = this;
    const syntactic = syntacticCall(frame, name, args, position);
    if (syntactic !== null) return syntactic.value;
    return settledLater(frame, callNativeByName(frame, name, args.map(flatten), false, position, mayAwait));
  }
  callMethod(name: string, self: Ref, args: readonly Value[], nativeOnly: boolean): Result {
    const { frame, callLevel, position, mayAwait } = this;
    if (!nativeOnly) {
      const level = callLevel + 2;
      const result = callByName(frame, level, name, [...args], self, position, null, mayAwait);
      return settledLater(frame, result);
    }
    const values = [self.value, ...args.map(flatten)];
    return ending(
      frame,
      () => callNativeByName(frame, name, values, true, position, mayAwait),
      () => {
        self.value = values[0];
      },
    );
  }
  callFn(name: string, args: readonly Value[], isMethod: boolean): Result {
    if (isMethod) return this.callMethod(name, new Ref(args[0]), args.slice(1), false);
    const { frame, callLevel, position, mayAwait } = this;
    const result = callByName(frame, callLevel + 2, name, [...args], null, position, null, mayAwait);
    return settledLater(frame, result);
  }

  callRaw(
    fnPtr: FnPtr,
    self: Ref | null,
    args: readonly Value[],
    extras: readonly Value[],
    moveThisTo: number | null,
  ): Result {
    const { linked } = fnPtr;
    if (linked !== null) {
      const free = linked.arity - fnPtr.curry.length;
      if (free === args.length) return this.call(fnPtr, self, [...args]);
      if (moveThisTo !== null && self !== null) {
        if (free === args.length + 1) return this.call(fnPtr, null, withSelf(args, [], self, moveThisTo));
        if (free === args.length + 1 + extras.length)
          return this.call(fnPtr, null, withSelf(args, extras, self, moveThisTo));
      }
      if (free === args.length + extras.length) return this.call(fnPtr, self, [...args, ...extras]);
    }
    return this.tryForms(fnPtr, self, args, extras, moveThisTo);
  }

  /** By name: the method form, then the element as an argument, then with the extra arguments. */
  private tryForms(
    fnPtr: FnPtr,
    self: Ref | null,
    args: readonly Value[],
    extras: readonly Value[],
    moveThisTo: number | null,
  ): Result {
    const forms: (() => Result)[] = [() => this.call(fnPtr, self, args.map(copyValue))];
    if (moveThisTo !== null && self !== null) {
      forms.push(() => this.call(fnPtr, null, withSelf(args.map(copyValue), [], self, moveThisTo)));
      forms.push(() => this.call(fnPtr, null, withSelf(args, extras, self, moveThisTo)));
    } else {
      forms.push(() => this.call(fnPtr, self, [...args, ...extras]));
    }
    const attempt = (index: number): Result =>
      recovering(this.frame, forms[index], (error) => {
        const missing = isMissing(error, fnPtr.name);
        if (missing && index + 1 < forms.length) return attempt(index + 1);
        throw error instanceof EvalError ? inFunctionCall(this.fnName, this.source ?? "", error) : error;
      });
    return attempt(0);
  }

  private call(fnPtr: FnPtr, self: Ref | null, args: Value[]): Result {
    const { frame, position, receiverConstant, mayAwait } = this;
    const level = this.callLevel + 1;
    return settledLater(
      frame,
      callPointer(frame, level, fnPtr, self, args, position, receiverConstant, mayAwait),
    );
  }

  elementCallback(fnPtr: FnPtr): ElementCallback {
    const { linked, curry } = fnPtr;
    const free = linked === null ? -1 : linked.arity - curry.length;
    if (linked === null || free < 0 || free > 2) return new GeneralCallback(this, fnPtr);
    return new LinkedCallback(this, linked as ScriptFn, fnPtr, free);
  }
}

function withSelf(args: readonly Value[], extras: readonly Value[], self: Ref, at: number): Value[] {
  const all = [...args, ...extras];
  all.splice(at === 0 ? 0 : at, 0, copyValue(self.value));
  return all;
}

function isMissing(error: unknown, name: string): boolean {
  return (
    error instanceof EvalError &&
    error.kind === "ErrorFunctionNotFound" &&
    (error.fields.name ?? "").startsWith(name)
  );
}

/** Any function pointer: goes through `callRaw` for each element. */
class GeneralCallback implements ElementCallback {
  private ref = new Ref<Value>(undefined);
  constructor(
    private readonly context: NativeContext,
    private readonly fnPtr: FnPtr,
  ) {}
  get element(): Value {
    return this.ref.value;
  }
  call(element: Value, index: number): Result {
    this.ref = new Ref(element);
    return this.context.callRaw(this.fnPtr, this.ref, [], [index], 0);
  }
}

/** A closure or bare function name with 0 to 2 parameters: everything but the frame is prepared. */
class LinkedCallback implements ElementCallback {
  element: Value = undefined;
  private readonly environment: Environment | null;
  private readonly curry: readonly Value[];
  constructor(
    private readonly context: NativeContext,
    private readonly fn: ScriptFn,
    fnPtr: FnPtr,
    private readonly free: number,
  ) {
    this.environment = (fnPtr.environment ?? fn.environment) as Environment | null;
    this.curry = fnPtr.curry;
  }
  call(element: Value, index: number): Result {
    this.element = element;
    const { fn, free, context } = this;
    const args = this.curry.length === 0 ? [] : this.curry.map(copyValue);
    if (free > 0) args.push(copyValue(element));
    if (free > 1) args.push(index);
    const self = free === 0 ? element : NO_THIS;
    const level = context.frame.level + 2;
    const { frame: caller, position } = context;
    const frame = enterFunction(caller, fn, this.environment, args, self, level, position, caller.source);
    if (fn.isEmpty) return undefined;
    frame.selfConstant = context.receiverConstant;
    if (free > 0) return runBodyFor(frame, fn, position, context.mayAwait);
    return ending(
      caller,
      () => runBodyFor(frame, fn, position, context.mayAwait),
      () => {
        this.element = frame.self;
      },
    );
  }
}
