// `rhai conformance PATH…`: runs recorded cases and shows where the outcomes differ.

import { existsSync, writeFileSync } from "node:fs";
import type { Outcome } from "../conformance/case.ts";
import { FAILED, linesToCompare } from "../conformance/compare.ts";
import { diffLines } from "../conformance/diff.ts";
import { type Loaded, loadCases } from "../conformance/load.ts";
import { type JudgedCase, runAndJudge } from "../conformance/run.ts";
import { summaryTable } from "../conformance/summary.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { type Style, styleFor } from "../style.ts";

export interface ConformanceOptions {
  readonly results?: string;
  readonly filter?: string;
  readonly maxFailures: number;
  readonly verbose?: boolean;
}

const DEFAULT_FOLDER = "test/conformance";

function selectCases(paths: readonly string[], filter: string): Loaded {
  if (paths.length === 0 && !existsSync(DEFAULT_FOLDER)) {
    throw new UsageError(`no PATH given, and there is no folder ${DEFAULT_FOLDER} here`);
  }
  const { cases, problems } = loadCases(paths.length === 0 ? [DEFAULT_FOLDER] : paths);
  return { cases: cases.filter((item) => item.id.includes(filter)), problems };
}

/** A result line in the recorded form; a crash has no recorded form and shows as `crash`. */
function resultLine(id: string, outcome: Outcome): string {
  return `${JSON.stringify({ id, ...outcome })}\n`;
}

function paint(line: string, style: Style): string {
  if (line.startsWith("- ")) return style.red(line);
  return line.startsWith("+ ") ? style.green(line) : line;
}

function showFailure({ item, outcome }: JudgedCase, verbose: boolean, style: Style): void {
  output.line(style.bold(`FAILED ${item.id}`));
  if (verbose) for (const line of item.script.split("\n")) output.line(style.dim(`    | ${line}`));
  const { expected, actual } = linesToCompare(item, outcome);
  for (const line of diffLines(expected, actual)) output.line(`    ${paint(line, style)}`);
  output.line("");
}

function showFailures(failures: readonly JudgedCase[], options: ConformanceOptions, style: Style): void {
  const limit = options.maxFailures === 0 ? failures.length : options.maxFailures;
  for (const failure of failures.slice(0, limit)) showFailure(failure, options.verbose ?? false, style);
  const hidden = failures.length - limit;
  if (hidden > 0) output.line(`... and ${hidden} more failures (--max-failures 0 shows all)\n`);
}

/** Runs the cases behind `paths` and prints failures, the table by area and the count of passed and failed cases. */
export async function runConformance(
  paths: readonly string[],
  options: ConformanceOptions,
): Promise<ExitCode> {
  const style = styleFor(1);
  const { cases, problems } = selectCases(paths, options.filter ?? "");
  const judged = await runAndJudge(cases);
  if (options.results !== undefined) {
    writeFileSync(options.results, judged.map(({ item, outcome }) => resultLine(item.id, outcome)).join(""));
  }
  const failures = judged.filter(({ verdict }) => verdict !== null && !verdict.exact);
  for (const { id, reason } of problems) output.line(`${style.bold(`FAILED ${id}`)}\n    ${reason}\n`);
  showFailures(failures, options, style);

  const counted = judged.flatMap(({ item, verdict }) =>
    verdict === null ? [] : [{ area: item.area, verdict }],
  );
  const unread = problems.map(() => ({ area: "(unreadable)", verdict: FAILED }));
  for (const line of summaryTable([...counted, ...unread])) output.line(line);
  if (counted.length < judged.length) output.line(`${judged.length - counted.length} without expectation`);
  const failed = failures.length + problems.length;
  output.line(`\n${counted.length - failures.length} passed, ${failed} failed`);
  return failed === 0 ? ExitCode.OK : ExitCode.FAILED;
}
