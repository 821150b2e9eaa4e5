// Times the queue's store against BullMQ on one redis-server: `npx tsx bench/queue-store.ts [--quick] [--no-peer]`.
// Each figure is the median of three runs that take turns; the server is emptied in between.

import { parseArgs } from "node:util";
import { Queue, QueueEvents, Worker } from "bullmq";
import { createRedisStore } from "../src/queue/redis/store.ts";
import type { TaskStore, Verdict } from "../src/queue/store.ts";
import type { ClaimedTask } from "../src/queue/task.ts";
import { startRedis } from "../test/support/redis.ts";

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
const ROUND_TRIPS = options.quick ? 300 : 1000;
const context = "bench";
const script = "40 + 2";

const server = await startRedis();
const { url, raw } = server;
const connection = { host: "127.0.0.1", port: server.port, maxRetriesPerRequest: null };

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

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
  readonly unit: string;
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

async function peerRoundTrip(): Promise<number> {
  const worker = new Worker(context, async () => 42, { connection });
  const events = new QueueEvents(context, { connection });
  await Promise.all([worker.waitUntilReady(), events.waitUntilReady()]);
  const times: number[] = [];
  await withQueue(async (queue) => {
    for (let i = 0; i < ROUND_TRIPS; i++) {
      const start = performance.now();
      const added = await queue.add("task", job(i).data);
      await added.waitUntilFinished(events);
      times.push(performance.now() - start);
    }
  });
  await Promise.all([worker.close(), events.close()]);
  return median(times);
}

/** A worker with slots to spare: what ends is told at once, while the next wait stands already. */
async function runIdleWorker(store: TaskStore, until: number): Promise<void> {
  const workerId = "bench-idle";
  const claim = { workerId, leaseMs: 30_000, limit: 10 };
  let { idle } = await store.claim({ context, ...claim });
  for (let done = 0; done < until; ) {
    const waiting = {
      context,
      idle: idle ?? ({ reason: "empty", waitMs: null } as const),
      timeoutMs: 200,
      claim,
    };
    const claimed = await store.waitForWork(waiting);
    idle = claimed?.idle ?? null;
    for (const { id, token } of claimed?.tasks ?? []) {
      done++;
      void store.complete({ context, workerId, id, token, output: "42" });
    }
  }
}

async function ourRoundTrip(): Promise<number> {
  return await withStore((producer) =>
    withStore(async (consumer) => {
      const working = runIdleWorker(consumer, ROUND_TRIPS);
      const times: number[] = [];
      for (let i = 0; i < ROUND_TRIPS; i++) {
        const start = performance.now();
        const { id } = await producer.enqueue({ task: { context, script }, notify: true });
        await producer.waitForResult({ id, timeoutMs: 5000 });
        times.push(performance.now() - start);
      }
      await working;
      return median(times);
    }),
  );
}

/** Cost of submit and settle with a claim, one task each, with so many waiting. */
async function withBacklog(backlog: number): Promise<number> {
  return await withStore(async (store) => {
    for (let i = 0; i < backlog; i += 10_000)
      await store.enqueueMany({ tasks: tasks(Math.min(10_000, backlog - i)) });
    const rounds = 3000;
    const start = performance.now();
    let verdicts: Verdict[] = [];
    for (let i = 0; i < rounds; i++) {
      await store.enqueue({ task: { context, script, callerId: "bench" } });
      const settled = await store.settle({
        context,
        workerId: "w",
        verdicts,
        claim: { leaseMs: 30_000, limit: 1 },
      });
      verdicts = settled.claimed!.tasks.map(({ id, token }) => ({
        kind: "completed",
        id,
        token,
        output: "42",
      }));
    }
    return ((performance.now() - start) / rounds) * 1000;
  });
}

const MEASURES: readonly Measure[] = [
  {
    name: "submit, one by one, concurrently",
    unit: "tasks/s",
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
    unit: "tasks/s",
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
    unit: "tasks/s",
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
    unit: "tasks/s",
    ours: () =>
      withStore(async (store) => {
        await store.enqueueMany({ tasks: tasks(TASKS) });
        return await perSecond(TASKS, () => runWorker(store, TASKS));
      }),
    peer: peerProcessing,
  },
  { name: "idle round trip, median", unit: "ms", ours: ourRoundTrip, peer: peerRoundTrip },
];

async function fresh(work: () => Promise<number>): Promise<number> {
  await raw.flushall();
  return await work();
}

for (const { name, unit, ours, peer } of MEASURES) {
  if (options.only !== undefined && !name.includes(options.only)) continue;
  const own: number[] = [];
  const other: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    own.push(await fresh(ours));
    if (!options["no-peer"]) other.push(await fresh(peer));
  }
  const [a, b] = [median(own), median(other)];
  const digits = unit === "ms" ? 3 : 0;
  const ratio = options["no-peer"] ? "" : `   BullMQ ${b.toFixed(digits)}   ratio ${(a / b).toFixed(2)}`;
  console.log(`${name}: ${a.toFixed(digits)} ${unit}${ratio}`);
}
if (options.only === undefined || options.only === "backlog") {
  const small = await fresh(() => withBacklog(1000));
  const large = await fresh(() => withBacklog(options.quick ? 100_000 : 1_000_000));
  console.log(
    `submit + process one, us: ${small.toFixed(1)} with 1,000 waiting, ${large.toFixed(1)} with a million`,
  );
  const memory = /used_memory:(\d+)/.exec(await raw.info("memory"))?.[1];
  console.log(`memory with them: ${Math.round(Number(memory) / 1_048_576)} MB`);
}
await server.stop();
process.exit(0);
