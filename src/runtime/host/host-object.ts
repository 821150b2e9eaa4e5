// Instances of host classes as script values.

import { hostError } from "../errors.ts";
import { Container } from "../value/containers.ts";
import { RhaiObject } from "../value/value.ts";

/** A JS class as a script type. */
export interface HostType {
  readonly id: number;
  readonly name: string;
  readonly constructor: abstract new (...args: never[]) => object;
  /** Copies an instance when a script copies the value; without it all copies are the one object. */
  readonly clone: ((instance: never) => object) | null;
}

/** Something a script holds that is an instance of a host class. */
export interface HostHandle {
  readonly type: HostType;
  instance: object;
}

/** An instance that scripts share by reference: assigning or passing it does not copy it. */
export class HostReference extends RhaiObject implements HostHandle {
  constructor(
    readonly type: HostType,
    readonly instance: object,
  ) {
    super();
  }
  override get typeId(): number {
    return this.type.id;
  }
  override get typeName(): string {
    return this.type.name;
  }
}

/** An instance with value semantics: copied by the type's `clone` wherever a script copies it. */
export class HostValue extends Container implements HostHandle {
  constructor(
    readonly type: HostType,
    public instance: object,
  ) {
    super();
  }
  override get typeId(): number {
    return this.type.id;
  }
  override get typeName(): string {
    return this.type.name;
  }
  override copy(): HostValue {
    const { clone } = this.type;
    if (clone === null) return new HostValue(this.type, this.instance);
    try {
      const instance = clone(this.instance as never);
      if (typeof instance === "object" && instance !== null) return new HostValue(this.type, instance);
      throw new TypeError(`the function clone of type '${this.type.name}' returned no object`);
    } catch (error) {
      throw hostError(error);
    }
  }
}

export function isHostHandle(value: unknown): value is HostReference | HostValue {
  return value instanceof HostReference || value instanceof HostValue;
}

export function hostHandle(type: HostType, instance: object): HostReference | HostValue {
  return type.clone === null ? new HostReference(type, instance) : new HostValue(type, instance);
}
