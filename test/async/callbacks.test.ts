// Asynchronous callbacks in every function that takes one, and asynchronous natives of every sort.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the scripts are Rhai, not TypeScript

import { describe, expect, it } from "vitest";
import { Engine } from "../../src/runtime/engine.ts";
import { debug } from "../../src/runtime/value/display.ts";
import type { Value } from "../../src/runtime/value/value.ts";
import { after, Bench } from "./support.ts";

/** Each with `?` where the value that the callback waits for stands: without waiting the result must be the same. */
const CALLBACKS: readonly string[] = [
  "[1, 2, 3].map(|x| ?(x * 2))",
  "[1, 2, 3].map(|x, i| ?(x * i))",
  "[1, 2, 3].map(|| ?(this + 1))",
  "[1, 2, 3, 4].filter(|x| ?(x % 2) == 0)",
  "let a = [1, 2, 3]; a.for_each(|i| this = ?(this + i)); a",
  "let a = [1, 2, 3]; a.for_each(|| { this += 1; this = ?(this); }); a",
  "[1, 2, 3].reduce(|sum, x| ?(x) + sum, 10)",
  "[1, 2, 3].reduce_rev(|sum, x| sum * 10 + ?(x), 0)",
  "[1, 2].zip([10, 20], |x, y| ?(x + y))",
  "let a = [1, 2, 3, 4]; [a.drain(|x| ?(x) % 2 == 0), a]",
  "let a = [1, 2, 3, 4]; [a.retain(|x| ?(x) % 2 == 0), a]",
  "let a = [3, 1, 2]; a.sort(|x, y| ?(x) - y); a",
  "let a = [3, 1, 2]; a.sort_by(|x, y| ?(y) - x); a",
  "[3, 1, 2].order_by(|x, y| ?(x) - y)",
  "let a = [1, 1, 2, 3, 3]; a.dedup(|x, y| ?(x) == y); a",
  "[1, 2, 3].some(|x| ?(x) == 2)",
  "[1, 2, 3].all(|x| ?(x) > 1)",
  "[1, 2, 3].find(|x| ?(x) > 1)",
  "[1, 2, 3].find_map(|x| if ?(x) > 1 { x * 10 } else { () })",
  "[1, 2, 3].index_of(|x| ?(x) > 1)",
  "#{a: 1, b: 2}.map(|k, v| ?(v) * 2)",
  "#{a: 1, b: 2}.filter(|k, v| ?(v) > 1)",
  "#{a: 1, b: 2}.filter(|k| ?(this) > 1)",
  "let m = #{a: 1, b: 2}; [m.drain(|k, v| ?(v) > 1), m]",
  "let m = #{a: 1, b: 2}; [m.retain(|k, v| ?(v) > 1), m]",
  "fn twice(x) { ?(x) * 2 } [1, 2].map(twice)",
  'fn twice(x) { ?(x) * 2 } [1, 2].map(Fn("twice"))',
  'fn twice(x) { ?(x) * 2 } [1, 2].map("twice")',
  "[[1, 2], [3]].map(|x| x.map(|y| ?(y) + 1))",
  "let n = 0; [1, 2, 3].for_each(|| n += ?(this)); n",
  "fn f() { let t = 0; for x in [1, 2] { t += [x].map(|y| ?(y))[0]; } t } f()",
];

it.each(CALLBACKS)("%s", async (script) => {
  const plain = debug(new Engine().evalSync(script.replaceAll("?", "")));
  expect(await new Bench().show(script.replaceAll("?", "later"))).toBe(plain);
  expect(await new Bench().show(script.replaceAll("?", "tick"))).toBe(plain);
});

it("knows all functions with callbacks", () => {
  const names = new Set([...new Engine().registry.all()].filter((fn) => fn.callsBack).map((fn) => fn.name));
  const untried = [...names].filter((name) => !CALLBACKS.some((script) => script.includes(`.${name}(`)));
  expect(untried).toEqual(["order"]);
});

it("calls callbacks in order, one at a time", async () => {
  const bench = new Bench();
  await bench.engine.eval("[1, 2, 3].map(|x| { log(`in ${x}`); later(1); log(`out ${x}`); x })");
  expect(bench.log).toEqual(["in 1", "out 1", "in 2", "out 2", "in 3", "out 3"]);
});

it("stores what a callback did to `this` before it failed", async () => {
  const script = (wait: string) =>
    `let a = [1, 2, 3]; try { a.for_each(|| { this *= 10; ${wait}; if this == 20 { throw "stop"; } }); } catch {} a`;
  expect(await new Bench().show(script("later(1)"))).toBe(debug(new Engine().evalSync(script("1"))));
  expect(await new Bench().show(script("later(1)"))).toBe("[10, 20, 3]");
});

it("wraps errors of callbacks as synchronous ones", async () => {
  const bench = new Bench();
  const script = (wait: string) => `fn f(a) {\n a.map(|x| { ${wait}(x); throw "no"; })\n}\nf([1])`;
  const later = (await bench.failure(script("later"))).toString();
  bench.engine.registerFn("noww_", ["dynamic"], (value) => value);
  const now = (await bench.failure(script("noww_"))).toString();
  expect(later.replace(/position \d+/g, "")).toBe(now.replace(/position \d+/g, ""));
});

describe("locks of shared variables", () => {
  it("are held until a method has ended", async () => {
    const error = await new Bench().failure(
      "let a = [1, 2]; let f = || a.len(); a.for_each(|i| { later(1); f.call(); });",
    );
    expect(error.root.kind).toBe("ErrorDataRace");
  });
  it("are let go afterwards, also after an error", async () => {
    const script =
      'let a = [1, 2]; let f = || a.len(); try { a.for_each(|i| { fail("x"); }); } catch {} f.call()';
    expect(await new Bench().show(script)).toBe("2");
  });
});

class Account {
  constructor(public amount: number) {}
}

function bank(): Engine {
  const { engine } = new Bench();
  engine.registerType(Account);
  engine.registerFn("account", ["int"], (amount: number) => new Account(amount));
  engine.registry.register({
    ...engine.registry.resolve("later", [1])!,
    name: "get$amount",
    params: ["Account"],
    convert: undefined,
    call: ((account: { instance: Account }) => after(1, account.instance.amount)) as never,
  });
  engine.registerAsyncFn("set$amount", ["Account", "int"], async (account: Account, amount: number) => {
    await after(1);
    account.amount = amount;
  });
  engine.registerAsyncFn("index$get$", ["Account", "int"], async (account: Account, index: number) => {
    await after(1);
    return account.amount * 100 + index;
  });
  engine.registerAsyncFn(
    "index$set$",
    ["Account", "int", "int"],
    async (account: Account, index: number, value: number) => {
      await after(1);
      account.amount = index + value;
    },
  );
  engine.registerAsyncFn("+", ["Account", "int"], async (account: Account, more: number) => {
    await after(1);
    return account.amount + more;
  });
  engine.registerAsyncFn("pay", ["Account", "int"], async (account: Account, amount: number) => {
    await after(1);
    account.amount += amount;
    return account.amount;
  });
  return engine;
}

const HOST: readonly (readonly [script: string, result: string])[] = [
  ["account(5).amount", "5"],
  ["let a = account(5); a.amount = 7; a.amount", "7"],
  ["let a = account(5); a.amount += 7; a.amount", "12"],
  ["let a = account(5); a[3]", "503"],
  ["let a = account(5); a[3] = 4; a.amount", "7"],
  ["let a = account(5); a[3] += 4; a.amount", "510"],
  ["let a = account(5); a + 3", "8"],
  ["let a = account(5); a.pay(2); a.pay(later(3))", "10"],
  ["let m = #{a: account(5)}; m.a.amount += later(1); m.a.pay(1); m.a.amount", "7"],
  ["let m = [account(5)]; m[0].amount = m[later(0)].amount * 2; m[0].amount", "10"],
  ["let a = account(5); let x = 0; if a.amount == 5 { x = a.amount.later(); } x", "5"],
];

it.each(HOST)("asynchronous members: %s", async (script, result) => {
  expect(debug((await bank().eval(script)) as Value)).toBe(result);
});

class Lines {
  closed = 0;
  constructor(readonly lines: readonly string[]) {}
}

function reader(): { engine: Engine; last: () => Lines } {
  const { engine } = new Bench();
  let last = new Lines([]);
  engine.registerType(Lines);
  engine.registerFn("lines", ["string"], (text: string) => {
    last = new Lines(text.split(" "));
    return last;
  });
  engine.registry.registerAsyncIterator("Lines", async function* ({ instance }: { instance: Lines }) {
    try {
      for (const line of instance.lines) {
        await after(1);
        if (line === "bad") throw new Error("bad line");
        yield line;
      }
    } finally {
      instance.closed++;
    }
  } as never);
  return { engine, last: () => last };
}

const ITERATIONS: readonly (readonly [script: string, result: string])[] = [
  ['let s = ""; for l in lines("a b c") { s += l; } s', '"abc"'],
  ['let s = ""; for (l, i) in lines("a b c") { s += `${i}${l}`; } s', '"0a1b2c"'],
  ['let s = ""; for l in lines("a b c") { if l == "b" { break; } s += later(l); } s', '"a"'],
  ['fn f() { for l in lines("a b c") { if l == "b" { return later(l); } } } f()', '"b"'],
  ['let s = ""; try { for l in lines("a bad c") { s += l; } } catch (e) { s += e; } s', '"abad line"'],
  ['let s = ""; try { for l in lines("a b") { s += l; throw "x"; } } catch (e) { s += e; } s', '"ax"'],
];

it.each(ITERATIONS)("asynchronous iteration: %s", async (script, result) => {
  const { engine, last } = reader();
  expect(debug(await engine.eval(script))).toBe(result);
  expect(last().closed).toBe(1);
});

it("imports modules from an asynchronous resolver, and modules that wait", async () => {
  const bench = new Bench();
  const files: Record<string, string> = {
    m: "export const X = later(5); fn add(a) { later(a) + up(1) } fn plain(a) { a + 1 }",
    bad: "export const X = 1; throw later(3);",
  };
  bench.engine.setModuleResolver({
    isAsync: true,
    resolve: async (path, context) => {
      await after(1);
      return files[path] === undefined ? null : context.loadScript(files[path], path);
    },
  });
  const script = 'import "m" as m; fn up(x) { later(x) + 1 } [m::X, m::add(1), m::plain(2)]';
  expect(await bench.show(script)).toBe("[5, 3, 3]");
  expect((await bench.failure('import "none" as m;')).kind).toBe("ErrorModuleNotFound");
  expect((await bench.failure('import "bad" as m;')).toString()).toMatch(
    /Runtime error: 3.*\nin module 'bad'/s,
  );
  expect(() => bench.engine.evalSync('import "m" as m;')).toThrow(/import \(line 1, position 1\)/);
});

it("refuses synchronously to import a module that waits", () => {
  const bench = new Bench();
  const files: Record<string, string> = { waits: "later(1);", plain: "fn f(x) { x + 1 }" };
  bench.engine.setModuleResolver({ resolve: (path, context) => context.loadScript(files[path], path) });
  expect(bench.engine.evalSync('import "plain" as m; m::f(1)')).toBe(2);
  expect(() => bench.engine.evalSync('import "waits" as m;')).toThrow(/function 'later'/);
});

it("evaluates custom syntax that waits", async () => {
  const bench = new Bench();
  bench.engine.registerCustomSyntax(
    ["wait", "$expr$"],
    async (inputs) => {
      await after(1);
      return inputs[0].evaluate();
    },
    { isAsync: true },
  );
  expect(await bench.show("let x = wait later(3) + 1; x * 2")).toBe("8");
  expect(() => bench.engine.evalSync("wait 1")).toThrow(/custom syntax/);
});
