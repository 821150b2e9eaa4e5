// Schedules of a dispatcher: tasks that are submitted again and again, by whichever worker is there.

import { QueueError } from "../errors.ts";
import { nextSlot, type Schedule, type ScheduleSpec } from "../schedule.ts";
import type { TaskSigner } from "../signature.ts";
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

/** A copy whose task is signed; one signature serves all firings. Throws `invalid` when the task names no caller. */
export function signedSchedule(schedule: ScheduleSpec, signer: TaskSigner | null): ScheduleSpec {
  const { context, name, task } = schedule;
  const id = `schedule:${context}:${name}`;
  return { ...schedule, task: { ...task, ...signed({ ...task, id, context, schedule: name }, signer) } };
}

/**
 * The next `count` slots after a moment (now when missing), fewer when the rule ends; of a paused schedule those that would
 * come without the pause. A slot that is due and waits for a worker (`nextAt` has passed) is not among them.
 *
 * @example
 * const nightly = await dispatcher.schedules.get("nightly");
 * const week = nightly === null ? [] : comingSlots(nightly, 7).map((at) => new Date(at));
 */
export function comingSlots(schedule: Schedule, count: number, from = Date.now()): readonly number[] {
  const slots: number[] = [];
  // The last slot counts, too, where the store's clock is ahead of this machine's.
  let slot = nextSlot(schedule, Math.max(from, schedule.lastSlot ?? from));
  while (slot !== null && slots.length < count) {
    slots.push(slot);
    slot = nextSlot(schedule, slot);
  }
  return slots;
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
      task: commonSpec(request, this.#defaults),
    };
    return await this.#store.putSchedule({ schedule: signedSchedule(schedule, this.#defaults.signer) });
  }

  /** False when there was none. */
  async remove(name: string, context?: string): Promise<boolean> {
    return await this.#store.removeSchedule({ context: this.#context(context), name });
  }

  async list(context?: string): Promise<readonly Schedule[]> {
    return await this.#store.schedules({ context: this.#context(context) });
  }

  /** Null when there is none. */
  async get(name: string, context?: string): Promise<Schedule | null> {
    return (await this.list(context)).find((schedule) => schedule.name === name) ?? null;
  }

  /**
   * Lets a schedule fire no more until `resume`; all else of it stays, and so do the tasks that it made. Returns it as it is
   * then, or null when there is none. It is read and put again: who puts it in the same moment may be overwritten.
   *
   * @example
   * await dispatcher.schedules.pause("nightly");
   */
  async pause(name: string, context?: string): Promise<Schedule | null> {
    return await this.#setPaused(name, context, true);
  }

  /** Undoes `pause`, in the same manner. Slots that passed in between are left out, whatever `catchUp` says. */
  async resume(name: string, context?: string): Promise<Schedule | null> {
    return await this.#setPaused(name, context, false);
  }

  async #setPaused(name: string, context: string | undefined, paused: boolean): Promise<Schedule | null> {
    const schedule = await this.get(name, context);
    if (schedule === null || (schedule.paused === true) === paused) return schedule;
    const { createdAt, nextAt, lastSlot, lastTaskId, paused: before, ...rest } = schedule;
    return await this.#store.putSchedule({ schedule: { ...rest, ...(paused && { paused }) } });
  }

  #context(context = this.#defaults.context): string {
    if (context === undefined)
      throw new QueueError("invalid", "a context is needed, of the dispatcher or of the schedule");
    return context;
  }
}
