// Runs side by side, and runs that are ended from outside.

import { afterEach, beforeEach, expect, it } from "vitest";
import { Engine } from "../../src/runtime/engine.ts";
import type { EvalError } from "../../src/runtime/errors.ts";
import { Scope } from "../../src/runtime/scope.ts";
import { debug } from "../../src/runtime/value/display.ts";
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

it("keeps 1,000 interleaved runs of one script apart", async () => {
  const engine = new Engine();
  let random = 1;
  engine.registerAsyncFn("pause", ["int"], (n: number) => {
    random = (random * 48271) % 2147483647;
    return after(random % 7, n);
  });
  const ast = engine.compile(`
    const K = 7;
    fn total(n) { let t = 0; for i in 0..5 { t += pause(n) + i; } t }
    fn self_add(n) { this += pause(n); }
    let mine = [id];
    let joint = 0;
    let add = |x| joint += pause(x);
    for i in 0..3 { mine.push(pause(id + i)); add.call(id); }
    let x = id; x.self_add(1);
    try { if pause(id) % 2 == 0 { throw id; } } catch (e) { mine.push(e); }
    eval("let dynamic = pause(id) * 2;");
    [mine, total(id), joint, x, dynamic, global::K + id]
  `);
  const runs = Array.from({ length: 1000 }, async (_, id) => {
    const value = debug(await engine.evalAst(ast, { scope: new Scope().push("id", id) }));
    const mine = [id, id, id + 1, id + 2, ...(id % 2 === 0 ? [id] : [])].join(", ");
    expect(value).toBe(`[[${mine}], ${5 * id + 10}, ${3 * id}, ${id + 1}, ${2 * id}, ${7 + id}]`);
  });
  await Promise.all(runs);
});

it("ends at a deadline, in a wait and in a loop", async () => {
  const bench = new Bench();
  for (const script of [
    "never()",
    "loop { }",
    "loop { tick(1); }",
    "[1].map(|x| never())",
    "let x = 0; while true { x += 1; }",
  ]) {
    const start = performance.now();
    const error = await bench.failure(`try { ${script} } catch { 1 }`, { deadline: 30 });
    expect([error.kind, error.isCatchable, error.fields.value]).toEqual([
      "ErrorTerminated",
      false,
      "deadline exceeded",
    ]);
    const took = performance.now() - start;
    expect(took).toBeGreaterThan(25);
    expect(took).toBeLessThan(2000);
  }
  expect(await bench.show("1 + later(1)", { deadline: 5000 })).toBe("2");
});

it("ends when its signal says so", async () => {
  const bench = new Bench();
  const controller = new AbortController();
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 20);
  const error = await bench.failure("never()", { signal: controller.signal });
  expect([error.kind, error.fields.value, error.cause]).toEqual(["ErrorTerminated", "enough", reason]);
  const already = await bench.failure("log(1)", { signal: AbortSignal.abort("before") });
  expect([already.kind, already.fields.value, bench.log]).toEqual(["ErrorTerminated", "before", []]);
});

it("ends at the next operation when a host function aborts", async () => {
  const bench = new Bench();
  const controller = new AbortController();
  bench.engine.registerFn("stop", [], () => controller.abort("stopped"));
  const error = await bench.failure("log(1); stop(); log(2); later(1); log(3);", {
    signal: controller.signal,
  });
  expect([error.kind, bench.log]).toEqual(["ErrorTerminated", [1]]);
});

it("offers signal and deadline to host functions", async () => {
  const { engine } = new Bench();
  const seen: unknown[] = [];
  const native = engine.registry.resolve("later", [1])!;
  const register = (
    name: string,
    call: (ctx: { signal: AbortSignal | null; deadline: number | null }) => unknown,
  ) =>
    engine.registry.register({
      ...native,
      name,
      params: [],
      usesContext: true,
      convert: undefined,
      call: call as never,
    });
  register("look", async (ctx) => void seen.push(ctx.signal?.aborted ?? null, ctx.deadline));
  register("hang", (ctx) => {
    ctx.signal?.addEventListener("abort", () => seen.push("aborted"));
    return new Promise(() => {});
  });
  await engine.eval("look()");
  expect(seen).toEqual([null, null]);
  seen.length = 0;
  const before = Date.now();
  await engine.eval("look(); hang()", { deadline: 30 }).catch((error: EvalError) => seen.push(error.kind));
  expect([seen[0], ...seen.slice(2)]).toEqual([false, "aborted", "ErrorTerminated"]);
  expect(seen[1]).toBeGreaterThanOrEqual(before + 25);
  expect(seen[1]).toBeLessThan(before + 500);
});

it("swallows what comes late", async () => {
  const bench = new Bench();
  bench.engine.registerAsyncFn("late", [], async () => {
    await after(25);
    throw new Error("too late");
  });
  expect((await bench.failure("late()", { deadline: 10 })).kind).toBe("ErrorTerminated");
  await after(40);
});

it("can be used again afterwards, and lets go of the signal", async () => {
  const bench = new Bench();
  const { signal } = new AbortController();
  for (let i = 0; i < 20; i++) await bench.engine.eval("later(1)", { signal, deadline: 1000 });
  expect(await bench.show("later(2)")).toBe("2");
});

it("refuses options that are none", async () => {
  const { engine } = new Bench();
  await expect(engine.eval("1", { deadline: -1 })).rejects.toThrow(TypeError);
  await expect(engine.eval("1", { deadline: Number.NaN })).rejects.toThrow(TypeError);
  await expect(engine.eval("1", { signal: {} as AbortSignal })).rejects.toThrow(TypeError);
});

it("calls functions asynchronously", async () => {
  const { engine } = new Bench();
  const ast = engine.compile(
    "let base = 10; fn f(x) { later(x) + base2(1) } fn base2(x) { x * 2 } fn g() { never() }",
  );
  expect(await engine.callFn(new Scope(), ast, "f", [1])).toBe(3);
  await expect(engine.callFn(new Scope(), ast, "g", [], { deadline: 10 })).rejects.toMatchObject({
    kind: "ErrorTerminated",
  });
});

it("finds out about function pointers that the host hands over", async () => {
  const { engine } = new Bench();
  const scope = new Scope();
  await engine.eval("let f = |x| later(x) + 1; let list = [#{f: f}];", { scope });
  expect(await engine.eval("f.call(1) + call(list[0].f, 2) + [3].map(f)[0]", { scope })).toBe(9);
  expect(() => engine.evalSync("f.call(1)", scope)).toThrow(/method 'call'/);
});
