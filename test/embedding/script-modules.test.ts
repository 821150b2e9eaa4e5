// evalAstAsModule and compileIntoSelfContained; expected outcomes are those of Rhai itself.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type AST,
  DummyModuleResolver,
  debug,
  Engine,
  FileModuleResolver,
  type FileResolverOptions,
  MayAwaitError,
  Module,
  Scope,
  StaticModuleResolver,
  type Value,
} from "../../src/index.ts";

function outcome(work: () => Value): string {
  try {
    return debug(work());
  } catch (error) {
    return String(error);
  }
}

describe("evalAstAsModule", () => {
  const inner = new StaticModuleResolver().insert("inner", new Module().setVar("I", 5));
  const scopeXY = () => new Scope().push("x", 1).push("y", 2).setAlias("x", "X").pushConstant("K", 9);

  interface ExportCase {
    readonly script: string;
    readonly vars?: string;
    readonly subs?: string;
    readonly id?: string;
  }
  const CASES: readonly ExportCase[] = [
    {
      script:
        "let a = x + 1; export a; export y as YY; fn f(n) { n + 1 } const Z = 3; export const W = 4; const Z2 = 8;",
      vars: "W=4 X=1 YY=2 a=2",
    },
    { script: "exit(3); export let q = 3;", vars: "X=1" },
    { script: "return 3;", vars: "X=1" },
    {
      script: `import "inner" as i; import "inner" as j; export let q = i::I;`,
      vars: "X=1 q=5",
      subs: "i j",
    },
    {
      script: "export let q = 3; export q as p; let q = 7; export q as p2; export q as r;",
      vars: "X=1 p2=7 p=3 q=3 r=7",
      id: "src.rhai",
    },
    { script: "let q = 3; export q; q = 4; let q = 7; q = 8;", vars: "X=1 q=4" },
    { script: "let q = 3; export q as p; let q = 7; export q;", vars: "X=1 p=3 q=7" },
    { script: "export let q = 3; let q = 7; export q;", vars: "X=1 q=7" },
    { script: "const q = 3; export q as p; const q = 7; export q as z;", vars: "X=1 p=3 z=7" },
  ];
  it.each(CASES)("$script", ({ script, vars = "", subs = "", id = null }) => {
    const engine = new Engine().setModuleResolver(inner);
    const scope = scopeXY();
    const module = engine.evalAstAsModuleSync(engine.compile(script, { source: id }), scope);
    const shown = [...module.variables].map(([name, value]) => `${name}=${debug(value)}`);
    const modules = [...module.modules.keys()].sort().join(" ");
    expect([shown.sort().join(" "), modules, module.id]).toEqual([vars, subs, id]);
    expect(scope.length).toBe(3);
  });

  it("throws what the script throws", () => {
    const engine = new Engine();
    expect(outcome(() => engine.evalAstAsModuleSync(engine.compile("throw 3;")).getVar("x"))).toBe(
      "Runtime error: 3 (line 1, position 1)",
    );
    expect(engine.evalSync("1")).toBe(1);
  });

  it("exports what earlier scripts exported in the scope", () => {
    const engine = new Engine();
    const scope = new Scope();
    engine.runSync("let v = 5; export v as VV; let w = 6; export w;", scope);
    const module = engine.evalAstAsModuleSync(engine.compile("let t = 1;"), scope);
    expect([...module.variables].sort()).toEqual([
      ["VV", 5],
      ["w", 6],
    ]);
  });

  it("makes functions that do not see the scope", () => {
    const engine = new Engine();
    const scope = new Scope().push("seen", 3);
    const ast = engine.compile("fn f() { seen } export let q = seen;");
    engine.registerStaticModule("m", engine.evalAstAsModuleSync(ast, scope));
    expect(outcome(() => engine.evalSync("m::q"))).toBe("3");
    expect(outcome(() => engine.evalSync("m::f()"))).toContain("Variable not found: seen");
  });

  it("makes another module each time", () => {
    const engine = new Engine();
    const ast = engine.compile("let n = x; export n; fn f() { global::K } const K = n;");
    const one = engine.evalAstAsModuleSync(ast, new Scope().push("x", 1));
    const two = engine.evalAstAsModuleSync(ast, new Scope().push("x", 2));
    engine.registerStaticModule("one", one).registerStaticModule("two", two);
    expect(outcome(() => engine.evalSync("[one::n, two::n, one::f(), two::f()]"))).toBe("[1, 2, 1, 2]");
  });

  it("waits where the script has to, and says so otherwise", async () => {
    const engine = new Engine().registerAsyncFn("later", ["int"], async (x: number) => x + 1);
    const ast = engine.compile("export let v = later(41); fn f() { later(1) }");
    expect(() => engine.evalAstAsModuleSync(ast)).toThrow(MayAwaitError);
    engine.registerStaticModule("m", await engine.evalAstAsModule(ast));
    expect(debug(await engine.eval("[m::v, m::f()]"))).toBe("[42, 2]");
    expect(() => engine.evalSync("m::f()")).toThrow(MayAwaitError);
  });
});

const FILES: Readonly<Record<string, string>> = {
  a: `import "b" as b; export let v = b::v + 1; fn f() { import "c" as c; c::v }`,
  b: `export let v = 10; print("b runs"); fn g() { h() } private fn h() { (|| { import "d" as d; d::v }).call() }`,
  c: "export let v = 20;",
  d: "export let v = 30;",
  bad: "throw 5",
  worse: "let = 5",
};

function withFiles(options: FileResolverOptions = {}): { engine: Engine; printed: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "rhai-modules-"));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, `${name}.rhai`), text);
  const printed: string[] = [];
  const engine = new Engine().setModuleResolver(new FileModuleResolver(folder, options));
  return { engine: engine.onPrint((text) => printed.push(text)), printed };
}

/** The engine with the files gone. */
function without(engine: Engine): Engine {
  return engine.setModuleResolver(new DummyModuleResolver());
}

describe("compileIntoSelfContained", () => {
  const MAIN = `import "a" as a; let p = "c"; fn g() { import "b" as bb; bb::v } [a::v, a::f(), g()]`;

  interface RunCase {
    readonly how: string;
    readonly run: (engine: Engine, ast: AST) => Value;
    readonly expected: string;
  }
  const RUNS: readonly RunCase[] = [
    { how: "runs", run: (e, ast) => without(e).evalAstSync(ast), expected: "[11, 20, 10]" },
    {
      how: "has its functions called",
      run: (e, ast) => without(e).callFnSync(new Scope(), ast, "g", []),
      expected: "10",
    },
    {
      how: "keeps modules when another script follows",
      run: (e, ast) => without(e).evalAstSync(ast.merge(e.compile(`import "b" as b2; b2::v`))),
      expected: "10",
    },
    {
      how: "brings modules along when it follows another script",
      run: (e, ast) => without(e).evalAstSync(e.compile(`import "b" as b2; b2::v`).merge(ast)),
      expected: "[11, 20, 10]",
    },
    {
      how: "keeps modules without its statements",
      run: (e, ast) => without(e).callFnSync(new Scope(), ast.cloneFunctionsOnly(), "g", []),
      expected: "10",
    },
    {
      how: "has the modules asked for by eval",
      run: (e, ast) => without(e).evalAstSync(ast.merge(e.compile(`eval("import \\"c\\" as c; c::v")`))),
      expected: "20",
    },
    {
      how: "asks the engine for others",
      run: (e, ast) => e.evalAstSync(ast.merge(e.compile(`import "x" as x; x::v`))),
      expected: "Module not found: x (line 1, position 8)",
    },
  ];
  it.each(RUNS)("$how", ({ run, expected }) => {
    const { engine } = withFiles();
    expect(outcome(() => run(engine, engine.compileIntoSelfContainedSync(MAIN)))).toBe(expected);
  });

  const LOADED: readonly (readonly [string, FileResolverOptions, boolean])[] = [
    ["a resolver that keeps modules", {}, false],
    ["a resolver that keeps modules, all of them loaded before", {}, true],
    ["a resolver that loads anew each time", { cache: false }, true],
  ];
  it.each(LOADED)("embeds what functions of modules import: %s", (_name, options, before) => {
    const { engine } = withFiles(options);
    if (before) engine.evalSync(MAIN);
    const ast = engine.compileIntoSelfContainedSync(`import "a" as a; [a::f(), a::b::g()]`);
    expect(outcome(() => without(engine).evalAstSync(ast))).toBe("[20, 30]");
  });

  it("runs each module once, at compile time", () => {
    const { engine, printed } = withFiles();
    const ast = engine.compileIntoSelfContainedSync(MAIN);
    expect(printed).toEqual(["b runs"]);
    without(engine).evalAstSync(ast);
    without(engine).evalAstSync(ast);
    expect(printed).toEqual(["b runs"]);
  });

  it.each([
    [`import "nope" as a;`, "Module not found: nope"],
    [`let p = "x"; import p as a;`, "null"],
    ["let x = 1;", "null"],
    ["let = 3", "Expecting name of a variable (line 1, position 5)"],
    [`import "bad" as a;`, "Runtime error: 5 (line 1, position 1)\nin module 'bad'"],
    [
      `import "worse" as a;`,
      "Syntax error: Expecting name of a variable (line 1, position 5)\nin module 'worse'",
    ],
  ])("%s -> %s", async (text, expected) => {
    const told = (work: () => AST) => {
      try {
        return String(work().resolver);
      } catch (error) {
        return String(error);
      }
    };
    const { engine } = withFiles();
    expect(told(() => engine.compileIntoSelfContainedSync(text))).toBe(expected);
    const later = await engine.compileIntoSelfContained(text).then(
      (ast) => () => ast,
      (error: unknown) => () => {
        throw error;
      },
    );
    expect(told(later)).toBe(expected);
    expect(engine.evalSync("1")).toBe(1);
  });

  it("waits for modules; the script does not wait for them again", async () => {
    const engine = new Engine().setModuleResolver({
      isAsync: true,
      resolve: async (path: string) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return path === "m" ? new Module().setVar("x", 42) : null;
      },
    });
    const text = `fn f() { import "m" as k; k::x } import "m" as m; (m::x + f()) / 2`;
    expect(() => engine.compileIntoSelfContainedSync(text)).toThrow(/import/);
    const ast = await engine.compileIntoSelfContained(text);
    expect(await engine.evalAst(ast)).toBe(42);
    expect(engine.evalAstSync(ast)).toBe(42);
    expect(engine.evalAstSync(ast.merge(engine.compile("1")).merge(ast))).toBe(42);
    expect(() => engine.evalAstSync(ast.merge(engine.compile(`import "n" as n;`)))).toThrow(MayAwaitError);
    expect(without(engine).evalAstSync(ast)).toBe(42);
    await expect(engine.compileIntoSelfContained(`import "n" as n;`)).rejects.toThrow("Module not found: n");
  });

  it("ends at its deadline", async () => {
    const engine = new Engine().setModuleResolver({ resolve: () => new Promise<never>(() => {}) });
    await expect(engine.compileIntoSelfContained(`import "m" as m;`, { deadline: 20 })).rejects.toThrow(
      "Script terminated",
    );
    expect(engine.evalSync("1")).toBe(1);
  });
});
