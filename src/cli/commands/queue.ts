// `rhai queue …`: contexts, their tasks, dead letters and limits.

import type { Moved } from "../../queue/store.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { contextFacts, printContexts, printWorkers } from "../queue/contexts.ts";
import { type LimitChanges, settingsFrom, settingsLines } from "../queue/limits.ts";
import { plural, printJson } from "../queue/show.ts";
import { printTasks, readPage, readState, STATES } from "../queue/task-pages.ts";
import { type ContextOptions, namedContext, withStore } from "../queue/with-store.ts";

export interface PageOptions extends ContextOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

const PAGE_SIZE = 50;

/** Contexts; with a context its tasks, page by page. */
export function list(options: PageOptions & { readonly state?: string }): Promise<ExitCode> {
  if (options.context !== undefined) return listTasks(options);
  if (options.state !== undefined || options.cursor !== undefined) namedContext(options);
  return withStore(options, async (store) => {
    const contexts = await contextFacts(store, undefined, await store.workers());
    if (options.json) printJson({ contexts });
    else if (contexts.length === 0) output.line("no context yet: submit something with `rhai submit FILE`");
    else printContexts(contexts, false);
    return ExitCode.OK;
  });
}

/** The dead-letter list of a context. */
export function listDead(options: PageOptions): Promise<ExitCode> {
  namedContext(options);
  return listTasks({ ...options, state: "dead" });
}

function listTasks(options: PageOptions & { readonly state?: string }): Promise<ExitCode> {
  const { limit = PAGE_SIZE, cursor, state } = options;
  const context = namedContext(options);
  const states = state === undefined ? STATES : [readState(state)];
  return withStore(options, async (store) => {
    const page = await readPage(store, { context, states, limit, cursor });
    if (options.json) {
      printJson(page);
      return ExitCode.OK;
    }
    printTasks(page.tasks, state === "dead");
    if (page.cursor !== null) output.line(`more: the same with --cursor '${page.cursor}'`);
    return ExitCode.OK;
  });
}

/** Numbers of contexts, and the workers. */
export function showStats(options: ContextOptions): Promise<ExitCode> {
  return withStore(options, async (store) => {
    const { context } = options;
    const all = await store.workers();
    const workers = all.filter((worker) => context === undefined || worker.contexts.includes(context));
    const contexts = await contextFacts(store, context, workers);
    if (options.json) {
      printJson({ contexts, workers });
      return ExitCode.OK;
    }
    printContexts(contexts, true);
    output.line("");
    if (workers.length === 0) output.line("no worker: start one with `rhai worker`");
    else printWorkers(workers);
    return ExitCode.OK;
  });
}

export function pause(options: ContextOptions): Promise<ExitCode> {
  return setPaused(options, true);
}

export function resume(options: ContextOptions): Promise<ExitCode> {
  return setPaused(options, false);
}

function setPaused(options: ContextOptions, paused: boolean): Promise<ExitCode> {
  const context = namedContext(options);
  return withStore(options, async (store) => {
    await (paused ? store.pause({ context }) : store.resume({ context }));
    if (options.json) printJson({ context, paused });
    else
      output.line(`${context} is ${paused ? "paused: running tasks go on, no further one starts" : "open"}`);
    return ExitCode.OK;
  });
}

export interface MoveOptions extends ContextOptions {
  readonly limit?: number;
}

export interface DeadOptions extends MoveOptions {
  readonly all?: boolean;
}

export function retryDead(ids: readonly string[], options: DeadOptions): Promise<ExitCode> {
  return moveDead("to run again", "retryDead", ids, options);
}

export function dropDead(ids: readonly string[], options: DeadOptions): Promise<ExitCode> {
  return moveDead("removed", "dropDead", ids, options);
}

function moveDead(
  done: string,
  verb: "retryDead" | "dropDead",
  ids: readonly string[],
  options: DeadOptions,
): Promise<ExitCode> {
  const context = namedContext(options);
  const { all, limit } = options;
  const choices = [ids.length > 0, limit !== undefined, all === true].filter(Boolean).length;
  if (choices !== 1) throw new UsageError("name tasks, or --limit N for the oldest, or --all");
  return withStore(options, async (store) => {
    const moved =
      ids.length > 0
        ? (await store[verb]({ context, ids })).count
        : await inSteps(limit, (step) => store[verb]({ context, limit: step }));
    if (options.json) printJson({ context, count: moved });
    else output.line(`${plural(moved, "dead task")} ${done}`);
    if (ids.length <= moved) return ExitCode.OK;
    output.errorLine(
      `error: ${ids.length - moved} of the ${ids.length} named are not in the dead-letter list`,
    );
    return ExitCode.FAILED;
  });
}

/** Cancels waiting tasks, and with `scheduled` also those that wait for their time. */
export function drain(options: MoveOptions & { readonly scheduled?: boolean }): Promise<ExitCode> {
  const context = namedContext(options);
  const { limit, scheduled } = options;
  return withStore(options, async (store) => {
    const count = await inSteps(limit, (step) => store.drain({ context, scheduled, limit: step }));
    if (options.json) printJson({ context, count });
    else output.line(`${plural(count, "waiting task")} cancelled`);
    return ExitCode.OK;
  });
}

const STEP = 1000;

/** Each call works on a bounded number, so that the store is never held up. */
async function inSteps(limit: number | undefined, move: (limit: number) => Promise<Moved>): Promise<number> {
  let total = 0;
  for (;;) {
    const wanted = Math.min(STEP, (limit ?? Number.POSITIVE_INFINITY) - total);
    if (wanted <= 0) return total;
    const { count, more } = await move(wanted);
    total += count;
    if (!more || count === 0) return total;
  }
}

/** Changes what is named; always shows the settings that hold then. */
export function limitContext(options: ContextOptions & LimitChanges): Promise<ExitCode> {
  const context = namedContext(options);
  return withStore(options, async (store) => {
    const present = await store.settings({ context });
    const changes = settingsFrom(options, present);
    const settings =
      Object.keys(changes).length === 0 ? present : await store.configure({ context, settings: changes });
    if (options.json) printJson({ context, ...settings });
    else for (const line of settingsLines(settings)) output.line(line);
    return ExitCode.OK;
  });
}
