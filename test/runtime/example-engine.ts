// The engine that the tests of metadata and definition files describe: the twin of the Rust program that wrote
// metadata.data.json (Rhai 1.26 with the features `metadata` and `internals`).

import { Engine } from "../../src/runtime/engine.ts";
import type { MetadataSources } from "../../src/runtime/metadata/sources.ts";
import { exportModule } from "../../src/runtime/module/export-module.ts";
import { GlobalNamespace } from "../../src/runtime/module/global-namespace.ts";
import type { Module } from "../../src/runtime/module/module.ts";
import type { ImportContext } from "../../src/runtime/module/resolver.ts";
import { Scope } from "../../src/runtime/scope.ts";
import { Blob, RhaiArray, RhaiMap } from "../../src/runtime/value/containers.ts";
import { FnPtr } from "../../src/runtime/value/fn-ptr.ts";
import { Range, Timestamp } from "../../src/runtime/value/objects.ts";
import { charOf, Float } from "../../src/runtime/value/scalars.ts";

class Point {
  constructor(public x: number) {}
}

/** The module that a script makes. */
function scriptModule(text: string): Module {
  let module: Module | null = null;
  const resolve = (path: string, context: ImportContext) =>
    (module = context.loadScript(text, path) as Module);
  new Engine().setModuleResolver({ resolve }).evalSync('import "example" as example;');
  return module!;
}

const EXPORTED = exportModule("geo", {
  constants: { ORIGIN: 0, PI: 3.14 },
  functions: {
    add2: {
      params: ["int", "int"],
      paramNames: ["a", "b"],
      returns: "int",
      doc: "Adds two.\nTwice.",
      call: (a: number, b: number) => a + b,
    },
    anywhere: {
      params: ["float"],
      paramNames: ["x"],
      returns: "float",
      global: true,
      call: (x: number) => x,
    },
    nothing: { params: ["bool", "char"], paramNames: ["flag", "c"], returns: "()", call: () => undefined },
  },
  properties: [{ name: "size", of: "array", type: "int", get: (list: { length: number }) => list.length }],
  modules: {
    deep: {
      constants: { NAME: "x" },
      functions: { one: { returns: "int", doc: "Deep one.", call: () => 1 } },
    },
  },
});

const SCRIPT_MODULE =
  "//! A module.\n\nexport const K = 5;\n/// Doc of s.\nfn s(a, b) { a }\nfn int.ty(z) { z }\nprivate fn hid() {}";

export const SCRIPT = `//! Script doc.
//! Second line.

/// Adds.
/// And more.
fn add(a, b) { a + b }
/// a

/// b
/** c
    d */
/// e
private fn hidden(x) { x }
fn int.twice() { this * 2 }
fn "My Type".m(x) { x }
fn noparams() { 1 }`;

function registerFunctions(engine: Engine): void {
  const kinds = ["bool", "char", "()", "map", "blob", "range", "range="];
  engine
    .registerFn("double", ["int"], (x: number) => x * 2, { returns: "int" })
    .registerFn("greet", ["string", "float"], (s: string, n: number) => s + n, { returns: "string" })
    .registerFn("greet", ["string"], (s: string) => s, { returns: "string" })
    .registerFn("grow", ["array", "map"], () => undefined, { returns: "()", receiver: "mut" })
    .registerFn("kinds", kinds, () => true, { returns: "bool" })
    .registerFn("later", ["Fn", "timestamp"], (_: unknown, t: unknown) => t, { returns: "timestamp" })
    .registerType(Point)
    .registerGet("x", Point, (p: Point) => p.x, { returns: "int" })
    .registerSet("x", Point, "int", () => undefined)
    .registerFn("Point", ["int"], (x: number) => new Point(x), { returns: Point })
    .registerFn("==", [Point, Point], (a: Point, b: Point) => a.x === b.x, {
      returns: "bool",
      receiver: "ref",
    })
    .registerIndexerGet(Point, "int", (p: Point, i: number) => p.x + i, { returns: "int" })
    .registerIndexerSet(Point, "int", "float", () => undefined)
    .registerCustomOperator("apart", 160)
    .registerFn("apart", ["int", "int"], (a: number, b: number) => a - b, { returns: "int" });
}

export function exampleEngine(): { readonly engine: Engine; readonly sources: MetadataSources } {
  const engine = new Engine();
  const standard = new Set(engine.registry.all());
  registerFunctions(engine);
  engine.registerStaticModule("geo", EXPORTED).registerStaticModule("script", scriptModule(SCRIPT_MODULE));
  const { registry, globalModules } = engine;
  const sources: MetadataSources = {
    registry,
    globalModules,
    globalNamespace: new GlobalNamespace(),
    hostTypes: [engine.types.typeOf(new Point(1))!],
    isStandard: (fn) => standard.has(fn),
    isCustomOperator: (name) => name === "apart",
  };
  return { engine, sources };
}

/** A variable or constant of each type. */
export function exampleScope(): Scope {
  return new Scope()
    .push("n", 1)
    .pushConstant("S", "text")
    .push("arr", new RhaiArray([]))
    .push("u", undefined)
    .push("c", charOf("c"))
    .push("fl", new Float(1.5))
    .push("b", true)
    .push("bl", new Blob(new Uint8Array()))
    .push("mm", new RhaiMap())
    .push("r", new Range(1, 2, false))
    .push("ri", new Range(1, 2, true))
    .push("fp", new FnPtr("x"))
    .push("t", new Timestamp(0))
    .push("n", new Float(2.5));
}
