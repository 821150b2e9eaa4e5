// Expressions of a definition: Rhai without functions of a host, so that the same values always give the same result.

import type { AST } from "../runtime/ast.ts";
import { Engine } from "../runtime/engine.ts";
import { languagePackage } from "../runtime/eval/language-package.ts";
import { DummyModuleResolver } from "../runtime/module/static-resolver.ts";
import { standardPackages } from "../runtime/packages/standard.ts";
import { timePackage } from "../runtime/packages/time.ts";
import { Scope } from "../runtime/scope.ts";
import type { Value } from "../runtime/value/value.ts";

const MAX_OPERATIONS = 1_000_000;
const MAX_ITEMS = 1_000_000;

/** No clock, no modules, no output, and an end: an executor evaluates what strangers wrote. */
function expressionEngine(): Engine {
  const packages = [...standardPackages.filter((pkg) => pkg !== timePackage), languagePackage];
  return new Engine(packages)
    .setModuleResolver(new DummyModuleResolver())
    .disableSymbol("eval")
    .setMaxOperations(MAX_OPERATIONS)
    .setMaxArraySize(MAX_ITEMS)
    .setMaxMapSize(MAX_ITEMS)
    .setMaxStringSize(16 * MAX_ITEMS)
    .onPrint(() => undefined)
    .onDebug(() => undefined);
}

const engine = expressionEngine();
/** Parses scripts for what they mention; they are run elsewhere, with functions that are not known here. */
const parser = new Engine();

export type ExpressionVariables = Readonly<Record<string, Value>>;

/** Throws ParseError. */
export function compileExpression(text: string): AST {
  return engine.compileExpression(text);
}

/** The tree of a script, or null when it does not parse (custom syntax of the engine that runs it, for example). */
export function parseScript(text: string): AST | null {
  try {
    return parser.compile(text);
  } catch {
    return null;
  }
}

/** Throws EvalError. */
export function evaluateExpression(ast: AST, variables: ExpressionVariables): Value {
  const scope = new Scope();
  for (const [name, value] of Object.entries(variables)) scope.pushConstant(name, value);
  return engine.evalAstSync(ast, scope);
}
