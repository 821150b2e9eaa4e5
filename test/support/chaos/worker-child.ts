// A worker in a process of its own that a test kills, stops and wakes.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { SettledStatus } from "../../../src/queue/store.ts";
import type { RunOutcome } from "../../../src/queue/worker/worker-events.ts";
import type { WorkerOptions } from "../../../src/queue/worker/worker-options.ts";
import { guarded, killed } from "../child-guard.ts";
import type { Programs } from "./programs.ts";

/** What the process gets as JSON. */
export interface WorkerProcessSpec extends Omit<WorkerOptions, "store" | "logger" | "trustedKeys"> {
  /** Tells of every run that ended; only of those whose lease was lost when missing. */
  readonly allEvents?: boolean;
}

export type WorkerLine = { readonly type: "ready" } | SettledLine;

export interface SettledLine {
  readonly type: "settled";
  readonly id: string;
  readonly token: number;
  readonly outcome: RunOutcome;
  readonly status: SettledStatus;
}

export interface WorkerChildOptions extends Partial<WorkerProcessSpec> {
  readonly url: string;
  readonly contexts: readonly string[];
  /** What its clock is ahead of the real one. */
  readonly clockShiftMs?: number;
}

/** So that a lost worker is noticed soon. */
export const CHAOS_LEASE_MS = 1000;

export class WorkerChild {
  readonly settled: SettledLine[] = [];
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  #errors = "";

  constructor(programs: Programs, { clockShiftMs = 0, ...options }: WorkerChildOptions) {
    const spec: WorkerProcessSpec = {
      threads: 1,
      concurrency: 20,
      leaseMs: CHAOS_LEASE_MS,
      upkeepMs: 100,
      killGraceMs: 100,
      stopGraceMs: 1000,
      engineModule: programs.engineModule,
      threadEntry: programs.threadEntry,
      storeOptions: { deadlineMs: 1500 },
      ...options,
    };
    const args = [programs.worker, JSON.stringify(spec)];
    if (clockShiftMs !== 0) args.unshift("--import", programs.skewedClock);
    const env = { ...process.env, CHAOS_CLOCK_SHIFT: String(clockShiftMs), NODE_OPTIONS: "" };
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env });
    this.#child = guarded(child);
    child.stderr.on("data", (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-2000);
    });
    this.#ready = this.#listen(child);
    // Whoever waits for it hears of it.
    this.#ready.catch(() => undefined);
  }

  #listen(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      createInterface({ input: child.stdout! }).on("line", (text) => {
        const line = JSON.parse(text) as WorkerLine;
        if (line.type === "ready") resolve();
        else this.settled.push(line);
      });
      child.once("exit", (code, signal) =>
        reject(new Error(`the worker ended (${code ?? signal}): ${this.#errors}`)),
      );
    });
  }

  /** Resolves when it takes tasks. */
  static async start(programs: Programs, options: WorkerChildOptions): Promise<WorkerChild> {
    const worker = new WorkerChild(programs, options);
    await worker.ready();
    return worker;
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it wrote to its standard error. */
  get errors(): string {
    return this.#errors;
  }

  kill(): Promise<void> {
    return killed(this.#child);
  }

  /** SIGSTOP: it stands still, and knows nothing of it later. */
  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  /** SIGTERM. Resolves with the exit code, null when a signal ended it. */
  stop(): Promise<number | null> {
    if (!this.alive) return Promise.resolve(this.#child.exitCode);
    return new Promise((resolve) => {
      this.#child.once("exit", resolve);
      this.#child.kill("SIGTERM");
    });
  }
}
