// dist/THIRD-PARTY-LICENSES.txt: the licences of the packages that the bundles contain.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./entries.mjs";

function licenceOf(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) throw new Error(`${folder} is bundled, but has no licence file`);
  return readFileSync(join(folder, file), "utf8").trim();
}

/** `inputs` are the files that went into the bundles. */
export function writeLicences(dist, inputs) {
  const packages = inputs.flatMap((input) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []);
  const byText = new Map();
  for (const name of [...new Set(packages)].sort()) {
    const folder = join(root, name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const text = licenceOf(folder);
    byText.set(text, [...(byText.get(text) ?? []), `${name.replace(/^.*\bnode_modules\//, "")} ${version}`]);
  }
  const parts = [...byText].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
  const rule = `\n${"-".repeat(80)}\n\n`;
  writeFileSync(join(dist, "THIRD-PARTY-LICENSES.txt"), parts.join(rule));
}
