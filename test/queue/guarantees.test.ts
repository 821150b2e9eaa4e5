// docs/guarantees.md names the tests that hold its promises: they are there.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const text = readFileSync(join(ROOT, "docs/guarantees.md"), "utf8").replace(/\s+/g, " ");

/** A file in backticks, and the beginnings or parts of test names in quotes after it. */
const NAMED =
  /`((?:test\/queue\/)?[\w./-]+\.test\.ts|(?:test\/queue\/)?suite\/[\w-]+\.ts)`((?::? ?(?:\([^)]*\) ?)?:? ?,? ?"[^"]+")*)/g;

it("docs/guarantees.md names tests that exist", () => {
  const named = [...text.matchAll(NAMED)];
  expect(named.length).toBeGreaterThan(30);
  let quoted = 0;
  for (const [, path, names] of named) {
    const file = join(ROOT, path.startsWith("test/") ? path : join("test/queue", path));
    expect(existsSync(file), path).toBe(true);
    const tests = readFileSync(file, "utf8");
    for (const [, name] of names.matchAll(/"([^"]+)"/g)) {
      quoted++;
      expect(tests, `${path}: ${name}`).toContain(name);
    }
  }
  expect(quoted).toBeGreaterThan(50);
});
