// Rejections, errors around waiting, and promises where nobody waits.

import { afterEach, beforeEach, expect, it } from "vitest";
import { columnOf, lineOf } from "../../src/lang/position.ts";
import { runtimeError } from "../../src/runtime/errors.ts";
import { MayAwaitError, UnexpectedPromiseError } from "../../src/runtime/eval/may-await-error.ts";
import { Scope } from "../../src/runtime/scope.ts";
import { after, Bench } from "./support.ts";

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  await after(5);
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

it("positions rejections and keeps the JS error as cause", async () => {
  const error = await new Bench().failure('let x = 1;\n  x + fail("boom")');
  expect(error.toString()).toBe("Runtime error: boom (line 2, position 7)");
  expect([lineOf(error.position), columnOf(error.position)]).toEqual([2, 7]);
  expect((error.cause as Error).message).toBe("boom");
});

it("wraps them in the calls that they leave", async () => {
  const error = await new Bench().failure('fn g() { fail("boom") }\nfn f() { 1 + g() }\nf()');
  expect(error.toString()).toBe(
    "Runtime error: boom (line 1, position 10)\nin call to function 'g' (line 2, position 14)\nin call to function 'f' (line 3, position 1)",
  );
});

it("gives the same text as a synchronous error", async () => {
  const bench = new Bench();
  bench.engine.registerFn("fail_now", ["string"], (text: string) => {
    throw new Error(text);
  });
  for (const around of [
    "#",
    "[1, #]",
    "[2].map(|x| #)",
    "if # { 1 }",
    "let y = #;",
    "#{a: #}".replace("#{", "%{"),
  ]) {
    const script = (name: string) => around.replace("#", `${name}("e")`).replace("%{", "#{");
    const later = await bench.failure(script("fail"));
    const now = await bench.failure(script("fail_now"));
    const pos = (text: string) => text.replace(/position \d+/g, "position ?");
    expect(pos(later.toString())).toBe(pos(now.toString()));
  }
});

it("lets scripts catch them", async () => {
  const bench = new Bench();
  expect(await bench.show('let r = 0; try { fail("boom"); r = 1; } catch (e) { r = e; } r')).toBe('"boom"');
  expect(await bench.show("let r = 0; try { later(1); throw later(5); } catch (e) { r = later(e); } r")).toBe(
    "5",
  );
  expect(
    await bench.show(
      'let r = []; for i in 0..3 { try { if i == 1 { fail("x") } r += later(i); } catch { r += later(-1); } } r',
    ),
  ).toBe("[0, -1, 2]");
  const again = await bench.failure('try { fail("boom") } catch { later(1); throw; }');
  expect(again.toString()).toContain("boom");
});

it("keeps positions of script errors after a wait apart from those of natives", async () => {
  const error = await new Bench().failure("let a = [1];\nlater(1);\na[later(0) + 7]");
  expect(error.toString()).toBe("Array index 7 out of bounds: only 1 element in array (line 3, position 12)");
});

it("takes rejections with anything", async () => {
  const bench = new Bench();
  const hostile = {
    toString() {
      throw new Error("no text");
    },
  };
  for (const [name, reason, text] of [
    ["r1", "text", "text"],
    ["r2", 42, "42"],
    ["r3", undefined, "undefined"],
    ["r4", null, "null"],
    ["r5", hostile, "unknown error"],
    ["r6", runtimeError(7), "7"],
  ] as const) {
    bench.engine.registerAsyncFn(name, [], () => Promise.reject(reason));
    expect(await bench.show(`let r = (); try { ${name}() } catch (e) { r = e.to_string(); } r`)).toBe(
      JSON.stringify(text),
    );
  }
});

it("reports results that are no script values", async () => {
  const bench = new Bench();
  bench.engine.registerAsyncFn("odd", [], async () => Symbol("odd"));
  const error = await bench.failure("1 +\n odd()");
  expect(error.toString()).toMatch(/symbol cannot be converted.*\(line 2, position 2\)/);
});

it("raises errors that are thrown at once in the same way", async () => {
  const bench = new Bench();
  bench.engine.registerAsyncFn("now", [], () => {
    throw new Error("at once");
  });
  expect((await bench.failure(" now()")).toString()).toBe("Runtime error: at once (line 1, position 2)");
});

it("takes promises of other libraries", async () => {
  const bench = new Bench();
  // biome-ignore lint/suspicious/noThenProperty: that is what is tested
  bench.engine.registerAsyncFn("thenable", [], () => ({ then: (ok: (v: number) => void) => ok(5) }));
  expect(await bench.show("thenable() + 1")).toBe("6");
});

it("stops at the depth of calls, not of the JS stack", async () => {
  const bench = new Bench();
  const error = await bench.failure("fn f(n) { later(n); f(n + 1) } f(0)");
  expect(error.root.kind).toBe("ErrorStackOverflow");
  expect(await bench.show("1 + 1")).toBe("2");
});

const REFUSED: readonly (readonly [script: string, name: string, position: [number, number]])[] = [
  ["later(1)", "function 'later'", [1, 1]],
  ["let a = 1;\n a.later()", "method 'later'", [2, 4]],
  ["fn g() { later(1) }\nfn f() { g() }\nf()", "function 'later'", [1, 10]],
  ['eval("1")', "function 'eval'", [1, 1]],
  ["let f = || later(1); f.call()", "method 'call'", [1, 24]],
  ["[1].map(|x| later(x))", "method 'map'", [1, 5]],
  ['[1].map("later")', "method 'map'", [1, 5]],
  ["let m = #{f: |x| later(x)}; m.f(1)", "method 'f'", [1, 31]],
  ['let f = Fn("lat" + "er"); f.call(1)', "method 'call'", [1, 29]],
];

it.each(REFUSED)("evalSync refuses %s", (script, name, [line, column]) => {
  const bench = new Bench();
  let error: unknown;
  try {
    bench.engine.evalSync(`${script}; log("ran")`);
  } catch (raised) {
    error = raised;
  }
  expect(error).toBeInstanceOf(MayAwaitError);
  const { functionName, position } = error as MayAwaitError;
  expect([functionName, lineOf(position), columnOf(position)]).toEqual([name, line, column]);
  expect((error as Error).message).toContain(`${name} (line ${line}, position ${column})`);
  expect(bench.log).toEqual([]);
});

it.each([
  "1 + 1",
  "fn f() { later(1) } 2",
  "let f = |x| x * 2; f.call(1)",
  "[3, 1].map(|x| x + 1)",
  "#{a: 1}.a",
])("evalSync runs %s beside asynchronous functions", (script) => {
  expect(() => new Bench().engine.evalSync(script)).not.toThrow();
});

it("refuses to call a function that may await from callFnSync", () => {
  const { engine } = new Bench();
  const ast = engine.compile("fn f() { later(1) } fn g() { 2 }");
  expect(engine.callFnSync(new Scope(), ast, "g", [])).toBe(2);
  expect(() => engine.callFnSync(new Scope(), ast, "f", [])).toThrow(MayAwaitError);
});

it("has a clear error for natives that are not registered as asynchronous", async () => {
  const bench = new Bench();
  const { registry } = bench.engine;
  const liar = { ...registry.resolve("later", [1])!, name: "liar", isAsync: false };
  registry.register({ ...liar, call: (() => Promise.reject(new Error("late"))) as never });
  expect(() => bench.engine.evalSync("liar(1)")).toThrow(UnexpectedPromiseError);
  expect((await bench.failure("liar(1)")).toString()).toContain("'liar' returned a promise");
  expect(await bench.show("later(1)")).toBe("1");
});
