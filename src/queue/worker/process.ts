// A worker as a process of its own: signals, health port, exit code.

import type { Logger } from "pino";
import { QueueError } from "../errors.ts";
import { type HealthServer, type ListenAddress, startHealthServer } from "./health-server.ts";
import { EngineLoadError } from "./thread-pool.ts";
import { RhaiWorker } from "./worker.ts";
import type { WorkerOptions } from "./worker-options.ts";

export interface WorkerProcessOptions extends WorkerOptions {
  /** `PORT` or `HOST:PORT` for /healthz, /readyz and /metrics; none when missing. */
  readonly listen?: string | ListenAddress;
  /** Ends when nothing is left to run. */
  readonly drain?: boolean;
  /** Called when it takes tasks. */
  readonly onReady?: (worker: RhaiWorker, health: HealthServer | null) => void;
  readonly logger?: Logger;
}

/** How a worker process ended. */
export interface WorkerProcessEnd {
  /** Why it could not run; null after an orderly end. */
  readonly failure: string | null;
  /** The signal that ended it. */
  readonly signal: NodeJS.Signals | null;
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * Runs a worker until SIGTERM or SIGINT: the first lets scripts finish (`stopGraceMs`), the second ends them at once; both
 * hand back what did not finish. Throws `invalid` for options that make no sense.
 */
export async function runWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcessEnd> {
  const worker = new RhaiWorker(options);
  let received: NodeJS.Signals | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    void worker.stop({ now: received !== null });
    received ??= signal;
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  let health: HealthServer | null = null;
  try {
    if (options.listen !== undefined) health = await startHealthServer(worker, options.listen);
    const stopped = new Promise<void>((resolve) => worker.once("stopped", resolve));
    await worker.start();
    // A signal may have come before.
    if (worker.health().state === "running") options.onReady?.(worker, health);
    if (options.drain) await Promise.race([worker.drained(), stopped]);
    else await stopped;
    await worker.stop();
    return { failure: null, signal: received };
  } catch (error) {
    await worker.stop({ now: true });
    if (error instanceof EngineLoadError)
      return { failure: `engine module: ${error.message}`, signal: received };
    if (error instanceof QueueError) return { failure: error.message, signal: received };
    throw error;
  } finally {
    await health?.close();
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
