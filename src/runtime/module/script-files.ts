// ScriptFiles: how an engine reads script files; from Node's file system unless the host gives another way.

import { EvalError } from "../errors.ts";

/**
 * Where `compileFile`, `evalFile`, `runFile` and `FileModuleResolver` get the text of scripts from; see
 * `Engine.setScriptFiles`.
 *
 * @example
 * const pages = new Map([["lib/tax.rhai", "fn tax(x) { x * 19 / 100 }"]]);
 * const files: ScriptFiles = {
 *   readText(path) {
 *     const text = pages.get(path);
 *     if (text === undefined) throw new Error("no such page");
 *     return text;
 *   },
 * };
 */
export interface ScriptFiles {
  /**
   * The text of a file. Whatever it throws means that the file cannot be read: `evalFile` puts the message into its error
   * (`ErrorSystem`), `import` says that there is no such module. An EvalError is passed on as it is.
   */
  readText(path: string): string;
}

/** The part of Node that reads files, found without an import: this file has to load in browsers too. */
interface NodeHost {
  readonly process?: {
    getBuiltinModule?(name: "node:fs"): { readFileSync(path: string, encoding: "utf8"): string } | undefined;
  };
}

/** The files of the machine; an EvalError where the host (a browser, say) has none. */
export const hostFiles: ScriptFiles = {
  readText(path) {
    const fileSystem = (globalThis as NodeHost).process?.getBuiltinModule?.("node:fs");
    if (fileSystem === undefined) {
      const detail = "there are no files here; give the engine a way to read them with setScriptFiles";
      throw new EvalError("ErrorSystem", { name: cannotOpen(path), detail });
    }
    return fileSystem.readFileSync(path, "utf8");
  },
};

/** A script's text without its `#!` line. Throws EvalError of kind `ErrorSystem` when the file cannot be read. */
export function readScript(files: ScriptFiles, path: string): string {
  try {
    return scriptText(files, path);
  } catch (error) {
    if (error instanceof EvalError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new EvalError("ErrorSystem", { name: cannotOpen(path), detail });
  }
}

/** The same for a module: null when the file cannot be read, for whatever reason, since Rhai then knows no such module. */
export function readModule(files: ScriptFiles, path: string): string | null {
  try {
    return scriptText(files, path);
  } catch (error) {
    if (error instanceof EvalError) throw error;
    return null;
  }
}

function cannotOpen(path: string): string {
  return `Cannot open script file '${path}'`;
}

/** The line feed after a `#!` line stays, so that line numbers do. */
function scriptText(files: ScriptFiles, path: string): string {
  const text: unknown = files.readText(path);
  if (typeof text !== "string") throw new TypeError(`expected text from readText, got ${typeof text}`);
  if (!text.startsWith("#!")) return text;
  const end = text.indexOf("\n");
  return end < 0 ? "" : text.slice(end);
}
