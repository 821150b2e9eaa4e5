// PlayRequest: a task to submit, put together in words.

import type { Durability } from "../store.ts";
import type { Backoff, TaskLimits } from "../task.ts";
import type { Duration } from "./duration.ts";
import type { TaskHandle } from "./handle.ts";
import type { TaskRequest } from "./request.ts";
import type { TaskArgs } from "./values.ts";

/** What a request needs of its dispatcher. */
export interface Submitting {
  submit(request: TaskRequest): Promise<TaskHandle>;
  run(
    request: TaskRequest,
    options: { readonly wait?: Duration; readonly signal?: AbortSignal },
  ): Promise<unknown>;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Made by `dispatcher.newPlayRequest()`. Spans of time are milliseconds, or text such as `"30s"`.
 *
 * @example
 * const answer = await dispatcher.newPlayRequest().script("a + b").args({ a: 40, b: 2 }).timeout("5s").awaitResponse(); // 42
 */
export class PlayRequest {
  readonly #dispatcher: Submitting;
  readonly #request: Writable<TaskRequest> = {};
  #wait: Duration | undefined;
  #signal: AbortSignal | undefined;

  constructor(dispatcher: Submitting) {
    this.#dispatcher = dispatcher;
  }

  #set<K extends keyof TaskRequest>(name: K, value: TaskRequest[K]): this {
    this.#request[name] = value;
    return this;
  }

  /** Source text of the script. */
  script(text: string): this {
    return this.#set("script", text);
  }
  /** Path of the script below the scripts folder of the workers, in place of its text. */
  scriptPath(path: string): this {
    return this.#set("scriptPath", path);
  }
  /** Variables of the script. */
  args(args: TaskArgs): this {
    return this.#set("args", args);
  }
  /** In place of the dispatcher's context. */
  contextId(context: string): this {
    return this.#set("context", context);
  }
  /** In place of the dispatcher's caller. */
  callerId(callerId: string): this {
    return this.#set("callerId", callerId);
  }
  /** The task's id; one is made when this is not called. */
  requestId(id: string): this {
    return this.#set("id", id);
  }
  /** Wall clock of one run. `awaitResponse` also waits about so long, unless `waitTimeout` says otherwise. */
  timeout(timeout: Duration): this {
    return this.#set("timeout", timeout);
  }
  /** How long `awaitResponse` waits; 30 s, or a little more than `timeout`, when missing. */
  waitTimeout(wait: Duration): this {
    this.#wait = wait;
    return this;
  }
  /** Ends the waiting of `awaitResponse`. */
  signal(signal: AbortSignal): this {
    this.#signal = signal;
    return this;
  }
  delay(delay: Duration): this {
    return this.#set("delay", delay);
  }
  runAt(moment: number | Date): this {
    return this.#set("runAt", moment);
  }
  /** 0 to 1000, higher runs earlier. */
  priority(priority: number): this {
    return this.#set("priority", priority);
  }
  /** Runs after a failed one. */
  retries(retries: number): this {
    return this.#set("retries", retries);
  }
  /** Wait before a retry: a span that doubles with each, or a rule. */
  backoff(backoff: Duration | Backoff): this {
    return this.#set("backoff", backoff);
  }
  /** While a task with this key is unfinished, submitting again returns that one. */
  idempotencyKey(key: string): this {
    return this.#set("idempotencyKey", key);
  }
  fairKey(key: string): this {
    return this.#set("fairKey", key);
  }
  /** How long result and record are kept. */
  resultTtl(ttl: Duration): this {
    return this.#set("resultTtl", ttl);
  }
  limits(limits: TaskLimits): this {
    return this.#set("limits", limits);
  }
  /** Kept with the task. */
  meta(meta: unknown): this {
    return this.#set("meta", meta);
  }
  trace(traceparent: string): this {
    return this.#set("trace", traceparent);
  }
  /** How safe the task must be before `submit` resolves. */
  durability(durability: Durability): this {
    return this.#set("durability", durability);
  }

  /** The same as plain data, for `dispatcher.submit` and `submitMany`. */
  build(): TaskRequest {
    return { ...this.#request };
  }

  /** Hands the task to the queue. See `RhaiDispatcher.submit` for errors. */
  submit(): Promise<TaskHandle> {
    return this.#dispatcher.submit(this.build());
  }

  /** Hands the task to the queue and waits for its result. See `RhaiDispatcher.run` for errors. */
  awaitResponse(): Promise<unknown> {
    const wait = this.#wait === undefined ? {} : { wait: this.#wait };
    const signal = this.#signal === undefined ? {} : { signal: this.#signal };
    return this.#dispatcher.run(this.build(), { ...wait, ...signal });
  }
}
