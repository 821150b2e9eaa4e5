// Writes that are confirmed by replicas or by the server's disk before they count.

import { QueueError } from "../errors.ts";
import type { Durability } from "../store.ts";
import type { BlockingConnection, CallOptions, Reply } from "./connection/client.ts";
import type { Core } from "./core.ts";
import { type RunOptions, runScript, type ScriptName } from "./script-loader.ts";

const MAX_CONNECTIONS = 16;

interface Shared {
  readonly connection: BlockingConnection;
  users: number;
}

/** WAIT speaks of the writes of its own connection, and blocks it: so these writes get connections of their own. */
export class DurableWriter {
  readonly #core: Core;
  readonly #connections = new Map<string, Shared>();

  constructor(core: Core) {
    this.#core = core;
  }

  async run(
    name: ScriptName,
    context: string,
    args: readonly string[],
    durability: Exclude<Durability, "memory">,
    again: RunOptions["again"],
  ): Promise<Reply> {
    const { keys, deadlineMs } = this.#core;
    const key = keys.of("queue", context);
    const shared = this.#shared(context, key);
    const { connection } = shared;
    const caller = {
      call: (command: string, list: readonly string[], options?: CallOptions) =>
        connection.call(command, list, options?.deadlineMs ?? deadlineMs),
    };
    const all = [keys.prefix, keys.tag(context), this.#core.now, ...args];
    shared.users++;
    try {
      const reply = await runScript(caller, name, key, all, { deadlineMs, again });
      await this.#confirm(connection, durability, deadlineMs);
      return reply;
    } finally {
      shared.users--;
    }
  }

  async #confirm(
    connection: BlockingConnection,
    durability: Exclude<Durability, "memory">,
    timeoutMs: number,
  ): Promise<void> {
    if (durability === "fsync") {
      const [local] = (await connection.call(
        "WAITAOF",
        ["1", "0", String(timeoutMs)],
        timeoutMs,
      )) as number[];
      if (local < 1) throw new QueueError("notDurable", `not on disk within ${timeoutMs} ms`);
      return;
    }
    const wanted = durability.replicas;
    const got = await connection.call("WAIT", [String(wanted), String(timeoutMs)], timeoutMs);
    if (Number(got) < wanted) {
      throw new QueueError("notDurable", `on ${got} of ${wanted} replicas within ${timeoutMs} ms`);
    }
  }

  #shared(context: string, key: string): Shared {
    let shared = this.#connections.get(context);
    if (shared === undefined) {
      this.#closeIdle();
      shared = { connection: this.#core.client.blocking(key), users: 0 };
      this.#connections.set(context, shared);
    }
    return shared;
  }

  /** Makes room for another connection. */
  #closeIdle(): void {
    for (const [context, { connection, users }] of this.#connections) {
      if (this.#connections.size < MAX_CONNECTIONS) break;
      if (users > 0) continue;
      connection.close();
      this.#connections.delete(context);
    }
  }

  close(): void {
    for (const { connection } of this.#connections.values()) connection.close();
  }
}
