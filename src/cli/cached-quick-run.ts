// Stands for quick-run.ts in the built command: loads its bundle with V8's code cache, a quarter of the time to start.

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

type QuickRun = typeof import("./quick-run.ts");

const BUNDLE = fileURLToPath(new URL("./lib/quick-run.cjs", import.meta.url));
/** A code cache belongs to one version of V8. The build makes it for its own, and the first run for any other. */
const CACHE = `${BUNDLE}.${process.versions.v8}.cache`;

function readCodeCache(): Buffer | undefined {
  try {
    return readFileSync(CACHE);
  } catch {
    return undefined;
  }
}

/** Where the command is installed may be out of its reach: then it goes on without a cache. */
function writeCodeCache(data: Buffer): void {
  const unfinished = `${CACHE}.${process.pid}`;
  try {
    writeFileSync(unfinished, data);
    renameSync(unfinished, CACHE);
  } catch {
    rmSync(unfinished, { force: true });
  }
}

export const quickRun: QuickRun["quickRun"] = (files, args) => {
  const cachedData = readCodeCache();
  const script = new Script(readFileSync(BUNDLE, "utf8"), { filename: BUNDLE, cachedData });
  const exitCode = script
    .runInThisContext()(createRequire(import.meta.url))
    .quickRun(files, args);
  const isCached = cachedData !== undefined && script.cachedDataRejected === false;
  // After the output, which is written when the process ends.
  if (!isCached) process.once("exit", () => writeCodeCache(script.createCachedData()));
  return exitCode;
};
