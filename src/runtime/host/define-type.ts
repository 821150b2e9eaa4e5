// Declaring a host class as a script type in one piece.

import type { FunctionRegistry } from "../function/registry.ts";
import type { Value } from "../value/value.ts";
import { isHostHandle } from "./host-object.ts";
import {
  type HostFunction,
  type RegisterOptions,
  type RegistrationTarget,
  registerHostFn,
} from "./register-fn.ts";
import type { HostClass, HostTypeName } from "./type-names.ts";

/** One function of a type: parameter types (without the object itself), implementation, options. */
export interface MemberDefinition extends RegisterOptions {
  readonly params?: readonly HostTypeName[];
  readonly call: HostFunction;
  /** Does not modify the object: may be called on constants. Default true. */
  readonly readonly?: boolean;
  readonly async?: boolean;
}

export interface PropertyDefinition {
  readonly get?: (object: never) => unknown;
  readonly set?: (object: never, value: never) => void;
  /** Type of the property: needed for `set` (default `dynamic`) and for FLOAT values. */
  readonly type?: HostTypeName;
  readonly async?: boolean;
  readonly doc?: string;
}

export interface IndexerDefinition {
  readonly index: HostTypeName;
  readonly value?: HostTypeName;
  readonly get?: (object: never, index: never) => unknown;
  readonly set?: (object: never, index: never, value: never) => void;
}

/** A host class as a script type. */
export interface TypeDefinition {
  /** Name in scripts (`type_of`, error messages, typed methods). */
  readonly name: string;
  readonly class: HostClass;
  /** Copies an instance, for value semantics; without it scripts share instances by reference. */
  readonly clone?: (instance: never) => object;
  /** Functions that make instances: name -> definition, or a list for overloads. */
  readonly constructors?: Readonly<Record<string, MemberDefinition | readonly MemberDefinition[]>>;
  readonly methods?: Readonly<Record<string, MemberDefinition | readonly MemberDefinition[]>>;
  readonly properties?: Readonly<Record<string, PropertyDefinition>>;
  readonly indexers?: readonly IndexerDefinition[];
  /** Operators: symbol -> definition; `params` is the other operand's type (default: the class itself). */
  readonly operators?: Readonly<Record<string, MemberDefinition | readonly MemberDefinition[]>>;
  /** Makes instances usable in `for`. */
  readonly iterate?: (instance: never) => Iterable<unknown>;
  readonly toString?: (instance: never) => string;
  readonly toDebug?: (instance: never) => string;
  /** Equality: registers `==` and `!=`. */
  readonly equals?: (a: never, b: never) => boolean;
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

type AnyCall = (...args: unknown[]) => unknown;

/** Registers everything a definition lists. Throws TypeError for mistakes in it. */
export function defineHostType(target: RegistrationTarget, definition: TypeDefinition): void {
  const { registry, types } = target;
  const type = types.register(definition.class, definition.name, definition.clone ?? null);
  const self = definition.class;
  const add = (
    name: string,
    params: readonly HostTypeName[],
    call: HostFunction,
    options: RegisterOptions,
    isAsync = false,
  ) => registerHostFn(target, name, params, call, options, isAsync);
  for (const [name, members] of Object.entries(definition.constructors ?? {})) {
    for (const member of list(members)) add(name, member.params ?? [], member.call, member, member.async);
  }
  for (const [name, members] of Object.entries(definition.methods ?? {})) {
    for (const member of list(members)) {
      const receiver = member.readonly === false ? "mut" : "ref";
      add(name, [self, ...(member.params ?? [])], member.call, { ...member, receiver }, member.async);
    }
  }
  for (const [symbol, members] of Object.entries(definition.operators ?? {})) {
    for (const member of list(members))
      add(symbol, [self, ...(member.params ?? [self])], member.call, { ...member, receiver: "ref" });
  }
  addProperties(add, definition);
  addIndexers(add, definition);
  addText(add, definition);
  if (definition.iterate) addIterator(registry, target, definition.iterate, type.name);
}

type Add = (
  name: string,
  params: readonly HostTypeName[],
  call: HostFunction,
  options: RegisterOptions,
  isAsync?: boolean,
) => void;

function addProperties(add: Add, definition: TypeDefinition): void {
  const self = definition.class;
  for (const [name, { get, set, type = "dynamic", async: isAsync, doc }] of Object.entries(
    definition.properties ?? {},
  )) {
    if (get) add(`get$${name}`, [self], get, { receiver: "ref", returns: type, doc }, isAsync);
    if (set) add(`set$${name}`, [self, type], set, { receiver: "mut", doc }, isAsync);
    if (!get && !set)
      throw new TypeError(`property '${name}' of type '${definition.name}' has neither get nor set`);
  }
}

function addIndexers(add: Add, definition: TypeDefinition): void {
  const self = definition.class;
  for (const { index, value = "dynamic", get, set } of definition.indexers ?? []) {
    if (get) add("index$get$", [self, index], get, { receiver: "ref", returns: value });
    if (set) add("index$set$", [self, index, value], set, { receiver: "mut" });
  }
}

function addText(add: Add, definition: TypeDefinition): void {
  const self = definition.class;
  const { equals, toDebug } = definition;
  const text = Object.hasOwn(definition, "toString") ? definition.toString : undefined;
  const options: RegisterOptions = { receiver: "ref", returns: "string" };
  if (text) for (const name of ["to_string", "print"]) add(name, [self], text as HostFunction, options);
  if (toDebug ?? text)
    for (const name of ["to_debug", "debug"]) add(name, [self], (toDebug ?? text) as HostFunction, options);
  if (equals) {
    const same = equals as AnyCall;
    add("==", [self, self], ((a: unknown, b: unknown) => same(a, b)) as HostFunction, {
      receiver: "ref",
      returns: "bool",
    });
    add("!=", [self, self], ((a: unknown, b: unknown) => !same(a, b)) as HostFunction, {
      receiver: "ref",
      returns: "bool",
    });
  }
}

function addIterator(
  registry: FunctionRegistry,
  { types }: RegistrationTarget,
  iterate: (instance: never) => Iterable<unknown>,
  name: string,
): void {
  registry.registerIterator(name, function* (value: never): Generator<Value> {
    const handle: unknown = value;
    const instance = isHostHandle(handle) ? handle.instance : handle;
    for (const item of iterate(instance as never)) yield types.toValue(item, "dynamic");
  });
}
