// Definition files against Rhai's own: metadata.data.json holds what Rhai 1.26 writes for the same engine.

import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUILTIN_FUNCTION_DEFINITIONS } from "../../src/runtime/definitions/builtin-functions.ts";
import { builtinOperatorDefinitions } from "../../src/runtime/definitions/builtin-operators.ts";
import { Definitions } from "../../src/runtime/definitions/definitions.ts";
import { writeDefinitionsToDir, writeDefinitionsToFile } from "../../src/runtime/definitions/write-files.ts";
import { binaryOperator } from "../../src/runtime/function/operators.ts";
import { Module } from "../../src/runtime/module/module.ts";
import { debug } from "../../src/runtime/value/display.ts";
import { TypeId } from "../../src/runtime/value/value.ts";
import { exampleEngine, exampleScope } from "./example-engine.ts";
import rhai from "./metadata.data.json" with { type: "json" };

const { engine, sources } = exampleEngine();
const definitions = new Definitions(sources, exampleScope()).includeStandardPackages(false);

/**
 * Known differences: return types are never left out, the brace that ends a sub-module has a line of its own, doc-comments of
 * script functions are kept, and the property of a plugin has no parameter name.
 */
function asOurs(text: string): string {
  return text
    .replace(/^(fn (?:s|ty)\(.*\)) -> ;/gm, "$1 -> ?;")
    .replaceAll(" -> ;", " -> ();")
    .replaceAll(";}", ";\n}")
    .replace("fn s(", "/// Doc of s.\nfn s(")
    .replace("fn get size(list:", "fn get size(_:");
}

describe("definitions", () => {
  it("are Rhai's, in a single file", () => {
    expect(definitions.singleFile()).toBe(asOurs(rhai.singleFile));
  });

  it("are Rhai's, file by file", () => {
    expect([...definitions.iterFiles()]).toEqual(rhai.files.map(([name, text]) => [name, asOurs(text)]));
  });

  it("come with the language and the standard packages unless they are not wanted", () => {
    const all = new Definitions(sources);
    const names = [...all.iterFiles()].map(([name]) => name);
    expect(names).toEqual([
      "__builtin__.d.rhai",
      "__builtin-operators__.d.rhai",
      "__static__.d.rhai",
      "geo.d.rhai",
      "script.d.rhai",
    ]);
    const text = all.singleFile();
    expect(text.startsWith("module static;\n\nop ==(int, int) -> bool;\n")).toBe(true);
    expect(text).toContain("\n/// Name of a value's type.\n");
    expect(text).toMatch(/\n\/\/\/ .*\nfn push\(array: array, item: \?\) -> \(\);\n/);
    expect(text).toMatch(/\nfn get len\(array: array\) -> int;\n/);
    expect(text.indexOf("fn double(")).toBeLessThan(text.indexOf("fn push("));
    expect(all.includeStandardPackages(false).staticModule()).toBe(definitions.staticModule());
  });

  it("have headers when asked for", () => {
    const headed = definitions.withHeaders(true);
    expect(headed.scopeItems()).toBe(`module static;\n\n${definitions.scopeItems()}`);
    expect(headed.builtinFunctions()).toBe(`module static;\n\n${BUILTIN_FUNCTION_DEFINITIONS}`);
    expect(headed.builtinOperators()).toBe(`module static;\n\n${builtinOperatorDefinitions()}`);
    expect([...headed.modules()].map(([, text]) => text.split("\n")[0])).toEqual([
      "module geo;",
      "module script;",
    ]);
    expect(headed.singleFile()).toBe(definitions.singleFile());
    expect([...definitions.modules()][0][1]).not.toMatch(/^module geo;/);
  });

  it("say nothing about a scope when there is none", () => {
    expect(new Definitions(sources).scopeItems()).toBe("");
  });

  it("show global constants", () => {
    const { registry } = exampleEngine().sources;
    registry.constants.set("LIMIT", 5).set("A", "x");
    const text = new Definitions({ ...sources, registry }).staticModule();
    expect(text.startsWith("const A: string;\n\nconst LIMIT: int;\n\nop ")).toBe(true);
  });

  it("hold for engines that have nothing", () => {
    const registry = { all: () => [][Symbol.iterator](), constants: new Map() } as never;
    const empty = new Definitions({ ...sources, registry, globalModules: new Map() });
    expect(empty.includeStandardPackages(false).singleFile()).toBe("module static;\n\n\n\n\n");
  });

  it("leave out private functions of modules", () => {
    const [, text] = [...definitions.modules()].find(([name]) => name === "script")!;
    expect(text).not.toContain("hid");
  });
});

describe("definitions of built-ins", () => {
  it("name only operators that exist, and all of Rhai's", () => {
    const lines = builtinOperatorDefinitions().split("\n");
    expect(new Set(lines.filter((line) => line !== "")).size).toBe(
      lines.filter((line) => line !== "").length,
    );
    for (const line of [
      "op ..=(int, int) -> range=;",
      "op **(float, int) -> float;",
      "op -(string, char) -> string;",
      "op +(char, char) -> string;",
      "op +(blob, char) -> blob;",
      "op ==((), ()) -> bool;",
      "op ==(?, ?) -> bool;",
      "op **=(float, int);",
      "op +=(array, ?);",
      "op in(int, range=) -> bool;",
    ])
      expect(lines).toContain(line);
    expect(lines.some((line) => line.includes("op -(char, "))).toBe(false);
    expect(binaryOperator("-", TypeId.CHAR, TypeId.STRING)).toBeNull();
  });

  it("explain every function", () => {
    const blocks = BUILTIN_FUNCTION_DEFINITIONS.trim().split("\n\n");
    expect(blocks).toHaveLength(18);
    for (const block of blocks) expect(block).toMatch(/^\/\/\/ [A-Z][\s\S]*\nfn \w+\(.*\)( -> [\w?=]+)?;$/);
  });

  it("have examples that run and tell the truth", () => {
    const scripts = [...BUILTIN_FUNCTION_DEFINITIONS.matchAll(/```rhai\n([\s\S]*?)```/g)].map(([, text]) =>
      text.replaceAll("/// ", "").trim().split("\n"),
    );
    expect(scripts).toHaveLength(18);
    engine.onPrint(() => {}).onDebug(() => {});
    let results = 0;
    for (const lines of scripts) {
      let code = "fn double(x) { x * 2 } fn area(w, h) { w * h } ";
      for (const line of lines) {
        const [, text, claim] = /^(.*?)(?:\s*\/\/ (.*))?$/.exec(line)!;
        if (!code.includes(text)) code += text;
        const value = engine.evalSync(code);
        if (!/^(true|false|\d+|".*")$/.test(claim ?? "")) continue;
        expect(debug(value), line).toBe(claim);
        results++;
      }
    }
    expect(results).toBe(17);
  });
});

describe("definition files on disk", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rhai-definitions-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("are written into a folder that is made for them", async () => {
    const target = join(folder, "a", "b");
    await writeDefinitionsToDir(definitions, target);
    expect((await readdir(target)).sort()).toEqual(
      ["__scope__.d.rhai", "__static__.d.rhai", "geo.d.rhai", "script.d.rhai"].sort(),
    );
    expect(await readFile(join(target, "geo.d.rhai"), "utf8")).toBe(asOurs(rhai.files[2][1]));
  });

  it("can be a single one", async () => {
    const file = join(folder, "all.d.rhai");
    await writeDefinitionsToFile(definitions, file);
    expect(await readFile(file, "utf8")).toBe(definitions.singleFile());
  });

  it("never leave the folder", async () => {
    const globalModules = new Map([["../outside", new Module()]]);
    const odd = new Definitions({ ...sources, globalModules });
    const target = join(folder, "never");
    await expect(writeDefinitionsToDir(odd, target)).rejects.toThrow(
      "'../outside.d.rhai' cannot be the name of a definition file",
    );
    expect(existsSync(target)).toBe(false);
  });
});
