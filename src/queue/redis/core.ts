// What all verbs of the Redis store share: the connection, names, time, deadlines, and how scripts are called.

import type { Clock } from "../clock.ts";
import { QueueError } from "../errors.ts";
import { checkContext, checkTaskId } from "../names.ts";
import type { TaskRef } from "../store.ts";
import type { TextLimits } from "../task-limits.ts";
import type { CallOptions, RedisClient, Reply } from "./connection/client.ts";
import type { Keys } from "./keys.ts";
import { type RunOptions, runScript, type ScriptName } from "./script-loader.ts";

export interface CoreOptions {
  readonly client: RedisClient;
  readonly keys: Keys;
  /** Null: the server's time. Tests hand in another. */
  readonly clock: Clock | null;
  readonly deadlineMs: number;
  readonly textLimits: TextLimits;
  /** Unique among all clients: names the channel for results. */
  readonly clientId: string;
}

export class Core {
  readonly client: RedisClient;
  readonly keys: Keys;
  readonly deadlineMs: number;
  readonly textLimits: TextLimits;
  readonly clientId: string;
  readonly #clock: Clock | null;
  readonly #knownContexts = new Set<string>();
  closed = false;

  constructor(options: CoreOptions) {
    this.client = options.client;
    this.keys = options.keys;
    this.#clock = options.clock;
    this.deadlineMs = options.deadlineMs;
    this.textLimits = options.textLimits;
    this.clientId = options.clientId;
  }

  /** The third argument of every script. */
  get now(): string {
    return this.#clock === null ? "0" : String(this.#clock.now());
  }

  /** The time that scripts use, asked of the server when it is the server's. */
  async time(): Promise<number> {
    if (this.#clock !== null) return this.#clock.now();
    const [seconds, micros] = (await this.command("TIME")) as readonly [string, string];
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  }

  /** Runs a script about a context. */
  run(
    name: ScriptName,
    context: string,
    args: readonly string[],
    options?: Partial<RunOptions>,
  ): Promise<Reply> {
    this.#open();
    const { keys } = this;
    const all = [keys.prefix, keys.tag(context), this.now, ...args];
    return runScript(this.client, name, keys.of("queue", context), all, {
      deadlineMs: options?.deadlineMs ?? this.deadlineMs,
      again: options?.again,
    });
  }

  /** Runs a script about a task of which perhaps only the id is known; the id is its first argument. */
  runForTask(
    name: ScriptName,
    ref: TaskRef,
    args: readonly string[],
    options?: Partial<RunOptions>,
  ): Promise<Reply> {
    this.#open();
    const id = this.taskId(ref);
    const { keys } = this;
    const all = [keys.prefix, keys.tagOf(id, ref.context), this.now, ...args];
    return runScript(this.client, name, keys.task(id), all, {
      deadlineMs: options?.deadlineMs ?? this.deadlineMs,
      again: options?.again,
    });
  }

  /** The id as key names hold it. Throws for one that cannot be. */
  taskId(ref: TaskRef): string {
    if (ref.context !== undefined) checkContext(ref.context);
    return this.keys.id(checkTaskId(ref.id), ref.context);
  }

  command(command: string, args: readonly string[] = [], options?: CallOptions): Promise<Reply> {
    this.#open();
    return this.client.call(command, args, options);
  }

  /** Several reads together; the first failure is thrown. */
  async read(...commands: (readonly string[])[]): Promise<readonly Reply[]> {
    this.#open();
    const replies = await this.client.pipeline(commands);
    const failed = replies.find((reply) => reply instanceof Error);
    if (failed !== undefined) throw failed;
    return replies as readonly Reply[];
  }

  /** Lists the context for `contexts()`; not worth waiting for. */
  noteContext(context: string): void {
    if (this.#knownContexts.has(context)) return;
    this.#knownContexts.add(context);
    this.client.call("SADD", [this.keys.contexts, context]).catch(() => this.#knownContexts.delete(context));
  }

  #open(): void {
    if (this.closed) throw new QueueError("closed");
  }
}
