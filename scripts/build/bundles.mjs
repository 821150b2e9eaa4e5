// The bundles: the command, the library as ES modules, wrappers for CommonJS, one file for browsers.

import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { entries, external, manifest, root } from "./entries.mjs";

/** Chevrotain is bundled because importing its many files takes half a second, its bundle a fiftieth of that. */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  external,
  legalComments: "none",
  minifySyntax: true,
  logLevel: "warning",
  metafile: true,
};

/** Builds, and returns the files that went in. */
async function inputsOf(options) {
  return Object.keys((await build(options)).metafile.inputs);
}

/** Puts into parser/decisions.ts what the parser would otherwise find out at each start. */
export async function preparedParser() {
  const entryPoints = ["src/lang/parser/index.ts"];
  const { outputFiles } = await build({ ...common, entryPoints, write: false });
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
const commanderModules = {
  name: "commander-modules",
  setup(bundle) {
    bundle.onLoad({ filter: /\/node_modules\/commander\/.*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(
        /\brequire\(('node:\w+')\)/g,
        "globalThis.process.getBuiltinModule($1)",
      ),
      loader: "js",
    }));
  },
};

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
export async function buildRunner(dist, prepared) {
  const main = { ...common, outdir: dist, entryPoints: { rhai: "src/cli/main.ts" }, plugins: [parts] };
  const runner = {
    ...common,
    outdir: dist,
    plugins: [prepared],
    format: "cjs",
    minify: true,
    entryPoints: { "lib/quick-run": "src/cli/quick-run.ts" },
    outExtension: { ".js": ".cjs" },
    banner: { js: "(function (require) { const module = {};" },
    footer: { js: "return module.exports; })" },
  };
  const inputs = [...(await inputsOf(main)), ...(await inputsOf(runner))];
  chmodSync(join(dist, "rhai.js"), 0o755);
  const cache = ["scripts/code-cache.mjs", "scripts/warm-up.rhai"].map((file) => join(root, file));
  cache.splice(1, 0, join(dist, "lib/quick-run.cjs"));
  execFileSync(process.execPath, cache, { stdio: ["ignore", "ignore", "inherit"] });
  return inputs;
}

/** The other commands and the library; they share the engine's chunks, so that there is one engine in a process. */
export function buildParts(dist, prepared, { library }) {
  const commands = {
    "lib/program": "src/cli/program.ts",
    "lib/conformance-worker": "src/cli/conformance/worker.ts",
    "lib/queue-thread": "src/queue/worker/thread.ts",
  };
  return inputsOf({
    ...common,
    outdir: dist,
    plugins: [prepared, commanderModules],
    splitting: true,
    entryPoints: library ? { ...commands, ...entries } : commands,
    chunkNames: "lib/[name]-[hash]",
  });
}

/** For `require`: the same modules, since two copies of the engine would not know each other's values. */
export function buildWrappers(dist) {
  for (const entry of Object.keys(entries))
    writeFileSync(join(dist, `${entry}.cjs`), `module.exports = require("./${entry}.js");\n`);
}

/** The engine as one file that a page can import as it is; a Node module in it would fail this build. */
export function buildBrowser(dist, prepared) {
  const { version, license } = manifest;
  return inputsOf({
    ...common,
    outfile: join(dist, "browser/rhailib.js"),
    plugins: [prepared],
    platform: "browser",
    target: "es2022",
    external: [],
    minify: true,
    entryPoints: ["src/engine.ts"],
    banner: {
      js: `/*! rhailib ${version}, ${license}; what it contains of others: THIRD-PARTY-LICENSES.txt */`,
    },
  });
}
