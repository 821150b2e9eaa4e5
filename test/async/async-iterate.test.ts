// `for` over instances of host types that are async iterables: `asyncIterate` of `defineType`.

import { describe, expect, it } from "vitest";
import { Engine, EvalError, MayAwaitError } from "../../src/index.ts";

class Feed {
  constructor(readonly count: number) {}
}

/** An engine whose `feed(n)` is iterated by this; `ended` counts iterators that were closed. */
function withFeed(iterate: (feed: Feed) => AsyncIterable<unknown>): Engine {
  return new Engine().defineType({
    name: "Feed",
    class: Feed,
    constructors: { feed: { params: ["int"], call: (count: number) => new Feed(count) } },
    asyncIterate: iterate,
  });
}

function counting(): { readonly engine: Engine; readonly ended: number[] } {
  const ended: number[] = [];
  const engine = withFeed(async function* ({ count }) {
    try {
      for (let i = 1; i <= count; i++) yield await Promise.resolve(i);
    } finally {
      ended.push(count);
    }
  });
  return { engine, ended };
}

describe("asyncIterate", () => {
  it.each([
    ["let s = 0; for x in feed(3) { s += x } s", 6, [3]],
    ["let s = 0; for (x, i) in feed(3) { s += x * i } s", 8, [3]],
    ["for x in feed(3) { if x == 2 { break x * 21 } }", 42, [3]],
    ["fn f() { for x in feed(3) { return x } } f()", 1, [3]],
    ["let s = 0; for x in feed(4) { if x % 2 == 0 { continue } s += x } s", 4, [4]],
    ["let s = 0; for x in feed(2) { for y in feed(3) { s += x * y } } s", 18, [3, 3, 2]],
    ["[1, 2].map(|n| { let s = 0; for x in feed(n) { s += x } s }).reduce(|a, b| a + b, 0)", 4, [1, 2]],
    ["let s = 0; try { for x in feed(3) { s += x; throw 1 } } catch { s += 41 } s", 42, [3]],
    ["for x in feed(0) {} 42", 42, [0]],
    [`eval("let s = 0; for x in feed(2) { s += x } s")`, 3, [2]],
  ])("%s", async (script, expected, closed) => {
    const { engine, ended } = counting();
    expect(await engine.eval(script)).toBe(expected);
    expect(ended).toEqual(closed);
  });

  it("is refused by synchronous runs before they begin", () => {
    const { engine, ended } = counting();
    expect(() => engine.evalSync("for x in feed(1) {}")).toThrow(MayAwaitError);
    expect(engine.evalSync("feed(1); 42")).toBe(42);
    expect(ended).toEqual([]);
  });

  const never = new Promise<never>(() => {});
  interface Failure {
    readonly name: string;
    readonly iterate: (feed: Feed) => unknown;
    readonly message: string;
  }
  const FAILURES: readonly Failure[] = [
    {
      name: "an iterator that rejects",
      iterate: async function* () {
        yield 1;
        throw new Error("offline");
      },
      message: "Runtime error: offline",
    },
    {
      name: "a function that throws",
      iterate: () => {
        throw new Error("closed");
      },
      message: "Runtime error: closed",
    },
    { name: "what is no iterable", iterate: () => 42, message: "Runtime error: " },
    {
      name: "items that scripts cannot have",
      iterate: async function* () {
        yield Symbol("s");
      },
      message: "Runtime error: a symbol cannot be converted to a script value",
    },
    {
      name: "an iterator that yields no result",
      iterate: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => null }) }),
      message: "Runtime error: ",
    },
    {
      name: "an iterator that rejects with nothing",
      iterate: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(undefined) }) }),
      message: "Runtime error: ",
    },
  ];
  it.each(FAILURES)("tells of $name", async ({ iterate, message }) => {
    const engine = withFeed(iterate as (feed: Feed) => AsyncIterable<unknown>);
    const error = await engine.eval("for x in feed(1) {}").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EvalError);
    expect((error as EvalError).message).toContain(message);
    expect(await engine.eval("let t = (); try { for x in feed(1) {} } catch { t = 42 } t")).toBe(42);
  });

  it.each([{ deadline: 20 }, { signal: () => AbortSignal.timeout(20) }])(
    "ends with the run: %j",
    async (how) => {
      const { signal, deadline } = how as { signal?: () => AbortSignal; deadline?: number };
      const engine = withFeed(() => ({ [Symbol.asyncIterator]: () => ({ next: () => never }) }));
      const run = engine.eval("for x in feed(1) {}", { deadline, signal: signal?.() });
      await expect(run).rejects.toThrow("Script terminated");
      expect(await engine.eval("40 + 2")).toBe(42);
    },
  );
});
