// Definitions: what scripts of an engine can use, as text of `.d.rhai` definition files.

import type { NativeFn } from "../function/native.ts";
import { globalFunctions, type MetadataSources } from "../metadata/sources.ts";
import type { Module } from "../module/module.ts";
import type { Scope } from "../scope.ts";
import { compareStrings } from "../value/containers.ts";
import type { Value } from "../value/value.ts";
import { BUILTIN_FUNCTION_DEFINITIONS } from "./builtin-functions.ts";
import { builtinOperatorDefinitions } from "./builtin-operators.ts";
import { type FnText, nativeFnText, scriptFnText, variableText } from "./item-text.ts";

/** Options of `Engine.definitions`. */
export interface DefinitionsOptions {
  /** Begin separate definitions by a `module ...` line. Default false; files always have it. */
  readonly headers?: boolean;
  /** Define what the language and the standard packages provide. Default true. */
  readonly includeStandardPackages?: boolean;
}

/** A definition file: its name and its text. */
export type DefinitionFile = readonly [name: string, text: string];

const STATIC_HEADER = "module static;\n\n";

/**
 * Generates definition files for the functions, modules, constants and variables of an engine. See "Definition Files" in
 * Rhai's book. Immutable: `withHeaders` and `includeStandardPackages` return a new object.
 *
 * The text has Rhai's form, except that return types are never left out: `()` and, for script functions, `?` are written.
 *
 * @example
 * engine.definitions().singleFile();
 */
export class Definitions {
  private readonly headers: boolean;
  private readonly standard: boolean;
  /** @hidden */
  constructor(
    private readonly sources: MetadataSources,
    /** Variables to be defined as well. */
    private readonly scope: Scope | null = null,
    options: DefinitionsOptions = {},
  ) {
    this.headers = options.headers ?? false;
    this.standard = options.includeStandardPackages ?? true;
  }

  private with(options: DefinitionsOptions): Definitions {
    const all = { headers: this.headers, includeStandardPackages: this.standard, ...options };
    return new Definitions(this.sources, this.scope, all);
  }
  /** The same with or without `module ...` lines before separate definitions. */
  withHeaders(headers: boolean): Definitions {
    return this.with({ headers });
  }
  /** The same with or without what the language and the standard packages provide. */
  includeStandardPackages(includeStandardPackages: boolean): Definitions {
    return this.with({ includeStandardPackages });
  }

  /** All definitions merged into one text. */
  singleFile(): string {
    const { standard } = this;
    const plain = this.withHeaders(false);
    let text = STATIC_HEADER;
    if (standard) text += `${plain.builtinOperators()}\n${plain.builtinFunctions()}\n`;
    text += `${plain.staticModule()}\n`;
    for (const [name, module] of plain.modules()) text += `\nmodule ${name} {\n${module}\n}\n`;
    return `${text}\n${plain.scopeItems()}\n`;
  }
  /** The definition files: built-ins, static module, scope (when one was given) and each static module. */
  *iterFiles(): IterableIterator<DefinitionFile> {
    const full = this.withHeaders(true);
    if (this.standard) {
      yield ["__builtin__.d.rhai", full.builtinFunctions()];
      yield ["__builtin-operators__.d.rhai", full.builtinOperators()];
    }
    yield ["__static__.d.rhai", full.staticModule()];
    if (this.scope !== null) yield ["__scope__.d.rhai", full.scopeItems()];
    for (const [name, text] of full.modules()) yield [`${name}.d.rhai`, text];
  }

  /** Functions that the language itself provides. */
  builtinFunctions(): string {
    return this.header(STATIC_HEADER) + BUILTIN_FUNCTION_DEFINITIONS;
  }
  /** Operators of the built-in types. */
  builtinOperators(): string {
    return this.header(STATIC_HEADER) + builtinOperatorDefinitions();
  }
  /** Global functions and constants: those of the host, then those of the standard packages. */
  staticModule(): string {
    const { host, standard, scripts } = globalFunctions(this.sources);
    const functions = [...this.nativeTexts(host), ...scripts.map(scriptFnText)];
    const parts = [items([], constants(this.sources.registry.constants), functions)];
    if (this.standard) parts.push(items([], [], this.nativeTexts(standard)));
    return this.header(STATIC_HEADER) + parts.filter((part) => part !== "").join("\n\n");
  }
  /** Variables and constants of the scope, in the order in which they were added. */
  scopeItems(): string {
    const list = [...(this.scope ?? [])].map(([name, isConstant, value]) =>
      variableText(name, value, isConstant),
    );
    return this.header(STATIC_HEADER) + list.join("\n\n");
  }
  /** Name and definitions of each static module, by name. */
  *modules(): IterableIterator<readonly [name: string, text: string]> {
    for (const [name, module] of byName(this.sources.globalModules)) {
      yield [name, this.header(`module ${name};\n\n`) + this.moduleText(module)];
    }
  }

  private header(text: string): string {
    return this.headers ? text : "";
  }
  private nativeTexts(functions: readonly NativeFn[]): FnText[] {
    const isCustomOperator = (name: string) => this.sources.isCustomOperator(name);
    return functions.map((fn) => nativeFnText(fn, isCustomOperator));
  }
  private moduleText(module: Module): string {
    const subModules = byName(module.modules).map(
      ([name, sub]) => `module ${name} {\n${this.moduleText(sub)}\n}`,
    );
    const functions: FnText[] = [];
    for (const { native, script } of module.iterFunctions()) {
      if (native !== null) functions.push(...this.nativeTexts([native]));
      else if (!script.isPrivate) functions.push(scriptFnText(script));
    }
    return items(subModules, constants(module.variables), functions);
  }
}

function byName<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => compareStrings(a, b));
}

function constants(variables: ReadonlyMap<string, Value>): string[] {
  return byName(variables).map(([name, value]) => variableText(name, value, true));
}

function items(modules: readonly string[], variables: readonly string[], functions: FnText[]): string {
  functions.sort(
    (a, b) => compareStrings(a.name, b.name) || a.arity - b.arity || compareStrings(a.types, b.types),
  );
  return [...modules, ...variables, ...functions.map(({ text }) => text)].join("\n\n");
}
