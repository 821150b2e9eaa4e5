// Finds the cases behind the paths given to the conformance runner: case files, scripts with texts beside them, folders.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { UsageError } from "../exit-codes.ts";
import { shebangLength } from "../script-source.ts";
import { type Case, parseCase } from "./case.ts";

export interface Loaded {
  readonly cases: Case[];
  /** Lines that are no case, each with its reason. */
  readonly problems: { readonly id: string; readonly reason: string }[];
}

function loadCaseFile(path: string, into: Loaded): void {
  const lines = readFileSync(path, "utf8").split("\n");
  lines.forEach((line, index) => {
    if (line.trim() === "") return;
    try {
      into.cases.push(parseCase(line));
    } catch (error) {
      into.problems.push({ id: `${path}:${index + 1}`, reason: (error as Error).message });
    }
  });
}

function textBeside(path: string, extension: string): string | null {
  const beside = path.slice(0, -extname(path).length) + extension;
  return existsSync(beside) ? readFileSync(beside, "utf8") : null;
}

/** Takes a script as a case when a `.out` or `.err` file lies beside it. */
function loadScript(path: string, into: Loaded): boolean {
  const [out, err] = [textBeside(path, ".out"), textBeside(path, ".err")];
  if (out === null && err === null) return false;
  const folder = dirname(resolve(path));
  const text = readFileSync(path, "utf8");
  into.cases.push({
    id: path.slice(0, -extname(path).length),
    area: basename(folder),
    script: text.slice(shebangLength(text)),
    files: null,
    scopeLine: null,
    options: {},
    file: { folder, source: basename(path) },
    expect: { form: "texts", out, err },
  });
  return true;
}

function loadFolder(folder: string, into: Loaded): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) loadFolder(path, into);
    else if (path.endsWith(".jsonl")) loadCaseFile(path, into);
    else if (path.endsWith(".rhai")) loadScript(path, into);
  }
}

function loadPath(path: string, into: Loaded): void {
  if (!existsSync(path)) throw new UsageError(`no such file or folder: ${path}`);
  if (statSync(path).isDirectory()) loadFolder(path, into);
  else if (!path.endsWith(".rhai")) loadCaseFile(path, into);
  else if (!loadScript(path, into)) throw new UsageError(`neither .out nor .err lies beside ${path}`);
}

/** All cases of the given paths; throws a `UsageError` when there is none. */
export function loadCases(paths: readonly string[]): Loaded {
  const loaded: Loaded = { cases: [], problems: [] };
  for (const path of paths) loadPath(path, loaded);
  if (loaded.cases.length + loaded.problems.length === 0) {
    throw new UsageError(`no cases in ${paths.join(", ")}`);
  }
  return loaded;
}
