// Calling back for array items: what callbacks do to an item through `this` ends up in the array.

import { fnPtrFromName } from "../function/fn-name.ts";
import type {
  CallContext,
  ElementCallback,
  FnOptions,
  PackageBuilder,
  TypeName,
} from "../function/native.ts";
import type { RhaiArray } from "../value/containers.ts";
import type { FnPtr } from "../value/fn-ptr.ts";
import { Ref } from "../value/objects.ts";
import type { Value } from "../value/value.ts";

export type Later<T> = T | Promise<T>;

/**
 * Whether a callback can get the item as `this` and thus change it. `taken` is the number of arguments before the item:
 * a linked function with room for the item, or for item and index, gets a copy as an argument instead.
 */
function mayBindThis({ linked, curry }: FnPtr, taken: number): boolean {
  if (linked === null) return true;
  const free = linked.arity - curry.length - taken;
  return free !== 1 && free !== 2;
}

/** Calls a callback with item and index, the usual pattern. */
export class ItemCallback {
  /** The array's items; as long as callbacks run, nobody else can reach the array. */
  readonly items: Value[];
  private readonly bindsThis: boolean;
  private readonly callback: ElementCallback;
  constructor(ctx: CallContext, array: RhaiArray, fnPtr: FnPtr) {
    this.bindsThis = mayBindThis(fnPtr, 0);
    this.items = this.bindsThis ? array.write() : array.items;
    this.callback = ctx.elementCallback(fnPtr);
  }
  call(index: number): Later<Value> {
    if (!this.bindsThis) return this.callback.call(this.items[index], index);
    let result: Later<Value>;
    try {
      result = this.callback.call(this.items[index], index);
    } finally {
      this.store(index);
    }
    return result instanceof Promise ? result.finally(() => this.store(index)) : result;
  }
  private store(index: number): void {
    const { element } = this.callback;
    if (element !== this.items[index]) this.items[index] = element;
  }
}

/** Calls a callback with an item as `this` and other arguments: everything that `ItemCallback` does not fit. */
export class GeneralItemCallback {
  readonly items: Value[];
  private readonly self = new Ref<Value>(undefined);
  /** `moveThisTo`: see `CallContext.callRaw`. */
  constructor(
    private readonly ctx: CallContext,
    array: RhaiArray,
    private readonly fnPtr: FnPtr,
    private readonly moveThisTo: number | null,
  ) {
    const bindsThis = moveThisTo === null || mayBindThis(fnPtr, moveThisTo);
    this.items = bindsThis ? array.write() : array.items;
  }
  call(index: number, args: readonly Value[]): Later<Value> {
    this.self.value = this.items[index];
    let result: Later<Value>;
    try {
      result = this.ctx.callRaw(this.fnPtr, this.self, args, [index], this.moveThisTo);
    } finally {
      this.store(index);
    }
    return result instanceof Promise ? result.finally(() => this.store(index)) : result;
  }
  private store(index: number): void {
    const { value } = this.self;
    if (value !== this.items[index]) this.items[index] = value;
  }
}

/** The context under another function name, which errors of callbacks then show. */
export function underName(ctx: CallContext, fnName: string): CallContext {
  return ctx.fnName === fnName ? ctx : Object.create(ctx, { fnName: { value: fnName } });
}

/** Options of functions that call back: they wait when a callback does. */
export const CALLS_BACK = { context: true, callsBack: true, isPure: false } as const;

export interface HigherOrder {
  readonly names: string | readonly string[];
  /** Parameters after array and callback. */
  readonly rest?: readonly TypeName[];
  readonly restNames?: readonly string[];
  readonly returns: TypeName;
  readonly doc: string;
  /** May be called on constants. */
  readonly pure: boolean;
  /** The form that takes the callback's name: absent, or whether it may be called on constants. */
  readonly byName?: "pure" | "method";
}

/** Registers `call(ctx, array, callback, ...rest)`, by function pointer and by name where Rhai has it. */
export function registerHigherOrder<R extends Value[]>(
  m: PackageBuilder,
  { names, rest = [], restNames = [], returns, doc, pure, byName }: HigherOrder,
  call: (ctx: CallContext, array: RhaiArray, callback: FnPtr, ...rest: R) => unknown,
): void {
  const options: FnOptions = { ...CALLS_BACK, doc, paramNames: ["array", "callback", ...restNames] };
  m[pure ? "pure" : "method"](names, ["array", "Fn", ...rest], returns, call, options);
  if (byName === undefined) return;
  const callNamed = (ctx: CallContext, array: RhaiArray, name: string, ...more: R) =>
    call(ctx, array, fnPtrFromName(name), ...more);
  m[byName](names, ["array", "string", ...rest], returns, callNamed, options);
}
