// GlobalNamespace: the script functions of global modules, which every script of an engine sees.

import type { Chain, FunctionTable, ScriptFn } from "../eval/frame.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import type { Module } from "./module.ts";

export class GlobalNamespace {
  /** By `name/arity`. */
  readonly functions = new Map<string, ScriptFn>();
  /** Typed methods by `type.name/arity`. */
  readonly methods = new Map<string, ScriptFn>();
  private chains = new WeakMap<FunctionTable, Chain>();

  /** Something here may have to wait. */
  get mayAwait(): boolean {
    return [...this.functions.values(), ...this.methods.values()].some((fn) => fn.mayAwait);
  }

  /** Adds the items of a module, but not those of its sub-modules; they replace those of modules added before. */
  add(module: Module, registry: FunctionRegistry): void {
    if (module.hasNativeFunctions) module.nativeSet.addTo(registry);
    for (const [name, value] of module.variables) registry.constants.set(name, value);
    for (const [key, fn] of module.scriptFunctions) this.functions.set(key, fn);
    for (const [key, fn] of module.methods) this.methods.set(key, fn);
    this.chains = new WeakMap();
    registry.touch();
  }

  /** The tables that a script's unqualified calls search: its own one, then this. Always the same object for a table. */
  chainOf(table: FunctionTable): Chain {
    if (this.functions.size + this.methods.size === 0) return table.chain;
    let chain = this.chains.get(table);
    if (chain === undefined) {
      chain = { table, outer: this.lastChain(), entered: new Map() };
      this.chains.set(table, chain);
    }
    return chain;
  }

  private lastChain(): Chain {
    const { functions, methods } = this;
    const table = { functions, methods, byName: new Map(), source: null } as unknown as {
      chain: Chain;
    } & FunctionTable;
    table.chain = { table, outer: null, entered: new Map() };
    return table.chain;
  }
}
