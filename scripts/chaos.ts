// The long chaos run: npx tsx scripts/chaos.ts [--tasks 100000] [--minutes 4] [--seed S] [--every MS] [--workers N] [--poisons N]
//   [--fsync always|everysec]
//
// Submits tasks for at least so many minutes while workers, server and network are broken at random, waits until the queue is
// empty, and proves that nothing was lost or doubled. Prints figures as Markdown; exit code 1 when a promise was broken.

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { ChaosReport } from "../test/support/chaos/run.ts";
import { runChaos } from "../test/support/chaos/run.ts";
import { redisVersion } from "../test/support/redis.ts";

const { values } = parseArgs({
  options: {
    tasks: { type: "string", default: "100000" },
    minutes: { type: "string", default: "4" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    every: { type: "string", default: "2500" },
    workers: { type: "string", default: "3" },
    poisons: { type: "string", default: "50" },
    fsync: { type: "string", default: "always" },
  },
});

function number(name: keyof typeof values, low: number): number {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value >= low) return value;
  console.error(`--${name}: a number from ${low} is needed, and not '${values[name]}'`);
  process.exit(2);
}

const FAULT_TEXTS = {
  killWorker: "`kill -9` of a worker",
  killAllWorkers: "`kill -9` of all workers at once",
  stopWorker: "`SIGTERM` of a worker",
  freezeWorker: "`SIGSTOP` of a worker for longer than its lease",
  killRedis: "`kill -9` of Redis, restarted from its AOF",
  freezeRedis: "`SIGSTOP` of Redis",
  cutNetwork: "network cut",
  silentNetwork: "network silent, both ways",
  lostAnswers: "network loses all answers",
  lateNetwork: "network carries everything late",
  forgottenScripts: "`SCRIPT FLUSH`",
} as const;

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function table(rows: readonly (readonly [string, string | number])[]): string {
  return rows.map(([name, value]) => `| ${name} | ${value.toLocaleString("en")} |`).join("\n");
}

function markdown({ proof, damage, submitted, chaosMs, drainMs }: ChaosReport): string {
  const { figures } = proof;
  const faults = Object.entries(FAULT_TEXTS).map(
    ([name, text]) => [text, damage.faults[name as keyof typeof FAULT_TEXTS]] as const,
  );
  const total = faults.reduce((sum, [, count]) => sum + count, 0);
  const perSecond = figures.tasks / ((chaosMs + drainMs) / 1000);
  return [
    `| fault | times |\n|---|---:|\n${table([...faults, ["all", total], ["worker processes started", damage.processes]])}`,
    `| what became of the tasks | |\n|---|---:|\n${table([
      ["accepted", figures.tasks],
      ["of them written by a foreign client", submitted.foreign],
      ["ids delivered again (duplicates)", submitted.doubles],
      ["completed", figures.completed],
      ["failed as they should (attempts used up)", figures.failed],
      ["poison, quarantined", figures.quarantined],
      ["cancelled", figures.cancelled],
      ["runs (claims)", figures.runs],
      ["runs without a verdict (stalled)", figures.stalled],
      ["runs handed back", figures.released],
      ["retries after a failure", figures.retried],
      ["tasks that ran more than once", figures.rerunTasks],
      ["runs once more under the same lease (after the death of a thread)", figures.sameTokenReruns],
      ["late verdicts refused, as far as their workers lived to tell", damage.refused],
      ["most crashes of an innocent task", figures.worstCrashes],
      ["effects of scripts", figures.effects],
      ["**broken promises**", proof.violations.length],
    ])}`,
    `| time | |\n|---|---:|\n${table([
      ["with faults", `${seconds(chaosMs)} s`],
      ["after the last fault, until the queue was empty", `${seconds(drainMs)} s`],
      ["tasks per second, faults included", Math.round(perSecond)],
    ])}`,
  ].join("\n\n");
}

const seed = number("seed", 0);
console.error(
  `chaos: seed ${seed}, Redis ${redisVersion()}, Node ${process.version}, ${availableParallelism()} cores`,
);
const report = await runChaos({
  seed,
  tasks: number("tasks", 1),
  poisons: number("poisons", 0),
  workers: number("workers", 1),
  everyMs: number("every", 1),
  overMs: number("minutes", 0) * 60_000,
  drainMs: 300_000,
  appendfsync: values.fsync === "everysec" ? "everysec" : "always",
  onProgress: (text) => console.error(`chaos: ${text}`),
});
console.log(markdown(report));
const problems = [...report.proof.violations, ...report.damage.unexpected];
for (const problem of problems) console.error(`chaos: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);
