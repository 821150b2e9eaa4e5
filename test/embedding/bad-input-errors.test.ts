// Bad input from JS: whatever host code throws becomes an EvalError with the error as cause and the place of the call.

import { describe, expect, it } from "vitest";
import { Engine, EvalError, FnPtr, Module } from "../../src/index.ts";
import { errorOf, Known, rejectionOf, stillWorks, THROWN } from "./hostile.ts";

/** Where host code may throw: what is registered, and a script that runs it. */
const PLACES: readonly (readonly [
  name: string,
  script: string,
  register: (engine: Engine, fail: () => never) => unknown,
])[] = [
  ["a function", "f()", (e, fail) => e.registerFn("f", [], fail)],
  ["a function with context", "f(1)", (e, fail) => e.registerFn("f", ["int"], fail, { context: true })],
  ["a method", "known().m()", (e, fail) => e.registerFn("m", [Known], fail)],
  ["a getter", "known().p", (e, fail) => e.registerGet("p", Known, fail)],
  ["a setter", "let k = known(); k.p = 1;", (e, fail) => e.registerSet("p", Known, "int", fail)],
  ["an indexer", "known()[1]", (e, fail) => e.registerIndexerGet(Known, "int", fail)],
  [
    "a setting indexer",
    "let k = known(); k[1] = 2;",
    (e, fail) => e.registerIndexerSet(Known, "int", "int", fail),
  ],
  ["an operator", "known() + 1", (e, fail) => e.registerFn("+", [Known, "int"], fail)],
  ["an iterator", "for x in known() {}", (e, fail) => e.registerIterator(Known, fail)],
  [
    "an item of an iterator",
    "for x in known() {}",
    (e, fail) =>
      e.registerIterator(Known, function* () {
        yield 1;
        fail();
      }),
  ],
  [
    "a pointer",
    "F.call(1)",
    (e, fail) => e.registerGlobalModule(new Module().setVar("F", FnPtr.fromFn("f", fail))),
  ],
  ["a callback", "[1].map(|x| f(x))", (e, fail) => e.registerFn("f", ["int"], fail)],
  ["custom syntax", "broken 1", (e, fail) => e.registerCustomSyntax(["broken", "$expr$"], fail)],
  ["print", `print("x")`, (e, fail) => e.onPrint(fail)],
  ["debug", `debug("x")`, (e, fail) => e.onDebug(fail)],
  [
    "a module's function",
    "m::f()",
    (e, fail) => e.registerStaticModule("m", new Module().setNativeFn("f", [], fail)),
  ],
  ["a module resolver", `import "m" as m; m::f()`, (e, fail) => e.setModuleResolver({ resolve: fail })],
  [
    "the copy of a value",
    "let a = copied(); let b = a; b.x = 2;",
    (e, fail) => {
      class Copied extends Known {}
      e.defineType({
        name: "Copied",
        class: Copied,
        clone: fail,
        constructors: { copied: { call: () => new Copied() } },
        properties: {
          x: {
            get: (k: Known) => k.x,
            set: (k: Known, x: number) => {
              k.x = x;
            },
            type: "int",
          },
        },
      });
    },
  ],
];

function failingEngine(register: (engine: Engine, fail: () => never) => unknown, thrown: unknown): Engine {
  const engine = new Engine().registerType(Known).registerFn("known", [], () => new Known());
  register(engine, () => {
    throw thrown;
  });
  return engine;
}

function checkRuntimeError(error: unknown, thrown: unknown, text: string, copied = false): void {
  expect(error).toBeInstanceOf(EvalError);
  const { root } = error as EvalError;
  expect(root.kind).toBe("ErrorRuntime");
  expect(root.fields.value).toBe(text);
  expect(root.cause === thrown).toBe(true);
  // Copies are made in the middle of anything.
  if (!copied) expect(root.position).not.toBe(0);
  expect(String(error)).toContain(text === "" ? "Runtime error" : `Runtime error: ${text}`);
}

describe("errors of host code", () => {
  describe.each(THROWN)("%s", (_name, make, text) => {
    it.each(PLACES)("in %s", async (place, script, register) => {
      const thrown = make();
      const copied = place === "the copy of a value";
      const engine = failingEngine(register, thrown);
      checkRuntimeError(
        errorOf(() => engine.evalSync(script)),
        thrown,
        text,
        copied,
      );
      checkRuntimeError(await rejectionOf(() => engine.eval(script)), thrown, text, copied);
      const caught = `let m = "none"; try { ${script} } catch (e) { m = e } m`;
      expect(engine.evalSync(caught)).toBe(text);
      engine.onPrint(() => {}).onDebug(() => {});
      stillWorks(engine);
    });

    it("as the reason of a rejection", async () => {
      const thrown = make();
      const engine = new Engine().registerAsyncFn("f", [], () => Promise.reject(thrown));
      checkRuntimeError(await rejectionOf(() => engine.eval("1 + f()")), thrown, text);
      expect(await engine.eval("let m = 0; try { f() } catch (e) { m = e } m")).toBe(text);
      stillWorks(engine);
    });

    it("in onProgress, which ends the run for good", () => {
      const thrown = make();
      const engine = new Engine().onProgress(() => {
        throw thrown;
      });
      const error = errorOf(() => engine.evalSync("try { let x = 1; x + 1 } catch { 7 }")) as EvalError;
      expect(error).toBeInstanceOf(EvalError);
      expect(error.kind).toBe("ErrorTerminated");
      expect(error.fields.value).toBe(text);
      expect(error.cause === thrown).toBe(true);
      stillWorks(engine.onProgress(null));
    });
  });

  it("are passed on as they are when they are Rhai's", () => {
    const engine = new Engine();
    const error = new EvalError("ErrorArithmetic", { detail: "no" });
    engine.registerFn("f", [], () => {
      throw error;
    });
    expect(errorOf(() => engine.evalSync("f()"))).toBe(error);
    expect(error.position).not.toBe(0);
    engine.registerFn("g", [], () => {
      throw Object.freeze(new EvalError("ErrorArithmetic", { detail: "frozen" }));
    });
    expect(errorOf(() => engine.evalSync("g()"))).toBeInstanceOf(EvalError);
    stillWorks(engine);
  });

  it("swallowed by to_string leave the name of the type", () => {
    for (const [, make] of THROWN) {
      const engine = failingEngine((e, fail) => e.registerFn("to_string", [Known], fail), make());
      expect(engine.evalSync("`${known()}`")).toBe("Known");
    }
  });

  it("in comparisons are raised", () => {
    class Compared {}
    const engine = new Engine().defineType({
      name: "Compared",
      class: Compared,
      constructors: { compared: { call: () => new Compared() } },
      equals: () => {
        throw new Error("incomparable");
      },
    });
    expect(() => engine.evalSync("compared() == compared()")).toThrow("Runtime error: incomparable");
    stillWorks(engine);
  });
});
