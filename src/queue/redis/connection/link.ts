// One connection to one Redis server: deadlines, typed errors, and a new socket when the old one went silent.

import type { Redis, RedisOptions } from "ioredis";
import { QueueError } from "../../errors.ts";
import type { Reply } from "./client.ts";
import { connectionText, toQueueError } from "./errors.ts";

/** No command waits inside the driver: whether one was sent is always known. */
export const LINK_OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: true,
  disableClientInfo: true,
  protocol: 2,
  connectTimeout: 5000,
  keepAlive: 10_000,
  retryStrategy: (times: number) =>
    Math.min(50 * 2 ** Math.min(times - 1, 6), 1000) * (0.75 + Math.random() / 2),
  // After a failover the old master refuses writes: connecting again finds the new one.
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
} as const satisfies RedisOptions;

export class Link {
  readonly redis: Redis;
  #lastError: string | undefined;
  #denied: QueueError | undefined;
  #closed = false;

  constructor(redis: Redis) {
    this.redis = redis;
    // Every call that waits for the connection listens.
    redis.setMaxListeners(0);
    redis.on("error", (error: Error) => {
      this.#lastError = connectionText(error.message);
      const typed = toQueueError(error);
      this.#denied = typed.code === "denied" ? typed : undefined;
    });
    redis.on("ready", () => {
      this.#lastError = undefined;
      this.#denied = undefined;
    });
  }

  call(command: string, args: readonly string[], deadlineMs: number): Promise<Reply> {
    if (this.redis.status === "ready") return this.#send(command, args, deadlineMs);
    const start = Date.now();
    return this.ready(deadlineMs).then(() =>
      this.#send(command, args, Math.max(1, deadlineMs - (Date.now() - start))),
    );
  }

  #send(command: string, args: readonly string[], deadlineMs: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new QueueError("unknownOutcome", `no answer to ${command} within ${deadlineMs} ms`));
        this.replaceSocket();
      }, deadlineMs);
      this.redis.call(command, args as string[]).then(
        (reply) => {
          clearTimeout(timer);
          resolve(reply as Reply);
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(toQueueError(error));
        },
      );
    });
  }

  /** Resolves once commands can be sent; rejects with `unavailable` (or `denied`) at the deadline. */
  ready(deadlineMs: number): Promise<void> {
    if (this.#closed) return Promise.reject(new QueueError("closed"));
    const { redis } = this;
    if (redis.status === "ready") return Promise.resolve();
    // Errors of the first attempt arrive as events too.
    if (redis.status === "wait" || redis.status === "end") redis.connect().catch(() => {});
    return new Promise((resolve, reject) => {
      const finish = (error?: QueueError) => {
        clearTimeout(timer);
        redis.off("ready", onReady);
        redis.off("error", onError);
        redis.off("end", onEnd);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onReady = () => finish();
      // Trying again does not help against a wrong password.
      const onError = () => this.#denied !== undefined && finish(this.#denied);
      const onEnd = () =>
        finish(this.#closed ? new QueueError("closed") : new QueueError("unavailable", this.#lastError));
      const timer = setTimeout(() => {
        finish(new QueueError("unavailable", this.#lastError));
        // Connected, but the server never greeted: a new socket may reach one that does.
        this.replaceSocket();
      }, deadlineMs);
      redis.on("ready", onReady);
      redis.on("error", onError);
      if (this.#closed) onEnd();
      else redis.on("end", onEnd);
    });
  }

  /**
   * The socket is not to be trusted any more: a new one, which also looks the address (and the master) up again.
   * Destroyed, not ended: a peer that is silent would not answer the goodbye either.
   */
  replaceSocket(): void {
    const { status, stream } = this.redis;
    if (!this.#closed && (status === "ready" || status === "connect")) stream?.destroy();
  }

  close(): void {
    this.#closed = true;
    // For a socket that is gone already the driver would set a timer that keeps the process alive for two seconds.
    if (this.redis.status !== "end") this.redis.disconnect();
  }

  /** Worth another call: connected, or about to be again. */
  get usable(): boolean {
    return !this.#closed && this.redis.status !== "end" && this.redis.status !== "close";
  }
}
