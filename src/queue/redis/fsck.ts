// Proving the store's rules slice by slice, on a live system: what to look at is chosen here, judged by a script.

import { QueueError } from "../errors.ts";
import { checkContext } from "../names.ts";
import type { FsckParams, FsckProblem, FsckSlice } from "../store.ts";
import type { Core } from "./core.ts";
import type { KeyKind } from "./keys.ts";

const SLICE = 200;
/** Lists looked at together, and how far into each; a longer one is then walked on its own. */
const LISTS = 50;
const LONG = 1000;
/** Parts of a long list overlap: entries that leave it meanwhile shift the others. */
const OVERLAP = 200;
/** Ids of waiting tasks remembered while the lists are walked; with more, "pending tasks are in a list" is not checked. */
const MAX_REMEMBERED = 2_000_000;
const MAX_RUNS = 8;

/** What one run of fsck remembers between its slices. */
interface Run {
  /** Fair keys that had a turn when it was read. */
  turns: ReadonlySet<string>;
  lists: readonly string[];
  /** Ids in the lists. */
  seen: Set<string>;
  /** Waiting tasks that no list seemed to hold: they may have moved while the lists were walked, so these are walked again. */
  suspects: readonly string[];
}

interface Slice {
  readonly checked: number;
  readonly problems: readonly FsckProblem[];
  /** Where this phase goes on; null when it is done. */
  readonly next: string | null;
}

/** A slice of one phase, from its own cursor on; "0" is the beginning. */
type Phase = (looker: Looker, run: Run, from: string) => Promise<Slice>;

class Looker {
  readonly core: Core;
  readonly context: string;
  readonly #repair: boolean;

  constructor(core: Core, context: string, repair: boolean) {
    this.core = core;
    this.context = context;
    this.#repair = repair;
  }

  key(kind: KeyKind): string {
    return this.core.keys.of(kind, this.context);
  }

  /** Judged by the script, atomically; mended if that was asked for. */
  async check(kind: string, subjects: readonly string[], repair = this.#repair): Promise<FsckProblem[]> {
    const problems: FsckProblem[] = [];
    for (let from = 0; from < subjects.length; from += SLICE) {
      const args = [kind, repair ? "1" : "0", ...subjects.slice(from, from + SLICE)];
      const reply = await this.core.run("fsck", this.context, args);
      for (const [rule, subject, detail] of reply as readonly (readonly [string, string, string])[])
        problems.push({ rule, subject, detail, repaired: repair });
    }
    return problems;
  }

  /** One page of a collection's members, all of them checked. */
  async scan(command: "ZSCAN" | "HSCAN", kind: KeyKind, from: string): Promise<Slice> {
    const reply = await this.core.command(command, [this.key(kind), from, "COUNT", String(SLICE)]);
    const [next, flat] = reply as readonly [string, readonly string[]];
    const members = flat.filter((_, i) => i % 2 === 0);
    const problems = await this.check(kind, members);
    return { checked: members.length, problems, next: next === "0" ? null : next };
  }
}

const TYPES: Readonly<Record<Exclude<KeyKind, "control">, string>> = {
  queue: "list",
  taken: "list",
  ring: "list",
  urgent: "zset",
  scheduled: "zset",
  gone: "set",
  orphans: "zset",
  leases: "zset",
  parkedkeys: "set",
  finished: "zset",
  dead: "zset",
  expiring: "zset",
  idempotency: "hash",
  state: "hash",
  weights: "hash",
  events: "stream",
  schedules: "hash",
  "schedule-facts": "hash",
  slots: "zset",
};

/** With a key of another type no script can work: nothing else is looked at then. */
const types: Phase = async ({ core, context }) => {
  const kinds = Object.keys(TYPES) as (keyof typeof TYPES)[];
  const found = await core.read(...kinds.map((kind) => ["TYPE", core.keys.of(kind, context)]));
  const problems = kinds.flatMap((kind, i) => {
    if (found[i] === "none" || found[i] === TYPES[kind]) return [];
    const detail = `it is a ${found[i]}, not a ${TYPES[kind]}`;
    return [{ rule: "wrongType", subject: core.keys.of(kind, context), detail, repaired: false }];
  });
  return { checked: kinds.length, problems, next: null };
};

const sortedSet =
  (kind: KeyKind): Phase =>
  (looker, _, from) =>
    looker.scan("ZSCAN", kind, from);

/** Lanes by the names of their keys, whatever the ring says. */
const lanes: Phase = async (looker, run, from) => {
  const { core, context } = looker;
  if (from === "0")
    run.turns = new Set((await core.command("LRANGE", [looker.key("ring"), "0", "-1"])) as string[]);
  const prefix = core.keys.part("lane", context, "");
  const { keys, cursor } = await core.client.scan(`${prefix}*`, from, 5 * SLICE);
  const fairKeys = keys.map((key) => key.slice(prefix.length));
  const problems = await looker.check(
    "lanes",
    fairKeys.filter((fairKey) => !run.turns.has(fairKey)),
  );
  return { checked: fairKeys.length, problems, next: cursor };
};

/** Remembers the ids in all lists. From left to right, as they leave on the right. From: list and offset. */
const lists: Phase = async (looker, run, from) => {
  if (from === "0") {
    run.lists = await listsOf(looker);
    run.seen = new Set();
  }
  const [list, offset] = from === "0" ? [0, 0] : from.split(" ").map(Number);
  const together = offset > 0 ? [run.lists[list]] : run.lists.slice(list, list + LISTS);
  const length = offset > 0 ? LONG : SLICE;
  const range = [String(offset), String(offset + length - 1)];
  const found = await looker.core.read(...together.map((key) => ["LRANGE", key, ...range]));
  for (const [i, ids] of (found as readonly (readonly string[])[]).entries()) {
    if (run.seen.size < MAX_REMEMBERED) for (const id of ids) run.seen.add(id);
    if (ids.length < length) continue;
    const next = Math.max(1, offset + length - Math.min(OVERLAP, length / 2));
    return { checked: 0, problems: [], next: `${list + i} ${next}` };
  }
  const after = list + together.length;
  return { checked: 0, problems: [], next: after < run.lists.length ? `${after} 0` : null };
};

async function listsOf({ core, context }: Looker): Promise<readonly string[]> {
  const { keys } = core;
  const [ring, parked] = (await core.read(
    ["LRANGE", keys.of("ring", context), "0", "-1"],
    ["SMEMBERS", keys.of("parkedkeys", context)],
  )) as readonly (readonly string[])[];
  const fairKeys = ring.filter((fairKey) => fairKey !== "");
  return [
    keys.of("queue", context),
    keys.of("taken", context),
    ...fairKeys.map((key) => keys.part("lane", context, key)),
    ...parked.map((key) => keys.part("parked", context, key)),
  ];
}

const tasks: Phase = async (looker, run, from) => {
  const { keys, client } = looker.core;
  const prefix = keys.task("");
  const pattern = keys.cluster ? `${prefix}${keys.tag(looker.context)}*` : `${prefix}*`;
  const page = await client.scan(pattern, from, SLICE);
  const ids = page.keys.map((key) => key.slice(prefix.length));
  const unseen = run.seen.size >= MAX_REMEMBERED ? [] : ids.filter((id) => !run.seen.has(id));
  const suspects = await looker.check("pending", unseen, false);
  run.suspects = [...run.suspects, ...suspects.map(({ subject }) => subject)];
  return { checked: ids.length, problems: await looker.check("tasks", ids), next: page.cursor };
};

const listsAgain: Phase = (looker, run, from) => {
  if (run.suspects.length === 0) return Promise.resolve({ checked: 0, problems: [], next: null });
  return lists(looker, run, from);
};

const pending: Phase = async (looker, run) => {
  const missing = run.suspects.filter((id) => !run.seen.has(id));
  return { checked: missing.length, problems: await looker.check("pending", missing), next: null };
};

const PHASES: Readonly<Record<string, Phase>> = {
  types,
  leases: sortedSet("leases"),
  scheduled: sortedSet("scheduled"),
  urgent: sortedSet("urgent"),
  finished: sortedSet("finished"),
  dead: sortedSet("dead"),
  expiring: sortedSet("expiring"),
  idempotency: (looker, _, from) => looker.scan("HSCAN", "idempotency", from),
  lanes,
  lists,
  tasks,
  listsAgain,
  pending,
  counters: async (looker) => ({ checked: 1, problems: await looker.check("counters", ["all"]), next: null }),
};
const ORDER = Object.keys(PHASES);

export class Fsck {
  readonly #core: Core;
  readonly #runs = new Map<string, Run>();
  #lastRun = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  fsck = async (params: FsckParams): Promise<FsckSlice> => {
    const looker = new Looker(this.#core, checkContext(params.context), params.repair === true);
    const { name, phase, from } = this.#position(params.cursor);
    const { checked, problems, next } = await PHASES[phase](looker, this.#runs.get(name)!, from);
    const following = ORDER[ORDER.indexOf(phase) + 1];
    const done = next === null && (following === undefined || (phase === "types" && problems.length > 0));
    if (done) this.#runs.delete(name);
    const cursor = next === null ? `${name};${following};0` : `${name};${phase};${next}`;
    return { checked, problems, cursor: done ? null : cursor };
  };

  #position(cursor: string | null): { readonly name: string; readonly phase: string; readonly from: string } {
    if (cursor === null) {
      const name = String(++this.#lastRun);
      this.#runs.set(name, { turns: new Set(), lists: [], seen: new Set(), suspects: [] });
      for (const old of this.#runs.keys()) if (this.#runs.size > MAX_RUNS) this.#runs.delete(old);
      return { name, phase: ORDER[0], from: "0" };
    }
    const [name, phase, from] = cursor.split(";");
    if (!this.#runs.has(name) || !ORDER.includes(phase))
      throw new QueueError("invalid", "cursor of another fsck");
    return { name, phase, from };
  }
}
