// `npx tsx bench/async.ts`: what asynchronous functions cost. Two figures: scripts that cannot await, with and without
// asynchronous functions registered; and one await in a script against one `await` in JS.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Engine } from "../src/runtime/engine.ts";
import { median } from "./median.ts";

const RUNS = 9;
const AWAITS = 100_000;
const AWAIT_RUNS = 25;

function plainEngine(): Engine {
  return new Engine().onPrint(() => {});
}

function asyncEngine(): Engine {
  const engine = plainEngine();
  for (const name of ["fetch", "query", "send", "wait_for"])
    engine.registerAsyncFn(name, ["dynamic"], async (value: unknown) => value);
  return engine;
}

async function time(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The median of the ratios of runs that follow each other, so that a noisy machine hurts both alike. */
async function zeroCost(): Promise<number> {
  const folder = join(import.meta.dirname, "scripts");
  const [without, registered] = [plainEngine(), asyncEngine()];
  const ratios: number[] = [];
  console.log("script that cannot await      without  registered    ratio");
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(".rhai")) continue;
    const text = readFileSync(join(folder, file), "utf8");
    const [a, b] = [without.compile(text), registered.compile(text)];
    const plain: number[] = [];
    const beside: number[] = [];
    for (let round = -3; round < RUNS; round++) {
      // In turns, and the one that begins changes.
      const first = round % 2 === 0;
      const one = await time(() => (first ? without.evalAst(a) : registered.evalAst(b)));
      const other = await time(() => (first ? registered.evalAst(b) : without.evalAst(a)));
      if (round < 0) continue;
      plain.push(first ? one : other);
      beside.push(first ? other : one);
    }
    const ratio = Math.min(...beside) / Math.min(...plain);
    ratios.push(ratio);
    const columns = [median(plain), median(beside)].map((ms) => ms.toFixed(1).padStart(11));
    console.log(`${file.padEnd(26)}${columns.join(" ")}${ratio.toFixed(3).padStart(9)}`);
  }
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}

async function bareAwaits(work: (n: number) => Promise<number>): Promise<number> {
  let sum = 0;
  for (let i = 0; i < AWAITS; i++) sum += await work(i);
  return sum;
}

async function awaitCost(): Promise<number> {
  const work = async (n: number): Promise<number> => n;
  const engine = new Engine();
  engine.registerAsyncFn("work", ["int"], work as never);
  const script = engine.compile(`let sum = 0; for i in 0..${AWAITS} { sum += work(i); } sum`);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = -5; round < AWAIT_RUNS; round++) {
    const js = await time(() => bareAwaits(work));
    const own = await time(() => engine.evalAst(script));
    if (round < 0) continue;
    bare.push(js);
    ours.push(own);
  }
  const nanoseconds = (times: number[]) => ((median(times) * 1e6) / AWAITS).toFixed(0);
  console.log(`one await: ${nanoseconds(bare)} ns in JS, ${nanoseconds(ours)} ns in a script`);
  // Of each pair that ran one after the other: a noisy machine hurts both alike.
  return median(ours.map((own, i) => own / bare[i]));
}

const zero = await zeroCost();
const cost = await awaitCost();
console.log(`with asynchronous functions registered: ${zero.toFixed(3)} times the time (at most 1.05)`);
console.log(`one await in a script: ${cost.toFixed(2)} times one in JS (at most 3)`);
