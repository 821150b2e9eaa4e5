// Asynchronous linking changes nothing: every recorded case has the same outcome with natives that return promises.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { executeCase } from "../../src/cli/conformance/execute.ts";
import { loadCases } from "../../src/cli/conformance/load.ts";
import { counters, executePromising } from "./promising-engine.ts";

const FOLDER = join(import.meta.dirname, "../conformance");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".jsonl"));

it.each(FILES)("runs %s asynchronously as synchronously", { timeout: 120_000 }, async (file) => {
  const { cases, problems } = loadCases([join(FOLDER, file)]);
  expect(problems).toEqual([]);
  const before = counters.promises;
  const different: string[] = [];
  for (const [index, item] of cases.entries()) {
    const synchronous = JSON.stringify(executeCase(item));
    const asynchronous = JSON.stringify(await executePromising(item, index + 1));
    if (synchronous !== asynchronous) different.push(item.id);
  }
  expect(different).toEqual([]);
  expect(counters.promises - before).toBeGreaterThan(cases.length / 10);
});
