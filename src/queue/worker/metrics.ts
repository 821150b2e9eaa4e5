// Numbers of a worker for Prometheus.

import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { isQueueError } from "../errors.ts";
import type { Counts, TaskStore } from "../store.ts";
import type { ThreadEvent } from "./pool-types.ts";
import type { RunOutcome } from "./worker-events.ts";

const BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300];

export interface MetricSources {
  readonly store: TaskStore;
  readonly contexts: readonly string[];
  readonly concurrency: number;
  running(context: string): number;
  threads(): number;
  silentMs(context: string): number;
}

export class WorkerMetrics {
  readonly registry = new Registry();
  readonly #ended: Counter<"context" | "outcome">;
  readonly #seconds: Histogram<"context">;
  readonly #threads: Counter<"event">;
  readonly #troubles: Counter<"code">;
  /** Labels looked up once: this is counted for every task. */
  readonly #children = new Map<string, { inc(): void }>();
  readonly #timers = new Map<string, { observe(seconds: number): void }>();

  constructor(sources: MetricSources) {
    const registers = [this.registry];
    this.#ended = new Counter({
      name: "rhai_worker_tasks_total",
      help: "Runs that ended, by outcome",
      labelNames: ["context", "outcome"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "rhai_worker_task_seconds",
      help: "Time that runs took",
      labelNames: ["context"],
      buckets: BUCKETS,
      registers,
    });
    this.#threads = new Counter({
      name: "rhai_worker_threads_total",
      help: "Script threads that were started, ended, killed or died",
      labelNames: ["event"],
      registers,
    });
    this.#troubles = new Counter({
      name: "rhai_worker_store_errors_total",
      help: "Calls to the store that failed",
      labelNames: ["code"],
      registers,
    });
    this.#gauges(sources);
    this.#queueGauges(sources);
  }

  #gauges(sources: MetricSources): void {
    const { contexts } = sources;
    const gauge = (name: string, help: string, read: (context: string) => number) =>
      new Gauge({
        name,
        help,
        labelNames: ["context"],
        registers: [this.registry],
        collect() {
          for (const context of contexts) this.set({ context }, read(context));
        },
      });
    gauge("rhai_worker_running", "Tasks that run now", (context) => sources.running(context));
    gauge(
      "rhai_worker_silent_seconds",
      "Time since the store last answered",
      (context) => sources.silentMs(context) / 1000,
    );
    const total = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(read());
        },
      });
    total("rhai_worker_threads", "Script threads", () => sources.threads());
    total("rhai_worker_concurrency", "Tasks that may run at once", () => sources.concurrency);
  }

  /** Asked of the store when somebody looks; left out while it does not answer. */
  #queueGauges({ contexts, store }: MetricSources): void {
    const gauge = new Gauge({
      name: "rhai_queue_tasks",
      help: "Tasks in the queue, by state",
      labelNames: ["context", "state"],
      registers: [this.registry],
      async collect() {
        // All together: while the store is away, whoever asks waits for one deadline.
        const answers = await Promise.all(contexts.map((context) => countsOf(store, context)));
        this.reset();
        for (const [i, counts] of answers.entries()) {
          if (counts === null) continue;
          for (const state of ["waiting", "scheduled", "processing", "finished", "dead"] as const)
            this.set({ context: contexts[i], state }, counts[state]);
        }
      },
    });
    void gauge;
  }

  ended(context: string, outcome: RunOutcome, ms: number): void {
    const key = `${outcome} ${context}`;
    let child = this.#children.get(key);
    if (child === undefined) {
      child = this.#ended.labels({ context, outcome });
      this.#children.set(key, child);
    }
    child.inc();
    let timer = this.#timers.get(context);
    if (timer === undefined) {
      timer = this.#seconds.labels({ context });
      this.#timers.set(context, timer);
    }
    timer.observe(ms / 1000);
  }

  thread({ type }: ThreadEvent): void {
    this.#threads.inc({ event: type });
  }

  trouble(code: string): void {
    this.#troubles.inc({ code });
  }
}

/** Null when the store does not answer. */
async function countsOf(store: MetricSources["store"], context: string): Promise<Counts | null> {
  try {
    return await store.counts({ context });
  } catch (error) {
    if (isQueueError(error)) return null;
    throw error;
  }
}
