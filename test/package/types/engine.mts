// Types of running scripts: results, scopes, options of a run, schemas.

import {
  type AST,
  Engine,
  EvalError,
  FnPtr,
  ParseError,
  Scope,
  type StandardSchema,
  type Value,
} from "rhailib";
import { z } from "zod";

const engine = new Engine();
const scope = new Scope().push("x", 40).pushConstant("LIMIT", 100n);
const ast: AST = engine.compile("x + 2", { scope, source: "main.rhai" });
const value: Value = engine.evalAstSync(ast, scope);
const later: Promise<Value> = engine.eval("x", { scope, signal: AbortSignal.timeout(100), deadline: 5 });
const order: Promise<{ total: number }> = engine.evalAs(z.object({ total: z.number() }), "#{ total: 1 }");
const total: number = engine.evalAsSync(z.number(), "1");
for (const [name, isConstant, held] of scope) console.log(name.length, isConstant === true, held);
if (value instanceof FnPtr) console.log(value.name);

try {
  engine.runSync("1");
} catch (error) {
  if (error instanceof EvalError) console.log(error.kind === "ErrorArithmetic", error.position + 1);
  if (error instanceof ParseError) console.log(error.message);
}

// @ts-expect-error: a script is text
engine.evalSync(42);
// @ts-expect-error: a scope is no plain object
engine.evalSync("x", { x: 1 });
// @ts-expect-error: the result of a script may be anything
const result: number = engine.evalSync("1");
// @ts-expect-error: the result of an asynchronous run is a promise
const early: Value = engine.eval("1") + 1;
// @ts-expect-error: no such option of a run
engine.eval("1", { timeout: 5 });
// @ts-expect-error: a deadline is a number of milliseconds
engine.eval("1", { deadline: new Date() });
// @ts-expect-error: a signal is an AbortSignal
engine.eval("1", { signal: true });
// @ts-expect-error: a variable needs a value that scripts know
scope.push("x", { a: 1 });
// @ts-expect-error: null is no script value
scope.push("x", null);
// @ts-expect-error: a variable needs a name
scope.push(1, 1);
// @ts-expect-error: a value's type has to be found out first
scope.get("x").toFixed();
// @ts-expect-error: the schema says number
const name: string = engine.evalAsSync(z.number(), "1");
// @ts-expect-error: the schema knows no such property
engine.evalAs(z.object({ total: z.number() }), "#{}").then((data) => data.sum);
// @ts-expect-error: no schema
engine.evalAs({ type: "number" }, "1");
// @ts-expect-error: function, then arguments as a list
engine.callFnSync(scope, ast, "add", 1, 2);
// @ts-expect-error: the function's name comes after the script
engine.callFnSync(scope, "add", ast, []);
// @ts-expect-error: an AST is no text
engine.evalAst("1");
// @ts-expect-error: no such level
engine.setOptimizationLevel("fast");
// @ts-expect-error: a limit is a number
engine.setMaxOperations("many");
// @ts-expect-error: printed text is text
engine.onPrint((text: number) => text);
// @ts-expect-error: files have a function readText
engine.setScriptFiles({ read: () => "" });
// @ts-expect-error: a file's text is at hand, not promised
engine.setScriptFiles({ readText: async () => "" });
// @ts-expect-error: no such kind of error
if (new EvalError("ErrorRuntime").kind === "ErrorUnknown") console.log("?");

const schema: StandardSchema<unknown, { a: number }> = z.object({ a: z.number() }) as never;

export { early, later, name, order, result, schema, total };
