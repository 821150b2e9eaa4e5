// One script thread and the jobs on it, as the main thread sees them.

import { Worker } from "node:worker_threads";
import type { PoolJob } from "./pool-types.ts";
import { type SlotRef, type SlotState, SlotTable } from "./slots.ts";
import type { FromThread, ThreadBatch, ThreadConfig, ToThread } from "./thread-messages.ts";

/** A thread gets about so much work ahead: enough to keep it busy, little enough that others can have the rest. */
const AHEAD_MS = 20;
/** Assumed of a thread that has not run anything. */
const FIRST_GUESS_MS = 1;
/** Weight of the newest measurement. */
const NEWEST = 0.2;

export interface Entry {
  readonly job: PoolJob;
  readonly ref: SlotRef;
  /** When it was asked to stop, by the pool's clock. */
  stopAskedAt: number | null;
}

export interface LaneListener {
  onReady(lane: Lane): void;
  onBatch(lane: Lane, batch: ThreadBatch): void;
  onComplaint(message: string): void;
  /** It is gone; every message of it has been told before. */
  onExit(lane: Lane, reason: ExitReason): void;
}

export interface ExitReason {
  readonly kind: "planned" | "broken" | "memory" | "crash";
  readonly message: string;
}

export interface LaneOptions {
  readonly entry: URL;
  readonly config: Omit<ThreadConfig, "slots">;
  readonly capacity: number;
  readonly heapMb: number;
}

export class Lane {
  readonly heapMb: number;
  readonly startedAt = performance.now();
  readonly #worker: Worker;
  readonly #slots: SlotTable;
  readonly #entries: (Entry | null)[];
  readonly #sequences: number[];
  readonly #free: number[];
  readonly #listener: LaneListener;
  #state: "booting" | "ready" | "leaving" | "gone" = "booting";
  #reason: ExitReason | null = null;
  #averageMs = FIRST_GUESS_MS;
  /** Scripts that ended on it. */
  tasks = 0;
  lastUsedAt = performance.now();

  constructor({ entry, config, capacity, heapMb }: LaneOptions, listener: LaneListener) {
    this.heapMb = heapMb;
    this.#listener = listener;
    this.#slots = new SlotTable(capacity);
    this.#entries = new Array(capacity).fill(null);
    this.#sequences = new Array(capacity).fill(0);
    this.#free = Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    this.#worker = new Worker(entry, {
      workerData: { ...config, slots: this.#slots.buffer },
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    this.#worker.on("message", (message: FromThread) => this.#receive(message));
    this.#worker.on("error", (error: NodeJS.ErrnoException) => this.#note(error));
    this.#worker.once("exit", (code) => this.#exit(code));
  }

  #receive(message: FromThread): void {
    if (message.type === "ready") {
      if (this.#state === "booting") this.#state = "ready";
      this.#listener.onReady(this);
    } else if (message.type === "broken") {
      this.#reason ??= { kind: "broken", message: message.message };
      void this.#worker.terminate();
    } else if (message.type === "complaint") {
      this.#listener.onComplaint(message.message);
    } else {
      this.#learn(message);
      this.#listener.onBatch(this, message);
    }
  }

  #note(error: NodeJS.ErrnoException): void {
    const memory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
    this.#reason ??= memory
      ? { kind: "memory", message: `more than ${this.heapMb} MB of heap` }
      : { kind: "crash", message: text(error) };
  }

  #exit(code: number): void {
    const unasked = { kind: "crash", message: `it ended with code ${code}` } as const;
    const booting = this.#state === "booting";
    this.#state = "gone";
    const reason = this.#reason ?? unasked;
    this.#listener.onExit(this, booting && reason.kind === "crash" ? { ...reason, kind: "broken" } : reason);
  }

  #learn({ started, busyMs }: ThreadBatch): void {
    if (started === 0) return;
    const latest = busyMs / started;
    // Trust one long script at once, many short ones slowly.
    this.#averageMs = latest > this.#averageMs ? latest : this.#averageMs * (1 - NEWEST) + latest * NEWEST;
  }

  get isReady(): boolean {
    return this.#state === "ready";
  }

  /** It takes jobs. */
  get isOpen(): boolean {
    return this.#state === "ready" || this.#state === "booting";
  }

  get isGone(): boolean {
    return this.#state === "gone";
  }

  get hasRoom(): boolean {
    return this.#free.length > 0;
  }

  /** Free slots. */
  get room(): number {
    return this.#free.length;
  }

  get size(): number {
    return this.#entries.length - this.#free.length;
  }

  *entries(): IterableIterator<Entry> {
    if (this.size === 0) return;
    for (const entry of this.#entries) if (entry !== null) yield entry;
  }

  state(entry: Entry): SlotState {
    return this.#slots.state(entry.ref);
  }

  age(entry: Entry): number {
    return this.#slots.age(entry.ref);
  }

  /** The one that holds the thread, if one does. */
  get busy(): Entry | null {
    for (const entry of this.entries()) if (this.state(entry) === "busy") return entry;
    return null;
  }

  get hasUnstarted(): boolean {
    for (const entry of this.entries()) if (this.state(entry) === "posted") return true;
    return false;
  }

  get unstarted(): number {
    let count = 0;
    for (const entry of this.entries()) if (this.state(entry) === "posted") count++;
    return count;
  }

  /** Jobs that a new one would wait for. */
  get load(): number {
    return this.unstarted + (this.busy === null ? 0 : 1);
  }

  /** How many more jobs are good for it now. */
  get intake(): number {
    const depth = Math.max(1, Math.floor(AHEAD_MS / Math.max(this.#averageMs, 0.001)));
    return Math.max(0, Math.min(this.#free.length, depth - this.unstarted));
  }

  /** At most as many as there is room for. */
  post(jobs: readonly PoolJob[]): void {
    for (const job of jobs) {
      const slot = this.#free.pop()!;
      const ref = this.#slots.post(slot, this.#sequences[slot]);
      this.#sequences[slot] = ref.sequence;
      this.#entries[slot] = { job, ref, stopAskedAt: null };
      job.message.slot = slot;
      job.message.sequence = ref.sequence;
    }
    this.lastUsedAt = performance.now();
    this.#send({ type: "run", jobs: JSON.stringify(jobs.map(({ message }) => message)) });
  }

  /** The job of a message about a slot, if that is still the same. */
  take({ slot, sequence }: SlotRef): Entry | null {
    const entry = this.find({ slot, sequence });
    if (entry !== null) this.#release(entry);
    return entry;
  }

  find({ slot, sequence }: SlotRef): Entry | null {
    const entry = this.#entries[slot];
    return entry !== null && entry.ref.sequence === sequence ? entry : null;
  }

  #release(entry: Entry): void {
    const { slot } = entry.ref;
    this.#entries[slot] = null;
    this.#slots.free(entry.ref);
    this.#free.push(slot);
    this.lastUsedAt = performance.now();
  }

  /** Takes a job back that has not started; false when it has. */
  withdraw(entry: Entry): boolean {
    if (!this.#slots.withdraw(entry.ref)) return false;
    this.#release(entry);
    return true;
  }

  withdrawAll(limit = Number.POSITIVE_INFINITY): PoolJob[] {
    const jobs: PoolJob[] = [];
    for (const entry of this.entries()) {
      if (jobs.length >= limit) break;
      if (this.state(entry) === "posted" && this.withdraw(entry)) jobs.push(entry.job);
    }
    return jobs;
  }

  askToStop(entries: readonly Entry[]): void {
    for (const entry of entries) {
      entry.stopAskedAt ??= performance.now();
      this.#slots.askToStop(entry.ref);
    }
    if (entries.length > 0) this.#send({ type: "stop", slots: entries.map(({ ref }) => ref) });
  }

  announceStop(): void {
    this.#slots.announceStop();
  }

  #send(message: ToThread): void {
    if (this.#state !== "gone") this.#worker.postMessage(message);
  }

  /** Takes no more jobs; ends as soon as it has none, see `endWhenEmpty`. */
  leave(): void {
    if (this.isOpen) this.#state = "leaving";
    this.endWhenEmpty();
  }

  endWhenEmpty(): void {
    if (this.#state !== "leaving" || this.size > 0 || this.#reason !== null) return;
    this.#reason = { kind: "planned", message: "no longer needed" };
    void this.#worker.terminate();
  }

  /** Ends the thread, whatever it does. Resolves after `onExit`. */
  async kill(): Promise<void> {
    if (this.#state === "gone") return;
    if (this.isOpen) this.#state = "leaving";
    this.#reason ??= { kind: "planned", message: "killed" };
    await this.#worker.terminate();
  }

  /** Does not keep the process alive. */
  unref(): void {
    this.#worker.unref();
  }
}

function text(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "unknown error";
  }
}
