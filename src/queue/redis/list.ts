// Pages of tasks in one state. A page costs the same wherever it begins; tasks that move meanwhile may be seen twice or not.

import { QueueError } from "../errors.ts";
import { checkContext } from "../names.ts";
import { decodeTask, recordFrom } from "../record.ts";
import { LISTED_STATUSES, type ListedState, type ListParams, type TaskPage } from "../store.ts";
import type { Task } from "../task.ts";
import type { Core } from "./core.ts";
import type { KeyKind } from "./keys.ts";

const MAX_PAGE = 200;
const MAX_LANES = 10_000;

const INDEXES: Readonly<Record<Exclude<ListedState, "waiting">, KeyKind>> = {
  scheduled: "scheduled",
  processing: "leases",
  finished: "finished",
  dead: "dead",
};

export class Lists {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  list = async (params: ListParams): Promise<TaskPage> => {
    checkContext(params.context);
    const limit = Math.max(1, Math.min(MAX_PAGE, params.limit ?? 50));
    return params.state === "waiting"
      ? await this.#waiting(params, limit)
      : await this.#indexed(params, INDEXES[params.state], limit);
  };

  /** The cursor is score and id of the last entry: it holds its place when entries before it go. */
  async #indexed({ context, state, cursor }: ListParams, kind: KeyKind, limit: number): Promise<TaskPage> {
    const key = this.#core.keys.of(kind, context);
    const from = cursor === undefined ? 0 : await this.#rankAfter(key, cursor);
    const range = ["ZRANGE", key, String(from), String(from + limit - 1), "WITHSCORES"];
    const [reply] = (await this.#core.read(range)) as readonly [readonly string[]];
    const ids = reply.filter((_, i) => i % 2 === 0);
    const tasks = await this.#tasks(context, ids, state);
    const next = ids.length < limit ? null : `${reply.at(-1)} ${ids.at(-1)}`;
    return { tasks, cursor: next };
  }

  async #rankAfter(key: string, cursor: string): Promise<number> {
    const [score, id] = splitCursor(cursor);
    const [rank, below] = await this.#core.read(["ZRANK", key, id], ["ZCOUNT", key, "-inf", `(${score}`]);
    return rank === null ? Number(below) : Number(rank) + 1;
  }

  /** In sections: moved aside, the queue's list, urgent ones, then each fair key's lane. Cursor: section and offset. */
  async #waiting({ context, cursor }: ListParams, limit: number): Promise<TaskPage> {
    const { keys } = this.#core;
    const [ring, parked] = (await this.#core.read(
      ["LRANGE", keys.of("ring", context), "0", String(MAX_LANES)],
      ["SRANDMEMBER", keys.of("parkedkeys", context), String(MAX_LANES)],
    )) as readonly [readonly string[], readonly string[]];
    const sections = [
      keys.of("taken", context),
      keys.of("queue", context),
      keys.of("urgent", context),
      ...ring
        .filter((key) => key !== "")
        .sort()
        .map((key) => keys.part("lane", context, key)),
      ...[...parked].sort().map((key) => keys.part("parked", context, key)),
    ];
    let [section, offset] = cursor === undefined ? [0, 0] : splitCursor(cursor).map(Number);
    const ids: string[] = [];
    while (section < sections.length && ids.length < limit) {
      const wanted = limit - ids.length;
      const found = await this.#slice(sections[section], section === 2, offset, wanted);
      ids.push(...found);
      if (found.length < wanted) [section, offset] = [section + 1, 0];
      else offset += found.length;
    }
    const tasks = await this.#tasks(context, ids, "waiting");
    return { tasks, cursor: section >= sections.length ? null : `${section} ${offset}` };
  }

  /** Lists are served from their right end. */
  async #slice(key: string, sorted: boolean, offset: number, count: number): Promise<readonly string[]> {
    const command = sorted
      ? ["ZRANGE", key, String(offset), String(offset + count - 1)]
      : ["LRANGE", key, String(-offset - count), String(-offset - 1)];
    const [ids] = (await this.#core.read(command)) as readonly [readonly string[]];
    return sorted ? ids : [...ids].reverse();
  }

  async #tasks(context: string, ids: readonly string[], state: ListedState): Promise<Task[]> {
    if (ids.length === 0) return [];
    const records = await this.#core.client.pipeline(ids.map((id) => ["HGETALL", this.#core.keys.task(id)]));
    const tasks = records.flatMap((record, i) => {
      if (!Array.isArray(record) || record.length === 0) return [];
      return [decodeTask(ids[i], recordFrom(record), context)];
    });
    return tasks.filter(({ status }) => LISTED_STATUSES[state].includes(status));
  }
}

function splitCursor(cursor: string): [string, string] {
  const blank = cursor.indexOf(" ");
  if (blank < 0) throw new QueueError("invalid", "cursor");
  return [cursor.slice(0, blank), cursor.slice(blank + 1)];
}
