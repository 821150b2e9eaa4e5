// Holds the structure of src/: which layer may import which, no import cycles, size caps, a first line that tells.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const SRC = join(ROOT, "src");

/** What each folder of src/ may import besides itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  lang: [],
  runtime: ["lang"],
  models: [],
  http: [],
  stripe: ["lang", "runtime", "http", "models"],
  queue: ["lang", "runtime"],
  flow: ["lang", "runtime", "queue"],
  cli: ["lang", "runtime", "models", "http", "stripe", "queue", "flow"],
  // Files directly in src/: the public entries.
  ".": ["lang", "runtime", "models", "http", "stripe", "queue", "flow"],
};

const MAX_LINES = 500;
/** Files above the cap, each with the reason why splitting would hurt. */
const EXEMPT_FROM_SIZE: Record<string, string> = {};

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

const IMPORT = /^\s*(?:import|export)\s+(type\s+)?([^"';]*?\sfrom\s+)?"(\.[^"]+)"/gm;
const DYNAMIC_IMPORT = /\bimport\("(\.[^"]+)"\)/g;

/** `import { type A, type B } from` imports no value either. */
function importsTypesOnly(typeKeyword: string | undefined, clause: string | undefined): boolean {
  if (typeKeyword !== undefined) return true;
  const names = clause
    ?.match(/^\{([^}]*)\}/)?.[1]
    .split(",")
    .map((name) => name.trim());
  return names?.every((name) => name === "" || name.startsWith("type ")) ?? false;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const target = (specifier: string) => resolve(dirname(file), specifier);
  const fixed = [...text.matchAll(IMPORT)].map((match) => ({
    target: target(match[3]),
    typeOnly: importsTypesOnly(match[1], match[2]),
  }));
  const dynamic = [...text.matchAll(DYNAMIC_IMPORT)].map((match) => ({
    target: target(match[1]),
    typeOnly: false,
  }));
  return [...fixed, ...dynamic];
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(SRC, name))
  .sort();
const graph = new Map(files.map((file) => [file, importsOf(file)]));
const short = (file: string) => relative(ROOT, file);

function layerOf(file: string): string {
  const [first, ...rest] = relative(SRC, file).split("/");
  return rest.length === 0 ? "." : first;
}

/** Groups of files that import each other's values (Tarjan's strongly connected components of two or more). */
function cycles(): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.get(file)!);
    stack.push(file);
    for (const { target, typeOnly } of graph.get(file) ?? []) {
      if (typeOnly || !graph.has(target)) continue;
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) low.set(file, Math.min(low.get(file)!, low.get(target)!));
    }
    if (low.get(file) !== order.get(file)) return;
    const group = stack.splice(stack.indexOf(file)).map(short);
    const importsItself = graph.get(file)?.some((item) => !item.typeOnly && item.target === file);
    if (group.length > 1 || importsItself) found.push(group);
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return found;
}

/** The files that an entry loads. */
function reachedFrom(entry: string): string[] {
  const reached = new Set([join(SRC, entry)]);
  for (const file of reached) {
    for (const { target, typeOnly } of graph.get(file) ?? []) if (!typeOnly) reached.add(target);
  }
  return [...reached];
}

/** Packages and Node modules whose values a file imports. */
function packagesOf(file: string): string[] {
  const imports = readFileSync(file, "utf8").matchAll(
    /^\s*(?:import|export)\s+(type\s+)?([^"';]*?\sfrom\s+)?"([^."][^"]*)"|\bimport\("([^."][^"]*)"\)/gm,
  );
  return [...imports]
    .filter((match) => !importsTypesOnly(match[1], match[2]))
    .map((match) => match[3] ?? match[4]);
}

/** What the engine is bundled with for browsers. */
const ENGINE_PACKAGES: readonly string[] = ["chevrotain", "p-limit"];
/** Names of Node alone. Where they are used if they are there, they are members of `globalThis`. */
const NODE_GLOBAL = /(?<![.\w$"'`])(?:process|Buffer|require|__dirname|__filename|setImmediate)\s*[.(]/;

describe("architecture", () => {
  it("finds the source files and their imports", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(graph.get(join(SRC, "runtime/errors.ts"))).toContainEqual({
      target: join(SRC, "lang/position.ts"),
      typeOnly: false,
    });
  });

  it("has only known folders in src/", () => {
    expect(files.map(layerOf).filter((layer) => !(layer in MAY_IMPORT))).toEqual([]);
  });

  it("imports only downwards", () => {
    const upward = [...graph].flatMap(([file, imports]) => {
      const layer = layerOf(file);
      const allowed = [layer, ...(MAY_IMPORT[layer] ?? [])];
      // package.json lies outside of src/ and may be read for the version.
      const inside = imports.filter(({ target }) => target.startsWith(SRC));
      return inside
        .filter(({ target }) => !allowed.includes(layerOf(target)))
        .map(({ target }) => `${short(file)} -> ${short(target)}`);
    });
    expect(upward).toEqual([]);
  });

  it("imports only files that exist, by their full names", () => {
    const missing = [...graph].flatMap(([file, imports]) =>
      imports
        .filter(({ target }) => target.startsWith(SRC) && !graph.has(target))
        .map(({ target }) => `${short(file)} -> ${short(target)}`),
    );
    expect(missing).toEqual([]);
  });

  it("lets `rhailib/engine` reach nothing of Node", () => {
    const reached = reachedFrom("engine.ts");
    expect(reached.map(short)).toContain("src/runtime/eval/linker.ts");
    const packages = new Set(reached.flatMap(packagesOf));
    expect([...packages].sort()).toEqual(ENGINE_PACKAGES);
    const code = (file: string) => readFileSync(file, "utf8").replace(/^\s*(?:\/\/|\/?\*).*$/gm, "");
    expect(reached.filter((file) => NODE_GLOBAL.test(code(file))).map(short)).toEqual([]);
  });

  it("has no import cycles (of values; types may refer to each other)", () => {
    expect(cycles()).toEqual([]);
  });

  it("keeps files small", () => {
    const long = files
      .map((file) => [short(file), readFileSync(file, "utf8").split("\n").length - 1] as const)
      .filter(([name, lines]) => lines > MAX_LINES && !(name in EXEMPT_FROM_SIZE));
    expect(long).toEqual([]);
  });

  it("has no stale exemptions from the size cap", () => {
    const names = files.map(short);
    const stale = Object.keys(EXEMPT_FROM_SIZE).filter(
      (name) =>
        !names.includes(name) || readFileSync(join(ROOT, name), "utf8").split("\n").length - 1 <= MAX_LINES,
    );
    expect(stale).toEqual([]);
  });

  it("opens every file with a line that says what it holds", () => {
    const silent = files.filter((file) => {
      const [first, second] = readFileSync(file, "utf8").split("\n", 2);
      const line = first.startsWith("#!") ? second : first;
      return !/^\/\/ \S+ \S+/.test(line ?? "");
    });
    expect(silent.map(short)).toEqual([]);
  });
});
