// What holds for the Lua scripts of a store, whichever it is.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { generate, generatedOf } from "../../scripts/redis-scripts.ts";

export interface LuaScript {
  readonly name: string;
  readonly text: string;
  /** Without comments. */
  readonly code: string;
}

export function luaScripts(folder: string): readonly LuaScript[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".lua"))
    .map((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      return { name, text, code: text.replace(/--.*$/gm, "") };
    });
}

export function testLuaFiles(folder: string): void {
  it("are in the generated module as they are in their files", () => {
    expect(readFileSync(generatedOf(folder), "utf8")).toBe(generate(folder));
  });

  it("open with their contracts", () => {
    const scripts = luaScripts(folder);
    expect(scripts.length).toBeGreaterThan(10);
    for (const { name, text } of scripts) {
      if (name.startsWith("includes")) expect(text, name).toMatch(/^-- \S/);
      else expect(text, name).toMatch(/^#!lua( flags=\S+)?\n-- \S[\s\S]*?-- KEYS\[1\] [\s\S]*?-- Output/);
    }
  });
}
