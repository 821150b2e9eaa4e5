// ModuleResolver: how `import "path"` finds a module.

import type { Module } from "./module.ts";

/** What a resolver can ask of the run that imports. */
export interface ImportContext {
  /** Source of the importing script, or null. */
  readonly source: string | null;
  /** Compiles and runs a script as a module; `source` becomes the module's id. Throws EvalError. */
  loadScript(text: string, source: string): Module;
}

/** Finds modules by path. Returns null when it knows no such module; throws EvalError when loading fails. */
export interface ModuleResolver {
  resolve(path: string, context: ImportContext): Module | null;
}
