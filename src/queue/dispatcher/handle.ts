// A task that was submitted, in the hands of its caller.

import type { SchemaOutput, StandardSchema } from "../../runtime/schema.ts";
import { validate } from "../../runtime/schema.ts";
import { isQueueError, QueueError } from "../errors.ts";
import { explainLine } from "../explain.ts";
import type { CancelOutcome, Enqueued, LogLine, LogPage, TaskRef, TaskStore } from "../store.ts";
import type { Task } from "../task.ts";
import { type Duration, milliseconds } from "./duration.ts";
import { valueOf } from "./failure.ts";
import { logStream, type StreamOptions } from "./streams.ts";

export interface ResultOptions {
  /** How long to wait; 30 s when missing. The task goes on. */
  readonly timeout?: Duration;
  /** Ends the wait, with the code `timeout`. */
  readonly signal?: AbortSignal;
}

const DEFAULT_WAIT_MS = 30_000;

export class TaskHandle {
  readonly id: string;
  readonly context: string;
  /** `existing`: a task with this id, or this idempotency key, was there before. `queueFull`: refused. */
  readonly outcome: Enqueued["outcome"];
  readonly #store: TaskStore;

  constructor(store: TaskStore, context: string, { id, outcome }: Enqueued) {
    this.#store = store;
    this.context = context;
    this.id = id;
    this.outcome = outcome;
  }

  get #ref(): TaskRef {
    return { id: this.id, context: this.context };
  }

  /**
   * Waits for the task's end. INT results are numbers (bigints beyond the safe range), unit is null.
   *
   * @throws TaskFailedError with kind, message, position and attempts; TaskCancelledError; QueueError `timeout` that says
   *   what the task waits for, `removed` when it was removed meanwhile, `queueFull` for one that was refused.
   */
  async result(options: ResultOptions = {}): Promise<unknown> {
    if (this.outcome === "queueFull") throw new QueueError("queueFull", `task ${this.id} was not accepted`);
    const timeoutMs = milliseconds("timeout", options.timeout ?? DEFAULT_WAIT_MS);
    const { signal } = options;
    try {
      return valueOf(await this.#store.waitForResult({ ...this.#ref, timeoutMs, signal }));
    } catch (error) {
      throw isQueueError(error, "timeout") ? await this.#explained(error) : error;
    }
  }

  /** `result`, checked by any Standard Schema validator (zod, valibot ...). Throws also SchemaError. */
  async resultAs<S extends StandardSchema>(schema: S, options: ResultOptions = {}): Promise<SchemaOutput<S>> {
    return await validate(schema, await this.result(options));
  }

  /** A wait that ran out says why, if that can be found out. */
  async #explained(error: QueueError): Promise<QueueError> {
    const why = await this.explain().catch(() => null);
    if (why === null) return error;
    return new QueueError("timeout", `no result of task ${this.id}. ${why}`, { cause: error });
  }

  /** The record. Throws `notFound`. */
  async read(): Promise<Task> {
    const task = await this.#store.get(this.#ref);
    if (task === null) throw new QueueError("notFound", `task ${this.id}`);
    return task;
  }

  /** Why it is not running and when it should, in one line; null when it is not there. */
  async explain(): Promise<string | null> {
    const facts = await this.#store.explain(this.#ref);
    return facts === null ? null : explainLine(facts);
  }

  async cancel(reason?: string): Promise<CancelOutcome> {
    return await this.#store.cancel({ ...this.#ref, ...(reason !== undefined && { reason }) });
  }

  /** What its script printed. */
  async logs(options: { readonly after?: number; readonly limit?: number } = {}): Promise<LogPage> {
    return await this.#store.logs({ ...this.#ref, ...options });
  }

  /** The same while it is printed, until the task has ended. */
  followLogs(options: StreamOptions = {}): AsyncIterable<LogLine> {
    return logStream(this.#store, this.#ref, options);
  }

  toString(): string {
    return this.id;
  }
}
