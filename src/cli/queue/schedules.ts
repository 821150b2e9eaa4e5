// Schedules as a table.

import { span } from "../../queue/explain.ts";
import type { Schedule } from "../../queue/schedule.ts";
import { type Column, moment, oneLine, printTable } from "./show.ts";

function rule({ cron, everyMs, timeZone }: Schedule): string {
  if (everyMs !== undefined) return `every ${span(everyMs)}`;
  return `${cron}${timeZone === undefined ? "" : ` ${timeZone}`}`;
}

const COLUMNS: readonly Column<Schedule>[] = [
  { title: "CONTEXT", text: ({ context }) => context },
  { title: "NAME", text: ({ name }) => name },
  { title: "RULE", text: (schedule) => oneLine(rule(schedule)) },
  { title: "NEXT", text: ({ paused, nextAt }) => (paused ? "paused" : moment(nextAt)) },
  { title: "LAST", text: ({ lastSlot }) => moment(lastSlot) },
  { title: "LAST TASK", text: ({ lastTaskId }) => lastTaskId ?? "-" },
  { title: "SCRIPT", text: ({ task }) => oneLine(task.scriptPath ?? task.script ?? "", 40) },
];

export function printSchedules(schedules: readonly Schedule[]): void {
  printTable(schedules, COLUMNS);
}
