// A connection for calls that block: a reply that is overdue, or an error, and the next call opens a new connection.

import type { Redis } from "ioredis";
import { isQueueError, QueueError } from "../../errors.ts";
import type { BlockingConnection, RedisClient, Reply } from "./client.ts";
import { Link } from "./link.ts";

/** What the server may be late with its own timeout. */
const GRACE_MS = 2000;

export interface BlockingOptions {
  readonly client: RedisClient;
  readonly key: string;
  readonly open: () => Redis;
  readonly deadlineMs: number;
  readonly script?: string;
}

export class Blocking implements BlockingConnection {
  readonly #client: RedisClient;
  readonly #key: string;
  readonly #open: () => Redis;
  readonly #deadlineMs: number;
  readonly #script: string | undefined;
  #link: Link | undefined;
  /** The server's number for the connection; undefined when the server does not tell. */
  #clientId: string | undefined;
  #closed = false;

  constructor({ client, key, open, deadlineMs, script }: BlockingOptions) {
    this.#client = client;
    this.#key = key;
    this.#open = open;
    this.#deadlineMs = deadlineMs;
    this.#script = script;
  }

  call(command: string, args: readonly string[], timeoutMs: number): Promise<Reply> {
    return this.#guarded((link) => link.call(command, args, timeoutMs + GRACE_MS));
  }

  callBoth(
    [first, ...firstArgs]: readonly string[],
    [second, ...secondArgs]: readonly string[],
    timeoutMs: number,
  ): Promise<readonly [Reply, Reply]> {
    return this.#guarded((link) => {
      // In one write: each costs as much as all else that is done for a call here.
      const { stream } = link.redis;
      stream.cork();
      const replies = Promise.all([
        link.call(first, firstArgs, timeoutMs + GRACE_MS),
        link.call(second, secondArgs, timeoutMs + GRACE_MS),
      ]);
      stream.uncork();
      return replies;
    });
  }

  async #guarded<T>(use: (link: Link) => Promise<T>): Promise<T> {
    const link = await this.#connected();
    try {
      return await use(link);
    } catch (error) {
      const lost = isQueueError(error, "unknownOutcome") || isQueueError(error, "unavailable");
      if (lost || !link.usable) this.#drop(link);
      throw error;
    }
  }

  async #connected(): Promise<Link> {
    if (this.#closed) throw new QueueError("closed");
    if (this.#link?.usable) return this.#link;
    const link = new Link(this.#open());
    this.#link = link;
    try {
      await link.ready(this.#deadlineMs);
      if (this.#script !== undefined) await link.call("SCRIPT", ["LOAD", this.#script], this.#deadlineMs);
      this.#clientId = await link.call("CLIENT", ["ID"], this.#deadlineMs).then(String, () => undefined);
    } catch (error) {
      this.#drop(link);
      throw error;
    }
    if (this.#closed) {
      this.#drop(link);
      throw new QueueError("closed");
    }
    return link;
  }

  #drop(link: Link): void {
    link.close();
    if (this.#link === link) this.#link = undefined;
  }

  async unblock(): Promise<void> {
    const link = this.#link;
    if (link === undefined) return;
    if (this.#clientId !== undefined) {
      const options = { key: this.#key, deadlineMs: 1000 };
      const done = await this.#client.call("CLIENT", ["UNBLOCK", this.#clientId], options).catch(() => null);
      if (done !== null) return;
    }
    // Whatever the call was about to bring stays in the store: it takes nothing away that a claim would not find.
    this.#drop(link);
  }

  close(): void {
    this.#closed = true;
    this.#link?.close();
  }
}
