// Where the file is that script threads run: a bundle beside this one, or the sources.

import { existsSync } from "node:fs";

/** In the package it lies in lib/, and so does the bundle that holds this file, unless that is an entry itself. */
const BUNDLED = ["./queue-thread.js", "./lib/queue-thread.js"];

export function threadEntry(): URL {
  const here = import.meta.url;
  if (here.endsWith(".ts")) return new URL("./thread-from-source.mjs", here);
  const found = BUNDLED.map((file) => new URL(file, here)).find((url) => existsSync(url));
  if (found !== undefined) return found;
  throw new Error(
    "the file of rhailib's script threads (lib/queue-thread.js) is missing; an application that is bundled names it with the option threadEntry",
  );
}
