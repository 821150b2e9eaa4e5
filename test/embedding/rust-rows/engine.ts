// Rows about the engine: running, compiling, registering, callbacks, options and limits.

import { readFileSync } from "node:fs";
import {
  definePackage,
  display,
  Engine,
  FnPtr,
  lineOf,
  Module,
  Ref,
  RhaiArray,
  Scope,
  StaticModuleResolver,
  toJson,
  type Value,
} from "../../../src/index.ts";
import { Account, type Check, fileWith, message } from "./check.ts";

const scopeWith = (x: number) => new Scope().push("x", x);

export const RUNNING: readonly Check[] = [
  [
    "Engine.constructor",
    () => {
      const tiny = definePackage("Tiny", (m) => m.fn("twice", ["i64"], "i64", (x: number) => x * 2));
      return [
        [new Engine().evalSync("[1, 2].len()"), 2],
        [new Engine([tiny]).evalSync("twice(21)"), 42],
        [message(() => new Engine([tiny]).evalSync("[1].len()")), "Function not found: len (array)"],
      ];
    },
  ],
  [
    "Engine.raw",
    () => [
      [Engine.raw().evalSync("40 + 2"), 42],
      [message(() => Engine.raw().evalSync("print(1)")), "Function not found: print (i64)"],
    ],
  ],
  [
    "Engine.eval Engine.evalWithScope Engine.evalSync",
    async () => {
      const engine = new Engine();
      const scope = scopeWith(40);
      return [
        [engine.evalSync("x + 2", scope), 42],
        [await engine.eval("x + 2", { scope }), 42],
        [await engine.evalWithScope(scope, "let y = x + 2; y"), 42],
        [scope.get("y"), 42],
      ];
    },
  ],
  [
    "Engine.evalExpression Engine.evalExpressionSync",
    async () => [
      [new Engine().evalExpressionSync("x * 2", scopeWith(21)), 42],
      [await new Engine().evalExpression("x * 2", { scope: scopeWith(21) }), 42],
      [message(() => new Engine().evalExpressionSync("let x = 1")), "Syntax error: Unexpected 'let'"],
    ],
  ],
  [
    "Engine.evalAst Engine.evalAstSync Engine.runAst Engine.runAstSync",
    async () => {
      const engine = new Engine();
      const ast = engine.compile("x += 1; x");
      const scope = scopeWith(38);
      return [
        [engine.evalAstSync(ast, scope), 39],
        [await engine.evalAst(ast, { scope }), 40],
        [engine.runAstSync(ast, scope), undefined],
        [await engine.runAst(ast, { scope }), undefined],
        [scope.get("x"), 42],
      ];
    },
  ],
  [
    "Engine.evalFile Engine.evalFileSync Engine.runFile Engine.runFileSync",
    async () => {
      const engine = new Engine();
      const file = fileWith("#!/usr/bin/env rhai\nx += 1; x");
      const scope = scopeWith(38);
      return [
        [engine.evalFileSync(file, scope), 39],
        [await engine.evalFile(file, { scope }), 40],
        [engine.runFileSync(file, scope), undefined],
        [await engine.runFile(file, { scope }), undefined],
        [scope.get("x"), 42],
        [message(() => engine.evalFileSync("no/such/file.rhai")).startsWith("Cannot open script file"), true],
      ];
    },
  ],
  [
    "Engine.run Engine.runSync",
    async () => {
      const engine = new Engine();
      const scope = scopeWith(1);
      return [
        [engine.runSync("x += 1; x", scope), undefined],
        [await engine.run("x += 1; x", { scope }), undefined],
        [scope.get("x"), 3],
      ];
    },
  ],
  [
    "Engine.callFn Engine.callFnSync CallFnOptions.this CallFnOptions.evalAst CallFnOptions.rewindScope CallFnOptions.inAllNamespaces",
    async () => {
      const engine = new Engine();
      const ast = engine.compile(
        "let top = 1; fn add(a, b) { let c = a + b; c } fn grow(by) { this += by; }",
      );
      const scope = new Scope();
      const self = new Ref<Value>(40);
      return [
        [engine.callFnSync(scope, ast, "add", [40, 2]), 42],
        [await engine.callFn(scope, ast, "add", [40, 2]), 42],
        [[...scope], []],
        [engine.callFnSync(scope, ast, "grow", [2], { this: self }), undefined],
        [self.value, 42],
        [engine.callFnSync(scope, ast, "add", [1, 2], { rewindScope: false }), 3],
        [
          [...scope],
          [
            ["top", false, 1],
            ["c", false, 3],
          ],
        ],
        [engine.callFnSync(new Scope(), ast, "len", ["abc"], { inAllNamespaces: true }), 3],
        [
          engine.callFnSync(new Scope(), engine.compile("throw 1; fn f() { 42 }"), "f", [], {
            evalAst: false,
          }),
          42,
        ],
      ];
    },
  ],
  [
    "RunOwn.tag HostContext.tag",
    async () => {
      const engine = new Engine();
      engine.registerFn("tag_of_run", [], (context) => context.tag as string, { context: true });
      return [
        [await engine.eval("tag_of_run()", { tag: "A" }), "A"],
        [await engine.eval("tag_of_run()"), undefined],
      ];
    },
  ],
  [
    "Engine.evalBinaryOp Engine.evalBinaryOpSync",
    async () => [
      [new Engine().evalBinaryOpSync("==", "abc", 123), false],
      [await new Engine().evalBinaryOp("+", 40, 2), 42],
    ],
  ],
  [
    "Engine.evalFnCall Engine.evalFnCallSync",
    async () => [
      [new Engine().evalFnCallSync("max", [1, 42]), 42],
      [await new Engine().evalFnCall("len", ["abc"]), 3],
    ],
  ],
];

export const COMPILING: readonly Check[] = [
  [
    "Engine.compile Engine.compileWithScope Engine.compileExpression Engine.compileFile",
    () => {
      const engine = new Engine();
      const constants = new Scope().pushConstant("X", 42);
      return [
        [engine.compile("1", { source: "a.rhai" }).source, "a.rhai"],
        [engine.evalAstSync(engine.compileWithScope(constants, "X")), 42],
        [message(() => engine.evalAstSync(engine.compile("X"))), "Variable not found: X"],
        [engine.evalAstSync(engine.compileExpression("40 + 2")), 42],
        [engine.evalAstSync(engine.compileFile(fileWith("40 + 2"))), 42],
      ];
    },
  ],
  [
    "Engine.compileIntoSelfContained Engine.compileIntoSelfContainedSync AST.resolver",
    async () => {
      const modules = new StaticModuleResolver().insert("m", new Module().setVar("x", 42));
      const engine = new Engine().setModuleResolver(modules);
      const text = `import "m" as m; m::x`;
      const plain = engine.compile(text);
      const sync = engine.compileIntoSelfContainedSync(text);
      const later = await engine.compileIntoSelfContained(text);
      modules.remove("m");
      return [
        [plain.resolver, null],
        [sync.resolver !== null, true],
        [engine.evalAstSync(sync), 42],
        [await engine.evalAst(later), 42],
        [message(() => engine.evalAstSync(plain)), "Module not found: m"],
      ];
    },
  ],
  ["Engine.compactScript", () => [[new Engine().compactScript("let x = 1; // one\nx + 1"), "let x=1;x+1"]]],
  [
    "Engine.optimizeAst Engine.setOptimizationLevel Engine.optimizationLevel",
    () => {
      const engine = new Engine().setOptimizationLevel("none");
      const ast = engine.compile("if X { 1 } else { 2 }");
      const constants = new Scope().pushConstant("X", true);
      const optimised = engine.optimizeAst(constants, ast, "simple");
      return [
        [engine.optimizationLevel, "none"],
        [engine.evalAstSync(optimised), 1],
        [message(() => engine.evalAstSync(ast)), "Variable not found: X"],
      ];
    },
  ],
  [
    "Engine.parseJson toJson()",
    () => [
      [display(new Engine().parseJson(`{"a": [1, 2.5], "b": null}`)), `#{"a": [1, 2.5], "b": ()}`],
      [toJson(new Engine().evalSync("#{ a: [1, 2.0], b: () }")), `{"a":[1,2.0],"b":null}`],
    ],
  ],
];

function accounts(): Engine {
  return new Engine().registerType(Account).registerFn("account", ["int"], (sum: number) => new Account(sum));
}

export const REGISTERING: readonly Check[] = [
  [
    "Engine.registerFn Engine.registerAsyncFn",
    async () => {
      const engine = new Engine().registerFn("twice", ["int"], (x: number) => x * 2);
      engine.registerAsyncFn("later", ["int"], async (x: number) => x + 1);
      return [
        [engine.evalSync("twice(21)"), 42],
        [await engine.eval("later(41)"), 42],
      ];
    },
  ],
  [
    "RegisterOptions.raw",
    () => {
      const first = (array: RhaiArray) => array.items[0];
      const engine = new Engine().registerFn("first", ["array"], first, { raw: true });
      return [[engine.evalSync("first([42, 1])"), 42]];
    },
  ],
  [
    "Engine.registerType Engine.registerGet Engine.registerSet",
    () => {
      const engine = accounts();
      engine.registerGet("balance", Account, (a: Account) => a.balance);
      engine.registerSet("balance", Account, "int", (a: Account, sum: number) => {
        a.balance = sum;
      });
      return [
        [engine.evalSync("type_of(account(1))"), "Account"],
        [engine.evalSync("let a = account(1); a.balance += 41; a.balance"), 42],
      ];
    },
  ],
  [
    "Engine.registerGetSet Engine.registerIndexerGet Engine.registerIndexerSet Engine.registerIndexerGetSet",
    () => {
      const get = (a: Account) => a.balance;
      const set = (a: Account, sum: number) => {
        a.balance = sum;
      };
      const at = (a: Account, i: number) => a.balance + i;
      const put = (a: Account, i: number, sum: number) => {
        a.balance = sum - i;
      };
      const one = accounts().registerGetSet("sum", Account, "int", get, set);
      one.registerIndexerGet(Account, "int", at).registerIndexerSet(Account, "int", "int", put);
      const two = accounts().registerIndexerGetSet(Account, "int", "int", at, put);
      return [
        [one.evalSync("let a = account(1); a.sum = 42; a.sum"), 42],
        [one.evalSync("let a = account(1); a[2] = 40; a[4]"), 42],
        [two.evalSync("let a = account(1); a[2] = 40; a[4]"), 42],
      ];
    },
  ],
  [
    "Engine.registerIterator Engine.defineType",
    () => {
      const engine = accounts().registerIterator(Account, (a: Account) => [a.balance, 2]);
      const own = new Engine().defineType({
        name: "Purse",
        class: Account,
        constructors: { purse: { params: ["int"], call: (sum: number) => new Account(sum) } },
        methods: { pay: { params: ["int"], call: (a: Account, by: number) => a.balance - by } },
      });
      return [
        [engine.evalSync("let s = 0; for x in account(40) { s += x } s"), 42],
        [own.evalSync("purse(50).pay(8)"), 42],
      ];
    },
  ],
  [
    "Engine.registerGlobalModule Engine.registerStaticModule",
    () => {
      const module = new Module().setVar("X", 40).setNativeFn("add", ["int"], (x: number) => x + 2);
      return [
        [new Engine().registerGlobalModule(module).evalSync("add(X)"), 42],
        [new Engine().registerStaticModule("m", module).evalSync("m::add(m::X)"), 42],
        [new Engine().registerStaticModule("a::b", module).evalSync("a::b::X"), 40],
      ];
    },
  ],
  [
    "Engine.registerCustomOperator Engine.registerCustomSyntax Engine.registerCustomSyntaxWithState",
    () => {
      const engine = new Engine().registerCustomOperator("#", 160);
      engine.registerFn("#", ["int", "int"], (a: number, b: number) => a * 10 + b);
      engine.registerCustomSyntax(["double", "$expr$"], ([input]) => Number(input.evaluate()) * 2);
      engine.registerCustomSyntaxWithState(
        "choose",
        (parsed) => (parsed.length < 3 ? "$expr$" : null),
        ([a, b]) => Number(a.evaluate()) + Number(b.evaluate()),
      );
      return [
        [engine.evalSync("4 # 2"), 42],
        [engine.evalSync("double 20 + 1"), 42],
        [engine.evalSync("choose (40) (2)"), 42],
      ];
    },
  ],
  [
    "Engine.disableSymbol Engine.isSymbolDisabled",
    () => {
      const engine = new Engine().disableSymbol("if");
      return [
        [engine.isSymbolDisabled("if"), true],
        [engine.isSymbolDisabled("while"), false],
        [message(() => engine.evalSync("if true { 1 }")).includes("'if'"), true],
      ];
    },
  ],
  [
    "Engine.moduleResolver Engine.setModuleResolver",
    () => {
      const resolver = new StaticModuleResolver().insert("m", new Module().setVar("x", 42));
      const engine = new Engine().setModuleResolver(resolver);
      return [
        [engine.moduleResolver === resolver, true],
        [engine.evalSync(`import "m" as m; m::x`), 42],
      ];
    },
  ],
  [
    "Engine.genFnSignatures Engine.genFnMetadataToJson Engine.genFnMetadataWithAstToJson Engine.fnMetadata",
    () => {
      const engine = new Engine().registerFn("area", ["int"], (w: number) => w, { returns: "int" });
      const ast = engine.compile("fn twice(x) { x * 2 }");
      const names = (json: string) => JSON.parse(json).functions.map((fn: { name: string }) => fn.name);
      return [
        [engine.genFnSignatures(), ["area(_: i64) -> i64"]],
        [names(engine.genFnMetadataToJson()), ["area"]],
        [names(engine.genFnMetadataWithAstToJson(ast)), ["area", "twice"]],
        [engine.fnMetadata().functions?.[0].numParams, 1],
      ];
    },
  ],
  [
    "Engine.definitions Engine.definitionsWithScope",
    () => {
      const engine = new Engine().registerFn("area", ["int"], (w: number) => w, { returns: "int" });
      const options = { includeStandardPackages: false };
      return [
        [engine.definitions(options).staticModule(), "fn area(_: int) -> int;"],
        [
          engine.definitionsWithScope(new Scope().pushConstant("W", 1), options).scopeItems(),
          "const W: int;",
        ],
      ];
    },
  ],
];

export const CALLBACKS: readonly Check[] = [
  [
    "Engine.onPrint Engine.onDebug",
    () => {
      const seen: unknown[] = [];
      const engine = new Engine().onPrint((text) => seen.push(text));
      engine.onDebug((text, source, position) => seen.push([text, source, lineOf(position)]));
      engine.runAstSync(engine.compile(`print("a");\ndebug("b")`, { source: "s" }));
      return [[seen, ["a", ['"b"', "s", 2]]]];
    },
  ],
  [
    "Engine.onProgress",
    () => {
      const engine = new Engine().onProgress((operations) => (operations > 100 ? "enough" : undefined));
      return [[message(() => engine.evalSync("loop {}")), "Script terminated"]];
    },
  ],
  [
    "Engine.onVar Engine.onDefVar Engine.onParseToken Engine.onMissingFunction",
    () => [
      [new Engine().onVar((name) => (name === "ANSWER" ? 42 : undefined)).evalSync("ANSWER"), 42],
      [
        message(() => new Engine().onDefVar((_run, { name }) => name !== "x").evalSync("let x = 1;")),
        "Syntax error: Forbidden variable name: x",
      ],
      [
        new Engine().onParseToken(({ text }) => (text === "begin" ? "{" : undefined)).evalSync("begin 42 }"),
        42,
      ],
      [new Engine().onMissingFunction((name) => (name === "f" ? 42 : undefined)).evalSync("f(1)"), 42],
    ],
  ],
  [
    "Engine.registerDebugger",
    () => {
      const lines: number[] = [];
      const engine = new Engine().registerDebugger(null, (_context, _event, _node, _source, position) => {
        lines.push(lineOf(position));
        return "stepInto";
      });
      engine.runSync("let x = 1;\nx + 1");
      return [[[...new Set(lines)].filter((line) => line > 0), [1, 2]]];
    },
  ],
];

type Setter = (engine: Engine, enable: boolean) => Engine;

/** Each option, a script that it allows, and the beginning of the error where it does not. */
const OPTIONS: readonly (readonly [name: string, set: Setter, script: string, error: string])[] = [
  [
    "setAllowIfExpression",
    (e, on) => e.setAllowIfExpression(on),
    "let x = if true { 1 } else { 2 };",
    "Syntax error",
  ],
  [
    "setAllowSwitchExpression",
    (e, on) => e.setAllowSwitchExpression(on),
    "let x = switch 1 { 1 => 2 };",
    "Syntax error",
  ],
  [
    "setAllowLoopExpressions",
    (e, on) => e.setAllowLoopExpressions(on),
    "let x = loop { break 1; };",
    "Syntax error",
  ],
  [
    "setAllowStatementExpression",
    (e, on) => e.setAllowStatementExpression(on),
    "let x = { 1 };",
    "Syntax error",
  ],
  ["setAllowAnonymousFn", (e, on) => e.setAllowAnonymousFn(on), "let f = || 1;", "Syntax error"],
  ["setAllowLooping", (e, on) => e.setAllowLooping(on), "while false {}", "Syntax error"],
  ["setAllowShadowing", (e, on) => e.setAllowShadowing(on), "let x = 1; let x = 2;", "Syntax error"],
];

export const SETTINGS: readonly Check[] = [
  ...OPTIONS.map(
    ([name, set, script, error]): Check => [
      `Engine.${name} Engine.options`,
      () => [
        [message(() => set(new Engine(), true).evalSync(script)), "nothing"],
        [message(() => set(new Engine(), false).evalSync(script)).startsWith(error), true],
        [Object.values(set(new Engine(), false).options).includes(false), true],
      ],
    ],
  ),
  [
    "Engine.setStrictVariables Engine.setFailOnInvalidMapProperty Engine.setFastOperators",
    () => {
      const slow = new Engine().setFastOperators(false);
      slow.registerFn("+", ["int", "int"], () => 42);
      return [
        [message(() => new Engine().setStrictVariables(true).compile("x + 1")), "Undefined variable: x"],
        [
          message(() => new Engine().setFailOnInvalidMapProperty(true).evalSync("let m = #{}; m.x")),
          "Property not found: x",
        ],
        [slow.evalSync("let x = 1; x + 1"), 42],
      ];
    },
  ],
  [
    "Engine.setMaxCallLevels Engine.setMaxOperations Engine.setMaxVariables Engine.setMaxFunctions Engine.setMaxModules Engine.limits",
    () => {
      const modules = new StaticModuleResolver().insert("m", new Module());
      const imports = new Engine().setMaxModules(0).setModuleResolver(modules);
      return [
        [
          message(() => new Engine().setMaxCallLevels(3).evalSync("fn f() { f() } f()")).startsWith(
            "Stack overflow",
          ),
          true,
        ],
        [message(() => new Engine().setMaxOperations(99).evalSync("loop {}")), "Too many operations"],
        [
          message(() => new Engine().setMaxVariables(1).evalSync("let a = 1; let b = 2;")),
          "Too many variables defined",
        ],
        [
          message(() => new Engine().setMaxFunctions(0).evalSync("fn f() {}")).startsWith("Syntax error"),
          true,
        ],
        [message(() => imports.evalSync(`import "m" as m; m::x`)), "Too many modules imported"],
        [new Engine().setMaxOperations(99).limits.maxOperations, 99],
      ];
    },
  ],
  [
    "Engine.setMaxExprDepths Engine.setMaxStringSize Engine.setMaxArraySize Engine.setMaxMapSize",
    () => [
      [
        message(() => new Engine().setMaxExprDepths(3, 3).evalSync("1 + (2 + (3 + (4 + 5)))")).includes(
          "maximum complexity",
        ),
        true,
      ],
      [
        message(() => new Engine().setMaxStringSize(5).evalSync(`let s = "abc"; s + s`)),
        "Length of string too large",
      ],
      [
        message(() => new Engine().setMaxArraySize(2).evalSync("let a = [1]; a + [1] + [1]")),
        "Size of array/BLOB too large",
      ],
      [
        message(() => new Engine().setMaxMapSize(1).evalSync("let m = #{ a: 1 }; m += #{ b: 2 }; m")),
        "Size of object map too large",
      ],
    ],
  ],
];

export const POINTERS: readonly Check[] = [
  [
    "FnPtr.constructor FnPtr.name FnPtr.curry FnPtr.withCurry FnPtr.isCurried FnPtr.isAnonymous FnPtr.linked",
    () => {
      const pointer = new FnPtr("f");
      const closure = new Engine().evalSync("let k = 1; |x| x + k") as FnPtr;
      return [
        [pointer.name, "f"],
        [pointer.withCurry([1, 2]).curry, [1, 2]],
        [pointer.isCurried, false],
        [pointer.withCurry([1]).isCurried, true],
        [pointer.isAnonymous, false],
        [closure.isAnonymous, true],
        [closure.linked?.arity, 2],
        [pointer.linked, null],
      ];
    },
  ],
  [
    "FnPtr.fromFn FnPtr.call FnPtr.callSync Engine.callFnPtr Engine.callFnPtrSync CallOptions.this",
    async () => {
      const engine = new Engine();
      const add = FnPtr.fromFn("add", (_context: unknown, a: number, b: number) => a + b);
      const self = new Ref<Value>(new RhaiArray([1]));
      engine.callFnPtrSync(new FnPtr("push"), [2], { this: self });
      return [
        [add.callSync(engine, [40, 2]), 42],
        [await add.call(engine, [40, 2]), 42],
        [engine.callFnPtrSync(add, [40, 2]), 42],
        [await engine.callFnPtr(add, [40, 2]), 42],
        [display(self.value), "[1, 2]"],
      ];
    },
  ],
];

/** Kept to tell that files are really written. */
export const readText = (file: string) => readFileSync(file, "utf8");
