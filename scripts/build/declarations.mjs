// Type declarations of the entries and of what they mention: .d.ts for ES modules, .d.cts for CommonJS.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { entries, root } from "./entries.mjs";

/** The compiler leaves `./x.ts` in declarations. */
const SPECIFIER = /((?:from |import\()"\.[^"]*)\.ts"/g;

function compile(outDir) {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  const project = join(root, "tsconfig.build.json");
  execFileSync(process.execPath, [tsc, "-p", project, "--outDir", outDir], { stdio: "inherit" });
}

/** The declarations that users can get to, by file. */
function reachable(folder) {
  const found = new Map();
  const visit = (file) => {
    if (found.has(file)) return;
    const text = readFileSync(file, "utf8");
    found.set(file, text);
    for (const [match] of text.matchAll(SPECIFIER)) {
      const specifier = match.slice(match.indexOf('"') + 1, -'.ts"'.length);
      visit(join(dirname(file), `${specifier}.d.ts`));
    }
  };
  for (const source of Object.values(entries))
    visit(join(folder, source.replace(/^src\/(.*)\.ts$/, "$1.d.ts")));
  return found;
}

export function buildDeclarations(dist) {
  const folder = mkdtempSync(join(tmpdir(), "rhailib-types-"));
  try {
    compile(folder);
    for (const [file, text] of reachable(folder)) {
      const target = join(dist, relative(folder, file));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text.replace(SPECIFIER, '$1.js"'));
      writeFileSync(target.replace(/\.ts$/, ".cts"), text.replace(SPECIFIER, '$1.cjs"'));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
