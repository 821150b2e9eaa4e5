// `rhai flow export ID`, `rhai flow import FILE`: a run as one file, looked at and done again elsewhere.

import { readFileSync } from "node:fs";
import { exportRun } from "../../flow/export/export-run.ts";
import { importRun } from "../../flow/export/import-run.ts";
import { type ReplayedRun, type ReplayOptions, replayRun } from "../../flow/export/replay.ts";
import { parseRunFile, type RunFile } from "../../flow/export/run-file.ts";
import { durationText } from "../../flow/graph/graph.ts";
import { readRun } from "../../flow/graph/stored-run.ts";
import { createMemoryFlowStore } from "../../flow/memory/store.ts";
import type { Change } from "../../flow/transition/events.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { moment, oneLine, plural, printJson, safeLines } from "../queue/show.ts";
import { styleFor } from "../style.ts";
import { changeText } from "./change-text.ts";
import { reportingFlows } from "./failure.ts";
import { readFlow } from "./flow-file.ts";
import { localEngine } from "./local-engine.ts";
import { inputFrom, type RunOptions } from "./run.ts";
import { runText, writeRun } from "./run-out.ts";
import { printRun } from "./run-view.ts";
import { type FlowStoreOptions, withFlows } from "./with-flows.ts";

export interface ExportOptions extends FlowStoreOptions {
  readonly out?: string;
}

export function exportFlow(flowId: string, options: ExportOptions): Promise<ExitCode> {
  return withFlows(options, async (flows) => {
    const { out, json } = options;
    if (out === undefined) {
      const { store } = flows.executor;
      output.line(runText(await exportRun({ ...flows, store }, flowId)).trimEnd());
      return ExitCode.OK;
    }
    const { runs, attempts } = await writeRun(flows, flowId, out);
    if (json) printJson({ file: out, runs: runs.length, attempts: attempts.length });
    else output.line(`${out}: ${plural(runs.length, "run")}, ${plural(attempts.length, "attempt")}`);
    return ExitCode.OK;
  });
}

export interface ImportOptions extends Pick<RunOptions, "input" | "inputJson"> {
  readonly history?: boolean;
  readonly log?: boolean;
  readonly replay?: boolean;
  readonly from?: string;
  readonly live?: readonly string[];
  readonly flow?: string;
  readonly engine?: string;
  readonly json?: boolean;
}

export function importFlow(path: string, options: ImportOptions): Promise<ExitCode> {
  const { replay, from, live, flow } = options;
  const again = [replay, from, live, flow].some((option) => option !== undefined);
  const input = inputFrom(options);
  if (input !== undefined && !again) throw new UsageError("--input needs --replay, --from, --live or --flow");
  return reportingFlows(async () => {
    const file = parseRunFile(readFileSync(path, "utf8"));
    if (!again) return await show(file, options);
    return await doAgain(file, input, options);
  });
}

/** The run as it was. */
async function show(file: RunFile, { json, history, log }: ImportOptions): Promise<ExitCode> {
  const store = createMemoryFlowStore();
  const flowId = await importRun(store, file);
  if (json) {
    printJson(file);
    return ExitCode.OK;
  }
  printRun(await readRun(store, flowId, file.exportedAt));
  if (history)
    for (const { at, changes } of file.runs[0].history)
      for (const change of changes) printChange(at, change as Change);
  if (log) printLogs(file);
  return ExitCode.OK;
}

function printChange(at: number, change: Change): void {
  const style = styleFor(1);
  output.line(`${style.dim(moment(at))}  ${changeText(change, style)}`);
}

function printLogs({ attempts }: RunFile): void {
  const style = styleFor(1);
  for (const { stepId, attempt, undo, log } of attempts) {
    const name = `${undo ? "undo " : ""}${stepId}${attempt > 1 ? ` (attempt ${attempt})` : ""}`;
    for (const { at, text } of log)
      for (const line of safeLines(text))
        output.line(`${style.dim(moment(at))}  ${style.bold(name)} | ${line}`);
  }
}

async function doAgain(file: RunFile, input: unknown, options: ImportOptions): Promise<ExitCode> {
  const { from, live, flow, engine, json } = options;
  const settings: ReplayOptions = {
    ...(from !== undefined && { from }),
    ...(input !== undefined && { input }),
    ...(live !== undefined && { live: live.includes("all") ? "all" : live }),
    ...(flow !== undefined && { definition: await readFlow(flow) }),
    engine: await localEngine(engine),
  };
  const replayed = await replayRun(file, settings);
  const { differences, hung } = replayed;
  const changed = from !== undefined || live !== undefined || flow !== undefined || input !== undefined;
  if (json) {
    const { flow: view, history, elapsedMs } = replayed;
    printJson({ flow: view, history, elapsedMs, hung, differences });
  } else await printReplay(replayed, changed);
  const good = changed ? replayed.flow.status === "Completed" : differences.length === 0;
  return good ? ExitCode.OK : ExitCode.FAILED;
}

async function printReplay(
  { flow, store, differences, elapsedMs, hung }: ReplayedRun,
  changed: boolean,
): Promise<void> {
  const style = styleFor(1);
  printRun(await readRun(store, flow.flowId));
  output.line(style.dim(`took ${durationText(elapsedMs)} of virtual time`));
  if (hung) output.line(`${style.red("error")}: nothing can happen any more, and it has not ended`);
  for (const difference of differences)
    output.line(`${changed ? "other" : style.red("other")} than recorded: ${oneLine(difference, 500)}`);
  if (differences.length === 0) output.line(style.green("all as recorded"));
}
