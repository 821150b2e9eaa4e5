// The script threads of a worker: who runs what, who is killed, who takes over.

import { Boots } from "./boots.ts";
import { Isolation } from "./isolation.ts";
import { type Entry, type ExitReason, Lane, type LaneListener } from "./lane.ts";
import { canHelp, distribute, isIdle, isOverdue, isStuck, isWorn, spread } from "./lane-rules.ts";
import type { EndedJob, PoolJob, PoolListener, PoolOptions, ThreadEvent } from "./pool-types.ts";
import { type Ages, aftermath, agesOf } from "./thread-end.ts";
import { threadEntry } from "./thread-entry.ts";
import type { ScriptOutcome, ThreadBatch } from "./thread-messages.ts";

/** How often the running jobs are looked at. */
const TICK_MS = 20;
/** Longest wait for the first thread: a slow machine, a large engine module. */
const BOOT_MS = 120_000;

/** No script thread can be started: the engine module does not load, mostly. */
export class EngineLoadError extends Error {
  override readonly name = "EngineLoadError";
}

export class ThreadPool {
  readonly #options: PoolOptions;
  readonly #listener: PoolListener;
  readonly #entry: URL;
  /** Shared threads; null where none is needed at the moment. */
  readonly #lanes: (Lane | null)[];
  /** Replaced ones that still have jobs. */
  readonly #leaving = new Set<Lane>();
  readonly #isolation: Isolation;
  /** Jobs that wait for a thread to start. */
  #homeless: PoolJob[] = [];
  /** Lanes that are being killed, with the ages of their jobs when that was decided. */
  readonly #killing = new Map<Lane, Ages>();
  readonly #boots: Boots;
  readonly #laneListener: LaneListener;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: PoolOptions, listener: PoolListener) {
    this.#options = options;
    this.#listener = listener;
    this.#entry = options.entry ?? threadEntry();
    this.#lanes = new Array(options.threads).fill(null);
    this.#boots = new Boots(() => this.#onBootAllowed());
    this.#isolation = new Isolation({
      heapMb: options.heapMb,
      open: (heapMb) => (this.#canOpen ? this.#open(heapMb, 1) : null),
      retire: (lane) => this.#retire(lane),
    });
    this.#laneListener = {
      onReady: (lane) => this.#onReady(lane),
      onBatch: (lane, batch) => this.#onBatch(lane, batch),
      onComplaint: (message) => this.#event("complaint", message),
      onExit: (lane, reason) => this.#onExit(lane, reason),
    };
  }

  /** Starts the threads; resolves when the first one is ready. Throws `EngineLoadError`. */
  async start(): Promise<void> {
    const first = this.#boots.first(BOOT_MS);
    this.#lanes[0] = this.#open();
    const failure = await first;
    if (failure !== null) {
      await this.close();
      throw new EngineLoadError(failure);
    }
    for (let i = 1; i < this.#lanes.length; i++) this.#lanes[i] ??= this.#open();
  }

  /** Null while threads can be started; else why not. */
  get trouble(): string | null {
    return this.#boots.trouble;
  }

  get #canOpen(): boolean {
    return !this.#closed && this.#boots.trouble === null;
  }

  /** How many more jobs it is good to have. */
  get intake(): number {
    if (this.#closed) return 0;
    const unborn = this.#canOpen ? this.#options.perThread : 0;
    let sum = 0;
    for (const lane of this.#lanes) {
      if (lane === null) sum += unborn;
      else if (!isStuck(lane)) sum += lane.intake;
    }
    // Those who run alone wait for each other.
    return Math.max(0, sum - this.#homeless.length - Math.max(0, this.#isolation.waiting - 1));
  }

  get hasUnstarted(): boolean {
    return this.#homeless.length > 0 || this.#lanes.some((lane) => lane?.hasUnstarted === true);
  }

  get threadCount(): number {
    return this.#all().length;
  }

  #shared(): Lane[] {
    return this.#lanes.filter((lane) => lane !== null);
  }

  #all(): Lane[] {
    const { lane } = this.#isolation;
    return [...this.#shared(), ...this.#leaving, ...(lane === null ? [] : [lane])];
  }

  // --- jobs ---------------------------------------------------------------------------------------------------------

  submit(jobs: readonly PoolJob[]): void {
    if (jobs.length === 0) return;
    const alone = jobs.filter(({ heapMb }) => heapMb !== null);
    this.#place(alone.length === 0 ? jobs : jobs.filter(({ heapMb }) => heapMb === null));
    this.#isolation.add(alone);
    this.#watch();
  }

  #place(jobs: readonly PoolJob[]): void {
    if (jobs.length === 0) return;
    const lanes = this.#openLanes();
    const { shares, rest, crowded } = distribute(jobs, lanes);
    // A thread will come for them. Else, with no room beside long scripts, or no threads, others may run them.
    if (lanes.length === 0 && this.#canOpen) this.#homeless.push(...rest);
    else this.#tell(rest, "released");
    for (let i = 0; i < lanes.length; i++) if (shares[i].length > 0) lanes[i].post(shares[i]);
    if (crowded) this.#grow();
  }

  /** Those that hang behind a long script are no place for new jobs as long as there are others. */
  #openLanes(): Lane[] {
    const open = this.#shared().filter((lane) => lane.isOpen);
    const free = open.filter((lane) => !isStuck(lane));
    return free.length > 0 ? free : open;
  }

  #grow(): void {
    const empty = this.#lanes.indexOf(null);
    if (empty >= 0 && this.#canOpen) this.#lanes[empty] = this.#open();
  }

  /** Asks scripts to end; kills the thread of those that do not. Jobs that have not started end at once. */
  stop(selected: (job: PoolJob) => boolean): void {
    const unstarted: PoolJob[] = [];
    for (const lane of this.#all()) {
      const asked: Entry[] = [];
      for (const entry of lane.entries()) {
        if (entry.stopAskedAt !== null || !selected(entry.job)) continue;
        if (lane.state(entry) === "posted" && lane.withdraw(entry)) unstarted.push(entry.job);
        else asked.push(entry);
      }
      lane.askToStop(asked);
    }
    this.#tell([...unstarted, ...this.#takeWaiting(selected)], "stopped");
  }

  #takeWaiting(selected: (job: PoolJob) => boolean): PoolJob[] {
    const taken = this.#homeless.filter(selected);
    this.#homeless = this.#homeless.filter((job) => !selected(job));
    return [...taken, ...this.#isolation.take(selected)];
  }

  /** What has not started comes back as `released`. */
  handBackUnstarted(): void {
    const withdrawn = this.#all().flatMap((lane) => lane.withdrawAll());
    this.#tell([...withdrawn, ...this.#takeWaiting(() => true)], "released");
  }

  /** Scripts can see that the worker is about to stop. */
  announceStop(): void {
    for (const lane of this.#all()) lane.announceStop();
  }

  /** Kills all threads; what was running comes back as `released`. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#boots.close();
    if (this.#timer !== null) clearInterval(this.#timer);
    await Promise.all(this.#all().map((lane) => this.#kill(lane)));
    this.#tell(
      this.#takeWaiting(() => true),
      "released",
    );
  }

  #tell(jobs: readonly PoolJob[], kind: "stopped" | "released"): void {
    if (jobs.length > 0) this.#listener.onEnded(jobs.map((job) => ({ job, end: { kind }, ms: 0 })));
  }

  // --- threads ------------------------------------------------------------------------------------------------------

  #open(heapMb = this.#options.heapMb, capacity = this.#options.perThread): Lane {
    const { config, interleave } = this.#options;
    const options = { entry: this.#entry, config: { ...config, interleave }, capacity, heapMb };
    return new Lane(options, this.#laneListener);
  }

  #onReady(lane: Lane): void {
    this.#boots.succeeded();
    this.#event("started", `script thread ${this.threadCount} of ${this.#options.threads}`);
    if (this.#closed) void this.#kill(lane);
    this.#place(this.#homeless.splice(0));
    this.#listener.onRoom();
  }

  #onBatch(lane: Lane, batch: ThreadBatch): void {
    const { reports, heapBytes } = batch;
    const outcomes: readonly ScriptOutcome[] = batch.outcomes === null ? [] : JSON.parse(batch.outcomes);
    for (const { report, ...ref } of reports) {
      const entry = lane.find(ref);
      if (entry !== null) this.#listener.onReport(entry.job, report);
    }
    const ended: EndedJob[] = [];
    for (const outcome of outcomes) {
      const { end, ms, report } = outcome;
      const entry = lane.take(outcome);
      if (entry !== null) ended.push({ job: entry.job, end, ms, ...(report && { report }) });
    }
    lane.tasks += outcomes.length;
    if (ended.length > 0) this.#listener.onEnded(ended);
    else this.#listener.onRoom();
    // First: the next one that runs alone must not be posted to a thread that ends.
    if (isWorn(lane, this.#options.recycle, heapBytes)) this.#replace(lane);
    this.#isolation.next();
    lane.endWhenEmpty();
  }

  /** A fresh thread takes its place; it ends when its jobs have. */
  #replace(lane: Lane): void {
    const index = this.#lanes.indexOf(lane);
    if (index < 0) {
      this.#isolation.forget(lane, true);
      return;
    }
    this.#lanes[index] = this.#open();
    this.#retire(lane);
  }

  #retire(lane: Lane): void {
    this.#leaving.add(lane);
    const jobs = lane.withdrawAll();
    lane.leave();
    this.#place(jobs);
  }

  async #kill(lane: Lane): Promise<void> {
    if (!this.#killing.has(lane)) this.#killing.set(lane, agesOf(lane));
    await lane.kill();
  }

  #onExit(lane: Lane, reason: ExitReason): void {
    const ages = this.#killing.get(lane);
    const isKilled = this.#killing.delete(lane) && lane.size > 0;
    this.#forget(lane);
    this.#event(eventType(reason, isKilled), isKilled ? "a script did not end in time" : reason.message);
    if (reason.kind === "broken") this.#boots.failed(reason.message);
    const { ended, unstarted, suspects } = aftermath(lane, ages ?? agesOf(lane), reason, isKilled);
    if (this.#closed) {
      this.#handBack(ended, [...unstarted, ...suspects]);
      return;
    }
    if (ended.length > 0) this.#listener.onEnded(ended);
    if (reason.kind !== "planned" || isKilled) this.#grow();
    this.#isolation.add(suspects);
    this.#place(unstarted);
    if (!this.#canOpen && this.#openLanes().length === 0)
      this.#tell(
        this.#takeWaiting(() => true),
        "released",
      );
    this.#listener.onRoom();
  }

  #forget(lane: Lane): void {
    this.#leaving.delete(lane);
    const index = this.#lanes.indexOf(lane);
    if (index >= 0) this.#lanes[index] = null;
    this.#isolation.forget(lane);
  }

  /** That a thread died because the pool closes is nobody's fault. */
  #handBack(ended: readonly EndedJob[], others: readonly PoolJob[]): void {
    const innocent = ended.filter(({ end }) => end.kind === "crashed").map(({ job }) => job);
    const rest = ended.filter(({ end }) => end.kind !== "crashed");
    if (rest.length > 0) this.#listener.onEnded(rest);
    this.#tell([...innocent, ...others], "released");
  }

  #onBootAllowed(): void {
    if (this.#closed) return;
    if (this.#shared().length === 0) this.#lanes[0] = this.#open();
    this.#isolation.next();
    this.#listener.onRoom();
  }

  #event(type: ThreadEvent["type"], message: string): void {
    this.#listener.onThread({ type, message });
  }

  // --- watching -----------------------------------------------------------------------------------------------------

  #watch(): void {
    if (this.#timer === null && !this.#closed) this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const { graceMs, idleMs } = this.#options;
    for (const lane of this.#all())
      if (!this.#killing.has(lane) && isOverdue(lane, graceMs)) void this.#kill(lane);
    this.#balance();
    this.#endIdle(idleMs);
    const lanes = this.#all();
    const isQuiet =
      lanes.every(({ size }) => size === 0) && this.#homeless.length + this.#isolation.waiting === 0;
    // Spare threads are ended by this clock, too.
    if (!isQuiet || lanes.length > 1 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Jobs behind a script that holds its thread go to threads with nothing to do, or back to the queue. */
  #balance(): void {
    for (const lane of this.#shared()) {
      if (lane.unstarted === 0) continue;
      const others = this.#shared().filter((other) => other !== lane && canHelp(other));
      if (others.length > 0) spread(lane, others);
      else if (isStuck(lane)) this.#tell(lane.withdrawAll(), "released");
    }
  }

  #endIdle(idleMs: number): void {
    for (let i = 1; i < this.#lanes.length; i++) {
      const lane = this.#lanes[i];
      if (lane === null || !isIdle(lane, idleMs)) continue;
      this.#lanes[i] = null;
      this.#retire(lane);
    }
    const { lane } = this.#isolation;
    if (lane !== null && this.#isolation.waiting === 0 && isIdle(lane, idleMs))
      this.#isolation.forget(lane, true);
  }
}

function eventType({ kind }: ExitReason, isKilled: boolean): ThreadEvent["type"] {
  if (isKilled) return "killed";
  if (kind === "planned") return "ended";
  return kind === "broken" ? "broken" : "died";
}
