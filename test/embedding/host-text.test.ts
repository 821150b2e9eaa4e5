// The text of host values in print, interpolation, joining and containers. Outcomes are those of the real Rhai.

import { describe, expect, it } from "vitest";
import { display, Engine } from "../../src/index.ts";

class P {
  constructor(readonly x: number) {}
}

interface Texts {
  readonly engine: Engine;
  readonly printed: string[];
}

function newEngine(register: (engine: Engine) => void = () => {}): Texts {
  const printed: string[] = [];
  const engine = new Engine()
    .onPrint((text) => printed.push(text))
    .onDebug((text) => printed.push(`debug ${text}`))
    .registerType(P)
    .registerFn("p", ["int"], (x: number) => new P(x));
  register(engine);
  return { engine, printed };
}

/** What the script prints, or its result. */
function outcome({ engine, printed }: Texts, script: string): string {
  printed.length = 0;
  const result = engine.evalSync(script);
  return printed.length > 0 ? printed.join(";") : display(result);
}

const withPrint = (engine: Engine) =>
  engine
    .registerFn("print", [P], (p: P) => `print<${p.x}>`, { receiver: "ref" })
    .registerFn("debug", [P], (p: P) => `debug<${p.x}>`, { receiver: "ref" });
const withText = (engine: Engine) =>
  engine
    .registerFn("to_string", [P], (p: P) => `str<${p.x}>`, { receiver: "ref" })
    .registerFn("to_debug", [P], (p: P) => `dbg<${p.x}>`, { receiver: "ref" });

/** Script, and what it gives with `to_string` and `to_debug`, with `print` and `debug` only, with neither. */
const CASES: readonly (readonly [script: string, text: string, print: string, neither: string])[] = [
  ["`${p(1)}`", "str<1>", "P", "P"],
  ["`a ${p(1)} b`", "a str<1> b", "a P b", "a P b"],
  ["print(p(1))", "str<1>", "print<1>", "P"],
  ["debug(p(1))", "debug dbg<1>", "debug debug<1>", "debug P"],
  [`"a" + p(1)`, "astr<1>", "aP", "aP"],
  [`p(1) + "a"`, "str<1>a", "Pa", "Pa"],
  [`let s = "x"; s += p(1); s`, "xstr<1>", "xP", "xP"],
  [`let s = "x"; s.append(p(1)); s`, "xstr<1>", "xP", "xP"],
  ["print([p(1)])", "[dbg<1>]", "[P]", "[P]"],
  ['`${[p(1), "a"]}`', '[dbg<1>, "a"]', '[P, "a"]', '[P, "a"]'],
  ["print(#{ a: p(1) })", '#{"a": dbg<1>}', '#{"a": P}', '#{"a": P}'],
  ["`${#{ a: p(1) }}`", '#{"a": dbg<1>}', '#{"a": P}', '#{"a": P}'],
  ["[p(1)].to_string()", "[dbg<1>]", "[P]", "[P]"],
  [`"" + [p(1)]`, "[dbg<1>]", "[P]", "[P]"],
  ["debug([p(1)])", "debug [dbg<1>]", "debug [P]", "debug [P]"],
  ["p(1).to_string()", "str<1>", "P", "P"],
  ["p(1).to_debug()", "dbg<1>", "P", "P"],
  ["[[p(1)]].to_string()", "[[dbg<1>]]", "[[P]]", "[[P]]"],
  ["let c = p(1); let f = || c; `${c}`", "str<1>", "P", "P"],
  ["let c = p(1); let f = || c; print(c)", "str<1>", "print<1>", "P"],
];

describe("text of host values", () => {
  const text = newEngine(withText);
  const print = newEngine(withPrint);
  const both = newEngine((engine) => withPrint(withText(engine)));
  const neither = newEngine();
  it.each(CASES)("%s", (script, ofText, ofPrint, ofNeither) => {
    expect(outcome(text, script)).toBe(ofText);
    expect(outcome(print, script)).toBe(ofPrint);
    expect(outcome(neither, script)).toBe(ofNeither);
    const prints = /^(?:print|debug)\(p|print\(c\)/.test(script);
    expect(outcome(both, script)).toBe(prints ? ofPrint : ofText);
  });

  it("is the same in asynchronous runs", async () => {
    const { engine } = newEngine(withText);
    engine.registerAsyncFn("later", [], async () => new P(2));
    expect(await engine.eval("`${p(1)} ${later()} ${[later()]}`")).toBe("str<1> str<2> [dbg<2>]");
  });

  it.each([
    [
      () => {
        throw new Error("bad");
      },
      "P",
      "P",
      "[P]",
    ],
    [() => 42, "i64", "i64", "[P]"],
  ])("falls back to the name of the type: %s", (call, ofInterpolation, ofPrint, ofArray) => {
    const texts = newEngine((engine) => engine.registerFn("to_string", [P], call));
    expect(outcome(texts, "`${p(1)}`")).toBe(ofInterpolation);
    expect(outcome(texts, "print(p(1))")).toBe(ofPrint);
    expect(outcome(texts, `"" + p(1)`)).toBe(ofInterpolation);
    expect(outcome(texts, "`${[p(1)]}`")).toBe(ofArray);
  });

  it("does not wait, and leaves no rejection behind, when to_string is asynchronous", async () => {
    const texts = newEngine((engine) =>
      engine.registerAsyncFn("to_string", [P], async () => {
        throw new Error("bad");
      }),
    );
    expect(await texts.engine.eval("`${p(1)}`")).toBe("P");
  });

  it.each([
    "fn to_string(x) { `script` } `${p(1)}`",
    "fn to_string() { `script` } `${p(1)}`",
    "fn P.to_string() { `method` } `${p(1)}`",
    `fn to_string(x) { "script" } "" + p(1)`,
    `fn to_string(x) { "script" } print(p(1))`,
  ])("comes from native functions only: %s", (script) => {
    expect(outcome(newEngine(), script)).toBe("P");
  });
});

describe("text of built-in types", () => {
  const texts = newEngine((engine) =>
    engine
      .registerFn("to_string", ["int"], (x: number) => `<${x}>`)
      .registerFn("to_string", ["bool"], (x: boolean) => `<${x}>`),
  );
  it.each([
    ["`${1} ${true}`", "1 true"],
    ["let x = 1; `${x}`", "<1>"],
    ["print(1)", "<1>"],
    ["[1].to_string()", "[1]"],
    [`"" + 1`, "<1>"],
    ["let x = 1; let y = true; `${x} ${y} ${[x]}`", "<1> <true> [1]"],
  ])("may be replaced: %s", (script, expected) => {
    expect(outcome(texts, script)).toBe(expected);
  });

  it("may be replaced inside of arrays and maps", () => {
    const debug = newEngine((engine) => engine.registerFn("to_debug", ["int"], (x: number) => `{${x}}`));
    expect(outcome(debug, "let x = 1; `${x} ${[x, [2]]} ${#{ a: x }}`")).toBe('1 [{1}, [{2}]] #{"a": {1}}');
  });
});
