// Proves from records, events and effects that every accepted task came to one end, once.

import type { QueueEvent, TaskStore } from "../../../src/queue/store.ts";
import { brokenRules } from "../broken-rules.ts";
import type { RedisServer } from "../redis.ts";
import type { LedgerLine, Programs } from "./programs.ts";

/** How a task has to end. */
export interface Expected {
  readonly context: string;
  readonly status: readonly ("completed" | "failed" | "cancelled")[];
  /** Of a completed one. */
  readonly output?: string;
  /** Of a failed one. */
  readonly deadReason?: string;
  /** Whether its script writes to the ledger. */
  readonly effects?: boolean;
}

export interface Proof {
  /** Every broken promise; empty when all is well. */
  readonly violations: readonly string[];
  readonly figures: Figures;
}

export interface Figures {
  tasks: number;
  completed: number;
  failed: number;
  quarantined: number;
  cancelled: number;
  /** Claims, over all tasks. */
  runs: number;
  /** Runs without a verdict: lost workers, lost leases, dead threads. */
  stalled: number;
  /** Runs that were handed back. */
  released: number;
  retried: number;
  /** Tasks that ran more than once. */
  rerunTasks: number;
  /** Runs under a token that had been run under, after the death of a thread. */
  sameTokenReruns: number;
  /** What scripts did to the world outside: at least once for each task that completed. */
  effects: number;
  /** Tasks that completed and should have had an effect. */
  effectiveTasks: number;
  /** The most crashes of any task that ended well. */
  worstCrashes: number;
}

interface Seen {
  state: "none" | "waiting" | "running" | "ended";
  runs: number;
  stalled: number;
  ends: number;
}

/** What may come after what, for one task. A cancel also ends what waits, and quarantine what has just stalled. */
const RUN_ENDS = new Set(["completed", "failed", "cancelled"]);
const RUN_BREAKS = new Set(["retrying", "stalled", "released"]);

const FIELDS = ["status", "output", "token", "attempts", "crashes", "deadReason", "context"] as const;
type Fields = Readonly<Record<(typeof FIELDS)[number], string | null>>;
const PAGE = 1000;

export class Ledger {
  readonly #server: RedisServer;
  readonly #store: TaskStore;
  readonly #expected: ReadonlyMap<string, Expected>;
  readonly #violations: string[] = [];
  readonly #seen = new Map<string, Seen>();
  readonly #figures: Figures = {
    tasks: 0,
    completed: 0,
    failed: 0,
    quarantined: 0,
    cancelled: 0,
    runs: 0,
    stalled: 0,
    released: 0,
    retried: 0,
    rerunTasks: 0,
    sameTokenReruns: 0,
    effects: 0,
    effectiveTasks: 0,
    worstCrashes: 0,
  };

  constructor(server: RedisServer, store: TaskStore, expected: ReadonlyMap<string, Expected>) {
    this.#server = server;
    this.#store = store;
    this.#expected = expected;
  }

  /** To be called when the queue is empty. The contexts must keep all records and all events. */
  async prove(programs: Programs): Promise<Proof> {
    const contexts = [...new Set([...this.#expected.values()].map(({ context }) => context))];
    for (const context of contexts) await this.#readEvents(context);
    const records = await this.#records();
    this.#checkEffects(programs.ledger(), records);
    for (const [id, expected] of this.#expected) this.#checkTask(id, expected, records.get(id)!);
    for (const context of contexts) await this.#checkContext(context, records);
    return { violations: this.#violations, figures: this.#figures };
  }

  #broken(text: string): void {
    if (this.#violations.length < 50) this.#violations.push(text);
  }

  // --- events -------------------------------------------------------------------------------------------------------

  async #readEvents(context: string): Promise<void> {
    let after = "0";
    for (;;) {
      const page = await this.#store.readEvents({ context, after, limit: PAGE });
      if (page.events.length === 0) return;
      for (const event of page.events) this.#follow(event);
      after = page.cursor;
    }
  }

  #follow({ taskId, type, detail }: QueueEvent): void {
    const seen = this.#seen.get(taskId) ?? { state: "none", runs: 0, stalled: 0, ends: 0 };
    this.#seen.set(taskId, seen);
    const wrong = () => this.#broken(`${taskId}: ${type} ${detail ?? ""} while ${seen.state}`);
    if (type === "submitted") {
      if (seen.state !== "none") wrong();
      seen.state = "waiting";
    } else if (type === "started") {
      if (seen.state === "running" || seen.state === "ended") wrong();
      seen.state = "running";
      seen.runs++;
    } else if (RUN_BREAKS.has(type)) {
      if (seen.state !== "running") wrong();
      seen.state = "waiting";
      this.#countBreak(type, seen);
    } else if (type === "rejected") {
      this.#broken(`${taskId}: rejected (${detail})`);
    } else if (RUN_ENDS.has(type)) {
      const fromWaiting = type === "cancelled" || (type === "failed" && detail === "quarantined");
      if (seen.state !== "running" && !(fromWaiting && seen.state === "waiting")) wrong();
      seen.state = "ended";
      seen.ends++;
    }
  }

  #countBreak(type: string, seen: Seen): void {
    if (type === "retrying") this.#figures.retried++;
    else if (type === "released") this.#figures.released++;
    else {
      this.#figures.stalled++;
      seen.stalled++;
    }
  }

  // --- records ------------------------------------------------------------------------------------------------------

  async #records(): Promise<Map<string, Fields>> {
    const records = new Map<string, Fields>();
    const ids = [...this.#expected.keys()];
    for (let from = 0; from < ids.length; from += PAGE) {
      const slice = ids.slice(from, from + PAGE);
      const pipeline = this.#server.raw.pipeline();
      for (const id of slice) pipeline.hmget(`rhai:task:${id}`, ...FIELDS);
      const replies = (await pipeline.exec()) ?? [];
      slice.forEach((id, i) => {
        const values = replies[i][1] as (string | null)[];
        records.set(id, Object.fromEntries(FIELDS.map((field, n) => [field, values[n]])) as Fields);
      });
    }
    return records;
  }

  #checkTask(id: string, expected: Expected, record: Fields): void {
    const figures = this.#figures;
    figures.tasks++;
    const { status, output, deadReason, crashes } = record;
    if (status === null) {
      this.#broken(`${id}: lost, there is no record`);
      return;
    }
    if (!(expected.status as readonly string[]).includes(status))
      this.#broken(`${id}: ${status} (${deadReason}) instead of ${expected.status.join(" or ")}`);
    if (status === "completed" && expected.output !== undefined && output !== expected.output)
      this.#broken(`${id}: output ${output} instead of ${expected.output}`);
    if (status === "failed" && deadReason !== expected.deadReason)
      this.#broken(`${id}: ${deadReason} instead of ${expected.deadReason}`);
    const seen = this.#seen.get(id);
    if (seen?.ends !== 1) this.#broken(`${id}: ${seen?.ends ?? 0} ends in the events`);
    if (seen?.stalled !== Number(crashes ?? 0))
      this.#broken(`${id}: ${crashes} crashes in the record, ${seen?.stalled} in the events`);
    const runs = seen?.runs ?? 0;
    figures.runs += runs;
    if (runs > 1) figures.rerunTasks++;
    if (status === "completed") figures.completed++;
    else if (status === "cancelled") figures.cancelled++;
    else if (deadReason === "quarantined") figures.quarantined++;
    else figures.failed++;
    if (deadReason !== "quarantined")
      figures.worstCrashes = Math.max(figures.worstCrashes, Number(crashes ?? 0));
  }

  // --- effects ------------------------------------------------------------------------------------------------------

  /** What a record says was done was done under its token, and no token had two owners. */
  #checkEffects(lines: readonly LedgerLine[], records: ReadonlyMap<string, Fields>): void {
    const effects = new Map<string, Set<number>>();
    const done = new Set<string>();
    this.#checkOwners(lines);
    for (const { kind, id, token } of lines) {
      if (kind !== "effect" || !this.#expected.has(id)) continue;
      done.add(`${id} ${token}`);
      this.#figures.effects++;
      effects.set(id, (effects.get(id) ?? new Set()).add(token));
    }
    for (const [id, expected] of this.#expected) {
      const { status, token } = records.get(id)!;
      if (expected.effects !== true || status !== "completed") continue;
      if (!done.has(`${id} ${token}`)) this.#broken(`${id}: completed without its effect`);
      this.#figures.effectiveTasks++;
    }
    for (const [id, { size }] of effects) {
      const runs = this.#seen.get(id)?.runs ?? 0;
      if (size > runs) this.#broken(`${id}: effects under ${size} tokens in ${runs} runs`);
    }
  }

  /**
   * The runs under one token are all of one process, and each of another thread: when a thread dies and nobody knows by whom,
   * its worker runs those that were on it once more, each alone, under the lease that it has.
   */
  #checkOwners(lines: readonly LedgerLine[]): void {
    const owners = new Map<string, string>();
    const runs = new Set<string>();
    for (const { kind, id, token, process, thread } of lines) {
      if (kind !== "begin" || !this.#expected.has(id)) continue;
      const owner = owners.get(`${id} ${token}`);
      if (owner === undefined) owners.set(`${id} ${token}`, process);
      else if (owner !== process) this.#broken(`${id}: token ${token} in processes ${owner} and ${process}`);
      else this.#figures.sameTokenReruns++;
      const run = `${id} ${token} ${process} ${thread}`;
      if (runs.has(run)) this.#broken(`${id}: ran twice on one thread under token ${token}`);
      runs.add(run);
    }
  }

  // --- the context --------------------------------------------------------------------------------------------------

  async #checkContext(context: string, records: ReadonlyMap<string, Fields>): Promise<void> {
    const counts = await this.#store.counts({ context });
    const { waiting, scheduled, processing, totals } = counts;
    if (waiting + scheduled + processing > 0)
      this.#broken(`${context}: not empty ${JSON.stringify({ waiting, scheduled, processing })}`);
    const leases = await this.#server.raw.zcard(`rhai:leases:${context}`);
    if (leases > 0) this.#broken(`${context}: ${leases} leases are left`);
    const own = { submitted: 0, completed: 0, failed: 0, cancelled: 0 };
    for (const [id, expected] of this.#expected) {
      if (expected.context !== context) continue;
      own.submitted++;
      const status = records.get(id)!.status as keyof typeof own;
      if (status in own) own[status]++;
    }
    for (const name of ["submitted", "completed", "failed", "cancelled"] as const) {
      if (totals[name] !== own[name])
        this.#broken(`${context}: ${totals[name]} ${name} counted, ${own[name]} in the records`);
    }
    await this.#fsck(context);
  }

  async #fsck(context: string): Promise<void> {
    for (const { rule, subject, detail } of await brokenRules(this.#store, context))
      this.#broken(`${context}: fsck ${rule} ${subject} ${detail}`);
  }
}
