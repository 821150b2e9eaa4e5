// Runs one fuzzed script with small limits and says what is wrong with the outcome, if anything.

import { ParseError } from "../../src/lang/errors.ts";
import { columnOf, lineOf, NO_POSITION, type Position, type Span } from "../../src/lang/position.ts";
import { Engine } from "../../src/runtime/engine.ts";
import type { OptimizationLevel } from "../../src/runtime/engine-settings.ts";
import { EvalError } from "../../src/runtime/errors.ts";
import { definePackage } from "../../src/runtime/function/native.ts";
import type { ModuleResolver } from "../../src/runtime/module/resolver.ts";
import { debug, debugText, display, printText } from "../../src/runtime/value/display.ts";
import { typeNameOf, type Value } from "../../src/runtime/value/value.ts";

export interface FuzzInput {
  readonly text: string;
  readonly optimization: OptimizationLevel;
  readonly strict: boolean;
  readonly fastOperators: boolean;
}

const SLOW = 2_000;

/** `sleep` would be a hang by design. */
const noSleep = definePackage("NoSleep", (m) => {
  m.fn("sleep", ["i64"], "()", () => undefined, { isPure: false });
  m.fn("sleep", ["f64"], "()", () => undefined, { isPure: false });
});

/** Modules by path, from memory. */
export function memoryResolver(files: ReadonlyMap<string, string>): ModuleResolver {
  return {
    resolve(path, context) {
      const text = files.get(path) ?? files.get(`${path}.rhai`);
      return text === undefined ? null : context.loadScript(text, path);
    },
  };
}

function fuzzEngine(input: FuzzInput, resolver: ModuleResolver): Engine {
  const engine = new Engine().setOptimizationLevel(input.optimization).setModuleResolver(resolver);
  engine.registerPackage(noSleep);
  engine.onPrint(() => {}).onDebug(() => {});
  Object.assign(engine.limits, {
    maxOperations: 20_000,
    maxCallLevels: 32,
    maxStringSize: 10_000,
    maxArraySize: 10_000,
    maxMapSize: 10_000,
    maxModules: 20,
  });
  engine.options.strictVariables = input.strict;
  engine.options.fastOperators = input.fastOperators;
  return engine;
}

/** As in Rhai, not every line break counts: none in a raw string, and a carriage return only where it ends a comment. */
const UNCOUNTED_BREAKS = /\r|#"/;

function placeProblem(position: Position, text: string): string | null {
  if (position === NO_POSITION) return null;
  const lines = text.split(/\r|\n/);
  const [line, column] = [lineOf(position), columnOf(position)];
  if (line < 1 || line > lines.length) return `line ${line} of ${lines.length}`;
  // The end of a line is a place, too.
  const width = [...(UNCOUNTED_BREAKS.test(text) ? text : lines[line - 1])].length + 1;
  return column > width ? `column ${column} of ${width} in line ${line}` : null;
}

function spanProblem(span: Span | null, text: string): string | null {
  if (span === null || (span.start >= 0 && span.start <= span.end && span.end <= text.length)) return null;
  return `span ${span.start}..${span.end} of ${text.length}`;
}

/** Texts that the script compiles while it runs have places of their own. */
const COMPILES = /eval|parse_json|import/;

function errorProblem(error: EvalError, text: string): string | null {
  if (typeof error.toString() !== "string" || typeof error.message !== "string") return "no message";
  // A slip of ours inside of a native function looks like an error of the host's.
  const { cause } = error.root;
  if (cause !== undefined) return `${(cause as Error).stack ?? cause}`;
  if (COMPILES.test(text)) return null;
  for (let inner: EvalError | undefined = error; inner !== undefined; inner = inner.fields.inner) {
    const problem = placeProblem(inner.position, text) ?? spanProblem(inner.span, text);
    if (problem !== null) return `${problem}: ${error}`;
  }
  return null;
}

function valueProblem(value: Value): string | null {
  const texts = [display(value), debug(value), printText(value), debugText(value), typeNameOf(value)];
  return texts.every((text) => typeof text === "string") ? null : "value without text";
}

function outcomeProblem(input: FuzzInput, resolver: ModuleResolver): string | null {
  const engine = fuzzEngine(input, resolver);
  try {
    return valueProblem(engine.evalAstSync(engine.compile(input.text)));
  } catch (error) {
    if (error instanceof EvalError) return errorProblem(error, input.text);
    if (!(error instanceof ParseError)) return `${(error as Error)?.stack ?? error}`;
    const text = error.toString();
    const problem = placeProblem(error.position, input.text) ?? spanProblem(error.span, input.text);
    return problem === null ? null : `${problem}: ${text}`;
  }
}

/** Null when the script ended as it may: in a value, a ParseError or an EvalError, in time, with sound positions. */
export function problemWith(input: FuzzInput, resolver: ModuleResolver): string | null {
  const start = performance.now();
  let problem: string | null;
  try {
    problem = outcomeProblem(input, resolver);
  } catch (error) {
    problem = `while looking at the outcome: ${(error as Error)?.stack ?? error}`;
  }
  const time = performance.now() - start;
  return problem ?? (time > SLOW ? `took ${Math.round(time)} ms` : null);
}
