// Where scripts come from: files that the host reads in its own way, and the paths that `import` stands for.

import { describe, expect, it, vi } from "vitest";
import { Engine, EvalError, FileModuleResolver } from "../../src/engine.ts";

function engineWith(pages: Readonly<Record<string, string>>): Engine {
  return new Engine().setScriptFiles({
    readText(path) {
      if (path in pages) return pages[path];
      throw new Error(`no page ${path}`);
    },
  });
}

/** What a function throws, as text. */
function failure(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return String(error);
  }
  throw new Error("nothing was thrown");
}

describe("script files of the host", () => {
  it("are what compileFile, evalFile, runFile and import read", async () => {
    const engine = engineWith({
      "main.rhai": '#!/usr/bin/env rhai\nimport "lib/tax" as tax; tax::of(100)',
      "lib/tax.rhai": 'import "rate" as rate; fn of(x) { x * rate::RATE / 100 } export const NAME = "tax";',
      "rate.rhai": "export const RATE = 19;",
      "lib/rate.rhai": "export const RATE = 20;",
    });
    // The source of the module is `lib/tax`: what it imports is looked for in `lib`.
    expect(engine.evalFileSync("main.rhai")).toBe(20);
    expect(engine.compileFile("rate.rhai").source).toBe("rate.rhai");
    expect(await engine.evalFile("rate.rhai")).toBe(undefined);
  });

  it("that cannot be read are errors of the system, or modules that do not exist", () => {
    const engine = engineWith({});
    expect(failure(() => engine.evalFileSync("a.rhai"))).toBe(
      "Cannot open script file 'a.rhai': no page a.rhai",
    );
    expect(failure(() => engine.evalSync('import "a" as a;'))).toContain("Module not found: a");
  });

  it("that are no text are errors of the system", () => {
    const engine = new Engine().setScriptFiles({ readText: () => undefined as never });
    expect(failure(() => engine.evalFileSync("a.rhai"))).toContain(
      "expected text from readText, got undefined",
    );
  });

  it("may throw errors of their own", () => {
    const error = new EvalError("ErrorSystem", { name: "no access", detail: "to a" });
    const engine = new Engine().setScriptFiles({
      readText() {
        throw error;
      },
    });
    expect(failure(() => engine.evalFileSync("a"))).toContain("no access: to a");
    expect(failure(() => engine.evalSync('import "a" as a;'))).toContain("no access: to a");
  });

  it("need a function readText", () => {
    for (const wrong of [null, undefined, {}, { readText: "text" }])
      expect(() => new Engine().setScriptFiles(wrong as never)).toThrow(TypeError);
  });

  it("are missing where there is no file system", () => {
    const spy = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    try {
      const text = "Cannot open script file 'a.rhai': there are no files here";
      expect(failure(() => new Engine().evalFileSync("a.rhai"))).toContain(text);
      expect(failure(() => new Engine().evalSync('import "a" as a;'))).toContain(text);
    } finally {
      spy.mockRestore();
    }
  });
});

describe("the file of a module", () => {
  it.each([
    // path, importing script, base folder, file
    ["m", null, null, "m.rhai"],
    ["m", "main.rhai", null, "m.rhai"],
    ["m", "./main.rhai", null, "m.rhai"],
    ["m", "lib/main.rhai", null, "lib/m.rhai"],
    ["m", "/lib/main.rhai", null, "/lib/m.rhai"],
    ["m", "/main.rhai", null, "/m.rhai"],
    ["m", "scripts\\main.rhai", null, "scripts/m.rhai"],
    ["../m", "lib/main.rhai", null, "lib/../m.rhai"],
    ["m.txt", "lib/main.rhai", null, "lib/m.rhai"],
    ["m", "lib/main.rhai", "base", "base/m.rhai"],
    ["m", "lib/main.rhai", "base/", "base/m.rhai"],
    ["/m", "lib/main.rhai", "base", "/m.rhai"],
    ["C:\\m", "lib/main.rhai", "base", "C:\\m.rhai"],
    ["c:/m", "lib/main.rhai", "base", "c:/m.rhai"],
    ["https://host.test/m", "lib/main.rhai", "base", "https://host.test/m.rhai"],
    ["m", "https://host.test/lib/main.rhai", null, "https://host.test/lib/m.rhai"],
  ])("%s, imported by %s, base %s", (path, source, base, file) => {
    expect(new FileModuleResolver(base).filePath(path, source)).toBe(file);
  });
});
