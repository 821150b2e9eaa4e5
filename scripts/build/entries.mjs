// What the package offers, and what of it is bundled.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** What users import: modules of dist/ and their sources. package.json ("exports") and tsconfig.build.json name them too. */
export const entries = {
  index: "src/index.ts",
  engine: "src/engine.ts",
  queue: "src/queue/index.ts",
  flow: "src/flow/index.ts",
};

/** Loaded from node_modules when they are used. What is needed only here is bundled, and a development dependency. */
export const external = Object.keys(manifest.dependencies);
