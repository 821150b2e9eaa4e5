// Schedules as a person reads them: a table of them, and the times at which one fires.

import { span } from "../../queue/explain.ts";
import type { Schedule } from "../../queue/schedule.ts";
import { zoneOffset } from "../../queue/wall-clock.ts";
import { type Column, moment, oneLine, printTable, until } from "./show.ts";

/** A slot may wait a few seconds for the next look of a worker; then there is none, or it cannot fire. */
const LATE_MS = 10_000;

type State = "active" | "paused" | "late" | "over";

export function scheduleState({ paused, nextAt }: Schedule, now = Date.now()): State {
  if (paused) return "paused";
  if (nextAt === null) return "over";
  return nextAt < now - LATE_MS ? "late" : "active";
}

export function ruleText({ cron, everyMs }: Schedule): string {
  return oneLine(everyMs === undefined ? `${cron}` : `every ${span(everyMs)}`);
}

function zoneText({ cron, timeZone }: Schedule): string {
  return cron === undefined ? "-" : oneLine(timeZone ?? "UTC");
}

const COLUMNS: readonly Column<Schedule>[] = [
  { title: "CONTEXT", text: ({ context }) => context },
  { title: "NAME", text: ({ name }) => oneLine(name, 100) },
  { title: "RULE", text: ruleText },
  { title: "TIME ZONE", text: zoneText },
  { title: "STATE", text: (schedule) => scheduleState(schedule) },
  { title: "NEXT", text: ({ nextAt }) => moment(nextAt) },
  { title: "LAST", text: ({ lastSlot }) => moment(lastSlot) },
  { title: "LAST TASK", text: ({ lastTaskId }) => lastTaskId ?? "-" },
  { title: "SCRIPT", text: ({ task }) => oneLine(task.scriptPath ?? task.script ?? "", 40) },
];

export function printSchedules(schedules: readonly Schedule[]): void {
  printTable(schedules, COLUMNS);
}

/** With the wall clock of the schedule's time zone, when it has one. */
export function printSlots(schedule: Schedule, slots: readonly number[]): void {
  const { cron, timeZone } = schedule;
  const local = { title: "THERE", text: (at: number) => wallTime(timeZone ?? "UTC", at) };
  printTable(slots, [
    { title: "AT", text: moment },
    ...(cron === undefined || timeZone === undefined ? [] : [local]),
    { title: "IN", text: (at: number) => until(at) },
  ]);
}

/** `2026-03-29 03:00:00 +02:00` */
function wallTime(zone: string, at: number): string {
  const offset = zoneOffset(zone, at);
  const wall = new Date(at + offset).toISOString().slice(0, 19).replace("T", " ");
  const distance = new Date(Math.abs(offset)).toISOString().slice(11, 16);
  return `${wall} ${offset < 0 ? "-" : "+"}${distance}`;
}
