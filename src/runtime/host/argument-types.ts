// The TypeScript types of what a host function gets, worked out from the parameter types it is registered with.

import type { FnPtr } from "../value/fn-ptr.ts";
import type { Range, Timestamp } from "../value/objects.ts";
import type { HostContext } from "./host-context.ts";
import type { RegisterOptions } from "./register-fn.ts";
import type { HostClass, HostTypeName } from "./type-names.ts";

/** By the names that `HostTypeName` allows. An `int` beyond 2^53 arrives as a `bigint`; few functions have to care. */
export interface ArgumentTypes {
  readonly int: number;
  readonly INT: number;
  readonly i64: number;
  readonly u8: number;
  readonly float: number;
  readonly FLOAT: number;
  readonly f64: number;
  readonly bool: boolean;
  readonly char: string;
  readonly string: string;
  readonly str: string;
  readonly String: string;
  readonly ImmutableString: string;
  readonly blob: Uint8Array;
  readonly Blob: Uint8Array;
  readonly Fn: FnPtr;
  readonly fn: FnPtr;
  readonly FnPtr: FnPtr;
  readonly range: Range;
  readonly "range=": Range;
  readonly timestamp: Timestamp;
  readonly unit: undefined;
  readonly "()": undefined;
}

/** `never`, which every parameter takes, where the host knows better: arrays, maps, `dynamic`, types known by name only. */
export type ArgumentOf<Type> = Type extends keyof ArgumentTypes ? ArgumentTypes[Type] : ReceiverOf<Type>;

/** The object that a method, accessor or iterator of a type gets: an instance of the class; by reference otherwise (`never`). */
export type ReceiverOf<Type> = HostClass extends Type
  ? never
  : Type extends abstract new (
        ...args: never[]
      ) => infer Instance
    ? Instance
    : never;

/** One argument for each parameter type; nothing is known about lists of types that are not written out. */
export type ArgumentsOf<Params extends readonly HostTypeName[]> = number extends Params["length"]
  ? never[]
  : { -readonly [Index in keyof Params]: ArgumentOf<Params[Index]> };

/** Options that ask for nothing: what the arguments are typed by when none are given. */
export interface NoRegisterOptions extends RegisterOptions {
  readonly context?: false;
}

/** The arguments with the context before them, for options that ask for it. Nothing is known about `raw` ones. */
export type WithContext<Args extends readonly unknown[], Options> = RegisterOptions extends Options
  ? never[]
  : Options extends { readonly raw: true }
    ? never[]
    : Options extends { readonly context: true }
      ? [context: HostContext, ...args: Args]
      : Args;

/**
 * The arguments of a host function: its context when it asks for one, then what the parameter types convert to. Functions that
 * get script values (`raw`), or their first argument by reference (`receiver`), say themselves what they take.
 */
export type HostArguments<
  Params extends readonly HostTypeName[],
  Options extends RegisterOptions,
> = Options extends {
  readonly receiver: "ref" | "mut";
}
  ? never[]
  : WithContext<ArgumentsOf<Params>, Options>;

/** The arguments of an accessor: the object, then what it is called with. */
export type AccessorArguments<
  Type extends HostTypeName,
  Others extends readonly HostTypeName[] = [],
  Options extends RegisterOptions = NoRegisterOptions,
> = WithContext<[object: ReceiverOf<Type>, ...others: ArgumentsOf<Others>], Options>;
