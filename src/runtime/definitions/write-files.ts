// Writing definition files to disk; apart from `Definitions`, so that engines in browsers need no file system.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Definitions } from "./definitions.ts";

/**
 * Writes each definition file into a folder, which is made when it does not exist; files of the same name are replaced.
 * Throws TypeError, before writing anything, when a module's name cannot be a file name.
 */
export async function writeDefinitionsToDir(definitions: Definitions, folder: string): Promise<void> {
  const files = [...definitions.iterFiles()];
  const odd = files.find(([name]) => /[/\\\0]/.test(name));
  if (odd !== undefined) throw new TypeError(`'${odd[0]}' cannot be the name of a definition file`);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of files) await writeFile(join(folder, name), text);
}

/** Writes all definitions into one file; its folder has to exist. */
export async function writeDefinitionsToFile(definitions: Definitions, file: string): Promise<void> {
  await writeFile(file, definitions.singleFile());
}
