// What worker processes under chaos are started with: bundles of worker and thread, an engine module, a clock that is wrong.

import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";

const ROOT = join(import.meta.dirname, "../../..");

/** ioredis is CommonJS and asks for Node's modules with `require`, which an ES module does not have. */
const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** In every thread of the process: whoever asks for the time gets a wrong one. */
const SKEWED_CLOCK = `
const shift = Number(process.env.CHAOS_CLOCK_SHIFT ?? 0);
const RealDate = Date;
const now = () => RealDate.now() + shift;
globalThis.Date = class extends RealDate {
  constructor(...given) { if (given.length === 0) super(now()); else super(...given); }
  static now() { return now(); }
};`;

/**
 * Host functions of scripts under chaos.
 * - `begin(id, token)`, `effect(id, token)`: a line in the ledger, which outlives the process that wrote it;
 * - `mark(text)`: tells the test that a script has come here; `first(text)`: true once, for whoever asks first;
 * - `block(ms)`: holds the thread; `die()`: kills it.
 */
function engineSource(folder: string): string {
  return `
import { appendFileSync, closeSync, openSync, writeFileSync } from "node:fs";
import { threadId } from "node:worker_threads";
const folder = ${JSON.stringify(folder)};
const note = (kind) => (id, token) =>
  appendFileSync(folder + "/ledger", [kind, id, token, process.pid, threadId].join(" ") + "\\n");
const first = (text) => {
  try { closeSync(openSync(folder + "/first-" + text, "wx")); return true; } catch { return false; }
};
const block = (ms) => { const end = performance.now() + Number(ms); while (performance.now() < end); };
export default function (engine) {
  engine.registerFn("begin", ["string", "i64"], note("begin"));
  engine.registerFn("effect", ["string", "i64"], note("effect"));
  engine.registerFn("mark", ["string"], (text) => writeFileSync(folder + "/mark-" + text, ""));
  engine.registerFn("first", ["string"], first);
  engine.registerFn("block", ["i64"], block);
  engine.registerFn("die", [], () => process.exit(3));
}`;
}

export interface LedgerLine {
  readonly kind: "begin" | "effect";
  readonly id: string;
  readonly token: number;
  /** Who wrote it. */
  readonly process: string;
  readonly thread: string;
}

/** The folder of one test file or run. */
export class Programs {
  readonly folder = mkdtempSync(join(tmpdir(), "rhai-chaos-"));
  readonly worker = join(this.folder, "worker.mjs");
  readonly engineModule = join(this.folder, "engine.mjs");
  readonly skewedClock = join(this.folder, "skewed-clock.mjs");

  constructor() {
    buildSync({
      absWorkingDir: ROOT,
      entryPoints: {
        worker: "test/support/chaos/worker-process.ts",
        // Beside the worker's bundle, which looks for it by this name.
        "queue-thread": "src/queue/worker/thread.ts",
      },
      outdir: this.folder,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      banner: { js: REQUIRE },
      logLevel: "error",
    });
    writeFileSync(this.engineModule, engineSource(this.folder));
    writeFileSync(this.skewedClock, SKEWED_CLOCK);
    closeSync(openSync(join(this.folder, "ledger"), "a"));
  }

  get threadEntry(): string {
    return pathToFileURL(join(this.folder, "queue-thread.mjs")).href;
  }

  /** What scripts wrote, whatever became of them. */
  ledger(): LedgerLine[] {
    const lines = readFileSync(join(this.folder, "ledger"), "utf8").split("\n");
    return lines.slice(0, -1).map((line) => {
      const [kind, id, token, process, thread] = line.split(" ");
      return { kind: kind as LedgerLine["kind"], id, token: Number(token), process, thread };
    });
  }

  /** Resolves when a script has called `mark` with the text. */
  async marked(text: string): Promise<void> {
    while (!existsSync(join(this.folder, `mark-${text}`)))
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
