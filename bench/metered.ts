// `npx tsx bench/metered.ts`: what a limit on operations costs, each script with and without one in turns.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "./median.ts";
import { loadOwnEngine } from "./own-engine.ts";

const { values: options } = parseArgs({
  options: { runs: { type: "string", default: "9" }, filter: { type: "string", default: "" } },
});

/** More than any of the scripts performs. */
const LIMIT = 1_000_000_000;
/** Each script is run so long in both ways (milliseconds) before anything is measured. */
const WARM_UP_TIME = 600;

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

async function main(): Promise<void> {
  const folder = join(import.meta.dirname, "scripts");
  // An engine for each side: closures that have seen only one kind of run, as in a program that always or never sets a limit.
  const [plain, metered] = [await loadOwnEngine(), await loadOwnEngine()];
  const ratios: number[] = [];
  console.log("median ms       no limit   limited    ratio");
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(".rhai") || !file.includes(options.filter)) continue;
    const script = readFileSync(join(folder, file), "utf8");
    const times: [number[], number[]] = [[], []];
    const start = performance.now();
    while (performance.now() - start < WARM_UP_TIME) {
      plain(script);
      metered(script, LIMIT);
    }
    for (let round = 0; round < Number(options.runs); round++) {
      times[0].push(timed(() => plain(script)));
      times[1].push(timed(() => metered(script, LIMIT)));
    }
    const [without, limited] = times.map(median);
    ratios.push(limited / without);
    const columns = [without.toFixed(1), limited.toFixed(1), (limited / without).toFixed(2)];
    console.log(
      `${file.replace(/\.rhai$/, "").padEnd(14)}${columns.map((text) => text.padStart(10)).join("")}`,
    );
  }
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  console.log(`geometric mean ${mean.toFixed(2)}`);
}

await main();
