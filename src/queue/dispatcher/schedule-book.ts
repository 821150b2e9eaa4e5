// Schedules of a dispatcher: tasks that are submitted again and again, by whichever worker is there.

import { QueueError } from "../errors.ts";
import type { Schedule, ScheduleSpec } from "../schedule.ts";
import type { TaskStore } from "../store.ts";
import { type Duration, milliseconds } from "./duration.ts";
import { commonSpec, type RequestDefaults, signed, type TaskRequest } from "./request.ts";

/** A schedule: when, and what. */
export interface ScheduleRequest
  extends Omit<TaskRequest, "id" | "delay" | "runAt" | "idempotencyKey" | "notify" | "durability"> {
  /** Unique in the context; putting it again replaces it. */
  readonly name: string;
  /** Five fields, or six with seconds in front; this or `every`. */
  readonly cron?: string;
  /** Of `cron`; UTC when missing. */
  readonly timeZone?: string;
  readonly every?: Duration;
  readonly startAt?: number | Date;
  readonly endAt?: number | Date;
  /** See `ScheduleSpec`. */
  readonly dst?: ScheduleSpec["dst"];
  readonly catchUp?: ScheduleSpec["catchUp"];
  readonly whenUnfinished?: ScheduleSpec["whenUnfinished"];
  readonly paused?: boolean;
}

export class ScheduleBook {
  readonly #store: TaskStore;
  readonly #defaults: RequestDefaults;

  constructor(store: TaskStore, defaults: RequestDefaults) {
    this.#store = store;
    this.#defaults = defaults;
  }

  /**
   * Creates a schedule or replaces the one of its name. Throws `invalid`.
   *
   * @example
   * await dispatcher.schedules.put({ name: "nightly", cron: "0 3 * * *", timeZone: "Europe/Berlin", script: "clean_up()" });
   */
  async put(request: ScheduleRequest): Promise<Schedule> {
    const { name, cron, timeZone, every, startAt, endAt, dst, catchUp, whenUnfinished, paused } = request;
    const context = this.#context(request.context);
    const task = commonSpec(request, this.#defaults);
    const id = `schedule:${context}:${name}`;
    const schedule: ScheduleSpec = {
      context,
      name,
      ...(cron !== undefined && { cron }),
      ...(timeZone !== undefined && { timeZone }),
      ...(every !== undefined && { everyMs: milliseconds("every", every) }),
      ...(startAt !== undefined && { startAt: Number(startAt) }),
      ...(endAt !== undefined && { endAt: Number(endAt) }),
      ...(dst !== undefined && { dst }),
      ...(catchUp !== undefined && { catchUp }),
      ...(whenUnfinished !== undefined && { whenUnfinished }),
      ...(paused !== undefined && { paused }),
      task: { ...task, ...signed({ ...task, id, context, schedule: name }, this.#defaults.signer) },
    };
    return await this.#store.putSchedule({ schedule });
  }

  /** False when there was none. */
  async remove(name: string, context?: string): Promise<boolean> {
    return await this.#store.removeSchedule({ context: this.#context(context), name });
  }

  async list(context?: string): Promise<readonly Schedule[]> {
    return await this.#store.schedules({ context: this.#context(context) });
  }

  #context(context = this.#defaults.context): string {
    if (context === undefined)
      throw new QueueError("invalid", "a context is needed, of the dispatcher or of the schedule");
    return context;
  }
}
