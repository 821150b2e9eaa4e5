// FileModuleResolver: modules from script files below a base folder, each loaded once.

import { andThen } from "../function/sequence.ts";
import type { Module } from "./module.ts";
import type { ImportContext, ModuleResolver } from "./resolver.ts";
import { readModule } from "./script-files.ts";

/** Options of `FileModuleResolver`. */
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
    /** The folder that paths are relative to; null: that of the importing script. */
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
    if (ABSOLUTE.test(file) || base === "") return file;
    return /[/\\]$/.test(base) ? base + file : `${base}/${file}`;
  }

  /** The module in a file; null when it cannot be read. Throws EvalError when loading it fails. */
  resolve(path: string, context: ImportContext): Module | null | Promise<Module> {
    const file = this.key(path, context.source);
    const known = this.modules.get(file);
    if (known !== undefined) return known;
    const text = readModule(context.files, file);
    if (text === null) return null;
    return andThen(context.loadScript(text, path), (module) => {
      if (this.caching) this.modules.set(file, module);
      return module;
    });
  }

  /** The file that a path stands for. */
  locations(path: string, source: string | null): readonly string[] {
    return [this.filePath(path, source)];
  }

  /** Forgets one loaded module (as `source` imports it), or all of them: the next import loads anew. */
  clearCache(path?: string, source: string | null = null): void {
    if (path === undefined) this.modules.clear();
    else this.modules.delete(this.key(path, source));
  }

  /** The file with `./m` as `m`; `sub/../m` is another one. */
  private key(path: string, source: string | null): string {
    return this.filePath(path, source).replace(/(^|\/)(\.\/)+/g, "$1");
  }
}

/** A path from the root, with or without a drive, or a URL. */
const ABSOLUTE = /^(?:\/|[A-Za-z]:[/\\]|[A-Za-z][A-Za-z0-9+.-]+:\/\/)/;

/** The folder that a file is in; empty for the working directory. */
function folderOf(source: string): string {
  const slash = Math.max(source.lastIndexOf("/"), source.lastIndexOf("\\"));
  const folder = source.slice(0, slash === 0 ? 1 : Math.max(slash, 0));
  return folder === "." ? "" : folder;
}
