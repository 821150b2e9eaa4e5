// Runs every program in examples/ and compares what it prints with examples/expected/.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { Engine, FileModuleResolver, Scope } from "../src/index.ts";

const FOLDER = resolve(import.meta.dirname, "../examples");
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".rhai"))
  .map((file) => basename(file, ".rhai"));
const textOf = (name: string) => readFileSync(join(FOLDER, `${name}.rhai`), "utf8");

function printed(name: string): string {
  const lines: string[] = [];
  const engine = new Engine().setModuleResolver(new FileModuleResolver(FOLDER));
  engine.onPrint((text) => void lines.push(`${text}\n`));
  engine.evalSync(textOf(name), new Scope(), `${name}.rhai`);
  return lines.join("");
}

describe("examples", () => {
  it.each(names)("%s prints what it should", (name) => {
    expect(printed(name)).toBe(readFileSync(join(FOLDER, "expected", `${name}.out`), "utf8"));
  });

  it.each(names)("%s says on its first line what it shows", (name) => {
    expect(textOf(name)).toMatch(/^\/\/ \S.{20,}\n/);
  });

  it("has no expected output without a program", () => {
    const outputs = readdirSync(join(FOLDER, "expected")).map((file) => basename(file, ".out"));
    expect(outputs.filter((name) => !existsSync(join(FOLDER, `${name}.rhai`)))).toEqual([]);
  });

  it("lists every program in examples/README.md", () => {
    const readme = readFileSync(join(FOLDER, "README.md"), "utf8");
    expect(names.filter((name) => !readme.includes(`examples/${name}.rhai`))).toEqual([]);
  });
});
