// The host classes an engine knows, and conversion between their instances and script values.

import { kindOf, requireText } from "../check-arguments.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import { convertJs, convertValue, type InstanceConverter } from "../value/convert.ts";
import { charOf, Float } from "../value/scalars.ts";
import { FIRST_HOST_TYPE, type Value } from "../value/value.ts";
import { type HostType, hostHandle, isHostHandle } from "./host-object.ts";
import { canonicalTypeName, type HostClass, type HostTypeName } from "./type-names.ts";

/** Proxies can have prototypes without end. */
const MAX_BASES = 100;

let nextTypeId = FIRST_HOST_TYPE;

export class HostTypes {
  private readonly byClass = new Map<HostClass, HostType>();
  constructor(private readonly registry: FunctionRegistry) {}

  /** Makes a class known under a name. Throws TypeError when class or name is taken. */
  register(constructor: HostClass, name: string, clone: HostType["clone"] = null): HostType {
    if (typeof constructor !== "function")
      throw new TypeError(`registering type '${String(name)}': expected a class, got ${kindOf(constructor)}`);
    requireText("the name of a type", name);
    if (name === "") throw new TypeError("a type needs a name");
    if (this.byClass.has(constructor)) throw new TypeError(`class ${constructor.name} is registered already`);
    if (this.registry.typeId(name) !== undefined)
      throw new TypeError(`there is a type called '${name}' already`);
    const type: HostType = { id: nextTypeId++, name, constructor, clone };
    this.byClass.set(constructor, type);
    this.registry.registerType(name, type.id);
    return type;
  }

  /** Undoes `register`, when nothing has used the type yet. */
  forget(type: HostType): void {
    this.byClass.delete(type.constructor);
    this.registry.forgetType(type.name);
  }

  /** All registered types. */
  all(): Iterable<HostType> {
    return this.byClass.values();
  }

  /** The Rhai name of a type as a host writes it. Throws TypeError for a class that is not registered. */
  nameOf(type: HostTypeName): string {
    if (typeof type === "string") return canonicalTypeName(type);
    if (typeof type !== "function")
      throw new TypeError(`expected the name of a type or a class, got ${kindOf(type)}`);
    const known = this.byClass.get(type);
    if (known === undefined)
      throw new TypeError(`class ${type.name} is not registered: call registerType or defineType first`);
    return known.name;
  }

  /** The type of an instance: that of its class or of the nearest registered base class. */
  typeOf(instance: object): HostType | null {
    if (this.byClass.size === 0) return null;
    let proto = Object.getPrototypeOf(instance);
    for (let depth = 0; proto !== null && depth < MAX_BASES; depth++, proto = Object.getPrototypeOf(proto)) {
      const type = typeof proto.constructor === "function" ? this.byClass.get(proto.constructor) : undefined;
      if (type !== undefined) return type;
    }
    return null;
  }

  /**
   * A script value for what a host function returned. `returns` is a canonical type name; `f64` makes numbers FLOAT. `root` is
   * what messages call the value. Throws ConversionError.
   */
  toValue(js: unknown, returns: string, root = "$"): Value {
    if (returns === "f64" && (typeof js === "number" || typeof js === "bigint")) return new Float(Number(js));
    if (returns === "char" && typeof js === "string" && [...js].length === 1) return charOf(js);
    return convertJs(js, root, this.instances);
  }

  /** What a host function gets for a script value: plain JS data, instances, or script values that have no JS form. */
  toHost(value: Value): unknown {
    if (typeof value !== "object") return value;
    if (isHostHandle(value)) return value.instance;
    return convertValue(value, this.instances);
  }

  private readonly instances: InstanceConverter = {
    fromJs: (instance) => {
      const type = this.typeOf(instance);
      return type === null ? null : hostHandle(type, instance);
    },
    toJs: (value) => (isHostHandle(value) ? value.instance : null),
  };
}
