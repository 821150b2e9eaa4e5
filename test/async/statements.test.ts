// Waiting in every kind of statement and expression.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the scripts are Rhai, not TypeScript

import { expect, it } from "vitest";
import { Bench } from "./support.ts";

const CASES: readonly (readonly [script: string, result: string])[] = [
  ["later(1)", "1"],
  ["later(1) + later(2) * 3", "7"],
  ["-later(1)", "-1"],
  ["!later(true)", "false"],
  ["1 in later([1, 2])", "true"],
  ["let x = later(1); x + 1", "2"],
  ["const X = later(1); X + 1", "2"],
  ["let x = 1; x = later(2); x", "2"],
  ["let x = 1; x += later(2); x", "3"],
  ["let x = [1, 2]; x[later(1)] = later(5); x", "[1, 5]"],
  ["let x = [1, 2]; x[later(0)] += later(5); x", "[6, 2]"],
  ["let m = #{a: #{b: 1}}; m.a.b = later(2); m.a.b += later(3); m", '#{"a": #{"b": 5}}'],
  ["let s = \"abc\"; s[later(1)] = later('x'); s", '"axc"'],
  ["[later(1), 2, later(3)]", "[1, 2, 3]"],
  ["#{a: later(1), b: 2}", '#{"a": 1, "b": 2}'],
  ["`a${later(1)}b${later(2)}`", '"a1b2"'],
  ["if later(true) { later(1) } else { 2 }", "1"],
  ["if later(false) { 1 } else if later(true) { later(2) } else { 3 }", "2"],
  ["switch later(3) { 1 => 10, 3 if later(false) => 30, 3 => later(33), _ => 0 }", "33"],
  ["switch later(7) { 1..5 => 1, 5..=9 if later(true) => later(2), _ => 3 }", "2"],
  ["let i = 0; while later(i < 3) { i += later(1); } i", "3"],
  ["let i = 0; let r = loop { i += later(1); if i == 3 { break later(i * 10); } }; r", "30"],
  ["let i = 0; do { i += later(1); } while later(i < 3); i", "3"],
  ["let i = 0; do { i += later(1); } until later(i >= 3); i", "3"],
  ["let s = 0; for x in later([1, 2, 3]) { s += later(x); } s", "6"],
  ["let s = 0; for (x, i) in 0..5 { if later(x) == 2 { continue; } if i == 4 { break; } s += x; } s", "4"],
  ['let s = ""; for c in "abc".chars() { s += later(c); } s', '"abc"'],
  ["fn f(x) { return later(x) + 1; 99 } f(1)", "2"],
  ["fn f() { for i in 0..5 { if later(i) == 3 { return i; } } } f()", "3"],
  ["fn f() { 1 + { return later(2); } } f()", "2"],
  ["let r = 0; for i in 0..9 { r = 1 + { if later(i) == 4 { break; } i }; } r", "4"],
  ["later(true) && later(false)", "false"],
  ["later(false) || later(true)", "true"],
  ["later(()) ?? later(()) ?? later(3)", "3"],
  ["{ let y = later(1); y + 1 }", "2"],
  ["fn fact(n) { if n <= 1 { later(1) } else { n * fact(n - 1) } } fact(10)", "3628800"],
  ["fn inc() { this += later(1); } let x = 1; x.inc(); x", "2"],
  ["fn add(n) { this.v += later(n); this.v } let m = #{v: 1}; [m.add(2), m.v]", "[3, 3]"],
  ["fn i64.twice() { this = later(this * 2); } let a = [1, 2]; a[1].twice(); a", "[1, 4]"],
  ["let x = 1; let f = |n| x += later(n); f.call(2); f.call(3); x", "6"],
  ["let m = #{v: 5, get_v: |n| this.v + later(n)}; m.get_v(2)", "7"],
  ['let f = Fn("later"); f.call(1) + call(f, 2)', "3"],
  ["let f = |a, b| later(a) - b; let g = f.curry(later(10)); g.call(3)", "7"],
  ['eval("later(40) + 2")', "42"],
  ['eval("let z = later(1);"); z + 1', "2"],
  ["let x = 1; fn f() { x += later(1); x } [f!(), x]", "[2, 2]"],
  ["later(5).later().to_string()", '"5"'],
  ["later([3, 1, 2]).len()", "3"],
  ["let a = later([1, 2]); a.push(later(3)); a", "[1, 2, 3]"],
  ["let x = (); x?.foo(later(1))", "()"],
  ["type_of(later(1))", '"i64"'],
  ["let a = 1; let b = later(2); a = later(b); b = a + b; [a, b]", "[2, 4]"],
];

it.each(CASES)("%s", async (script, result) => {
  expect(await new Bench().show(script)).toBe(result);
});

it("keeps the order of evaluation", async () => {
  const bench = new Bench();
  await bench.engine.eval(`
    fn f(a, b, c) { log("f"); logLater(a + b + c) }
    f(logLater(1), log2(2), logLater(3));
    fn log2(x) { log(x); x }
    let m = #{}; m[logLater("k")] = logLater(5);
    let a = [logLater(7), logLater(8)];
    logLater(true) || logLater(false);
  `);
  expect(bench.log).toEqual([1, 2, 3, "f", 6, 5, "k", 7, 8, true]);
});

it("reads a variable that is a first argument after the others", async () => {
  const bench = new Bench();
  expect(await bench.show("fn f(a, b) { [a, b] } let x = 1; f(x, { x = later(2); 3 })")).toBe("[2, 3]");
});

it("keeps values as they were while others wait", async () => {
  expect(await new Bench().show("let a = [1]; let b = [a, { a.push(later(2)); a }]; b")).toBe(
    "[[1], [1, 2]]",
  );
});

it("counts operations and sizes as in synchronous runs", async () => {
  const bench = new Bench();
  bench.engine.limits.maxOperations = 500;
  expect((await bench.failure("loop { tick(1); }")).kind).toBe("ErrorTooManyOperations");
  bench.engine.limits.maxOperations = 0;
  bench.engine.limits.maxStringSize = 10;
  expect((await bench.failure('tick("abcdefgh" ); let s = tick("abc"); loop { s += tick(s); }')).kind).toBe(
    "ErrorDataTooLarge",
  );
});

it("keeps top-level variables in the scope", async () => {
  const { Scope } = await import("../../src/runtime/scope.ts");
  const scope = new Scope().push("x", 1);
  await new Bench().engine.eval("x += later(1); let y = later(5);", { scope });
  expect([scope.get("x"), scope.get("y")]).toEqual([2, 5]);
});

it("ends at exit()", async () => {
  expect(await new Bench().show("later(1); exit(later(7)); 9")).toBe("7");
});

it("runs scripts without anything asynchronous as well", async () => {
  expect(await new Bench().show("let s = 0; for i in 0..10 { s += i; } s")).toBe("45");
});
