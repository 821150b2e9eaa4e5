// Immutable object values: ranges, timestamps, iterators; and the cell behind a captured variable.

import { RhaiObject, TypeId, type Value } from "./value.ts";

/** `from..to` or `from..=to` over INT. Immutable. */
export class Range extends RhaiObject {
  override get typeId(): number {
    return this.inclusive ? TypeId.RANGE_INCLUSIVE : TypeId.RANGE;
  }
  override get typeName(): string {
    return this.inclusive ? "range=" : "range";
  }
  override get rustTypeName(): string {
    return `core::ops::range::Range${this.inclusive ? "Inclusive" : ""}<i64>`;
  }
  constructor(
    /** Where it begins. */
    readonly from: number | bigint,
    /** Where it ends. */
    readonly to: number | bigint,
    /** Whether the end belongs to it: `from..=to`. */
    readonly inclusive: boolean,
  ) {
    super();
  }
}

/** A moment on the monotonic clock, in milliseconds with fraction. Immutable. */
export class Timestamp extends RhaiObject {
  override get typeId(): number {
    return TypeId.TIMESTAMP;
  }
  override get typeName(): string {
    return "timestamp";
  }
  constructor(
    /** As `performance.now()` counts. */
    readonly milliseconds: number,
  ) {
    super();
  }
}

/** What `range(a, b, step)`, `bits()`, `chars()` ... return: something only `for` can use. Immutable, restartable. */
export class IteratorValue extends RhaiObject {
  override get typeId(): number {
    return TypeId.ITERATOR;
  }
  override get typeName(): string {
    return this.name;
  }
  override get rustTypeName(): string {
    return this.rustName;
  }
  constructor(
    /** Type name, as Rhai's `type_of` shows it. */
    readonly name: string,
    readonly iterate: () => Iterator<Value>,
    /** Rust's name of the type, which results and error messages show. */
    readonly rustName: string = name,
  ) {
    super();
  }
}

/** The cell of a variable that closures have captured. Never inside a container, never seen by native functions. */
export class Shared extends RhaiObject {
  /** True while a method runs on the value: any other access is a data race. */
  locked = false;
  override get typeId(): number {
    return TypeId.SHARED;
  }
  override get typeName(): string {
    return "shared";
  }
  constructor(
    public value: Value,
    /** The captured variable is a constant. */
    readonly constant = false,
  ) {
    super();
  }
}

/** A place handed to a native function that modifies a value type (string, INT, char ...) in place. */
export class Ref<T extends Value = Value> {
  constructor(
    /** The value. */
    public value: T,
  ) {}
}
