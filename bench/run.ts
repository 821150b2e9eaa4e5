// `npm run bench [-- --peer PATH]`: times the benchmark scripts, side by side with the real Rhai when its path is given.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "./median.ts";
import { loadOwnEngine } from "./own-engine.ts";
import { Peer, type Result } from "./peer.ts";

interface Measurement {
  readonly name: string;
  readonly own: number;
  readonly peer: number | null;
}

const { values: options } = parseArgs({
  options: {
    peer: { type: "string" },
    runs: { type: "string", default: "7" },
    filter: { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});

/** Each script is run at least so often and so long (milliseconds) before anything is measured: JIT compilers need both. */
const WARM_UP_RUNS = 3;
const WARM_UP_TIME = 400;

async function timed<T>(work: () => T | Promise<T>): Promise<{ time: number; result: T }> {
  const start = performance.now();
  const pending = work();
  const result = pending instanceof Promise ? await pending : pending;
  return { time: performance.now() - start, result };
}

function checkSame(name: string, own: Result, peer: Result): void {
  if (own.type === peer.type && own.string === peer.string) return;
  throw new Error(`${name}: ours is ${own.type} ${own.string}, the peer's ${peer.type} ${peer.string}`);
}

type Run = (script: string) => Result;

/** Warms both up, then lets them run in turns, so that a noisy machine hurts both alike. */
async function measure(name: string, script: string, run: Run, peer: Peer | null): Promise<Measurement> {
  const [ownTimes, peerTimes]: [number[], number[]] = [[], []];
  const start = performance.now();
  for (let count = 0; count < WARM_UP_RUNS || performance.now() - start < WARM_UP_TIME; count++) run(script);
  for (let round = 0; round < Number(options.runs); round++) {
    const theirs = peer && (await timed(() => peer.run(name, script)));
    const ours = await timed(() => run(script));
    if (theirs) checkSame(name, ours.result, theirs.result);
    ownTimes.push(ours.time);
    if (theirs) peerTimes.push(theirs.time);
  }
  return { name, own: median(ownTimes), peer: peer && median(peerTimes) };
}

const milliseconds = (time: number) => time.toFixed(1).padStart(10);

function showRow({ name, own, peer }: Measurement): void {
  const beside = peer === null ? "" : `${milliseconds(peer)}${(peer / own).toFixed(2).padStart(9)}x`;
  console.log(`${name.padEnd(14)}${milliseconds(own)}${beside}`);
}

function geometricMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}

async function main(): Promise<void> {
  const folder = join(import.meta.dirname, "scripts");
  const files = readdirSync(folder).filter((file) => file.endsWith(".rhai") && file.includes(options.filter));
  const run = await loadOwnEngine();
  const peer = options.peer === undefined ? null : new Peer(options.peer);
  const measured: Measurement[] = [];
  if (!options.json) console.log(`median ms          rhailib${peer ? "      Rhai   faster" : ""}`);
  for (const file of files.sort()) {
    const name = file.replace(/\.rhai$/, "");
    const measurement = await measure(name, readFileSync(join(folder, file), "utf8"), run, peer);
    measured.push(measurement);
    if (!options.json) showRow(measurement);
  }
  peer?.close();
  const ratios = measured.flatMap(({ own, peer }) => (peer === null ? [] : [peer / own]));
  if (options.json) console.log(JSON.stringify(measured));
  else if (ratios.length > 0) console.log(`geometric mean ${geometricMean(ratios).toFixed(2)}x`);
}

await main();
