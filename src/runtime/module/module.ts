// Modules: variables, functions and sub-modules that scripts reach as `name::item`.

import type { ScriptFn } from "../eval/frame.ts";
import { FunctionRegistry } from "../function/registry.ts";
import { Container } from "../value/containers.ts";
import type { Value } from "../value/value.ts";

/** A module: made by importing a script, or by the host. */
export class Module {
  /** Name or path of the source; shown in error messages. */
  id: string | null = null;
  doc = "";
  readonly variables = new Map<string, Value>();
  readonly modules = new Map<string, Module>();
  /** Public script functions by `name/arity`. */
  readonly scriptFunctions = new Map<string, ScriptFn>();
  /** Typed methods by `type.name/arity`: callable unqualified wherever the module is imported. */
  readonly methods = new Map<string, ScriptFn>();
  private natives: FunctionRegistry | null = null;

  /** Native functions of the module, made on first use. */
  get functions(): FunctionRegistry {
    this.natives ??= new FunctionRegistry();
    return this.natives;
  }
  get hasNativeFunctions(): boolean {
    return this.natives !== null;
  }
  setVar(name: string, value: Value): this {
    this.variables.set(name, value);
    return this;
  }
  /** A copy of the variable's value, or undefined; see `containsVar`. */
  getVar(name: string): Value {
    const value = this.variables.get(name);
    return value instanceof Container ? value.copy() : value;
  }
  containsVar(name: string): boolean {
    return this.variables.has(name);
  }
  setSubModule(name: string, module: Module): this {
    this.modules.set(name, module);
    return this;
  }
  getSubModule(name: string): Module | undefined {
    return this.modules.get(name);
  }
  /** The module at the end of a path of names, or null. */
  resolve(path: readonly string[]): Module | null {
    let module: Module | undefined = this;
    for (const name of path) {
      module = module.modules.get(name);
      if (module === undefined) return null;
    }
    return module;
  }
  /** The typed method of this module or of its sub-modules, or null. */
  findMethod(key: string): ScriptFn | null {
    const own = this.methods.get(key);
    if (own !== undefined) return own;
    for (const sub of this.modules.values()) {
      const found = sub.findMethod(key);
      if (found !== null) return found;
    }
    return null;
  }
}
