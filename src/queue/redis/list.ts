// Pages of tasks in one state. A page costs the same wherever it begins; tasks that move meanwhile may be seen twice or not.

import { QueueError } from "../errors.ts";
import { checkContext } from "../names.ts";
import { stepSize } from "../numbers.ts";
import { decodeTask, recordFrom } from "../record.ts";
import { LISTED_STATUSES, type ListedState, type ListParams, type TaskPage } from "../store.ts";
import type { Task } from "../task.ts";
import type { Core } from "./core.ts";
import type { KeyKind } from "./keys.ts";

const MAX_PAGE = 200;
const MAX_LANES = 10_000;
/** Records read together, and characters of a page. */
const RECORDS = 20;
const MAX_CHARACTERS = 8_000_000;
/** Section of the waiting ones that is no list. */
const URGENT = 2;

/** An entry, and the cursor of what comes after it. */
interface Place {
  readonly id: string;
  readonly next: string;
}

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
    const limit = stepSize(params.limit ?? 50, MAX_PAGE);
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
    const places: Place[] = [];
    for (let i = 0; i < reply.length; i += 2)
      places.push({ id: reply[i], next: `${reply[i + 1]} ${reply[i]}` });
    return await this.#page(context, state, places, places.length < limit);
  }

  async #rankAfter(key: string, cursor: string): Promise<number> {
    const [score, id] = splitCursor(cursor);
    const [rank, below] = await this.#core.read(["ZRANK", key, id], ["ZCOUNT", key, "-inf", `(${score}`]);
    return rank === null ? Number(below) : Number(rank) + 1;
  }

  /** In sections: moved aside, the queue's list, urgent ones, then each fair key's lane. Cursor: section and offset. */
  async #waiting({ context, state, cursor }: ListParams, limit: number): Promise<TaskPage> {
    const sections = await this.#sections(context);
    let [section, offset] = cursor === undefined ? [0, 0] : splitCursor(cursor).map(Number);
    const places: Place[] = [];
    while (section < sections.length && places.length < limit) {
      const wanted = limit - places.length;
      const found = await this.#slice(sections[section], section === URGENT, offset, wanted);
      for (const [i, id] of found.entries()) places.push({ id, next: `${section} ${offset + i + 1}` });
      if (found.length < wanted) [section, offset] = [section + 1, 0];
    }
    return await this.#page(context, state, places, section >= sections.length);
  }

  async #sections(context: string): Promise<readonly string[]> {
    const { keys } = this.#core;
    const [ring, parked] = (await this.#core.read(
      ["LRANGE", keys.of("ring", context), "0", String(MAX_LANES)],
      ["SRANDMEMBER", keys.of("parkedkeys", context), String(MAX_LANES)],
    )) as readonly [readonly string[], readonly string[]];
    const fairKeys = ring.filter((key) => key !== "").sort();
    return [
      keys.of("taken", context),
      keys.of("queue", context),
      keys.of("urgent", context),
      ...fairKeys.map((key) => keys.part("lane", context, key)),
      ...[...parked].sort().map((key) => keys.part("parked", context, key)),
    ];
  }

  /** Lists are served from their right end. */
  async #slice(key: string, sorted: boolean, offset: number, count: number): Promise<readonly string[]> {
    const command = sorted
      ? ["ZRANGE", key, String(offset), String(offset + count - 1)]
      : ["LRANGE", key, String(-offset - count), String(-offset - 1)];
    const [ids] = (await this.#core.read(command)) as readonly [readonly string[]];
    return sorted ? ids : [...ids].reverse();
  }

  /** Reads the records, some at a time: a page ends early when they are large. */
  async #page(
    context: string,
    state: ListedState,
    places: readonly Place[],
    isLast: boolean,
  ): Promise<TaskPage> {
    const tasks: Task[] = [];
    let characters = 0;
    let read = 0;
    while (read < places.length && characters < MAX_CHARACTERS) {
      const some = places.slice(read, read + RECORDS);
      const records = await this.#core.client.pipeline(
        some.map(({ id }) => ["HGETALL", this.#core.keys.task(id)]),
      );
      for (const [i, record] of records.entries()) {
        if (!Array.isArray(record) || record.length === 0) continue;
        for (const text of record as readonly string[]) characters += text.length;
        const task = decodeTask(some[i].id, recordFrom(record), context);
        if (LISTED_STATUSES[state].includes(task.status)) tasks.push(task);
      }
      read += some.length;
    }
    return { tasks, cursor: isLast && read >= places.length ? null : places[read - 1].next };
  }
}

function splitCursor(cursor: string): [string, string] {
  const blank = cursor.indexOf(" ");
  if (blank < 0) throw new QueueError("invalid", "cursor");
  return [cursor.slice(0, blank), cursor.slice(blank + 1)];
}
