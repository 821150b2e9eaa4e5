// Operations counted several at once: a limit ends a run where it would end it if each were counted by itself.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { display, Engine, EvalError, Scope } from "../../src/index.ts";

class Money {
  constructor(readonly cents: number) {}
}

/** An engine whose operators on Money have effects that can be seen, and whose scripts can ask how many operations there were. */
function engineOf(seen: string[]): Engine {
  const saw = <T>(what: string, value: T): T => {
    seen.push(what);
    return value;
  };
  return new Engine()
    .onPrint((text) => seen.push(text))
    .onDebug((text) => seen.push(text))
    .registerType(Money)
    .registerFn("money", ["int"], (cents: number) => new Money(cents))
    .registerFn("+", [Money, Money], (a: Money, b: Money) => saw("add", new Money(a.cents + b.cents)))
    .registerFn("*", [Money, "int"], (a: Money, b: number) => saw("multiply", new Money(a.cents * b)))
    .registerFn("<", [Money, "int"], (a: Money, b: number) => saw("compare", a.cents < b))
    .registerFn("!", [Money], (a: Money) => saw("not", a.cents === 0))
    .registerFn("/", [Money, "int"], () => {
      throw new Error(saw("divide", "indivisible"));
    })
    .registerCustomSyntax(["operations"], (_inputs, context) =>
      saw(`after ${context.operations}`, undefined),
    );
}

/** All that can be seen of a run with this limit. */
function outcomeOf(script: string, limit: number, isCountedSingly: boolean): string {
  const seen: string[] = [];
  const engine = engineOf(seen).setMaxOperations(limit);
  if (isCountedSingly) engine.onProgress(() => undefined);
  const scope = new Scope();
  try {
    seen.push(display(engine.evalSync(script, scope)));
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    seen.push(`${error}, at ${error.root.position}`);
  }
  for (const [name, , value] of scope) seen.push(`${name} = ${display(value)}`);
  return seen.join("\n");
}

function countOf(script: string): number {
  let count = 0;
  const engine = engineOf([]).onProgress((operations) => {
    count = operations;
    return undefined;
  });
  try {
    engine.evalSync(script);
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
  }
  return count;
}

/** The limits at which something else can be seen than where each operation is counted by itself. */
function differingLimits(script: string): number[] {
  const limits = Array.from({ length: countOf(script) + 1 }, (_, i) => i + 1);
  return limits.filter((limit) => outcomeOf(script, limit, false) !== outcomeOf(script, limit, true));
}

/** Code with errors, effects, jumps and waiting counts in the middle of what is otherwise counted at once. */
const SCRIPTS: readonly string[] = [
  // An operator of the host on the way, with effects, before and after others.
  "let m = money(3); let n = 2; let r = m * n + m * (n + 1); r < n * 3 - 1",
  "let m = money(3); let n = 2; if (1 + n) * n - 1 < 9 && m < n + 100 { n += 1 + n * 2; } else { n -= 1; } n",
  "let m = money(0); let n = 1; let r = [n, !m, n + 1, m * n, n]; r.len() + n",
  // An error on the way, that is caught; what was not evaluated does not count.
  "fn count() { operations } let m = money(1); let n = 2; try { n = n * 3 + m / n + n * 4; } catch { count(); } n + 1",
  "fn count() { operations } let n = 2; for i in 0..3 { try { n += 6 / (i - 1) + i; } catch { count(); } } n",
  "fn count() { operations } let a = [1, 2]; let n = 5; try { a[0] = 1 + a[n + 1] * n; } catch { count(); } a[1] + n",
  'fn count() { operations } let n = 1; try { let s = n - "x" * n + n; } catch { count(); } n == 1 && n + 1 == 2',
  "fn count() { operations } let n = 9223372036854775807; try { n = (n - 1) + n * 2; } catch { count(); } n - 1",
  "fn count() { operations } let n = 1; try { n = n + nothing + n; } catch { count(); } n",
  // Calls and other counts between operands.
  "fn f(a, b) { a + b * 2 } let x = 3; let y = f(x, 1) * f(x + 1, x) + x * f(1, f(2, x)) - x; y",
  "fn f(a) { operations; a } let x = 3; x * 2 + f(x) + x * 2 + f(x - 1) + x",
  "let x = 2; let y = x + { let z = x * 2; z += x; z + 1 } + x * if x > 1 { x - 1 } else { x }; y + x",
  "fn f(x) { let y = x + 1; let z = y * { if y > 2 { return y - 1; } y } + y; z } f(1) + f(2) * f(3)",
  "let x = 0; while x < 3 { x += 1; if x == 2 { continue; } x += x % 2 } loop { x += 1; if x > 6 { break x * 2 } }",
  'let s = "idle"; let n = 0; do { s = switch s { "idle" if n % 2 == 0 => "busy", "idle" => `${n}`, _ => { n += 2; "idle" } }; n += 1; } while n < 6; s',
  // Chains: places counted once, arguments before and on the way.
  "let a = [[1, 2], [3, 4]]; let i = 1; a[i][i - 1] += a[0][i] * a[i][0] - i; a[i][0] + a.len() * i",
  "let m = #{ a: 1, l: [1, 2], f: |n| { this.a += n; n * 2 } }; let i = 1; m.l[i] = m.f(i + 1) + m.a * m.l[i - i]; m.l[i] + m.a",
  "fn add(n, k) { this += n * k; this + n } let x = 1; let i = 2; x.add(i, x + 1) + x.add(i + 1, i) * x",
  "let a = [3, 1, 2]; let i = 1; a.push(i + 1); a.insert(i, i * 2); a.filter(|v| v > i).map(|v| v * 2 + i).len() + a[i]",
  // Captured variables are looked at when they are read.
  "let x = 1; let f = |n| { x += n; x }; let y = x + f.call(2) * x + f.call(x) - x; y + x",
  "const K = 3; let x = 1; { let x = x + K; x += K * x; } let x = x * K - 1; x",
  'let x = 1; let y = eval("let z = x + 1; z * 2"); x + y + z',
];

describe("operations that are counted at once", () => {
  it.each(SCRIPTS)("%s", (script) => {
    expect(differingLimits(script)).toEqual([]);
  });

  it("end every recorded script where it ends when each is counted by itself", () => {
    const recorded = readFileSync(join(import.meta.dirname, "operations.data.jsonl"), "utf8");
    const scripts = recorded
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { script: string }).script);
    expect(scripts.filter((script) => differingLimits(script).length > 0)).toEqual([]);
  });

  it("are those that Rhai counts before an error, and before the host is asked", () => {
    const seen: string[] = [];
    const script =
      "fn count() { operations } let n = 2; count(); try { n = n * 3 / (n - 2); } catch { count(); } count();";
    engineOf(seen).setMaxOperations(1000).evalSync(script);
    expect(seen).toEqual(["after 6", "after 19", "after 23"]);
  });

  it("are told one by one to a callback that has been set since", () => {
    const engine = new Engine().setMaxOperations(1000);
    const scope = new Scope().push("double", engine.evalSync("|n| { let x = n * 2; x + 1 - 1 }"));
    const script = engine.compile("let n = 2; double.call(n + 1) * n");
    expect(engine.evalAstSync(script, scope)).toBe(12);
    const counts: number[] = [];
    engine.onProgress((operations) => {
      counts.push(operations);
      return undefined;
    });
    expect(engine.evalAstSync(script, scope)).toBe(12);
    expect(counts.length).toBeGreaterThan(15);
    expect(counts).toEqual(counts.map((_, i) => i + 1));
    const count = counts.length;
    engine.onProgress(null).setMaxOperations(count);
    expect(engine.evalAstSync(script, scope)).toBe(12);
    engine.setMaxOperations(count - 1);
    expect(() => engine.evalAstSync(script, scope)).toThrow("Too many operations");
  });
});

describe("a run with a limit", () => {
  it("that is cancelled by a function it calls ends at the next operation", async () => {
    const cancelled = new AbortController();
    const seen: number[] = [];
    const engine = new Engine()
      .setMaxOperations(1_000_000)
      .registerFn("cancel", [], () => cancelled.abort("enough"))
      .registerFn("see", ["int"], (n: number) => void seen.push(n));
    const run = engine.eval("let n = 1; n += n * 2; see(n); cancel(); see(n); n", {
      signal: cancelled.signal,
    });
    await expect(run).rejects.toThrow("terminated");
    expect(seen).toEqual([3]);
  });

  it("ends when it is asked to, and when its time is over", () => {
    // A limit that ends the test when neither works.
    const engine = new Engine().setMaxOperations(50_000_000);
    const script = engine.compile("let n = 0; loop { n = (n + 1) % 7; }");
    expect(() => engine.evalAstSync(script, new Scope(), { deadline: 20 })).toThrow("terminated");
    let asked = 0;
    const interrupt = () => ++asked === 3;
    expect(() => engine.evalAstSync(script, new Scope(), { interrupt })).toThrow("terminated");
    expect(asked).toBe(3);
  });
});
