// The page of syntax diagrams: up to date, complete, and able to draw without anything from elsewhere.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { renderDiagrams } from "../../scripts/syntax-diagrams.ts";
import { serializedGrammar } from "../../src/lang/parser/index.ts";
import { ROOT } from "./corpus.ts";

const page = readFileSync(join(ROOT, "grammar/diagrams.html"), "utf8");

it("is up to date (if not: npx tsx scripts/syntax-diagrams.ts)", () => {
  expect(page === renderDiagrams()).toBe(true);
});

it("loads nothing", () => {
  expect(page.match(/<(?:script|link|img|iframe)\s[^>]*>|@import|url\(/g)).toBeNull();
});

it("draws every rule of the parser", () => {
  const div = { innerHTML: "" };
  const document = {
    getElementById: (id: string) => (id === "diagrams" ? div : null),
    getElementsByClassName: () => [],
  };
  const context: Record<string, unknown> = { document };
  context.window = context;
  for (const [, script] of page.matchAll(/<script>([\s\S]*?)<\/script>/g)) runInNewContext(script, context);
  const drawn = [...div.innerHTML.matchAll(/<h2 class="diagramHeader">(\w+)<\/h2>\s*<svg/g)].map((m) => m[1]);
  const rules = serializedGrammar().map((rule) => (rule as typeof rule & { name: string }).name);
  expect([...drawn].sort()).toEqual([...rules].sort());
  expect(drawn[0]).toBe("script");
});
