// Single calls from the host: callFn, callFnPtr, evalFnCall, evalBinaryOp. Where Rust has the same method, outcomes are its own.

import { describe, expect, it } from "vitest";
import {
  type CallFnOptions,
  debug,
  display,
  Engine,
  EvalError,
  Float,
  FnPtr,
  type HostContext,
  jsToValue,
  MayAwaitError,
  Module,
  Ref,
  RhaiArray,
  Scope,
  StaticModuleResolver,
  type Value,
} from "../../src/index.ts";

/** The result, or the error's text. */
async function outcome(work: () => Value | Promise<Value>): Promise<string> {
  try {
    return debug(await work());
  } catch (error) {
    return String(error);
  }
}

function shown(scope: Scope): string {
  return [...scope].map(([name, , value]) => `${name}=${display(value)}`).join(" ");
}

interface CallCase {
  readonly script: string;
  readonly name?: string;
  readonly args?: readonly unknown[];
  readonly options?: CallFnOptions;
  readonly is: string;
  /** The scope afterwards, which begins with `h=100`. */
  readonly scope?: string;
}

const keep = { rewindScope: false };
const everywhere = { inAllNamespaces: true };

const CALLS: readonly CallCase[] = [
  {
    script: "let n = 5; fn f(x) { x + n }",
    is: "Variable not found: n (line 1, position 26)",
  },
  { script: "let n = 5; fn f(x) { x + n }", options: keep, is: "6", scope: "h=100 n=5" },
  { script: "const n = 5; fn f(x) { x + global::n }", is: "6" },
  { script: "fn f(x) { x + h }", is: "101" },
  {
    script: "h = 7; let n = 5; fn f(x) { h += 1; let q = 3; x + h }",
    options: keep,
    is: "9",
    scope: "h=8 n=5 q=3",
  },
  { script: "h = 7; fn f(x) { h += x; h }", is: "8", scope: "h=8" },
  { script: "h = 7; fn f(x) { h += x; h }", options: { evalAst: false }, is: "101", scope: "h=101" },
  { script: "fn f(x) { throw 1 }", is: "Runtime error: 1 (line 1, position 11)" },
  {
    script: "fn g() { throw 1 } fn f(x) { g() }",
    is: "Runtime error: 1 (line 1, position 10)\nin call to function 'g' (line 1, position 30)",
  },
  {
    script: "fn f(x) { if x == 0 { throw 1 } f(x - 1) }",
    is: "Runtime error: 1 (line 1, position 23)\nin call to function 'f' (line 1, position 33)",
  },
  { script: "fn f(x) { x }", args: [], is: "Function not found: f" },
  { script: "fn f(x) { x }", name: "g", args: [1, "a"], is: "Function not found: g" },
  { script: "fn f(x) { x }", name: "len", args: ["abc"], is: "Function not found: len" },
  { script: "fn f(x) { x }", name: "len", args: ["abc"], options: everywhere, is: "3" },
  { script: "fn f(x) { x }", args: ["abc"], options: everywhere, is: '"abc"' },
  {
    script: "fn f(x) { x }",
    name: "nope",
    options: everywhere,
    is: "Function not found: nope (i64)",
  },
  { script: "fn f(x) { exit(x) }", args: ["abc"], is: '"abc"' },
  { script: "exit(3); fn f(x) { x }", args: ["abc"], is: '"abc"' },
  { script: "return 3; fn f(x) { x }", args: ["abc"], is: '"abc"' },
  { script: "throw 9; fn f(x) { x }", is: "Runtime error: 9 (line 1, position 1)" },
  { script: "throw 9; fn f(x) { x }", options: { evalAst: false }, is: "1" },
  { script: "fn i64.f(x) { this + x }", is: "'this' not bound (line 1, position 15)" },
  {
    script: 'import "nope" as x; fn f(x) { 1 }',
    is: "Module not found: nope (line 1, position 8)",
  },
  { script: 'import "shapes" as s; fn f(x) { s::SIDES + x }', is: "5" },
  { script: 'import "shapes" as s; fn f(x) { s::SIDES + x }', options: keep, is: "5" },
  {
    script: 'fn f(x) { x = 8; let y = 3; eval("let w = 1"); y }',
    options: keep,
    is: "3",
    scope: "h=100 y=3 w=1",
  },
  { script: "private fn f(x) { x }", is: "1" },
  { script: "fn f(x) {}", is: "()" },
  { script: "fn f(x) { return x + 1; 7 }", is: "2" },
  { script: "fn f(x) { return x + 1; 7 }", options: keep, is: "2" },
  { script: "fn f(x) { { let g = || x + 1; g.call() } }", options: keep, is: "2" },
];

describe("callFn", () => {
  const engine = new Engine();
  engine.setModuleResolver(new StaticModuleResolver().insert("shapes", new Module().setVar("SIDES", 4)));
  const waiting = new Engine().registerAsyncFn("later", ["dynamic"], async (x: unknown) => x);
  waiting.setModuleResolver(engine.moduleResolver);

  it.each(CALLS)("$script -> $name($args) $options", async (call) => {
    const { script, name = "f", args = [1], options = {}, is: expected, scope: left } = call;
    const ways: ((scope: Scope) => Value | Promise<Value>)[] = [
      (scope) => engine.callFnSync(scope, engine.compile(script), name, args, options),
      (scope) => engine.callFn(scope, engine.compile(script), name, args, options),
      // With an asynchronous function around, so that the asynchronous closures are linked.
      (scope) =>
        waiting.callFn(scope, waiting.compile(`${script} fn other() { later(1) }`), name, args, options),
    ];
    for (const way of ways) {
      const scope = new Scope().push("h", 100);
      expect(await outcome(() => way(scope))).toBe(expected);
      expect(shown(scope)).toBe(left ?? "h=100".replace("100", /^h = 7/.test(script) ? "7" : "100"));
    }
  });

  it("binds this, and writes it back", async () => {
    for (const options of [{}, { rewindScope: false }]) {
      const self = new Ref<Value>(41);
      const ast = engine.compile("fn i64.f(x) { this += x; this }  fn g(x) { this += x; this }");
      expect(engine.callFnSync(new Scope(), ast, "f", [1], { ...options, this: self })).toBe(42);
      expect(self.value).toBe(42);
      expect(await engine.callFn(new Scope(), ast, "g", [1], { ...options, this: self })).toBe(43);
      expect(self.value).toBe(43);
    }
    const text = new Ref<Value>("abc");
    expect(
      engine.callFnSync(new Scope(), engine.compile(""), "pad", [5, "x"], {
        this: text,
        inAllNamespaces: true,
      }),
    ).toBe(undefined);
    expect(text.value).toBe("abcxx");
  });

  it("waits in statements and function alike, in both forms", async () => {
    const script = waiting.compile(
      "let a = later(1); let b = a + later(2); fn f(x) { let c = later(x); c + h }",
    );
    for (const options of [{}, keep]) {
      const scope = new Scope().push("h", 100);
      expect(await waiting.callFn(scope, script, "f", [5], options)).toBe(105);
      expect(shown(scope)).toBe(options === keep ? "h=100 a=1 b=3 c=5" : "h=100");
    }
    expect(() => waiting.callFnSync(new Scope(), script, "f", [5])).toThrow(MayAwaitError);
    expect(() => waiting.callFnSync(new Scope(), script, "f", [5], { evalAst: false })).toThrow(
      MayAwaitError,
    );
    const pure = waiting.compile("let a = later(1); fn f(x) { x }");
    expect(waiting.callFnSync(new Scope(), pure, "f", [5], { evalAst: false })).toBe(5);
  });

  it("ends at its deadline, statements and function together", async () => {
    const script = engine.compile("fn f(x) { loop {} }");
    await expect(engine.callFn(new Scope(), script, "f", [1], { deadline: 20 })).rejects.toThrow(
      "Script terminated",
    );
    const forever = waiting.compile("let a = later(1); fn f(x) { later(2); loop { later(3); } }");
    await expect(waiting.callFn(new Scope(), forever, "f", [1], { deadline: 20 })).rejects.toThrow(
      "Script terminated",
    );
  });

  it("counts the operations of statements and function together", () => {
    const script = engine.compile(
      "let n = 0; for i in 0..100 { n += 1; } fn f(x) { for i in 0..100 { x += 1; } x }",
    );
    const limits = (maxOperations: number) => ({ limits: { maxOperations } });
    expect(engine.callFnSync(new Scope(), script, "f", [1], limits(2000))).toBe(101);
    expect(() => engine.callFnSync(new Scope(), script, "f", [1], limits(400))).toThrow(
      "Too many operations",
    );
    expect(engine.callFnSync(new Scope(), script, "f", [1], { ...limits(400), evalAst: false })).toBe(101);
  });

  it("converts arguments, instances of registered classes too", () => {
    class Point {
      constructor(readonly x: number) {}
    }
    const own = new Engine().registerType(Point).registerGet("x", Point, (p: Point) => p.x);
    const script = own.compile("fn f(a, b, c, d) { `${a} ${b.list[1]} ${c.x} ${d}` }");
    const args = [1.5, { list: [1, 2] }, new Point(3), null];
    expect(own.callFnSync(new Scope(), script, "f", args)).toBe("1.5 2 3 ");
  });

  it.each([
    [[() => 1], "a function cannot be converted to a script value (at arguments[0])"],
    [[1, { a: [Symbol("s")] }], "a symbol cannot be converted to a script value (at arguments[1].a[0])"],
    [[2n ** 64n], "bigint 18446744073709551616 does not fit into 64 bits (at arguments[0])"],
    [[new Map([[1, 2]])], "a map key of type number is no string (at arguments[0])"],
    ["ab", "expected the arguments as an array, got string"],
    [undefined, "expected the arguments as an array, got undefined"],
  ])("says what is wrong with arguments %#, before anything runs", (args, message) => {
    const scope = new Scope().push("h", 1);
    const script = engine.compile("h = 2; fn f(x) { x }");
    expect(() => engine.callFnSync(scope, script, "f", args as never)).toThrow(message);
    expect(scope.get("h")).toBe(1);
    expect(engine.callFnSync(scope, script, "f", [7])).toBe(7);
  });
});

describe("callFnPtr", () => {
  const engine = new Engine().registerFn("twice", ["int"], (x: number) => x * 2);
  const ast = engine.compile("fn add(a, b) { a + b }  fn thisy(a) { this += a; this }  fn bad() { throw 7 }");
  const closure = engine.evalSync("let k = 5; |x| x + k") as FnPtr;

  it.each([
    [closure, [3], "8"],
    [closure, [3, 4], "Function not found: "],
    [new FnPtr("twice"), [3], "6"],
    [new FnPtr("twice"), ["a"], "Function not found: twice (&str | ImmutableString | String)"],
    [new FnPtr("add"), [3, 4], "7"],
    [new FnPtr("add").withCurry([10]), [3], "13"],
    [new FnPtr("missing"), [3], "Function not found: missing (i64)"],
    [new FnPtr("bad"), [], "Runtime error: 7 (line 1, position 69)\nin call to function 'bad'"],
    [new FnPtr("len"), [[1, 2, 3]], "3"],
  ] as const)("case %#", async (pointer, args, expected) => {
    expect(await outcome(() => engine.callFnPtrSync(pointer, args, { ast }))).toContain(expected);
    expect(await outcome(() => engine.callFnPtr(pointer, args, { ast }))).toContain(expected);
    expect(await outcome(() => pointer.callSync(engine, args, { ast }))).toContain(expected);
    expect(await outcome(() => pointer.call(engine, args, { ast }))).toContain(expected);
  });

  it("needs the script for pointers by name, not for closures", async () => {
    expect(engine.callFnPtrSync(closure, [3])).toBe(8);
    expect(() => engine.callFnPtrSync(new FnPtr("add"), [3, 4])).toThrow(
      "Function not found: add (i64, i64)",
    );
  });

  it("binds this", async () => {
    const self = new Ref<Value>(1);
    expect(engine.callFnPtrSync(new FnPtr("thisy"), [3], { ast, this: self })).toBe(4);
    expect(self.value).toBe(4);
    const list = new Ref<Value>(new RhaiArray([1]));
    await engine.callFnPtr(new FnPtr("push"), [2], { this: list });
    expect(display(list.value)).toBe("[1, 2]");
  });

  it("waits, and refuses to when it cannot", async () => {
    const waiting = new Engine().registerAsyncFn("later", ["int"], async (x: number) => x + 1);
    const pointer = (await waiting.eval("let k = 5; |x| later(x) + k")) as FnPtr;
    expect(await waiting.callFnPtr(pointer, [1])).toBe(7);
    expect(() => waiting.callFnPtrSync(pointer, [1])).toThrow(MayAwaitError);
    expect(() => waiting.callFnPtrSync(new FnPtr("later"), [1])).toThrow(MayAwaitError);
    const named = { ast: waiting.compile("fn f(x) { later(x) }  fn g(x) { x }") };
    expect(await waiting.callFnPtr(new FnPtr("f"), [1], named)).toBe(2);
    expect(() => waiting.callFnPtrSync(new FnPtr("f"), [1], named)).toThrow(MayAwaitError);
    expect(waiting.callFnPtrSync(new FnPtr("g"), [1], named)).toBe(1);
    const forever = waiting.evalSync("|| loop {}") as FnPtr;
    await expect(waiting.callFnPtr(forever, [], { deadline: 10 })).rejects.toThrow("Script terminated");
  });

  it("says what is wrong with its arguments", () => {
    expect(() => engine.callFnPtrSync("add" as never, [1])).toThrow(TypeError);
    expect(() => engine.callFnPtrSync(closure, [() => 1])).toThrow("(at arguments[0])");
    expect(() => engine.callFnPtrSync(closure, [1], { this: 5 as never })).toThrow("must be a Ref");
    expect(() => engine.callFnPtrSync(closure, [1], { ast: "fn f() {}" as never })).toThrow(
      "engine.compile()",
    );
  });
});

describe("FnPtr.fromFn", () => {
  const engine = new Engine();
  const pointer = FnPtr.fromFn("magic", (context: HostContext, ...args: unknown[]) => {
    return `${context.fnName}:${JSON.stringify(args)}`;
  });
  const scope = () => new Scope().push("n", pointer);

  it.each([
    ["n.call(1, 2)", "magic:[1,2]"],
    ["n.call()", "magic:[]"],
    ["call(n, 3)", "magic:[3]"],
    ["curry(n, 5).call(6)", "magic:[5,6]"],
    ["n.curry(1).call(2)", "magic:[1,2]"],
    ["let o = 9; o.call(n, 1)", "magic:[9,1]"],
    ["let o = 9; o.call(n.curry(5), 1)", "magic:[9,5,1]"],
    ['let m = #{ a: 1, f: n }; m.remove("a"); let k = #{ x: 1 }; k.f = n; k.f.call(4)', "magic:[4]"],
    ["[7, 8].map(n).to_string()", '["magic:[7]", "magic:[8]"]'],
    ["[1, 2].map(n.curry(1)).to_string()", '["magic:[1,1]", "magic:[1,2]"]'],
    ["[1, 2].reduce(n, 0)", 'magic:[2,"magic:[1,0]"]'],
    ["[1].filter(n).len().to_string()", "0"],
    ["fn zz(p) { p.call(1) } zz(n)", "magic:[1]"],
    ["let f = |x| n.call(x); f.call(1)", "magic:[1]"],
    ["n.name", "magic"],
    ["n.is_anonymous.to_string()", "false"],
    ["type_of(n)", "Fn"],
    ["`${n}`", "Fn(magic)"],
    ["let a = [n]; a[0].call(1)", "magic:[1]"],
    ["const F = n; F.call(2)", "magic:[2]"],
  ])("%s", async (script, expected) => {
    expect(engine.evalSync(script, scope())).toBe(expected);
    expect(await engine.eval(script, { scope: scope() })).toBe(expected);
  });

  it("is called by maps with the map first", () => {
    const other = FnPtr.fromFn(
      "f",
      (_: HostContext, self: object, x: number) => Object.keys(self).length + x,
    );
    const text = "let m = #{ a: 1, f: n }; m.f(40)";
    expect(engine.evalSync(text, new Scope().push("n", other))).toBe(42);
  });

  it("keeps its function as a constant of the scope, at every level of optimisation", () => {
    for (const level of ["none", "simple", "full"] as const) {
      const own = new Engine().setOptimizationLevel(level);
      const constants = new Scope().pushConstant("N", pointer);
      const ast = own.compile("N.call(1) + [2].map(N)[0]", { scope: constants });
      expect(own.evalAstSync(ast, constants)).toBe("magic:[1]magic:[2]");
    }
  });

  it.each([
    ["n.call(1)", "Runtime error: broken (line 1, position 3)"],
    [
      "[1].map(n)",
      "Runtime error: broken (line 1, position 5)\nin call to function 'map' (line 1, position 5)",
    ],
    ["call(n)", "Runtime error: broken (line 1, position 1)"],
    ["let o = 9; o.call(n)", "Runtime error: broken (line 1, position 14)"],
  ])("raises errors where it is called: %s", (script, expected) => {
    const failing = FnPtr.fromFn("failing", () => {
      throw new Error("broken");
    });
    const run = () => engine.evalSync(script, new Scope().push("n", failing));
    expect(run).toThrow(EvalError);
    expect(run).toThrow(
      expect.objectContaining({ root: expect.objectContaining({ message: "Runtime error: broken" }) }),
    );
    try {
      run();
    } catch (error) {
      expect(String(error)).toBe(expected);
    }
  });

  it("waits for asynchronous functions", async () => {
    const later = FnPtr.fromFn("later", async (_: HostContext, x: number) => x + 1, { async: true });
    const run = (script: string) => engine.eval(script, { scope: new Scope().push("n", later) });
    expect(await run("n.call(1) + n.call(2)")).toBe(5);
    expect(display(await run("[1, 2].map(n)"))).toBe("[2, 3]");
    expect(await run("fn f(p) { call(p, 1) } f(n)")).toBe(2);
    expect(await engine.callFnPtr(later, [1])).toBe(2);
    const args = engine.compile("fn f(p) { p.call(1) }");
    expect(await engine.callFn(new Scope(), args, "f", [later])).toBe(2);
    expect(() => engine.callFnPtrSync(later, [1])).toThrow(MayAwaitError);
    expect(() => engine.evalSync("n.call(1)", new Scope().push("n", later))).toThrow(MayAwaitError);
    const constant = new Scope().pushConstant("N", later);
    const ast = engine.compile("N.call(1)", { scope: constant });
    expect(await engine.evalAst(ast, { scope: constant })).toBe(2);
  });

  it("passes script values when raw", () => {
    const raw = FnPtr.fromFn("raw", (_: HostContext, x: Value) => x instanceof Float, { raw: true });
    expect(engine.callFnPtrSync(raw, [new Float(1)])).toBe(true);
    expect(engine.callFnPtrSync(raw, [1])).toBe(false);
  });

  it("can be made by a host function, and called by another", () => {
    const own = new Engine();
    own.registerFn("adder", ["int"], (n: number) =>
      FnPtr.fromFn("add", (_: HostContext, x: number) => x + n),
    );
    own.registerFn(
      "apply",
      ["Fn", "int"],
      (context: HostContext, f: FnPtr, x: number) => f.callWithinContext(context, x),
      { context: true },
    );
    expect(own.evalSync("adder(40).call(2) + apply(adder(1), 1)")).toBe(44);
  });

  it.each(["let", "a b", "+", "", 7])("refuses the name %j", (name) => {
    expect(() => FnPtr.fromFn(name as string, () => 1)).toThrow(TypeError);
  });
  it("refuses what is no function", () => {
    expect(() => FnPtr.fromFn("f", 7 as never)).toThrow(new TypeError("a pointer to 'f' needs a function"));
  });
});

describe("evalFnCall", () => {
  const engine = new Engine();
  it.each([
    ["len", ["abc"], "3"],
    ["nope", [1, "x"], "Function not found: nope (i64, &str | ImmutableString | String)"],
    ["+", [1, 2], "3"],
    ["+", ["a", 2], '"a2"'],
    ["type_of", [1], '"i64"'],
    ["eval", ["1+2"], "Function not found: eval (&str | ImmutableString | String)"],
    ["call", [new FnPtr("len"), "abc"], "Function not found: call (Fn, &str | ImmutableString | String)"],
    ["Fn", ["abc"], "Function not found: Fn (&str | ImmutableString | String)"],
    ["is_def_fn", ["abc", 1], "false"],
  ] as const)("%s %j", async (name, args, expected) => {
    expect(await outcome(() => engine.evalFnCallSync(name, args))).toBe(expected);
    expect(await outcome(() => engine.evalFnCall(name, args))).toBe(expected);
  });

  it("calls methods on a Ref", async () => {
    const text = new Ref<Value>("abc");
    expect(engine.evalFnCallSync("len", [], { this: text })).toBe(3);
    expect(await engine.evalFnCall("pad", [5, "x"], { this: text })).toBe(undefined);
    expect(text.value).toBe("abcxx");
    const number = new Ref<Value>(1);
    expect(engine.evalFnCallSync("+=", [1], { this: number })).toBe(undefined);
    expect(number.value).toBe(2);
  });

  it("calls functions of a script, and of global modules", () => {
    const own = new Engine();
    own.registerGlobalModule(own.evalAstAsModuleSync(own.compile("fn g(x) { x + 1 }")));
    const ast = own.compile("fn f(x) { g(x) * 2 }");
    expect(own.evalFnCallSync("f", [1], { ast })).toBe(4);
    expect(own.evalFnCallSync("g", [1])).toBe(2);
    expect(() => own.evalFnCallSync("f", [1])).toThrow("Function not found: f (i64)");
  });

  it("waits, and refuses to when it cannot", async () => {
    const waiting = new Engine().registerAsyncFn("later", ["int"], async (x: number) => x + 1);
    expect(await waiting.evalFnCall("later", [1])).toBe(2);
    expect(() => waiting.evalFnCallSync("later", [1])).toThrow(MayAwaitError);
    const ast = waiting.compile("fn f(x) { later(x) }");
    expect(await waiting.evalFnCall("f", [1], { ast })).toBe(2);
    expect(() => waiting.evalFnCallSync("f", [1], { ast })).toThrow(MayAwaitError);
  });
});

describe("evalBinaryOp", () => {
  const engine = new Engine();
  const notFound = (text: string) => `Function not found: ${text}`;
  it.each([
    ["abc", "==", 123, "false"],
    [new Float(123), "==", 123, "true"],
    [1, "+", 2, "3"],
    ["a", "+", 2, '"a2"'],
    [1, "/", 0, "Division by zero: 1 / 0"],
    [1, "foo", 0, notFound("foo (i64, i64)")],
    [1, "+=", 0, "()"],
    [true, "&&", false, notFound("&& (bool, bool)")],
    [undefined, "??", 1, notFound("?? ((), i64)")],
    [1, "in", [1], notFound("in (i64, array)")],
    [[1], "contains", 1, "true"],
    [1, "..", 5, "1..5"],
    ["a", "<", 5, "false"],
    [[1], "-", 1, notFound("- (array, i64)")],
    [1, "!", 2, notFound("! (i64, i64)")],
    [1, "max", 2, "2"],
    [[1], "==", [new Float(1)], "true"],
    [1, "=", 2, notFound("= (i64, i64)")],
    ["a", "is_def_fn", 2, "false"],
    [1, "", 2, notFound(" (i64, i64)")],
    [1, ",", 2, notFound(", (i64, i64)")],
    [{ a: 1 }, "==", jsToValue({ a: 1 }), "true"],
  ] as const)("%j %s %j", async (left, op, right, expected) => {
    expect(await outcome(() => engine.evalBinaryOpSync(op, left, right))).toBe(expected);
    expect(await outcome(() => engine.evalBinaryOp(op, left, right))).toBe(expected);
  });

  it("knows operators of the host, asynchronous ones too", async () => {
    const own = new Engine().registerCustomOperator("##", 50);
    own.registerFn("##", ["int", "int"], (a: number, b: number) => a * 10 + b);
    own.registerAsyncFn("+", ["string", "map"], async (a: string) => a);
    expect(own.evalBinaryOpSync("##", 4, 2)).toBe(42);
    expect(await own.evalBinaryOp("+", "a", {})).toBe("a");
    expect(() => own.evalBinaryOpSync("+", "a", {})).toThrow(MayAwaitError);
  });
});
