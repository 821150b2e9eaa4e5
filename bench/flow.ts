// Flows on one redis-server with one worker process: `npm run bench:flow -- [--quick] [--only TEXT]`.
//
// Rates of whole flows, beside the same tasks without flows; commands for each step; starting and listing with many flows
// stored and with few, in short slices in turns.

import { parseArgs } from "node:util";
import { newFlow, newStep } from "../src/flow/definition/builder.ts";
import { FlowExecutor } from "../src/flow/executor/executor.ts";
import { createRedisFlowStore } from "../src/flow/redis/store.ts";
import { RhaiDispatcher } from "../src/queue/dispatcher/dispatcher.ts";
import { startRedis } from "../test/support/redis.ts";
import { storeEnded } from "./flow/stored.ts";
import { beyondTasks, countCommands } from "./flow/traffic.ts";
import { median } from "./median.ts";
import { startOurs } from "./queue/processes.ts";
import { inTurns } from "./queue-store/slices.ts";

const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } },
});
const STEPS = 10;
const PARALLEL = 100;
const FLOWS = options.quick ? 400 : 2000;
const RUNS = options.quick ? 1 : 5;
const STORED = options.quick ? 10_000 : 100_000;
const FEW = 100;

const server = await startRedis();
const { url, raw } = server;

const isWanted = (name: string) => options.only === undefined || name.includes(options.only);

function row(name: string, value: string, target: string): void {
  console.log(`${name.padEnd(66)}${value.padStart(12)}   ${target}`);
}

const ten = Array.from({ length: STEPS }, (_, i) => newStep(`s${i}`).script("40 + 2")).reduce(
  (flow, step) => flow.addStep(step),
  newFlow("ten"),
);
const TEN = ten.build();

/** `count` pieces of work, so many at a time; returns how many were done in a second. */
async function perSecond(
  count: number,
  parallel: number,
  work: (i: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, lane));
  return (count / (performance.now() - start)) * 1000;
}

async function oneFlow(executor: FlowExecutor): Promise<void> {
  const { status } = await executor.waitFor(await executor.executeFlow(TEN));
  if (status !== "Completed") throw new Error(`a flow ended as ${status}`);
}

/** The tasks of a flow, one after the other. */
async function oneChain(dispatcher: RhaiDispatcher): Promise<void> {
  for (let i = 0; i < STEPS; i++) await dispatcher.run({ script: "40 + 2" });
}

async function rates(): Promise<void> {
  const name = `flows of ${STEPS} steps, ${PARALLEL} in parallel`;
  if (!isWanted(name)) return;
  const worker = await startOurs(url, "flow", PARALLEL);
  const executor = await FlowExecutor.connect(url);
  const dispatcher = new RhaiDispatcher({ url, context: "flow", callerId: "bench" });
  const [flows, chains]: number[][] = [[], []];
  await perSecond(FLOWS / 4, PARALLEL, () => oneFlow(executor));
  await perSecond(FLOWS / 4, PARALLEL, () => oneChain(dispatcher));
  for (let run = 0; run < RUNS; run++) {
    flows.push(await perSecond(FLOWS, PARALLEL, () => oneFlow(executor)));
    chains.push(await perSecond(FLOWS, PARALLEL, () => oneChain(dispatcher)));
  }
  row(name, `${median(flows).toFixed(0)} /s`, ">= 200 /s");
  row("  the same tasks one after the other, without a flow", `${median(chains).toFixed(0)} /s`, "");
  const alone = await latency(() => oneFlow(executor));
  row("one flow of ten steps at a time", `${alone.toFixed(1)} ms`, "");
  row("  the same tasks without a flow", `${(await latency(() => oneChain(dispatcher))).toFixed(1)} ms`, "");
  await Promise.all([executor.close(), dispatcher.close()]);
  await worker.stop();
  await raw.flushall();
}

async function latency(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < (options.quick ? 20 : 100); i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}

async function roundTrips(): Promise<void> {
  if (!isWanted("commands for each step beyond its task")) return;
  const worker = await startOurs(url, "flow", PARALLEL);
  const executor = await FlowExecutor.connect(url);
  await perSecond(PARALLEL, PARALLEL, () => oneFlow(executor));
  for (const [parallel, count] of [
    [1, 50],
    [PARALLEL, 500],
  ] as const) {
    const counts = await countCommands(raw, async () => {
      await perSecond(count, parallel, () => oneFlow(executor));
    });
    const steps = count * STEPS;
    const name = `commands for each step beyond its task, ${parallel} in parallel`;
    row(name, (beyondTasks(counts) / steps).toFixed(2), "<= 2");
    const all = [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([what, n]) => `${what} ${(n / steps).toFixed(2)}`);
    console.log(`  ${all.slice(0, 12).join(", ")}`);
  }
  await executor.close();
  await worker.stop();
  await raw.flushall();
}

async function manyStored(): Promise<void> {
  const name = `with ${STORED} flows stored, and with ${FEW}`;
  if (!isWanted(name)) return;
  const [small, large] = await Promise.all(
    ["few", "many"].map((context) => FlowExecutor.connect(url, { context, drive: false })),
  );
  for (const [context, count] of [
    ["few", FEW],
    ["many", STORED],
  ] as const) {
    const store = createRedisFlowStore({ url, context });
    await storeEnded(store, count);
    await store.close();
  }
  const compare = async (what: string, act: (executor: FlowExecutor) => Promise<unknown>) => {
    const slice = (executor: FlowExecutor) => async () => {
      const times: number[] = [];
      for (let i = 0; i < 20; i++) {
        const start = performance.now();
        await act(executor);
        times.push(performance.now() - start);
      }
      return median(times);
    };
    await inTurns(4, slice(large), slice(small));
    const { one, other, ratio } = await inTurns(options.quick ? 20 : 60, slice(large), slice(small));
    row(
      `${what} ${name}`,
      `${one.toFixed(2)} ms`,
      `${other.toFixed(2)} ms, ratio ${ratio.toFixed(2)}, as fast`,
    );
  };
  await compare("listing a page", (executor) => executor.list({ limit: 50 }));
  await compare("listing a page of one status", (executor) =>
    executor.list({ limit: 50, status: "Completed" }),
  );
  await compare("listing a page of one name", (executor) => executor.list({ limit: 50, name: "stored" }));
  await compare("counting", (executor) => executor.counts());
  await compare("starting a flow", (executor) => executor.executeFlow(TEN));
  const cursor = await deepCursor(large);
  await compare("listing a page far down", (executor) =>
    executor.list({ limit: 50, name: "stored", ...(executor === large && { cursor }) }),
  );
  await Promise.all([small.close(), large.close()]);
}

/** Where a page begins that lies in the middle of all. */
async function deepCursor(executor: FlowExecutor): Promise<string> {
  let cursor: string | undefined;
  for (let seen = 0; seen < STORED / 2; seen += 500) {
    const page = await executor.list({ limit: 500, name: "stored", cursor });
    cursor = page.cursor ?? undefined;
  }
  return cursor!;
}

await rates();
await roundTrips();
await manyStored();
await server.stop();
process.exit(0);
