// Files that options name: a missing one is wrong usage.

import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../exit-codes.ts";

export function readTextFile(option: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new UsageError(`${option}: ${file} cannot be read`);
  }
}

/** Its full path. */
export function existing(option: string, path: string, kind: "file" | "folder"): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  const fits = kind === "file" ? stats?.isFile() : stats?.isDirectory();
  if (fits !== true) throw new UsageError(`${option}: there is no ${kind} ${path}`);
  return resolve(path);
}
