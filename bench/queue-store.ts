// Times the queue's store against BullMQ on one redis-server: `npx tsx bench/queue-store.ts [--quick] [--no-peer]`.
// Throughput: medians of three runs that take turns; the server is emptied in between. Times of single tasks: many short
// slices of both sides in turns, on one server, and the middle of the ratios of neighbours, so that noise cancels out.

import { parseArgs } from "node:util";
import { Queue, Worker } from "bullmq";
import { createRedisStore } from "../src/queue/redis/store.ts";
import type { TaskStore, Verdict } from "../src/queue/store.ts";
import type { ClaimedTask } from "../src/queue/task.ts";
import { startRedis } from "../test/support/redis.ts";
import { median } from "./median.ts";
import { BACKLOGS, compareBacklogs } from "./queue-store/backlog.ts";
import { compareRoundTrips } from "./queue-store/round-trip.ts";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    "no-peer": { type: "boolean", default: false },
    only: { type: "string" },
  },
});
const RUNS = options.quick ? 1 : 3;
const TASKS = options.quick ? 5000 : 20_000;
const CONCURRENCY = 50;
const context = "bench";
const script = "40 + 2";

const server = await startRedis();
const { url, raw } = server;
const connection = { host: "127.0.0.1", port: server.port, maxRetriesPerRequest: null };

async function perSecond(count: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round((count / (performance.now() - start)) * 1000);
}

/** A worker reduced to its dealings with the store: what is done at one moment is settled together. */
async function runWorker(store: TaskStore, until: number, slots = CONCURRENCY): Promise<void> {
  let done = 0;
  let running = 0;
  let verdicts: Verdict[] = [];
  const workerId = `bench-${Math.random()}`;
  const end = new AbortController();
  const finish = async (task: ClaimedTask) => {
    running++;
    await undefined;
    verdicts.push({ kind: "completed", id: task.id, token: task.token, output: "42" });
    running--;
  };
  const loop = async () => {
    while (done < until) {
      const batch = verdicts;
      verdicts = [];
      const claim = { leaseMs: 30_000, limit: Math.max(1, Math.floor((slots - running) / 2)) };
      const { claimed } = await store.settle({ context, workerId, verdicts: batch, claim });
      done += batch.length;
      if (done >= until) end.abort();
      let { tasks, idle } = claimed!;
      while (idle !== null && tasks.length === 0 && verdicts.length === 0 && done < until) {
        const next = await store.waitForWork({
          context,
          idle,
          timeoutMs: 200,
          claim: { ...claim, workerId },
        });
        if (next !== null) ({ tasks, idle } = next);
      }
      await Promise.all(tasks.map(finish));
    }
  };
  await Promise.all([loop(), loop()]);
}

async function withStore<T>(use: (store: TaskStore) => Promise<T>): Promise<T> {
  const store = createRedisStore({ url });
  await store.health();
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

const tasks = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ context, script, callerId: "bench", args: `{"n":${i}}` }));

interface Measure {
  readonly name: string;
  readonly ours: () => Promise<number>;
  readonly peer: () => Promise<number>;
}

const job = (i: number) => ({ name: "task", data: { script, callerId: "bench", args: { n: i } } });

async function withQueue<T>(use: (queue: Queue) => Promise<T>): Promise<T> {
  const queue = new Queue(context, { connection });
  await queue.waitUntilReady();
  try {
    return await use(queue);
  } finally {
    await queue.close();
  }
}

async function peerProcessing(): Promise<number> {
  await withQueue(async (queue) => {
    for (let i = 0; i < TASKS; i += 1000)
      await queue.addBulk(Array.from({ length: 1000 }, (_, n) => job(i + n)));
  });
  return await perSecond(TASKS, async () => {
    let done = 0;
    let finished = () => {};
    const end = new Promise<void>((resolve) => {
      finished = resolve;
    });
    const worker = new Worker(context, async () => 42, { connection, concurrency: CONCURRENCY });
    worker.on("completed", () => ++done === TASKS && finished());
    await end;
    await worker.close();
  });
}

const MEASURES: readonly Measure[] = [
  {
    name: "submit, one by one, concurrently",
    ours: () =>
      withStore((store) =>
        perSecond(TASKS, async () => {
          await Promise.all(tasks(TASKS).map((task) => store.enqueue({ task })));
        }),
      ),
    peer: () =>
      withQueue((queue) =>
        perSecond(TASKS, async () => {
          await Promise.all(Array.from({ length: TASKS }, (_, i) => queue.add("task", job(i).data)));
        }),
      ),
  },
  {
    name: "submit, 100 callers, each waits for its own",
    ours: () =>
      withStore((store) =>
        perSecond(TASKS, async () => {
          const caller = async () => {
            for (let i = 0; i < TASKS / 100; i++)
              await store.enqueue({ task: { context, script, callerId: "bench" } });
          };
          await Promise.all(Array.from({ length: 100 }, caller));
        }),
      ),
    peer: () =>
      withQueue((queue) =>
        perSecond(TASKS, async () => {
          const caller = async () => {
            for (let i = 0; i < TASKS / 100; i++) await queue.add("task", job(i).data);
          };
          await Promise.all(Array.from({ length: 100 }, caller));
        }),
      ),
  },
  {
    name: "submit in bulk, 1000 at a time",
    ours: () =>
      withStore((store) =>
        perSecond(TASKS, async () => {
          for (let i = 0; i < TASKS; i += 1000) await store.enqueueMany({ tasks: tasks(1000) });
        }),
      ),
    peer: () =>
      withQueue((queue) =>
        perSecond(TASKS, async () => {
          for (let i = 0; i < TASKS; i += 1000) {
            await queue.addBulk(Array.from({ length: 1000 }, (_, n) => job(i + n)));
          }
        }),
      ),
  },
  {
    name: `process, ${CONCURRENCY} at a time`,
    ours: () =>
      withStore(async (store) => {
        await store.enqueueMany({ tasks: tasks(TASKS) });
        return await perSecond(TASKS, () => runWorker(store, TASKS));
      }),
    peer: peerProcessing,
  },
];

async function fresh(work: () => Promise<number>): Promise<number> {
  await raw.flushall();
  return await work();
}

const isWanted = (name: string) => options.only === undefined || name.includes(options.only);

for (const { name, ours, peer } of MEASURES) {
  if (!isWanted(name)) continue;
  const own: number[] = [];
  const other: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    own.push(await fresh(ours));
    if (!options["no-peer"]) other.push(await fresh(peer));
  }
  const [a, b] = [median(own), median(other)];
  const ratio = options["no-peer"] ? "" : `   BullMQ ${b}   ratio ${(a / b).toFixed(2)}`;
  console.log(`${name}: ${a} tasks/s${ratio}`);
}

if (isWanted("idle round trip")) {
  await raw.flushall();
  const { one, other, ratio } = await compareRoundTrips(url, server.port, options.quick ? 10 : 40);
  console.log(
    `idle round trip, median: ${one.toFixed(3)} ms   BullMQ ${other.toFixed(3)}   ratio ${ratio.toFixed(2)}`,
  );
}

for (const kind of BACKLOGS) {
  if (!isWanted(`backlog ${kind.name}`)) continue;
  await raw.flushall();
  const sizes = { small: 1000, large: options.quick ? 100_000 : 1_000_000, pairs: options.quick ? 40 : 150 };
  const { one, other, ratio } = await withStore((store) => compareBacklogs(store, kind, sizes));
  const memory = /used_memory:(\d+)/.exec(await raw.info("memory"))?.[1];
  console.log(
    `one task, backlog ${kind.name}: ${other.toFixed(1)} us with ${sizes.small} waiting, ${one.toFixed(1)} us with ` +
      `${sizes.large}   ratio ${ratio.toFixed(2)}   (${Math.round(Number(memory) / 1_048_576)} MB)`,
  );
}
await server.stop();
process.exit(0);
