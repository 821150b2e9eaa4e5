// What modules let scripts use without their names. Outcomes are those of the real Rhai for the same module in Rust.

import { describe, expect, it } from "vitest";
import { definePackage, display, Engine, Module, StaticModuleResolver } from "../../src/index.ts";

class P {
  constructor(public x: number) {}
}

function newEngine(printed: string[] = []): Engine {
  const engine = new Engine().onPrint((text) => printed.push(text));
  engine.registerType(P).registerFn("p", ["int"], (x: number) => new P(x));
  return engine;
}

/** The module `m`: functions with and without a global name, operators, accessors, an iterator, a sub-module. */
function library(engine: Engine): Module {
  const global = true;
  const sub = new Module(engine)
    .setNativeFn("subg", ["int"], (x: number) => x * 5, { global })
    .setGetterFn("subv", P, (p: P) => p.x * 7)
    .setIterator("bool", () => [1, 1]);
  return new Module(engine)
    .setNativeFn("gfun", ["int"], (x: number) => x * 2, { global })
    .setNativeFn("ifun", ["int"], (x: number) => x * 3)
    .setNativeFn("gboth", [P], (p: P) => p.x, { global, receiver: "ref" })
    .setNativeFn("len", [P], (p: P) => p.x + 1000, { global, receiver: "ref" })
    .setNativeFn("abs", ["int"], (x: number) => x + 1000, { global })
    .setNativeFn("+", [P, P], (a: P, b: P) => new P(a.x + b.x), { global, receiver: "ref" })
    .setNativeFn("+", ["int", "bool"], (x: number, y: boolean) => (y ? x : -x), { global })
    .setNativeFn("-", [P], (a: P) => new P(-a.x), { global, receiver: "ref" })
    .setGetterSetterFn(
      "v",
      P,
      "int",
      (p: P) => p.x,
      (p: P, v: number) => {
        p.x = v;
      },
    )
    .setGetterFn("w", P, (p: P) => p.x, { global: false })
    .setIndexerGetFn(P, "int", (p: P, i: number) => p.x + i)
    .setNativeFn("to_string", [P], (p: P) => `mod<${p.x}>`, { global, receiver: "ref" })
    .setNativeFn("print", [P], (p: P) => `modprint<${p.x}>`, { global, receiver: "ref" })
    .setIterator(P, (p: P) => Array.from({ length: p.x }, (_, i) => i))
    .setVar("V", 42)
    .setSubModule("sub", sub);
}

function outcome(engine: Engine, script: string): string {
  try {
    return display(engine.evalSync(script));
  } catch (error) {
    return String(error).replace(/^EvalError: /, "");
  }
}

const notFound = (text: string) => `Function not found: ${text}`;

/** Script, outcome with a static or imported module, outcome with a global module (null: the same). */
const CASES: readonly (readonly [script: string, named: string, global: string | null])[] = [
  ["gfun(1)", "2", null],
  ["ifun(1)", notFound("ifun (i64)"), "3"],
  ["m::gfun(1)", "2", "Module not found: m"],
  ["m::ifun(1)", "3", "Module not found: m"],
  ["gboth(p(3))", "3", null],
  ["p(3).gboth()", "3", null],
  ["m::gboth(p(3))", "3", "Module not found: m"],
  ["p(3).len()", "1003", null],
  ["abs(-1)", "1", "999"],
  ["let x = -1; x.abs()", "1", "999"],
  ["(p(1) + p(2)).v", "3", null],
  ["1 + true", "1", null],
  ["(-p(3)).v", "-3", null],
  ["p(3).v", "3", null],
  ["let q = p(3); q.v = 9; q.v", "9", null],
  ["p(3).w", "Unknown property 'w' - a getter is not registered for type 'P'", "3"],
  ["p(3)[4]", "7", null],
  ["p(3).to_string()", "mod<3>", null],
  ["`${p(3)}`", "mod<3>", null],
  [`"a" + p(3)`, "amod<3>", null],
  ["[p(3)].to_string()", "[P]", null],
  ["let s = 0; for i in p(4) { s += i } s", "6", null],
  ["subg(2)", "10", notFound("subg (i64)")],
  ["p(3).subv", "21", "Unknown property 'subv' - a getter is not registered for type 'P'"],
  ["m::sub::subg(2)", "10", "Module not found: m::sub"],
  ["let b = true; let s = 0; for i in b { s += i } s", "2", "For loop expects iterable type"],
  ["V", "Variable not found: V", "42"],
  ["fn f() { V } f()", "Variable not found: V", "42"],
  ["m::V", "42", "Module not found: m"],
  [`call(Fn("gfun"), 2)`, "4", null],
  [`Fn("gfun").call(2)`, "4", null],
  ["[1, 2].map(gfun)", "Variable not found: gfun", null],
  [`[1, 2].map(Fn("gfun"))`, "[2, 4]", null],
  [`is_def_fn("gfun", 1)`, "false", null],
  ["fn f(x) { gfun(x) } f(4)", "8", null],
  ["let f = |x| gfun(x); f.call(4)", "8", null],
  ["gfun!(3)", "6", null],
  ["fn gfun(x) { 77 } gfun(1)", "77", null],
  ["fn g() { for i in p(2) { return i } } g()", "0", null],
  ["1.gfun()", "2", null],
  [`eval("gfun(21)")`, "42", null],
  ["let x = 2; x += true; x", "2", null],
  ['let n = 0; for x in [1, true] { n += if type_of(x) == "bool" { 0 } else { gfun(x) } } n', "2", null],
];

describe("unqualified use of a module's items", () => {
  const printed: string[] = [];
  const fixed = newEngine(printed);
  fixed.registerStaticModule("m", library(fixed));
  it.each(CASES)("static module: %s", (script, expected) => {
    expect(outcome(fixed, script)).toContain(expected);
  });

  const importing = newEngine(printed);
  importing.setModuleResolver(new StaticModuleResolver().insert("m", library(importing)));
  it.each(CASES)("imported module: %s", (script, expected) => {
    expect(outcome(importing, `import "m" as m; ${script}`)).toContain(expected);
  });

  const global = newEngine(printed);
  global.registerGlobalModule(library(global));
  it.each(CASES)("global module: %s", (script, named, expected) => {
    expect(outcome(global, script)).toContain(expected ?? named);
  });

  it("prints host values by the module's function", () => {
    for (const engine of [fixed, global]) engine.runSync("print(p(3))");
    importing.runSync(`import "m" as m; print(p(3))`);
    expect(printed).toEqual(["modprint<3>", "modprint<3>", "modprint<3>"]);
  });

  it.each([
    [`import "m"; gfun(1)`, "2"],
    [`import "m"; p(3).v`, "3"],
    [`import "m"; let s = 0; for i in p(4) { s += i } s`, "6"],
    [`{ import "m" as m; } gfun(1)`, notFound("gfun (i64)")],
    [`{ import "m" as m; gfun(1) }`, "2"],
    [`if true { import "m" as m; p(3).v } else { 0 }`, "3"],
    [`fn f() { import "m" as m; gfun(4) } f()`, "8"],
    [`fn f() { import "m" as m; gfun(4) } f(); gfun(4)`, notFound("gfun (i64)")],
    [`let n = []; for i in 0..2 { if i == 1 { import "m" as m; n.push(gfun(i)) } } n`, "[2]"],
    [`for i in 0..2 { if i == 0 { import "m" as m; gfun(i) } else { gfun(i) } }`, notFound("gfun (i64)")],
  ])("where the import reaches: %s", (script, expected) => {
    expect(outcome(importing, script)).toContain(expected);
  });

  it("takes the latest import, and exact types before dynamic ones", () => {
    const engine = newEngine();
    const module = (text: string, type: "int" | "dynamic") =>
      new Module(engine).setNativeFn("who", [type], () => text, { global: true });
    engine.setModuleResolver(
      new StaticModuleResolver()
        .insert("a", module("a", "int"))
        .insert("b", module("b", "int"))
        .insert("any", module("any", "dynamic")),
    );
    engine.registerStaticModule("z", module("static", "int"));
    expect(outcome(engine, `who(1)`)).toBe("static");
    expect(outcome(engine, `import "a"; who(1)`)).toBe("a");
    expect(outcome(engine, `import "a"; import "b"; who(1)`)).toBe("b");
    expect(outcome(engine, `import "a"; import "any"; who(1) + who(true)`)).toBe("aany");
    expect(outcome(engine, `import "any"; who(1)`)).toBe("static");
  });
});

describe("script modules", () => {
  const script = "fn f(x) { x + 1 } fn P.meth() { 5 } fn i64.im() { this * 2 } const A = 5; export A;";
  function moduleFor(engine: Engine): Module {
    return engine.evalAstAsModuleSync(engine.compile(script));
  }

  it.each([
    ["f(1)", notFound("f (i64)")],
    ["s::f(1)", "2"],
    ["p(1).meth()", "5"],
    ["3.im()", "6"],
    ["A", "Variable not found: A"],
    ["s::A", "5"],
    ["1.f()", notFound("f (i64)")],
  ])("static: %s", (text, expected) => {
    const engine = newEngine();
    engine.registerStaticModule("s", moduleFor(engine));
    expect(outcome(engine, text)).toContain(expected);
  });

  it.each([
    ["f(1)", "2"],
    ["s::f(1)", "Module not found: s"],
    ["p(1).meth()", "5"],
    ["3.im()", "6"],
    ["A", "5"],
    ["fn g() { A } g()", "5"],
    ["1.f()", notFound("f (i64)")],
    ["let A = 3; A", "3"],
    ["fn f(x) { x + 10 } f(1)", "11"],
    ["fn g() { f(1) } g()", "2"],
    ["[1, 2].map(|x| f(x))", "[2, 3]"],
    [`[1, 2].map(Fn("f"))`, "[2, 3]"],
    [`eval("f(1)")`, "2"],
  ])("global: %s", (text, expected) => {
    const engine = newEngine();
    engine.registerGlobalModule(moduleFor(engine));
    expect(outcome(engine, text)).toContain(expected);
  });

  it("see what their own script sees, not what their callers define", () => {
    const engine = newEngine();
    const own = engine.compile("fn helper() { 1 } fn f() { helper() } private fn g() { 2 } fn h() { g() }");
    engine.registerGlobalModule(engine.evalAstAsModuleSync(own));
    expect(outcome(engine, "fn helper() { 99 } [f(), h()]")).toBe("[1, 2]");
    expect(outcome(engine, "g()")).toContain(notFound("g ()"));
  });
});

describe("names of static modules", () => {
  it("may be paths", () => {
    const engine = newEngine();
    const m = library(engine);
    engine.registerStaticModule("a::b", m).registerStaticModule("a::c::d", m);
    expect(outcome(engine, "[a::b::gfun(1), a::c::d::gfun(2), gfun(4), p(3).v, a::b::V]")).toBe(
      "[2, 4, 8, 3, 42]",
    );
    expect(outcome(engine, "[a::b::sub::subg(3), subg(3)]")).toBe("[15, 15]");
  });

  it("replace modules, or put modules into copies of them", () => {
    const engine = newEngine();
    const m = library(engine);
    engine.registerStaticModule("a::b", m);
    const top = new Module().setVar("T", 7);
    engine.registerStaticModule("a", top);
    expect(outcome(engine, "a::T")).toBe("7");
    expect(outcome(engine, "a::b::V")).toContain("Variable not found: a::b::V");
    engine.registerStaticModule("a :: b", m);
    expect(outcome(engine, "[a::T, a::b::V]")).toBe("[7, 42]");
    expect(top.containsSubModule("b")).toBe(false);
  });

  it.each(["", "::", "a::", "::b", "a b", "1a", 7, undefined])("refuses %j", (name) => {
    expect(() => new Engine().registerStaticModule(name as string, new Module())).toThrow(TypeError);
  });

  it("are noticed, with their global functions, between runs of one script", () => {
    const engine = newEngine();
    const ast = engine.compile("gfun(1)");
    expect(() => engine.evalAstSync(ast)).toThrow("Function not found");
    const m = new Module(engine);
    engine.registerStaticModule("m", m);
    expect(() => engine.evalAstSync(ast)).toThrow("Function not found");
    m.setNativeFn("gfun", ["int"], (x: number) => x * 2, { global: true });
    expect(engine.evalAstSync(ast)).toBe(2);
    m.setSubModule(
      "sub",
      new Module().setNativeFn("deep", [], () => 3, { global: true }),
    );
    expect(engine.evalSync("deep()")).toBe(3);
  });
});

describe("asynchronous items of modules", () => {
  const options = { global: true, async: true };
  const waiting = (engine: Engine) =>
    new Module(engine)
      .setNativeFn("later", ["int"], async (x: number) => x * 2, options)
      .setGetterFn("v", P, async (p: P) => p.x, options)
      .setAsyncIterator(P, async function* (p: P) {
        for (let i = 0; i < p.x; i++) yield i;
      });
  const SCRIPTS = [
    ["later(21)", 42],
    ["21.later()", 42],
    ["fn f() { later(1) + later(2) } f()", 6],
    ["p(3).v", 3],
    ["let s = 0; for i in p(4) { s += i } s", 6],
  ] as const;

  it.each(SCRIPTS)("of a static module: %s", async (script, expected) => {
    const engine = newEngine();
    engine.registerStaticModule("m", waiting(engine));
    expect(await engine.eval(script)).toBe(expected);
    expect(() => engine.evalSync(script)).toThrow("cannot be run synchronously");
  });

  it.each(SCRIPTS)("of a global module: %s", async (script, expected) => {
    const engine = newEngine();
    engine.registerGlobalModule(waiting(engine));
    expect(await engine.eval(script)).toBe(expected);
    expect(() => engine.evalSync(script)).toThrow("cannot be run synchronously");
  });

  it.each(SCRIPTS.filter(([script]) => !script.includes(".v")))(
    "of an imported module: %s",
    async (script, expected) => {
      const engine = newEngine().registerAsyncFn("anything", [], async () => 1);
      engine.setModuleResolver(new StaticModuleResolver().insert("m", waiting(engine)));
      expect(await engine.eval(`import "m" as m; ${script}`)).toBe(expected);
    },
  );
});

describe("the order of global functions", () => {
  const pkg = (text: string) =>
    definePackage(text, (m) => {
      m.fn("who", ["i64"], "string", () => text);
    });

  it("is: registered one by one, then packages and global modules, the latest first", () => {
    const engine = new Engine().registerPackage(pkg("first")).registerPackage(pkg("second"));
    expect(engine.evalSync("who(1)")).toBe("second");
    engine.registerGlobalModule(new Module().setNativeFn("who", ["int"], () => "module"));
    expect(engine.evalSync("who(1)")).toBe("module");
    engine.registerFn("who", ["int"], () => "host");
    engine.registerPackage(pkg("third"));
    expect(engine.evalSync("who(1)")).toBe("host");
  });
});
