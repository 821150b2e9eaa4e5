// The package: it holds what is needed, and a project that installs it can use it in each way that Node and TypeScript know.

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Finished, Packed, Project, ROOT, run } from "./packed.ts";

const packed = new Packed();
const project = new Project(packed, "consumer");
afterAll(() => packed.remove());

const paths = packed.files.map(({ path }) => path);
const isTypes = (path: string) => /\.d\.c?ts$/.test(path);
const read = (path: string) => readFileSync(join(project.folder, "node_modules/rhailib", path), "utf8");

/** Files that are not types, chunks of the bundles without their hashes. */
const EXPECTED = [
  "CHANGELOG.md",
  "LICENSE",
  "LICENSE-APACHE",
  "LICENSE-MIT",
  "README.md",
  "dist/THIRD-PARTY-LICENSES.txt",
  "dist/browser/rhailib.js",
  "dist/engine.cjs",
  "dist/engine.js",
  "dist/flow.cjs",
  "dist/flow.js",
  "dist/index.cjs",
  "dist/index.js",
  "dist/lib/*.js",
  "dist/lib/quick-run.cjs",
  "dist/queue.cjs",
  "dist/queue.js",
  "dist/rhai.js",
  "grammar/README.md",
  "grammar/diagrams.html",
  "grammar/rhai.ebnf",
  "grammar/rhai.tmLanguage.json",
  "package.json",
  "schema/flow-mocks.schema.json",
  "schema/flow.schema.json",
];
const MAX_MEGABYTES = 1.5;
const MAX_MEGABYTES_UNPACKED = 5;

/** What a bundle or a declaration imports: files of the package, packages, modules of Node. */
function importsOf(path: string): string[] {
  const imports = read(path).matchAll(
    /^(?:import|export)\b(?:[^;"]*?\bfrom)?\s*"([^"]+)";$|\bimport\("([^"]+)"\)/gm,
  );
  return [...imports].map((match) => match[1] ?? match[2]);
}

/** Everything that an entry loads, itself included. */
function loadedBy(entry: string): string[] {
  const found = new Set([entry]);
  for (const path of found) {
    for (const name of importsOf(path)) if (name.startsWith(".")) found.add(join(dirname(path), name));
  }
  return [...found];
}

/** What files import from outside of the package, modules of Node left out. */
function packagesIn(files: readonly string[]): string[] {
  const outside = files.flatMap(importsOf).filter((name) => !/^(?:\.|node:)/.test(name));
  return [...new Set(outside)].sort();
}

describe("the files of the package", () => {
  it("are the command, the library, its types, the grammar and the legal texts", () => {
    const names = paths
      .filter((path) => !isTypes(path))
      .map((path) => path.replace(/^dist\/lib\/[^/]*\.js$/, "dist/lib/*.js"));
    expect([...new Set(names)].sort()).toEqual(EXPECTED);
  });

  it("are types for what users can import, each for both kinds of modules", () => {
    const types = paths.filter(isTypes);
    const reached = [
      "dist/index.d.ts",
      "dist/engine.d.ts",
      "dist/queue/index.d.ts",
      "dist/flow/index.d.ts",
    ].flatMap(loadedTypes);
    expect(types.filter((path) => path.endsWith(".d.ts")).sort()).toEqual([...new Set(reached)].sort());
    const doubles = types.map((path) => path.replace(/\.d\.c?ts$/, ""));
    expect(doubles.length).toBe(2 * new Set(doubles).size);
  });

  it("are those that package.json names", () => {
    const named = [...JSON.stringify(packed.manifest.exports).matchAll(/"\.\/(dist\/[^"]+)"/g)];
    expect(named.map(([, path]) => path).filter((path) => !paths.includes(path))).toEqual([]);
    expect(named.length).toBeGreaterThan(8);
  });

  it("take little room", () => {
    const megabytes = { packed: packed.size / 1e6, unpacked: packed.unpackedSize / 1e6 };
    console.log(`${megabytes.packed.toFixed(2)} MB, ${megabytes.unpacked.toFixed(2)} MB unpacked`);
    expect(megabytes.packed).toBeLessThan(MAX_MEGABYTES);
    expect(megabytes.unpacked).toBeLessThan(MAX_MEGABYTES_UNPACKED);
  });

  it("name no folder of the machine that built them", () => {
    const telling = paths.filter((path) => read(path).includes(ROOT));
    expect(telling).toEqual([]);
  });

  it("tell the licences of what they contain of others", () => {
    const text = read("dist/THIRD-PARTY-LICENSES.txt");
    for (const name of ["chevrotain", "commander", "lodash-es", "p-limit", "yocto-queue"])
      expect(text).toMatch(new RegExp(`^${name} \\d`, "m"));
    expect(text).toMatch(/Apache License[\s\S]+MIT License/);
  });
});

/** The types that those of an entry refer to. */
function loadedTypes(entry: string): string[] {
  const found = new Set([entry]);
  for (const path of found) {
    for (const [, specifier] of read(path).matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g))
      found.add(join(dirname(path), `${specifier}.d.ts`));
  }
  return [...found];
}

describe("what the package loads", () => {
  it("is nothing for the engine: neither packages nor Node", () => {
    const names = loadedBy("dist/engine.js").flatMap(importsOf);
    expect(names.filter((name) => !name.startsWith("."))).toEqual([]);
  });
  it("is no package for the main entry: Redis is for those who use the queue", () => {
    expect(packagesIn(loadedBy("dist/index.js"))).toEqual([]);
    expect(packagesIn(loadedBy("dist/queue.js"))).toContain("ioredis");
  });
  it("are otherwise packages that are installed with it", () => {
    const files = paths.filter((path) => path.endsWith(".js") || isTypes(path));
    const installed = Object.keys(packed.manifest.dependencies);
    expect(packagesIn(files).filter((name) => !installed.includes(name))).toEqual([]);
  });
});

const USE = `
const engine = new Engine().registerAsyncFn("double", ["int"], async (n) => 2 * n);
const kinds = [typeof writeDefinitionsToDir, new Scope() instanceof core.Scope];
engine.eval("double(21)").then((value) => console.log(engine.evalSync("40 + 2"), value, ...kinds));
`;

const ANSWER: Finished = { code: 0, stdout: "42 42 function true\n", stderr: "" };

describe("a project that installs the package", () => {
  it("imports it as an ES module", () => {
    const imports = `import { Engine, Scope, writeDefinitionsToDir } from "rhailib";\nimport * as core from "rhailib/engine";`;
    project.write({ "use.mjs": imports + USE });
    expect(project.node("use.mjs")).toEqual(ANSWER);
  });

  it("requires it as CommonJS", () => {
    const imports = `const { Engine, Scope, writeDefinitionsToDir } = require("rhailib");\nconst core = require("rhailib/engine");`;
    project.write({ "use.cjs": imports + USE });
    expect(project.node("use.cjs")).toEqual(ANSWER);
  });

  it("gets one library, however it asks for it", () => {
    const text = `
      const [imported, required] = [await import("rhailib"), createRequire(import.meta.url)("rhailib")];
      console.log(imported.Engine === required.Engine, Object.keys(imported).join() === Object.keys(required).join());`;
    project.write({ "both.mjs": `import { createRequire } from "node:module";${text}` });
    expect(project.node("both.mjs")).toEqual({ code: 0, stdout: "true true\n", stderr: "" });
  });

  it("finds the one file for pages, the grammar and package.json", () => {
    const text = `
      import { Engine } from "rhailib/browser";
      import { readFileSync } from "node:fs";
      const file = (name) => readFileSync(new URL(import.meta.resolve("rhailib/" + name)), "utf8");
      console.log(new Engine().evalSync("40 + 2"), JSON.parse(file("package.json")).name, file("grammar/rhai.ebnf").length > 0);`;
    project.write({ "others.mjs": text });
    expect(project.node("others.mjs")).toEqual({ code: 0, stdout: "42 rhailib true\n", stderr: "" });
  });

  it("cannot reach into it", () => {
    project.write({
      "inside.mjs": 'await import("rhailib/dist/index.js").catch((error) => console.log(error.code))',
    });
    expect(project.node("inside.mjs").stdout).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED\n");
  });
});

const QUEUE = `
async function work() {
  const url = "memory://package";
  const worker = new RhaiWorker({ url, contexts: ["a"] });
  await worker.start();
  const dispatcher = new RhaiDispatcher({ url, context: "a", callerId: "test" });
  const task = await dispatcher.submit({ script: "a + b", args: { a: 40, b: 2 } });
  console.log(await task.result());
  await dispatcher.close();
  await worker.stop();
}
work();
`;

describe("the queue of an installed package", () => {
  it.each([
    ["an ES module", "queue.mjs", 'import { RhaiDispatcher, RhaiWorker } from "rhailib/queue";'],
    ["CommonJS", "queue.cjs", 'const { RhaiDispatcher, RhaiWorker } = require("rhailib/queue");'],
  ])("runs scripts on threads of its own, from %s", (_kind, file, imports) => {
    project.write({ [file]: imports + QUEUE });
    expect(project.node(file)).toEqual({ code: 0, stdout: "42\n", stderr: "" });
  });
});

const FLOW = `
async function work() {
  const executor = await FlowExecutor.connect("memory://");
  const flow = newFlow("sum").addStep(newStep("a").script("40")).addStep(newStep("b").script("steps.a.output + 2")).build();
  const { status, output } = await executor.waitFor(await executor.executeFlow(flow));
  console.log(status, output);
  await executor.close();
}
work();
`;

describe("the flows of an installed package", () => {
  it.each([
    ["an ES module", "flow.mjs", 'import { FlowExecutor, newFlow, newStep } from "rhailib/flow";'],
    ["CommonJS", "flow.cjs", 'const { FlowExecutor, newFlow, newStep } = require("rhailib/flow");'],
  ])("run in memory, from %s", (_kind, file, imports) => {
    project.write({ [file]: imports + FLOW });
    expect(project.node(file)).toEqual({ code: 0, stdout: "Completed 42\n", stderr: "" });
  });
});

describe("the command of an installed package", () => {
  const installed = join(project.folder, "node_modules/rhailib/dist");
  const rhai = (...args: string[]) => project.node(join(installed, "rhai.js"), ...args);
  const library = join(installed, "lib");
  const caches = () => readdirSync(library).filter((file) => file.includes(".cache"));

  it("tells its version and runs scripts", () => {
    project.write({ "answer.rhai": "print(40 + 2);" });
    expect(rhai("--version").stdout.trim()).toContain(packed.manifest.version);
    expect(rhai("eval", "40 + 2").stdout).toBe("42\n");
    expect(rhai("answer.rhai")).toEqual({ code: 0, stdout: "42\n", stderr: "" });
  });

  it("keeps the code that V8 has compiled, for the next start", () => {
    expect(caches()).toEqual([`quick-run.cjs.${process.versions.v8}.cache`]);
  });

  it("makes a cache anew that is of no use", () => {
    const cache = join(library, caches()[0]);
    const good = readFileSync(cache).length;
    writeFileSync(cache, "damaged");
    expect(rhai("answer.rhai")).toEqual({ code: 0, stdout: "42\n", stderr: "" });
    expect(readFileSync(cache).length).toBeGreaterThan(good / 2);
  });

  it("goes on where it can keep nothing", () => {
    const cache = join(library, caches()[0]);
    rmSync(cache);
    project.write({ [join("node_modules/rhailib/dist/lib", basename(cache), "in-the-way")]: "" });
    expect(rhai("answer.rhai")).toEqual({ code: 0, stdout: "42\n", stderr: "" });
    expect(existsSync(join(cache, "in-the-way"))).toBe(true);
    expect(caches()).toEqual([basename(cache)]);
    rmSync(cache, { recursive: true });
  });
});

const CONSUMER = `
import { AST, Engine, type Value, writeDefinitionsToDir } from "rhailib";
import { Scope } from "rhailib/engine";

const engine: Engine = new Engine();
const ast: AST = engine.compile("x + 2");
const value: Value = engine.evalAstSync(ast, new Scope().push("x", 40));
engine.registerFn("shout", ["string"], (text) => text.toUpperCase());
// @ts-expect-error: a value may be anything
value.toFixed();
export const written: Promise<void> = writeDefinitionsToDir(engine.definitions(), "types");
`;

const QUEUE_CONSUMER = `
import { RhaiDispatcher, RhaiWorker } from "rhailib/queue";

const options = { url: "memory://a", context: "a", callerId: "b" };
export const dispatcher: RhaiDispatcher = new RhaiDispatcher(options);
export const worker: RhaiWorker = new RhaiWorker({ url: "memory://a", contexts: ["a"] });
// @ts-expect-error: a script is text
await dispatcher.submit({ script: 42 });
`;

const COMPILERS = {
  "the TypeScript of this project": join(ROOT, "node_modules/typescript/bin/tsc"),
  "the TypeScript before that": join(ROOT, "scripts/api-docs/node_modules/typescript/bin/tsc"),
};

/** What the compiler finds wrong in a project of its own, with the declarations of the package checked as well. */
function typeErrors(compiler: string, options: object, include: readonly string[]): string {
  const common = { target: "es2022", lib: ["es2023", "dom"], types: [], strict: true, noEmit: true };
  project.write({
    "tsconfig.json": JSON.stringify({
      compilerOptions: { ...common, skipLibCheck: false, ...options },
      include,
    }),
  });
  const { code, stdout } = run(process.execPath, [compiler, "-p", "."], project.folder);
  return code === 0 ? "" : stdout;
}

describe("the types of the package", () => {
  cpSync(join(import.meta.dirname, "types"), join(project.folder, "types"), { recursive: true });
  project.write({ "consumer.mts": CONSUMER, "consumer.cts": CONSUMER });
  const both = ["consumer.mts", "consumer.cts"];
  const nodeNext = { module: "nodenext", moduleResolution: "nodenext" };

  it.each([
    ["node16", { module: "node16", moduleResolution: "node16" }, both],
    ["nodenext", nodeNext, both],
    ["bundler", { module: "esnext", moduleResolution: "bundler" }, ["consumer.mts"]],
  ])("are right for module resolution %s", (_name, options, include) => {
    expect(typeErrors(COMPILERS["the TypeScript of this project"], options, include)).toBe("");
  });

  it("are right for the queue, with those of Node", () => {
    project.link("@types/node");
    project.write({ "queue.mts": QUEUE_CONSUMER, "queue.cts": QUEUE_CONSUMER.replace("await ", "void ") });
    const options = { ...nodeNext, types: ["node"], skipLibCheck: true };
    expect(typeErrors(COMPILERS["the TypeScript of this project"], options, ["queue.mts", "queue.cts"])).toBe(
      "",
    );
  });

  it.each(Object.entries(COMPILERS))(
    "let wrong use not compile: %s",
    (_name, compiler) => {
      expect(typeErrors(compiler, nodeNext, ["types", ...both])).toBe("");
    },
    60_000,
  );

  it("are what makes the wrong uses wrong", () => {
    const wrong = readdirSync(join(project.folder, "types")).map((file) => {
      const text = readFileSync(join(project.folder, "types", file), "utf8");
      const uses = text.split("// @ts-expect-error").length - 1;
      project.write({ [join("unmarked", file)]: text.replaceAll("// @ts-expect-error", "// wrong") });
      return [file, uses] as const;
    });
    const errors = typeErrors(COMPILERS["the TypeScript of this project"], nodeNext, ["unmarked"]);
    for (const [file, uses] of wrong) {
      const found = errors.match(new RegExp(`^unmarked/${file}\\(`, "gm")) ?? [];
      expect(`${file}: ${found.length >= uses}`).toBe(`${file}: true`);
      expect(uses).toBeGreaterThan(10);
    }
  });
});
