// `rhai flow explore FILE`: kills the executor of a flow at every write, and reports what goes wrong.

import { dirname } from "node:path";
import { type Exploration, exploreFlow, type Kill, type Problem } from "../../flow/explore/explore.ts";
import { loadMocksFile } from "../../flow/mock/mocks-file.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { oneLine, plural, printJson } from "../queue/show.ts";
import { isTerminal, styleFor } from "../style.ts";
import { reportingFlows } from "./failure.ts";
import { readFlow } from "./flow-file.ts";

export interface ExploreCommandOptions {
  readonly mock?: string;
  readonly rounds?: number;
  readonly seed?: number;
  readonly maxPoints?: number;
  readonly json?: boolean;
}

const DEFAULT_ROUNDS = 50;
/** Problems that are shown in full. */
const SHOWN = 20;

export function exploreFile(file: string, options: ExploreCommandOptions): Promise<ExitCode> {
  return reportingFlows(async () => {
    const { mock, rounds = DEFAULT_ROUNDS, seed, maxPoints, json } = options;
    const definition = await readFlow(file);
    const { expect: _, ...mocks } = mock === undefined ? {} : loadMocksFile(mock);
    const exploration = await exploreFlow(definition, {
      ...mocks,
      rounds,
      ...(seed !== undefined && { seed }),
      ...(maxPoints !== undefined && { maxPoints }),
      scriptsFolder: dirname(file),
      ...(!json && isTerminal(2) && { onProgress }),
    });
    if (json) printJson(exploration);
    else print(definition.name, exploration);
    return exploration.problems.length === 0 ? ExitCode.OK : ExitCode.FAILED;
  });
}

/** A line that counts, for those who watch. */
function onProgress(done: number, total: number): void {
  process.stderr.write(`\r${done} of ${total} runs${done === total ? "\r\x1b[K" : ""}`);
}

function print(name: string, { status, deeds, tried, problems }: Exploration): void {
  const style = styleFor(1);
  output.line(`${style.bold(name)}: ${status} when undisturbed, in ${deeds.length} writes and starts`);
  for (const problem of problems.slice(0, SHOWN)) printProblem(problem);
  if (problems.length > SHOWN) output.line(`... ${problems.length - SHOWN} more (--json shows all)`);
  const verdict =
    problems.length === 0 ? style.green("nothing went wrong") : style.red(plural(problems.length, "problem"));
  output.line(`${plural(tried, "run")} with killed executors: ${verdict}`);
}

const KINDS: Readonly<Record<Problem["kind"], string>> = {
  hung: "hung",
  otherEnd: "other end",
  doubledEffect: "done twice",
  missingEffect: "not done",
  undoMissing: "not undone",
  brokenState: "broken state",
};

function printProblem({ kills, kind, message }: Problem): void {
  output.line(`${styleFor(1).red(KINDS[kind])}: ${oneLine(message, 300)}`);
  if (kills.length === 0) output.line("  without any crash");
  for (const kill of kills) output.line(`  ${killText(kill)}`);
}

function killText({ number, when, deed }: Kill): string {
  return deed === null
    ? `an executor that would have been killed at its deed ${number} lived to the end`
    : `killed ${when} deed ${number}: ${oneLine(deed, 200)}`;
}
