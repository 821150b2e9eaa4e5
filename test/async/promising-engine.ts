// An engine whose natives all return promises now and then, and whose scripts are linked asynchronously node by node:
// what it makes of a script must be what the synchronous engine makes of it.

import { rmSync } from "node:fs";
import type { Case, Outcome, OutputEntry } from "../../src/cli/conformance/case.ts";
import {
  failure,
  okResult,
  prepareEngine,
  scopeOf,
  writeModules,
} from "../../src/cli/conformance/execute.ts";
import type { Ast } from "../../src/lang/ast.ts";
import { Engine } from "../../src/runtime/engine.ts";
import type { LinkVariant, Program } from "../../src/runtime/eval/program.ts";
import type { NativeFn } from "../../src/runtime/function/native.ts";

type Call = (...args: unknown[]) => unknown;

/** How many promises natives have returned. */
export const counters = { promises: 0 };

/** Numbers that are the same in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export class PromisingEngine extends Engine {
  override link(ast: Ast, variant: LinkVariant = {}): Program {
    return super.link(ast, { ...variant, everyNode: true });
  }

  /** Makes natives return promises: settled ones, and such that take a few ticks, or longer. */
  makePromising(seed: number): void {
    const random = generator(seed);
    for (const fn of [...this.registry.all()]) this.registry.register(promising(fn, random));
  }
}

async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

function promising(fn: NativeFn, random: () => number): NativeFn {
  const call = fn.call as unknown as Call;
  const later: Call = (...args) => {
    const choice = random();
    if (choice < 0.2) return call(...args);
    counters.promises++;
    if (choice < 0.6) {
      const result = call(...args);
      return Promise.resolve(result);
    }
    return (async () => {
      if (choice > 0.8) await ticks(Math.floor(random() * 4));
      const result = call(...args);
      await ticks(Math.floor(random() * 3));
      return result;
    })();
  };
  return { ...fn, isAsync: true, call: later as NativeFn["call"] };
}

/** `executeCase` on such an engine. */
export async function executePromising(item: Case, seed: number): Promise<Outcome> {
  const output: OutputEntry[] = [];
  let folder: string | null = null;
  try {
    folder = writeModules(item);
    const engine = prepareEngine(new PromisingEngine(), item, folder, output);
    const scope = scopeOf(item);
    const ast = engine.compile(item.script, { source: item.file?.source ?? null, scope });
    engine.makePromising(seed);
    return { output, ok: okResult(await engine.evalAst(ast, { scope })) };
  } catch (error) {
    return { output, ...failure(error, folder) };
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}
