// The verbs that executors use: start, claim, commit, extend, release.

import { isQueueError } from "../../queue/errors.ts";
import type { Reply } from "../../queue/redis/connection/client.ts";
import { type EncodedChange, type FieldRecord, storedItemIds, storedStepNames, toRecord } from "../codec.ts";
import { FlowError } from "../errors.ts";
import type {
  Claimed,
  ClaimedRun,
  ClaimParams,
  CommitParams,
  Committed,
  Extended,
  ExtendParams,
  FlowRef,
  GetParams,
  LeaseRef,
  Next,
  RunRecord,
  SignalName,
  Started,
  StartParams,
} from "../store.ts";
import { MAX_CLAIM } from "../store.ts";
import { Batcher } from "./batcher.ts";
import type { FlowCore } from "./core.ts";

/** Leases in one call. */
const MAX_EXTEND = 500;

/** See scripts/includes/fields.lua. */
function fieldTexts({ flow, steps }: EncodedChange): string[] {
  const texts = [String(flow.length), ...flow, String(steps.length)];
  for (const { stepId, fields } of steps) texts.push(stepId, String(fields.length), ...fields);
  return texts;
}

export function waitText({ event, key }: SignalName): string {
  return `${event}\n${key ?? ""}`;
}

function waitTexts(waits: readonly SignalName[]): string[] {
  return [String(waits.length), ...waits.map(waitText)];
}

function nextText(next: Next): string {
  if (next.kind !== "park" || next.dueInMs === null) return next.kind;
  return `park ${Math.max(0, Math.ceil(next.dueInMs))}`;
}

export class Runs {
  readonly #core: FlowCore;
  readonly #starts: Batcher<readonly Reply[]>;
  readonly #commits: Batcher<readonly Reply[]>;
  /** Definitions that the store was given; it may have dropped them since. */
  readonly #known = new Set<string>();

  constructor(core: FlowCore) {
    this.#core = core;
    const send = (name: "start" | "commit") => async (items: readonly (readonly string[])[]) => {
      const reply = await core.run(name, [String(items.length), ...items.flat()]);
      return reply as readonly (readonly Reply[])[];
    };
    this.#starts = new Batcher(send("start"));
    this.#commits = new Batcher(send("commit"));
  }

  start = async (params: StartParams): Promise<Started> => {
    this.#core.checkOpen();
    const { hash, text } = params.definition;
    let reply = await this.#starts.add(this.#startTexts(params, this.#known.has(hash) ? "" : text));
    if (reply[0] === 2) reply = await this.#starts.add(this.#startTexts(params, text));
    this.#known.add(hash);
    if (reply[0] !== 1) return { id: String(reply[1]), outcome: "existing", token: null, inbox: 0 };
    const token = params.lease === undefined ? null : Number(reply[1]);
    return { id: params.id, outcome: "created", token, inbox: Number(reply[2]) };
  };

  #startTexts(params: StartParams, text: string): string[] {
    const { key, name, status, definition, lease, history, fields, waits } = params;
    return [
      params.id,
      key ?? "",
      name,
      status,
      definition.hash,
      text,
      lease?.executorId ?? "",
      String(lease?.leaseMs ?? 0),
      history ?? "",
      ...fieldTexts(fields),
      ...waitTexts(waits ?? []),
    ];
  }

  claim = async ({ executorId, leaseMs, limit }: ClaimParams): Promise<Claimed> => {
    const args = [executorId, String(leaseMs), String(Math.min(MAX_CLAIM, limit))];
    const [now, waitMs, runs, damaged] = (await this.#core.run("claim", args)) as unknown as ClaimReply;
    const read = await Promise.all(runs.map((run) => this.#claimedRun(run).catch(nullIfDamaged)));
    const unread = runs.filter((_, i) => read[i] === null).map(([id]) => id);
    const claimed = read.filter((run) => run !== null);
    return { runs: claimed, damaged: [...damaged, ...unread], waitMs: waitMs < 0 ? null : waitMs, now };
  };

  async #claimedRun([id, token, pairs, inbox, stepReplies]: ClaimReply[2][number]): Promise<ClaimedRun> {
    const flow = toRecord(pairs);
    const steps = new Map(stepReplies.map(([stepId, fields]) => [stepId, toRecord(fields)]));
    return { id, token: Number(token), inbox, flow, steps: await this.#loadSteps(id, flow, steps) };
  }

  get = async (params: GetParams): Promise<RunRecord | null> => {
    const id = this.#core.keys.id(params.id);
    const [pairs] = await this.#core.read([["HGETALL", this.#core.keys.flow(id)]]);
    const flow = toRecord(pairs as readonly string[]);
    // A key of this name that holds no run of ours.
    if (flow.flow_id === undefined) return null;
    return { flow, steps: params.steps === false ? new Map() : await this.#loadSteps(id, flow, new Map()) };
  };

  /** Adds the steps that are not among `known`, and then all items. */
  async #loadSteps(
    id: string,
    flow: FieldRecord,
    known: Map<string, FieldRecord>,
  ): Promise<ReadonlyMap<string, FieldRecord>> {
    const names = storedStepNames(flow);
    await this.#load(
      id,
      names.filter((name) => !known.has(name)),
      known,
    );
    const items = names.flatMap((name) => storedItemIds(name, known.get(name) ?? {}));
    await this.#load(id, items, known);
    return known;
  }

  async #load(id: string, stepIds: readonly string[], into: Map<string, FieldRecord>): Promise<void> {
    const { keys } = this.#core;
    const replies = await this.#core.read(stepIds.map((stepId) => ["HGETALL", keys.step(id, stepId)]));
    replies.forEach((reply, i) => {
      into.set(stepIds[i], toRecord(reply as readonly string[]));
    });
  }

  commit = async (params: CommitParams): Promise<Committed> => {
    this.#core.checkOpen();
    const texts = this.#commitTexts(params);
    const [held, inbox] = await this.#commits.add([String(texts.length), ...texts]);
    if (held === -1) throw new FlowError("staleLease", params.id);
    return { held: held === 1, inbox: Number(inbox) };
  };

  #commitTexts(params: CommitParams): string[] {
    const { status, parent, waits } = params;
    return [
      params.id,
      String(params.token),
      String(params.revision),
      status.before,
      status.after,
      params.uncompensated ? "1" : "0",
      params.history ?? "",
      String(params.consumed),
      nextText(params.next),
      parent?.id ?? "",
      parent?.entry ?? "",
      ...fieldTexts(params.fields),
      ...waitTexts(waits.begun),
      ...waitTexts(waits.over),
    ];
  }

  extend = async ({ leases, leaseMs }: ExtendParams): Promise<readonly Extended[]> => {
    const answers: Extended[] = [];
    for (let from = 0; from < leases.length; from += MAX_EXTEND) {
      const part = leases.slice(from, from + MAX_EXTEND);
      const texts = part.flatMap(({ id, token }) => [id, String(token)]);
      const reply = await this.#core.run("extend", [String(leaseMs), String(part.length), ...texts]);
      for (const inbox of reply as readonly number[])
        answers.push({ held: inbox >= 0, inbox: Math.max(0, inbox) });
    }
    return answers;
  };

  release = async ({ id, token }: LeaseRef): Promise<void> => {
    const reply = await this.#core.run("release", [id, String(token)]);
    if (reply === -1) throw new FlowError("staleLease", id);
  };

  inbox = async ({ id }: FlowRef): Promise<readonly string[]> => {
    const key = this.#core.keys.ofRun("flow-inbox", this.#core.keys.id(id));
    const [entries] = await this.#core.read([["LRANGE", key, "0", "999"]]);
    return entries as readonly string[];
  };
}

/** What another hand wrote to keys of a run that the script does not read, as there are many. Other failures are not the run's. */
function nullIfDamaged(error: unknown): null {
  if (isQueueError(error) && error.code !== "wrongType") throw error;
  return null;
}

type ClaimReply = readonly [
  now: number,
  waitMs: number,
  runs: readonly (readonly [
    id: string,
    token: string,
    flow: readonly string[],
    inbox: readonly string[],
    steps: readonly (readonly [stepId: string, fields: readonly string[]])[],
  ])[],
  damaged: readonly string[],
];
