// The host classes an engine knows, and conversion between their instances and script values.

import type { FunctionRegistry } from "../function/registry.ts";
import { Blob, Container, RhaiArray, RhaiMap } from "../value/containers.ts";
import { ConversionError, jsToValue, valueToJs } from "../value/convert.ts";
import { Byte, Char, charOf, Float } from "../value/scalars.ts";
import { FIRST_HOST_TYPE, RhaiObject, type Value } from "../value/value.ts";
import { type HostType, hostHandle, isHostHandle } from "./host-object.ts";
import { canonicalTypeName, type HostClass, type HostTypeName } from "./type-names.ts";

let nextTypeId = FIRST_HOST_TYPE;

export class HostTypes {
  private readonly byClass = new Map<HostClass, HostType>();
  constructor(private readonly registry: FunctionRegistry) {}

  /** Makes a class known under a name. Throws TypeError when class or name is taken. */
  register(constructor: HostClass, name: string, clone: HostType["clone"] = null): HostType {
    if (typeof constructor !== "function")
      throw new TypeError(`registering type '${name}': expected a class, got ${typeof constructor}`);
    if (this.byClass.has(constructor)) throw new TypeError(`class ${constructor.name} is registered already`);
    if (this.registry.typeId(name) !== undefined)
      throw new TypeError(`there is a type called '${name}' already`);
    const type: HostType = { id: nextTypeId++, name, constructor, clone };
    this.byClass.set(constructor, type);
    this.registry.registerType(name, type.id);
    return type;
  }

  /** All registered types. */
  all(): Iterable<HostType> {
    return this.byClass.values();
  }

  /** The Rhai name of a type as a host writes it. Throws TypeError for a class that is not registered. */
  nameOf(type: HostTypeName): string {
    if (typeof type === "string") return canonicalTypeName(type);
    const known = this.byClass.get(type);
    if (known === undefined)
      throw new TypeError(`class ${type.name} is not registered: call registerType or defineType first`);
    return known.name;
  }

  /** The type of an instance: that of its class or of the nearest registered base class. */
  typeOf(instance: object): HostType | null {
    for (let proto = Object.getPrototypeOf(instance); proto !== null; proto = Object.getPrototypeOf(proto)) {
      const type = typeof proto.constructor === "function" ? this.byClass.get(proto.constructor) : undefined;
      if (type !== undefined) return type;
    }
    return null;
  }

  /** A script value for what a host function returned. `returns` is a canonical type name; `f64` makes numbers FLOAT. */
  toValue(js: unknown, returns: string): Value {
    if (js instanceof RhaiObject) return js instanceof Container ? js.copy() : js;
    if (returns === "f64" && (typeof js === "number" || typeof js === "bigint")) return new Float(Number(js));
    if (returns === "char" && typeof js === "string" && [...js].length === 1) return charOf(js);
    if (typeof js === "object" && js !== null) return this.objectToValue(js);
    return jsToValue(js);
  }

  private objectToValue(js: object): Value {
    const type = this.typeOf(js);
    if (type !== null) return hostHandle(type, js);
    if (Array.isArray(js)) return new RhaiArray(js.map((item) => this.toValue(item, "dynamic")));
    if (Object.getPrototypeOf(js) === Object.prototype || Object.getPrototypeOf(js) === null) {
      // A check for cycles and depth; instances of registered classes inside are converted one by one.
      const entries = new Map<string, Value>();
      for (const [key, item] of Object.entries(js)) entries.set(key, this.nested(item, key));
      return new RhaiMap(entries);
    }
    return jsToValue(js);
  }

  private depth = 0;
  private nested(item: unknown, key: string): Value {
    if (this.depth > 1000) throw new ConversionError("data is nested too deep or refers to itself", key);
    this.depth++;
    try {
      return this.toValue(item, "dynamic");
    } finally {
      this.depth--;
    }
  }

  /** What a host function gets for a script value: plain JS data, instances, or script values that have no JS form. */
  toHost(value: Value): unknown {
    if (typeof value !== "object") return value;
    if (isHostHandle(value)) return value.instance;
    if (value instanceof Float || value instanceof Char || value instanceof Byte) return value.value;
    if (value instanceof Blob) return value.bytes.slice();
    if (value instanceof RhaiArray) return value.items.map((item) => this.toHost(item));
    if (value instanceof RhaiMap) return this.mapToHost(value);
    return valueToJs(value);
  }

  private mapToHost(map: RhaiMap): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const key of map.keys()) {
      const value = this.toHost(map.get(key));
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return object;
  }
}
