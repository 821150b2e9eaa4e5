// TaskStore on Redis: puts the verbs together and chooses the connection.

import { randomBytes } from "node:crypto";
import type { ConnectionOptions } from "node:tls";
import type { RedisOptions } from "ioredis";
import type { Clock } from "../clock.ts";
import type { TaskStore } from "../store.ts";
import type { TaskSpec } from "../task.ts";
import { DEFAULT_TEXT_LIMITS, type TextLimits } from "../task-limits.ts";
import {
  parseRedisUrl,
  type RedisAddress,
  type RedisLogin,
  type RedisNode,
  readTlsFiles,
} from "./connection/address.ts";
import type { RedisClient } from "./connection/client.ts";
import { ClusterClient } from "./connection/cluster-client.ts";
import { SingleClient, tryConnection } from "./connection/single-client.ts";
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
  /**
   * `redis://user:password@host:6379/0`; `rediss://` for TLS, with `?ca=FILE&cert=FILE&key=FILE` for certificates;
   * `redis+cluster://host,host`; `redis+sentinel://user:password@host:26379,host:26379/NAME/0`.
   */
  readonly url: string;
  /** In front of every key; `rhai:` when missing. */
  readonly prefix?: string;
  /** Redis Cluster, as `redis+cluster://`: all keys of a context share a slot; ids begin with their context in braces. */
  readonly cluster?: boolean;
  /** Further nodes to ask for the cluster's map. */
  readonly nodes?: readonly RedisNode[];
  /** Sentinels that know the master; the URL then only tells user, password and database of the master, and TLS. */
  readonly sentinels?: { readonly name: string; readonly nodes: readonly RedisNode[] } & RedisLogin;
  /** Further options of TLS, with which it is used whatever the URL says. */
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
    keys: new Keys(options.prefix ?? "rhai:", usesCluster(options)),
    clock: options.clock ?? null,
    deadlineMs,
    textLimits: { ...DEFAULT_TEXT_LIMITS, ...options.textLimits },
    clientId: randomBytes(8).toString("hex"),
  });
  return storeOn(core, options);
}

/** Whether the option or the URL says so. Throws `invalid` for a bad URL. */
export function usesCluster({ cluster, url }: Pick<RedisStoreOptions, "cluster" | "url">): boolean {
  return cluster === true || parseRedisUrl(url).kind === "cluster";
}

/** The connection that the options describe; it connects with the first call. Throws `invalid` for a bad URL. */
export function openClient(options: RedisStoreOptions, deadlineMs: number): RedisClient {
  const { kind, nodes, driver } = descriptionOf(options);
  if (kind === "cluster") return new ClusterClient([...nodes, ...(options.nodes ?? [])], driver, deadlineMs);
  return new SingleClient(driver, deadlineMs);
}

/**
 * Tries once whether the server (a node of the cluster) lets us in. Rejects with `unavailable` or `denied` as soon as it is
 * known that it does not, at the latest after `deadlineMs`; with `invalid` for a bad URL.
 */
export async function checkConnection(options: RedisStoreOptions, deadlineMs: number): Promise<void> {
  const { kind, nodes, driver } = descriptionOf(options);
  if (kind !== "cluster") return await tryConnection(driver, deadlineMs);
  const tries = nodes.map((node) => tryConnection({ ...driver, ...node }, deadlineMs));
  // The first node's reason is as good as any.
  await Promise.any(tries).catch(() => tries[0]);
}

interface Description {
  readonly kind: RedisAddress["kind"];
  readonly nodes: readonly RedisNode[];
  readonly driver: RedisOptions;
}

function descriptionOf(options: RedisStoreOptions): Description {
  const address = parseRedisUrl(options.url);
  const secure = address.tls || options.tls !== undefined;
  const tls = secure ? { ...readTlsFiles(address), ...options.tls } : undefined;
  const driver: RedisOptions = { ...address.login, ...(tls && { tls }) };
  const { sentinels } = options;
  if (usesCluster(options)) return { kind: "cluster", nodes: address.nodes, driver };
  driver.db = address.db;
  if (sentinels === undefined && address.kind === "server")
    return { kind: "server", nodes: [], driver: { ...driver, ...address.nodes[0] } };
  const { name, nodes, ...login } = sentinels ?? {
    name: address.master,
    nodes: address.nodes,
    ...address.sentinelLogin,
  };
  const asked = {
    sentinels: [...nodes],
    name,
    sentinelUsername: login.username,
    sentinelPassword: login.password,
  };
  // Sentinels speak TLS when their master does.
  const safe = tls && { enableTLSForSentinelMode: true, sentinelTLS: tls };
  return { kind: "sentinel", nodes: [], driver: { ...driver, ...asked, ...safe } };
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
  // The result of the run before is not that of the run to come.
  const control = new Control(core, (id) => void results.forget(id));
  const schedules = new Schedules(core);
  const { list } = new Lists(core);
  const { fsck } = new Fsck(core);
  const close = async () => {
    if (core.closed) return;
    // Waits first: what they were just given goes back.
    await wake.close();
    core.closed = true;
    results.close();
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
