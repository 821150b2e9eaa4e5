// An idle system: one task is submitted, run and its result waited for; then the next.

import { Queue, QueueEvents, Worker } from "bullmq";
import { createRedisStore } from "../../src/queue/redis/store.ts";
import type { TaskStore } from "../../src/queue/store.ts";
import { median } from "../median.ts";
import { type Compared, inTurns } from "./slices.ts";

interface Side {
  /** Median of one slice's round trips, in ms. */
  readonly slice: () => Promise<number>;
  readonly close: () => Promise<unknown>;
}

const SLICE = 50;
const context = "round-trip";
const script = "40 + 2";

async function slice(once: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < SLICE; i++) {
    const start = performance.now();
    await once();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** A worker with slots to spare: what ends is told at once, while the next wait stands already. */
async function work(store: TaskStore, until: AbortSignal): Promise<void> {
  const claim = { workerId: "bench-idle", leaseMs: 30_000, limit: 10 };
  let { idle } = await store.claim({ context, ...claim });
  while (!until.aborted) {
    const nothing = { reason: "empty", waitMs: null } as const;
    const claimed = await store.waitForWork({ context, idle: idle ?? nothing, timeoutMs: 200, claim });
    idle = claimed?.idle ?? null;
    for (const { id, token } of claimed?.tasks ?? [])
      void store.complete({ context, workerId: claim.workerId, id, token, output: "42" });
  }
}

function ourSide(url: string): Side {
  const [producer, consumer] = [createRedisStore({ url }), createRedisStore({ url })];
  const end = new AbortController();
  const working = work(consumer, end.signal);
  const once = async () => {
    const { id } = await producer.enqueue({ task: { context, script }, notify: true });
    await producer.waitForResult({ id, timeoutMs: 5000 });
  };
  const close = async () => {
    end.abort();
    await working;
    await Promise.all([producer.close(), consumer.close()]);
  };
  return { slice: () => slice(once), close };
}

async function peerSide(connection: { readonly host: string; readonly port: number }): Promise<Side> {
  const options = { connection: { ...connection, maxRetriesPerRequest: null } };
  const worker = new Worker(context, async () => 42, options);
  const events = new QueueEvents(context, options);
  const queue = new Queue(context, options);
  await Promise.all([worker.waitUntilReady(), events.waitUntilReady(), queue.waitUntilReady()]);
  const once = async () => {
    const added = await queue.add("task", { script, callerId: "bench", args: { n: 1 } });
    await added.waitUntilFinished(events);
  };
  return {
    slice: () => slice(once),
    close: () => Promise.all([worker.close(), events.close(), queue.close()]),
  };
}

export async function compareRoundTrips(url: string, port: number, pairs: number): Promise<Compared> {
  const ours = ourSide(url);
  const peer = await peerSide({ host: "127.0.0.1", port });
  await inTurns(4, ours.slice, peer.slice);
  const compared = await inTurns(pairs, ours.slice, peer.slice);
  await Promise.all([ours.close(), peer.close()]);
  return compared;
}
