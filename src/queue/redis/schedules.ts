// Schedules: rows in the store, slots worked out here, firings made by a script that acts once for each slot.

import { QueueError } from "../errors.ts";
import { checkContext } from "../names.ts";
import { encodeSpec, fairKeyOf, objectOf, recordFrom } from "../record.ts";
import {
  checkSchedule,
  dueSlots,
  firingId,
  nextSlot,
  type Schedule,
  type ScheduleSpec,
  timingOf,
} from "../schedule.ts";
import type { ContextRef, Fired, ScheduleRef } from "../store.ts";
import { checkSpec } from "../task-limits.ts";
import type { Core } from "./core.ts";
import { sameAgain } from "./script-loader.ts";

/** Schedules looked at in one call. */
const MAX_DUE = 50;

export class Schedules {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  putSchedule = async ({ schedule }: { readonly schedule: ScheduleSpec }): Promise<Schedule> => {
    const { context, name } = checkSchedule(schedule);
    checkSpec({ ...schedule.task, context }, this.#core.textLimits);
    const now = await this.#core.time();
    const nextAt = schedule.paused === true ? null : nextSlot(schedule, now);
    const args = [name, JSON.stringify(schedule), nextAt === null ? "" : String(nextAt), timingOf(schedule)];
    const reply = await this.#core.run("put-schedule", context, args, { again: sameAgain });
    const [createdAt, lastSlot, lastTask, next] = reply as readonly string[];
    this.#core.noteContext(context);
    return {
      ...schedule,
      createdAt: Number(createdAt),
      nextAt: next === "" ? null : Number(next),
      lastSlot: lastSlot === "" ? null : Number(lastSlot),
      lastTaskId: lastTask === "" ? null : lastTask,
    };
  };

  removeSchedule = async ({ context, name }: ScheduleRef): Promise<boolean> => {
    return (await this.#core.run("remove-schedule", checkContext(context), [name])) === 1;
  };

  schedules = async ({ context }: ContextRef): Promise<readonly Schedule[]> => {
    const { keys } = this.#core;
    checkContext(context);
    const [rules, facts, slots] = (await this.#core.read(
      ["HGETALL", keys.of("schedules", context)],
      ["HGETALL", keys.of("schedule-facts", context)],
      ["ZRANGE", keys.of("slots", context), "0", "-1", "WITHSCORES"],
    )) as readonly (readonly string[])[];
    const fact = recordFrom(facts);
    const next = recordFrom(slots);
    const list = Object.entries(recordFrom(rules)).flatMap(([name, rule]) => {
      const number = (text: string | undefined) => (text === undefined ? null : Number(text));
      const spec = objectOf<ScheduleSpec>(rule!);
      if (spec === null) return [];
      return {
        ...spec,
        createdAt: Number(fact[`createdAt ${name}`] ?? 0),
        nextAt: number(next[name]),
        lastSlot: number(fact[`lastSlot ${name}`]),
        lastTaskId: fact[`lastTask ${name}`] ?? null,
      };
    });
    return list.sort((a, b) => (a.name < b.name ? -1 : 1));
  };

  fireSchedules = async ({ context }: ContextRef): Promise<Fired> => {
    const { keys } = this.#core;
    const slots = keys.of("slots", checkContext(context));
    const now = await this.#core.time();
    const range = [
      "ZRANGE",
      slots,
      "-inf",
      String(now),
      "BYSCORE",
      "LIMIT",
      "0",
      String(MAX_DUE),
      "WITHSCORES",
    ];
    const [due] = (await this.#core.read(range)) as readonly [readonly string[]];
    const ids: string[] = [];
    const failures: unknown[] = [];
    for (let i = 0; i < due.length; i += 2) {
      // One that cannot be worked out keeps no other from firing.
      try {
        ids.push(...(await this.#fire(context, due[i], Number(due[i + 1]), now)));
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    const [first] = (await this.#core.read(["ZRANGE", slots, "0", "0", "WITHSCORES"])) as readonly [
      readonly string[],
    ];
    return { ids, waitMs: first.length === 0 ? null : Math.max(0, Number(first[1]) - now) };
  };

  async #fire(context: string, name: string, slot: number, now: number): Promise<readonly string[]> {
    const rule = await this.#core.command("HGET", [this.#core.keys.of("schedules", context), name]);
    if (typeof rule !== "string") return [];
    const spec = objectOf<ScheduleSpec>(rule);
    if (spec === null) throw new QueueError("invalid", `the schedule ${name} is none`);
    const { slots, nextAt } = dueSlots(spec, slot, now);
    const task = { ...spec.task, context };
    const fields = encodeSpec(task, name);
    const args = [
      name,
      rule,
      String(slot),
      nextAt === null ? "" : String(nextAt),
      spec.whenUnfinished === "skip" ? "1" : "0",
      String(slots.length),
    ];
    for (const each of slots) {
      const id = this.#core.keys.id(firingId(spec, each), context);
      args.push(
        String(each),
        id,
        fairKeyOf(task),
        String(task.priority ?? 0),
        String(fields.length / 2),
        ...fields,
      );
    }
    const reply = await this.#core.run("fire-schedule", context, args, { again: sameAgain });
    return Array.isArray(reply) ? (reply as readonly string[]) : [];
  }
}
