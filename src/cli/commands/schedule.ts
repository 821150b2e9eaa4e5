// `rhai schedule …`: scripts that are submitted again and again, by whichever worker is there.

import { comingSlots, ScheduleBook, signedSchedule } from "../../queue/dispatcher/schedule-book.ts";
import { isQueueError } from "../../queue/errors.ts";
import { checkSchedule, type Schedule, type ScheduleSpec } from "../../queue/schedule.ts";
import type { TaskStore } from "../../queue/store.ts";
import type { TaskSpec } from "../../queue/task.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { type RuleOptions, ruleFrom } from "../queue/schedule-rule.ts";
import { printSchedules, printSlots, ruleText, scheduleState } from "../queue/schedules.ts";
import { moment, oneLine, printJson } from "../queue/show.ts";
import { signerFrom, type TaskFieldOptions, taskFields } from "../queue/task-fields.ts";
import { type ContextOptions, namedContext, withStore } from "../queue/with-store.ts";
import { readScript, UnreadableScript } from "../script-source.ts";

export interface PutOptions extends ContextOptions, RuleOptions, TaskFieldOptions {
  readonly script?: string;
}

/** Slots that are shown: unless told otherwise, and at most. */
const SHOWN = 5;
const MOST_SHOWN = 100;

/** Creates a schedule, or replaces all of the one of its name; `file` is the script unless an option gives its text. */
export async function putSchedule(
  name: string,
  file: string | undefined,
  options: PutOptions,
): Promise<ExitCode> {
  let schedule: ScheduleSpec;
  try {
    schedule = scheduleFrom(name, file, options);
  } catch (error) {
    if (!(error instanceof UnreadableScript)) throw error;
    output.errorLine(`error: the script ${oneLine(error.file, 200)} cannot be read: ${error.detail}`);
    return ExitCode.FAILED;
  }
  return await withStore(options, async (store) => {
    const row = await store.putSchedule({ schedule });
    const slots = comingSlots(row, SHOWN);
    if (options.json) printJson({ ...row, coming: slots });
    else printPut(row, slots);
    return ExitCode.OK;
  });
}

/** Throws `UnreadableScript` and `UsageError`: what is wrong with options is told without asking the store. */
function scheduleFrom(name: string, file: string | undefined, options: PutOptions): ScheduleSpec {
  const context = namedContext(options);
  const rule = ruleFrom(options);
  const task = { ...taskFields(options), ...scriptFrom(file, options) };
  try {
    return signedSchedule(checkSchedule({ context, name, ...rule, task }), signerFrom(options));
  } catch (error) {
    if (!isQueueError(error)) throw error;
    throw new UsageError(error.message);
  }
}

function scriptFrom(
  file: string | undefined,
  { script, byPath }: PutOptions,
): Pick<TaskSpec, "script" | "scriptPath"> {
  if ((file === undefined) === (script === undefined))
    throw new UsageError("name the script's FILE, or give its text: --script TEXT");
  if (file === undefined) {
    if (byPath) throw new UsageError("--by-path needs the script's FILE");
    return { script };
  }
  return byPath ? { scriptPath: file } : { script: readScript(file).text };
}

function printPut(schedule: Schedule, slots: readonly number[]): void {
  const { context, name } = schedule;
  output.line(`schedule ${name} of ${context}: ${ruleText(schedule)}`);
  printComing(schedule, slots);
}

const NO_MORE = "it fires no more: no time of its rule is left";

/** The slots to come, and before them why there are none, or why they may not fire. */
function printComing(schedule: Schedule, slots: readonly number[]): void {
  const { context, name, nextAt } = schedule;
  const state = scheduleState(schedule);
  if (state === "paused") output.line(`paused until: rhai schedule resume ${name} --context ${context}`);
  if (state === "late")
    output.line(`due since ${moment(nextAt)}: is there a worker? (rhai worker --context ${context})`);
  if (slots.length === 0) output.line(NO_MORE);
  else printSlots(schedule, slots);
}

/** Of one context, or of all. */
export function listSchedules(options: ContextOptions): Promise<ExitCode> {
  return withStore(options, async (store) => {
    const contexts = options.context === undefined ? await store.contexts() : [options.context];
    const schedules = (await Promise.all(contexts.map((context) => store.schedules({ context })))).flat();
    if (options.json) printJson({ schedules });
    else if (schedules.length === 0) output.line("no schedule: make one with `rhai schedule put`");
    else printSchedules(schedules);
    return ExitCode.OK;
  });
}

/** Its tasks stay. */
export function removeSchedule(name: string, options: ContextOptions): Promise<ExitCode> {
  const context = namedContext(options);
  return withStore(options, async (store) => {
    const removed = await store.removeSchedule({ context, name });
    if (options.json) printJson({ context, name, removed });
    else if (removed) output.line(`schedule ${name} removed`);
    return removed ? ExitCode.OK : unknown(name, context);
  });
}

function unknown(name: string, context: string): ExitCode {
  const shown = `rhai schedule ls --context ${context}`;
  output.errorLine(`error: no schedule ${oneLine(name, 100)} in the context ${context} (${shown})`);
  return ExitCode.FAILED;
}

/** Gets `act` the schedules of the context; `show` what it finds, if there is such a schedule. */
function withSchedule(
  name: string,
  options: ContextOptions,
  act: (book: ScheduleBook) => Promise<Schedule | null>,
  show: (schedule: Schedule) => void,
): Promise<ExitCode> {
  const context = namedContext(options);
  return withStore(options, async (store: TaskStore) => {
    const schedule = await act(new ScheduleBook(store, { context, signer: null }));
    if (schedule === null) return unknown(name, context);
    show(schedule);
    return ExitCode.OK;
  });
}

export function pauseSchedule(name: string, options: ContextOptions): Promise<ExitCode> {
  return withSchedule(
    name,
    options,
    (book) => book.pause(name),
    (schedule) => {
      if (options.json) printJson(schedule);
      else output.line(`schedule ${name} is paused; tasks that it made go on`);
    },
  );
}

export function resumeSchedule(name: string, options: ContextOptions): Promise<ExitCode> {
  return withSchedule(
    name,
    options,
    (book) => book.resume(name),
    (schedule) => {
      if (options.json) printJson(schedule);
      else if (schedule.nextAt === null) output.line(NO_MORE);
      else output.line(`schedule ${name} is active; next at ${moment(schedule.nextAt)}`);
    },
  );
}

/** When it fires; for a paused one, when it would. */
export function showComing(
  name: string,
  options: ContextOptions & { readonly count?: number },
): Promise<ExitCode> {
  const { count = SHOWN } = options;
  if (count > MOST_SHOWN) throw new UsageError(`--count: ${MOST_SHOWN} is the most`);
  return withSchedule(
    name,
    options,
    (book) => book.get(name),
    (schedule) => {
      const slots = comingSlots(schedule, count);
      if (options.json) printJson({ ...schedule, coming: slots });
      else printComing(schedule, slots);
    },
  );
}
