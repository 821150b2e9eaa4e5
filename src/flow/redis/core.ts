// What all verbs of the Redis flow store share: the connection, names, time, and how scripts are called.

import type { Clock } from "../../queue/clock.ts";
import { QueueError } from "../../queue/errors.ts";
import type { RedisClient, Reply } from "../../queue/redis/connection/client.ts";
import { runLoaded, ScriptSet, sameAgain } from "../../queue/redis/script-loader.ts";
import type { FlowKeys } from "./keys.ts";
import { FRAGMENTS, SCRIPTS } from "./scripts.generated.ts";

export type FlowScriptName = keyof typeof SCRIPTS;

export const flowScripts = new ScriptSet<FlowScriptName>(SCRIPTS, FRAGMENTS);

export interface FlowCoreOptions {
  readonly client: RedisClient;
  readonly keys: FlowKeys;
  /** Null: the server's time. Tests hand in another. */
  readonly clock: Clock | null;
  readonly deadlineMs: number;
}

export class FlowCore {
  readonly client: RedisClient;
  readonly keys: FlowKeys;
  readonly deadlineMs: number;
  readonly #clock: Clock | null;
  closed = false;

  constructor({ client, keys, clock, deadlineMs }: FlowCoreOptions) {
    this.client = client;
    this.keys = keys;
    this.#clock = clock;
    this.deadlineMs = deadlineMs;
  }

  /** All scripts may be repeated with the same arguments: what was carried out before is not done again. */
  run(name: FlowScriptName, args: readonly string[]): Promise<Reply> {
    this.checkOpen();
    const { keys } = this;
    const now = this.#clock === null ? "0" : String(this.#clock.now());
    const all = [keys.prefix, keys.tag, now, keys.publicPrefix, ...args];
    const options = { deadlineMs: this.deadlineMs, again: sameAgain };
    return runLoaded(this.client, flowScripts.load(name), keys.of("flows"), all, options);
  }

  async time(): Promise<number> {
    this.checkOpen();
    if (this.#clock !== null) return this.#clock.now();
    const reply = await this.client.call("TIME", [], { key: this.keys.of("flows") });
    const [seconds, micros] = reply as readonly [string, string];
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  }

  /** Several reads together; the first failure is thrown. */
  async read(commands: readonly (readonly string[])[]): Promise<readonly Reply[]> {
    this.checkOpen();
    if (commands.length === 0) return [];
    const replies = await this.client.pipeline(commands);
    const failed = replies.find((reply) => reply instanceof Error);
    if (failed !== undefined) throw failed;
    return replies as readonly Reply[];
  }

  checkOpen(): void {
    if (this.closed) throw new QueueError("closed");
  }
}
