// Runs the bundle of quick-run.ts once, on a small script, and stores the code that V8 compiled for it beside the bundle.
// Usage: node scripts/code-cache.mjs BUNDLE SCRIPT

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Script } from "node:vm";

const [bundle, warmUp] = process.argv.slice(2);
const script = new Script(readFileSync(bundle, "utf8"), { filename: bundle });
const { quickRun } = script.runInThisContext()(createRequire(bundle));
process.exitCode = quickRun([warmUp], []);
writeFileSync(`${bundle}.${process.versions.v8}.cache`, script.createCachedData());
