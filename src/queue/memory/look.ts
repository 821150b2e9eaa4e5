// The memory store's verbs that read.

import { QueueError } from "../errors.ts";
import { stepSize } from "../numbers.ts";
import { fairKeyOf } from "../record.ts";
import {
  type AnnounceWorkerParams,
  type Counts,
  type EventPage,
  type Explanation,
  LISTED_STATUSES,
  type ListedState,
  type ListParams,
  type LogPage,
  type LogsParams,
  type ReadEventsParams,
  type TaskPage,
  type TaskRef,
  type WorkerInfo,
} from "../store.ts";
import type { Task } from "../task.ts";
import type { MemoryContext } from "./context.ts";
import { MAX_LOG_LINES } from "./settle.ts";
import type { SortedIndex } from "./sorted-index.ts";
import type { MemoryState } from "./state.ts";

const MAX_PAGE = 200;
const MAX_EVENTS = 1000;

export function logs(state: MemoryState, params: LogsParams): LogPage {
  const entry = state.find(params);
  if (entry === undefined) return { lines: [], dropped: 0 };
  const limit = stepSize(params.limit, MAX_LOG_LINES);
  const lines = entry.logs.filter(({ number }) => number > (params.after ?? 0)).slice(0, limit);
  return { lines, dropped: entry.logged - entry.logs.length };
}

export async function readEvents(state: MemoryState, params: ReadEventsParams): Promise<EventPage> {
  const context = state.context(params.context);
  const after = params.after === "$" ? context.lastEvent : Number(params.after ?? 0);
  const limit = stepSize(params.limit ?? 100, MAX_EVENTS);
  const signal = AbortSignal.any([state.closing.signal, ...(params.signal ? [params.signal] : [])]);
  const end = context.now + (params.waitMs ?? 0);
  for (;;) {
    const events = context.events.filter(({ cursor }) => Number(cursor) > after).slice(0, limit);
    const left = end - context.now;
    if (events.length > 0 || left <= 0 || signal.aborted) {
      return { events, cursor: events.at(-1)?.cursor ?? String(after) };
    }
    await context.changed(left, signal);
  }
}

export function counts(context: MemoryContext): Counts {
  return {
    waiting: context.waiting,
    scheduled: context.scheduled.size,
    processing: context.leases.size,
    finished: context.finished.size,
    dead: context.dead.size,
    openBytes: context.bytes.open,
    keptBytes: context.bytes.finished + context.bytes.dead,
    totals: { ...context.totals },
  };
}

export function list(state: MemoryState, params: ListParams): TaskPage {
  const context = state.context(params.context);
  const limit = stepSize(params.limit ?? 50, MAX_PAGE);
  return params.state === "waiting"
    ? waitingPage(state, context, params, limit)
    : indexedPage(state, context[INDEXES[params.state]], params, limit);
}

const INDEXES = { scheduled: "scheduled", processing: "leases", finished: "finished", dead: "dead" } as const;

/** The cursor is score and id of the last entry: it holds its place when entries before it go. */
function indexedPage(state: MemoryState, index: SortedIndex, params: ListParams, limit: number): TaskPage {
  let from = 0;
  if (params.cursor !== undefined) {
    const [score, id] = splitCursor(params.cursor);
    from = index.place(id, Number(score)) + (index.has(id) ? 1 : 0);
  }
  const entries = index.slice(from, from + limit);
  const last = entries.at(-1);
  return {
    tasks: shown(
      state,
      entries.map(({ id }) => id),
      params.state,
    ),
    cursor: entries.length < limit ? null : `${last!.score} ${last!.id}`,
  };
}

function waitingPage(
  state: MemoryState,
  context: MemoryContext,
  params: ListParams,
  limit: number,
): TaskPage {
  const parked = [...context.parked].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, ids]) => ids);
  const from = params.cursor === undefined ? 0 : Number(splitCursor(params.cursor)[1]);
  const ids = [...context.ready.toArray(), ...parked].slice(from, from + limit);
  const cursor = ids.length < limit ? null : `0 ${from + limit}`;
  return { tasks: shown(state, ids, params.state), cursor };
}

/** Entries of tasks that went on to another state are left out. */
function shown(state: MemoryState, ids: readonly string[], listed: ListedState): Task[] {
  return ids.flatMap((id) => {
    const task = state.tasks.get(id)?.task;
    return task !== undefined && LISTED_STATUSES[listed].includes(task.status) ? [{ ...task }] : [];
  });
}

function splitCursor(cursor: string): [string, string] {
  const blank = cursor.indexOf(" ");
  if (blank < 0) throw new QueueError("invalid", "cursor");
  return [cursor.slice(0, blank), cursor.slice(blank + 1)];
}

export function explain(state: MemoryState, ref: TaskRef): Explanation | null {
  const entry = state.find(ref);
  if (entry === undefined) return null;
  const task = { ...entry.task };
  const context = state.contextOf(entry);
  const { now, settings } = context;
  const { rate } = settings;
  const due = rate === null ? 0 : context.paidOff(rate) - now + rate.perMs / rate.max - rate.perMs;
  return {
    task,
    counts: counts(context),
    settings,
    leaseUntil: context.leases.score(task.id) ?? null,
    liveLeases: context.liveLeases(),
    keyLeases: context.keyLive(fairKeyOf(task)),
    rateWaitMs: Math.max(0, Math.ceil(due)),
    ahead: context.ready.ahead(task.id),
    parked: context.parked.get(fairKeyOf(task))?.includes(task.id) ?? false,
    workers: workers(state).filter(({ contexts }) => contexts.includes(task.context)).length,
    now,
  };
}

export function announceWorker(state: MemoryState, params: AnnounceWorkerParams): void {
  const { workerId, contexts, ttlMs, info } = params;
  for (const context of contexts) state.context(context);
  const now = state.clock.now();
  state.workers.set(workerId, { workerId, contexts, seenAt: now, until: now + ttlMs, info: info ?? {} });
}

export function workers(state: MemoryState): readonly WorkerInfo[] {
  const now = state.clock.now();
  for (const { workerId, until } of state.workers.values()) if (until < now) state.workers.delete(workerId);
  const all = [...state.workers.values()].map(({ until: _, ...worker }) => worker);
  return all.sort((a, b) => (a.workerId < b.workerId ? -1 : 1));
}
