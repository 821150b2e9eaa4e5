// The command table: names, arguments, options and help of every command.

import { Command, CommanderError } from "commander";
import { ExitCode, UsageError } from "./exit-codes.ts";
import { defineFlowCommands } from "./flow/define.ts";
import { output } from "./output.ts";
import { defineFsck, defineQueue, defineTask } from "./queue/define-control.ts";
import { defineSchedule } from "./queue/define-schedule.ts";
import { defineDev, defineSubmit, defineWorker } from "./queue/define-work.ts";
import { VERSION } from "./version.ts";

const RUN_HELP = `
FILE may be - for standard input; a first line that begins with #! is skipped.
What follows -- is in the script's variable \`args\`, an array of strings.`;

const DBG_HELP = `
The debugger stops before the first statement and asks for commands, at the terminal or from a pipe;
'help' lists them. When there are no more commands the script runs to its end.`;

const CONFORMANCE_HELP = `
PATH is a .jsonl file of cases, a script NAME.rhai beside NAME.out and/or NAME.err, or a folder of these.
Without PATH the cases in test/conformance are run.`;

function positiveInteger(text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`'${text}' is not a whole number`);
  return Number(text);
}

/** Every command is loaded when it runs: each needs a part of the engine that the others can do without. */
function buildProgram(finish: (code: ExitCode) => void): Command {
  const program = new Command("rhai")
    .description("Runs and checks scripts in the Rhai language.")
    .usage("[command] [options]\n       rhai FILE… [-- ARGS]");
  program
    .command("run")
    .description("run scripts (the default command)")
    .usage("FILE… [-- ARGS]")
    .argument("<files...>", "script files")
    .addHelpText("after", RUN_HELP)
    // `main` has taken the usual forms; left is `run -- FILE…`, for names that begin with a dash.
    .action(async (files: string[]) => finish((await import("./commands/run.ts")).runFiles(files, [])));
  program
    .command("eval")
    .description("evaluate a text and print its value")
    .argument("<text>", "script text")
    .action(async (text: string) => finish((await import("./commands/eval.ts")).evaluate(text)));
  program
    .command("check")
    .description("report syntax errors without running anything")
    .argument("<files...>", "script files")
    .option("--json", "print the findings as a JSON array")
    .action(async (files: string[], options: { json?: boolean }) =>
      finish((await import("./commands/check.ts")).checkFiles(files, options)),
    );
  program
    .command("dbg")
    .description("run a script under a debugger")
    .usage("FILE [-- ARGS]")
    .argument("<file>", "script file")
    .argument("[args...]", "what the script finds in its variable `args`")
    .addHelpText("after", DBG_HELP)
    .action(async (file: string, args: string[]) =>
      finish(await (await import("./commands/dbg.ts")).debugFile(file, args)),
    );
  program
    .command("conformance")
    .description("run recorded cases and compare the outcomes")
    .argument("[paths...]", "case files or folders")
    .option("--results <file>", "write each case's outcome to a JSON-lines file")
    .option("--filter <text>", "only cases whose id contains the text")
    .option("--max-failures <n>", "how many failures to show in full; 0: all", positiveInteger, 20)
    .option("--verbose", "show the script of each failure")
    .addHelpText("after", CONFORMANCE_HELP)
    .action(async (paths: string[], options) =>
      finish(await (await import("./commands/conformance.ts")).runConformance(paths, options)),
    );
  defineSubmit(program, finish);
  defineWorker(program, finish);
  defineDev(program, finish);
  defineTask(program, finish);
  defineQueue(program, finish);
  defineSchedule(program, finish);
  defineFsck(program, finish);
  defineFlowCommands(program, finish);
  for (const command of withDescendants(program)) configure(command);
  return program;
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}

function configure(command: Command): void {
  command
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .showHelpAfterError("(see --help)")
    .configureOutput({
      writeOut: (text) => output.line(text.trimEnd()),
      writeErr: (text) => output.errorLine(text.trimEnd()),
    });
}

/** Runs the command that the arguments ask for and returns the exit code. */
export async function runProgram(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = ExitCode.OK;
  const program = buildProgram((result) => {
    code = result;
  });
  if (argv.length === 0) {
    output.errorLine(program.helpInformation().trimEnd());
    return ExitCode.USAGE;
  }
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
    if (!(error instanceof UsageError)) throw error;
    output.errorLine(`error: ${error.message}`);
    return ExitCode.USAGE;
  }
}
