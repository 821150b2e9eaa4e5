// Declaring a host class as a script type in one piece.

import { requireFunction, requireObject } from "../check-arguments.ts";
import type { NativeFn } from "../function/native.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import type { ReceiverOf } from "./argument-types.ts";
import type { HostContext } from "./host-context.ts";
import { hostAsyncIterator, hostIterator } from "./host-iterator.ts";
import {
  type HostFunction,
  type RegisterOptions,
  type RegistrationTarget,
  registerHostFn,
} from "./register-fn.ts";
import type { HostClass, HostTypeName } from "./type-names.ts";

/** One function of a type: parameter types (without the object itself), implementation, options. */
export interface MemberDefinition extends RegisterOptions {
  /** Types of the parameters, without the object itself. Default: none. */
  readonly params?: readonly HostTypeName[];
  /** The implementation. */
  readonly call: HostFunction;
  /** Does not modify the object: may be called on constants. Default true. */
  readonly readonly?: boolean;
  /** Returns a promise, which the script waits for. Default false. */
  readonly async?: boolean;
}

/** A method or operator: a function that gets an instance first. */
export interface PlainMethodDefinition<Self> extends MemberDefinition {
  readonly context?: false;
  readonly call: (self: Self, ...args: never[]) => unknown;
}

/** A method or operator that gets the context of the call before the instance. */
export interface ContextMethodDefinition<Self> extends MemberDefinition {
  readonly context: true;
  readonly call: (context: HostContext, self: Self, ...args: never[]) => unknown;
}

/** A method or operator of a type. */
export type MethodDefinition<Self> = PlainMethodDefinition<Self> | ContextMethodDefinition<Self>;

/** A property of a type: `get`, `set` or both. */
export interface PropertyDefinition<Self = never> {
  /** Reads the property. */
  readonly get?: (object: Self) => unknown;
  /** Changes the property; it is not called on constants. */
  readonly set?: (object: Self, value: never) => void;
  /** Type of the property: needed for `set` (default `dynamic`) and for FLOAT values. */
  readonly type?: HostTypeName;
  /** `get` and `set` return promises, which the script waits for. Default false. */
  readonly async?: boolean;
  /** Documentation. */
  readonly doc?: string;
}

/** How a type is indexed, by one type of index: `get`, `set` or both. */
export interface IndexerDefinition<Self = never> {
  /** Type of the index. */
  readonly index: HostTypeName;
  /** Type of the element. Default `dynamic`. */
  readonly value?: HostTypeName;
  /** Reads an element. */
  readonly get?: (object: Self, index: never) => unknown;
  /** Changes an element; it is not called on constants. */
  readonly set?: (object: Self, index: never, value: never) => void;
}

/** By name: one definition, or a list of overloads. */
export type Overloads<Definition> = Readonly<Record<string, Definition | DefinitionList<Definition>>>;

/** A list; that it has no `context` lets TypeScript tell the kinds of methods apart by theirs. */
type DefinitionList<Definition> = readonly Definition[] & { readonly context?: undefined };

/** A host class as a script type; see `Engine.defineType`. */
export interface TypeDefinition<Class extends HostClass = HostClass> {
  /** Name in scripts (`type_of`, error messages, typed methods). */
  readonly name: string;
  /** The class; instances of derived classes are of this type as well. */
  readonly class: Class;
  /** Copies an instance, for value semantics; without it scripts share instances by reference. */
  readonly clone?: (instance: ReceiverOf<Class>) => object;
  /** Functions that make instances: name -> definition, or a list for overloads. */
  readonly constructors?: Overloads<MemberDefinition>;
  /** Functions that get an instance first, as `object.name(...)` or `name(object, ...)`. */
  readonly methods?: Overloads<MethodDefinition<ReceiverOf<Class>>>;
  /** What `object.name` reads and writes. */
  readonly properties?: Readonly<Record<string, PropertyDefinition<ReceiverOf<Class>>>>;
  /** What `object[index]` reads and writes. */
  readonly indexers?: readonly IndexerDefinition<ReceiverOf<Class>>[];
  /** Operators: symbol -> definition; `params` is the other operand's type (default: the class itself). */
  readonly operators?: Overloads<MethodDefinition<ReceiverOf<Class>>>;
  /** Makes instances usable in `for`. */
  readonly iterate?: (instance: ReceiverOf<Class>) => Iterable<unknown>;
  /** The same for an async iterable: `for` waits for each item, so that scripts with `for` have to be run asynchronously. */
  readonly asyncIterate?: (instance: ReceiverOf<Class>) => AsyncIterable<unknown>;
  /** What `print`, `to_string` and interpolation show. */
  readonly toString?: (instance: ReceiverOf<Class>) => string;
  /** What `debug` and `to_debug` show. Default: as `toString`. */
  readonly toDebug?: (instance: ReceiverOf<Class>) => string;
  /** Equality: registers `==` and `!=`. */
  readonly equals?: (a: ReceiverOf<Class>, b: ReceiverOf<Class>) => boolean;
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

type AnyCall = (...args: unknown[]) => unknown;

/** Registers everything a definition lists, or nothing. Throws TypeError for mistakes in it. */
export function defineHostType(
  target: RegistrationTarget & { readonly registry: FunctionRegistry },
  definition: TypeDefinition,
): void {
  requireObject("the definition of a type", definition);
  const { registry, types } = target;
  const type = types.register(definition.class, definition.name, definition.clone ?? null);
  const functions: NativeFn[] = [];
  const collector = {
    register: (fn: NativeFn) => {
      registry.check(fn);
      functions.push(fn);
    },
  };
  const add: Add = (name, params, call, options, isAsync = false) =>
    registerHostFn({ ...target, registry: collector }, name, params, call, options, isAsync);
  const { iterate, asyncIterate } = definition;
  try {
    addMembers(add, definition);
    addProperties(add, definition);
    addIndexers(add, definition);
    addText(add, definition);
    if (iterate) requireFunction("iterate", iterate);
    if (asyncIterate) requireFunction("asyncIterate", asyncIterate);
  } catch (error) {
    types.forget(type);
    throw error;
  }
  for (const fn of functions) registry.register(fn);
  if (iterate) registry.registerIterator(type.name, hostIterator(types, iterate));
  if (asyncIterate) registry.registerAsyncIterator(type.name, hostAsyncIterator(types, asyncIterate));
}

type Add = (
  name: string,
  params: readonly HostTypeName[],
  call: HostFunction,
  options: RegisterOptions,
  isAsync?: boolean,
) => void;

/** The definitions of functions, overloads one by one. */
function* membersOf(
  { name: type }: TypeDefinition,
  members: Readonly<Record<string, MemberDefinition | readonly MemberDefinition[]>> = {},
): IterableIterator<readonly [name: string, member: MemberDefinition]> {
  for (const [name, overloads] of Object.entries(members)) {
    for (const member of list(overloads)) {
      if (typeof member?.call !== "function")
        throw new TypeError(`'${name}' of type '${type}' has no function \`call\``);
      yield [name, member];
    }
  }
}

function addMembers(add: Add, definition: TypeDefinition): void {
  const self = definition.class;
  const { constructors, methods, operators } = definition;
  for (const [name, member] of membersOf(definition, constructors))
    add(name, member.params ?? [], member.call, member, member.async);
  for (const [name, member] of membersOf(definition, methods)) {
    const receiver = member.readonly === false ? "mut" : "ref";
    add(name, [self, ...(member.params ?? [])], member.call, { ...member, receiver }, member.async);
  }
  for (const [symbol, member] of membersOf(definition, operators)) {
    const options: RegisterOptions = { ...member, receiver: "ref" };
    add(symbol, [self, ...(member.params ?? [self])], member.call, options, member.async);
  }
}

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
