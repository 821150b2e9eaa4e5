#!/usr/bin/env node
// Entry of the `rhai` command: the short way for running files, everything else through the command table.

import type { ExitCode } from "./exit-codes.ts";
import { reportInternalError } from "./internal-error.ts";
import { quickRun } from "./quick-run.ts";

const COMMANDS: ReadonlySet<string> = new Set([
  ...["run", "eval", "check", "dbg", "conformance", "help"],
  ...["submit", "worker", "dev", "task", "queue", "schedule", "fsck", "flow"],
]);

interface RunRequest {
  readonly files: readonly string[];
  readonly args: readonly string[];
}

/** What to run when the arguments are plain files; null when there are options or other commands among them. */
function plainRun(argv: readonly string[]): RunRequest | null {
  const end = argv.indexOf("--");
  const before = end === -1 ? argv : argv.slice(0, end);
  if (before[0] !== "run" && COMMANDS.has(before[0])) return null;
  const files = before[0] === "run" ? before.slice(1) : before;
  const plain = files.length > 0 && files.every((file) => file === "-" || !file.startsWith("-"));
  return plain ? { files, args: end === -1 ? [] : argv.slice(end + 1) } : null;
}

async function runProgram(argv: readonly string[]): Promise<ExitCode> {
  try {
    return await (await import("./program.ts")).runProgram(argv);
  } catch (error) {
    return reportInternalError(error);
  }
}

const argv = process.argv.slice(2);
const request = plainRun(argv);
process.exitCode = request === null ? await runProgram(argv) : quickRun(request.files, request.args);
