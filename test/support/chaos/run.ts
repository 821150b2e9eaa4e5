// A chaos run: a workload, workers, faults at random moments, and in the end the proof that nothing was lost or doubled.

import { createRedisStore } from "../../../src/queue/redis/store.ts";
import type { Counts, TaskStore } from "../../../src/queue/store.ts";
import { startRedis } from "../redis.ts";
import { insist } from "./insist.ts";
import { Ledger, type Proof } from "./ledger.ts";
import { type Damage, Monkey } from "./monkey.ts";
import { Programs } from "./programs.ts";
import { Random } from "./random.ts";
import { type Submitted, Workload } from "./workload.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly tasks: number;
  readonly poisons: number;
  readonly workers: number;
  /** Between two faults, on average. */
  readonly everyMs: number;
  /** Submitting is spread over at least so long. */
  readonly overMs: number;
  /** After the last fault everything has to come to its end within this time. */
  readonly drainMs: number;
  readonly appendfsync: "always" | "everysec";
  readonly onProgress?: (text: string) => void;
}

export interface ChaosReport {
  readonly proof: Proof;
  readonly damage: Damage;
  readonly submitted: Submitted;
  /** With faults, and then until the queue was empty. */
  readonly chaosMs: number;
  readonly drainMs: number;
}

const CONTEXTS = ["chaos-a", "chaos-b"];
/** More than the faults can do to one innocent task, so that only poison is quarantined. */
const MAX_CRASHES = 8;
const KEEP = { maxAgeMs: 1e9, maxCount: 1e7, maxBytes: 1e11 };

/** Throws when the queue does not get empty in time. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const programs = new Programs();
  const server = await startRedis({ config: { appendonly: "yes", appendfsync: options.appendfsync } });
  const store = createRedisStore({ url: server.url, deadlineMs: 2000 });
  const random = new Random(options.seed);
  const monkey = new Monkey({
    server,
    programs,
    random: new Random(random.whole(0, 2 ** 32 - 1)),
    contexts: CONTEXTS,
    workers: options.workers,
    everyMs: options.everyMs,
    worker: { limits: { timeoutMs: 20_000, heapMb: 64 } },
  });
  try {
    await configure(store);
    await monkey.start();
    const { tasks, poisons, overMs } = options;
    const workload = new Workload({
      contexts: CONTEXTS,
      tasks,
      poisons,
      random: new Random(random.whole(0, 2 ** 32 - 1)),
      store,
      server,
      batch: 200,
      backlog: 3000,
      overMs,
    });
    const start = performance.now();
    const submitting = workload.submitAll();
    const watch = watching(workload, store, monkey, options);
    await monkey.rage(submitting).finally(() => clearInterval(watch));
    await monkey.heal();
    const healed = performance.now();
    await drained(store, options.drainMs);
    const end = performance.now();
    const proof = await new Ledger(server, store, workload.accepted).prove(programs);
    await monkey.stop();
    return {
      proof,
      damage: monkey.damage,
      submitted: await submitting,
      chaosMs: healed - start,
      drainMs: end - healed,
    };
  } finally {
    await monkey.stop();
    await store.close();
    await server.stop();
    programs.remove();
  }
}

async function configure(store: TaskStore): Promise<void> {
  for (const context of CONTEXTS) {
    const settings = {
      maxCrashes: MAX_CRASHES,
      crashDelayMs: 2,
      retention: KEEP,
      deadRetention: KEEP,
      maxEvents: 1e9,
    };
    await store.configure({ context, settings });
  }
}

function watching(
  { accepted }: Workload,
  store: TaskStore,
  monkey: Monkey,
  { onProgress, tasks }: ChaosOptions,
): NodeJS.Timeout | undefined {
  if (onProgress === undefined) return undefined;
  const tell = async () => {
    const counts = await Promise.all(CONTEXTS.map((context) => store.counts({ context }))).catch(() => []);
    const { completed, crashed } = counts.reduce(
      (sum, { totals }) => ({
        completed: sum.completed + totals.completed,
        crashed: sum.crashed + totals.crashed,
      }),
      { completed: 0, crashed: 0 },
    );
    const faults = Object.values(monkey.damage.faults).reduce((sum, count) => sum + count, 0);
    onProgress(
      `${accepted.size} of ${tasks} accepted, ${completed} completed, ${crashed} crashes, ${faults} faults`,
    );
  };
  return setInterval(() => void tell(), 10_000);
}

async function drained(store: TaskStore, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    // The server may just have been restarted.
    const counts = await insist(() => countsOf(store), { withinMs });
    const open = counts.map(({ waiting, scheduled, processing }) => ({ waiting, scheduled, processing }));
    if (open.every((one) => one.waiting + one.scheduled + one.processing === 0)) return;
    if (performance.now() > end) {
      const left = await Promise.all(CONTEXTS.map((context) => leftovers(store, context)));
      throw new Error(`the queue did not get empty: ${JSON.stringify(open)}\n${left.flat().join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function countsOf(store: TaskStore): Promise<Counts[]> {
  return Promise.all(CONTEXTS.map((context) => store.counts({ context })));
}

/** For whoever has to find out why. */
async function leftovers(store: TaskStore, context: string): Promise<string[]> {
  const lists = await Promise.all(
    (["waiting", "scheduled", "processing"] as const).map((state) =>
      store.list({ context, state, limit: 5 }),
    ),
  );
  const tasks = lists.flatMap(({ tasks }) => tasks);
  return await Promise.all(
    tasks.map(async ({ id }) => {
      const { task, leaseUntil, now } = (await store.explain({ id }))!;
      const events: string[] = [];
      for (let after = "0"; ; ) {
        const page = await store.readEvents({ context, after, limit: 1000 });
        if (page.events.length === 0) break;
        for (const { taskId, type, at } of page.events) if (taskId === id) events.push(`${type} ${at - now}`);
        after = page.cursor;
      }
      const { status, workerId, token, startedAt, script, args } = task;
      const lease = leaseUntil === null ? null : leaseUntil - now;
      return JSON.stringify({ id, status, workerId, token, startedAt, script, args, lease, events });
    }),
  );
}
