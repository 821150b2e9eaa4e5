// Builds dist/: the `rhai` command as a bundle, the library as a bundle, and type declarations.
// `--command-only` leaves the library out, `--outdir DIR` builds elsewhere (tests do both).

import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values: options } = parseArgs({
  options: { "command-only": { type: "boolean" }, outdir: { type: "string", default: join(root, "dist") } },
});
const dist = resolve(options.outdir);

/** Bundled because importing chevrotain's many files takes half a second, its bundle a fiftieth of that. */
const common = {
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  legalComments: "linked",
  minifySyntax: true,
  logLevel: "warning",
};

/** Puts into parser/decisions.ts what the parser would otherwise find out at each start. */
async function preparedParser() {
  const entryPoints = ["src/lang/parser/index.ts"];
  const { outputFiles } = await build({ ...common, entryPoints, legalComments: "none", write: false });
  const source = Buffer.from(outputFiles[0].contents).toString("base64");
  const { decisionTable } = await import(`data:text/javascript;base64,${source}`);
  const contents = `export const PREPARED = ${JSON.stringify(decisionTable())};`;
  return {
    name: "prepared-parser",
    setup(bundle) {
      bundle.onLoad({ filter: /\/lang\/parser\/decisions\.ts$/ }, () => ({ contents, loader: "js" }));
    },
  };
}

/** Commander is CommonJS and asks for Node's modules with `require`, which an ES module does not have. */
const REQUIRE_FOR_COMMANDER =
  'import { createRequire as createRequireOf } from "node:module"; const require = createRequireOf(import.meta.url);';

/** In the entry, quick-run.ts becomes the bundle that `buildRunner` makes, and program.ts that of `buildParts`. */
const parts = {
  name: "parts",
  setup(bundle) {
    bundle.onResolve({ filter: /\/program\.ts$/ }, () => ({ path: "./lib/program.js", external: true }));
    bundle.onResolve({ filter: /\/quick-run\.ts$/ }, () => ({
      path: join(root, "src/cli/cached-quick-run.ts"),
    }));
  },
};

/** What running a script needs: one file, the body of a function, compiled ahead of time. */
async function buildRunner(prepared) {
  await build({ ...common, entryPoints: { rhai: "src/cli/main.ts" }, plugins: [parts] });
  await build({
    ...common,
    plugins: [prepared],
    format: "cjs",
    minify: true,
    entryPoints: { "lib/quick-run": "src/cli/quick-run.ts" },
    outExtension: { ".js": ".cjs" },
    banner: { js: "(function (require) { const module = {};" },
    footer: { js: "return module.exports; })" },
  });
  const cache = ["scripts/code-cache.mjs", "scripts/warm-up.rhai"].map((file) => join(root, file));
  cache.splice(1, 0, join(dist, "lib/quick-run.cjs"));
  execFileSync(process.execPath, cache, { stdio: ["ignore", "ignore", "inherit"] });
}

/** The other commands and the library; they share the engine's chunks. */
async function buildParts(prepared) {
  const commands = {
    "lib/program": "src/cli/program.ts",
    "lib/conformance-worker": "src/cli/conformance/worker.ts",
  };
  await build({
    ...common,
    plugins: [prepared],
    splitting: true,
    entryPoints: options["command-only"] ? commands : { ...commands, index: "src/index.ts" },
    chunkNames: "lib/[name]-[hash]",
    banner: { js: REQUIRE_FOR_COMMANDER },
  });
}

/** The compiler leaves `./x.ts` in declarations; consumers look for `./x.js`. */
function rewriteImports(file) {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/((?:from |import\()"\.[^"]*)\.ts"/g, '$1.js"'));
}

function buildDeclarations() {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });
  const files = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith(".d.ts"));
  for (const name of files) rewriteImports(join(dist, name));
}

rmSync(dist, { recursive: true, force: true });
const prepared = await preparedParser();
await Promise.all([buildRunner(prepared), buildParts(prepared)]);
chmodSync(join(dist, "rhai.js"), 0o755);
if (!options["command-only"]) buildDeclarations();
