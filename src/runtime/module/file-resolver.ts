// FileModuleResolver: modules from script files below a base folder, each loaded once.

import { readFileSync } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import { andThen } from "../function/sequence.ts";
import type { Module } from "./module.ts";
import type { ImportContext, ModuleResolver } from "./resolver.ts";
import { withoutShebang } from "./script-file.ts";

export interface FileResolverOptions {
  /** Extension of module files, without the dot. Default `rhai`. */
  readonly extension?: string;
  /** Keep loaded modules. Default true. */
  readonly cache?: boolean;
}

/**
 * Loads `import "path"` from files. Paths are relative to the base folder; without one, to the folder of the importing
 * script (for a script without a source name: to the working directory). The extension is replaced by `.rhai`. See
 * "File Module Resolver" in Rhai's book.
 */
export class FileModuleResolver implements ModuleResolver {
  private readonly modules = new Map<string, Module>();
  private readonly extension: string;
  private readonly caching: boolean;
  constructor(
    readonly base: string | null = null,
    options: FileResolverOptions = {},
  ) {
    this.extension = options.extension ?? "rhai";
    this.caching = options.cache ?? true;
  }

  /** The file a module path stands for when `source` imports it. */
  filePath(path: string, source: string | null = null): string {
    const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
    const dot = path.lastIndexOf(".");
    const stem = dot > slash + 1 ? path.slice(0, dot) : path;
    const file = `${stem}.${this.extension}`;
    // Not normalised: Rhai takes `sub/../m` and `m` for two modules.
    const base = this.base ?? (source === null ? "" : folderOf(source));
    return isAbsolute(file) || base === "" ? file : `${base}/${file}`;
  }

  resolve(path: string, context: ImportContext): Module | null | Promise<Module> {
    // `./m` is `m`, but `sub/../m` is not.
    const file = this.filePath(path, context.source).replace(/(^|\/)(\.\/)+/g, "$1");
    const known = this.modules.get(file);
    if (known !== undefined) return known;
    const text = readText(file);
    if (text === null) return null;
    return andThen(context.loadScript(withoutShebang(text), path), (module) => {
      if (this.caching) this.modules.set(file, module);
      return module;
    });
  }

  locations(path: string, source: string | null): readonly string[] {
    return [this.filePath(path, source)];
  }

  /** Forgets one loaded module (as `source` imports it), or all of them: the next import loads anew. */
  clearCache(path?: string, source: string | null = null): void {
    if (path === undefined) this.modules.clear();
    else this.modules.delete(this.filePath(path, source));
  }
}

/** Whatever keeps a file from being read, Rhai says that there is no such module. */
function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function folderOf(source: string): string {
  const folder = dirname(source);
  return folder === "." ? "" : folder;
}
