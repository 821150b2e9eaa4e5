// Bad input from JS: re-entrant use of an engine, and promises that misbehave.

import { describe, expect, it } from "vitest";
import { Engine, EvalError, type FnPtr, type HostContext, Module, Scope } from "../../src/index.ts";
import { errorOf, rejectionOf, stillWorks, THROWN, thenable } from "./hostile.ts";

describe("re-entrant use", () => {
  function reentrant(): Engine {
    const engine = new Engine();
    engine.registerFn("run", ["string"], (text: string) => engine.evalSync(text));
    engine.registerAsyncFn("run_later", ["string"], (text: string) => engine.eval(text));
    return engine;
  }

  it("runs scripts inside scripts, without sharing their state", async () => {
    const engine = reentrant();
    expect(await engine.eval(`let x = 1; let y = run("let x = 20; x + 1"); x + y`)).toBe(22);
    expect(
      await engine.eval(
        `let x = 1; let y = run_later("let x = 20; x + 1"); x + y + run("x_is_not_here => 1; 1".len().to_string())`,
      ),
    ).toBeGreaterThan(0);
    expect(() => engine.evalSync(`let x = 1; run("x")`)).toThrow();
    stillWorks(engine);
  });

  it("hands on the errors of the inner run", async () => {
    const engine = reentrant();
    const error = (await rejectionOf(() => engine.eval(`run("throw 7")`))) as EvalError;
    expect(error.kind).toBe("ErrorRuntime");
    expect(error.fields.value).toBe(7);
    expect(await engine.eval(`let m = 0; try { run("throw 7") } catch (e) { m = e } m`)).toBe(7);
    const syntax = (await rejectionOf(() => engine.eval(`run_later("1 +")`))) as EvalError;
    expect(syntax.kind).toBe("ErrorParsing");
    stillWorks(engine);
  });

  it("ends endless nesting in Rhai's error", () => {
    const engine = new Engine();
    engine.registerFn("again", [], () => engine.evalSync("again()"));
    const error = errorOf(() => engine.evalSync("again()")) as EvalError;
    expect(error).toBeInstanceOf(EvalError);
    expect(error.root.kind).toBe("ErrorStackOverflow");
    stillWorks(engine);
  });

  it("registers, compiles and changes settings in the middle of a run", () => {
    const engine = new Engine();
    engine.registerFn("learn", [], () => {
      engine.registerFn("taught", [], () => 40);
      engine.registerFn("+", ["string", "bool"], () => "learnt");
      engine.registerStaticModule("late", new Module().setVar("TWO", 2));
      engine.setMaxCallLevels(30);
    });
    expect(engine.evalSync(`learn(); taught() + late::TWO`)).toBe(42);
    expect(engine.evalSync(`"a" + true`)).toBe("learnt");
    stillWorks(engine);
  });

  it("compiles inside of custom syntax that is being parsed", () => {
    const engine = new Engine();
    engine.registerCustomSyntaxWithState(
      "deep",
      (parsed) => {
        engine.compile("let a = 1; a + 1");
        return parsed.length === 1 ? "$expr$" : null;
      },
      ([input]) => input.evaluate(),
    );
    expect(engine.evalSync("deep 40 + 2")).toBe(42);
  });

  it("calls a function of the script that is running, by another engine", () => {
    const engine = new Engine();
    const other = new Engine();
    engine.registerFn(
      "by_other",
      ["Fn"],
      (context: HostContext, f: FnPtr) => other.callFnPtrSync(f, [context.callLevel]),
      { context: true },
    );
    expect(engine.evalSync("let base = 41; by_other(|x| base + x)")).toBe(42);
    stillWorks(other);
  });

  it("survives a scope that is changed while a script uses it", () => {
    const engine = new Engine();
    const scope = new Scope().push("a", 1).push("b", 2);
    engine.registerFn("clear_scope", [], () => {
      scope.clear();
    });
    const error = errorOf(() => engine.evalSync("clear_scope(); a + b", scope));
    expect(error).toBeInstanceOf(EvalError);
    stillWorks(engine);
  });

  it("refuses a context after its call", () => {
    const engine = new Engine();
    const kept: HostContext[] = [];
    engine.registerFn(
      "keep",
      [],
      (context: HostContext) => {
        kept.push(context);
      },
      { context: true },
    );
    engine.runSync("fn f() { 42 } keep()");
    // Calling back later works on a run that is over: it can do no harm, and says what it does.
    expect(kept[0].callFn("f")).toBe(42);
    expect(errorOf(() => kept[0].callFn("nope"))).toBeInstanceOf(EvalError);
  });
});

describe("promises that misbehave", () => {
  it.each([
    ["never settles", () => new Promise(() => {})],
    ["rejects late", () => new Promise((_, reject) => setTimeout(() => reject(new Error("late")), 40))],
    ["resolves late", () => new Promise((resolve) => setTimeout(() => resolve(1), 40))],
    [
      "resolves late with something that cannot be converted",
      () => new Promise((resolve) => setTimeout(() => resolve(() => 1), 40)),
    ],
    ["is a thenable that never settles", () => thenable(() => {})],
  ])("one that %s is ended by the deadline", async (_name, make) => {
    const engine = new Engine().registerAsyncFn("f", [], make as () => unknown);
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      for (const script of ["f()", "let x = [1].map(|x| f()); x", "try { f() } catch { 1 }"]) {
        const error = (await rejectionOf(() => engine.eval(script, { deadline: 15 }))) as EvalError;
        expect(error.root.kind).toBe("ErrorTerminated");
        expect(error.root.fields.value).toBe("deadline exceeded");
      }
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
    stillWorks(engine);
  });

  it.each([
    ["before the run", (controller: AbortController) => controller.abort(new Error("too late"))],
    [
      "during the run",
      (controller: AbortController) => void setTimeout(() => controller.abort(new Error("too late")), 5),
    ],
  ])("a signal that is aborted %s ends what never settles", async (_name, abort) => {
    const engine = new Engine().registerAsyncFn("f", [], () => new Promise(() => {}));
    const controller = new AbortController();
    abort(controller);
    const error = (await rejectionOf(() => engine.eval("f()", { signal: controller.signal }))) as EvalError;
    expect(error.kind).toBe("ErrorTerminated");
    expect(error.cause).toEqual(new Error("too late"));
    stillWorks(engine);
  });

  it("a signal whose reason is hostile", async () => {
    const engine = new Engine().registerAsyncFn("f", [], () => new Promise(() => {}));
    for (const [, make] of THROWN) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(make()), 1);
      const error = (await rejectionOf(() => engine.eval("f()", { signal: controller.signal }))) as EvalError;
      expect(error.kind).toBe("ErrorTerminated");
    }
    stillWorks(engine);
  });
});
