// Waiting for what is added to streams, each reader on a connection of its own.

import type { BlockingConnection, RedisClient } from "./client.ts";

/** A place in a stream, and the fields that stand there. */
export type StreamEntry = readonly [cursor: string, fields: readonly string[]];

/** Longest wait at one go: a deaf connection looks like a quiet one, until its answer is overdue. */
const LONGEST_WAIT_MS = 30_000;

export interface StreamWait {
  readonly key: string;
  /** Entries behind this place. */
  readonly after: string;
  readonly limit: string;
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

export class StreamReader {
  readonly #client: RedisClient;
  readonly #connections = new Set<BlockingConnection>();
  #closed = false;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** Resolves with the entries as soon as there are any; with none when the time is over, `signal` aborts, or all is closed. */
  async wait({ key, after, limit, waitMs, signal }: StreamWait): Promise<readonly StreamEntry[]> {
    if (signal?.aborted || this.#closed) return [];
    const connection = this.#client.blocking(key);
    this.#connections.add(connection);
    const interrupt = () => void connection.unblock();
    signal?.addEventListener("abort", interrupt);
    try {
      const ms = Math.round(Math.max(1, Math.min(waitMs, LONGEST_WAIT_MS)));
      const args = ["COUNT", limit, "BLOCK", String(ms), "STREAMS", key, after];
      const reply = (await connection.call("XREAD", args, ms)) as
        | readonly (readonly [string, readonly StreamEntry[]])[]
        | null;
      return reply === null ? [] : reply[0][1];
    } catch (error) {
      // Nobody waits any more who could be told.
      if (signal?.aborted || this.#closed) return [];
      throw error;
    } finally {
      signal?.removeEventListener("abort", interrupt);
      this.#connections.delete(connection);
      connection.close();
    }
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#connections) connection.close();
  }
}
