// docs/queue.md: each of its TypeScript examples runs, and yields what its comments say.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { BlockFiles, blocksOf, checksIn, readDocument } from "../embedding/doc-blocks.ts";
import { threadEntry } from "../support/queue-worker.ts";

const ROOT = join(import.meta.dirname, "../..");
const blocks = blocksOf(readDocument(ROOT, "docs/queue.md"));
const files = new BlockFiles(ROOT, "queue-docs");
afterAll(() => files.remove());

/** Threads from a bundle: starting them from the sources takes ten times as long. */
function withBundle(code: string): string {
  return code.replaceAll("new RhaiWorker({", `new RhaiWorker({ threadEntry: "${threadEntry().href}",`);
}

describe("examples in docs/queue.md", () => {
  it("are there, and each says what it yields", () => {
    expect(blocks.length).toBeGreaterThan(8);
    expect(blocks.filter(({ code }) => checksIn(code) === 0).map(({ title }) => title)).toEqual([]);
  });

  it("are well typed", async () => {
    const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
    const project = files.writeForTypes(blocks);
    const run = promisify(execFile)(process.execPath, [compiler, "--noEmit", "-p", project], { cwd: ROOT });
    const { stdout } = await run.catch((error: { stdout: string }) => error);
    expect(stdout.split("\n").filter((line) => /block-\d+\.ts/.test(line))).toEqual([]);
  }, 120_000);

  blocks.forEach((block, index) => {
    it(block.title, async () => {
      await import(files.write(index, { ...block, code: withBundle(block.code) }));
    });
  });
});
