// The queue against BullMQ on one redis-server: `npm run bench:queue -- [--quick] [--only TEXT]`.
//
// Both through their public interface, workers in processes of their own. Rates are medians of runs that take turns, the
// server emptied in between; times of single tasks are compared in many short slices in turns, so that noise cancels out.

import { parseArgs } from "node:util";
import { createRedisStore } from "../src/queue/redis/store.ts";
import { startRedis } from "../test/support/redis.ts";
import { median } from "./median.ts";
import { bullmq, ours, type Side, type SideOptions } from "./queue/sides.ts";
import { BACKLOGS, compareBacklogs } from "./queue-store/backlog.ts";
import { inTurns } from "./queue-store/slices.ts";

const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } },
});
const RUNS = options.quick ? 1 : 3;
const TASKS = options.quick ? 5000 : 20_000;
/** Enough for processes to run for seconds: the first of those goes into compiling. */
const MANY = 5 * TASKS;
const CONCURRENCY = 50;
const TRIVIAL = "40 + 2";
/** About two milliseconds of work. */
const WORKING = "let sum = 0; for i in 0..150000 { sum += i % 7 } sum";
/** Of those. */
const WORKED = options.quick ? 1000 : 4000;

const server = await startRedis();
const { port, url, raw } = server;
let contexts = 0;

function sideOptions(script: string): SideOptions {
  return { port, context: `bench${++contexts}`, script };
}

async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (count / (performance.now() - start)) * 1000;
}

type Rate = (side: Side) => Promise<number>;

const single: Rate = (side) =>
  perSecond(TASKS, () => Promise.all(Array.from({ length: TASKS }, (_, i) => side.submitOne(i))));

const bulk: Rate = (side) => perSecond(TASKS, () => fill(side, TASKS));

async function fill(side: Side, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1000) await side.submitBulk(i, Math.min(1000, count - i));
}

/** Workers are started while the queue is paused, so that starting is not measured. */
async function processing(side: Side, workers: number, tasks: number): Promise<number> {
  await side.pause();
  await fill(side, tasks);
  const running = await Promise.all(Array.from({ length: workers }, () => side.startWorker(CONCURRENCY)));
  const rate = await perSecond(tasks, async () => {
    await side.resume();
    while ((await side.finished()) < tasks) await new Promise((resolve) => setTimeout(resolve, 10));
  });
  await Promise.all(running.map((worker) => worker.stop()));
  return rate;
}

async function onFresh(open: Side | Promise<Side>, measure: Rate): Promise<number> {
  const side = await open;
  const rate = await measure(side);
  await side.close();
  await raw.flushall();
  return rate;
}

const isWanted = (name: string) => options.only === undefined || name.includes(options.only);

function row(name: string, own: number, other: number, ratio: number, unit: string, target: string): void {
  const digits = own < 10 ? 3 : 0;
  const cells = [own.toFixed(digits), other.toFixed(digits), ratio.toFixed(2), target];
  console.log(`${name.padEnd(58)}${cells.map((cell) => cell.padStart(10)).join("")}  ${unit}`);
}

async function compareRates(name: string, measure: Rate, target: string): Promise<void> {
  if (!isWanted(name)) return;
  const own: number[] = [];
  const other: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    own.push(await onFresh(ours(sideOptions(TRIVIAL)), measure));
    other.push(await onFresh(bullmq(sideOptions(TRIVIAL)), measure));
  }
  row(name, median(own), median(other), median(own) / median(other), "tasks/s", target);
}

async function compareRoundTrips(): Promise<void> {
  const name = "idle round trip, submit to result";
  if (!isWanted(name)) return;
  const sides = [ours(sideOptions(TRIVIAL)), await bullmq(sideOptions(TRIVIAL))];
  const workers = await Promise.all(sides.map((side) => side.startWorker(CONCURRENCY)));
  const slice = (side: Side) => async () => {
    const times: number[] = [];
    for (let i = 0; i < 50; i++) {
      const start = performance.now();
      await side.roundTrip(i);
      times.push(performance.now() - start);
    }
    return median(times);
  };
  const [one, other] = sides.map(slice);
  await inTurns(options.quick ? 6 : 100, one, other);
  const compared = await inTurns(options.quick ? 10 : 40, one, other);
  await Promise.all(workers.map((worker) => worker.stop()));
  await Promise.all(sides.map((side) => side.close()));
  row(name, compared.one, compared.other, compared.ratio, "ms", "<= 0.7");
  await raw.flushall();
}

async function compareWorkers(name: string, script: string, tasks: number, target: string): Promise<void> {
  if (!isWanted(name)) return;
  const rates: Record<1 | 2, number[]> = { 1: [], 2: [] };
  for (let run = 0; run < RUNS; run++) {
    for (const workers of [2, 1] as const) {
      rates[workers].push(
        await onFresh(ours(sideOptions(script)), (side) => processing(side, workers, tasks)),
      );
    }
  }
  row(name, median(rates[2]), median(rates[1]), median(rates[2]) / median(rates[1]), "tasks/s", target);
}

async function compareBacklog(): Promise<void> {
  const sizes = { small: 1000, large: options.quick ? 100_000 : 1_000_000, pairs: options.quick ? 40 : 150 };
  const name = `one task with ${sizes.large} waiting, and with ${sizes.small}`;
  if (!isWanted(name)) return;
  const store = createRedisStore({ url });
  const { one, other, ratio } = await compareBacklogs(store, BACKLOGS[0], sizes);
  await store.close();
  await raw.flushall();
  row(name, one, other, ratio, "us", "<= 1.1");
}

console.log(
  `${"".padEnd(58)}${["one", "other", "ratio", "target"].map((title) => title.padStart(10)).join("")}`,
);
await compareRates("submit one by one, concurrently: ours, BullMQ", single, ">= 2");
await compareRates("submit in bulk, 1000 at a time: ours, BullMQ", bulk, ">= 2");
const one: Rate = (side) => processing(side, 1, MANY);
await compareRates("process, one worker process, 50 at a time: ours, BullMQ", one, ">= 1.5");
await compareRoundTrips();
await compareWorkers("two worker processes and one, 2 ms tasks", WORKING, WORKED, ">= 1.5");
// With two cores there is none left for the second: redis-server and the first worker fill them.
await compareWorkers("two worker processes and one, trivial tasks", TRIVIAL, MANY, "");
await compareBacklog();
await server.stop();
process.exit(0);
