// RhaiDispatcher: submits scripts to contexts, waits for their results, and looks after what was submitted.

import type { KeyObject } from "node:crypto";
import { isQueueError, QueueError } from "../errors.ts";
import { explainLine } from "../explain.ts";
import { type OpenStoreOptions, openStore } from "../open-store.ts";
import { TaskSigner } from "../signature.ts";
import type {
  CancelOutcome,
  LogLine,
  LogPage,
  Moved,
  QueueEvent,
  RerunParams,
  TaskPage,
  TaskStore,
} from "../store.ts";
import type { Task } from "../task.ts";
import { type Duration, milliseconds } from "./duration.ts";
import { type ResultOptions, TaskHandle } from "./handle.ts";
import { PlayRequest } from "./play-request.ts";
import { type RequestDefaults, specOf, type TaskRequest } from "./request.ts";
import { ScheduleBook } from "./schedule-book.ts";
import { type EventStreamOptions, eventStream, logStream, type StreamOptions } from "./streams.ts";

export interface DispatcherOptions {
  /** Where the queue is: `redis://...`, `rediss://...`, `redis+cluster://...`, `memory://name`; or `store`. */
  readonly url?: string;
  /** An open store; `close` then leaves it open. */
  readonly store?: TaskStore;
  /** For `url`. */
  readonly storeOptions?: OpenStoreOptions;
  /** Context of requests that name none. */
  readonly context?: string;
  /** Who submits: callers are served in turns. */
  readonly callerId?: string;
  /** Ed25519 private key (PEM or KeyObject): every task is signed, for workers that run signed tasks only. */
  readonly signingKey?: string | KeyObject;
}

/** Options of methods about a context in place of the dispatcher's. */
export interface InContext {
  readonly context?: string;
}

/** A run may end at its deadline, and its result still has to arrive. */
const ANSWER_MS = 2000;
/** Repeats of a submit whose outcome is not known: the id is the same, so that nothing doubles. */
const SUBMIT_AGAIN = 2;

/**
 * A caller's side of the queue.
 *
 * @example
 * const dispatcher = new RhaiDispatcher({ url: "redis://127.0.0.1:6379", context: "reports", callerId: "web" });
 * const task = await dispatcher.submit({ script: "a + b", args: { a: 40, b: 2 } });
 * await task.result(); // 42
 */
export class RhaiDispatcher {
  /** For what has no method here; see `TaskStore`. */
  readonly store: TaskStore;
  /** Schedules: tasks that are submitted again and again. */
  readonly schedules: ScheduleBook;
  readonly #ownsStore: boolean;
  readonly #defaults: RequestDefaults;

  /** Connects with the first call. Throws `invalid`. */
  constructor(options: DispatcherOptions) {
    const { url, store, storeOptions, context, callerId, signingKey } = options;
    if (url === undefined && store === undefined)
      throw new QueueError("invalid", "a dispatcher needs the option url or store");
    const signer = signingKey === undefined ? null : new TaskSigner(signingKey);
    this.store = store ?? openStore(url!, storeOptions);
    this.#ownsStore = store === undefined;
    this.#defaults = {
      signer,
      ...(context !== undefined && { context }),
      ...(callerId !== undefined && { callerId }),
    };
    this.schedules = new ScheduleBook(this.store, this.#defaults);
  }

  /** A request to put together: `.script(...).args({...}).submit()` or `.awaitResponse()`. */
  newPlayRequest(): PlayRequest {
    return new PlayRequest(this);
  }

  // --- submitting -----------------------------------------------------------------------------------------------------

  /**
   * Hands a task to the queue. When this resolves, the task is in the store and reaches an end.
   *
   * @throws QueueError `invalid`; `queueFull` and `outOfMemory` (submit later); `unavailable` (nothing was written);
   *   `unknownOutcome` (it may have been; the same request with the same id can be repeated); `notDurable`.
   */
  async submit(request: TaskRequest): Promise<TaskHandle> {
    const { notify, durability } = request;
    const task = specOf(request, this.#defaults);
    for (let attempt = 0; ; attempt++) {
      try {
        const enqueued = await this.store.enqueue({ task, notify, durability });
        // That it exists already is our own doing.
        const isOurs = attempt > 0 && enqueued.id === task.id;
        return new TaskHandle(
          this.store,
          task.context,
          isOurs ? { id: task.id, outcome: "created" } : enqueued,
        );
      } catch (error) {
        if (!isQueueError(error, "unknownOutcome") || attempt >= SUBMIT_AGAIN) throw error;
      }
    }
  }

  /**
   * Hands any number of tasks to the queue, in few exchanges. Each handle tells whether its task was created, existed, or
   * was refused because the queue is full. Errors as of `submit`; then none, some or all may have been written, and the
   * same requests with ids of their own can be repeated.
   */
  async submitMany(
    requests: readonly TaskRequest[],
    options: Pick<TaskRequest, "durability" | "notify"> = {},
  ): Promise<readonly TaskHandle[]> {
    const tasks = requests.map((request) => specOf(request, this.#defaults));
    const enqueued = await this.store.enqueueMany({ tasks, ...options });
    return tasks.map(({ context }, i) => new TaskHandle(this.store, context, enqueued[i]));
  }

  /**
   * Submits and waits for the result.
   *
   * @throws what `submit` and `TaskHandle.result` throw.
   */
  async run(
    request: TaskRequest,
    { wait, signal }: { readonly wait?: Duration; readonly signal?: AbortSignal } = {},
  ): Promise<unknown> {
    const { timeout } = request;
    const enough = timeout === undefined ? undefined : milliseconds("timeout", timeout) + ANSWER_MS;
    const handle = await this.submit({ ...request, notify: true });
    return await handle.result({ timeout: wait ?? enough, signal });
  }

  // --- one task -------------------------------------------------------------------------------------------------------

  /** A task by its id, whoever submitted it. */
  task(id: string, { context }: InContext = {}): TaskHandle {
    return new TaskHandle(this.store, this.#context(context), { id, outcome: "existing" });
  }

  /** The result of a task; see `TaskHandle.result`. */
  async result(id: string, options: ResultOptions & InContext = {}): Promise<unknown> {
    return await this.task(id, options).result(options);
  }

  /** The record of a task, or null. */
  async get(id: string): Promise<Task | null> {
    return await this.store.get(this.#ref(id));
  }

  /** Ends a waiting task, or has the script of a running one ended, on whatever worker. */
  async cancel(id: string, reason?: string): Promise<CancelOutcome> {
    return await this.store.cancel({ ...this.#ref(id), ...(reason !== undefined && { reason }) });
  }

  /** Makes a finished task wait again, with fresh attempts. Throws `wrongState`, `notFound`. */
  async rerun(id: string, options: Pick<RerunParams, "delayMs"> = {}): Promise<void> {
    await this.store.rerun({ ...this.#ref(id), ...options });
  }

  /** Removes the record of a finished task. Throws `wrongState`, `notFound`. */
  async remove(id: string): Promise<void> {
    await this.store.remove(this.#ref(id));
  }

  /** Why a task is not running, and when it should, in one line. Throws `notFound`. */
  async explain(id: string): Promise<string> {
    const facts = await this.store.explain(this.#ref(id));
    if (facts === null) throw new QueueError("notFound", `task ${id}`);
    return explainLine(facts);
  }

  async logs(
    id: string,
    options: { readonly after?: number; readonly limit?: number } = {},
  ): Promise<LogPage> {
    return await this.store.logs({ ...this.#ref(id), ...options });
  }

  /** What a task prints, until it has ended. */
  followLogs(id: string, options: StreamOptions = {}): AsyncIterable<LogLine> {
    return logStream(this.store, this.#ref(id), options);
  }

  // --- the context ----------------------------------------------------------------------------------------------------

  /** What happens in the context: submitted, started, progress, completed, failed, stalled ... */
  events({ context, ...options }: EventStreamOptions & InContext = {}): AsyncIterable<QueueEvent> {
    return eventStream(this.store, this.#context(context), options);
  }

  /** Failed tasks, oldest first, page by page. */
  async deadLetters(
    options: InContext & { readonly cursor?: string; readonly limit?: number } = {},
  ): Promise<TaskPage> {
    return await this.store.list({ ...options, context: this.#context(options.context), state: "dead" });
  }

  /** Runs failed tasks again: those named, else the oldest `limit`. */
  async retryDead(
    options: InContext & { readonly ids?: readonly string[]; readonly limit?: number } = {},
  ): Promise<Moved> {
    return await this.store.retryDead({ ...options, context: this.#context(options.context) });
  }

  /** Removes failed tasks: those named, else the oldest `limit`. */
  async dropDead(
    options: InContext & { readonly ids?: readonly string[]; readonly limit?: number } = {},
  ): Promise<Moved> {
    return await this.store.dropDead({ ...options, context: this.#context(options.context) });
  }

  /** Disconnects, unless the store was handed in. */
  async close(): Promise<void> {
    if (this.#ownsStore) await this.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #context(context = this.#defaults.context): string {
    if (context === undefined)
      throw new QueueError("invalid", "a context is needed, of the dispatcher or of the call");
    return context;
  }

  #ref(id: string) {
    const { context } = this.#defaults;
    return { id, ...(context !== undefined && { context }) };
  }
}
