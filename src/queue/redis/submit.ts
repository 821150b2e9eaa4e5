// Submitting: calls of the same moment travel together, many in one script call.

import { isQueueError, QueueError } from "../errors.ts";
import { newTaskId } from "../names.ts";
import { encodeSpec, fairKeyOf } from "../record.ts";
import type { Durability, Enqueued, EnqueueManyParams, EnqueueParams } from "../store.ts";
import type { TaskSpec } from "../task.ts";
import { checkSpec } from "../task-limits.ts";
import type { Reply } from "./connection/client.ts";
import type { Core } from "./core.ts";
import type { DurableWriter } from "./durable.ts";
import type { Results } from "./results.ts";

/** Bounds of one script call: the server does nothing else meanwhile. */
const MAX_TASKS = 200;
const MAX_CHARACTERS = 500_000;
/** Calls under way for one context; what comes meanwhile joins the next one. */
const MAX_IN_FLIGHT = 3;

interface Item {
  readonly id: string;
  readonly spec: TaskSpec;
  /** We made the id. */
  readonly own: boolean;
  readonly resolve: (enqueued: Enqueued) => void;
  readonly reject: (error: unknown) => void;
}

/** What goes to the server in one call. */
class Batch {
  readonly items: Item[] = [];
  /** Our channel, number of tasks, then arguments of each. */
  readonly args: string[];
  readonly deadline: number;
  #characters = 0;

  constructor(channel: string, deadline: number) {
    this.args = [channel, "0"];
    this.deadline = deadline;
  }

  get full(): boolean {
    return this.items.length >= MAX_TASKS || this.#characters >= MAX_CHARACTERS;
  }

  add(item: Item, notify: boolean): void {
    const { spec } = item;
    const fields = encodeSpec(spec);
    this.items.push(item);
    this.args.push(item.id, fairKeyOf(spec), headOf(spec, (notify ? -1 : 1) * (fields.length / 2)));
    for (const field of fields) {
      this.args.push(field);
      this.#characters += field.length;
    }
    this.args[1] = String(this.items.length);
  }
}

/** See scripts/enqueue.lua: most tasks need nothing but the number of their fields. */
function headOf(spec: TaskSpec, fields: number): string {
  const { priority = 0, delayMs, runAt, idempotencyKey } = spec;
  const plain =
    priority === 0 && delayMs === undefined && runAt === undefined && idempotencyKey === undefined;
  if (plain) return String(fields);
  const moment = delayMs !== undefined ? `+${delayMs}` : (runAt ?? "-");
  return `${fields} ${priority} ${moment} ${idempotencyKey ?? ""}`;
}

interface Line {
  readonly context: string;
  readonly batches: Batch[];
  inFlight: number;
  planned: boolean;
}

export class Submitter {
  readonly #core: Core;
  readonly #results: Results;
  readonly #durable: DurableWriter;
  readonly #lines = new Map<string, Line>();
  /** Hears of every task that was created. */
  #created: ((id: string, spec: TaskSpec) => void) | undefined;

  constructor(core: Core, results: Results, durable: DurableWriter) {
    this.#core = core;
    this.#results = results;
    this.#durable = durable;
  }

  onCreated(listener: (id: string, spec: TaskSpec) => void): void {
    this.#created = listener;
  }

  enqueue = (params: EnqueueParams): Promise<Enqueued> => {
    const { task, durability, notify } = params;
    if (notify !== true && (durability === undefined || durability === "memory"))
      return this.#join(task, false);
    return this.#enqueueWith(params);
  };

  async #enqueueWith({ task, durability, notify }: EnqueueParams): Promise<Enqueued> {
    // Listening begins before the task is written: its end cannot be missed. Later ones keep their place in the order.
    if (notify === true && !this.#results.listens) await this.#results.listenInTime();
    const plain = durability === undefined || durability === "memory";
    const enqueued = await (plain
      ? this.#join(task, notify === true)
      : this.#alone(task, notify === true, durability));
    if (notify === true && enqueued.outcome === "created") this.#results.expect([enqueued.id]);
    return enqueued;
  }

  /** Throws for what no store would take; without a promise, so that callers pay for one only. */
  #idOf(spec: TaskSpec): string {
    checkSpec(spec, this.#core.textLimits);
    return this.#core.keys.id(spec.id ?? newTaskId(), spec.context);
  }

  #newBatch(): Batch {
    return new Batch(this.#results.channel, Date.now() + this.#core.deadlineMs);
  }

  #join(spec: TaskSpec, notify: boolean): Promise<Enqueued> {
    return new Promise((resolve, reject) => {
      const id = this.#idOf(spec);
      const line = this.#line(spec.context);
      let batch = line.batches.at(-1);
      if (batch === undefined || batch.full) {
        batch = this.#newBatch();
        line.batches.push(batch);
      }
      batch.add({ id, spec, own: spec.id === undefined, resolve, reject }, notify);
      this.#plan(line);
    });
  }

  #alone(spec: TaskSpec, notify: boolean, durability: Exclude<Durability, "memory">): Promise<Enqueued> {
    return new Promise((resolve, reject) => {
      const batch = this.#newBatch();
      batch.add({ id: this.#idOf(spec), spec, own: spec.id === undefined, resolve, reject }, notify);
      void this.#send(spec.context, batch, durability);
    });
  }

  #line(context: string): Line {
    let line = this.#lines.get(context);
    if (line === undefined) {
      line = { context, batches: [], inFlight: 0, planned: false };
      this.#lines.set(context, line);
    }
    return line;
  }

  #plan(line: Line): void {
    if (line.planned || line.inFlight >= MAX_IN_FLIGHT || line.batches.length === 0) return;
    line.planned = true;
    queueMicrotask(() => {
      line.planned = false;
      while (line.batches.length > 0 && line.inFlight < MAX_IN_FLIGHT) void this.#flush(line);
    });
  }

  async #flush(line: Line): Promise<void> {
    line.inFlight++;
    await this.#send(line.context, line.batches.shift()!, undefined);
    line.inFlight--;
    this.#plan(line);
    if (line.inFlight === 0 && line.batches.length === 0) this.#lines.delete(line.context);
  }

  /** Never rejects: the batch's items hear how it went. */
  async #send(
    context: string,
    { items, args, deadline }: Batch,
    durability: Durability | undefined,
  ): Promise<void> {
    try {
      let repeated = false;
      const again = (same: readonly string[]) => {
        repeated = true;
        return same;
      };
      const options = { deadlineMs: Math.max(1, deadline - Date.now()), again };
      const reply =
        durability === undefined || durability === "memory"
          ? await this.#core.run("enqueue", context, args, options)
          : await this.#durable.run("enqueue", context, args, durability, again);
      this.#core.noteContext(context);
      for (const [i, code] of (reply as readonly Reply[]).entries()) {
        const { id, own, spec } = items[i];
        // An id that exists, and that we made, or sent before without an answer: an earlier try of this call wrote it.
        const created = code === 1 || (code === id && (own || repeated));
        if (created) this.#created?.(id, spec);
        settle(items[i], created ? 1 : code, context);
      }
    } catch (error) {
      for (const { reject } of items) reject(error);
    }
  }

  enqueueMany = async (params: EnqueueManyParams): Promise<readonly Enqueued[]> => {
    for (const spec of params.tasks) checkSpec(spec, this.#core.textLimits);
    if (params.notify === true) await this.#results.listenInTime();
    const results: Enqueued[] = new Array(params.tasks.length);
    const groups = groupsOf(params.tasks);
    // As many side by side as keep the server busy while the next is made.
    const next = groups[Symbol.iterator]();
    const worker = async () => {
      for (let step = next.next(); !step.done; step = next.next()) {
        await this.#sendGroup(step.value, params, results);
      }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_IN_FLIGHT, groups.length) }, worker));
    if (params.notify === true) {
      this.#results.expect(results.filter(({ outcome }) => outcome === "created").map(({ id }) => id));
    }
    return results;
  };

  async #sendGroup(
    { context, places }: Group,
    { tasks, durability, notify }: EnqueueManyParams,
    results: Enqueued[],
  ): Promise<void> {
    const batch = this.#newBatch();
    const failed: { error?: unknown } = {};
    for (const place of places) {
      const spec = tasks[place];
      const id = this.#core.keys.id(spec.id ?? newTaskId(), context);
      const resolve = (enqueued: Enqueued) => {
        results[place] = enqueued;
      };
      const reject = (error: unknown) => {
        if (isQueueError(error, "queueFull")) results[place] = { id, outcome: "queueFull" };
        else failed.error = error;
      };
      batch.add({ id, spec, own: spec.id === undefined, resolve, reject }, notify === true);
    }
    await this.#send(context, batch, durability);
    if (failed.error !== undefined) throw failed.error;
  }
}

function settle({ id, resolve, reject }: Item, code: Reply, context: string): void {
  if (code === 1) resolve({ id, outcome: "created" });
  else if (code === 0) reject(new QueueError("queueFull", `context ${context}`));
  else resolve({ id: String(code), outcome: "existing" });
}

/** Tasks of one call, by their places in the caller's list. */
interface Group {
  readonly context: string;
  readonly places: number[];
}

function groupsOf(tasks: readonly TaskSpec[]): Group[] {
  const groups: Group[] = [];
  const open = new Map<string, { group: Group; characters: number }>();
  tasks.forEach((task, place) => {
    let current = open.get(task.context);
    const full =
      current && (current.group.places.length >= MAX_TASKS || current.characters >= MAX_CHARACTERS);
    if (current === undefined || full) {
      current = { group: { context: task.context, places: [] }, characters: 0 };
      open.set(task.context, current);
      groups.push(current.group);
    }
    current.group.places.push(place);
    current.characters += (task.script?.length ?? 0) + (task.args?.length ?? 0) + (task.meta?.length ?? 0);
  });
  return groups;
}
