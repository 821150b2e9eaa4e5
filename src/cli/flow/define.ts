// Names, arguments, options and help of `rhai flow …`.

import { type Command, Option } from "commander";
import { addStoreOptions, type Finish, type Runner, runnerOf, STORE_HELP } from "../queue/define-control.ts";
import { collected, count, duration, listenAddress, size, wholeNumber } from "../queue/values.ts";

const FLOW_HELP = `
FILE is a flow as a .rhai script, as .yaml or .json, or a module (.js, .ts) that exports it as \`flow\`.

Exit code: 0; 1 when the flow failed, was cancelled, or is wrong; 3 when Redis cannot be reached.`;

/** Store, context, JSON: on every command that talks to the store. */
function stored(command: Command): Command {
  return addStoreOptions(command)
    .option("--context <name>", "flows of one context know nothing of others' (default: flow)")
    .option("--json", "print JSON")
    .addHelpText("after", STORE_HELP);
}

function withInput(command: Command): Command {
  return command
    .option("--input <name=text>", "a field of the input; name:=JSON for other values than texts", collected)
    .option("--input-json <object>", "the whole input as a JSON object");
}

export function defineFlowCommands(program: Command, finish: Finish): void {
  const flow = program
    .command("flow")
    .description("check, run, test and look at flows of scripts")
    .addHelpText("after", FLOW_HELP);
  defineFiles(flow, finish);
  defineRun(flow, finish);
  defineTest(flow, finish);
  defineExplore(flow, finish);
  defineServe(flow, finish);
  defineTransfer(flow, finish);
  defineSchedules(flow, finish);
  const control = runnerOf(() => import("../commands/flow.ts"), finish);
  defineLooks(flow, control);
  defineChanges(flow, control);
}

function defineFiles(flow: Command, finish: Finish): void {
  flow
    .command("check")
    .description("report what is wrong with flows, without running anything")
    .argument("<files...>", "the flows")
    .option("--json", "print the findings as a JSON array")
    .action(
      runnerOf(
        () => import("./check.ts"),
        finish,
      )(({ checkFlows }, options, files) => checkFlows(files, options)),
    );
  stored(flow.command("graph"))
    .description("draw a flow, or a run: Mermaid text on standard output, unless told otherwise")
    .usage("[options] FILE\n       rhai flow graph [options] --run ID")
    .argument("[file]", "the flow")
    .option("--run <id>", "draw this run and how far it is")
    .option("--mermaid", "print Mermaid text")
    .option("--svg <file>", "write an SVG file; - for standard output")
    .action(
      runnerOf(
        () => import("./graph.ts"),
        finish,
      )(({ drawFlow }, options, [file]) => drawFlow(file, options)),
    );
}

const TEST_HELP = `
A mocks file holds what steps, compensations and functions answer, signals, the input, and under \`expect\` what has to come
out; docs/flow.md describes it. Time is virtual: waits of days take milliseconds.

Exit code: 0 when all came out as expected (without \`expect\`: when the flow completed), else 1.`;

function defineTest(flow: Command, finish: Finish): void {
  flow
    .command("test")
    .description("run a flow against scripted replies, in virtual time")
    .argument("<file>", "the flow")
    .option("--mock <file>", "replies and expectations; may be repeated: each is a test", collected)
    .option("--json", "print JSON")
    .addHelpText("after", TEST_HELP)
    .action(
      runnerOf(
        () => import("./test.ts"),
        finish,
      )(({ testFlows }, options, [file]) => testFlows(file, options)),
    );
}

const EXPLORE_HELP = `
The flow is run in memory and virtual time, once undisturbed and then again and again: its executor is killed before and after
each thing that it does to the world (a write to its store, the start of a task), and another one takes over. Reported is each
run that hung, ended otherwise, did something twice or not at all, or left something undone that should have been undone.
The mocks are those of \`rhai flow test\`; steps without any run their own scripts.

Exit code: 0 when nothing was found, else 1.`;

function defineExplore(flow: Command, finish: Finish): void {
  flow
    .command("explore")
    .description("kill a flow's executor at every write, and report what goes wrong")
    .argument("<file>", "the flow")
    .option("--mock <file>", "what steps and functions answer; input and signals")
    .option(
      "--rounds <n>",
      "further runs in which several executors are killed at random moments (default: 50)",
      wholeNumber,
    )
    .option("--seed <n>", "of these moments (default: 1)", wholeNumber)
    .option("--max-points <n>", "so many single crashes at most (default: all)", wholeNumber)
    .option("--json", "print JSON")
    .addHelpText("after", EXPLORE_HELP)
    .action(
      runnerOf(
        () => import("./explore.ts"),
        finish,
      )(({ exploreFile }, options, [file]) => exploreFile(file, options)),
    );
}

const RUN_HELP = `
The command advances the flow itself, and waits for its end; steps are run by workers (rhai worker --context flow). Started with
--detach it is advanced by others (rhai flow serve). With --local all of it happens in this process.
The result goes to standard output as JSON, what scripts print to standard error. With --watch a tree of the steps is drawn on
a terminal, and a line is printed for each transition elsewhere.

Exit code: 0 when the flow completed; 1 when it failed or was cancelled; 2 for wrong arguments; 3 when Redis cannot be reached;
130 after Ctrl-C (with --local the flow is cancelled, and what it did is undone; else it stays where it is).`;

function defineRun(flow: Command, finish: Finish): void {
  const run = runnerOf(() => import("./run.ts"), finish);
  withInput(stored(flow.command("run")))
    .description("run a flow to its end")
    .argument("<file>", "the flow")
    .option("--key <text>", "a stored run with the same key counts instead of a new one")
    .option("--watch", "show how it goes")
    .option("--detach", "only start it and print its id")
    .option("--record <file>", "write the run to this file in the end (see rhai flow import)")
    .option("--local", "store and worker in this process, in memory")
    .option("--engine <file>", "with --local: ES module that adds host functions")
    .option("--scripts <folder>", "with --local: what scripts may import (default: FILE's folder)")
    .option("--modules <folder>", "with --local: what scripts may import, if not the scripts' folder")
    .option("--threads <n>", "with --local: script threads (default: 1)", count)
    .addHelpText("after", RUN_HELP)
    .action(run(({ runFlow }, options, [file]) => runFlow(file, options)));
}

const SERVE_HELP = `
Without --listen it only advances flows. With it, signals come in as HTTP requests:
  POST /flows/ID/signals/NAME[?key=KEY]   to a run
  POST /signals/NAME[?key=KEY]            to all runs that wait for it
The body is the payload as JSON; the header Idempotency-Key gives the signal an id: a second one with it changes nothing.
With RHAI_FLOW_TOKEN set, requests need the header \`Authorization: Bearer TOKEN\`; to listen for other machines it has to be.
SIGTERM and Ctrl-C end it; flows under way are taken up by others.`;

function defineServe(flow: Command, finish: Finish): void {
  stored(flow.command("serve"))
    .description("advance flows, fire their schedules, take signals over HTTP")
    .option("--listen <[host:]port>", "take signals there (host: 127.0.0.1)", listenAddress)
    .option("--token-env <name>", "environment variable with the token (default: RHAI_FLOW_TOKEN)")
    .option("--max-body <size>", "longest body of a request (default: 256KB)", size)
    .addHelpText("after", SERVE_HELP)
    .action(runnerOf(() => import("./serve.ts"), finish)(({ serveFlows }, options) => serveFlows(options)));
}

function defineSchedules(flow: Command, finish: Finish): void {
  const run = runnerOf(() => import("./schedules.ts"), finish);
  withInput(stored(flow.command("schedule")))
    .description("let a flow start by itself; the file's rule holds where no option says otherwise")
    .argument("<file>", "the flow")
    .option("--name <text>", "of the schedule; replaces one of the same name (default: the flow's name)")
    .option("--cron <rule>", "five fields, or six with seconds in front")
    .option("--time-zone <name>", "Europe/Brussels, for example (default: UTC)")
    .addOption(
      new Option("--catch-up <what>", "slots that passed while nobody served (default: latest)").choices([
        ...["none", "latest", "all"],
      ]),
    )
    .addOption(
      new Option("--when-unfinished <what>", "a slot while the last run goes on (default: allow)").choices([
        ...["allow", "skip"],
      ]),
    )
    .action(run(({ scheduleFlow }, options, [file]) => scheduleFlow(file, options)));
  stored(flow.command("schedules"))
    .description("list schedules")
    .action(run(({ listFlowSchedules }, options) => listFlowSchedules(options)));
  stored(flow.command("unschedule"))
    .description("remove a schedule; its runs go on")
    .argument("<name>", "the schedule")
    .action(run(({ unscheduleFlow }, options, [name]) => unscheduleFlow(name, options)));
}

const IMPORT_HELP = `
Shows the run as it was when it was exported. With --replay (or --from, --live, --flow) it is done again in memory and virtual
time: every attempt gives the result that it gave then, but for the steps of --live, whose scripts are run.

Exit code: 0; with --replay 0 when all came out as recorded, else 1; with --from, --live or --flow 0 when the flow completed.`;

function defineTransfer(flow: Command, finish: Finish): void {
  const run = runnerOf(() => import("./transfer.ts"), finish);
  stored(flow.command("export"))
    .description("write a run as one file: definition, input, results, transitions, logs")
    .argument("<id>", "the run")
    .option("--out <file>", "the file (default: standard output)")
    .action(run(({ exportFlow }, options, [id]) => exportFlow(id, options)));
  withInput(flow.command("import"))
    .description("open an exported run, and do it again")
    .argument("<file>", "what `rhai flow export` wrote")
    .option("--history", "show all transitions, too")
    .option("--log", "show what scripts printed, too")
    .option("--replay", "do it again with the results of then")
    .option("--from <step>", "do it again from this step on")
    .option("--live <step>", "run the script of this step; may be repeated; all: every step's", collected)
    .option("--flow <file>", "do it again with this version of the flow")
    .option("--engine <file>", "ES module that adds host functions for --live steps")
    .option("--json", "print JSON")
    .addHelpText("after", IMPORT_HELP)
    .action(run(({ importFlow }, options, [file]) => importFlow(file, options)));
}

type Control = Runner<typeof import("../commands/flow.ts")>;

function defineLooks(flow: Command, run: Control): void {
  stored(flow.command("status"))
    .description("show a run: its steps, input and result")
    .argument("<id>", "the run")
    .option("--watch", "until its end")
    .action(run(({ showStatus }, options, [id]) => showStatus(id, options)));
  stored(flow.command("list").alias("ls"))
    .description("list runs, newest first")
    .option("--status <name>", "only Created, Running, Waiting, Paused, Completed, Failed or Cancelled ones")
    .option("--name <name>", "only runs of this flow")
    .option("--uncompensated", "only ended ones with steps that could not be undone")
    .option("--limit <n>", "runs on a page (default: 50)", count)
    .option("--cursor <text>", "go on where the last page ended")
    .action(run(({ listFlows }, options) => listFlows(options)));
  stored(flow.command("history"))
    .description("list all transitions of a run")
    .argument("<id>", "the run")
    .action(run(({ showHistory }, options, [id]) => showHistory(id, options)));
}

function defineChanges(flow: Command, run: Control): void {
  stored(flow.command("cancel"))
    .description("stop runs, and undo what they did")
    .argument("<ids...>", "the runs")
    .option("--reason <text>", "kept with the run")
    .action(run(({ cancelFlows }, options, ids) => cancelFlows(ids, options)));
  stored(flow.command("pause"))
    .description("start no further step; running ones go on")
    .argument("<ids...>", "the runs")
    .action(run(({ pauseFlows }, options, ids) => pauseFlows(ids, options)));
  stored(flow.command("resume"))
    .description("let paused runs go on")
    .argument("<ids...>", "the runs")
    .action(run(({ resumeFlows }, options, ids) => resumeFlows(ids, options)));
  withInput(stored(flow.command("retry")))
    .description("new runs that do again what failed, and take over the other results; prints their ids")
    .argument("<ids...>", "ended runs")
    .option("--from <step>", "begin again with this step, whatever became of it")
    .option("--undo", "instead: try again to undo what could not be undone")
    .action(run(({ retryFlows }, options, ids) => retryFlows(ids, options)));
  const signals = (command: Command) =>
    stored(command)
      .option("--key <text>", "for steps that wait for a certain key")
      .option("--data <json>", "what the step gets as `payload`")
      .option("--id <text>", "a second signal with the same id changes nothing");
  signals(flow.command("signal"))
    .description("send a signal to a run; kept until a step takes it")
    .argument("<id>", "the run")
    .argument("<event>", "name of the signal")
    .action(run(({ signalFlow }, options, [id, event]) => signalFlow(id, event, options)));
  signals(flow.command("deliver"))
    .description("send a signal to all runs that wait for it")
    .argument("<event>", "name of the signal")
    .option("--keep <time>", "how long it is kept when none waits for it (default: 24h)", duration)
    .action(run(({ deliverSignal }, options, [event]) => deliverSignal(event, options)));
}
