// Our engine as users get it: bundled, because the transpiler behind `tsx` slows closures down.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { Result } from "./peer.ts";

const SOURCE = `
import { Engine } from "./src/runtime/engine.ts";
import { Scope } from "./src/runtime/scope.ts";
import { display } from "./src/runtime/value/display.ts";
import { typeNameOf } from "./src/runtime/value/value.ts";

export function run(script, maxOperations = 0) {
  const engine = new Engine().setMaxOperations(maxOperations);
  engine.onPrint(() => {});
  const value = engine.evalSync(script, new Scope());
  return { type: typeNameOf(value), string: display(value) };
}
`;

/** A function that runs a script on a fresh engine, as the peer does, and tells its value; 0: without a limit on operations. */
export async function loadOwnEngine(): Promise<(script: string, maxOperations?: number) => Result> {
  const root = join(import.meta.dirname, "..");
  const bundle = await build({
    stdin: { contents: SOURCE, resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20",
  });
  const folder = mkdtempSync(join(tmpdir(), "rhai-bench-"));
  try {
    const file = join(folder, "engine.mjs");
    writeFileSync(file, bundle.outputFiles[0].contents);
    return (await import(pathToFileURL(file).href)).run;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
