// Names, arguments, options and help of the commands that look at the queue and change it.

import type { Command, OptionValues } from "commander";
import type { ExitCode } from "../exit-codes.ts";
import { collected, count, duration, orNone, rate, size, wholeNumber } from "./values.ts";

export type Finish = (code: ExitCode) => void;

/** What a command does: with its module, which is loaded only then, its options and its arguments. */
type Work<M> = (module: M, options: OptionValues, args: readonly string[]) => Promise<ExitCode>;

export type Runner<M> = (work: Work<M>) => (...args: unknown[]) => Promise<void>;

export function runnerOf<M>(load: () => Promise<M>, finish: Finish): Runner<M> {
  return (work) =>
    async (...args) => {
      const command = args.at(-1) as Command;
      finish(await work(await load(), command.optsWithGlobals(), command.args));
    };
}

type QueueRunner = Runner<typeof import("../commands/queue.ts")>;

export const STORE_HELP = `
The queue's Redis is named by --redis, else by the environment variable RHAI_REDIS_URL, else it is redis://127.0.0.1:6379.
rediss:// is for TLS (?ca=FILE names an authority of your own), redis+cluster:// for a node of a Redis Cluster,
redis+sentinel://HOST:26379/NAME for the master that sentinels know by this name. Put passwords into the variable: other
users of the machine can see options.`;

export function addStoreOptions(command: Command): Command {
  return command
    .option("--redis <url>", "where the queue is (default: $RHAI_REDIS_URL, then redis://127.0.0.1:6379)")
    .option("--prefix <text>", "what the queue's keys begin with (default: rhai:)");
}

export function addLookOptions(command: Command, context: string): Command {
  return addStoreOptions(command)
    .option("--context <name>", context)
    .option("--json", "print JSON")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", STORE_HELP);
}

function addPaging(command: Command): Command {
  return command
    .option("--limit <n>", "tasks on a page (default: 50)", count)
    .option("--cursor <text>", "go on where the last page ended");
}

export function defineQueue(program: Command, finish: Finish): void {
  const queue = addLookOptions(program.command("queue"), "the context").description(
    "look at contexts and their tasks, and change them",
  );
  const run: QueueRunner = runnerOf(() => import("../commands/queue.ts"), finish);
  defineListings(queue, run);
  defineChanges(queue, run);
  defineLimit(queue, run);
}

function defineListings(queue: Command, run: QueueRunner): void {
  addPaging(queue.command("ls"))
    .description("list contexts; with --context its tasks")
    .option("--state <name>", "only tasks that are processing, waiting, scheduled, dead or finished")
    .action(run(({ list }, options) => list(options)));
  queue
    .command("stats")
    .description("numbers of all contexts (or one), and the workers")
    .action(run(({ showStats }, options) => showStats(options)));
  addPaging(queue.command("dead"))
    .description("list the tasks that failed for good")
    .action(run(({ listDead }, options) => listDead(options)));
}

function defineChanges(queue: Command, run: QueueRunner): void {
  queue
    .command("pause")
    .description("start no further task; running ones go on")
    .action(run(({ pause }, options) => pause(options)));
  queue
    .command("resume")
    .description("start tasks again")
    .action(run(({ resume }, options) => resume(options)));
  queue
    .command("drain")
    .description("cancel waiting tasks, oldest first; running ones go on")
    .option("--scheduled", "also those that wait for their time")
    .option("--limit <n>", "so many at most", count)
    .action(run(({ drain }, options) => drain(options)));
  for (const [name, description] of [
    ["retry", "let dead tasks run again"],
    ["drop", "remove dead tasks"],
  ] as const) {
    queue
      .command(name)
      .description(description)
      .argument("[ids...]", "the tasks")
      .option("--limit <n>", "the oldest so many", count)
      .option("--all", "all of them")
      .action(
        run(({ retryDead, dropDead }, options, ids) =>
          (name === "retry" ? retryDead : dropDead)(ids, options),
        ),
      );
  }
}

function defineLimit(queue: Command, run: QueueRunner): void {
  queue
    .command("limit")
    .alias("configure")
    .description("show a context's limits, after changing those that are named; `none` takes one away")
    .option("--concurrency <n>", "tasks that run at a time, over all workers", orNone(count))
    .option("--key-concurrency <n>", "tasks of one caller (or fair key) that run at a time", orNone(count))
    .option("--rate <n/time>", "starts per span of time: 10/1s, 600/min", orNone(rate))
    .option("--weight <key=n>", "turns in a row of a caller; may be repeated", collected)
    .option("--max-length <n>", "waiting tasks; more are refused", orNone(count))
    .option("--max-bytes <size>", "text of unfinished tasks; more is refused", orNone(size))
    .option("--max-crashes <n>", "crashes until a task is given up", count)
    .option("--keep-for <time>", "how long finished tasks stay: 12h, 7d", duration)
    .option("--keep-count <n>", "how many finished tasks stay", wholeNumber)
    .option("--keep-bytes <size>", "how much text of finished tasks stays: 64MB", size)
    .option("--keep-dead-for <time>", "the same for dead tasks", duration)
    .option("--keep-dead-count <n>", "the same for dead tasks", wholeNumber)
    .option("--keep-dead-bytes <size>", "the same for dead tasks", size)
    .action(run(({ limitContext }, options) => limitContext(options)));
}

const TASK_HELP = `
Exit code: 0, or 1 when there is no such task. With --follow 0 when the task completed, 1 when it failed or was cancelled.`;

export function defineTask(program: Command, finish: Finish): void {
  const run = runnerOf(() => import("../commands/task.ts"), finish);
  const task = addLookOptions(
    program.command("task"),
    "only for tasks of foreign clients that no worker has seen",
  )
    .description("look at a task, explain why it waits, cancel it, run it again")
    .usage("[options] ID\n       rhai task explain|cancel|rerun [options] ID")
    .argument("[id]", "the task")
    .option("--follow", "show what happens until it ends")
    .addHelpText("after", TASK_HELP)
    .action(run(({ lookAtTask }, options, [id]) => lookAtTask(id, options)));
  task
    .command("explain")
    .description("say in one line why it is not running, and when it should")
    .argument("<id>", "the task")
    .action(run(({ explainTask }, options, [id]) => explainTask(id, options)));
  task
    .command("cancel")
    .description("end it: at once when it waits, else by its worker")
    .argument("<id>", "the task")
    .option("--reason <text>", "kept with the task")
    .action(run(({ cancelTask }, options, [id]) => cancelTask(id, options)));
  task
    .command("rerun")
    .description("let a finished task run again")
    .argument("<id>", "the task")
    .option("--delay <time>", "not before so long from now: 10s, 5min", duration)
    .action(run(({ rerunTask }, options, [id]) => rerunTask(id, options)));
}

export function defineFsck(program: Command, finish: Finish): void {
  addLookOptions(program.command("fsck"), "only this context")
    .description("prove the store's rules on a live system")
    .option("--repair", "mend what is broken")
    .addHelpText(
      "after",
      "\nExit code: 0 when all rules hold, 1 when one was broken (also when it was mended).",
    )
    .action(
      runnerOf(() => import("../commands/fsck.ts"), finish)(({ checkStore }, options) => checkStore(options)),
    );
}
