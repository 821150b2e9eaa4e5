// FileModuleResolver: modules from script files below a base folder, each loaded once.

import { existsSync, readFileSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { Module } from "./module.ts";
import type { ImportContext, ModuleResolver } from "./resolver.ts";

export interface FileResolverOptions {
  /** Extension of module files, without the dot. Default `rhai`. */
  readonly extension?: string;
  /** Keep loaded modules. Default true. */
  readonly cache?: boolean;
}

/**
 * Loads `import "path"` from files. Paths are relative to the base folder (default: the working directory), not to the
 * importing script; the extension is replaced by `.rhai`. See "File Module Resolver" in Rhai's book.
 */
export class FileModuleResolver implements ModuleResolver {
  private readonly modules = new Map<string, Module>();
  private readonly extension: string;
  private readonly caching: boolean;
  constructor(
    readonly base: string = "",
    options: FileResolverOptions = {},
  ) {
    this.extension = options.extension ?? "rhai";
    this.caching = options.cache ?? true;
  }

  /** The file a module path stands for. */
  filePath(path: string): string {
    const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
    const dot = path.lastIndexOf(".");
    const stem = dot > slash + 1 ? path.slice(0, dot) : path;
    const file = `${stem}.${this.extension}`;
    // Not normalised: Rhai takes `sub/../m` and `m` for two modules.
    return isAbsolute(file) || this.base === "" ? file : `${this.base}/${file}`;
  }

  resolve(path: string, context: ImportContext): Module | null {
    // `./m` is `m`, but `sub/../m` is not.
    const file = this.filePath(path).replace(/(^|\/)(\.\/)+/g, "$1");
    const known = this.modules.get(file);
    if (known !== undefined) return known;
    if (!existsSync(file) || !statSync(file).isFile()) return null;
    const module = context.loadScript(withoutShebang(readFileSync(file, "utf8")), path);
    if (this.caching) this.modules.set(file, module);
    return module;
  }

  /** Forgets one loaded module, or all of them: the next import loads anew. */
  clearCache(path?: string): void {
    if (path === undefined) this.modules.clear();
    else this.modules.delete(this.filePath(path));
  }
}

/** The text without its `#!` line; the line feed stays, so that line numbers do. */
export function withoutShebang(text: string): string {
  if (!text.startsWith("#!")) return text;
  const end = text.indexOf("\n");
  return end < 0 ? "" : text.slice(end);
}
