// Workers for tests: script threads from a bundle made once for each test file, stores, scripts run to their end.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import type { TaskStore } from "../../src/queue/store.ts";
import type { Task, TaskSpec } from "../../src/queue/task.ts";
import { RhaiWorker } from "../../src/queue/worker/worker.ts";
import type { SettledTask } from "../../src/queue/worker/worker-events.ts";
import type { WorkerOptions } from "../../src/queue/worker/worker-options.ts";
import { freshContext } from "../queue/suite/harness.ts";

const ROOT = join(import.meta.dirname, "../..");

let folder: string | null = null;

/** A folder that goes away with the test's process. */
export function temporaryFolder(): string {
  if (folder === null) {
    const made = mkdtempSync(join(tmpdir(), "rhai-test-"));
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return mkdtempSync(join(folder, "part-"));
}

let entry: URL | null = null;

/** Bundled as in the package: starting a thread from the sources takes ten times as long. */
export function threadEntry(): URL {
  if (entry !== null) return entry;
  const outfile = join(temporaryFolder(), "queue-thread.mjs");
  buildSync({
    entryPoints: [join(ROOT, "src/queue/worker/thread.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
  entry = pathToFileURL(outfile);
  return entry;
}

/** An engine module in a file of its own. */
export function engineModule(source: string): string {
  const file = join(temporaryFolder(), "engine.mjs");
  writeFileSync(file, source);
  return file;
}

/** An engine with functions that tests need, and a way to learn that a script has come to a place. */
export interface MarkingEngine {
  /** `mark("text")`; `block(ms)`, which nothing inside of the engine interrupts. */
  readonly module: string;
  /** Resolves when a script has called `mark` with the text. */
  readonly marked: (text: string) => Promise<void>;
}

export function markingEngine(): MarkingEngine {
  const folder = temporaryFolder();
  const module = engineModule(`
    import { writeFileSync } from "node:fs";
    export default function (engine) {
      engine.registerFn("mark", ["string"], (text) => writeFileSync(${JSON.stringify(folder)} + "/" + text, ""));
      engine.registerFn("block", ["i64"], (ms) => { const end = Date.now() + Number(ms); while (Date.now() < end); });
    }
  `);
  const marked = async (text: string) => {
    while (!existsSync(join(folder, text))) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { module, marked };
}

/** A worker on a context of its own, and what one does with it. */
export class Workshop {
  readonly store: TaskStore;
  readonly context: string;
  readonly worker: RhaiWorker;
  readonly settled: SettledTask[] = [];

  constructor(store: TaskStore, options: Partial<WorkerOptions> = {}) {
    this.store = store;
    this.context = options.contexts?.[0] ?? freshContext();
    this.worker = new RhaiWorker({
      store,
      contexts: [this.context],
      threads: 1,
      concurrency: 10,
      upkeepMs: 50,
      killGraceMs: 100,
      threadEntry: threadEntry(),
      ...options,
    });
    this.worker.on("settled", (settled) => this.settled.push(settled));
  }

  static async open(store: TaskStore, options: Partial<WorkerOptions> = {}): Promise<Workshop> {
    const shop = new Workshop(store, options);
    await shop.worker.start();
    return shop;
  }

  async submit(script: string, spec: Partial<TaskSpec> = {}): Promise<string> {
    const task: TaskSpec = {
      context: this.context,
      ...(spec.scriptPath === undefined && { script }),
      ...spec,
    };
    return (await this.store.enqueue({ task })).id;
  }

  /** The record after its end. */
  async run(script: string, spec: Partial<TaskSpec> = {}): Promise<Task> {
    return await this.end(await this.submit(script, spec));
  }

  async end(id: string, timeoutMs = 15_000): Promise<Task> {
    await this.store.waitForResult({ id, timeoutMs });
    return (await this.store.get({ id }))!;
  }

  /** Result of a script as JSON text, or the kind of its error. */
  async outcome(script: string, spec: Partial<TaskSpec> = {}): Promise<string> {
    const { output, error } = await this.run(script, spec);
    return output ?? error?.kind ?? "neither";
  }

  async close(): Promise<void> {
    await this.worker.stop({ graceMs: 0 });
  }
}
