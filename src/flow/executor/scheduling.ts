// Flows that start by themselves: rows with a rule, slots that follow from it, one run for each slot.

import { isQueueError } from "../../queue/errors.ts";
import { checkSchedule, dueSlots, nextSlot, type ScheduleSpec } from "../../queue/schedule.ts";
import type { ScheduleRule } from "../definition/types.ts";
import { FlowError } from "../errors.ts";
import type { Plan } from "../plan.ts";
import { type FlowStatus, isFinalStatus } from "../state.ts";
import type { FlowStore, StoredSchedule } from "../store.ts";

/** What starting a slot's run takes. */
export interface SlotStarter {
  readonly store: FlowStore;
  now(): number;
  planOfHash(hash: string): Promise<Plan | null>;
  /** Starts a run, unless the key is in use; tells its id. */
  startSlot(plan: Plan, input: string, key: string): Promise<string>;
  /** A schedule cannot be fired. */
  onError(error: unknown): void;
}

function specOf(name: string, rule: Pick<StoredSchedule, "cron" | "timeZone" | "catchUp">): ScheduleSpec {
  const { cron, timeZone, catchUp } = rule;
  return { context: "flow", name, cron, timeZone, catchUp, task: {} };
}

/** Throws `invalid` for a rule that is none. */
export function newSchedule(
  name: string,
  rule: ScheduleRule,
  { definition, input, now }: { readonly definition: string; readonly input: string; readonly now: number },
): StoredSchedule {
  const spec = specOf(name, rule);
  try {
    checkSchedule(spec);
  } catch (error) {
    if (isQueueError(error)) throw new FlowError("invalid", error.message);
    throw error;
  }
  const { cron, timeZone, catchUp, whenUnfinished } = rule;
  return {
    name,
    cron,
    ...(timeZone !== undefined && { timeZone }),
    ...(catchUp !== undefined && { catchUp }),
    ...(whenUnfinished !== undefined && { whenUnfinished }),
    definition,
    input,
    createdAt: now,
    nextAt: nextSlot(spec, now),
    lastSlot: null,
    lastFlowId: null,
  };
}

/**
 * Starts what is due; returns after how many ms to look again, or null. Each slot's run has a key made of schedule and slot,
 * so that any number of callers make one run of it; the schedule moves on afterwards, so that no slot is lost.
 */
export async function fireSchedules(starter: SlotStarter): Promise<number | null> {
  let next: number | null = null;
  for (const schedule of await starter.store.schedules()) {
    const nextAt = await fireOrTell(starter, schedule);
    if (nextAt !== null && (next === null || nextAt < next)) next = nextAt;
  }
  return next === null ? null : Math.max(0, next - starter.now());
}

/** What is wrong with one schedule keeps nobody from the others. Throws what the store throws. */
async function fireOrTell(starter: SlotStarter, schedule: StoredSchedule): Promise<number | null> {
  try {
    return await fireOne(starter, schedule);
  } catch (error) {
    if (isQueueError(error) && error.retryable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    starter.onError(new Error(`schedule '${schedule.name}' cannot be fired: ${reason}`, { cause: error }));
    return null;
  }
}

async function fireOne(starter: SlotStarter, schedule: StoredSchedule): Promise<number | null> {
  const { store } = starter;
  const { name, nextAt } = schedule;
  const now = starter.now();
  if (nextAt === null || nextAt > now) return nextAt;
  const due = dueSlots(specOf(name, schedule), nextAt, now);
  let { lastFlowId } = schedule;
  const plan = await starter.planOfHash(schedule.definition);
  if (plan === null) throw new Error("its definition is missing; put it again");
  for (const slot of due.slots) {
    if (schedule.whenUnfinished === "skip" && (await isUnfinished(store, lastFlowId))) continue;
    lastFlowId = await starter.startSlot(plan, schedule.input, `schedule:${name}:${slot}`);
  }
  const lastSlot = due.slots.at(-1) ?? schedule.lastSlot;
  await store.advanceSchedule({ name, nextAt, changes: { nextAt: due.nextAt, lastSlot, lastFlowId } });
  return due.nextAt;
}

async function isUnfinished(store: FlowStore, flowId: string | null): Promise<boolean> {
  const record = flowId === null ? null : await store.get({ id: flowId, steps: false });
  return record !== null && !isFinalStatus((record.flow.status ?? "Created") as FlowStatus);
}
