// The tasks of a chaos run: made from a seed, submitted until the store has accepted each.

import type { TaskStore } from "../../../src/queue/store.ts";
import type { TaskSpec } from "../../../src/queue/task.ts";
import type { RedisServer } from "../redis.ts";
import { insist } from "./insist.ts";
import type { Expected } from "./ledger.ts";
import type { Random } from "./random.ts";

/** Kinds of tasks, and how often each comes. */
const KINDS = {
  quick: 58,
  slow: 27,
  failsOnce: 4,
  fails: 2,
  delayed: 3,
  urgent: 2,
  cancelled: 1,
  foreign: 1,
  doubled: 2,
} as const;
type Kind = keyof typeof KINDS;

const RUN = "begin(task_id(), fencing_token());";
const DONE = "effect(task_id(), fencing_token()); n * 2";
const SCRIPTS: Readonly<Record<"quick" | "slow" | "failsOnce" | "fails", string>> = {
  quick: `${RUN} ${DONE}`,
  slow: `${RUN} sleep(ms / 1000.0); ${DONE}`,
  failsOnce: `${RUN} if attempt() == 1 { throw "not yet" } ${DONE}`,
  fails: `${RUN} throw "never"`,
};

/** Fills the heap within a moment. */
export const HEAP_BOMB = "let a = []; loop { let b = []; b.pad(100000, 1.5); a.push(b); }";

/** Each kills its thread whenever it runs; in the number of the scripts, so that a worker cannot know them all. */
const POISONS: readonly ((n: number) => Partial<TaskSpec>)[] = [
  (n) => ({ script: `${RUN} die(); ${n}` }),
  () => ({ script: "begin(task_id(), fencing_token()); sleep(0.01); die()" }),
  () => ({ script: HEAP_BOMB, limits: { heapMb: 40 } }),
];

export interface WorkloadOptions {
  readonly contexts: readonly string[];
  readonly tasks: number;
  readonly poisons: number;
  readonly random: Random;
  readonly store: TaskStore;
  readonly server: RedisServer;
  /** Longest submit at one go. */
  readonly batch: number;
  /** Unfinished tasks at most, so that submitting goes on while workers die. */
  readonly backlog: number;
  /** Over how long submitting is spread at least. */
  readonly overMs: number;
}

export interface Submitted {
  readonly foreign: number;
  readonly doubles: number;
  /** Submits that had to be repeated because the store was away. */
  readonly repeats: number;
}

interface Made {
  readonly id: string;
  readonly kind: Kind | "poison";
  readonly spec: TaskSpec;
}

const LOOK_MS = 25;

export class Workload {
  /** Every task that the store has accepted. */
  readonly accepted = new Map<string, Expected>();
  readonly #options: WorkloadOptions;
  readonly #aside: Promise<void>[] = [];
  readonly #poisonsAt: ReadonlySet<number>;
  #made = 0;
  #foreign = 0;
  #doubles = 0;
  #repeats = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    const { tasks, poisons } = options;
    this.#poisonsAt = new Set(
      Array.from({ length: poisons }, (_, i) => Math.floor((tasks * (i + 0.5)) / poisons)),
    );
  }

  /** Submits everything; resolves when all of it is accepted. */
  async submitAll(): Promise<Submitted> {
    const { tasks, random, batch, overMs } = this.#options;
    const start = performance.now();
    while (this.#made < tasks) {
      const due = overMs === 0 ? tasks : Math.ceil((tasks * (performance.now() - start)) / overMs);
      const room = Math.min(tasks, due) - this.#made;
      if (room <= 0 || (await this.#open()) >= this.#options.backlog) {
        await pause(LOOK_MS);
        continue;
      }
      await this.#submit(random.whole(1, Math.min(batch, room)));
    }
    await Promise.all(this.#aside);
    return { foreign: this.#foreign, doubles: this.#doubles, repeats: this.#repeats };
  }

  async #open(): Promise<number> {
    const { contexts, store } = this.#options;
    const counts = await Promise.all(
      contexts.map((context) => this.#insist(() => store.counts({ context }))),
    );
    return counts.reduce(
      (sum, { waiting, scheduled, processing }) => sum + waiting + scheduled + processing,
      0,
    );
  }

  async #submit(count: number): Promise<void> {
    const { store } = this.#options;
    const made = Array.from({ length: count }, () => this.#make());
    const own = made.filter(({ kind }) => kind !== "foreign");
    await this.#insist(() => store.enqueueMany({ tasks: own.map(({ spec }) => spec) }));
    for (const one of made) if (one.kind === "foreign") await this.#submitForeign(one);
    for (const one of made) {
      this.accepted.set(one.id, expectedOf(one, this.#numberOf(one)));
      if (one.kind === "doubled") this.#beside(this.#double(one));
      if (one.kind === "cancelled") this.#beside(this.#cancel(one));
    }
  }

  /** Goes on while more is submitted; how it ended is asked for in the end. */
  #beside(work: Promise<void>): void {
    work.catch(() => undefined);
    this.#aside.push(work);
  }

  #numberOf({ spec }: Made): number {
    return (JSON.parse(spec.args ?? "{}") as { n?: number }).n ?? 0;
  }

  #make(): Made {
    const { random, contexts } = this.#options;
    const n = this.#made++;
    const context = random.pick(contexts);
    const id = `${context}-${n}`;
    const base = { id, context, callerId: `caller-${random.whole(1, 5)}` };
    if (this.#poisonsAt.has(n)) {
      return { id, kind: "poison", spec: { ...base, maxAttempts: 2, ...random.pick(POISONS)(n) } };
    }
    const kind = random.weighted(KINDS);
    const args = JSON.stringify({ n, ms: random.whole(1, 60) });
    const isScript = kind === "slow" || kind === "failsOnce" || kind === "fails";
    const spec: TaskSpec = { ...base, args, script: SCRIPTS[isScript ? kind : "quick"] };
    return { id, kind, spec: { ...spec, ...this.#extras(kind) } };
  }

  #extras(kind: Kind): Partial<TaskSpec> {
    const { random } = this.#options;
    const backoff = { kind: "fixed", baseMs: 20 } as const;
    if (kind === "failsOnce" || kind === "fails") return { maxAttempts: 2, backoff };
    if (kind === "delayed") return { delayMs: random.whole(1, 1500) };
    if (kind === "cancelled") return { delayMs: random.whole(0, 100) };
    if (kind === "urgent") return { priority: random.whole(1, 10) };
    return {};
  }

  /** As a client that knows no more than the protocol. */
  async #submitForeign({ id, spec: { context, script, args } }: Made): Promise<void> {
    const { raw } = this.#options.server;
    await raw.hset(`rhai:task:${id}`, { script, args });
    await raw.lpush(`rhai:queue:${context}`, id);
    this.#foreign++;
  }

  /** The id is delivered again: while the task waits, while it runs, after its end. */
  async #double({ id, spec: { context } }: Made): Promise<void> {
    const { random, server } = this.#options;
    const times = Array.from({ length: random.whole(1, 3) }, () => random.whole(0, 300));
    for (const ms of times) {
      await pause(ms);
      await server.raw.lpush(`rhai:queue:${context}`, id);
      this.#doubles++;
    }
  }

  async #cancel({ id }: Made): Promise<void> {
    const { random, store } = this.#options;
    await pause(random.whole(0, 60));
    await this.#insist(() => store.cancel({ id }));
  }

  #insist<T>(call: () => Promise<T>): Promise<T> {
    const onRepeat = () => {
      this.#repeats++;
    };
    return insist(call, { onRepeat });
  }
}

function expectedOf({ kind, spec: { context } }: Made, n: number): Expected {
  if (kind === "poison") return { context, status: ["failed"], deadReason: "quarantined" };
  if (kind === "fails") return { context, status: ["failed"], deadReason: "exhausted" };
  const completed = { context, output: String(n * 2), effects: true };
  if (kind === "cancelled") return { ...completed, status: ["completed", "cancelled"] };
  return { ...completed, status: ["completed"] };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
