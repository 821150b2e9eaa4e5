// Schedules: a row with a rule, the slots in time that follow from it, and what daylight saving does to them.

import { CronExpressionParser } from "cron-parser";
import { QueueError } from "./errors.ts";
import { checkContext, isContext } from "./names.ts";
import type { TaskSpec } from "./task.ts";
import { checkTimeZone, nextTransition, zoneOffset } from "./wall-clock.ts";

/**
 * Slots follow from the rule alone, never from the last firing: a slot is a moment, a firing is the task for it, and the
 * firing's id is made of schedule and slot, so that any number of workers make one task of it.
 */
export interface ScheduleSpec {
  readonly context: string;
  /** Unique in the context; the characters of a context name. */
  readonly name: string;
  /** Five fields, or six with seconds in front; this or `everyMs`. */
  readonly cron?: string;
  /** For `cron`; UTC when missing. */
  readonly timeZone?: string;
  readonly everyMs?: number;
  /** First slot of `everyMs` (default: multiples since 1970), and no slot before it. */
  readonly startAt?: number;
  /** No slot after it. */
  readonly endAt?: number;
  /** See `DstRule`; by default what a person would expect of the expression. */
  readonly dst?: DstRule;
  /** Slots that passed while no worker ran: none, the latest (default), or all, up to 100 in one go. */
  readonly catchUp?: "none" | "latest" | "all";
  /** Whether a slot fires while the task of the previous one is unfinished; `allow` when missing. */
  readonly whenUnfinished?: "allow" | "skip";
  readonly paused?: boolean;
  readonly task: ScheduledTask;
}

export type ScheduledTask = Omit<TaskSpec, "id" | "context" | "runAt" | "delayMs" | "idempotencyKey">;

export interface Schedule extends ScheduleSpec {
  readonly createdAt: number;
  /** Null when there is none left, or while paused. */
  readonly nextAt: number | null;
  readonly lastSlot: number | null;
  readonly lastTaskId: string | null;
}

/**
 * What happens to slots of the hour that a clock change skips or repeats.
 * An expression with any hour (`*` or `*``/n` there) means "every so often": skipped wall times are not made up for, repeated
 * ones fire both times. One with fixed hours means "that time of the day": a skipped one fires when the gap ends, a
 * repeated one the first time only.
 */
export interface DstRule {
  readonly gap: "after" | "skip";
  readonly overlap: "first" | "second" | "both";
}

/** Latest slots found by looking back; a missed slot is one older than this. */
const GRACE_MS = 60_000;
const CATCH_UP_MAX = 100;
const YEAR = 366 * 86_400_000;

/** Throws `invalid` with the reason. */
export function checkSchedule(spec: ScheduleSpec): ScheduleSpec {
  checkContext(spec.context);
  if (!isContext(spec.name) || spec.name.length > 100) {
    throw new QueueError("invalid", "schedule name (allowed: 1 to 100 of A-Z a-z 0-9 _ . : / @ + -)");
  }
  if ((spec.cron === undefined) === (spec.everyMs === undefined)) {
    throw new QueueError("invalid", "a schedule needs either cron or everyMs");
  }
  if (spec.everyMs !== undefined && !(Number.isInteger(spec.everyMs) && spec.everyMs >= 100)) {
    throw new QueueError("invalid", "everyMs (allowed: whole numbers of milliseconds from 100)");
  }
  if (spec.timeZone !== undefined) checkTimeZone(spec.timeZone);
  if (spec.cron !== undefined) parseCron(spec.cron, 0);
  return spec;
}

function parseCron(cron: string, wall: number): { next(): { toDate(): Date } } {
  const fields = cron.trim().split(/\s+/).length;
  if (fields !== 5 && fields !== 6 && !cron.startsWith("@")) {
    throw new QueueError("invalid", `cron expression with ${fields} fields (allowed: 5, or 6 with seconds)`);
  }
  // The parser takes a random number for it, another one each time: then every look would find other slots.
  if (cron.replaceAll("THU", "").includes("H")) {
    throw new QueueError("invalid", "cron expression with H, which stands for a random number");
  }
  try {
    return CronExpressionParser.parse(cron, { currentDate: new Date(wall), tz: "UTC" });
  } catch (cause) {
    throw new QueueError("invalid", `cron expression: ${(cause as Error).message}`);
  }
}

/** All that decides about slots: while it stays the same, so does the next slot, whatever else is changed. */
export function timingOf(spec: ScheduleSpec): string {
  const { cron, timeZone, everyMs, startAt, endAt, dst, paused } = spec;
  return JSON.stringify([cron, timeZone, everyMs, startAt, endAt, dst?.gap, dst?.overlap, paused === true]);
}

/** The first slot after a moment, or null. */
export function nextSlot(spec: ScheduleSpec, after: number): number | null {
  const from = spec.startAt === undefined ? after : Math.max(after, spec.startAt - 1);
  const slot = spec.everyMs !== undefined ? nextMultiple(spec, from) : nextCronSlot(spec, from);
  return slot === null || (spec.endAt !== undefined && slot > spec.endAt) ? null : slot;
}

function nextMultiple({ everyMs, startAt }: ScheduleSpec, after: number): number {
  const anchor = startAt ?? 0;
  return anchor + (Math.floor((after - anchor) / everyMs!) + 1) * everyMs!;
}

/** The wall clock runs evenly between two changes of the zone's offset: such a stretch is searched as if it were UTC. */
function nextCronSlot(spec: ScheduleSpec, after: number): number | null {
  const zone = spec.timeZone ?? "UTC";
  const rule = spec.dst ?? impliedRule(spec.cron!);
  let at = after;
  for (let stretch = 0; stretch < 200; stretch++) {
    const offset = zoneOffset(zone, at);
    const wall = nextWallSlot(spec.cron!, at + offset);
    if (wall === null) return null;
    const change = nextTransition(zone, at, wall - offset);
    const end = change ?? Number.POSITIVE_INFINITY;
    if (wall - offset < end) {
      if (fires(zone, wall, offset, rule)) return wall - offset;
      at = wall - offset;
      continue;
    }
    const gap = zoneOffset(zone, end) - offset;
    if (gap > 0 && rule.gap === "after" && wall < end + offset + gap) return end;
    // Slots at the change itself belong to the new stretch.
    const first = nextWallSlot(spec.cron!, end + offset + gap - 1);
    if (first === end + offset + gap && fires(zone, first, offset + gap, rule)) return end;
    at = end;
  }
  return null;
}

/** Whether the wall time, read with this offset, is the occurrence that the rule wants. */
function fires(zone: string, wall: number, offset: number, rule: DstRule): boolean {
  if (zone === "UTC" || rule.overlap === "both") return true;
  const at = wall - offset;
  const earlier = zoneOffset(zone, at - 86_400_000);
  const later = zoneOffset(zone, at + 86_400_000);
  // Repeated: a day before, the clock was ahead (this is the second time) or a day later it is behind (the first).
  const isSecond = earlier > offset && zoneOffset(zone, wall - earlier) === earlier;
  if (isSecond) return rule.overlap === "second";
  const isFirst = later < offset && zoneOffset(zone, wall - later) === later;
  return !isFirst || rule.overlap === "first";
}

function nextWallSlot(cron: string, wall: number): number | null {
  try {
    return parseCron(cron, wall).next().toDate().getTime();
  } catch (error) {
    if (error instanceof QueueError) throw error;
    return null;
  }
}

function impliedRule(cron: string): DstRule {
  const fields = cron.trim().split(/\s+/);
  const hours = cron.startsWith("@") ? (cron.trim() === "@hourly" ? "*" : "0") : fields[fields.length - 4];
  return hours.startsWith("*") ? { gap: "skip", overlap: "both" } : { gap: "after", overlap: "first" };
}

export interface DueSlots {
  readonly slots: readonly number[];
  /** First slot that is not among them. */
  readonly nextAt: number | null;
}

/** Which of the slots from `nextAt` up to now get a task, by the schedule's catch-up rule. */
export function dueSlots(spec: ScheduleSpec, nextAt: number, now: number): DueSlots {
  if (nextAt > now) return { slots: [], nextAt };
  if (spec.catchUp === "all") return allSlots(spec, nextAt, now);
  const latest = latestSlot(spec, nextAt, now);
  const slots = spec.catchUp === "none" && now - latest > GRACE_MS ? [] : [latest];
  return { slots, nextAt: nextSlot(spec, now) };
}

function allSlots(spec: ScheduleSpec, nextAt: number, now: number): DueSlots {
  const slots: number[] = [];
  let slot: number | null = nextAt;
  while (slot !== null && slot <= now && slots.length < CATCH_UP_MAX) {
    slots.push(slot);
    slot = nextSlot(spec, slot);
  }
  return { slots, nextAt: slot };
}

/** Looks back over growing spans, so that a rule of every second and a long pause do not make it walk through them all. */
function latestSlot(spec: ScheduleSpec, nextAt: number, now: number): number {
  for (let span = 1000; span < 10 * YEAR; span *= 8) {
    let slot = nextSlot(spec, Math.max(nextAt - 1, now - span));
    if (slot === null || slot > now) {
      if (now - span < nextAt) break;
      continue;
    }
    for (let next = nextSlot(spec, slot); next !== null && next <= now; next = nextSlot(spec, next))
      slot = next;
    return slot;
  }
  return nextAt;
}

export function firingId({ context, name }: ScheduleSpec, slot: number): string {
  return `schedule:${context}:${name}:${slot}`;
}
