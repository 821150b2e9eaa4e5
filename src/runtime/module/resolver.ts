// ModuleResolver: how `import "path"` finds a module.

import type { Module } from "./module.ts";
import type { ScriptFiles } from "./script-files.ts";

/** What a resolver can ask of the run that imports. */
export interface ImportContext {
  /** Source of the importing script, or null. */
  readonly source: string | null;
  /** Reads the engine's script files. */
  readonly files: ScriptFiles;
  /**
   * Compiles and runs a script as a module; `source` becomes the module's id. A promise when the script has to wait for
   * something. Throws EvalError.
   */
  loadScript(text: string, source: string): Module | Promise<Module>;
}

/** Finds modules by path. Returns null when it knows no such module; throws EvalError when loading fails. */
export interface ModuleResolver {
  /** Whether `resolve` may return promises; scripts that import then have to be run asynchronously. */
  readonly isAsync?: boolean;
  /** The module for a path, or null. May return a promise when `isAsync` says so. Throws EvalError when loading fails. */
  resolve(path: string, context: ImportContext): Module | null | Promise<Module | null>;
  /** The places (files) where it looks for a path, for messages. */
  locations?(path: string, source: string | null): readonly string[];
  /** Whether it has a module for a path that need not be waited for. @hidden */
  holds?(path: string): boolean;
}
