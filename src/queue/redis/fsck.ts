// Proving the store's rules slice by slice, on a live system: what to look at is chosen here, judged by a script.

import { QueueError } from "../errors.ts";
import { checkContext } from "../names.ts";
import type { FsckParams, FsckProblem, FsckSlice } from "../store.ts";
import type { Core } from "./core.ts";
import type { KeyKind } from "./keys.ts";

const SLICE = 200;
/** Ids of waiting tasks remembered while the lists are walked; with more, "pending tasks are in a list" is not checked. */
const MAX_REMEMBERED = 2_000_000;
const MAX_RUNS = 8;

interface Found {
  readonly check: string;
  readonly subjects: readonly string[];
  /** Where this phase goes on; null when it is done. */
  readonly next: string | null;
}

type Phase = (core: Core, context: string, from: string, seen: Set<string>) => Promise<Found>;

const sortedSet =
  (kind: KeyKind): Phase =>
  async (core, context, from) => {
    const args = [core.keys.of(kind, context), from, "COUNT", String(SLICE)];
    const [next, flat] = (await core.command("ZSCAN", args)) as readonly [string, readonly string[]];
    return { check: kind, subjects: flat.filter((_, i) => i % 2 === 0), next: next === "0" ? null : next };
  };

const idempotency: Phase = async (core, context, from) => {
  const args = [core.keys.of("idempotency", context), from, "COUNT", String(SLICE)];
  const [next, flat] = (await core.command("HSCAN", args)) as readonly [string, readonly string[]];
  return {
    check: "idempotency",
    subjects: flat.filter((_, i) => i % 2 === 0),
    next: next === "0" ? null : next,
  };
};

/** Keys that exist by their names, whatever the indexes say. */
const lanes: Phase = async (core, context, from) => {
  const prefix = core.keys.part("lane", context, "");
  const { keys, cursor } = await core.client.scan(`${prefix}*`, from, 1000);
  return { check: "lanes", subjects: keys.map((key) => key.slice(prefix.length)), next: cursor };
};

/** Walks the lists from their right ends; remembers the ids for the next phase. From: list and offset. */
const lists: Phase = async (core, context, from, seen) => {
  const { keys } = core;
  const [ring, parked] = (await core.read(
    ["LRANGE", keys.of("ring", context), "0", "-1"],
    ["SMEMBERS", keys.of("parkedkeys", context)],
  )) as readonly (readonly string[])[];
  const all = [
    keys.of("queue", context),
    keys.of("taken", context),
    ...[...ring].sort().map((key) => keys.part("lane", context, key)),
    ...[...parked].sort().map((key) => keys.part("parked", context, key)),
  ];
  const [list, offset] = from === "0" ? [0, 0] : from.split(" ").map(Number);
  const range = [all[list], String(-offset - 5 * SLICE), String(-offset - 1)];
  const ids = (await core.command("LRANGE", range)) as readonly string[];
  if (seen.size < MAX_REMEMBERED) for (const id of ids) seen.add(id);
  const more = ids.length === 5 * SLICE;
  const next = more ? `${list} ${offset + ids.length}` : list + 1 < all.length ? `${list + 1} 0` : null;
  return { check: "none", subjects: [], next };
};

const records =
  (check: "tasks" | "pending"): Phase =>
  async (core, context, from, seen) => {
    const prefix = core.keys.task("");
    const pattern = core.keys.cluster ? `${prefix}${core.keys.tag(context)}*` : `${prefix}*`;
    const { keys, cursor } = await core.client.scan(pattern, from, SLICE);
    const ids = keys.map((key) => key.slice(prefix.length));
    const skipped = check === "pending" && seen.size >= MAX_REMEMBERED;
    const subjects = check === "tasks" ? ids : skipped ? [] : ids.filter((id) => !seen.has(id));
    return { check, subjects, next: cursor };
  };

const counters: Phase = async () => ({ check: "counters", subjects: ["all"], next: null });

const PHASES: readonly Phase[] = [
  sortedSet("leases"),
  sortedSet("scheduled"),
  sortedSet("urgent"),
  sortedSet("finished"),
  sortedSet("dead"),
  sortedSet("expiring"),
  idempotency,
  lanes,
  lists,
  records("tasks"),
  records("pending"),
  counters,
];

export class Fsck {
  readonly #core: Core;
  /** Ids that each run saw in the lists. */
  readonly #runs = new Map<string, Set<string>>();
  #lastRun = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  fsck = async (params: FsckParams): Promise<FsckSlice> => {
    const context = checkContext(params.context);
    const { run, phase, from } = this.#position(params.cursor);
    const { check, subjects, next } = await PHASES[phase](this.#core, context, from, this.#runs.get(run)!);
    const problems: FsckProblem[] = [];
    for (let i = 0; i < subjects.length; i += SLICE) {
      problems.push(
        ...(await this.#check(context, check, subjects.slice(i, i + SLICE), params.repair === true)),
      );
    }
    const done = next === null && phase + 1 === PHASES.length;
    if (done) this.#runs.delete(run);
    const cursor = next === null ? `${run};${phase + 1};0` : `${run};${phase};${next}`;
    return { checked: subjects.length, problems, cursor: done ? null : cursor };
  };

  #position(cursor: string | null): { readonly run: string; readonly phase: number; readonly from: string } {
    if (cursor === null) {
      const run = String(++this.#lastRun);
      this.#runs.set(run, new Set());
      for (const old of this.#runs.keys()) if (this.#runs.size > MAX_RUNS) this.#runs.delete(old);
      return { run, phase: 0, from: "0" };
    }
    const [run, phase, from] = cursor.split(";");
    if (!this.#runs.has(run) || !(Number(phase) in PHASES))
      throw new QueueError("invalid", "cursor of another fsck");
    return { run, phase: Number(phase), from };
  }

  async #check(
    context: string,
    check: string,
    subjects: readonly string[],
    repair: boolean,
  ): Promise<FsckProblem[]> {
    const reply = await this.#core.run("fsck", context, [check, repair ? "1" : "0", ...subjects]);
    return (reply as unknown as readonly (readonly [string, string, string])[]).map(
      ([rule, subject, detail]) => {
        return { rule, subject, detail, repaired: repair };
      },
    );
  }
}
