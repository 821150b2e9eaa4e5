// docs/embedding.md: each of its examples runs, and yields what its comments say.

import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BlockFiles, blocksOf, checksIn, readDocument } from "./doc-blocks.ts";

const ROOT = join(import.meta.dirname, "../..");
const blocks = blocksOf(readDocument(ROOT, "docs/embedding.md"));
const files = new BlockFiles(ROOT, "embedding-docs");
afterAll(() => files.remove());

describe("examples in docs/embedding.md", () => {
  it("has examples, and each says what it yields", () => {
    expect(blocks.length).toBeGreaterThan(40);
    expect(blocks.filter(({ code }) => checksIn(code) === 0).map(({ title }) => title)).toEqual([]);
  });
  blocks.forEach((block, index) => {
    it(block.title, async () => {
      await import(files.write(index, block));
    });
  });
});
