// One connection for all subscriptions: opened with the first, watched for silence, opened again when lost.

import type { Redis } from "ioredis";
import { QueueError } from "../../errors.ts";
import type { Unsubscribe } from "./client.ts";
import { toQueueError } from "./errors.ts";
import { Link } from "./link.ts";

type Listener = (message: string) => void;

const PING_MS = 10_000;
const RETRY_MS = 250;

export class Subscriber {
  readonly #open: () => Redis;
  readonly #deadlineMs: number;
  readonly #channels = new Map<string, Set<Listener>>();
  #opening: Promise<Link> | undefined;
  /** The newest, which may not be ready yet. */
  #newest: Link | undefined;
  #pinging: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(open: () => Redis, deadlineMs: number) {
    this.#open = open;
    this.#deadlineMs = deadlineMs;
  }

  async subscribe(channel: string, listener: Listener): Promise<Unsubscribe> {
    const known = this.#channels.get(channel);
    if (known !== undefined) known.add(listener);
    else this.#channels.set(channel, new Set([listener]));
    try {
      const link = await this.#link();
      await this.#within(link, link.redis.subscribe(channel));
    } catch (error) {
      this.#remove(channel, listener);
      const typed = toQueueError(error);
      // Whether the server heard of it does not matter: nothing was written.
      throw typed.code === "unknownOutcome" ? new QueueError("unavailable") : typed;
    }
    return async () => {
      if (!this.#remove(channel, listener)) return;
      const link = await this.#opening?.catch(() => undefined);
      // Somebody may listen to it again by now.
      if (link?.usable && !this.#channels.has(channel))
        await this.#within(link, link.redis.unsubscribe(channel)).catch(() => undefined);
    };
  }

  /** True when it was the channel's last. */
  #remove(channel: string, listener: Listener): boolean {
    const listeners = this.#channels.get(channel);
    listeners?.delete(listener);
    return listeners?.size === 0 && this.#channels.delete(channel);
  }

  #link(): Promise<Link> {
    if (this.#closed) return Promise.reject(new QueueError("closed"));
    if (this.#opening === undefined) {
      const opening = this.#connect();
      this.#opening = opening;
      opening.catch(() => this.#opening === opening && (this.#opening = undefined));
    }
    return this.#opening;
  }

  async #connect(): Promise<Link> {
    const link = new Link(this.#open());
    this.#newest = link;
    try {
      await link.ready(this.#deadlineMs);
      link.redis.on("message", (channel: string, message: string) => {
        for (const listener of [...(this.#channels.get(channel) ?? [])]) listener(message);
      });
      const channels = [...this.#channels.keys()];
      if (channels.length > 0) await this.#within(link, link.redis.subscribe(...channels));
    } catch (error) {
      link.close();
      throw error;
    }
    link.redis.once("end", () => this.#lost(link));
    if (this.#closed) link.close();
    this.#watch(link);
    return link;
  }

  /** A subscription that went deaf looks like a quiet one: only an answered ping tells them apart. */
  #watch(link: Link): void {
    clearInterval(this.#pinging);
    this.#pinging = setInterval(() => {
      this.#within(link, link.redis.ping()).catch(() => link.close());
    }, PING_MS);
    this.#pinging.unref();
  }

  #lost(link: Link): void {
    clearInterval(this.#pinging);
    link.close();
    this.#opening = undefined;
    if (this.#closed || this.#channels.size === 0) return;
    setTimeout(() => {
      if (!this.#closed) this.#link().catch(() => this.#lost(link));
    }, RETRY_MS).unref();
  }

  #within<T>(link: Link, reply: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new QueueError("unavailable"));
        link.close();
      }, this.#deadlineMs);
      reply.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#pinging);
    this.#newest?.close();
  }
}
