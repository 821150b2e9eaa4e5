// Tests of a document's TypeScript examples: they say what they yield, are well typed, and yield it.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { BlockFiles, blocksOf, checksIn, readDocument } from "./doc-blocks.ts";

const ROOT = join(import.meta.dirname, "../..");

export interface DocExamples {
  /** Path below the repository, `docs/queue.md`. */
  readonly document: string;
  /** There are more examples than so many. */
  readonly moreThan: number;
  /** What is changed in the code before it runs. */
  readonly prepared?: (code: string) => string;
}

export function testExamples({ document, moreThan, prepared = (code) => code }: DocExamples): void {
  const blocks = blocksOf(readDocument(ROOT, document));
  const files = new BlockFiles(ROOT, document.replace(/\W/g, "-"));
  afterAll(() => files.remove());

  describe(`examples in ${document}`, () => {
    it("are there, and each says what it yields", () => {
      expect(blocks.length).toBeGreaterThan(moreThan);
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
        await import(files.write(index, { ...block, code: prepared(block.code) }));
      });
    });
  });
}
