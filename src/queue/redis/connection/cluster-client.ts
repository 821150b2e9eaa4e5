// RedisClient on a Redis Cluster: calls go to the node of their key, what blocks to a connection to that node.

import { Cluster, Redis, type RedisOptions } from "ioredis";
import { QueueError } from "../../errors.ts";
import type { RedisNode } from "./address.ts";
import { Blocking } from "./blocking.ts";
import type {
  BlockingConnection,
  CallOptions,
  RedisClient,
  Reply,
  ScanSlice,
  Unsubscribe,
} from "./client.ts";
import { toQueueError } from "./errors.ts";
import { keySlot } from "./key-slot.ts";
import { LINK_OPTIONS } from "./link.ts";
import { Subscriber } from "./subscriber.ts";

export class ClusterClient implements RedisClient {
  readonly #cluster: Cluster;
  readonly #options: RedisOptions;
  readonly #subscriber: Subscriber;
  readonly #deadlineMs: number;

  constructor(nodes: readonly RedisNode[], options: RedisOptions, deadlineMs: number) {
    this.#options = options;
    this.#deadlineMs = deadlineMs;
    this.#cluster = new Cluster([...nodes], {
      lazyConnect: true,
      enableOfflineQueue: false,
      slotsRefreshInterval: 10_000,
      clusterRetryStrategy: (times) => Math.min(100 * times, 1000),
      redisOptions: { ...options, disableClientInfo: true, protocol: 2, connectTimeout: 5000 },
    });
    // Every call that waits for the connection listens.
    this.#cluster.setMaxListeners(0);
    // Errors of calls reach their callers; what is left concerns connections that are tried again.
    this.#cluster.on("error", () => undefined);
    this.#subscriber = new Subscriber(() => this.#openNode(null), deadlineMs);
  }

  async call(command: string, args: readonly string[], options?: CallOptions): Promise<Reply> {
    const deadlineMs = options?.deadlineMs ?? this.#deadlineMs;
    const start = Date.now();
    await this.#ready(deadlineMs);
    const left = deadlineMs - (Date.now() - start);
    if (isKeyless(command)) {
      const node = this.#node(options?.key ?? null);
      return this.#within(node.call(command, args as string[]), left, () => replaceSocket(node));
    }
    const reply = this.#cluster.call(command, args as string[]);
    return this.#within(reply, left, () => replaceSocket(this.#node(keyIn(command, args))));
  }

  #within(reply: Promise<unknown>, deadlineMs: number, onSilence: () => void): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        reject(new QueueError("unknownOutcome", `no answer within ${deadlineMs} ms`));
        onSilence();
      };
      const timer = setTimeout(giveUp, Math.max(1, deadlineMs));
      reply.then(
        (value) => {
          clearTimeout(timer);
          resolve(value as Reply);
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(toQueueError(error));
        },
      );
    });
  }

  #ready(deadlineMs: number): Promise<void> {
    const cluster = this.#cluster;
    if (cluster.status === "ready") return Promise.resolve();
    if (cluster.status === "end") return Promise.reject(new QueueError("closed"));
    if (cluster.status === "wait") cluster.connect().catch(() => {});
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        cluster.off("ready", done);
        resolve();
      };
      const timer = setTimeout(() => {
        cluster.off("ready", done);
        reject(new QueueError("unavailable", "no node of the cluster answers"));
      }, deadlineMs);
      cluster.on("ready", done);
    });
  }

  pipeline(
    commands: readonly (readonly string[])[],
    options?: CallOptions,
  ): Promise<readonly (Reply | Error)[]> {
    return Promise.all(
      commands.map(([command, ...args]) => this.call(command, args, options).catch(toQueueError)),
    );
  }

  /** The master that holds the key; any for null. */
  #node(key: string | null): Redis {
    const masters = this.#cluster.nodes("master");
    const names = key === null ? undefined : this.#cluster.slots[keySlot(key)];
    const found = masters.find(({ options: { host, port } }) => names?.[0] === `${host}:${port}`);
    const node = found ?? masters[Math.floor(Math.random() * masters.length)];
    if (node === undefined) throw new QueueError("unavailable", "no node of the cluster answers");
    return node;
  }

  #openNode(key: string | null): Redis {
    const { host, port } = this.#node(key).options;
    return new Redis({ ...this.#options, ...LINK_OPTIONS, host, port, retryStrategy: () => null });
  }

  blocking(key: string, script?: string): BlockingConnection {
    const open = () => this.#openNode(key);
    return new Blocking({ client: this, key, open, deadlineMs: this.#deadlineMs, script });
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<Unsubscribe> {
    await this.#ready(this.#deadlineMs);
    return this.#subscriber.subscribe(channel, listener);
  }

  /** All keys of one context live on one node: the pattern's braces name it. */
  async scan(pattern: string, cursor: string | null, count: number): Promise<ScanSlice> {
    await this.#ready(this.#deadlineMs);
    const args = [cursor ?? "0", "MATCH", pattern, "COUNT", String(count)];
    const node = this.#node(pattern);
    const reply = await this.#within(node.call("SCAN", args), this.#deadlineMs, () => replaceSocket(node));
    const [next, keys] = reply as readonly [string, readonly string[]];
    return { keys, cursor: next === "0" ? null : next };
  }

  /** Nodes come and go one by one, each with its own data: there is no moment to tell of. */
  onConnected(): void {}

  onLost(): void {}

  async close(): Promise<void> {
    await this.#subscriber.close();
    this.#cluster.disconnect();
  }
}

function keyIn(command: string, args: readonly string[]): string {
  return command === "EVALSHA" || command === "EVAL" ? args[2] : args[0];
}

/** A node that is silent is not to be trusted any more: the driver connects anew. */
function replaceSocket(node: Redis): void {
  node.stream?.destroy();
}

/** Commands that the driver cannot route by a key. */
function isKeyless(command: string): boolean {
  return command === "CLIENT" || command === "PING" || command === "INFO" || command === "PUBLISH";
}
