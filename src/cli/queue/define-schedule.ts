// Names, arguments, options and help of the commands for schedules.

import { type Command, Option } from "commander";
import { addLookOptions, type Finish, type Runner, runnerOf } from "./define-control.ts";
import { addTaskOptions } from "./define-work.ts";
import { count, dstRule, duration, moment } from "./values.ts";

type ScheduleRunner = Runner<typeof import("../commands/schedule.ts")>;

export function defineSchedule(program: Command, finish: Finish): void {
  const schedule = addLookOptions(program.command("schedule"), "the context").description(
    "let scripts be submitted again and again, by whichever worker is there",
  );
  const run: ScheduleRunner = runnerOf(() => import("../commands/schedule.ts"), finish);
  definePut(schedule, run);
  defineLooks(schedule, run);
  defineChanges(schedule, run);
}

const PUT_HELP = `
FILE may be - for standard input; a first line that begins with #! is skipped. What is put replaces all of a schedule of the
same name. A rule of --cron has five fields, or six with seconds in front: minute, hour, day of month, month, day of week.

Examples:
  rhai schedule put nightly clean.rhai --context reports --cron '30 3 * * *' --time-zone Europe/Oslo --arg days:=7
  rhai schedule put pulse --script 'ping()' --context monitor --every 10s --when-unfinished skip`;

function definePut(schedule: Command, run: ScheduleRunner): void {
  const put = schedule
    .command("put")
    .description("create a schedule, or replace it, and show when it fires")
    .usage("[options] NAME FILE\n       rhai schedule put [options] NAME --script TEXT")
    .argument("<name>", "unique in the context")
    .argument("[file]", "the script")
    .option("--script <text>", "the script's text, in place of FILE");
  addRuleOptions(put);
  addTaskOptions(put)
    .addHelpText("after", PUT_HELP)
    .action(run(({ putSchedule }, options, [name, file]) => putSchedule(name, file, options)));
}

function addRuleOptions(put: Command): void {
  put
    .option("--cron <rule>", "when: five fields, or six with seconds in front")
    .option("--time-zone <name>", "of --cron: Europe/Brussels, for example (default: UTC)")
    .option("--every <time>", "when: at even distances, in place of --cron: 10s, 15min, 2h", duration)
    .option("--start <moment>", "not before; --every counts from there: 2030-01-31T08:00Z", moment)
    .option("--end <moment>", "not after", moment)
    .option(
      "--dst <gap,overlap>",
      "times that a clock change skips: after or skip; that come twice: first, second or both (default: after,first for fixed hours, else skip,both)",
      dstRule,
    )
    .addOption(
      new Option("--catch-up <what>", "times that passed while no worker ran (default: latest)").choices([
        "none",
        "latest",
        "all",
      ]),
    )
    .addOption(
      new Option(
        "--when-unfinished <what>",
        "a time at which the last task still runs (default: allow)",
      ).choices(["allow", "skip"]),
    )
    .option("--paused", "do not fire before `rhai schedule resume`");
}

function defineLooks(schedule: Command, run: ScheduleRunner): void {
  schedule
    .command("ls")
    .description("list schedules of all contexts, or of one")
    .action(run(({ listSchedules }, options) => listSchedules(options)));
  schedule
    .command("next")
    .description("show when a schedule fires")
    .argument("<name>", "the schedule")
    .option("-n, --count <n>", "so many times (default: 5)", count)
    .action(run(({ showComing }, options, [name]) => showComing(name, options)));
}

function defineChanges(schedule: Command, run: ScheduleRunner): void {
  schedule
    .command("rm")
    .description("remove a schedule; tasks that it made go on")
    .argument("<name>", "the schedule")
    .action(run(({ removeSchedule }, options, [name]) => removeSchedule(name, options)));
  schedule
    .command("pause")
    .description("let a schedule fire no more; all else of it stays")
    .argument("<name>", "the schedule")
    .action(run(({ pauseSchedule }, options, [name]) => pauseSchedule(name, options)));
  schedule
    .command("resume")
    .description("let it fire again; times that passed in between are left out")
    .argument("<name>", "the schedule")
    .action(run(({ resumeSchedule }, options, [name]) => resumeSchedule(name, options)));
}
