// Functions that work on a part of an array or blob: registered for a start and a length, and for both kinds of range.

import type { FnOptions, PackageBuilder, TypeName } from "../function/native.ts";
import type { Int } from "../value/int.ts";
import type { Range } from "../value/objects.ts";
import { rangeCount, rangeStart } from "../value/slices.ts";
import type { Value } from "../value/value.ts";

export interface SpanFunction {
  readonly name: string;
  readonly type: TypeName;
  /** Types of the parameters after the range, and their names. */
  readonly rest?: readonly TypeName[];
  readonly restNames?: readonly string[];
  readonly returns: TypeName;
  readonly doc: string;
  /** May be called on constants. */
  readonly pure?: boolean;
}

/** Registers `call(target, start, count, ...rest)`; for ranges it gets where they start and how many items they cover. */
export function registerSpan<T, R extends Value[]>(
  m: PackageBuilder,
  { name, type, rest = [], restNames = [], returns, doc, pure = false }: SpanFunction,
  call: (target: T, start: Int, count: Int, ...rest: R) => unknown,
): void {
  const register = (
    types: readonly TypeName[],
    names: readonly string[],
    body: (...args: never[]) => unknown,
  ) => {
    const options: FnOptions = { doc, paramNames: [type, ...names, ...restNames] };
    const params = [type, ...types, ...rest];
    if (pure) m.pure(name, params, returns, body, options);
    else m.method(name, params, returns, body, options);
  };
  const byRange = (target: T, range: Range, ...more: R) =>
    call(target, rangeStart(range), rangeCount(range), ...more);
  register(["i64", "i64"], ["start", "len"], call);
  register(["range"], ["range"], byRange);
  register(["range="], ["range"], byRange);
}
