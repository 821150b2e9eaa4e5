// docs/flow.md: each of its examples runs and yields what its comments say, its flows are flows, the tests it names exist.

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { flowSchema, stepSchema } from "../../src/flow/definition/schema.ts";
import { parseFlow } from "../../src/flow/definition/yaml-form.ts";
import { parseMocks } from "../../src/flow/mock/mocks-file.ts";
import { BlockFiles, blocksOf, checksIn, readDocument } from "../embedding/doc-blocks.ts";

const ROOT = join(import.meta.dirname, "../..");
const text = readDocument(ROOT, "docs/flow.md");
const blocks = blocksOf(text);
const files = new BlockFiles(ROOT, "flow-docs");
afterAll(() => files.remove());

describe("examples in docs/flow.md", () => {
  it("are there, and each says what it yields", () => {
    expect(blocks.length).toBeGreaterThan(12);
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
      await import(files.write(index, block));
    });
  });

  for (const [, yaml] of text.matchAll(/```yaml\n([\s\S]*?)```/g)) {
    it(`are flows or tests of them: ${yaml.split("\n", 1)[0]}`, () => {
      const parse = yaml.includes("expect:") ? parseMocks : parseFlow;
      expect(() => parse(yaml)).not.toThrow();
    });
  }

  it("have a picture for each feature", () => {
    const sections = text.split(/^## /m).slice(1);
    const features = sections.slice(
      sections.findIndex((section) => section.startsWith("In short")),
      sections.findIndex((section) => section.startsWith("States and keys")),
    );
    expect(
      features
        .filter((section) => !section.includes("```mermaid"))
        .map((section) => section.split("\n", 1)[0]),
    ).toEqual([]);
  });
});

describe("docs/flow.md", () => {
  it("names tests that exist", () => {
    const named = [...text.matchAll(/`(test\/flow\/[\w./-]+\.ts)`(?: \("([^"]+)"\))?/g)];
    expect(named.length).toBeGreaterThan(12);
    for (const [, path, name] of named) {
      expect(existsSync(join(ROOT, path)), path).toBe(true);
      if (name !== undefined)
        expect(readFileSync(join(ROOT, path), "utf8"), `${path}: ${name}`).toContain(name);
    }
  });

  it("lists every field of flows and steps", () => {
    const section = text.slice(text.indexOf("## All fields"));
    for (const field of [...Object.keys(flowSchema.shape), ...Object.keys(stepSchema.shape)])
      if (field !== "$schema") expect(section, field).toContain(`\`${field}\``);
  });
});
