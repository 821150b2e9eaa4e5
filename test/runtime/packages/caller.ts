// Calls the functions of packages directly: overload choice as the engine's, callbacks as JS functions.

import { NO_POSITION } from "../../../src/lang/position.ts";
import type { CallContext, NativeFn, Package } from "../../../src/runtime/function/native.ts";
import { FunctionRegistry } from "../../../src/runtime/function/registry.ts";
import { Blob, RhaiArray, RhaiMap } from "../../../src/runtime/value/containers.ts";
import { debugText, printText } from "../../../src/runtime/value/display.ts";
import { equalsValue } from "../../../src/runtime/value/equality.ts";
import { FnPtr } from "../../../src/runtime/value/fn-ptr.ts";
import { IteratorValue, Ref } from "../../../src/runtime/value/objects.ts";
import { Byte, Char, Float } from "../../../src/runtime/value/scalars.ts";
import { typeNameOf, type Value } from "../../../src/runtime/value/value.ts";

/** A callback: `self` is what `this` is bound to (null: nothing). */
export type Callback = (self: Ref | null, ...args: Value[]) => Value | Promise<Value>;

export class PackageCaller {
  readonly registry = new FunctionRegistry();
  private readonly callbacks = new Map<string, Callback>();
  constructor(...packages: Package[]) {
    for (const pkg of packages) this.registry.addPackage(pkg);
  }
  /** A function pointer that calls a JS function. */
  callback(call: Callback, name = `anon$${this.callbacks.size}`): FnPtr {
    this.callbacks.set(name, call);
    return new FnPtr(name);
  }
  find(name: string, args: readonly Value[]): NativeFn {
    const fn = this.registry.resolve(name, args);
    if (fn === null) throw new Error(`no function ${name} (${args.map(typeNameOf).join(", ")})`);
    return fn;
  }
  /** Calls a function; a changed value type is put into `args[0]`. */
  call(name: string, args: Value[]): unknown {
    const fn = this.find(name, args);
    const call = fn.call as (...values: unknown[]) => unknown;
    const given: unknown[] = fn.usesContext ? [this.context(name)] : [];
    if (!fn.byRef) return call(...given, ...args);
    const place = new Ref(args[0]);
    try {
      return call(...given, place, ...args.slice(1));
    } finally {
      args[0] = place.value;
    }
  }
  /** What `for` would see of a value, up to `limit` items. */
  items(value: Value, limit = 100): Value[] {
    const iterator = this.registry.iteratorFor(value)?.(value as never);
    if (iterator === undefined) throw new Error(`${typeNameOf(value)} is not iterable`);
    const items: Value[] = [];
    for (let next = iterator.next(); !next.done && items.length < limit; next = iterator.next()) {
      items.push(next.value);
    }
    return items;
  }
  private context(fnName: string): CallContext {
    const callRaw: CallContext["callRaw"] = (fnPtr, self, args) => {
      const callback = this.callbacks.get(fnPtr.name);
      if (callback === undefined) throw new Error(`no callback ${fnPtr.name}`);
      return callback(self, ...args);
    };
    return {
      fnName,
      signal: null,
      deadline: null,
      startTask: () => {
        throw new Error("not needed here");
      },
      position: NO_POSITION,
      source: null,
      maxStringSize: 0,
      maxArraySize: 0,
      maxMapSize: 0,
      callLevel: 1,
      trackOperations: () => {},
      callRaw,
      elementCallback: () => {
        throw new Error("not needed here");
      },
      textOf: (value, isDebug) => (isDebug ? debugText(value) : printText(value)),
      callMethod: () => {
        throw new Error("not needed here");
      },
      callNativeFn: () => {
        throw new Error("not needed here");
      },
      callFn: () => {
        throw new Error("not needed here");
      },
      equals: equalsValue,
      run: this,
    };
  }
}

/** An object map from its properties. */
export function map(properties: Record<string, Value> = {}): RhaiMap {
  return new RhaiMap(new Map(Object.entries(properties)));
}

export function array(...items: Value[]): RhaiArray {
  return new RhaiArray(items);
}

/** A value in short text: FLOATs as `1.5f`, characters as `'c'`, bytes as `1u8`, iterators by their type name. */
export function show(value: unknown): string {
  if (value instanceof RhaiArray) return `[${value.items.map(show).join(", ")}]`;
  if (value instanceof RhaiMap) return `#{${value.keys().map((key) => `${key}: ${show(value.get(key))}`)}}`;
  if (value instanceof Blob) return `<${[...value.bytes]}>`;
  if (value instanceof Float) return `${value.value}f`;
  if (value instanceof Char) return `'${value.value}'`;
  if (value instanceof Byte) return `${value.value}u8`;
  if (value instanceof IteratorValue) return value.name;
  if (value instanceof FnPtr) return `Fn(${value.name})`;
  if (typeof value === "string") return JSON.stringify(value);
  return value === undefined ? "()" : String(value);
}

/** The text of what `run` throws. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("nothing was thrown");
}
