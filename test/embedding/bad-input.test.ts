// Bad input from JS: wrong arguments. Each gives a clear error of a known class, and the engine works afterwards.

import { describe, expect, it } from "vitest";
import { AST, Engine, exportModule, Module, Scope } from "../../src/index.ts";
import { errorOf, Known, rejectionOf, revokedProxy, stillWorks, wrong } from "./hostile.ts";

describe("wrong arguments", () => {
  const script = new Engine().compile("fn f(x) { x }");
  const scope = new Scope();
  const CALLS: readonly (readonly [name: string, call: (engine: Engine) => unknown, message: string])[] = [
    ["compile", (e) => e.compile(wrong(7)), "expected the text of a script, got number"],
    [
      "compile source",
      (e) => e.compile("1", { source: wrong(7) }),
      "expected the name of the source, got number",
    ],
    ["compile scope", (e) => e.compile("1", { scope: wrong({}) }), "expected a Scope, got object"],
    ["compileExpression", (e) => e.compileExpression(wrong(null)), "expected the text of a script, got null"],
    ["compileFile", (e) => e.compileFile(wrong(7)), "expected the path of a script file, got number"],
    ["compactScript", (e) => e.compactScript(wrong([])), "expected the text of a script, got an array"],
    ["evalSync", (e) => e.evalSync(wrong(undefined)), "expected the text of a script, got undefined"],
    ["evalSync scope", (e) => e.evalSync("1", wrong({ x: 1 })), "expected a Scope, got object"],
    [
      "evalAstSync",
      (e) => e.evalAstSync(wrong("1 + 1")),
      "expected a script compiled by engine.compile(), got string",
    ],
    [
      "evalAstSync null",
      (e) => e.evalAstSync(wrong(null)),
      "expected a script compiled by engine.compile(), got null",
    ],
    ["evalAstSync proxy", (e) => e.evalAstSync(wrong(revokedProxy())), ""],
    [
      "evalAstAsModuleSync",
      (e) => e.evalAstAsModuleSync(wrong({})),
      "expected a script compiled by engine.compile(), got object",
    ],
    [
      "optimizeAst",
      (e) => e.optimizeAst(scope, wrong({})),
      "expected a script compiled by engine.compile(), got object",
    ],
    [
      "deadline",
      (e) => e.evalAstSync(script, scope, { deadline: wrong("1s") }),
      "the option `deadline` must be a number of milliseconds from now",
    ],
    ["callFnSync scope", (e) => e.callFnSync(wrong({}), script, "f", [1]), "expected a Scope, got object"],
    [
      "callFnSync ast",
      (e) => e.callFnSync(scope, wrong("fn f"), "f", [1]),
      "expected a script compiled by engine.compile(), got string",
    ],
    [
      "callFnSync name",
      (e) => e.callFnSync(scope, script, wrong(Symbol("f")), [1]),
      "expected the name of a function, got symbol",
    ],
    [
      "callFnSync args",
      (e) => e.callFnSync(scope, script, "f", wrong({ 0: 1 })),
      "expected the arguments as an array, got object",
    ],
    [
      "callFnSync this",
      (e) => e.callFnSync(scope, script, "f", [1], { this: wrong(1) }),
      "the option `this` must be a Ref: new Ref(value)",
    ],
    ["callFnPtrSync", (e) => e.callFnPtrSync(wrong(() => 1)), "expected a function pointer (FnPtr)"],
    ["evalFnCallSync", (e) => e.evalFnCallSync(wrong(1)), "expected the name of a function, got number"],
    ["evalBinaryOpSync", (e) => e.evalBinaryOpSync(wrong(null), 1, 2), "expected an operator, got null"],
    ["registerFn name", (e) => e.registerFn(wrong(7), [], () => 1), "a function needs a name"],
    [
      "registerFn params",
      (e) => e.registerFn("f", wrong("int"), () => 1),
      "registering f: the parameter types must be an array",
    ],
    [
      "registerFn type",
      (e) => e.registerFn("f", [wrong("number")], () => 1),
      "registering f: unknown type 'number'",
    ],
    [
      "registerFn null type",
      (e) => e.registerFn("f", [wrong(null)], () => 1),
      "expected the name of a type or a class, got null",
    ],
    ["registerFn class", (e) => e.registerFn("f", [Known], () => 1), "class Known is not registered"],
    [
      "registerFn fn",
      (e) => e.registerFn("f", [], wrong("() => 1")),
      "registering f: expected a function, got string",
    ],
    [
      "registerFn arity",
      (e) =>
        e.registerFn(
          "f",
          ["int"],
          wrong((a: number, b: number) => a + b),
        ),
      "registering f: the function takes 2 arguments, but 1 parameter types are declared",
    ],
    [
      "registerFn options",
      (e) => e.registerFn("f", [], () => 1, wrong(7)),
      "registering f: expected the options as an object, got number",
    ],
    [
      "registerGet",
      (e) => e.registerGet(wrong(Symbol("x")), "int", () => 1),
      "expected the name of a property, got symbol",
    ],
    ["registerSet", (e) => e.registerSet("", "int", "int", () => {}), "a property needs a name"],
    [
      "registerIndexerGet",
      (e) => e.registerIndexerGet("array", "int", () => 1),
      "cannot register an indexer for array: the language has its own",
    ],
    [
      "registerIterator",
      (e) => e.registerIterator("int", wrong([1])),
      "registering an iterator: expected a function, got an array",
    ],
    ["registerType", (e) => e.registerType(wrong({})), "expected a class, got object"],
    ["registerType name", (e) => e.registerType(Known, wrong(7)), "expected the name of a type, got number"],
    [
      "registerType twice",
      (e) => e.registerType(Known).registerType(Known),
      "class Known is registered already",
    ],
    ["defineType", (e) => e.defineType(wrong(null)), "expected the definition of a type, got null"],
    [
      "defineType class",
      (e) => e.defineType(wrong({ name: "X" })),
      "registering type 'X': expected a class, got undefined",
    ],
    [
      "defineType method",
      (e) => e.defineType({ name: "K", class: Known, methods: { m: wrong(undefined) } }),
      "'m' of type 'K' has no function `call`",
    ],
    [
      "defineType property",
      (e) => e.defineType({ name: "K", class: Known, properties: { p: {} } }),
      "property 'p' of type 'K' has neither get nor set",
    ],
    ["registerPackage", (e) => e.registerPackage(wrong({})), "expected a package, as definePackage makes it"],
    [
      "registerGlobalModule",
      (e) => e.registerGlobalModule(wrong({})),
      "registerGlobalModule expects a Module, got object",
    ],
    [
      "registerStaticModule",
      (e) => e.registerStaticModule("m", wrong(null)),
      "registerStaticModule expects a Module, got null",
    ],
    [
      "registerStaticModule name",
      (e) => e.registerStaticModule("1m", new Module()),
      "'1m' cannot be the name of a module",
    ],
    [
      "registerCustomOperator",
      (e) => e.registerCustomOperator("plus", 0),
      "precedence of operator 'plus' must be a whole number from 1 to 255, not 0",
    ],
    [
      "registerCustomOperator name",
      (e) => e.registerCustomOperator(wrong(5), 5),
      "expected an operator, got number",
    ],
    [
      "registerCustomSyntax",
      (e) => e.registerCustomSyntax(wrong("x"), () => 1),
      "expected the symbols of custom syntax as an array, got string",
    ],
    [
      "registerCustomSyntax symbol",
      (e) => e.registerCustomSyntax([wrong(7)], () => 1),
      "expected a symbol of custom syntax, got number",
    ],
    [
      "registerCustomSyntax fn",
      (e) => e.registerCustomSyntax(["x"], wrong(7)),
      "registering custom syntax: expected a function, got number",
    ],
    [
      "registerCustomSyntaxWithState",
      (e) => e.registerCustomSyntaxWithState("x", wrong(7), () => 1),
      "expected a function, got number",
    ],
    [
      "setModuleResolver",
      (e) => e.setModuleResolver(wrong({})),
      "a module resolver needs a function resolve(path, context)",
    ],
    [
      "setOptimizationLevel",
      (e) => e.setOptimizationLevel(wrong("fast")),
      'optimization level must be "none", "simple" or "full", not "fast"',
    ],
    ["disableSymbol", (e) => e.disableSymbol(wrong(1)), "expected a keyword or operator, got number"],
    [
      "setAllowLooping",
      (e) => e.setAllowLooping(wrong("no")),
      "the option allowLooping is true or false, not string",
    ],
    [
      "setMaxOperations",
      (e) => e.setMaxOperations(-1),
      "maxOperations must be a whole number that is not negative, not -1",
    ],
    [
      "setMaxVariables",
      (e) => e.setMaxVariables(wrong("many")),
      "maxVariables must be a whole number that is not negative, not many",
    ],
    [
      "setMaxModules",
      (e) => e.setMaxModules(Number.NaN),
      "maxModules must be a whole number that is not negative, not NaN",
    ],
    ["onPrint", (e) => e.onPrint(wrong("log")), "onPrint: expected a function, got string"],
    ["onDebug", (e) => e.onDebug(wrong(undefined)), "onDebug: expected a function, got undefined"],
    ["onProgress", (e) => e.onProgress(wrong(1)), "onProgress: expected a function, got number"],
    ["evalAsSync", (e) => e.evalAsSync(wrong({}), "1"), ""],
    [
      "packages",
      () => new Engine(wrong("all")),
      "expected the packages of an engine as an array, got string",
    ],
    ["package", () => new Engine([wrong(7)]), "expected a package, as definePackage makes it"],
    ["Scope.push", () => new Scope().push(wrong(7), 1), "expected the name of a variable, got number"],
    ["Scope value", () => new Scope().push("x", wrong(new Date())), "scope variable 'x' is no script value"],
    [
      "Module.setVar",
      () => new Module().setVar("a b", 1),
      "'a b' cannot be the name of a variable: it is no identifier",
    ],
    [
      "Module.setSubModule",
      () => new Module().setSubModule("m", wrong({})),
      "setSubModule expects a Module, got object",
    ],
    [
      "exportModule",
      () => exportModule("m", wrong(7)),
      "exporting module 'm': expected a definition, got number",
    ],
    [
      "AST.merge",
      () => AST.empty().merge(wrong("x")),
      "expected a script compiled by engine.compile(), got string",
    ],
  ];

  it.each(CALLS)("%s", (_name, call, message) => {
    const engine = new Engine();
    const error = errorOf(() => call(engine)) as Error;
    expect([TypeError, RangeError].some((type) => error instanceof type)).toBe(true);
    expect(error.message).toContain(message);
    stillWorks(engine);
  });

  it.each([
    ["eval", (e: Engine) => e.eval(wrong(7)), "expected the text of a script, got number"],
    [
      "evalAst",
      (e: Engine) => e.evalAst(wrong(7)),
      "expected a script compiled by engine.compile(), got number",
    ],
    ["evalAst scope", (e: Engine) => e.evalAst(script, { scope: wrong(7) }), "expected a Scope, got number"],
    [
      "signal",
      (e: Engine) => e.eval("1", { signal: wrong({}) }),
      "the option `signal` must be an AbortSignal",
    ],
    ["deadline", (e: Engine) => e.eval("1", { deadline: -1 }), "the option `deadline` must be a number"],
    ["callFn", (e: Engine) => e.callFn(scope, script, "f", [Symbol("s")]), "a symbol cannot be converted"],
    ["callFnPtr", (e: Engine) => e.callFnPtr(wrong(null)), "expected a function pointer (FnPtr)"],
    [
      "evalFnCall",
      (e: Engine) => e.evalFnCall("len", wrong(null)),
      "expected the arguments as an array, got null",
    ],
    ["evalBinaryOp", (e: Engine) => e.evalBinaryOp("+", () => 1, 2), "a function cannot be converted"],
    [
      "evalAstAsModule",
      (e: Engine) => e.evalAstAsModule(wrong(7)),
      "expected a script compiled by engine.compile()",
    ],
    [
      "compileIntoSelfContained",
      (e: Engine) => e.compileIntoSelfContained(wrong(7)),
      "expected the text of a script",
    ],
  ] as const)("rejects: %s", async (_name, call, message) => {
    const engine = new Engine();
    const error = (await rejectionOf(() => call(engine))) as Error;
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(message);
    stillWorks(engine);
  });

  it("leaves nothing behind of a registration that fails", () => {
    const engine = new Engine();
    errorOf(() => engine.registerFn("f", ["int", wrong("number")], () => 1));
    errorOf(() => engine.defineType({ name: "K", class: Known, methods: { m: wrong(undefined) } }));
    expect(() => engine.evalSync("f(1)")).toThrow("Function not found: f (i64)");
    stillWorks(engine);
  });
});
