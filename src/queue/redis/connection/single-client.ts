// RedisClient on one server (or the master that sentinels name): one connection for calls, others for what blocks.

import { Redis, type RedisOptions } from "ioredis";
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
import { LINK_OPTIONS, Link } from "./link.ts";
import { Subscriber } from "./subscriber.ts";

/** Connections whose owner opens the next one itself. */
const ONCE = { ...LINK_OPTIONS, retryStrategy: () => null } as const;

export class SingleClient implements RedisClient {
  readonly #link: Link;
  readonly #subscriber: Subscriber;
  readonly #open: () => Redis;
  readonly #deadlineMs: number;

  constructor(options: RedisOptions, deadlineMs: number) {
    this.#open = () => new Redis({ ...options, ...ONCE });
    this.#link = new Link(new Redis({ ...options, ...LINK_OPTIONS }));
    this.#subscriber = new Subscriber(this.#open, deadlineMs);
    this.#deadlineMs = deadlineMs;
  }

  call(command: string, args: readonly string[], options?: CallOptions): Promise<Reply> {
    return this.#link.call(command, args, options?.deadlineMs ?? this.#deadlineMs);
  }

  pipeline(
    commands: readonly (readonly string[])[],
    options?: CallOptions,
  ): Promise<readonly (Reply | Error)[]> {
    const deadlineMs = options?.deadlineMs ?? this.#deadlineMs;
    return Promise.all(
      commands.map(([command, ...args]) => this.#link.call(command, args, deadlineMs).catch(toQueueError)),
    );
  }

  blocking(key: string, script?: string): BlockingConnection {
    return new Blocking({ client: this, key, open: this.#open, deadlineMs: this.#deadlineMs, script });
  }

  subscribe(channel: string, listener: (message: string) => void): Promise<Unsubscribe> {
    return this.#subscriber.subscribe(channel, listener);
  }

  async scan(pattern: string, cursor: string | null, count: number): Promise<ScanSlice> {
    const args = [cursor ?? "0", "MATCH", pattern, "COUNT", String(count)];
    const [next, keys] = (await this.call("SCAN", args)) as readonly [string, readonly string[]];
    return { keys, cursor: next === "0" ? null : next };
  }

  onConnected(listener: () => void): void {
    this.#link.redis.on("ready", listener);
  }

  onLost(listener: () => void): void {
    this.#link.redis.on("close", listener);
  }

  async close(): Promise<void> {
    this.#link.close();
    await this.#subscriber.close();
  }
}

/**
 * Connects once and hangs up. Rejects as soon as it is known that it cannot be done: with `unavailable` and the reason, or
 * `denied`.
 */
export async function tryConnection(options: RedisOptions, deadlineMs: number): Promise<void> {
  const link = new Link(new Redis({ ...options, ...ONCE, sentinelRetryStrategy: () => null }));
  try {
    await link.ready(deadlineMs);
  } finally {
    link.close();
  }
}
