// Names, arguments, options and help of the commands that submit scripts and run them.

import { type Command, Option } from "commander";
import { addStoreOptions, type Finish, runnerOf, STORE_HELP } from "./define-control.ts";
import { collected, count, duration, listenAddress, moment, size, wholeNumber } from "./values.ts";
import { LOG_FORMATS, LOG_LEVELS } from "./worker-log.ts";

const SUBMIT_HELP = `
FILE may be - for standard input; a first line that begins with #! is skipped.
Without --wait and --follow the task's id is printed, for \`rhai task ID\`. With --wait the result is printed as JSON, and what
the script printed goes to standard error.

Exit code: 0; 1 when the task failed or was cancelled; 3 when Redis cannot be reached; 4 when --wait-timeout is over.`;

/** What `submit` and `schedule put` say of a task. */
export function addTaskOptions(command: Command): Command {
  return command
    .option(
      "--arg <name=text>",
      "a variable of the script; name:=JSON for other values than texts",
      collected,
    )
    .option("--args-json <object>", "all its variables as a JSON object")
    .option("--timeout <time>", "end the script when it runs longer: 500ms, 10s, 5min", duration)
    .option("--priority <n>", "0 (default) to 1000; higher runs earlier", wholeNumber)
    .option("--retries <n>", "run it again after a failure, so often at most", wholeNumber)
    .option("--retry-delay <time>", "before the first repetition; doubles with each", duration)
    .option("--caller <name>", "who asks; callers are served in turns")
    .option("--keep <time>", "how long the finished task is kept (default: as its context says)", duration)
    .option("--by-path", "hand over FILE's name: the worker reads it from its scripts folder")
    .option("--sign <file>", "sign the task with this Ed25519 private key (PEM)");
}

export function defineSubmit(program: Command, finish: Finish): void {
  const run = runnerOf(() => import("../commands/submit.ts"), finish);
  const submit = program
    .command("submit")
    .description("hand a script to the queue")
    .argument("<file>", "the script")
    .option("--context <name>", "whose workers run it (default: default)")
    .option("--wait", "wait for the result and print it")
    .option("--follow", "show what happens until the end")
    .option("--wait-timeout <time>", "do not wait longer: 30s, 5min", duration);
  addTaskOptions(submit)
    .option("--delay <time>", "not before so long from now", duration)
    .option("--at <moment>", "not before this moment: 2030-01-31T08:00Z", moment)
    .option("--key <text>", "an unfinished task with the same key counts instead of a new one")
    .option("--local", "store and worker in this process, in memory; waits for the result")
    .option("--engine <file>", "with --local: ES module that adds host functions")
    .option("--scripts <folder>", "with --local: what scripts may import (default: FILE's folder)")
    .option("--modules <folder>", "with --local: what scripts may import, if not the scripts' folder")
    .option("--json", "print JSON");
  addStoreOptions(submit)
    .addHelpText("after", `${SUBMIT_HELP}\n${STORE_HELP}`)
    .action(run((module, options, [file]) => module.submit(file, options)));
}

const WORKER_HELP = `
SIGTERM and Ctrl-C let running scripts finish (--grace), then hand them back to the queue; a second one does so at once.
The endpoints of --listen are /healthz, /readyz and /metrics (Prometheus).

The module of --engine has a default export that is called with the engine in each script thread:
  export default function (engine) { engine.registerFn("twice", ["i64"], (n) => n * 2); }`;

/** What `worker` and `dev` have in common. */
function addWorkerOptions(command: Command, scripts: string): Command {
  return addStoreOptions(command)
    .option("--context <names>", "contexts to serve: a,b (default: default)")
    .option("--concurrency <n>", "tasks at a time (default: 10 for each thread)", count)
    .option("--threads <n>", "script threads (default: one less than processors, at most 8)", count)
    .option("--engine <file>", "ES module that adds host functions")
    .option("--scripts <folder>", `where scripts lie that are submitted by path${scripts}`)
    .option("--modules <folder>", "what scripts may import (default: the scripts' folder)")
    .option("--timeout <time>", "how long a script may run that does not say (default: 5min)", duration)
    .option("--max-timeout <time>", "how long a task may ask for (default: 1d)", duration)
    .option(
      "--max-operations <n>",
      "operations of one run (default: as many as its time allows)",
      wholeNumber,
    )
    .option("--max-heap <size>", "memory of a script thread (default: 256MB)", size)
    .option("--max-output <size>", "longest result (default: 1MB)", size);
}

export function defineWorker(program: Command, finish: Finish): void {
  const run = runnerOf(() => import("../commands/worker.ts"), finish);
  addWorkerOptions(program.command("worker"), "")
    .description("run scripts from the queue")
    .option("--id <name>", "unique among all workers (default: made of host and process)")
    .option("--listen <[host:]port>", "serve health and numbers (host: 127.0.0.1)", listenAddress)
    .option("--drain", "end when nothing is left to run")
    .option(
      "--lease <time>",
      "a task is given to others when the worker is silent so long (default: 30s)",
      duration,
    )
    .option("--grace <time>", "when stopping, scripts may go on so long (default: 25s)", duration)
    .option(
      "--trust <caller=file>",
      "run only tasks that this Ed25519 public key (PEM) of the caller signed",
      collected,
    )
    .option(
      "--secret-env <name>",
      "blank this variable's value out of what scripts print; may be repeated",
      collected,
    )
    .addOption(
      new Option("--log-level <level>", "debug shows every task (default: info)").choices(LOG_LEVELS),
    )
    .addOption(new Option("--log-format <format>", "default: text on a terminal").choices(LOG_FORMATS))
    .addHelpText("after", `${WORKER_HELP}\n${STORE_HELP}`)
    .action(run(({ work }, options) => work(options)));
}

const DEV_HELP = `
Without --redis it starts a redis-server of its own (found on the PATH) on a port of 127.0.0.1 and ends it again; without
redis-server, or with --memory, the store is in this process and scripts are named on standard input, one a line.`;

export function defineDev(program: Command, finish: Finish): void {
  const run = runnerOf(() => import("../commands/dev.ts"), finish);
  addWorkerOptions(program.command("dev"), " (default: here)")
    .description("worker and store in one process, for development")
    .option("--port <n>", "of its redis-server (default: 6379 if that is free)", count)
    .option("--memory", "do not look for redis-server")
    .addHelpText("after", DEV_HELP)
    .action(run(({ develop }, options) => develop(options)));
}
