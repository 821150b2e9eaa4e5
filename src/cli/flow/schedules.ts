// `rhai flow schedule FILE`, `rhai flow schedules`, `rhai flow unschedule NAME`: flows that start by themselves.

import { dirname } from "node:path";
import type { ScheduleOptions } from "../../flow/executor/executor.ts";
import type { StoredSchedule } from "../../flow/store.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { ago, type Column, moment, oneLine, printJson, printTable } from "../queue/show.ts";
import { readFlow } from "./flow-file.ts";
import { inputFrom, type RunOptions } from "./run.ts";
import { type FlowStoreOptions, withFlows } from "./with-flows.ts";

export interface ScheduleCommandOptions
  extends FlowStoreOptions,
    Pick<RunOptions, "input" | "inputJson">,
    Pick<ScheduleOptions, "cron" | "timeZone" | "catchUp" | "whenUnfinished" | "name"> {}

/** Creates or replaces a schedule; the rule in the file holds where no option says otherwise. */
export function scheduleFlow(file: string, options: ScheduleCommandOptions): Promise<ExitCode> {
  const { cron, timeZone, catchUp, whenUnfinished, name } = options;
  const input = inputFrom(options);
  const rule = { cron, timeZone, catchUp, whenUnfinished, name, input };
  const given = Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
  return withFlows(
    options,
    async ({ executor }) => {
      const schedule = await executor.schedule(await readFlow(file), given);
      if (options.json) printJson(schedule);
      else
        output.line(
          `${schedule.name}: next at ${moment(schedule.nextAt)}, where an executor runs (rhai flow serve)`,
        );
      return ExitCode.OK;
    },
    { scriptsFolder: dirname(file) },
  );
}

const COLUMNS: readonly Column<StoredSchedule>[] = [
  { title: "NAME", text: ({ name }) => name },
  { title: "RULE", text: ({ cron, timeZone }) => oneLine(`${cron} ${timeZone ?? "UTC"}`) },
  { title: "NEXT", text: ({ nextAt }) => moment(nextAt) },
  { title: "LAST", text: ({ lastSlot }) => ago(lastSlot) },
  { title: "LAST RUN", text: ({ lastFlowId }) => lastFlowId ?? "-" },
];

export function listFlowSchedules(options: FlowStoreOptions): Promise<ExitCode> {
  return withFlows(options, async ({ executor }) => {
    const schedules = await executor.schedules();
    if (options.json) printJson({ schedules });
    else printTable(schedules, COLUMNS);
    return ExitCode.OK;
  });
}

export function unscheduleFlow(name: string, options: FlowStoreOptions): Promise<ExitCode> {
  return withFlows(options, async ({ executor }) => {
    const removed = await executor.unschedule(name);
    if (options.json) printJson({ name, removed });
    else if (removed) output.line(`schedule ${name} removed`);
    if (removed) return ExitCode.OK;
    output.errorLine(`error: no schedule ${oneLine(name)}`);
    return ExitCode.FAILED;
  });
}
