// The `options` of a conformance case, applied to an engine.

import type { LanguageOptions } from "../../lang/options.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { OptionValue } from "./case.ts";

/** Settings under which the cases were recorded. */
export function applyRecordingLimits(engine: Engine): void {
  engine.limits.maxOperations = 30_000_000;
  engine.limits.maxArraySize = 2_000_000;
  engine.limits.maxMapSize = 1_000_000;
  engine.limits.maxStringSize = 20_000_000;
}

const LANGUAGE_OPTIONS: ReadonlyMap<string, keyof LanguageOptions> = new Map([
  ["strict_variables", "strictVariables"],
  ["fast_operators", "fastOperators"],
  ["allow_shadowing", "allowShadowing"],
  ["allow_looping", "allowLooping"],
  ["allow_if_expression", "allowIfExpression"],
  ["allow_switch_expression", "allowSwitchExpression"],
  ["allow_loop_expressions", "allowLoopExpressions"],
  ["allow_statement_expression", "allowStatementExpression"],
  ["allow_anonymous_fn", "allowAnonymousFn"],
  ["fail_on_invalid_map_property", "failOnInvalidMapProperty"],
]);

const LIMITS: ReadonlyMap<string, readonly (keyof Engine["limits"])[]> = new Map([
  ["max_operations", ["maxOperations"]],
  ["max_call_levels", ["maxCallLevels"]],
  ["max_string_size", ["maxStringSize"]],
  ["max_array_size", ["maxArraySize"]],
  ["max_map_size", ["maxMapSize"]],
  ["max_variables", ["maxVariables"]],
  ["max_functions", ["maxFunctions"]],
  ["max_modules", ["maxModules"]],
  ["max_expr_depths", ["maxExprDepth", "maxFunctionExprDepth"]],
] as [string, (keyof Engine["limits"])[]][]);

const LEVELS: readonly string[] = ["none", "simple", "full"];

function wrong(name: string, value: OptionValue): never {
  throw new Error(`option ${name}: unexpected value ${JSON.stringify(value)}`);
}

function applyOption(engine: Engine, name: string, value: OptionValue): void {
  const flag = LANGUAGE_OPTIONS.get(name);
  const limits = LIMITS.get(name);
  if (flag !== undefined) {
    engine.options[flag] = typeof value === "boolean" ? value : wrong(name, value);
  } else if (limits !== undefined) {
    for (const limit of limits) engine.limits[limit] = typeof value === "number" ? value : wrong(name, value);
  } else if (name === "optimization") {
    if (!LEVELS.includes(value as string)) wrong(name, value);
    engine.setOptimizationLevel(value as "none" | "simple" | "full");
  } else if (name === "disable_symbols") {
    for (const symbol of Array.isArray(value) ? value : wrong(name, value)) engine.disableSymbol(symbol);
  } else {
    throw new Error(`unknown option ${name}`);
  }
}

/** Applies every option; throws an Error for one that does not exist. */
export function applyOptions(engine: Engine, options: Readonly<Record<string, OptionValue>>): void {
  for (const [name, value] of Object.entries(options)) applyOption(engine, name, value);
}
