// FlowStore on Redis: puts the verbs together and chooses the connection.

import { randomBytes } from "node:crypto";
import { openClient, type RedisStoreOptions, usesCluster } from "../../queue/redis/store.ts";
import { FlowError } from "../errors.ts";
import {
  type AdvanceParams,
  type Delivered,
  type DeliverParams,
  type FlowRef,
  type FlowStore,
  MAX_INBOX,
  type SendOutcome,
  type SendParams,
  type StoredDefinition,
  type StoredSchedule,
  type SweepParams,
  type Swept,
} from "../store.ts";
import { FlowCore } from "./core.ts";
import { DEFAULT_PREFIX, FlowKeys } from "./keys.ts";
import { FlowLook } from "./look.ts";
import { Runs, waitText } from "./runs.ts";

export interface RedisFlowStoreOptions
  extends Pick<
    RedisStoreOptions,
    "url" | "prefix" | "cluster" | "nodes" | "sentinels" | "tls" | "deadlineMs" | "clock"
  > {
  /** Runs of one context know nothing of those of another. */
  readonly context: string;
}

/** Runs removed by one call. */
const SWEEP_LIMIT = 200;

/** Connects with the first call. Throws `invalid` for a bad URL, context or prefix. */
export function createRedisFlowStore(options: RedisFlowStoreOptions): FlowStore {
  const { context, prefix = DEFAULT_PREFIX, clock = null, deadlineMs = 5000 } = options;
  const keys = new FlowKeys(prefix, context, usesCluster(options));
  const core = new FlowCore({ client: openClient(options, deadlineMs), keys, clock, deadlineMs });
  const look = new FlowLook(core);
  const runs = new Runs(core);
  const control = new Control(core);
  // The verbs are fields of these classes; nothing else of them is.
  return {
    ...runs,
    ...look,
    ...control,
    time: () => core.time(),
    qualify: (id) => keys.id(id),
    close: async () => {
      if (core.closed) return;
      core.closed = true;
      look.close();
      await core.client.close();
    },
  };
}

/** The verbs that tell runs something, remove them, and keep schedules. */
class Control {
  readonly #core: FlowCore;

  constructor(core: FlowCore) {
    this.#core = core;
  }

  send = async ({ id, entry, dedupId, toEnded }: SendParams): Promise<SendOutcome> => {
    const args = [
      this.#core.keys.id(id),
      entry,
      dedupId ?? "",
      toEnded === true ? "1" : "0",
      String(MAX_INBOX),
    ];
    return (await this.#core.run("send", args)) as SendOutcome;
  };

  deliver = async (params: DeliverParams): Promise<Delivered> => {
    const { entry, dedupId, keepMs } = params;
    const number = `${String(Date.now()).padStart(15, "0")}-${randomBytes(6).toString("hex")}`;
    const args = [waitText(params), entry, dedupId ?? "", String(keepMs), number];
    const [kept, ...ids] = (await this.#core.run("deliver", args)) as readonly [number, ...string[]];
    return { ids, kept: kept === 1 };
  };

  putSchedule = async (params: {
    readonly schedule: StoredSchedule;
    readonly definition: StoredDefinition;
  }): Promise<void> => {
    const { schedule, definition } = params;
    const args = [schedule.name, JSON.stringify(schedule), definition.hash, definition.text];
    await this.#core.run("put-schedule", args);
  };

  removeSchedule = async ({ name }: { readonly name: string }): Promise<boolean> =>
    (await this.#core.run("remove-schedule", [name])) === 1;

  schedules = async (): Promise<readonly StoredSchedule[]> => {
    const [texts] = await this.#core.read([["HVALS", this.#core.keys.of("flow-schedules")]]);
    return (texts as readonly string[]).map((text) => JSON.parse(text) as StoredSchedule);
  };

  advanceSchedule = async ({ name, nextAt, changes }: AdvanceParams): Promise<boolean> => {
    const [text] = await this.#core.read([["HGET", this.#core.keys.of("flow-schedules"), name]]);
    if (text === null) return false;
    const schedule = { ...(JSON.parse(text as string) as StoredSchedule), ...changes };
    return (await this.#core.run("advance-schedule", [name, String(nextAt), JSON.stringify(schedule)])) === 1;
  };

  sweep = async ({ retention, limit = SWEEP_LIMIT }: SweepParams): Promise<Swept> => {
    const args = [String(retention.maxAgeMs), String(retention.maxCount), String(limit)];
    const [removed, more] = (await this.#core.run("sweep", args)) as readonly [number, number];
    return { removed, more: more === 1 };
  };

  remove = async ({ id }: FlowRef): Promise<boolean> => {
    const reply = await this.#core.run("remove", [this.#core.keys.id(id)]);
    if (typeof reply === "string") throw new FlowError("wrongState", `${id} is ${reply}`);
    return reply === 1;
  };
}
