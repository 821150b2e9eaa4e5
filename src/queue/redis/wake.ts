// Waiting for work without asking again and again: a blocking read of the queue's list, and hints on a channel.

import { closingController } from "../closing.ts";
import { isQueueError, QueueError } from "../errors.ts";
import type { Claimed, Idle, LeaseRef, WaitForWorkParams, WatchCancelsParams } from "../store.ts";
import type { BlockingConnection, Unsubscribe } from "./connection/client.ts";
import type { Core } from "./core.ts";
import { scriptSha, scriptText } from "./script-loader.ts";
import { requestIn, type Work } from "./work.ts";

/** Waits that block on a connection of their own, at one time; further ones look every POLL_MS. */
const MAX_BLOCKING = 64;
const POLL_MS = 250;
/** Longest wait at one go: a deaf connection looks like a quiet one, until its answer is overdue. */
const LONGEST_MS = 30_000;
/** Pause after an error, so that an absent server is not asked without end. */
const PAUSE_MS = 500;

/** Several signals as one; lighter than `AbortSignal.any`, as a wait is made for nearly every task of an idle worker. */
class Stop {
  readonly #signals: readonly (AbortSignal | undefined)[];

  constructor(signals: readonly (AbortSignal | undefined)[]) {
    this.#signals = signals;
  }

  get aborted(): boolean {
    return this.#signals.some((signal) => signal?.aborted === true);
  }

  listen(listener: () => void): void {
    for (const signal of this.#signals) signal?.addEventListener("abort", listener);
  }

  ignore(listener: () => void): void {
    for (const signal of this.#signals) signal?.removeEventListener("abort", listener);
  }
}

/** Resolves after `ms`, when told to stop, or with `early`. */
function pause(ms: number, stop: Stop, early?: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop.ignore(done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop.listen(done);
    void early?.then(done);
    if (stop.aborted) done();
  });
}

interface Listening {
  readonly subscribed: Promise<Unsubscribe>;
  readonly hints: Set<() => void>;
  /** Hints so far. */
  heard: number;
}

export class Wake {
  readonly #core: Core;
  readonly #work: Work;
  readonly #listening = new Map<string, Listening>();
  /** Connections that nobody waits on just now, by context. */
  readonly #free = new Map<string, BlockingConnection[]>();
  readonly #busy = new Set<BlockingConnection>();
  readonly #closing = closingController();
  /** For each answer of a claim: how many hints had been heard when it was asked. */
  readonly #heardBefore = new WeakMap<Idle, number>();

  constructor(core: Core, work: Work) {
    this.#core = core;
    this.#work = work;
  }

  /** Runs a claim such that a hint that comes while it is under way is not lost on the wait that follows. */
  async remember<T>(
    context: string,
    claim: () => Promise<T>,
    idleOf: (answer: T) => Idle | null,
  ): Promise<T> {
    const heard = this.#listening.get(context)?.heard ?? 0;
    const answer = await claim();
    const idle = idleOf(answer);
    if (idle !== null) this.#heardBefore.set(idle, heard);
    return answer;
  }

  waitForWork = async (params: WaitForWorkParams): Promise<Claimed | null> => {
    const { context, idle } = params;
    if (this.#core.closed || this.#closing.signal.aborted) throw new QueueError("closed");
    const ms = Math.min(params.timeoutMs, idle.waitMs ?? LONGEST_MS, LONGEST_MS);
    if (params.signal?.aborted) return null;
    if (ms <= 0) return await this.#claimNow(params);
    const fresh = !this.#listening.has(context);
    const listening = this.#listen(context);
    try {
      await listening.subscribed;
    } catch {
      await pause(Math.min(ms, PAUSE_MS), new Stop([this.#closing.signal, params.signal]));
      return null;
    }
    const stop = new Stop([this.#closing.signal, params.signal]);
    const heardBefore = this.#heardBefore.get(idle);
    // What happened before the first subscription was not heard: ask again before waiting.
    const missed = fresh || (heardBefore !== undefined && heardBefore < listening.heard);
    if (!missed && idle.reason === "empty" && this.#busy.size < MAX_BLOCKING) {
      return await this.#block(params, listening, ms, stop);
    }
    if (!missed)
      await this.#pauseOrHint(listening, idle.reason === "empty" ? Math.min(ms, POLL_MS) : ms, stop);
    return stop.aborted ? null : await this.#claimNow(params);
  };

  async #claimNow({ context, claim }: WaitForWorkParams): Promise<Claimed | null> {
    if (claim === undefined) return null;
    const claiming = this.remember(
      context,
      () => this.#work.claim({ ...claim, context }),
      ({ idle }) => idle,
    );
    return await claiming.catch(unlessFatal);
  }

  #listen(context: string): Listening {
    const known = this.#listening.get(context);
    if (known !== undefined) return known;
    const hints = new Set<() => void>();
    const subscribed = this.#core.client.subscribe(this.#core.keys.of("control", context), (message) => {
      if (message !== "wake") return;
      listening.heard++;
      for (const hint of [...hints]) hint();
    });
    const listening: Listening = { subscribed, hints, heard: 0 };
    this.#listening.set(context, listening);
    subscribed.catch(() => this.#listening.delete(context));
    return listening;
  }

  async #pauseOrHint({ hints }: Listening, ms: number, stop: Stop): Promise<void> {
    let hint = () => {};
    const hinted = new Promise<void>((resolve) => {
      hint = resolve;
    });
    hints.add(hint);
    await pause(ms, stop, hinted);
    hints.delete(hint);
  }

  /**
   * The list's oldest id moves to `taken`, where every claim looks first: exactly one worker wakes for one push, and an
   * id is never outside of the store. The claim stands behind it on the connection, so it follows at once.
   */
  async #block(
    params: WaitForWorkParams,
    { hints }: Listening,
    ms: number,
    stop: Stop,
  ): Promise<Claimed | null> {
    const { context } = params;
    const { keys } = this.#core;
    const connection = this.#connection(context);
    this.#busy.add(connection);
    const interrupt = () => void connection.unblock();
    hints.add(interrupt);
    stop.listen(interrupt);
    const seconds = Math.max(0.001, ms / 1000).toFixed(3);
    const move = ["BLMOVE", keys.of("queue", context), keys.of("taken", context), "RIGHT", "LEFT", seconds];
    try {
      if (stop.aborted) return null;
      return await this.#moveAndClaim(connection, params, move, ms, stop);
    } catch (error) {
      if (stop.aborted) return null;
      // The server forgot its scripts: an ordinary claim hands them over again.
      if (isQueueError(error, "server") && error.message.includes("NOSCRIPT"))
        return await this.#claimNow(params);
      await pause(Math.min(ms, isQueueError(error, "wrongType") ? 2 * PAUSE_MS : PAUSE_MS), stop);
      return null;
    } finally {
      hints.delete(interrupt);
      stop.ignore(interrupt);
      this.#busy.delete(connection);
      this.#keep(context, connection);
    }
  }

  #connection(context: string): BlockingConnection {
    const free = this.#free.get(context)?.pop();
    return free ?? this.#core.client.blocking(this.#core.keys.of("queue", context), scriptText("claim"));
  }

  async #moveAndClaim(
    connection: BlockingConnection,
    { context, claim }: WaitForWorkParams,
    move: readonly string[],
    ms: number,
    stop: Stop,
  ): Promise<Claimed | null> {
    if (claim === undefined) {
      const moved = await connection.call(move[0], move.slice(1), ms);
      // We will not claim any more: somebody else is to come for it.
      if (moved !== null && stop.aborted) await this.#handOn(context);
      return null;
    }
    const { keys, now } = this.#core;
    const args = this.#work.claimArguments({ ...claim, context });
    const evaluate = [
      "EVALSHA",
      scriptSha("claim"),
      "1",
      keys.of("queue", context),
      keys.prefix,
      keys.tag(context),
      now,
    ];
    const ask = async () => {
      const answer = connection.callBoth(move, [...evaluate, ...args], ms);
      const asker = { context, workerId: claim.workerId };
      const [, reply] = await this.#work.answered(answer, asker, requestIn(args));
      return await this.#work.claimed(reply, context, claim.workerId);
    };
    const claimed = await this.remember(context, ask, ({ idle }) => idle);
    if (!stop.aborted) return claimed;
    await this.#giveBack(context, claim.workerId, claimed);
    return null;
  }

  /** The caller went away while the claim was on its way. */
  async #giveBack(context: string, workerId: string, { tasks }: Claimed): Promise<void> {
    if (tasks.length === 0) return;
    const verdicts = tasks.map(({ id, token }) => ({ kind: "released", id, token }) as const);
    await this.#work.settle({ context, workerId, verdicts }).catch(() => undefined);
  }

  /** A connection to the context's node waits for the next who blocks; not more of them than may block. */
  #keep(context: string, connection: BlockingConnection): void {
    let kept = 0;
    for (const connections of this.#free.values()) kept += connections.length;
    const free = this.#free.get(context);
    if (this.#closing.signal.aborted || kept >= MAX_BLOCKING) connection.close();
    else if (free === undefined) this.#free.set(context, [connection]);
    else free.push(connection);
  }

  async #handOn(context: string): Promise<void> {
    await this.#core.client
      .call("PUBLISH", [this.#core.keys.of("control", context), "wake"], { deadlineMs: 1000 })
      .catch(() => undefined);
  }

  watchCancels = async ({ contexts, onCancel }: WatchCancelsParams): Promise<() => Promise<void>> => {
    const watching = contexts.map((context) =>
      this.#core.client.subscribe(this.#core.keys.of("control", context), (message) => {
        const lease = cancelledLease(message);
        if (lease !== null) onCancel(lease);
      }),
    );
    const unsubscribes = await Promise.all(watching);
    return async () => {
      await Promise.all(unsubscribes.map((unsubscribe) => unsubscribe()));
    };
  };

  async close(): Promise<void> {
    this.#closing.abort();
    for (const connections of this.#free.values()) for (const connection of connections) connection.close();
    // Those that block end with an answer, so that what they moved is handed on.
    for (let turn = 0; this.#busy.size > 0 && turn < 20; turn++) await pause(25, new Stop([]));
    for (const connection of this.#busy) connection.close();
  }
}

/** An absent server is no reason to fail for somebody who waits. */
function unlessFatal(error: unknown): null {
  if (error instanceof QueueError && (error.retryable || error.code === "wrongType")) return null;
  throw error;
}

/** `cancel <token> <id>` */
function cancelledLease(message: string): LeaseRef | null {
  const match = /^cancel (\d+) (\S+)$/.exec(message);
  return match && { id: match[2], token: Number(match[1]) };
}
