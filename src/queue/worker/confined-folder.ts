// Files below one folder and nothing else: neither `..`, nor a link, nor an absolute path leads out.

import { readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, resolve, sep } from "node:path";
import { TaskRefused } from "./script-end.ts";

export class ConfinedFolder {
  readonly #root: string;

  /** Throws when there is no such folder. */
  constructor(root: string) {
    this.#root = realpathSync(root);
    if (!statSync(this.#root).isDirectory()) throw new Error(`${root} is not a folder`);
  }

  get root(): string {
    return this.#root;
  }

  /** Throws `TaskRefused` for what lies outside, is missing, is no file, or is larger than `maxBytes`. */
  readText(path: string, maxBytes: number): string {
    const file = this.#resolve(path);
    const stats = statSync(file);
    if (!stats.isFile()) throw new TaskRefused("ScriptPathRefused", `${show(path)} is not a file`);
    if (stats.size > maxBytes) {
      throw new TaskRefused("ScriptTooLarge", `${show(path)} has ${stats.size} bytes (allowed: ${maxBytes})`);
    }
    return readFileSync(file, "utf8");
  }

  #resolve(path: string): string {
    const refused = new TaskRefused(
      "ScriptPathRefused",
      `${show(path)} does not lie below the worker's scripts folder`,
    );
    if (path.includes("\0") || isAbsolute(path)) throw refused;
    const wanted = resolve(this.#root, path);
    if (!this.#holds(wanted)) throw refused;
    let real: string;
    try {
      real = realpathSync(wanted);
    } catch {
      // Perhaps it is there after the next deployment.
      throw new TaskRefused("ScriptNotFound", `there is no script ${show(path)} on this worker`, true);
    }
    if (!this.#holds(real)) throw refused;
    return real;
  }

  #holds(file: string): boolean {
    return file.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep);
  }
}

/** A path may hold anything. */
function show(path: string): string {
  return JSON.stringify(path.slice(0, 200));
}
