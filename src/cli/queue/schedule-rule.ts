// When a schedule fires: from options to its rule, with complaints that name the option and show a good value.

import { QueueError } from "../../queue/errors.ts";
import { checkSchedule, type DstRule, type ScheduleSpec } from "../../queue/schedule.ts";
import { checkTimeZone } from "../../queue/wall-clock.ts";
import { UsageError } from "../exit-codes.ts";

export interface RuleOptions {
  readonly cron?: string;
  readonly timeZone?: string;
  readonly every?: number;
  readonly start?: number;
  readonly end?: number;
  readonly dst?: DstRule;
  readonly catchUp?: ScheduleSpec["catchUp"];
  readonly whenUnfinished?: ScheduleSpec["whenUnfinished"];
  readonly paused?: boolean;
}

type Rule = Omit<ScheduleSpec, "context" | "name" | "task">;

/** Throws `UsageError`. */
export function ruleFrom(options: RuleOptions): Rule {
  const { cron, timeZone, every, start, end, dst, catchUp, whenUnfinished, paused } = options;
  if (cron === undefined && every === undefined)
    throw new UsageError("say when: --cron '30 3 * * *' (daily at 3:30), or --every 10min");
  if (cron !== undefined && every !== undefined)
    throw new UsageError("--cron and --every exclude each other");
  if (cron === undefined && (timeZone !== undefined || dst !== undefined))
    throw new UsageError("--time-zone and --dst are for --cron: --every knows no time of the day");
  if (start !== undefined && end !== undefined && end < start)
    throw new UsageError("--end is before --start");
  if (timeZone !== undefined)
    named("--time-zone", "Europe/Oslo, America/New_York, UTC", () => checkTimeZone(timeZone));
  const when = cron === undefined ? { everyMs: every } : { cron };
  const option = cron === undefined ? "--every" : "--cron";
  named(option, cron === undefined ? "10min" : "'30 3 * * *', daily at 3:30", () =>
    checkSchedule({ context: "any", name: "any", task: {}, ...when }),
  );
  return { ...when, timeZone, startAt: start, endAt: end, dst, catchUp, whenUnfinished, paused };
}

/** The queue's complaint about a value, with the option it came from. */
function named(option: string, examples: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    const complaint = error.message.replace(/^[^:]*: /, "").replace(/^(cron expression: |everyMs )/, "");
    throw new UsageError(`${option}: ${complaint}; for example: ${examples}`);
  }
}
