// Builds dist/: the `rhai` command, the library for Node and for browsers, type declarations, licences of what is bundled.
// `--command-only` and `--browser-only` build that part, `--outdir DIR` builds elsewhere (tests do both).

import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildBrowser, buildParts, buildRunner, buildWrappers, preparedParser } from "./build/bundles.mjs";
import { buildDeclarations } from "./build/declarations.mjs";
import { root } from "./build/entries.mjs";
import { writeLicences } from "./build/licences.mjs";

const { values: options } = parseArgs({
  options: {
    "command-only": { type: "boolean", default: false },
    "browser-only": { type: "boolean", default: false },
    outdir: { type: "string", default: join(root, "dist") },
  },
});
const dist = resolve(options.outdir);

async function buildAll(prepared) {
  const bundles = [
    buildRunner(dist, prepared),
    buildParts(dist, prepared, { library: true }),
    buildBrowser(dist, prepared),
  ];
  const inputs = (await Promise.all(bundles)).flat();
  buildWrappers(dist);
  buildDeclarations(dist);
  writeLicences(dist, inputs);
}

// The bundle for browsers is one file, which replaces what is there.
if (!options["browser-only"]) rmSync(dist, { recursive: true, force: true });
const prepared = await preparedParser();
if (options["browser-only"]) await buildBrowser(dist, prepared);
else if (options["command-only"])
  await Promise.all([buildRunner(dist, prepared), buildParts(dist, prepared, { library: false })]);
else await buildAll(prepared);
