// Calls array and blob functions directly, with callbacks that are JS functions: arities count as for Rhai's linked functions.

import { NO_POSITION } from "../../../src/lang/position.ts";
import { type EvalError, functionNotFound, inFunctionCall } from "../../../src/runtime/errors.ts";
import type { CallContext, ElementCallback } from "../../../src/runtime/function/native.ts";
import { arrayPackage } from "../../../src/runtime/packages/array.ts";
import { blobPackage } from "../../../src/runtime/packages/blob.ts";
import { copyValue } from "../../../src/runtime/value/containers.ts";
import { equalsValue } from "../../../src/runtime/value/equality.ts";
import { FnPtr, type LinkedFn } from "../../../src/runtime/value/fn-ptr.ts";
import { Ref } from "../../../src/runtime/value/objects.ts";
import type { Value } from "../../../src/runtime/value/value.ts";
import { PackageCaller } from "./caller.ts";

type Result = Value | Promise<Value>;
/** `self` is the place bound to `this`, or null. */
type Body = (self: Ref | null, ...args: Value[]) => Result;

interface FakeFn extends LinkedFn {
  readonly body: Body;
}

/** A closure: bound to its body and chosen by its number of parameters. */
export function closure(arity: number, body: Body): FnPtr {
  const linked: FakeFn = { name: "anon$1", arity, body };
  return new FnPtr("anon$1", [], linked);
}

export class FakeContext implements CallContext {
  readonly position = NO_POSITION;
  readonly source = null;
  maxStringSize = 0;
  maxArraySize = 0;
  maxMapSize = 0;
  readonly callLevel = 1;
  readonly run = {};
  readonly signal = null;
  readonly deadline = null;
  /** Functions that pointers without a link find, by `name/arity`; `name/this` takes the item as `this`. */
  readonly named = new Map<string, Body>();
  constructor(readonly fnName: string) {}

  trackOperations(): void {}

  equals(a: Value, b: Value): boolean {
    return equalsValue(a, b);
  }

  startTask(): never {
    throw new Error("not needed here");
  }

  callFn(): Result {
    throw new Error("not needed here");
  }

  callNativeFn(): Result {
    throw new Error("not needed here");
  }

  callMethod(): Result {
    throw new Error("not needed here");
  }

  textOf(): string {
    throw new Error("not needed here");
  }

  callRaw(
    fnPtr: FnPtr,
    self: Ref | null,
    args: readonly Value[],
    extras: readonly Value[],
    moveThisTo: number | null,
  ): Result {
    const linked = fnPtr.linked as FakeFn | null;
    if (linked === null) return this.callNamed(fnPtr.name, self, args, extras, moveThisTo);
    const { arity, body } = linked;
    if (arity === args.length) return body(self, ...args);
    if (self !== null && moveThisTo !== null) {
      const at = moveThisTo;
      if (arity === args.length + 1) return body(null, ...withItem(args, self, at));
      if (arity === args.length + 1 + extras.length)
        return body(null, ...withItem([...args, ...extras], self, at));
    }
    if (arity === args.length + extras.length) return body(self, ...args, ...extras);
    throw inFunctionCall(this.fnName, "", functionNotFound(`${linked.name} (...)`));
  }

  elementCallback(fnPtr: FnPtr): ElementCallback {
    const ref = new Ref<Value>(undefined);
    return {
      call: (element, index) => {
        ref.value = element;
        return this.callRaw(fnPtr, ref, [], [index], 0);
      },
      get element() {
        return ref.value;
      },
    };
  }

  private callNamed(
    name: string,
    self: Ref | null,
    args: readonly Value[],
    extras: readonly Value[],
    moveThisTo: number | null,
  ): Result {
    const method = this.named.get(`${name}/this`);
    if (self !== null && method !== undefined) return this.wrapped(() => method(self, ...args));
    const all = self !== null && moveThisTo !== null ? withItem(args, self, moveThisTo) : args;
    const plain = this.named.get(`${name}/${all.length}`);
    if (plain !== undefined) return this.wrapped(() => plain(null, ...all));
    const full = this.named.get(`${name}/${all.length + extras.length}`);
    if (full !== undefined) return this.wrapped(() => full(null, ...all, ...extras));
    throw inFunctionCall(this.fnName, "", functionNotFound(`${name} (...)`));
  }

  private wrapped(run: () => Result): Result {
    const wrap = (error: unknown) => {
      throw inFunctionCall(this.fnName, "", error as EvalError);
    };
    try {
      const result = run();
      return result instanceof Promise ? result.catch(wrap) : result;
    } catch (error) {
      return wrap(error);
    }
  }
}

const caller = new PackageCaller(arrayPackage, blobPackage);

/** Calls a function of the array and blob packages, in a context of its own or the one given. */
export function call(name: string, args: Value[], context = new FakeContext(name)): unknown {
  const fn = caller.find(name, args);
  const body = fn.call as (...values: unknown[]) => unknown;
  return fn.usesContext ? body(context, ...args) : body(...args);
}

/** The same closure, answering later: from its call number `from` on. */
export function later(fnPtr: FnPtr, from: number): FnPtr {
  const { arity, body } = fnPtr.linked as FakeFn;
  let calls = 0;
  return closure(arity, (self, ...args) => {
    if (calls++ < from) return body(self, ...args);
    return Promise.resolve().then(() => body(self, ...args));
  });
}

function withItem(args: readonly Value[], self: Ref, at: number): Value[] {
  const all = [...args];
  all.splice(at, 0, copyValue(self.value));
  return all;
}
