// Waiting for results: told on a channel of this client, with a slow look at the record besides.

import { closingController } from "../closing.ts";
import { isQueueError, QueueError } from "../errors.ts";
import { timerMs } from "../numbers.ts";
import { decodeError } from "../record.ts";
import type { WaitForResultParams } from "../store.ts";
import type { TaskResult } from "../task.ts";
import type { Core } from "./core.ts";
import { sameAgain } from "./script-loader.ts";

/** Messages can get lost with a connection: the record is looked at after these times. */
const LOOK_AFTER_MS = [1000, 2000, 5000];
const PAUSE_MS = 50;
/** Results that came before somebody asked, and tasks whose end will be told without asking. */
const MAX_EXPECTED = 100_000;
/** Characters of such results: the oldest are dropped, and read from their records when somebody asks after all. */
const MAX_EARLY = 32_000_000;

type Waiter = (result: TaskResult) => void;

export class Results {
  readonly #core: Core;
  readonly channel: string;
  readonly #waiters = new Map<string, Set<Waiter>>();
  /** Null until the result is there. */
  readonly #expected = new Map<string, TaskResult | null>();
  #earlyCharacters = 0;
  readonly #closing = closingController();
  #listening: Promise<unknown> | undefined;
  /** Ends of tasks that name our channel cannot be missed any more. */
  listens = false;

  constructor(core: Core) {
    this.#core = core;
    this.channel = core.keys.reply(core.clientId);
  }

  /** Resolves once the ends of tasks that name our channel cannot be missed. */
  async listen(): Promise<void> {
    if (this.#listening === undefined) {
      const listening = this.#core.client.subscribe(this.channel, (message) => this.#receive(message));
      this.#listening = listening;
      listening.catch(() => this.#listening === listening && (this.#listening = undefined));
    }
    await this.#listening;
    this.listens = true;
  }

  /** The same for a submit, which waits for an absent server as long as any call does. */
  async listenInTime(): Promise<void> {
    const end = Date.now() + this.#core.deadlineMs;
    for (;;) {
      try {
        return await this.listen();
      } catch (error) {
        if (!isQueueError(error, "unavailable") || Date.now() + PAUSE_MS >= end) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  /** The tasks were submitted with our channel. */
  expect(ids: readonly string[]): void {
    for (const id of ids) if (!this.#expected.has(id)) this.#expected.set(id, null);
    for (const id of this.#expected.keys()) {
      if (this.#expected.size <= MAX_EXPECTED && this.#earlyCharacters <= MAX_EARLY) break;
      this.forget(id);
    }
  }

  /** What was heard about the task so far counts no more. */
  forget(id: string): TaskResult | null | undefined {
    const early = this.#expected.get(id);
    this.#expected.delete(id);
    if (early) this.#earlyCharacters -= sizeOf(early);
    return early;
  }

  #receive(message: string): void {
    const result = decodeMessage(message);
    if (result === null) {
      this.#readLarge(message.slice(0, message.indexOf("\n")));
      return;
    }
    const waiters = this.#waiters.get(result.id);
    if (waiters === undefined) {
      // The submit's own reply may still be under way: kept for a waitForResult to come.
      this.forget(result.id);
      this.#expected.set(result.id, result);
      this.#earlyCharacters += sizeOf(result);
      this.expect([]);
      return;
    }
    for (const waiter of [...waiters]) waiter(result);
  }

  /** The end was told without the result: it is read when somebody waits for it. */
  #readLarge(id: string): void {
    this.forget(id);
    if (!this.#waiters.has(id)) return;
    // When this fails, those who wait look for themselves.
    this.#read({ id, timeoutMs: 0 }, true).then(
      (result) => {
        for (const waiter of [...(this.#waiters.get(id) ?? [])]) if (result !== null) waiter(result);
      },
      () => undefined,
    );
  }

  waitForResult = async (params: WaitForResultParams): Promise<TaskResult> => {
    if (this.#core.closed) throw new QueueError("closed");
    if (params.signal?.aborted) throw new QueueError("timeout", "the wait was ended");
    const id = this.#core.taskId(params);
    const early = this.forget(id);
    if (early) return early;
    return await this.#wait({ ...params, id }, early === null);
  };

  #wait(params: WaitForResultParams, told: boolean): Promise<TaskResult> {
    const { id, timeoutMs, signal } = params;
    return new Promise((resolve, reject) => {
      let looking: NodeJS.Timeout | undefined;
      const finish = () => {
        clearTimeout(timer);
        clearTimeout(looking);
        signal?.removeEventListener("abort", onAbort);
        this.#closing.signal.removeEventListener("abort", onClose);
        this.#removeWaiter(id, waiter);
      };
      const fail = (error: unknown) => {
        finish();
        reject(error);
      };
      const waiter: Waiter = (result) => {
        finish();
        resolve(result);
      };
      const onAbort = () => fail(new QueueError("timeout", "the wait was ended"));
      const onClose = () => fail(new QueueError("closed"));
      const onTime = () => fail(new QueueError("timeout", `no result of task ${id} within ${timeoutMs} ms`));
      // Without any time the record is looked at once.
      const timer = timeoutMs > 0 ? setTimeout(onTime, timerMs(timeoutMs)) : undefined;
      const lookLater = (turn: number) => {
        if (timer === undefined) return onTime();
        const ms = LOOK_AFTER_MS[Math.min(turn, LOOK_AFTER_MS.length - 1)];
        looking = setTimeout(() => void look(turn + 1, true), ms);
      };
      const look = async (turn: number, existed: boolean) => {
        try {
          await this.listen();
          const result = await this.#read(params, existed);
          if (result !== null) waiter(result);
          else if (this.#waiters.get(id)?.has(waiter)) lookLater(turn);
        } catch (error) {
          const gone = error instanceof QueueError && !error.retryable;
          if (gone || timer === undefined) fail(error);
          else if (this.#waiters.get(id)?.has(waiter)) lookLater(turn);
        }
      };
      signal?.addEventListener("abort", onAbort);
      this.#closing.signal.addEventListener("abort", onClose);
      this.#addWaiter(id, waiter);
      if (told && timer !== undefined) lookLater(0);
      else void look(0, false);
    });
  }

  #addWaiter(id: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(id);
    if (waiters === undefined) this.#waiters.set(id, new Set([waiter]));
    else waiters.add(waiter);
  }

  #removeWaiter(id: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(id);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(id);
  }

  /** The result if it is there; asks to be told otherwise. */
  async #read(params: WaitForResultParams, existed: boolean): Promise<TaskResult | null> {
    const args = [params.id, this.channel];
    const reply = await this.#core.runForTask("await", params, args, { again: sameAgain });
    const [status, finishedAt, attempts, text] = reply as readonly string[];
    if (status === undefined) throw new QueueError(existed ? "removed" : "notFound", `task ${params.id}`);
    if (finishedAt === undefined) return null;
    return resultFrom(params.id, status, finishedAt, attempts, text);
  }

  /** The subscription ends with the client's connection: a server that stands still would not answer its goodbye. */
  close(): void {
    this.#closing.abort();
  }
}

function sizeOf({ output, error }: TaskResult): number {
  return 100 + (output?.length ?? 0) + (error?.message.length ?? 0);
}

/** Lines: id, status, finishedAt, attempts; all that follows is the output or the error. Null without them. */
function decodeMessage(message: string): TaskResult | null {
  const lines = message.split("\n", 4);
  const end = lines.join("\n").length;
  if (end === message.length) return null;
  const text = message.slice(end + 1);
  return resultFrom(lines[0], lines[1], lines[2], lines[3], text);
}

function resultFrom(
  id: string,
  status: string,
  finishedAt: string,
  attempts: string,
  text: string,
): TaskResult {
  return {
    id,
    status: status as TaskResult["status"],
    output: status === "completed" ? text : null,
    error: status === "failed" ? decodeError(text) : null,
    attempts: Number(attempts),
    finishedAt: Number(finishedAt),
  };
}
