// docs/flow.md: each of its examples runs and yields what its comments say, its flows are flows, the tests it names exist.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { flowSchema, stepSchema } from "../../src/flow/definition/schema.ts";
import { parseFlow } from "../../src/flow/definition/yaml-form.ts";
import { parseMocks } from "../../src/flow/mock/mocks-file.ts";
import { testExamples } from "../support/doc-examples.ts";

const ROOT = join(import.meta.dirname, "../..");
const text = readFileSync(join(ROOT, "docs/flow.md"), "utf8");

testExamples({ document: "docs/flow.md", moreThan: 12 });

describe("the flows and pictures of docs/flow.md", () => {
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
