// The two sides of the benchmark, each through its public interface: submit, process in worker processes, wait for a result.

import { Queue, QueueEvents } from "bullmq";
import { RhaiDispatcher } from "../../src/queue/dispatcher/dispatcher.ts";
import { startOurs, startPeer, type WorkerProcess } from "./processes.ts";

/** Everything lies in one context (queue), which is empty in the beginning. */
export interface Side {
  readonly name: string;
  submitOne(i: number): Promise<unknown>;
  submitBulk(first: number, count: number): Promise<unknown>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  finished(): Promise<number>;
  startWorker(concurrency: number): Promise<WorkerProcess>;
  /** One task from submit to result. */
  roundTrip(i: number): Promise<unknown>;
  close(): Promise<unknown>;
}

export interface SideOptions {
  readonly port: number;
  readonly context: string;
  /** What our worker runs; the peer's processor does nothing. */
  readonly script: string;
}

export function ours({ port, context, script }: SideOptions): Side {
  const url = `redis://127.0.0.1:${port}`;
  const dispatcher = new RhaiDispatcher({ url, context, callerId: "bench" });
  const { store } = dispatcher;
  const request = (n: number) => ({ script, args: { n } });
  return {
    name: "rhailib",
    submitOne: (i) => dispatcher.submit(request(i)),
    submitBulk: (first, count) =>
      dispatcher.submitMany(Array.from({ length: count }, (_, i) => request(first + i))),
    pause: () => store.pause({ context }),
    resume: () => store.resume({ context }),
    finished: async () => (await store.counts({ context })).totals.completed,
    startWorker: (concurrency) => startOurs(url, context, concurrency),
    roundTrip: (i) => dispatcher.run(request(i)),
    close: () => dispatcher.close(),
  };
}

export async function bullmq({ port, context, script }: SideOptions): Promise<Side> {
  const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
  const queue = new Queue(context, { connection });
  const events = new QueueEvents(context, { connection });
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  const data = (n: number) => ({ script, callerId: "bench", args: { n } });
  return {
    name: "BullMQ",
    submitOne: (i) => queue.add("task", data(i)),
    submitBulk: (first, count) =>
      queue.addBulk(Array.from({ length: count }, (_, i) => ({ name: "task", data: data(first + i) }))),
    pause: () => queue.pause(),
    resume: () => queue.resume(),
    finished: async () => (await queue.getJobCounts("completed")).completed,
    startWorker: (concurrency) => startPeer(port, context, concurrency),
    roundTrip: async (i) => (await queue.add("task", data(i))).waitUntilFinished(events),
    close: () => Promise.all([queue.close(), events.close()]),
  };
}
