// Rows about what host functions, callbacks, debuggers and custom syntax get, and about custom types and modules.

import {
  type CallContext,
  columnOf,
  describeBreakPoint,
  describeCall,
  display,
  Engine,
  type EvalContext,
  exportModule,
  type FnPtr,
  type HostContext,
  lineOf,
  Module,
  Ref,
  RhaiArray,
  Scope,
  type SyntaxContext,
  type SyntaxInput,
  type Value,
} from "../../../src/index.ts";
import { Account, type Check, message } from "./check.ts";

/** Runs a script in which `host(...)` is this function. */
function within(
  script: string,
  host: (context: HostContext, ...args: unknown[]) => unknown,
  source: string | null = null,
): unknown {
  const engine = new Engine();
  for (const params of [[], ["dynamic"]])
    engine.registerFn("host", params, (context: HostContext, ...args: unknown[]) => host(context, ...args), {
      context: true,
    });
  engine.registerFn("len_of", ["string"], (text: string) => text.length);
  return engine.toJs(engine.evalAstSync(engine.compile(script, { source })));
}

export const HOST_CONTEXT: readonly Check[] = [
  [
    "HostContext.fnName HostContext.source HostContext.position HostContext.callLevel",
    () => [
      [
        within(
          "\n  host()",
          ({ fnName, source, position }) => [fnName, source, lineOf(position), columnOf(position)],
          "a.rhai",
        ),
        ["host", "a.rhai", 2, 3],
      ],
      [within("fn f() { host() } [host(), f()]", ({ callLevel }) => callLevel), [1, 2]],
    ],
  ],
  [
    "HostContext.callFn HostContext.callNativeFn HostContext.callMethod HostContext.callNativeMethod",
    () => {
      const list = new Ref<Value>(new RhaiArray([1]));
      return [
        [
          within(`fn len_of(s) { "script" } host("abc")`, (context, text) => context.callFn("len_of", text)),
          "script",
        ],
        [
          within(`fn len_of(s) { "script" } host("abc")`, (context, text) =>
            context.callNativeFn("len_of", text),
          ),
          3,
        ],
        [within("fn add(x) { this + x } host(40)", (context, x) => context.callMethod("add", x, 2)), 42],
        [
          within("fn push(x) { 0 } host()", (context) => context.callNativeMethod("push", list, 2)),
          undefined,
        ],
        [display(list.value), "[1, 2]"],
      ];
    },
  ],
  [
    "CallContext.callFn CallContext.callMethod CallContext.callNativeFn CallContext.callRaw",
    () => [
      [
        within("fn twice(x) { x * 2 } host(21)", ({ raw }, x) => raw.callFn("twice", [x as number], false)),
        42,
      ],
      [
        within("fn twice() { this * 2 } host(21)", ({ raw }, x) =>
          raw.callMethod("twice", new Ref(x as number), [], false),
        ),
        42,
      ],
      [within("fn max(a, b) { 0 } host(42)", ({ raw }, x) => raw.callNativeFn("max", [x as number, 1])), 42],
      [within("host(|x| x + 1)", ({ raw }, f) => raw.callRaw(f as FnPtr, null, [41], [], null)), 42],
    ],
  ],
  [
    "FnPtr.callWithinContext HostContext.call FnPtr.callAsMethodWithinContext HostContext.callAsMethod",
    () => [
      [within("host(|x| x + 1)", (context, f) => context.call(f as FnPtr, 41)), 42],
      [within("host(|x| x + 1)", (context, f) => (f as FnPtr).callWithinContext(context, 41)), 42],
      [within("host(|x| this + x)", (context, f) => context.callAsMethod(f as FnPtr, 40, 2)), 42],
      [
        within("host(|x| this + x)", (context, f) => (f as FnPtr).callAsMethodWithinContext(context, 40, 2)),
        42,
      ],
    ],
  ],
  [
    "HostContext.trackOperations",
    () => {
      const engine = new Engine().setMaxOperations(1000);
      engine.registerFn("work", ["int"], (context: HostContext, n: number) => context.trackOperations(n), {
        context: true,
      });
      return [
        [message(() => engine.evalSync("work(10)")), "nothing"],
        [message(() => engine.evalSync("work(5000)")), "Too many operations"],
      ];
    },
  ],
];

/** What the callback for variables sees at `PROBE`. */
function atProbe<T>(
  script: string,
  look: (context: EvalContext) => T,
  options: { source?: string; tag?: unknown } = {},
): T {
  const seen: T[] = [];
  const engine = new Engine().onVar((name, _index, context) => {
    if (name !== "PROBE") return undefined;
    seen.push(look(context));
    return null;
  });
  const ast = engine.compile(script, { source: options.source ?? null });
  engine.evalAstSync(ast, new Scope(), { tag: options.tag });
  return seen[0];
}

export const EVAL_CONTEXT: readonly Check[] = [
  [
    "EvalContext.variables EvalContext.get EvalContext.has EvalContext.isConstant EvalContext.set EvalContext.define",
    () => [
      [
        atProbe("let a = 1; const B = 2; PROBE", (c) =>
          c.variables().map(({ name, isConstant }) => [name, isConstant]),
        ),
        [
          ["a", false],
          ["B", true],
        ],
      ],
      [
        atProbe("let a = [1]; PROBE", (c) => [c.get("a"), c.get("z"), c.has("a"), c.has("z")]),
        [[1], undefined, true, false],
      ],
      [
        atProbe("let a = 1; const B = 2; PROBE", (c) => [
          c.isConstant("a"),
          c.isConstant("B"),
          c.isConstant("z"),
        ]),
        [false, true, undefined],
      ],
      [
        ((values: unknown[]) => {
          const engine = new Engine().onVar((name, _i, c) => {
            if (name !== "PROBE") return undefined;
            c.set("a", 40);
            values.push(
              message(() => c.set("B", 1)),
              message(() => c.set("z", 1)),
            );
            return null;
          });
          return [engine.evalSync("let a = 1; const B = 2; let p = PROBE; a + B"), ...values];
        })([]),
        [42, "'B' is a constant", "there is no variable 'z' here"],
      ],
      [
        new Engine()
          .onVar((name, _i, c) => {
            if (name === "PROBE") c.define("fresh", 42);
            return name === "PROBE" ? null : undefined;
          })
          .evalSync("let x = PROBE; fresh"),
        42,
      ],
    ],
  ],
  [
    "EvalContext.this EvalContext.hasThis EvalContext.source EvalContext.callLevel EvalContext.tag EvalContext.imports",
    () => [
      [atProbe("fn f() { PROBE } let x = 42; x.f();", (c) => [c.hasThis, c.this]), [true, 42]],
      [atProbe("PROBE", (c) => [c.hasThis, c.this]), [false, undefined]],
      [
        atProbe("fn f() { PROBE } f();", (c) => [c.source, c.callLevel, c.tag], { source: "s", tag: 7 }),
        ["s", 1, 7],
      ],
      [atProbe("PROBE", (c) => c.imports()), []],
    ],
  ],
  [
    "EvalContext.callFn EvalContext.callNativeFn",
    () => [
      [atProbe("fn len(x) { k + 1 } let k = 41; PROBE", (c) => c.callFn("len", "abc")), 42],
      [atProbe("fn len(x) { 41 } PROBE", (c) => c.callNativeFn("len", "abc")), 3],
    ],
  ],
  [
    "VarDefInfo.name VarDefInfo.isConst VarDefInfo.nestingLevel VarDefInfo.willShadow",
    () => {
      const seen: unknown[] = [];
      const engine = new Engine()
        .setOptimizationLevel("none")
        .onDefVar((isRuntime, { name, isConst, nestingLevel, willShadow }) => {
          if (isRuntime) seen.push([name, isConst, nestingLevel, willShadow]);
          return true;
        });
      engine.runSync("let a = 1; { const a = 2; }");
      return [
        [
          seen,
          [
            ["a", false, 0, false],
            ["a", true, 1, true],
          ],
        ],
      ];
    },
  ],
  [
    "DebuggerContext.debugger Debugger.breakPoints Debugger.callStack Debugger.state CallStackFrame.fnName CallStackFrame.args CallStackFrame.source CallStackFrame.position describeCall() describeBreakPoint()",
    () => {
      const seen: unknown[] = [];
      const engine = new Engine().registerDebugger(
        (debuggers) => {
          debuggers.breakPoints = [{ kind: "function", name: "g", args: null, enabled: true }];
          debuggers.state = 0;
          return debuggers;
        },
        (context, event) => {
          const { debugger: own } = context;
          if (event.kind === "breakPoint") {
            own.state = Number(own.state) + 1;
            const [frame] = own.callStack;
            seen.push([
              frame.fnName,
              frame.args,
              frame.source,
              lineOf(frame.position),
              describeCall(frame),
              own.state,
            ]);
            seen.push(describeBreakPoint(own.breakPoints[0]));
          }
          return "continue";
        },
      );
      engine.runSync("fn g(x) { x } fn f(x) { g(x) }\nf(7);");
      return [[seen, [["f", [7], null, 2, "f(7) @ 2:1", 1], "g (...)"]]];
    },
  ],
];

/** What custom syntax `probe` sees. */
function inSyntax<T>(
  script: string,
  look: (context: SyntaxContext, input: SyntaxInput) => T,
  options: { source?: string; tag?: unknown } = {},
): { readonly seen: T; readonly result: Value } {
  const seen: T[] = [];
  const engine = new Engine();
  engine.registerCustomSyntax(
    ["probe", "$expr$"],
    ([input], context) => {
      const found = look(context, input);
      seen.push(found);
      return found;
    },
    { scopeMayChange: true },
  );
  const ast = engine.compile(script, { source: options.source ?? null });
  const result = engine.evalAstSync(ast, new Scope(), { tag: options.tag });
  return { seen: seen[0], result };
}

export const SYNTAX: readonly Check[] = [
  [
    "SyntaxInput.evaluate SyntaxInput.evaluateRaw SyntaxInput.text SyntaxInput.literal SyntaxInput.position",
    () => [
      [inSyntax("probe [40 + 2]", (_, input) => input.evaluate()).seen, [42]],
      [display(inSyntax("probe [40 + 2]", (_, input) => input.evaluateRaw()).seen as Value), "[42]"],
      [inSyntax("let x = 1; probe x", (_, input) => input.text).seen, "x"],
      [inSyntax("probe 42", (_, input) => input.literal).seen, 42],
      [
        inSyntax("\n probe 42", (_, input) => [lineOf(input.position), columnOf(input.position)]).seen,
        [2, 8],
      ],
    ],
  ],
  [
    "SyntaxContext.get SyntaxContext.set SyntaxContext.has SyntaxContext.define",
    () => [
      [inSyntax("let a = 1; probe 0", (c) => [c.has("a"), c.has("z"), c.get("a")]).seen, [true, false, 1]],
      [inSyntax("let a = 1; probe 0; a", (c) => c.set("a", 42)).result, 42],
      [inSyntax("probe 0; fresh", (c) => c.set("fresh", 42)).result, 42],
      [inSyntax("probe 0; fresh", (c) => c.define("fresh", 42)).result, 42],
      [inSyntax("probe 0; let fresh = 1; fresh", (c) => c.define("fresh", 42)).result, 1],
      [
        message(() => inSyntax("const A = 1; probe 0", (c) => c.set("A", 2))),
        "Runtime error: 'A' is a constant",
      ],
    ],
  ],
  [
    "SyntaxContext.source SyntaxContext.callLevel SyntaxContext.tag SyntaxContext.imports SyntaxContext.this SyntaxContext.hasThis",
    () => [
      [
        inSyntax("fn f() { probe 0 } f()", (c) => [c.source, c.callLevel, c.tag as number], {
          source: "s",
          tag: 7,
        }).seen,
        ["s", 1, 7],
      ],
      [inSyntax("probe 0", (c) => c.imports()).seen, []],
      [inSyntax("fn f() { probe 0 } let x = 42; x.f()", (c) => [c.hasThis, c.this]).seen, [true, 42]],
      [inSyntax("probe 0", (c) => c.hasThis).seen, false],
      [
        inSyntax("fn f() { probe 0 } let x = 1; x.f(); x", (c) => {
          c.this = 42;
          return null;
        }).result,
        42,
      ],
    ],
  ],
  [
    "SyntaxContext.callFn SyntaxContext.callNativeFn",
    () => [
      [inSyntax("fn foo() { v } let v = 42; probe 0", (c) => c.callFn("foo")).seen, 42],
      [inSyntax("fn foo(a, b) { a + b } probe 0", (c) => c.callFn("foo", 40, 2)).seen, 42],
      [inSyntax("fn len(x) { 0 } probe 0", (c) => c.callNativeFn("len", "abc")).seen, 3],
      [message(() => inSyntax("probe 0", (c) => c.callFn("nope", 1))), "Function not found: nope (i64)"],
    ],
  ],
];

class Vec {
  constructor(public x: number) {}
}

export const TYPES: readonly Check[] = [
  [
    "TypeDefinition.name TypeDefinition.methods TypeDefinition.constructors TypeDefinition.operators TypeDefinition.toString TypeDefinition.toDebug TypeDefinition.iterate TypeDefinition.properties TypeDefinition.indexers TypeDefinition.clone TypeDefinition.equals RegisterOptions.doc",
    () => {
      const engine = new Engine().defineType({
        name: "Vec",
        class: Vec,
        clone: (v: Vec) => new Vec(v.x),
        constructors: { vec: { params: ["int"], call: (x: number) => new Vec(x), doc: "Makes one." } },
        methods: { twice: { call: (v: Vec) => v.x * 2 } },
        operators: { "+": { call: (a: Vec, b: Vec) => new Vec(a.x + b.x) } },
        properties: {
          x: {
            get: (v: Vec) => v.x,
            set: (v: Vec, x: number) => {
              v.x = x;
            },
            type: "int",
          },
        },
        indexers: [{ index: "int", get: (v: Vec, i: number) => v.x + i }],
        iterate: (v: Vec) => [v.x, v.x],
        toString: (v: Vec) => `<${v.x}>`,
        toDebug: (v: Vec) => `Vec<${v.x}>`,
        equals: (a: Vec, b: Vec) => a.x === b.x,
      });
      const cases: readonly (readonly [string, unknown])[] = [
        ["type_of(vec(1))", "Vec"],
        ["vec(21).twice()", 42],
        ["(vec(40) + vec(2)).x", 42],
        ["let a = vec(1); let b = a; b.x = 2; a.x", 1],
        ["vec(40)[2]", 42],
        ["let s = 0; for x in vec(21) { s += x } s", 42],
        ["vec(1).to_string() + `${vec(2)}` + [vec(3)]", "<1><2>[Vec<3>]"],
        ["vec(1) == vec(1) && vec(1) != vec(2)", true],
      ];
      return [
        ...cases.map(([script, expected]) => [engine.evalSync(script), expected] as const),
        [engine.fnMetadata().functions?.find(({ name }) => name === "vec")?.docComments, ["/// Makes one."]],
      ];
    },
  ],
  [
    "RegisterOptions.receiver RegisterOptions.pure RegisterOptions.paramNames ModuleFnOptions.global",
    () => {
      let calls = 0;
      const engine = new Engine().setOptimizationLevel("full");
      const count = () => {
        calls++;
        return 42;
      };
      engine.registerFn("count", [], count, { pure: true });
      engine.registerFn(
        "keep",
        ["int"],
        (x: Ref<number>) => {
          x.value++;
        },
        { receiver: "mut", paramNames: ["x"], returns: "()" },
      );
      const ast = engine.compile("count()");
      const compiled = calls;
      engine.evalAstSync(ast);
      const module = new Module()
        .setNativeFn("f", [], () => 42, { global: true })
        .setNativeFn("g", [], () => 1);
      const other = new Engine().registerStaticModule("m", module);
      return [
        [
          [compiled, calls],
          [1, 1],
        ],
        [engine.evalSync("let x = 41; x.keep(); x"), 42],
        [
          message(() => engine.evalSync("const X = 41; X.keep();")),
          "Non-pure method 'keep' cannot be called on constant",
        ],
        [engine.genFnSignatures().find((text) => text.startsWith("keep")), "keep(x: &mut i64)"],
        [other.evalSync("f()"), 42],
        [message(() => other.evalSync("g()")), "Function not found: g ()"],
      ];
    },
  ],
];

export const MODULES: readonly Check[] = [
  [
    "Module.constructor Module.id Module.doc Module.clear Module.isEmpty Module.count Module.containsVar Module.getVar Module.setVar Module.variables",
    () => {
      const module = new Module();
      const before = [module.id, module.doc, module.isEmpty];
      module.id = "m";
      module.doc = "Doc.";
      module.setVar("x", [1]).setNativeFn("f", [], () => 1);
      return [
        [before, [null, "", true]],
        [
          [module.isEmpty, module.containsVar("x"), module.containsVar("y")],
          [false, true, false],
        ],
        [display(module.getVar("x")), "[1]"],
        [[...module.variables.keys()], ["x"]],
        [module.count(), { variables: 1, functions: 1, iterators: 0, modules: 0 }],
        [module.clear().isEmpty, true],
        [
          [module.id, module.doc],
          [null, ""],
        ],
      ];
    },
  ],
  [
    "Module.containsSubModule Module.getSubModule Module.setSubModule Module.modules",
    () => {
      const sub = new Module().setVar("x", 42);
      const module = new Module().setSubModule("sub", sub);
      return [
        [
          [module.containsSubModule("sub"), module.containsSubModule("x")],
          [true, false],
        ],
        [module.getSubModule("sub") === sub, true],
        [[...module.modules.keys()], ["sub"]],
        [new Engine().registerStaticModule("m", module).evalSync("m::sub::x"), 42],
        [message(() => sub.setSubModule("m", module)), "sub-module 'm' contains the module itself"],
      ];
    },
  ],
  [
    "Module.setNativeFn Module.setGetterFn Module.setSetterFn Module.setGetterSetterFn Module.setIndexerGetFn Module.setIndexerSetFn Module.setIndexerGetSetFn Module.setIterator Module.setAsyncIterator",
    async () => {
      const engine = new Engine()
        .registerType(Account)
        .registerFn("account", ["int"], (x: number) => new Account(x));
      const get = (a: Account) => a.balance;
      const set = (a: Account, x: number) => {
        a.balance = x;
      };
      const at = (a: Account, i: number) => a.balance + i;
      const put = (a: Account, i: number, x: number) => {
        a.balance = x + i;
      };
      const module = new Module(engine)
        .setNativeFn("double", ["int"], (x: number) => x * 2)
        .setGetterFn("a", Account, get)
        .setSetterFn("a", Account, "int", set)
        .setGetterSetterFn("b", Account, "int", get, set)
        .setIndexerGetFn(Account, "int", at)
        .setIndexerSetFn(Account, "int", "int", put)
        .setIndexerGetSetFn(
          Account,
          "string",
          "int",
          () => 40,
          (account: Account, _key: string, x: number) => set(account, x),
        )
        .setIterator(Account, (account: Account) => [account.balance, 1]);
      engine.registerStaticModule("m", module);
      const waiting = new Engine()
        .registerType(Account)
        .registerFn("account", ["int"], (x: number) => new Account(x));
      waiting.registerStaticModule(
        "m",
        new Module(waiting).setAsyncIterator(Account, async function* (a: Account) {
          yield a.balance;
        }),
      );
      return [
        [engine.evalSync("m::double(21)"), 42],
        [engine.evalSync("let x = account(1); x.a = 2; x.b += x.a; x.b"), 4],
        [engine.evalSync("let x = account(1); x[1] = 2; x[0]"), 3],
        [engine.evalSync(`let x = account(1); x["k"] = 2; x.a + x["k"]`), 42],
        [engine.evalSync("let s = 0; for x in account(41) { s += x } s"), 42],
        [await waiting.eval("let s = 0; for x in account(42) { s += x } s"), 42],
      ];
    },
  ],
  [
    "Module.containsFn Module.getScriptFn Module.iterFunctions Engine.evalAstAsModule Engine.evalAstAsModuleSync",
    async () => {
      const engine = new Engine();
      const ast = engine.compile("fn f(x) { x + K } private fn g() {} export const K = 40;");
      const module = engine.evalAstAsModuleSync(ast).setNativeFn("n", ["int"], (x: number) => x);
      const later = await engine.evalAstAsModule(ast);
      engine.registerStaticModule("m", later);
      return [
        [
          [
            module.containsFn("f"),
            module.containsFn("f", 2),
            module.containsFn("g"),
            module.containsFn("n", 1),
          ],
          [true, false, false, true],
        ],
        [module.getScriptFn("f", 1)?.params, ["x"]],
        [[...module.iterFunctions()].map(({ native, script }) => (native ?? script).name), ["n", "f"]],
        [engine.evalSync("m::K"), 40],
      ];
    },
  ],
  [
    "Module.combine Module.combineFlatten Module.fillWith Module.merge",
    () => {
      const of = (x: number) => new Module().setVar("x", x).setNativeFn("f", [], () => x);
      const nested = new Module().setSubModule("sub", of(3));
      const value = (module: Module) =>
        new Engine().registerStaticModule("m", module).evalSync("m::x + m::f()");
      return [
        [value(of(1).combine(of(2))), 4],
        [value(of(1).merge(of(2))), 4],
        [value(of(1).fillWith(of(2))), 2],
        [value(new Module().combineFlatten(nested)), 6],
      ];
    },
  ],
  [
    "exportModule()",
    () => {
      const module = exportModule("m", {
        constants: { X: 40 },
        functions: { add: { params: ["int"], call: (x: number) => x + 2 } },
      });
      return [[new Engine().registerStaticModule("m", module).evalSync("m::add(m::X)"), 42]];
    },
  ],
];

/** For type checks of what packages get. */
export type Raw = CallContext;
