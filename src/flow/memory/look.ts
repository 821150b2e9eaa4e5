// The memory store's verbs that read.

import type { FieldRecord } from "../codec.ts";
import { pageSize } from "../page-size.ts";
import { FLOW_STATUSES, isFinalStatus } from "../state.ts";
import type {
  EventPage,
  FlowCounts,
  HistoryPage,
  HistoryParams,
  ListParams,
  OrphanPage,
  ReadEventsParams,
  RunPage,
} from "../store.ts";
import type { MemoryFlows } from "./state.ts";

export function list(flows: MemoryFlows, params: ListParams): RunPage {
  flows.checkOpen();
  const { status, name, cursor, uncompensated } = params;
  const limit = pageSize(params.limit);
  const index =
    uncompensated === true
      ? flows.uncompensated
      : name !== undefined
        ? flows.named(name)
        : status !== undefined
          ? flows.byStatus.get(status)!
          : flows.all;
  const end = cursor === undefined ? index.size : index.place(cursor, 0);
  const runs: FieldRecord[] = [];
  let at = end - 1;
  for (; at >= 0 && runs.length < limit; at--) {
    const run = flows.runs.get(index.slice(at, at + 1)[0].id)!;
    if (status === undefined || run.status === status) runs.push({ ...run.flow });
  }
  return { runs, cursor: at < 0 ? null : (runs.at(-1)?.flow_id ?? null) };
}

export function counts(flows: MemoryFlows): FlowCounts {
  flows.checkOpen();
  const each = FLOW_STATUSES.map((status) => [status, flows.byStatus.get(status)!.size] as const);
  const totals = { total: flows.all.size, uncompensated: flows.uncompensated.size };
  return { ...Object.fromEntries(each), ...totals } as FlowCounts;
}

export function history(flows: MemoryFlows, { id, after = 0, limit }: HistoryParams): HistoryPage {
  flows.checkOpen();
  const lines = flows.runs.get(id)?.history.slice(after, after + pageSize(limit)) ?? [];
  return { lines, first: after + 1 };
}

export async function readEvents(flows: MemoryFlows, params: ReadEventsParams): Promise<EventPage> {
  flows.checkOpen();
  const after = params.after === undefined || params.after === "$" ? flows.lastEvent : Number(params.after);
  const limit = pageSize(params.limit);
  const end = flows.now + (params.waitMs ?? 0);
  for (;;) {
    const found = flows.events.filter(({ number }) => number > after).slice(0, limit);
    const left = end - flows.now;
    if (found.length > 0 || left <= 0 || params.signal?.aborted || flows.closing.signal.aborted)
      return { events: found.map(({ event }) => event), cursor: String(found.at(-1)?.number ?? after) };
    await nextEvent(flows, left, params.signal);
  }
}

/** Resolves with the next event, after so long, or when the signal aborts. */
async function nextEvent(flows: MemoryFlows, ms: number, signal: AbortSignal | undefined): Promise<void> {
  const early = new AbortController();
  const wake = () => early.abort();
  flows.readers.add(wake);
  for (const end of [flows.closing.signal, signal]) end?.addEventListener("abort", wake);
  await flows.clock.sleep(ms, early.signal);
  flows.readers.delete(wake);
  for (const end of [flows.closing.signal, signal]) end?.removeEventListener("abort", wake);
}

/** An open run that is neither due nor waits for a signal, and is not paused. */
export function orphans(
  flows: MemoryFlows,
  { cursor, limit }: { readonly cursor: string | null; readonly limit?: number },
): OrphanPage {
  flows.checkOpen();
  const from = cursor === null ? 0 : flows.all.place(`${cursor}\0`, 0);
  const ids = flows.all.slice(from, from + pageSize(limit)).map(({ id }) => id);
  const lost = ids.filter((id) => {
    const { status, inbox, owner } = flows.runs.get(id)!;
    if (isFinalStatus(status) || flows.due.has(id)) return false;
    return owner !== null || inbox.length > 0 || (status !== "Waiting" && status !== "Paused");
  });
  return { ids: lost, cursor: from + ids.length >= flows.all.size ? null : ids.at(-1)! };
}
