// docs/embedding.md: each of its examples runs, and yields what its comments say.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { BlockFiles, blocksOf, checksIn, readDocument } from "./doc-blocks.ts";

const ROOT = join(import.meta.dirname, "../..");
const blocks = blocksOf(readDocument(ROOT, "docs/embedding.md"));
const files = new BlockFiles(ROOT, "embedding-docs");
afterAll(() => files.remove());

/** The type errors in the examples, with what they are in. */
async function typeErrors(): Promise<string[]> {
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const project = files.writeForTypes(blocks);
  const run = promisify(execFile)(process.execPath, [compiler, "--noEmit", "-p", project], { cwd: ROOT });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return stdout.split("\n").filter((line) => /block-\d+\.ts/.test(line));
}

describe("examples in docs/embedding.md", () => {
  it("has examples, and each says what it yields", () => {
    expect(blocks.length).toBeGreaterThan(40);
    expect(blocks.filter(({ code }) => checksIn(code) === 0).map(({ title }) => title)).toEqual([]);
  });
  it("are well typed", async () => {
    expect(await typeErrors()).toEqual([]);
  }, 120_000);
  blocks.forEach((block, index) => {
    it(block.title, async () => {
      await import(files.write(index, block));
    });
  });
});
