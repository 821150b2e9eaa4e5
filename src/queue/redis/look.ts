// Reading: records, events, numbers, pages, and why a task does not run.

import { isQueueError } from "../errors.ts";
import { checkContext, checkLabel } from "../names.ts";
import { stepSize } from "../numbers.ts";
import { decodeTask, fairKeyOf, objectOf, recordFrom } from "../record.ts";
import type {
  AnnounceWorkerParams,
  ContextRef,
  Counts,
  EventPage,
  Explanation,
  Health,
  LogPage,
  LogsParams,
  QueueEvent,
  QueueEventType,
  ReadEventsParams,
  TaskRef,
  WorkerInfo,
} from "../store.ts";
import type { Task } from "../task.ts";
import { type StreamEntry, StreamReader } from "./connection/stream-reader.ts";
import type { Core } from "./core.ts";
import { readSettings } from "./settings.ts";
import { MAX_LOG_LINES } from "./work.ts";

const MAX_EVENTS = 1000;
/** How far into the queue `explain` looks for the task. */
const LOOK_AHEAD = 10_000;

export class Look {
  readonly #core: Core;
  readonly #streams: StreamReader;
  /** Workers that announced themselves here: with the first time of each, those that are gone are removed. */
  readonly #announced = new Set<string>();

  constructor(core: Core) {
    this.#core = core;
    this.#streams = new StreamReader(core.client);
  }

  get = async (params: TaskRef): Promise<Task | null> => {
    const id = this.#core.taskId(params);
    const reply = (await this.#core.command("HGETALL", [this.#core.keys.task(id)])) as readonly string[];
    return reply.length === 0 ? null : decodeTask(id, recordFrom(reply), params.context ?? "");
  };

  logs = async (params: LogsParams): Promise<LogPage> => {
    const { keys } = this.#core;
    const id = this.#core.taskId(params);
    const limit = stepSize(params.limit, MAX_LOG_LINES);
    const [length, total] = await this.#core.read(["LLEN", keys.log(id)], ["HGET", keys.task(id), "logged"]);
    const dropped = Math.max(0, Number(total ?? 0) - Number(length));
    const from = Math.max(0, (params.after ?? 0) - dropped);
    const range = ["LRANGE", keys.log(id), String(from), String(from + limit - 1)];
    const [lines] = (await this.#core.read(range)) as readonly [readonly string[]];
    return {
      dropped,
      lines: lines.map((line, i) => {
        const [at, level, ...text] = line.split("\t");
        return { number: dropped + from + i + 1, at: Number(at), level, text: text.join("\t") };
      }),
    };
  };

  readEvents = async (params: ReadEventsParams): Promise<EventPage> => {
    const key = this.#core.keys.of("events", checkContext(params.context));
    const limit = String(stepSize(params.limit ?? 100, MAX_EVENTS));
    const after = params.after === "$" ? await this.#newest(key) : (params.after ?? "0");
    const range = [key, after === "0" ? "-" : `(${after}`, "+", "COUNT", limit];
    const reply = await this.#core.command("XRANGE", range);
    const events = eventsFrom(reply as readonly StreamEntry[]);
    if (events.length > 0 || !params.waitMs) return page(events, after);
    const { waitMs, signal } = params;
    const later = await this.#streams.wait({ key, after, limit, waitMs, ...(signal && { signal }) });
    return page(eventsFrom(later), after);
  };

  async #newest(key: string): Promise<string> {
    const reply = (await this.#core.command("XREVRANGE", [
      key,
      "+",
      "-",
      "COUNT",
      "1",
    ])) as readonly StreamEntry[];
    return reply[0]?.[0] ?? "0";
  }

  contexts = async (): Promise<readonly string[]> => {
    const names = new Set<string>();
    let cursor = "0";
    do {
      const args = [this.#core.keys.contexts, cursor, "COUNT", "500"];
      const reply = (await this.#core.command("SSCAN", args)) as readonly [string, readonly string[]];
      cursor = reply[0];
      for (const name of reply[1]) names.add(name);
    } while (cursor !== "0");
    return [...names].sort();
  };

  counts = async ({ context }: ContextRef): Promise<Counts> => {
    checkContext(context);
    const n = (await this.#core.run("counts", context, [])) as readonly number[];
    return {
      waiting: n[0],
      scheduled: n[1],
      processing: n[2],
      finished: n[3],
      dead: n[4],
      openBytes: n[5],
      keptBytes: n[6],
      totals: {
        submitted: n[7],
        completed: n[8],
        failed: n[9],
        cancelled: n[10],
        retried: n[11],
        crashed: n[12],
        rejected: n[13],
      },
    };
  };

  explain = async (params: TaskRef): Promise<Explanation | null> => {
    const task = await this.get(params);
    if (task === null) return null;
    const { keys } = this.#core;
    const { context, id } = task;
    checkContext(context);
    const now = await this.#core.time();
    const [leaseUntil, liveLeases, keyLeases, tat, place, length] = await this.#core.read(
      ["ZSCORE", keys.of("leases", context), id],
      ["ZCOUNT", keys.of("leases", context), `(${now}`, "+inf"],
      ["ZCOUNT", keys.part("keyleases", context, fairKeyOf(task)), `(${now}`, "+inf"],
      ["HGET", keys.of("state", context), "tat"],
      ["LPOS", keys.of("queue", context), id, "RANK", "-1", "MAXLEN", String(LOOK_AHEAD)],
      ["LLEN", keys.of("queue", context)],
    );
    const parked = ["LPOS", keys.part("parked", context, fairKeyOf(task)), id, "MAXLEN", String(LOOK_AHEAD)];
    const [[parkedAt], settings, counts, workers] = await Promise.all([
      this.#core.read(parked),
      readSettings(this.#core, context),
      this.counts({ context }),
      this.workers(),
    ]);
    const { rate } = settings;
    const spent = rate === null ? 0 : Math.min(Math.max(0, Number(tat ?? 0) - now), rate.perMs);
    const due = rate === null ? 0 : spent + rate.perMs / rate.max - rate.perMs;
    return {
      task,
      counts,
      settings,
      leaseUntil: leaseUntil === null ? null : Number(leaseUntil),
      liveLeases: Number(liveLeases),
      keyLeases: Number(keyLeases),
      rateWaitMs: Math.max(0, Math.ceil(due)),
      ahead: place === null ? null : Number(length) - 1 - Number(place),
      parked: parkedAt !== null,
      workers: workers.filter(({ contexts }) => contexts.includes(context)).length,
      now,
    };
  };

  announceWorker = async (params: AnnounceWorkerParams): Promise<void> => {
    const { workerId, contexts, ttlMs, info } = params;
    checkLabel("worker id", workerId);
    for (const context of contexts) checkContext(context);
    const { keys } = this.#core;
    const now = await this.#core.time();
    const text = JSON.stringify({ contexts, seenAt: now, until: now + ttlMs, info: info ?? {} });
    await this.#core.command("HSET", [keys.workers, workerId, text]);
    // Each time, as a server that lost its data does not know them any more.
    if (contexts.length > 0) await this.#core.command("SADD", [keys.contexts, ...contexts]);
    if (this.#announced.has(workerId)) return;
    this.#announced.add(workerId);
    await this.workers();
  };

  /** Those that did not announce themselves again in time are left out, and their entries removed. */
  workers = async (): Promise<readonly WorkerInfo[]> => {
    const key = this.#core.keys.workers;
    const now = await this.#core.time();
    const record = recordFrom((await this.#core.command("HGETALL", [key])) as readonly string[]);
    const gone: string[] = [];
    const workers: WorkerInfo[] = [];
    for (const [workerId, text] of Object.entries(record)) {
      const entry = objectOf<WorkerInfo & { until: number }>(text!);
      if (!(entry !== null && entry.until >= now && Array.isArray(entry.contexts))) gone.push(workerId);
      else workers.push({ workerId, contexts: entry.contexts, seenAt: entry.seenAt, info: entry.info });
    }
    // Somebody who may only look leaves this to others.
    for (let from = 0; from < gone.length; from += 500)
      await this.#core.command("HDEL", [key, ...gone.slice(from, from + 500)]).catch(unlessDenied);
    return workers.sort((a, b) => (a.workerId < b.workerId ? -1 : 1));
  };

  health = async (): Promise<Health> => {
    const start = performance.now();
    try {
      await this.#core.command("PING", [], { deadlineMs: Math.min(1000, this.#core.deadlineMs) });
      return { ok: true, latencyMs: performance.now() - start, error: null };
    } catch (error) {
      return { ok: false, latencyMs: null, error: (error as Error).message };
    }
  };

  close(): void {
    this.#streams.close();
  }
}

function unlessDenied(error: unknown): null {
  if (isQueueError(error, "denied")) return null;
  throw error;
}

/** One entry holds the events of one step: task ids, each with type and detail. */
function eventsFrom(entries: readonly StreamEntry[]): QueueEvent[] {
  return entries.flatMap(([cursor, fields]) => {
    const at = Number(cursor.slice(0, cursor.indexOf("-")));
    const events: QueueEvent[] = [];
    for (let i = 0; i < fields.length; i += 2) {
      const [type, ...detail] = fields[i + 1].split(" ");
      events.push({
        cursor,
        at,
        type: type as QueueEventType,
        taskId: fields[i],
        detail: detail.length === 0 ? null : detail.join(" "),
      });
    }
    return events;
  });
}

function page(events: readonly QueueEvent[], after: string): EventPage {
  return { events, cursor: events.at(-1)?.cursor ?? after };
}
