// Modules that hosts make: items, natives, combination, plugin modules.

import { describe, expect, it } from "vitest";
import { Engine } from "../../src/runtime/engine.ts";
import { definePackage } from "../../src/runtime/function/native.ts";
import { type ExportedFunction, exportModule } from "../../src/runtime/module/export-module.ts";
import { Module } from "../../src/runtime/module/module.ts";
import { StaticModuleResolver } from "../../src/runtime/module/static-resolver.ts";
import { RhaiArray } from "../../src/runtime/value/containers.ts";
import { debug } from "../../src/runtime/value/display.ts";
import type { Value } from "../../src/runtime/value/value.ts";

class Point {
  constructor(
    public x: number,
    public y: number,
  ) {}
}

/** The debug form of what a script returns that sees `module` as `m`, by registration and by import. */
function run(module: Module, script: string, engine = new Engine()): string {
  engine.registerStaticModule("m", module);
  const registered = debug(engine.evalSync(script));
  const resolver = new StaticModuleResolver().insert("path", module);
  const imported = new Engine().setModuleResolver(resolver).evalSync(`import "path" as m; ${script}`);
  expect(debug(imported)).toBe(registered);
  return registered;
}

function names(module: Module): string[] {
  return [...module.iterFunctions()].map(({ native, script, isGlobal }) => {
    const { name, params } = native ?? script;
    return `${isGlobal ? "global " : ""}${name}(${params.join(", ")})`;
  });
}

/** The JS result of a native function of a module that takes script values. */
function call(module: Module, name: string, ...args: Value[]): unknown {
  const fn = module.functions.resolve(name, args);
  return fn === null ? null : fn.call(...(args as never[]));
}

describe("module variables", () => {
  it("are converted and copied", () => {
    const list = [1, 2.5, "x", { a: null }];
    const module = new Module()
      .setVar("LIST", list)
      .setVar("BIG", 2n ** 62n)
      .setVar("PI", 3.14)
      .setVar("ZERO", -0);
    list.push(9);
    const first = module.getVar("LIST") as RhaiArray;
    first.write().push(5);
    expect(debug(module.getVar("LIST"))).toBe('[1, 2.5, "x", #{"a": ()}]');
    expect(run(module, "[m::LIST[1], m::BIG, m::PI, m::ZERO]")).toBe("[2.5, 4611686018427387904, 3.14, 0]");
    expect(module.containsVar("PI")).toBe(true);
    expect(module.containsVar("toString")).toBe(false);
    expect(module.getVar("nothing")).toBeUndefined();
  });

  it("take script values as they are", () => {
    const array = new RhaiArray([1]);
    const module = new Module().setVar("A", array);
    array.write().push(2);
    expect(debug(module.getVar("A"))).toBe("[1]");
  });

  it("need a name and a value that scripts can have", () => {
    const module = new Module();
    for (const name of ["", "a b", "1x", "a::b", null, 5]) {
      expect(() => module.setVar(name as string, 1)).toThrow(/cannot be the name of a variable/);
    }
    expect(() => module.setVar("x", () => 1)).toThrow("a function cannot be converted");
    expect(() => module.setVar("x", new Point(1, 2))).toThrow("class Point cannot be converted");
    expect(module.isEmpty).toBe(true);
  });
});

describe("native functions of modules", () => {
  it("are called with the module's name, chosen by type", () => {
    const module = new Module()
      .setNativeFn("twice", ["int"], (x: number) => x * 2)
      .setNativeFn("twice", ["string"], (x: string) => x + x)
      .setNativeFn("half", ["float"], (x: number) => x / 2, { returns: "float" });
    expect(run(module, 'm::twice(21).to_string() + m::twice("a") + m::half(4.0)')).toBe('"42aa2.0"');
    expect(() => new Engine().registerStaticModule("m", module).evalSync("m::twice(true)")).toThrow(
      "Function not found: m::twice (bool)",
    );
  });

  it("replace one with the same types", () => {
    const module = new Module()
      .setNativeFn("f", ["int"], () => 1, { global: true })
      .setNativeFn("f", ["int"], () => 2);
    expect(names(module)).toEqual(["f(i64)"]);
    expect(call(module, "f", 0)).toBe(2);
    expect(module.findGlobalNative("f", [0])).toBeNull();
  });

  it("may change their first argument", () => {
    const add = (list: RhaiArray, item: Value) => void list.write().push(item);
    const module = new Module().setNativeFn("add", ["array", "dynamic"], add, { receiver: "mut" });
    expect(run(module, "let a = [1]; m::add(a, 2); a")).toBe("[1, 2]");
  });

  it("explain mistakes", () => {
    const module = new Module();
    const fn = () => 1;
    expect(() => module.setNativeFn("a b", [], fn)).toThrow("'a b' cannot be the name of a function");
    expect(() => module.setNativeFn("f", ["nonsense"], fn)).toThrow("registering f: unknown type 'nonsense'");
    expect(() => module.setNativeFn("f", "int" as never, fn)).toThrow("must be an array");
    expect(() => module.setNativeFn("f", [], 5 as never)).toThrow("expected a function, got number");
    expect(() => module.setNativeFn("f", [], ((x: number) => x) as never)).toThrow(
      "takes 1 arguments, but 0",
    );
    expect(() => module.setNativeFn("f", [Point], fn)).toThrow(
      "the module does not know class Point: make it with the engine that does",
    );
    expect(module.isEmpty).toBe(true);
  });

  it("use the engine's classes", () => {
    const engine = new Engine().registerType(Point);
    const module = new Module(engine)
      .setVar("ORIGIN", new Point(0, 0))
      .setNativeFn("at", ["int", "int"], (x: number, y: number) => new Point(x, y))
      .setNativeFn("sum", [Point], (p: Point) => p.x + p.y)
      .setNativeFn("sum", ["Point", "int"], (p: Point, n: number) => p.x + p.y + n);
    engine.registerStaticModule("m", module);
    expect(engine.evalSync("m::sum(m::at(1, 2)) + m::sum(m::ORIGIN, 5)")).toBe(8);
    const copy = new Module().combine(module);
    engine.registerStaticModule("copy", copy);
    expect(engine.evalSync("copy::sum(copy::at(1, 2))")).toBe(3);
    expect(engine.evalSync("type_of(m::ORIGIN)")).toBe("Point");
  });

  it("are global when marked, also in sub-modules", () => {
    const sub = new Module().setNativeFn("deep", ["int"], () => 2, { global: true });
    const module = new Module()
      .setNativeFn("shown", ["int"], () => 1, { global: true })
      .setNativeFn("hidden", ["int"], () => 1)
      .setNativeFn("shown", ["dynamic"], () => 3)
      .setSubModule("sub", sub);
    expect(module.findGlobalNative("shown", [1])?.params).toEqual(["i64"]);
    expect(module.findGlobalNative("shown", ["x"])).toBeNull();
    expect(module.findGlobalNative("hidden", [1])).toBeNull();
    expect(module.findGlobalNative("deep", [1])).not.toBeNull();
    module.setNativeFn("shown", ["string"], () => 4, { global: true });
    expect(module.findGlobalNative("shown", ["x"])?.params).toEqual(["string"]);
    expect(names(module)).toContain("global shown(i64)");
  });

  it("are getters, setters and indexers", () => {
    const module = new Module()
      .setGetterSetterFn(
        "first",
        "array",
        "int",
        (a: RhaiArray) => a.items[0],
        (a: RhaiArray, v: number) => {
          a.write()[0] = v;
        },
      )
      .setGetterFn("hash", "map", () => 5)
      .setSetterFn("hash", "map", "int", () => undefined)
      .setIndexerGetSetFn(
        "Fn",
        "int",
        "dynamic",
        () => 1,
        () => undefined,
      );
    expect(names(module)).toEqual([
      "global get$first(array)",
      "global set$first(array, i64)",
      "global get$hash(map)",
      "global set$hash(map, i64)",
      "global index$get$(Fn, i64)",
      "global index$set$(Fn, i64, dynamic)",
    ]);
    const receivers = [...module.functions.all()].map((fn) => fn.receiver);
    expect(receivers).toEqual(["ref", "mut", "ref", "mut", "ref", "mut"]);
  });

  it("may be asynchronous", () => {
    const module = new Module().setNativeFn("later", [], async () => 1, { async: true });
    expect(module.functions.resolve("later", [])?.isAsync).toBe(true);
  });
});

describe("sub-modules", () => {
  it("are reached by path", () => {
    const deep = new Module().setVar("X", 42);
    const module = new Module().setSubModule("a", new Module().setSubModule("b", deep));
    expect(run(module, "m::a::b::X")).toBe("42");
    expect(module.resolve(["a", "b"])).toBe(deep);
    expect(module.resolve(["a", "c"])).toBeNull();
    expect(module.containsSubModule("a")).toBe(true);
    expect(module.getSubModule("b")).toBeUndefined();
  });

  it("never contain themselves", () => {
    const module = new Module();
    const sub = new Module().setSubModule("inner", module);
    expect(() => module.setSubModule("x", module)).toThrow("sub-module 'x' contains the module itself");
    expect(() => module.setSubModule("x", sub)).toThrow("sub-module 'x' contains the module itself");
    expect(() => module.setSubModule("no name", new Module())).toThrow("cannot be the name of a sub-module");
    // The same module in many places is no cycle, and cheap.
    let tree = new Module();
    for (let i = 0; i < 60; i++) tree = new Module().setSubModule("l", tree).setSubModule("r", tree);
    expect(tree.containsSubModule("l")).toBe(true);
  });
});

describe("looking into modules", () => {
  const load = (text: string): Module => {
    let module: Module | null = null;
    const engine = new Engine().setModuleResolver({
      resolve: (path, context) => (module = context.loadScript(text, path) as Module),
    });
    engine.evalSync('import "x" as x;');
    return module!;
  };

  it("lists native and script functions", () => {
    const module = load("export const K = 1; fn s(a, b) { a } fn int.ty(z) { z } private fn hidden() {}");
    module.setNativeFn("native", ["int"], (x: number) => x);
    expect(names(module)).toEqual(["native(i64)", "s(a, b)", "global ty(z)"]);
    expect(module.containsFn("s")).toBe(true);
    expect(module.containsFn("s", 2)).toBe(true);
    expect(module.containsFn("s", 1)).toBe(false);
    expect(module.containsFn("ty", 1)).toBe(true);
    expect(module.containsFn("native", 1)).toBe(true);
    expect(module.containsFn("hidden")).toBe(false);
    expect(module.getScriptFn("s", 2)?.params).toEqual(["a", "b"]);
    expect(module.getScriptFn("s", 1)).toBeNull();
    expect(module.count()).toEqual({ variables: 1, functions: 3, iterators: 0, modules: 0 });
    expect(module.isEmpty).toBe(false);
  });

  it("clears everything", () => {
    const module = load("export const K = 1; fn s() {} fn int.t() {}")
      .setNativeFn("n", [], () => 1)
      .setIterator("int", () => [])
      .setSubModule("sub", new Module());
    module.doc = "doc";
    expect(module.isEmpty).toBe(false);
    expect(module.clear().isEmpty).toBe(true);
    expect([module.id, module.doc, module.hasNativeFunctions]).toEqual([null, "", false]);
  });

  it("keeps script functions working in other modules", () => {
    const script = load("const A = 40; fn add(x) { helper(x) + global::A } private fn helper(x) { x + 1 }");
    const module = new Module().combine(script);
    expect(new Engine().registerStaticModule("m", module).evalSync("m::add(1)")).toBe(42);
  });
});

describe("iterators of modules", () => {
  it("convert objects and items", () => {
    const engine = new Engine().registerType(Point);
    const module = new Module(engine)
      .setIterator(Point, (p: Point) => [p.x, [p.y]])
      .setIterator("int", (n: number) => Array.from({ length: n }, (_, i) => i));
    const [point, int] = [...module.nativeSet.iterators];
    expect([point[0], int[0]]).toEqual(["Point", "i64"]);
    const value = engine.types.toValue(new Point(1, 2), "dynamic");
    expect([...iterate(point[1], value)].map(debug)).toEqual(["1", "[2]"]);
    expect([...iterate(int[1], 3)]).toEqual([0, 1, 2]);
    expect(() => new Module().setIterator(Point, () => [])).toThrow("does not know class Point");
  });

  function iterate(make: (value: never) => Iterator<Value>, value: Value): Iterable<Value> {
    return { [Symbol.iterator]: () => make(value as never) };
  }
});

describe("combining modules", () => {
  const f = (result: number) => () => result;
  const one = () =>
    new Module()
      .setVar("A", 1)
      .setVar("B", 1)
      .setNativeFn("f", ["int"], f(1), { global: true })
      .setNativeFn("g", [], f(1))
      .setSubModule("s", new Module().setVar("X", 1).setVar("A", 10));
  const two = () =>
    new Module()
      .setVar("B", 2)
      .setVar("C", 2)
      .setNativeFn("f", ["int"], f(2))
      .setNativeFn("f", ["string"], f(2), { global: true })
      .setIterator("int", () => [])
      .setSubModule(
        "s",
        new Module().setVar("Y", 2).setSubModule("t", new Module().setVar("B", 20).setVar("D", 20)),
      );
  const variables = (module: Module) =>
    [...module.variables].map(([name, value]) => `${name}=${debug(value)}`).sort();

  it("lets the other one win", () => {
    for (const method of ["combine", "merge"] as const) {
      const module = one()[method](two());
      expect(variables(module)).toEqual(["A=1", "B=2", "C=2"]);
      expect(names(module).sort()).toEqual(["f(i64)", "g()", "global f(string)"]);
      expect(call(module, "f", 0)).toBe(2);
      expect(module.findGlobalNative("f", [0])).toBeNull();
      expect([...module.modules.keys()]).toEqual(["s"]);
      expect(variables(module.getSubModule("s")!)).toEqual(["Y=2"]);
      expect(module.count().iterators).toBe(1);
    }
  });

  it("adds only what is missing", () => {
    const module = one().fillWith(two());
    expect(variables(module)).toEqual(["A=1", "B=1", "C=2"]);
    expect(names(module).sort()).toEqual(["g()", "global f(i64)", "global f(string)"]);
    expect(call(module, "f", 0)).toBe(1);
    expect(variables(module.getSubModule("s")!)).toEqual(["A=10", "X=1"]);
  });

  it("flattens sub-modules, higher levels winning", () => {
    const module = new Module().combineFlatten(two());
    expect(variables(module)).toEqual(["B=2", "C=2", "D=20", "Y=2"]);
    expect(module.modules.size).toBe(0);
    expect(variables(one().combineFlatten(one()))).toEqual(["A=1", "B=1", "X=1"]);
  });

  it("joins documentation and leaves the other one alone", () => {
    const [a, b] = [one(), two()];
    a.doc = "a";
    b.doc = "b";
    expect(a.combine(b).doc).toBe("a\nb");
    a.setVar("C", 5);
    expect(variables(b)).toEqual(["B=2", "C=2"]);
    expect(new Module().combine(b).doc).toBe("b");
  });

  it("takes packages", () => {
    const pkg = definePackage("Extra", (m) => {
      m.fn(["twice", "double"], ["i64"], "i64", (x: number) => x * 2);
      m.constant("LIMIT", 7);
      m.iterator("i64", () => [][Symbol.iterator]());
    });
    const module = new Module().addPackage(pkg);
    expect(run(module, "m::twice(m::LIMIT) + m::double(1)")).toBe("16");
    expect(module.count()).toEqual({ variables: 1, functions: 2, iterators: 1, modules: 0 });
  });
});

describe("exportModule", () => {
  it("makes a module of a definition", () => {
    const module = exportModule("geometry", {
      doc: "Plane geometry.",
      constants: { PI: 3.14, UNITS: ["m", "km"] },
      functions: {
        area: [
          { params: ["float"], returns: "float", call: (r: number) => r * r },
          { params: ["int", "int"], call: (w: number, h: number) => w * h },
        ],
        later: { async: true, call: async () => 1 },
        "+": { params: ["map", "map"], global: true, call: () => "sum" },
      },
      properties: [
        { name: "size", of: "map", type: "int", get: () => 3, set: () => undefined, doc: "Size." },
      ],
      iterators: [{ of: "int", iterate: () => [] }],
      modules: { deep: { functions: { one: { call: () => 1 } } }, made: new Module().setVar("X", 5) },
    });
    expect([module.id, module.doc]).toEqual(["geometry", "Plane geometry."]);
    expect(names(module)).toEqual([
      "area(f64)",
      "area(i64, i64)",
      "later()",
      "global +(map, map)",
      "global get$size(map)",
      "global set$size(map, i64)",
    ]);
    expect(module.getSubModule("deep")?.id).toBe("deep");
    expect(module.count().iterators).toBe(1);
    const script = "[m::area(2.0), m::area(2, 3), m::deep::one(), m::made::X, m::UNITS[1]]";
    expect(run(module, script)).toBe('[4.0, 6, 1, 5, "km"]');
  });

  it("uses the engine's classes", () => {
    const engine = new Engine().registerType(Point);
    const norm: ExportedFunction = { params: [Point], returns: "float", call: (p: Point) => p.x };
    const functions = { norm, at: { params: ["int"], call: (x: number) => new Point(x, 0) } };
    engine.registerStaticModule("m", exportModule("m", { modules: { sub: { functions } } }, engine));
    expect(debug(engine.evalSync("m::sub::norm(m::sub::at(3))"))).toBe("3.0");
    expect(() => exportModule("m", { functions })).toThrow("does not know class Point");
  });

  it("explains mistakes", () => {
    expect(() => exportModule("m", null as never)).toThrow("exporting module 'm': expected a definition");
    expect(() => exportModule("m", { function: {} } as never)).toThrow(
      "there is no 'function' in a definition",
    );
    expect(() => exportModule("m", { functions: { f: (() => 1) as never } })).toThrow("'f' has no 'call'");
    expect(() => exportModule("m", { functions: { f: null as never } })).toThrow("'f' has no 'call'");
    expect(() => exportModule("m", { properties: [{ name: "x", of: "int" }] })).toThrow(
      "property 'x' has neither get nor set",
    );
    expect(() => exportModule("m", { constants: { "a b": 1 } })).toThrow("cannot be the name of a variable");
  });
});
