// Function pointers: `Fn("name")`, bare function names and closures.

import { RhaiObject, TypeId, type Value } from "./value.ts";

/** The function a pointer is bound to, opaque below `eval/`: see `ScriptFn` there. */
export interface LinkedFn {
  readonly name: string;
  /** Number of parameters, captured ones included. */
  readonly arity: number;
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
    readonly name: string,
    /** Curried arguments; captured variables are `Shared` cells. */
    readonly curry: readonly Value[] = [],
    /** The script function this pointer is bound to (closures and bare names), or null: looked up by name. */
    readonly linked: LinkedFn | null = null,
    /** The function library in force where the pointer was made, opaque here; null: the caller's. */
    readonly environment: object | null = null,
    /** Debug form `Fn+(..)`: made by the optimiser from `Fn("literal")`. */
    readonly hasEnvironmentMark = false,
  ) {
    super();
  }
  get isAnonymous(): boolean {
    return this.name.startsWith("anon$");
  }
  get isCurried(): boolean {
    return this.curry.length > 0;
  }
  withCurry(values: readonly Value[]): FnPtr {
    return new FnPtr(
      this.name,
      [...this.curry, ...values],
      this.linked,
      this.environment,
      this.hasEnvironmentMark,
    );
  }
}
