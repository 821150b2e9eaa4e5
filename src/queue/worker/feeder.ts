// One context of a worker: claims its tasks and settles them, both in one step where possible.

import { closingController } from "../closing.ts";
import { isQueueError, QueueError } from "../errors.ts";
import type { Claimed, Idle, Settled, SettledStatus, TaskStore, Verdict } from "../store.ts";
import type { Shares } from "./shares.ts";

/** Longest wait for work; each answer also shows that the store is alive. */
const WAIT_MS = 5000;
/** While the threads have more to do, verdicts wait no longer than this for others to come along. */
const GATHER_MS = 8;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

export interface FeederHost {
  readonly store: TaskStore;
  readonly workerId: string;
  readonly leaseMs: number;
  readonly shares: Shares;
  /** The threads have tasks that have not started. */
  hasUnstarted(): boolean;
  onClaimed(context: string, claimed: Claimed): void;
  onSettled(context: string, verdict: Verdict, status: SettledStatus): void;
  /** The store answered. */
  onContact(context: string): void;
  onTrouble(context: string, error: QueueError, doing: string): void;
}

export class Feeder {
  readonly context: string;
  readonly #host: FeederHost;
  readonly #taking = closingController();
  readonly #closing = closingController();
  #verdicts: Verdict[] = [];
  #oldestAt = 0;
  /** The call under way that brings tasks: one at a time, so that an answer that was lost can be asked for again. */
  #asking: "claim" | "wait" | null = null;
  #askedAt = 0;
  /** Being settled meanwhile. */
  #settling: Promise<void> | null = null;
  /** What the last claim brought, not handed on yet. */
  #answer: Claimed | null = null;
  /** What the last claim said; null when there may be more to claim. */
  #idle: Idle | null = null;
  #wake: (() => void) | null = null;
  #woken = false;
  #failures = 0;
  #isLast = false;
  #loop: Promise<void> | null = null;

  constructor(context: string, host: FeederHost) {
    this.context = context;
    this.#host = host;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** How long the store has owed an answer to a claim; 0 when it owes none. */
  get askingMs(): number {
    return this.#asking === null ? 0 : performance.now() - this.#askedAt;
  }

  /** Hands in how a run ended; it is settled soon, and again until the store answers. */
  settle(verdict: Verdict): void {
    if (this.#verdicts.length === 0) this.#oldestAt = performance.now();
    this.#verdicts.push(verdict);
    this.kick();
  }

  /** Something changed: look again. */
  kick(): void {
    if (this.#canSettleAside) this.#settling ??= this.#settleAside();
    this.#woken = true;
    this.#wake?.();
  }

  /** Takes no more tasks. */
  stopTaking(): void {
    this.#taking.abort();
    this.kick();
  }

  /** Resolves when everything handed in is settled. Call `stopTaking` before. */
  async close(deadlineMs: number): Promise<void> {
    const timer = setTimeout(() => this.#closing.abort(), deadlineMs);
    this.#isLast = true;
    this.kick();
    await this.#loop;
    await this.#settling;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      this.#woken = false;
      // With a backlog the store gets its next call before the threads get their jobs: so it has always something to do.
      if (this.#idle !== null && !this.#isRipe) this.#deliver();
      const exchange = this.#exchange();
      this.#deliver();
      if (exchange !== null) await exchange;
      // What the store does not take now is to be settled again.
      else if (this.#isLast && this.#settling !== null) await this.#settling;
      else if (this.#isLast && this.#verdicts.length === 0) return;
      else if (!this.#woken) await this.#nextKick();
    }
  }

  #deliver(): void {
    const answer = this.#answer;
    this.#answer = null;
    if (answer === null) return;
    this.#host.onContact(this.context);
    if (answer.tasks.length > 0 || answer.rejected.length > 0) this.#host.onClaimed(this.context, answer);
  }

  /** Resolves with the next kick, when slots may be free, or when verdicts have waited for others long enough. */
  async #nextKick(): Promise<void> {
    const kicked = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const timer = this.#verdicts.length > 0 ? setTimeout(() => this.kick(), GATHER_MS) : undefined;
    await Promise.race([kicked, this.#host.shares.wait(this.context)]);
    clearTimeout(timer);
    this.#wake = null;
  }

  /** Verdicts go together as long as the threads have work anyway: a call costs as much as ten of them. */
  get #isRipe(): boolean {
    const { length } = this.#verdicts;
    if (length === 0) return false;
    const { shares } = this.#host;
    if (this.#taking.signal.aborted || length >= shares.runningIn(this.context)) return true;
    return performance.now() - this.#oldestAt >= GATHER_MS || !this.#host.hasUnstarted();
  }

  /** The next call to the store, under way; null when there is nothing to ask or tell. */
  #exchange(): Promise<void> | null {
    const free = this.#taking.signal.aborted ? 0 : this.#host.shares.limit(this.context);
    const limit = Math.min(free, this.#host.shares.half);
    if (this.#isRipe) return this.#attempt(() => this.#settle(limit));
    if (this.#verdicts.length > 0 || this.#taking.signal.aborted) return null;
    const idle = this.#idle;
    if (idle !== null && this.#host.shares.areScarce) return this.#attempt(() => this.#waitWithout(idle));
    if (limit === 0) return null;
    // A wait may be long: what is kept for it, other contexts cannot have meanwhile.
    const waitFor = this.#host.shares.isForOne ? limit : 1;
    return this.#attempt(() => (idle === null ? this.#claim(limit) : this.#wait(waitFor, idle)));
  }

  async #attempt(call: () => Promise<void>): Promise<void> {
    try {
      await call();
      this.#failures = 0;
    } catch (error) {
      await this.#pauseAfter(error);
    }
  }

  async #claim(limit: number): Promise<void> {
    const { store, workerId, leaseMs } = this.#host;
    const { context } = this;
    await this.#ask("claim", limit, () => store.claim({ context, workerId, leaseMs, limit }));
  }

  async #wait(limit: number, idle: Idle): Promise<void> {
    const { store, workerId, leaseMs } = this.#host;
    const { context } = this;
    const { signal } = this.#taking;
    const claim = { workerId, leaseMs, limit };
    const params = { context, idle, timeoutMs: WAIT_MS, signal, claim };
    await this.#ask("wait", limit, () => store.waitForWork(params));
  }

  /** With fewer slots than contexts, none is kept for somebody who only waits; who hears of work asks for one. */
  async #waitWithout(idle: Idle): Promise<void> {
    const { store, shares } = this.#host;
    const { context } = this;
    const params = { context, idle, timeoutMs: WAIT_MS, signal: this.#taking.signal };
    await this.#ask("wait", 0, () => store.waitForWork(params));
    this.#idle = null;
    // Others are to come for it: a sweep wakes them.
    if (shares.limit(context) === 0) await store.sweep({ context });
  }

  /** Settles what there is and, with a limit, claims in the same step. */
  async #settle(limit: number): Promise<void> {
    const { store, workerId, leaseMs } = this.#host;
    const { context } = this;
    const verdicts = this.#verdicts;
    this.#verdicts = [];
    try {
      if (limit === 0) {
        this.#tell(verdicts, await store.settle({ context, workerId, verdicts }));
        this.#host.onContact(context);
        return;
      }
      await this.#ask("claim", limit, async () => {
        const settled = await store.settle({ context, workerId, verdicts, claim: { leaseMs, limit } });
        this.#tell(verdicts, settled);
        return settled.claimed;
      });
    } catch (error) {
      await this.#keepOrDrop(verdicts, error);
      throw error;
    }
  }

  #tell(verdicts: readonly Verdict[], { verdicts: settled }: Pick<Settled, "verdicts">): void {
    for (let i = 0; i < verdicts.length; i++)
      this.#host.onSettled(this.context, verdicts[i], settled[i].status);
  }

  /** Asks for tasks, for which slots are kept meanwhile. */
  async #ask(how: "claim" | "wait", limit: number, call: () => Promise<Claimed | null>): Promise<void> {
    const { shares } = this.#host;
    shares.reserve(this.context, limit);
    this.#asking = how;
    this.#askedAt = performance.now();
    try {
      this.#answer = await call();
    } finally {
      this.#asking = null;
      const taken = this.#answer?.tasks.length ?? 0;
      shares.settle(this.context, limit, taken, this.#answer !== null && this.#answer.idle === null);
      if (this.#answer !== null) this.#idle = this.#answer.idle;
    }
  }

  /** A wait may take long: what ends meanwhile is told at once. */
  get #canSettleAside(): boolean {
    if (this.#verdicts.length === 0 || this.#closing.signal.aborted) return false;
    return this.#asking === "wait" || (this.#asking === "claim" && this.#isRipe);
  }

  async #settleAside(): Promise<void> {
    // Those that come at the same moment go along.
    await undefined;
    while (this.#canSettleAside) await this.#attempt(() => this.#settle(0));
    this.#settling = null;
    // The store did not take them, and the wait is over.
    if (this.#verdicts.length > 0) this.kick();
  }

  /** What the store may take another time is kept; a verdict that it refuses is tried alone, and then given up. */
  async #keepOrDrop(verdicts: readonly Verdict[], error: unknown): Promise<void> {
    if (isQueueError(error) && error.retryable) {
      this.#verdicts = [...verdicts, ...this.#verdicts];
      return;
    }
    const { store, workerId } = this.#host;
    for (const verdict of verdicts) {
      try {
        const settled = await store.settle({ context: this.context, workerId, verdicts: [verdict] });
        this.#tell([verdict], settled);
      } catch (again) {
        if (isQueueError(again) && again.retryable) this.#verdicts.push(verdict);
        // Its lease runs out; whoever runs it next may have more luck.
        else this.#host.onSettled(this.context, verdict, "lost");
      }
    }
  }

  async #pauseAfter(error: unknown): Promise<void> {
    const typed = isQueueError(error) ? error : new QueueError("server", String(error), { cause: error });
    if (typed.code === "closed") this.#closing.abort();
    this.#host.onTrouble(this.context, typed, "claiming and settling");
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(10, this.#failures++));
    await pause(longest * (0.5 + Math.random() / 2), this.#closing.signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
