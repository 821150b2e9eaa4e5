// The verbs that read: pages of runs, numbers, history, events; and being told.

import { type StreamEntry, StreamReader } from "../../queue/redis/connection/stream-reader.ts";
import { type FieldRecord, toRecord } from "../codec.ts";
import { pageSize } from "../page-size.ts";
import { FLOW_STATUSES, type FlowStatus } from "../state.ts";
import type {
  EventPage,
  FlowCounts,
  FlowListener,
  HistoryPage,
  HistoryParams,
  ListParams,
  OrphanPage,
  ReadEventsParams,
  RunPage,
  StoredEvent,
} from "../store.ts";
import type { FlowCore } from "./core.ts";

export class FlowLook {
  readonly #core: FlowCore;
  readonly #streams: StreamReader;

  constructor(core: FlowCore) {
    this.#core = core;
    this.#streams = new StreamReader(core.client);
  }

  definition = async ({ hash }: { readonly hash: string }): Promise<string | null> => {
    const [text] = await this.#core.read([["HGET", this.#core.keys.of("flow-definitions"), hash]]);
    return text as string | null;
  };

  list = async (params: ListParams): Promise<RunPage> => {
    const { keys } = this.#core;
    const limit = pageSize(params.limit);
    const from = params.cursor === undefined ? "+" : `(${params.cursor}`;
    const range = ["ZRANGE", this.#index(params), from, "-", "BYLEX", "REV", "LIMIT", "0", String(limit)];
    const [ids] = (await this.#core.read([range])) as readonly [readonly string[]];
    const replies = await this.#core.read(ids.map((id) => ["HGETALL", keys.flow(id)]));
    const runs = replies
      .map((reply): FieldRecord => toRecord(reply as readonly string[]))
      .filter(
        ({ status }) => status !== undefined && (params.status === undefined || status === params.status),
      );
    return { runs, cursor: ids.length < limit ? null : ids[ids.length - 1] };
  };

  #index({ status, name, uncompensated }: ListParams): string {
    const { keys } = this.#core;
    if (uncompensated === true) return keys.of("flow-uncompensated");
    if (name !== undefined) return keys.part("flows-named", name);
    return status === undefined ? keys.of("flows") : keys.part("flows-status", status);
  }

  counts = async (): Promise<FlowCounts> => {
    const { keys } = this.#core;
    const indexes = [
      ...FLOW_STATUSES.map((status) => keys.part("flows-status", status)),
      keys.of("flows"),
      keys.of("flow-uncompensated"),
    ];
    const numbers = (await this.#core.read(indexes.map((key) => ["ZCARD", key]))) as readonly number[];
    const each = FLOW_STATUSES.map((status, i) => [status, numbers[i]] as const);
    const [total, uncompensated] = numbers.slice(FLOW_STATUSES.length);
    return { ...Object.fromEntries(each), total, uncompensated } as FlowCounts;
  };

  history = async ({ id, after = 0, limit }: HistoryParams): Promise<HistoryPage> => {
    const key = this.#core.keys.ofRun("flow-history", this.#core.keys.id(id));
    const range = ["LRANGE", key, String(after), String(after + pageSize(limit) - 1)];
    const [lines] = await this.#core.read([range]);
    return { lines: lines as readonly string[], first: after + 1 };
  };

  readEvents = async (params: ReadEventsParams): Promise<EventPage> => {
    const key = this.#core.keys.of("flow-events");
    const limit = String(pageSize(params.limit));
    const after = params.after === undefined || params.after === "$" ? await this.#newest(key) : params.after;
    const range = ["XRANGE", key, after === "0" ? "-" : `(${after}`, "+", "COUNT", limit];
    const [reply] = await this.#core.read([range]);
    const entries = reply as unknown as readonly StreamEntry[];
    if (entries.length > 0 || !params.waitMs) return eventPage(entries, after);
    const { waitMs, signal } = params;
    return eventPage(
      await this.#streams.wait({ key, after, limit, waitMs, ...(signal && { signal }) }),
      after,
    );
  };

  async #newest(key: string): Promise<string> {
    const [reply] = await this.#core.read([["XREVRANGE", key, "+", "-", "COUNT", "1"]]);
    return (reply as unknown as readonly StreamEntry[])[0]?.[0] ?? "0";
  }

  orphans = async (params: {
    readonly cursor: string | null;
    readonly limit?: number;
  }): Promise<OrphanPage> => {
    const args = [params.cursor ?? "", String(pageSize(params.limit))];
    const [cursor, ...ids] = (await this.#core.run("orphans", args)) as readonly string[];
    return { ids, cursor: cursor === "" ? null : cursor };
  };

  watch = async (listener: FlowListener): Promise<() => Promise<void>> => {
    this.#core.checkOpen();
    return await this.#core.client.subscribe(this.#core.keys.of("flow-control"), (message) => {
      for (const line of message.split("\n")) tell(listener, line);
    });
  };

  close(): void {
    this.#streams.close();
  }
}

function tell({ onDue, onSent, onEnded, onSchedules }: FlowListener, line: string): void {
  const [what, second, third] = line.split(" ", 3);
  if (what === "due") onDue?.();
  else if (what === "schedules") onSchedules?.();
  else if (what === "sent") onSent?.(second);
  else if (what === "ended") onEnded?.(third, second as FlowStatus);
}

function eventPage(entries: readonly StreamEntry[], after: string): EventPage {
  const events: StoredEvent[] = [];
  for (const [, texts] of entries)
    for (let i = 0; i + 1 < texts.length; i += 2) events.push({ id: texts[i], line: texts[i + 1] });
  return { events, cursor: entries.at(-1)?.[0] ?? after };
}
