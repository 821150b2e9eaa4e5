// Every recorded case has the outcome of the real Rhai, but for the listed differences.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Outcome } from "../src/cli/conformance/case.ts";
import { judge } from "../src/cli/conformance/compare.ts";
import { loadCases } from "../src/cli/conformance/load.ts";
import { Command } from "./cli/command.ts";

const FOLDER = join(import.meta.dirname, "conformance");

interface KnownDifference {
  readonly id: string;
  readonly reason: string;
}

let rhai: Command;
beforeAll(() => {
  rhai = new Command();
});
afterAll(() => rhai.remove());

/** What the command made of each case, by its id. */
function runCommand(): Map<string, Outcome> {
  const { stdout } = rhai.run(["conformance", FOLDER, "--results", "results.jsonl"]);
  expect(stdout).toMatch(/\d+ passed, \d+ failed\n$/);
  const lines = readFileSync(join(rhai.folder, "results.jsonl"), "utf8").trim().split("\n");
  return new Map(lines.map((line) => JSON.parse(line)).map(({ id, ...outcome }) => [id, outcome]));
}

it("conforms to the recorded outcomes", { timeout: 240_000 }, () => {
  const known: KnownDifference[] = JSON.parse(readFileSync(join(FOLDER, "known-differences.json"), "utf8"));
  const { cases, problems } = loadCases([FOLDER]);
  expect(problems).toEqual([]);
  const outcomes = runCommand();

  const differs = cases.filter(({ id, expect }) => expect && !judge(outcomes.get(id)!, expect).exact);
  const failed = differs.map(({ id }) => id);
  const listed = known.map(({ id }) => id);
  expect(
    failed.filter((id) => !listed.includes(id)),
    "cases that differ and are not listed",
  ).toEqual([]);
  expect(
    listed.filter((id) => !failed.includes(id)),
    "listed cases that pass: take them off the list",
  ).toEqual([]);
  expect(
    known.filter(({ reason }) => !reason),
    "listed cases without a reason",
  ).toEqual([]);
  expect(failed.length / cases.length).toBeLessThanOrEqual(0.005);
});
