// Bad input from JS: values that scripts cannot have, and results of the wrong kind.

import { afterEach, describe, expect, it } from "vitest";
import {
  ConversionError,
  Engine,
  EvalError,
  FnPtr,
  type HostContext,
  Module,
  RhaiArray,
  Scope,
  UnexpectedPromiseError,
  valueToJs,
} from "../../src/index.ts";
import {
  errorOf,
  hostileProxy,
  Known,
  rejectionOf,
  revokedProxy,
  stillWorks,
  THEN,
  thenable,
  wrong,
} from "./hostile.ts";

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

function manyTimes(): unknown {
  let value: unknown = [1];
  for (let i = 0; i < 40; i++) value = [value, value];
  return value;
}

const cyclicArray: unknown[] = [1];
cyclicArray.push(cyclicArray);
const cyclicObject: Record<string, unknown> = {};
cyclicObject.inner = { outer: cyclicObject };

/** JS values that scripts cannot have, and what the error says. */
const UNCONVERTIBLE: readonly (readonly [name: string, make: () => unknown, message: string])[] = [
  ["a function", () => () => 1, "a function cannot be converted to a script value (at $)"],
  ["a class", () => Known, "a function cannot be converted to a script value (at $)"],
  ["a symbol", () => Symbol("s"), "a symbol cannot be converted to a script value (at $)"],
  ["a large bigint", () => 2n ** 64n, "bigint 18446744073709551616 does not fit into 64 bits (at $)"],
  [
    "an unknown class",
    () => new URL("http://localhost/"),
    "an object of class URL cannot be converted; register the class as a type (at $)",
  ],
  ["an anonymous class", () => new (class {})(), "cannot be converted; register the class as a type (at $)"],
  ["a cyclic array", () => cyclicArray, "data refers to itself (at $[1])"],
  ["a cyclic object", () => cyclicObject, "data refers to itself (at $.inner.outer)"],
  ["deep data", () => nested(5000), "data is nested deeper than 1000 levels"],
  ["a sparse array", () => new Array(2 ** 31), "an array of 2147483648 elements is too long (at $)"],
  [
    "a function inside",
    () => ({ a: [1, { b: () => 1 }] }),
    "a function cannot be converted to a script value (at $.a[1].b)",
  ],
  ["an invalid date", () => new Date("never"), "an invalid Date cannot be converted (at $)"],
  ["a map with other keys", () => new Map([[{}, 1]]), "a map key of type object is no string (at $)"],
  ["a set", () => new Set([1]), "an object of class Set cannot be converted"],
  ["a weak map", () => new WeakMap(), "an object of class WeakMap cannot be converted"],
  ["a regular expression", () => /x/, "an object of class RegExp cannot be converted"],
  ["an error", () => new Error("x"), "an object of class Error cannot be converted"],
  ["a proxy that throws", () => hostileProxy(), "the value cannot be read: trapped (at $)"],
  ["an array behind such a proxy", () => hostileProxy([1]), "the value cannot be read: trapped (at $)"],
  ["a revoked proxy", () => revokedProxy(), "the value cannot be read: "],
  ["a revoked array", () => [revokedProxy([])], "the value cannot be read: "],
  ["a map behind a proxy", () => new Proxy(new Map(), {}), "the value cannot be read: "],
  ["a date behind a proxy", () => new Proxy(new Date(), {}), "the value cannot be read: "],
  [
    "a getter that throws",
    () => ({
      ok: 1,
      get a() {
        throw new Error("trapped");
      },
    }),
    "the value cannot be read: trapped (at $.a)",
  ],
  [
    "a getter that throws nothing",
    () => ({
      get a() {
        throw undefined;
      },
    }),
    "the value cannot be read: undefined (at $.a)",
  ],
  [
    "a constructor that throws",
    () =>
      Object.create(
        Object.defineProperty({}, "constructor", {
          get() {
            throw new Error("trapped");
          },
        }),
      ),
    "the value cannot be read: trapped (at $)",
  ],
];

describe("values that cannot be converted", () => {
  const atDollar = (message: string, root: string) => message.replace("(at $", `(at ${root}`);

  describe.each(UNCONVERTIBLE)("%s", (name, make, message) => {
    it("is refused by Engine.toValue, Module.setVar and callFn", () => {
      const engine = new Engine();
      const error = errorOf(() => engine.toValue(make()));
      expect(error).toBeInstanceOf(ConversionError);
      expect((error as Error).message).toContain(message);
      expect(errorOf(() => new Module().setVar("x", make()))).toBeInstanceOf(ConversionError);
      const script = engine.compile("fn f(x) { x }");
      const argument = errorOf(() => engine.callFnSync(new Scope(), script, "f", [make()])) as Error;
      expect(argument).toBeInstanceOf(ConversionError);
      expect(argument.message).toContain(atDollar(message, "arguments[0]"));
      stillWorks(engine);
    });

    it.each([
      ["a function", "f()", (e: Engine) => e.registerFn("f", [], make)],
      ["a getter", "known().p", (e: Engine) => e.registerGet("p", Known, make)],
      [
        "an item",
        "for x in known() {}",
        (e: Engine) =>
          e.registerIterator(Known, function* () {
            yield make();
          }),
      ],
      ["custom syntax", "broken 1", (e: Engine) => e.registerCustomSyntax(["broken", "$expr$"], make)],
      [
        "a pointer",
        "F.call()",
        (e: Engine) => e.registerGlobalModule(new Module().setVar("F", FnPtr.fromFn("f", make))),
      ],
    ] as const)("as the result of %s", (_place, script, register) => {
      const engine = new Engine().registerType(Known).registerFn("known", [], () => new Known());
      register(engine);
      const error = errorOf(() => engine.evalSync(script)) as EvalError;
      expect(error).toBeInstanceOf(EvalError);
      expect(error.kind).toBe("ErrorRuntime");
      expect(error.message).toContain(message);
      expect(error.cause).toBeInstanceOf(ConversionError);
      expect(error.position).not.toBe(0);
      expect(engine.evalSync(`let n = 0; try { ${script} } catch { n = 1 } n`)).toBe(1);
      stillWorks(engine);
    });

    it("as the result of an asynchronous function, or an argument of a callback", async () => {
      const engine = new Engine();
      engine.registerAsyncFn("f", [], async () => make());
      engine.registerFn("g", ["Fn"], (context: HostContext, f: FnPtr) => context.call(f, make()), {
        context: true,
      });
      for (const script of ["1 + f()", "g(|x| x)"]) {
        const error = (await rejectionOf(() => engine.eval(script))) as EvalError;
        expect(error).toBeInstanceOf(EvalError);
        expect(error.root.kind).toBe("ErrorRuntime");
        // A proxy as the result of an async function fails when JS looks for its `then`.
        expect(error.root.cause).toBeInstanceOf(/proxy/.test(name) ? Error : ConversionError);
      }
      expect(await engine.eval("let n = 0; try { f() } catch { n = 1 } n")).toBe(1);
      stillWorks(engine);
    });
  });

  it("that name themselves many times are refused, instead of filling the memory", () => {
    const error = errorOf(() => new Engine().toValue(manyTimes())) as Error;
    expect(error).toBeInstanceOf(ConversionError);
    expect(error.message).toContain("data has more than 2097152 arrays and objects");
  });

  it("go from scripts to hosts only within limits", () => {
    const engine = new Engine();
    const deep = engine.evalSync("let a = [1]; for i in 0..5000 { a = [a]; } a");
    expect(errorOf(() => engine.toJs(deep))).toBeInstanceOf(ConversionError);
    expect(errorOf(() => valueToJs(deep))).toBeInstanceOf(ConversionError);
    const wide = engine.evalSync("let a = [1]; for i in 0..40 { a = [a, a]; } a");
    expect((errorOf(() => engine.toJs(wide)) as Error).message).toContain(
      "data has more than 2097152 arrays and objects",
    );
    let calls = 0;
    engine.registerFn("take", ["array"], () => {
      calls++;
    });
    for (const script of [
      "let a = [1]; for i in 0..5000 { a = [a]; } take(a)",
      "let a = [1]; for i in 0..40 { a = [a, a]; } take(a)",
    ]) {
      const error = errorOf(() => engine.evalSync(script)) as EvalError;
      expect(error).toBeInstanceOf(EvalError);
      expect(error.cause).toBeInstanceOf(ConversionError);
    }
    expect(calls).toBe(0);
    stillWorks(engine);
  });

  it("keep hostile keys harmless", () => {
    const engine = new Engine();
    const given: unknown[] = [];
    engine.registerFn("take", ["map"], (map: object) => {
      given.push(map);
    });
    engine.runSync(`take(#{ "__proto__": #{ polluted: true }, "constructor": 1, "toString": 2 })`);
    const [object] = given as [Record<string, unknown>];
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBe(undefined);
    expect(Object.keys(object)).toEqual(["__proto__", "constructor", "toString"]);
    expect(engine.evalSync(`let m = #{}; m["__proto__"]`)).toBe(undefined);
    expect(valueToJs(engine.toValue(JSON.parse('{"__proto__": {"a": 1}}')))).toEqual(
      JSON.parse('{"__proto__": {"a": 1}}'),
    );
  });
});

describe("results of the wrong kind", () => {
  const engine = new Engine().registerType(Known).registerFn("known", [], () => new Known());
  const simple = thenable((resolve) => resolve(1));

  it("promises of functions that are not asynchronous", async () => {
    const e = new Engine().registerFn("f", [], () => Promise.reject(new Error("late")));
    for (const script of ["f()", "[1].map(|x| f())", "try { f() } catch { 1 }"]) {
      const error = errorOf(() => e.evalSync(script)) as EvalError;
      expect(error.root).toBeInstanceOf(UnexpectedPromiseError);
    }
    expect(await rejectionOf(() => e.eval("f()"))).toBeInstanceOf(UnexpectedPromiseError);
    stillWorks(e);
  });

  it.each([
    ["a thenable", () => simple],
    ["a thenable with more", () => ({ ...simple, x: 1 })],
  ])("%s is an object with a function for functions that are not asynchronous", (_name, make) => {
    const e = new Engine().registerFn("f", [], make);
    expect(() => e.evalSync("f()")).toThrow("a function cannot be converted to a script value (at $.then)");
    stillWorks(e);
  });

  const twice = thenable((resolve) => {
    resolve(1);
    resolve(2);
  });
  const late = thenable((resolve) => {
    resolve(1);
    throw new Error("late");
  });
  it.each([
    ["a value", () => 7, 7],
    ["a thenable", () => simple, 1],
    ["a thenable that settles twice", () => twice, 1],
    ["a thenable that throws after settling", () => late, 1],
  ])("%s from an asynchronous function", async (_name, make, expected) => {
    const e = new Engine().registerAsyncFn("f", [], make);
    expect(await e.eval("f()")).toBe(expected);
    expect(await e.eval("let sum = 0; for i in 0..3 { sum += f() } sum")).toBe(expected * 3);
  });

  const broken = () => {
    throw new Error("broken");
  };
  it.each([
    ["throws", () => thenable(broken)],
    ["has a getter that throws", () => Object.defineProperty({}, THEN, { get: broken })],
    ["rejects", () => thenable((_resolve, reject) => reject(new Error("broken")))],
  ])("a thenable that %s", async (_name, make) => {
    const e = new Engine().registerAsyncFn("f", [], make);
    const error = (await rejectionOf(() => e.eval("1 + f()"))) as EvalError;
    expect(error).toBeInstanceOf(EvalError);
    expect(error.kind).toBe("ErrorRuntime");
    expect(error.message).toContain("broken");
    stillWorks(e);
  });

  it.each([
    ["nothing", () => undefined],
    ["a number", () => 7],
    ["an object", () => ({})],
    ["an iterator that is broken", () => ({ [Symbol.iterator]: () => ({}) })],
    ["an iterator without results", () => ({ [Symbol.iterator]: () => ({ next: () => 7 }) })],
    ["a proxy that throws", () => hostileProxy()],
  ])("%s from an iterator", (_name, make) => {
    const e = new Engine().registerType(Known).registerFn("known", [], () => new Known());
    e.registerIterator(Known, make as () => Iterable<unknown>);
    const error = errorOf(() => e.evalSync("for x in known() { }"));
    expect(error).toBeInstanceOf(EvalError);
    expect(["ErrorRuntime", "ErrorTerminated"]).toContain((error as EvalError).kind);
    stillWorks(e);
  });

  it.each([
    ["undefined", () => undefined, "Module not found: m"],
    ["an object", () => ({}), "the module resolver returned something for 'm' that is no Module"],
    ["a text", () => "fn f() {}", "the module resolver returned something for 'm' that is no Module"],
    ["a promise", () => Promise.resolve(new Module()), "function 'import' returned a promise"],
  ])("%s from a module resolver", (_name, resolve, message) => {
    const e = new Engine().setModuleResolver({ resolve: wrong(resolve) });
    expect(() => e.evalSync(`import "m" as m;`)).toThrow(message);
    stillWorks(e);
  });

  it("text that is no text from print and to_string", () => {
    const e = new Engine().registerFn("print", ["bool"], () => 7);
    expect(() => e.evalSync("print(true)")).toThrow("Output type incorrect: i64 (expecting string)");
    stillWorks(e);
  });

  it("a result of onProgress that cannot be converted", () => {
    const e = new Engine().onProgress(wrong(async () => 1));
    const error = errorOf(() => e.evalSync("let x = 1; x")) as EvalError;
    expect(error.kind).toBe("ErrorTerminated");
    expect(error.cause).toBeInstanceOf(ConversionError);
  });

  afterEach(() => stillWorks(engine));
});

describe("hostile instances of registered classes", () => {
  it("are handed around without being looked at", () => {
    const engine = new Engine().registerType(Known);
    const hostile = new Proxy(new Known(), {
      get() {
        throw new Error("trapped");
      },
    });
    engine.registerFn("hostile", [], () => hostile);
    engine.registerFn("take", [Known], () => 42);
    engine.registerGet("x", Known, (known: Known) => known.x);
    expect(engine.evalSync("take(hostile())")).toBe(42);
    expect(engine.evalSync("let a = [hostile()]; take(a[0])")).toBe(42);
    expect(() => engine.evalSync("hostile().x")).toThrow(
      "Runtime error: trapped (line 1, position 11)".slice(0, 22),
    );
    expect(engine.toJs(engine.evalSync("hostile()"))).toBe(hostile);
    stillWorks(engine);
  });

  it("in arrays that scripts change", () => {
    const engine = new Engine();
    const array = new RhaiArray([1]);
    const scope = new Scope().push("a", array);
    engine.registerFn(
      "spoil",
      ["array"],
      (items: RhaiArray) => {
        items.write().push(wrong(() => 1));
      },
      { receiver: "mut" },
    );
    expect(() => engine.evalSync("a.spoil(); a.len()", scope)).not.toThrow();
    stillWorks(engine);
  });
});
