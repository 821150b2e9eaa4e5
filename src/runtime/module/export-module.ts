// Plugin modules: a module from a declaration in one piece, as Rhai's `#[export_module]` makes one from a Rust module.

import type { HostFunction } from "../host/register-fn.ts";
import type { HostTypeName } from "../host/type-names.ts";
import { Module, type ModuleFnOptions, type ModuleHost } from "./module.ts";

/** One function of a plugin module. */
export interface ExportedFunction extends ModuleFnOptions {
  /** Types of the parameters. Default: none. */
  readonly params?: readonly HostTypeName[];
  /** The implementation. */
  readonly call: HostFunction;
}

/** A property that a plugin module adds to a type: for all scripts that import the module. */
export interface ExportedProperty {
  /** Name of the property. */
  readonly name: string;
  /** The type that has the property. */
  readonly of: HostTypeName;
  /** Type of the property's value. Default `dynamic`. */
  readonly type?: HostTypeName;
  /** Reads it: `get(object)`. */
  readonly get?: HostFunction;
  /** Changes it: `set(object, value)`. */
  readonly set?: HostFunction;
  /** Documentation. */
  readonly doc?: string;
}

/** What a plugin module holds. */
export interface ModuleDefinition {
  /** Documentation of the module. */
  readonly doc?: string;
  /** Values that scripts see as constants; JS data is converted. */
  readonly constants?: Readonly<Record<string, unknown>>;
  /** Functions and operators: name -> definition, or a list for overloads. */
  readonly functions?: Readonly<Record<string, ExportedFunction | readonly ExportedFunction[]>>;
  /** Properties that types get. */
  readonly properties?: readonly ExportedProperty[];
  /** Makes types usable in `for`. */
  readonly iterators?: readonly {
    /** The type. */
    readonly of: HostTypeName;
    /** Gives the items of an object. */
    readonly iterate: (object: never) => Iterable<unknown>;
  }[];
  /** Sub-modules by name. */
  readonly modules?: Readonly<Record<string, ModuleDefinition | Module>>;
}

const MEMBERS: ReadonlySet<string> = new Set<keyof ModuleDefinition>([
  "doc",
  "constants",
  "functions",
  "properties",
  "iterators",
  "modules",
]);

/**
 * Makes a module of a definition; register it with `registerStaticModule`, `registerGlobalModule`, or give it to a resolver.
 *
 * @param name the module's id.
 * @param host the engine whose host classes the definition uses; not needed for built-in types.
 * @throws TypeError for mistakes in the definition.
 * @example
 * const geometry = exportModule("geometry", {
 *   constants: { PI: 3.14159 },
 *   functions: { area: { params: ["float"], returns: "float", call: (r: number) => 3.14159 * r * r } },
 * });
 * engine.registerStaticModule("geometry", geometry);
 */
export function exportModule(
  name: string,
  definition: ModuleDefinition,
  host: ModuleHost | null = null,
): Module {
  checkDefinition(name, definition);
  const module = new Module(host);
  module.id = name;
  module.doc = definition.doc ?? "";
  for (const [key, value] of Object.entries(definition.constants ?? {})) module.setVar(key, value);
  for (const [key, members] of Object.entries(definition.functions ?? {})) {
    for (const member of Array.isArray(members) ? members : [members]) addFunction(module, key, member);
  }
  for (const property of definition.properties ?? []) addProperty(module, property);
  for (const { of, iterate } of definition.iterators ?? []) module.setIterator(of, iterate);
  for (const [key, sub] of Object.entries(definition.modules ?? {})) {
    module.setSubModule(key, sub instanceof Module ? sub : exportModule(key, sub, host));
  }
  return module;
}

function checkDefinition(name: string, definition: ModuleDefinition): void {
  if (typeof definition !== "object" || definition === null)
    throw new TypeError(`exporting module '${name}': expected a definition, got ${typeof definition}`);
  const unknown = Object.keys(definition).find((key) => !MEMBERS.has(key));
  if (unknown !== undefined) {
    throw new TypeError(
      `exporting module '${name}': there is no '${unknown}' in a definition, only ${[...MEMBERS].join(", ")}`,
    );
  }
}

function addFunction(module: Module, name: string, member: ExportedFunction): void {
  if (typeof member !== "object" || typeof member?.call !== "function") {
    throw new TypeError(
      `exporting module '${module.id}': function '${name}' has no 'call': expected { params: [...], call: fn }`,
    );
  }
  const { params = [], call, ...options } = member;
  module.setHostFn(name, params, call, options);
}

function addProperty(module: Module, property: ExportedProperty): void {
  const { name, of, type = "dynamic", get, set, doc } = property;
  if (!get && !set)
    throw new TypeError(`exporting module '${module.id}': property '${name}' has neither get nor set`);
  if (get) module.setGetterFn(name, of, get, { returns: type, doc });
  if (set) module.setSetterFn(name, of, type, set, { doc });
}
