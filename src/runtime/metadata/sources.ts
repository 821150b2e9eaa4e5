// MetadataSources: what function metadata and definition files read from an engine.

import type { ScriptFnDef } from "../../lang/ast.ts";
import type { NativeFn } from "../function/native.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import type { HostType } from "../host/host-object.ts";
import type { GlobalNamespace } from "../module/global-namespace.ts";
import type { Module } from "../module/module.ts";

export interface MetadataSources {
  readonly registry: FunctionRegistry;
  /** Static modules by name. */
  readonly globalModules: ReadonlyMap<string, Module>;
  /** Script functions of global modules. */
  readonly globalNamespace: GlobalNamespace;
  /** Registered host classes. */
  readonly hostTypes: Iterable<HostType>;
  /** Whether a function of the registry came with a standard package. */
  isStandard(fn: NativeFn): boolean;
  isCustomOperator(name: string): boolean;
}

/** The global functions, those of the host apart from those of the standard packages. */
export function globalFunctions(sources: MetadataSources): {
  readonly host: readonly NativeFn[];
  readonly standard: readonly NativeFn[];
  /** Those of global modules that are written in Rhai. */
  readonly scripts: readonly ScriptFnDef[];
} {
  const host: NativeFn[] = [];
  const standard: NativeFn[] = [];
  for (const fn of sources.registry.all()) (sources.isStandard(fn) ? standard : host).push(fn);
  const { functions, methods } = sources.globalNamespace;
  const scripts = [...functions.values(), ...methods.values()].map((fn) => fn.def);
  return { host, standard, scripts };
}
