// Makes scripts.generated.ts from the Lua files beside it, for queue and flow: `npx tsx scripts/redis-scripts.ts`.
// A module of strings works the same under tsx, Vitest and in the bundle; a test checks that it is up to date.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEFAULT_SETTINGS, type Retention } from "../src/queue/settings.ts";

export const QUEUE_SCRIPTS = resolve(import.meta.dirname, "../src/queue/redis/scripts");
export const FLOW_SCRIPTS = resolve(import.meta.dirname, "../src/flow/redis/scripts");

export function generatedOf(folder: string): string {
  return resolve(folder, "../scripts.generated.ts");
}

function defaultOf(name: string): string {
  const value = DEFAULT_SETTINGS[name as keyof typeof DEFAULT_SETTINGS];
  if (typeof value === "number") return String(value);
  const { maxAgeMs, maxCount, maxBytes } = value as Retention;
  return `maxAgeMs = ${maxAgeMs}, maxCount = ${maxCount}, maxBytes = ${maxBytes}`;
}

/** Comments and indentation out, defaults filled in. */
function compact(path: string): string {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== "" && (!line.startsWith("--") || line.startsWith("--- @include ")))
    .map((line) => line.replace(/\$DEFAULT\.(\w+)\$/g, (_, name: string) => defaultOf(name)))
    .join("\n");
}

function entries(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".lua"));
  return files.sort().map((file) => {
    const name = file.replace(/\.lua$/, "");
    return `  ${JSON.stringify(name)}: ${JSON.stringify(compact(join(folder, file)))},`;
  });
}

export function generate(folder: string): string {
  return [
    "// The Lua scripts as text, made by scripts/redis-scripts.ts from scripts/*.lua: do not edit.",
    "",
    "// biome-ignore-all format: one line for each script",
    "// biome-ignore-all lint: not written by hand",
    "",
    "export const SCRIPTS = {",
    ...entries(folder),
    "} as const;",
    "",
    "export const FRAGMENTS = {",
    ...entries(join(folder, "includes")),
    "} as const;",
    "",
  ].join("\n");
}

if (process.argv[1] === import.meta.filename) {
  for (const folder of [QUEUE_SCRIPTS, FLOW_SCRIPTS]) writeFileSync(generatedOf(folder), generate(folder));
}
