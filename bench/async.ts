// `npx tsx bench/async.ts`: what asynchronous functions cost. Two figures: scripts that cannot await, with and without
// asynchronous functions registered; and one await in a script against one `await` in JS.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Engine } from "../src/runtime/engine.ts";
import { median } from "./median.ts";

const RUNS = 8;
const PROCESSES = 6;
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

type Times = Record<string, number>;

/** The shortest time of each script. */
async function measureScripts(engine: Engine): Promise<Times> {
  const folder = join(import.meta.dirname, "scripts");
  const times: Times = {};
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(".rhai")) continue;
    const ast = engine.compile(readFileSync(join(folder, file), "utf8"));
    for (let round = 0; round < RUNS; round++) {
      const took = await time(() => engine.evalAst(ast));
      times[file] = Math.min(times[file] ?? took, took);
    }
  }
  return times;
}

/** In a process of its own: what V8 has learnt from one engine would change the times of the other. */
function inProcess(kind: "plain" | "async"): Times {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, import.meta.filename, "--measure", kind],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function shortest(all: readonly Times[], file: string): number {
  return Math.min(...all.map((times) => times[file]));
}

function zeroCost(): number {
  const plain: Times[] = [];
  const registered: Times[] = [];
  for (let i = 0; i < PROCESSES; i++) {
    plain.push(inProcess("plain"));
    registered.push(inProcess("async"));
  }
  console.log("script that cannot await      without  registered    ratio");
  const ratios = Object.keys(plain[0]).map((file) => {
    const [before, after] = [shortest(plain, file), shortest(registered, file)];
    const columns = [before, after].map((ms) => ms.toFixed(1).padStart(11)).join(" ");
    console.log(`${file.padEnd(26)}${columns}${(after / before).toFixed(3).padStart(9)}`);
    return after / before;
  });
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

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { measure: { type: "string" } } });
  if (values.measure !== undefined) {
    console.log(
      JSON.stringify(await measureScripts(values.measure === "async" ? asyncEngine() : plainEngine())),
    );
    return;
  }
  const zero = zeroCost();
  const cost = await awaitCost();
  console.log(`with asynchronous functions registered: ${zero.toFixed(3)} times the time (at most 1.05)`);
  console.log(`one await in a script: ${cost.toFixed(2)} times one in JS (at most 3)`);
}

await main();
