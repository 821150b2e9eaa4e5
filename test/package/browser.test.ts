// The engine in a browser: one file without anything of Node, of limited size, which headless Chromium runs.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { findChromium, reportOf } from "./chromium.ts";
import { ROOT } from "./packed.ts";

const MAX_KILOBYTES = 700;
const MAX_KILOBYTES_GZIPPED = 220;

function builtBundle(): string {
  const folder = mkdtempSync(join(tmpdir(), "rhailib-browser-"));
  try {
    const build = [join(ROOT, "scripts/build.mjs"), "--browser-only", "--outdir", folder];
    execFileSync(process.execPath, build, { stdio: "inherit" });
    return readFileSync(join(folder, "browser/rhailib.js"), "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const bundle = builtBundle();

const EXAMPLES = join(ROOT, "examples");
const names = readdirSync(EXAMPLES)
  .filter((file) => file.endsWith(".rhai"))
  .map((file) => basename(file, ".rhai"));

/** The example programs and their modules, by path. */
function programs(): Record<string, string> {
  const files = readdirSync(EXAMPLES, { recursive: true, encoding: "utf8" });
  const scripts = files.filter((file) => file.endsWith(".rhai"));
  return Object.fromEntries(scripts.map((file) => [file, readFileSync(join(EXAMPLES, file), "utf8")]));
}

describe("the bundle for browsers", () => {
  it("imports nothing, from Node or elsewhere", async () => {
    const stdin = { contents: bundle, resolveDir: ROOT };
    const { metafile } = await build({
      stdin,
      bundle: true,
      platform: "browser",
      write: false,
      metafile: true,
    });
    expect(Object.keys(metafile.inputs)).toEqual(["<stdin>"]);
  });
  it("is small", () => {
    const kilobytes = { plain: bundle.length / 1000, gzipped: gzipSync(bundle).length / 1000 };
    console.log(`${kilobytes.plain.toFixed(0)} kB, ${kilobytes.gzipped.toFixed(0)} kB gzipped`);
    expect(kilobytes.plain).toBeLessThan(MAX_KILOBYTES);
    expect(kilobytes.gzipped).toBeLessThan(MAX_KILOBYTES_GZIPPED);
  });
});

const NO_FILES = "there are no files here; give the engine a way to read them with setScriptFiles";

/** What the cases of browser-page.js yield. */
const EXPECTED = {
  sync: "14",
  bytes: "10",
  sizes: "EvalError: Length of string too large (line 1, position 23)",
  scope: "[42,84]",
  error: "EvalError: Variable not found: b (line 2, position 7)",
  recursion: "EvalError: Stack overflow (line 1, position 22)",
  deep: "EvalError: Stack overflow (line 1, position 22)",
  async: '["1st","2nd"]',
  refused:
    "MayAwaitError: the script may have to wait for function 'later' (line 1, position 1), so it cannot be run " +
    "synchronously: use `eval` instead of `evalSync`",
  deadline: "EvalError: Script terminated (line 1, position 1)",
  tasks: "[1,2]",
  sleep:
    "EvalError: Runtime error: this host does not let a script block; the tasks package has a `sleep` that waits " +
    "(line 1, position 1)",
  noFile: `EvalError: Cannot open script file 'main.rhai': ${NO_FILES}`,
  noModule: `EvalError: Cannot open script file 'lib/tax.rhai': ${NO_FILES} (line 1, position 8)`,
  files: "19",
};

interface Report {
  readonly failed?: string;
  readonly results: Readonly<Record<string, string>>;
  readonly examples: Readonly<Record<string, string>>;
}

const chromium = findChromium();
const required = process.env.RHAI_REQUIRE_CHROMIUM === "1";
if (chromium === null && !required)
  console.warn("no Chromium found (set CHROMIUM to its path): the tests in the browser are skipped");

describe.skipIf(chromium === null && !required)("in headless Chromium", () => {
  it("scripts do what they do in Node", async () => {
    if (chromium === null) throw new Error("no Chromium found, but RHAI_REQUIRE_CHROMIUM is set");
    const site = {
      "/": '<!doctype html><script type="module" src="/page.js"></script>',
      "/page.js": readFileSync(join(import.meta.dirname, "browser-page.js"), "utf8"),
      "/rhailib.js": bundle,
      "/one.txt": "1st",
      "/two.txt": "2nd",
      "/programs.txt": JSON.stringify({ programs: programs(), names }),
    };
    const report = (await reportOf(chromium, site, 60_000)) as Report;
    expect(report.failed).toBe(undefined);
    expect(report.results).toEqual(EXPECTED);
    const expected = names.map((name) => [
      name,
      readFileSync(join(EXAMPLES, "expected", `${name}.out`), "utf8"),
    ]);
    expect(report.examples).toEqual(Object.fromEntries(expected));
  }, 90_000);
});
