// Rows about scopes, scripts, values, definitions and module resolvers.

import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import {
  AST,
  type Definitions,
  DummyModuleResolver,
  debug,
  display,
  Engine,
  FileModuleResolver,
  Float,
  type ImportContext,
  jsToValue,
  Module,
  ModuleResolversCollection,
  RhaiArray,
  Scope,
  type ScriptFnMetadata,
  StaticModuleResolver,
  typeNameOf,
  valueToJs,
  writeDefinitionsToDir,
  writeDefinitionsToFile,
} from "../../../src/index.ts";
import { Account, type Check, fileWith, message } from "./check.ts";

export const SCOPES: readonly Check[] = [
  [
    "Scope.constructor Scope.length Scope.size Scope.isEmpty Scope.push Scope.pushConstant Scope.clear",
    () => {
      const scope = new Scope();
      const before = [scope.isEmpty, scope.length];
      scope.push("x", 1).pushConstant("K", 2);
      const filled = [scope.isEmpty, scope.length, scope.size];
      return [
        [before, [true, 0]],
        [filled, [false, 2, 2]],
        [new Engine().evalSync("x + K", scope), 3],
        [message(() => new Engine().evalSync("K = 3", scope)), "Cannot modify constant K"],
        [scope.clear().length, 0],
      ];
    },
  ],
  [
    "Scope.pop Scope.rewind Scope.contains Scope.get Scope.isConstant Scope.remove",
    () => {
      const scope = new Scope().push("a", 1).pushConstant("B", 2).push("c", 3).push("d", 4);
      return [
        [scope.get("a"), 1],
        [scope.get("z"), undefined],
        [scope.contains("c"), true],
        [scope.pop().contains("d"), false],
        [scope.rewind(2).contains("c"), false],
        [
          [scope.isConstant("a"), scope.isConstant("B"), scope.isConstant("z")],
          [false, true, undefined],
        ],
        [scope.remove("a"), 1],
        [scope.length, 1],
      ];
    },
  ],
  [
    "Scope.set Scope.setOrPush",
    () => {
      const scope = new Scope().push("a", 1).pushConstant("B", 2);
      return [
        [scope.set("a", 5).get("a"), 5],
        [message(() => scope.set("B", 5)), "scope variable 'B' is a constant and cannot be set"],
        [scope.setOrPush("B", 7).length, 3],
        [scope.get("B"), 7],
      ];
    },
  ],
  [
    "Scope.setAlias",
    () => {
      const scope = new Scope()
        .push("x", 42)
        .push("y", 1)
        .setAlias("x", "shown")
        .setAlias("y")
        .setAlias("none");
      const module = new Engine().evalAstAsModuleSync(AST.empty(), scope);
      return [
        [
          [...module.variables],
          [
            ["y", 1],
            ["shown", 42],
          ],
        ],
        [[...new Engine().evalAstAsModuleSync(AST.empty(), scope.clone()).variables.keys()], ["y", "shown"]],
      ];
    },
  ],
  [
    "Scope.clone Scope.cloneVisible Scope.iterate",
    () => {
      const scope = new Scope()
        .push("a", new RhaiArray([1]))
        .push("a", 2)
        .pushConstant("K", 3);
      const copy = scope.clone();
      copy.set("a", 9);
      return [
        [scope.get("a"), 2],
        [
          [...scope.iterate()].map(([name, constant]) => [name, constant]),
          [
            ["a", false],
            ["a", false],
            ["K", true],
          ],
        ],
        [
          [...scope.cloneVisible()],
          [
            ["a", false, 2],
            ["K", true, 3],
          ],
        ],
        [[...copy.iterate()].length, 3],
      ];
    },
  ],
];

export const SCRIPTS: readonly Check[] = [
  [
    "AST.empty AST.source AST.withSource AST.doc AST.hasFunctions",
    () => {
      const ast = new Engine().compile("//! Doc.\nfn f() {}", { source: "a" });
      return [
        [new Engine().evalAstSync(AST.empty()), undefined],
        [
          [ast.source, ast.withSource("b").source, ast.withSource(null).source],
          ["a", "b", null],
        ],
        [ast.doc, "//! Doc."],
        [
          [ast.hasFunctions, AST.empty().hasFunctions],
          [true, false],
        ],
      ];
    },
  ],
  [
    "AST.cloneFunctionsOnly AST.cloneStatementsOnly AST.clearFunctions AST.clearStatements AST.retainFunctions AST.iterFunctions",
    () => {
      const ast = new Engine().compile("fn f() {} private fn g(a) {} 42");
      const names = (tree: AST) => [...tree.iterFunctions()].map((fn) => fn.name);
      const isF = (fn: ScriptFnMetadata) => fn.name === "f";
      return [
        [
          [...ast.iterFunctions()].map(({ access, params }) => [access, params]),
          [
            ["public", []],
            ["private", ["a"]],
          ],
        ],
        [names(ast.cloneFunctionsOnly()), ["f", "g"]],
        [names(ast.cloneFunctionsOnly(isF)), ["f"]],
        [names(ast.retainFunctions(isF)), ["f"]],
        [names(ast.clearFunctions()), []],
        [new Engine().evalAstSync(ast.cloneStatementsOnly()), 42],
        [new Engine().evalAstSync(ast.clearStatements()), undefined],
        [names(ast.clearStatements()), ["f", "g"]],
      ];
    },
  ],
  [
    "AST.merge AST.combine",
    () => {
      const engine = new Engine();
      const first = engine.compile("//! One.\nfn f() { 1 } fn g() { 2 } let x = f();");
      const second = engine.compile("//! Two.\nfn f() { 40 } x + f() + g()");
      const keepAll = () => false;
      return [
        [engine.evalAstSync(first.merge(second)), 82],
        [engine.evalAstSync(first.combine(second)), 82],
        [engine.evalAstSync(first.merge(second, keepAll)), 4],
        [first.merge(second).doc, "//! One.\n//! Two."],
      ];
    },
  ],
  [
    "AST.iterLiteralVariables AST.walk",
    () => {
      const ast = new Engine().compile("const A = 1; let b = 2; let c = f(3);");
      const kinds: string[] = [];
      ast.walk((node) => {
        if ("kind" in node) kinds.push(node.kind);
        return true;
      });
      return [
        [[...ast.iterLiteralVariables(true, false)], [{ name: "A", isConstant: true, value: 1 }]],
        [[...ast.iterLiteralVariables(true, true)].map(({ name }) => name), ["A", "b"]],
        [kinds, ["var", "int", "var", "int", "var", "call", "int"]],
      ];
    },
  ],
];

export const VALUES: readonly Check[] = [
  [
    "typeNameOf() display() debug()",
    () => [
      [
        [1, 1n << 60n, true, undefined, "a", new Float(1), new RhaiArray([])].map((v) => typeNameOf(v)),
        ["i64", "i64", "bool", "()", "string", "f64", "array"],
      ],
      [display("a"), "a"],
      [debug("a"), '"a"'],
    ],
  ],
  [
    "jsToValue() valueToJs() Engine.toValue Engine.toJs",
    () => {
      const engine = new Engine().registerType(Account);
      const account = new Account(1);
      const data = { a: [1, 2.5, "x"], when: new Date(42), n: null };
      return [
        [display(jsToValue(data)), '#{"a": [1, 2.5, "x"], "n": (), "when": 42}'],
        [valueToJs(jsToValue(data)), { a: [1, 2.5, "x"], when: 42, n: undefined }],
        [
          message(() => jsToValue(account)).startsWith("an object of class Account cannot be converted"),
          true,
        ],
        [engine.toJs(engine.toValue({ accounts: [account] })), { accounts: [account] }],
        [typeNameOf(engine.toValue(account)), "Account"],
      ];
    },
  ],
  [
    "Engine.evalAs",
    async () => [[await new Engine().evalAs(z.object({ n: z.number() }), "#{ n: 42 }"), { n: 42 }]],
  ],
];

function described(): Definitions {
  const engine = new Engine().registerFn("area", ["int"], (w: number) => w, { returns: "int" });
  engine.registerStaticModule("geo", new Module().setVar("PI", new Float(3.14)));
  return engine.definitionsWithScope(new Scope().push("x", 1), { includeStandardPackages: false });
}

export const DEFINITIONS: readonly Check[] = [
  [
    "Definitions.withHeaders Definitions.includeStandardPackages Definitions.singleFile Definitions.iterFiles",
    () => {
      const definitions = described();
      return [
        [definitions.withHeaders(true).staticModule().startsWith("module static;"), true],
        [definitions.singleFile().includes("fn area(_: int) -> int;"), true],
        [definitions.singleFile().includes("fn len("), false],
        [definitions.includeStandardPackages(true).singleFile().includes("fn len("), true],
        [
          [...definitions.iterFiles()].map(([name]) => name),
          ["__static__.d.rhai", "__scope__.d.rhai", "geo.d.rhai"],
        ],
      ];
    },
  ],
  [
    "Definitions.builtinFunctions Definitions.builtinOperators Definitions.staticModule Definitions.scopeItems Definitions.modules",
    () => {
      const definitions = described();
      return [
        [definitions.builtinFunctions().includes("fn type_of("), true],
        [definitions.builtinOperators().includes("op +(int, int) -> int;"), true],
        [definitions.staticModule(), "fn area(_: int) -> int;"],
        [definitions.scopeItems(), "let x: int;"],
        [[...definitions.modules()], [["geo", "const PI: float;"]]],
      ];
    },
  ],
  [
    "writeDefinitionsToDir() writeDefinitionsToFile()",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "rhai-rows-"));
      await writeDefinitionsToDir(described(), join(folder, "all"));
      await writeDefinitionsToFile(described(), join(folder, "one.d.rhai"));
      return [
        [existsSync(join(folder, "all", "geo.d.rhai")), true],
        [readFileSync(join(folder, "one.d.rhai"), "utf8").includes("fn area("), true],
      ];
    },
  ],
];

export const RESOLVERS: readonly Check[] = [
  [
    "FileModuleResolver.constructor FileModuleResolver.base FileModuleResolver.filePath FileModuleResolver.resolve FileModuleResolver.clearCache",
    () => {
      const file = fileWith("export const X = 42;", "m.rhai");
      const folder = join(file, "..");
      const resolver = new FileModuleResolver(folder);
      const engine = new Engine().setModuleResolver(resolver);
      const first = engine.evalSync(`import "m" as m; m::X`);
      const loaded: string[] = [];
      const context = {
        source: null,
        files: engine.scriptFiles,
        loadScript: (text: string) => {
          loaded.push(text);
          return new Module();
        },
      } as ImportContext;
      resolver.resolve("m", context);
      const cached = [...loaded];
      resolver.clearCache();
      resolver.resolve("m", context);
      resolver.clearCache("./m");
      resolver.resolve("m", context);
      return [
        [resolver.base, folder],
        [resolver.filePath("m"), join(folder, "m.rhai")],
        [new FileModuleResolver(folder, { extension: "txt" }).filePath("m"), join(folder, "m.txt")],
        [first, 42],
        [cached, []],
        [loaded, ["export const X = 42;", "export const X = 42;"]],
      ];
    },
  ],
  [
    "StaticModuleResolver.insert StaticModuleResolver.remove StaticModuleResolver.containsPath StaticModuleResolver.paths StaticModuleResolver.length",
    () => {
      const resolver = new StaticModuleResolver().insert("a", new Module()).insert("b", new Module());
      return [
        [[...resolver.paths()], ["a", "b"]],
        [resolver.length, 2],
        [resolver.containsPath("a"), true],
        [
          [resolver.remove("a"), resolver.remove("a")],
          [true, false],
        ],
        [resolver.containsPath("a"), false],
      ];
    },
  ],
  [
    "ModuleResolversCollection.push ModuleResolversCollection.insert ModuleResolversCollection.remove ModuleResolversCollection.length",
    () => {
      const of = (x: number) => new StaticModuleResolver().insert("m", new Module().setVar("x", x));
      const collection = new ModuleResolversCollection().push(of(1)).insert(0, of(42));
      const engine = new Engine().setModuleResolver(collection);
      const script = `import "m" as m; m::x`;
      return [
        [collection.length, 2],
        [engine.evalSync(script), 42],
        [collection.remove(0) instanceof StaticModuleResolver, true],
        [engine.evalSync(script), 1],
      ];
    },
  ],
  [
    "DummyModuleResolver.constructor",
    () => [
      [
        message(() =>
          new Engine().setModuleResolver(new DummyModuleResolver()).evalSync(`import "m" as m; m::x`),
        ),
        "Module not found: m",
      ],
    ],
  ],
];
