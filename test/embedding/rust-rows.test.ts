// docs/rust-to-typescript.md: what its rows name does what they say. Each name of ours in it belongs to a check.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Check } from "./rust-rows/check.ts";
import { EVAL_CONTEXT, HOST_CONTEXT, MODULES, SYNTAX, TYPES } from "./rust-rows/contexts.ts";
import { DEFINITIONS, RESOLVERS, SCOPES, SCRIPTS, VALUES } from "./rust-rows/data.ts";
import { CALLBACKS, COMPILING, POINTERS, REGISTERING, RUNNING, SETTINGS } from "./rust-rows/engine.ts";
import { PACKAGES } from "./rust-rows/packages.ts";

const GROUPS: Readonly<Record<string, readonly Check[]>> = {
  RUNNING,
  COMPILING,
  REGISTERING,
  CALLBACKS,
  SETTINGS,
  POINTERS,
  HOST_CONTEXT,
  EVAL_CONTEXT,
  SYNTAX,
  TYPES,
  MODULES,
  SCOPES,
  SCRIPTS,
  VALUES,
  DEFINITIONS,
  RESOLVERS,
  PACKAGES,
};

/** The names in the column of ours. */
function namesOf(markdown: string): Set<string> {
  const rows = markdown.split("\n").filter((line) => /^\| [`#]/.test(line));
  return new Set(
    rows.flatMap((row) => [...row.split("|")[2].matchAll(/`([^`]+)`/g)].map((match) => match[1])),
  );
}

describe.each(Object.entries(GROUPS))("%s", (_group, checks) => {
  it.each(checks)("%s", async (_names, run) => {
    for (const [actual, expected] of await run()) expect(actual).toEqual(expected);
  });
});

it("shows every name in the table at work", () => {
  const table = readFileSync(join(import.meta.dirname, "../../docs/rust-to-typescript.md"), "utf8");
  const shown = new Set(
    Object.values(GROUPS).flatMap((checks) => checks.flatMap(([names]) => names.split(" "))),
  );
  expect([...namesOf(table)].filter((name) => !shown.has(name))).toEqual([]);
});
