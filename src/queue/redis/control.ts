// Verbs of whoever looks after a context: cancel, rerun, remove, dead letters, settings, drain, sweep.

import { QueueError } from "../errors.ts";
import { checkContext } from "../names.ts";
import { checkNumber, LONGEST_DELAY_MS, stepSize } from "../numbers.ts";
import { type ContextSettings, checkSettings } from "../settings.ts";
import type {
  CancelOutcome,
  ConfigureParams,
  ContextRef,
  DeadParams,
  DrainParams,
  Moved,
  RerunParams,
  SweepParams,
  Swept,
  TaskRef,
} from "../store.ts";
import type { Core } from "./core.ts";
import { sameAgain } from "./script-loader.ts";
import { readSettings, settingsArguments } from "./settings.ts";

/** Items of one script call. */
const MAX_STEP = 200;
const MAX_REASON = 500;

export class Control {
  readonly #core: Core;
  /** Hears of tasks whose last result is not theirs any more. */
  readonly #onUndone: (id: string) => void;

  constructor(core: Core, onUndone: (id: string) => void) {
    this.#core = core;
    this.#onUndone = onUndone;
  }

  cancel = async (params: TaskRef & { readonly reason?: string }): Promise<CancelOutcome> => {
    const args = [this.#core.taskId(params), (params.reason ?? "").slice(0, MAX_REASON)];
    const outcome = await this.#core.runForTask("cancel", params, args, { again: sameAgain });
    if (outcome === "wrongType") throw new QueueError("wrongType", this.#core.keys.task(params.id));
    return outcome as CancelOutcome;
  };

  rerun = async (params: RerunParams): Promise<void> => {
    checkNumber("delayMs", params.delayMs, 0, LONGEST_DELAY_MS);
    const id = this.#core.taskId(params);
    const args = [String(params.delayMs ?? 0), "0", id];
    const [done] = (await this.#core.runForTask("rerun", params, args)) as readonly number[];
    this.#onUndone(id);
    if (done === 1) return;
    const exists = await this.#core.command("EXISTS", [this.#core.keys.task(id)]);
    throw new QueueError(exists === 1 ? "wrongState" : "notFound", `task ${id}`);
  };

  remove = async (params: TaskRef): Promise<void> => {
    const id = this.#core.taskId(params);
    const reply = await this.#core.runForTask("remove", params, ["0", id], { again: sameAgain });
    this.#onUndone(id);
    const [done] = reply as readonly number[];
    if (done !== 1) throw new QueueError(done === 0 ? "wrongState" : "notFound", `task ${id}`);
  };

  retryDead = (params: DeadParams): Promise<Moved> => {
    return this.#eachDead(params, (context, ids) => this.#core.run("rerun", context, ["0", "1", ...ids]));
  };

  dropDead = (params: DeadParams): Promise<Moved> => {
    return this.#eachDead(params, (context, ids) =>
      this.#core.run("remove", context, ["1", ...ids], { again: sameAgain }),
    );
  };

  /** The script looks once more at each: others may have done the same meanwhile. */
  async #eachDead(
    { context, ids, limit }: DeadParams,
    step: (context: string, ids: readonly string[]) => Promise<unknown>,
  ): Promise<Moved> {
    const key = this.#core.keys.of("dead", checkContext(context));
    const moved = async (some: readonly string[]) => {
      if (some.length === 0) return 0;
      const done = (await step(context, some)) as readonly number[];
      some.forEach(this.#onUndone);
      return done.filter((one) => one === 1).length;
    };
    if (ids !== undefined) {
      let count = 0;
      for (let from = 0; from < ids.length; from += MAX_STEP) {
        count += await moved(
          ids.slice(from, from + MAX_STEP).map((id) => this.#core.taskId({ id, context })),
        );
      }
      return { count, more: false };
    }
    const last = stepSize(limit, MAX_STEP) - 1;
    const oldest = (await this.#core.command("ZRANGE", [key, "0", String(last)])) as readonly string[];
    const count = await moved(oldest);
    const left = Number(await this.#core.command("ZCARD", [key]));
    return { count, more: left > 0 };
  }

  settings = ({ context }: ContextRef): Promise<ContextSettings> => {
    return readSettings(this.#core, checkContext(context));
  };

  configure = async ({ context, settings }: ConfigureParams): Promise<ContextSettings> => {
    checkContext(context);
    checkSettings(settings);
    await this.#core.run("configure", context, settingsArguments(settings), { again: sameAgain });
    this.#core.noteContext(context);
    return await readSettings(this.#core, context);
  };

  pause = async ({ context }: ContextRef): Promise<void> => {
    await this.configure({ context, settings: { paused: true } });
  };

  resume = async ({ context }: ContextRef): Promise<void> => {
    await this.configure({ context, settings: { paused: false } });
  };

  drain = async ({ context, scheduled, limit }: DrainParams): Promise<Moved> => {
    const number = stepSize(limit, MAX_STEP);
    const args = [String(number), scheduled === true ? "1" : "0"];
    const [count, more] = (await this.#core.run("drain", checkContext(context), args)) as readonly number[];
    return { count, more: more === 1 };
  };

  sweep = async ({ context, limit }: SweepParams): Promise<Swept> => {
    const number = stepSize(limit, MAX_STEP);
    const reply = await this.#core.run("sweep", checkContext(context), [String(number)], {
      again: sameAgain,
    });
    const [promoted, recovered, removed, more, waitMs] = reply as readonly number[];
    return { promoted, recovered, removed, more: more === 1, waitMs: waitMs < 0 ? null : waitMs };
  };
}
