// Runs cases on worker threads, and outlives each of them: a hanging or crashing case costs its worker, not the run.

import { Worker } from "node:worker_threads";
import type { Case, Outcome } from "./case.ts";

/** The outcome of the case at `index` of the current batch; `ready` once, when the worker has started. */
export type FromWorker = "ready" | { readonly index: number; readonly outcome: Outcome };

export interface PoolOptions {
  readonly workers: number;
  /** A case that takes longer is ended and counted as failed (milliseconds). */
  readonly hangAfter: number;
  readonly onOutcome: (caseIndex: number, outcome: Outcome) => void;
}

const BATCH_SIZE = 64;
const START_TIMEOUT = 120_000;
const HEAP_LIMIT_MB = 2048;

function startWorker(): Worker {
  const file = import.meta.url.endsWith(".ts") ? "./worker-from-source.mjs" : "./conformance-worker.js";
  return new Worker(new URL(file, import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
  });
}

/** One worker at a time and the batch it works on. */
class Lane {
  private batch: number[] = [];
  private reported = 0;
  private timer: NodeJS.Timeout | undefined;
  private ready = false;
  private worker: Worker;
  private resolve: () => void = () => {};
  private reject: (error: unknown) => void = () => {};
  readonly finished = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor(
    private readonly cases: readonly Case[],
    private readonly queue: number[],
    private readonly options: PoolOptions,
  ) {
    this.worker = this.start();
  }

  private start(): Worker {
    const worker = startWorker();
    this.ready = false;
    this.arm(START_TIMEOUT, "the worker thread did not start");
    worker.on("message", (message: FromWorker) => this.receive(message));
    worker.on("error", (error) => this.lose(worker, `${error}`));
    worker.on("exit", (code) => this.lose(worker, `the worker thread ended with code ${code}`));
    return worker;
  }

  private arm(milliseconds: number, reason: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lose(this.worker, reason), milliseconds);
  }

  private receive(message: FromWorker): void {
    if (message === "ready") {
      this.ready = true;
      this.nextBatch();
      return;
    }
    this.options.onOutcome(this.batch[message.index], message.outcome);
    this.reported = message.index + 1;
    if (this.reported === this.batch.length) this.nextBatch();
    else this.watchCase();
  }

  private watchCase(): void {
    this.arm(this.options.hangAfter, `no end after ${this.options.hangAfter / 1000} s`);
  }

  private nextBatch(): void {
    this.batch = this.queue.splice(0, BATCH_SIZE);
    this.reported = 0;
    if (this.batch.length === 0) {
      this.stop();
    } else {
      this.worker.postMessage(this.batch.map((index) => this.cases[index]));
      this.watchCase();
    }
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.dismiss(this.worker);
    this.resolve();
  }

  private dismiss(worker: Worker): void {
    worker.removeAllListeners();
    // A worker that is terminated while it fails may still emit an error, which nobody waits for.
    worker.on("error", () => {});
    void worker.terminate();
  }

  /** The worker is gone or hangs: its current case failed, the rest of the batch goes back to the queue. */
  private lose(worker: Worker, reason: string): void {
    if (worker !== this.worker) return;
    clearTimeout(this.timer);
    this.dismiss(worker);
    if (!this.ready) {
      this.reject(new Error(reason));
      return;
    }
    this.options.onOutcome(this.batch[this.reported], { output: [], crash: reason });
    this.queue.unshift(...this.batch.slice(this.reported + 1));
    if (this.queue.length === 0) this.resolve();
    else this.worker = this.start();
  }
}

/** Runs all cases; `onOutcome` is called once for each, in no particular order. */
export async function runCases(cases: readonly Case[], options: PoolOptions): Promise<void> {
  const queue = cases.map((_, index) => index);
  const workers = Math.min(options.workers, Math.ceil(cases.length / BATCH_SIZE));
  const lanes = Array.from({ length: workers }, () => new Lane(cases, queue, options));
  await Promise.all(lanes.map((lane) => lane.finished));
}
