// TaskStore on Redis: puts the verbs together and chooses the connection.

import { randomBytes } from "node:crypto";
import type { ConnectionOptions } from "node:tls";
import type { RedisOptions } from "ioredis";
import type { Clock } from "../clock.ts";
import { QueueError } from "../errors.ts";
import type { TaskStore } from "../store.ts";
import type { TaskSpec } from "../task.ts";
import { DEFAULT_TEXT_LIMITS, type TextLimits } from "../task-limits.ts";
import type { RedisClient } from "./connection/client.ts";
import { ClusterClient, type ClusterNode } from "./connection/cluster-client.ts";
import { SingleClient } from "./connection/single-client.ts";
import { Control } from "./control.ts";
import { Core } from "./core.ts";
import { DurableWriter } from "./durable.ts";
import { Fsck } from "./fsck.ts";
import { Keys } from "./keys.ts";
import { Lists } from "./list.ts";
import { Look } from "./look.ts";
import { type LossReport, Recent } from "./recent.ts";
import { Results } from "./results.ts";
import { Schedules } from "./schedules.ts";
import { Submitter } from "./submit.ts";
import { Wake } from "./wake.ts";
import { Work } from "./work.ts";

export interface RedisStoreOptions {
  /** `redis://user:password@host:6379/0`; `rediss://` for TLS. */
  readonly url: string;
  /** In front of every key; `rhai:` when missing. */
  readonly prefix?: string;
  /** Redis Cluster: all keys of a context share a slot; ids begin with their context in braces. */
  readonly cluster?: boolean;
  /** Further nodes to ask for the cluster's map. */
  readonly nodes?: readonly ClusterNode[];
  /** Sentinels that know the master; the URL then only tells user, password and database. */
  readonly sentinels?: { readonly name: string; readonly nodes: readonly ClusterNode[] };
  readonly tls?: ConnectionOptions;
  /** Longest wait for any answer, reconnecting included; 5000 when missing. */
  readonly deadlineMs?: number;
  readonly textLimits?: Partial<TextLimits>;
  /**
   * After the server was replaced or started anew: tasks submitted by this store so shortly before are submitted again
   * if they vanished. One that had been run meanwhile runs again then; so this is off (0) unless set. Not in a cluster.
   */
  readonly resubmitMs?: number;
  readonly onLoss?: (report: LossReport) => void;
  /** The server's clock when missing. For tests. */
  readonly clock?: Clock;
}

/** Connects with the first call. */
export function createRedisStore(options: RedisStoreOptions): TaskStore {
  const deadlineMs = options.deadlineMs ?? 5000;
  const client = openClient(options, deadlineMs);
  const core = new Core({
    client,
    keys: new Keys(options.prefix ?? "rhai:", options.cluster === true),
    clock: options.clock ?? null,
    deadlineMs,
    textLimits: { ...DEFAULT_TEXT_LIMITS, ...options.textLimits },
    clientId: randomBytes(8).toString("hex"),
  });
  return storeOn(core, options);
}

/** The connection that the options describe; it connects with the first call. Throws `invalid` for a bad URL. */
export function openClient(options: RedisStoreOptions, deadlineMs: number): RedisClient {
  const address = parseUrl(options.url);
  const driver: RedisOptions = { ...(options.tls && { tls: options.tls }) };
  if (options.cluster === true) {
    const { hostname, port, username, password, tls } = address;
    const access = { ...driver, ...(username && { username }), ...(password && { password }) };
    const nodes = [{ host: hostname, port }, ...(options.nodes ?? [])];
    return new ClusterClient(nodes, { ...access, ...(tls && { tls: options.tls ?? {} }) }, deadlineMs);
  }
  if (options.sentinels !== undefined) {
    driver.sentinels = [...options.sentinels.nodes];
    driver.name = options.sentinels.name;
  }
  return new SingleClient(options.url, driver, deadlineMs);
}

interface Address {
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly tls: boolean;
}

/** No complaint shows the URL: it may hold a password. */
function parseUrl(url: string): Address {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new QueueError("invalid", "Redis URL (redis://host:port is needed)");
  }
  if (parsed.protocol !== "redis:" && parsed.protocol !== "rediss:") {
    throw new QueueError("invalid", "Redis URL (it begins with redis:// or rediss://)");
  }
  return {
    hostname: parsed.hostname.replace(/^\[|\]$/g, "") || "127.0.0.1",
    port: Number(parsed.port || 6379),
    username: decoded(parsed.username),
    password: decoded(parsed.password),
    tls: parsed.protocol === "rediss:",
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new QueueError("invalid", "Redis URL (a % in user or password is written %25)");
  }
}

function storeOn(core: Core, { resubmitMs = 0, onLoss = () => {} }: RedisStoreOptions): TaskStore {
  const durable = new DurableWriter(core);
  const results = new Results(core);
  const submitter = new Submitter(core, results, durable);
  const { enqueue, enqueueMany } = submitter;
  if (resubmitMs > 0) {
    const resubmit = async (tasks: readonly TaskSpec[]) => {
      const enqueued = await enqueueMany({ tasks });
      return enqueued.filter(({ outcome }) => outcome === "created").length;
    };
    const recent = new Recent(core, resubmitMs, resubmit, onLoss);
    submitter.onCreated((id, spec) => recent.note(id, spec));
  }
  const work = new Work(core);
  const wake = new Wake(core, work);
  const look = new Look(core);
  const control = new Control(core);
  const schedules = new Schedules(core);
  const { list } = new Lists(core);
  const { fsck } = new Fsck(core);
  const close = async () => {
    if (core.closed) return;
    // Waits first: what they were just given goes back.
    await wake.close();
    core.closed = true;
    await results.close();
    durable.close();
    look.close();
    await core.client.close();
  };
  // The verbs are fields of these classes; nothing else of them is.
  return {
    ...work,
    ...look,
    ...control,
    ...schedules,
    enqueue,
    enqueueMany,
    list,
    fsck,
    rerun: async (params) => {
      await control.rerun(params);
      // The result of the run before is not that of the run to come.
      results.forget(core.taskId(params));
    },
    claim: (params) =>
      wake.remember(
        params.context,
        () => work.claim(params),
        ({ idle }) => idle,
      ),
    settle: (params) =>
      wake.remember(
        params.context,
        () => work.settle(params),
        ({ claimed }) => claimed?.idle ?? null,
      ),
    waitForWork: wake.waitForWork,
    watchCancels: wake.watchCancels,
    waitForResult: results.waitForResult,
    close,
  };
}
