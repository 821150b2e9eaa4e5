// Looking on changes nothing: recorded cases have the same outcome under a debugger that stops at every node, and with callbacks.

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Case, Outcome, OutputEntry } from "../../src/cli/conformance/case.ts";
import {
  executeCase,
  failure,
  okResult,
  prepareEngine,
  scopeOf,
  writeModules,
} from "../../src/cli/conformance/execute.ts";
import { loadCases } from "../../src/cli/conformance/load.ts";
import { Engine } from "../../src/runtime/engine.ts";

const FOLDER = join(import.meta.dirname, "../conformance");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".jsonl"));
/** Every so many cases of each file. */
const EACH = 7;

async function outcomeOf(item: Case, prepare: (engine: Engine) => void, isAsync: boolean): Promise<Outcome> {
  const output: OutputEntry[] = [];
  let folder: string | null = null;
  try {
    folder = writeModules(item);
    const engine = new Engine();
    prepareEngine(engine, item, folder, output);
    prepare(engine);
    const scope = scopeOf(item);
    const ast = engine.compile(item.script, { source: item.file?.source ?? null, scope });
    const value = isAsync ? await engine.evalAst(ast, { scope }) : engine.evalAstSync(ast, scope);
    return { output, ok: okResult(value) };
  } catch (error) {
    return { output, ...failure(error, folder) };
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

let stops = 0;
/** Each third answer has to be waited for. */
function debugAsync(engine: Engine): void {
  engine.registerDebugger(null, () => (++stops % 3 === 0 ? Promise.resolve("stepInto") : "stepInto"));
}
function debugSync(engine: Engine): void {
  engine.registerDebugger(null, () => {
    stops++;
    return "stepInto";
  });
}
function withCallbacks(engine: Engine): void {
  engine
    .onVar(() => undefined)
    .onDefVar(() => true)
    .onParseToken(() => undefined)
    .onMissingFunction(() => undefined);
}

const WAYS: readonly [name: string, prepare: (engine: Engine) => void, isAsync: boolean][] = [
  ["debugged", debugSync, false],
  ["debugged asynchronously", debugAsync, true],
  ["with callbacks", withCallbacks, false],
];

describe.each(WAYS)("%s", (_name, prepare, isAsync) => {
  it.each(FILES)("%s", { timeout: 60_000 }, async (file) => {
    const { cases, problems } = loadCases([join(FOLDER, file)]);
    expect(problems).toEqual([]);
    const before = stops;
    const chosen = cases.filter((_item, i) => i % EACH === 0);
    const different: string[] = [];
    for (const item of chosen) {
      const expected = JSON.stringify(executeCase(item));
      if (JSON.stringify(await outcomeOf(item, prepare, isAsync)) !== expected) different.push(item.id);
    }
    expect(different).toEqual([]);
    if (prepare !== withCallbacks) expect(stops - before).toBeGreaterThan(chosen.length);
  });
});
