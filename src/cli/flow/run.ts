// `rhai flow run FILE`: starts a flow, advances it, shows how it goes, and prints its result.

import { dirname } from "node:path";
import type { FlowDefinition } from "../../flow/definition/types.ts";
import { isFlowError } from "../../flow/errors.ts";
import type { FlowResult } from "../../flow/executor/views.ts";
import { parseJson } from "../../runtime/json-read.ts";
import { RhaiMap } from "../../runtime/value/containers.ts";
import type { Value } from "../../runtime/value/value.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { interruptSignal } from "../queue/interrupt.ts";
import { argsText } from "../queue/script-args.ts";
import { oneLine, printJson } from "../queue/show.ts";
import { isTerminal, styleFor } from "../style.ts";
import { reportFlowFailure } from "./failure.ts";
import { readFlow } from "./flow-file.ts";
import { type LocalOptions, withLocalFlows } from "./local-flows.ts";
import { writeRun } from "./run-out.ts";
import { watchRun } from "./watch.ts";
import {
  jsonPrinter,
  LivePrinter,
  linePrinter,
  ownTerminal,
  type Printer,
  quietPrinter,
  silentPrinter,
} from "./watch-print.ts";
import { type FlowStoreOptions, type Flows, withFlows } from "./with-flows.ts";
import { hintAtWorkers } from "./worker-hint.ts";

export interface ShowOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
}

export interface RunOptions extends FlowStoreOptions, LocalOptions, ShowOptions {
  readonly local?: boolean;
  readonly detach?: boolean;
  readonly input?: readonly string[];
  readonly inputJson?: string;
  readonly key?: string;
  /** File that the run is exported to in the end. */
  readonly record?: string;
}

const LOOK_MS = 200;
const LOCAL_LOOK_MS = 50;

/** What the options say about the input; undefined when they say nothing. Throws `UsageError`. */
export function inputFrom({ input, inputJson }: Pick<RunOptions, "input" | "inputJson">): Value | undefined {
  const text = argsText(input ?? [], inputJson, { one: "--input", all: "--input-json" });
  return text === undefined ? undefined : parseJson(text);
}

export async function runFlow(file: string, options: RunOptions): Promise<ExitCode> {
  const { local, detach, record } = options;
  if (local && detach)
    throw new UsageError("--local and --detach exclude each other: nothing would be left to run it");
  if (record !== undefined && detach) throw new UsageError("--record and --detach exclude each other");
  if (options.watch && detach) throw new UsageError("--watch and --detach exclude each other");
  const input = inputFrom(options) ?? new RhaiMap(new Map());
  let definition: FlowDefinition;
  try {
    definition = await readFlow(file);
  } catch (error) {
    return reportFlowFailure(error);
  }
  const start = async (flows: Flows): Promise<ExitCode> => {
    const flowId = await flows.executor.executeFlow(definition, { input, key: options.key });
    if (!detach) {
      const code = await showRun(flows, flowId, options);
      if (record !== undefined) await writeRun(flows, flowId, record);
      return code;
    }
    if (options.json) printJson({ flowId });
    else output.line(flowId);
    return ExitCode.OK;
  };
  const scriptsFolder = dirname(file);
  if (local) return await withLocalFlows(definition, { scripts: scriptsFolder, ...options }, start);
  return await withFlows(options, start, { drive: !detach, scriptsFolder });
}

/** Shows a run until its end. */
export async function showRun(
  flows: Flows,
  flowId: string,
  options: ShowOptions & { readonly local?: boolean },
): Promise<ExitCode> {
  const { signal, dispose } = interruptSignal();
  const ended = new AbortController();
  const printer = printerFor(options);
  const { local = false } = options;
  try {
    if (!local) void hintAtWorkers(flows, flowId, AbortSignal.any([signal, ended.signal]));
    const watch = { ...flows, flowId, listener: printer, everyMs: local ? LOCAL_LOOK_MS : LOOK_MS };
    let result = await watchRun({ ...watch, signal });
    if (result === null && local) result = await cancelled(watch);
    printer.end(result);
    if (result === null) return interrupted(flowId);
    return signal.aborted ? ExitCode.INTERRUPTED : await printEnd(flows, result, options);
  } finally {
    ended.abort();
    dispose();
  }
}

/** Ctrl-C ends a run that has nowhere else to go on: what it did is undone. */
async function cancelled(watch: Omit<Parameters<typeof watchRun>[0], "signal">): Promise<FlowResult | null> {
  output.errorLine("cancelling the flow; once more stops at once");
  await watch.executor.cancel(watch.flowId, "interrupted");
  return await watchRun({ ...watch, signal: new AbortController().signal });
}

function interrupted(flowId: string): ExitCode {
  output.errorLine(
    `not watching any more; the flow goes on where an executor runs (rhai flow serve): rhai flow status ${flowId} --watch`,
  );
  return ExitCode.INTERRUPTED;
}

export function printerFor({ watch, json }: ShowOptions): Printer {
  if (json) return watch ? jsonPrinter : silentPrinter;
  if (!watch) return quietPrinter;
  const style = styleFor(1);
  return isTerminal(1) && process.env.TERM !== "dumb"
    ? new LivePrinter(ownTerminal, style)
    : linePrinter(style);
}

/** The result on standard output, complaints on standard error. */
async function printEnd({ executor }: Flows, result: FlowResult, options: ShowOptions): Promise<ExitCode> {
  const { flowId, status, error } = result;
  const record = await executor.store.get({ id: flowId, steps: false }).catch((failure: unknown) => {
    if (isFlowError(failure)) return null;
    throw failure;
  });
  const undone = JSON.parse(record?.flow.uncompensated_steps || "[]") as string[];
  if (options.json) {
    if (!options.watch) printJson({ ...result, uncompensatedSteps: undone });
    return status === "Completed" ? ExitCode.OK : ExitCode.FAILED;
  }
  // The text as it is stored: numbers beyond 2^53 keep their digits.
  const text = record?.flow.output;
  if (text && text !== "null") output.line(text);
  if (status !== "Completed") {
    const where = error?.step === undefined ? "" : `step '${error.step}': `;
    const why = error === null ? "" : `: ${where}${oneLine(error.message, 500)}`;
    output.errorLine(`error: flow ${flowId} ${status === "Failed" ? "failed" : "was cancelled"}${why}`);
  }
  if (undone.length > 0)
    output.errorLine(
      `error: could not be undone: ${undone.join(", ")} (again: rhai flow retry --undo ${flowId})`,
    );
  return status === "Completed" ? ExitCode.OK : ExitCode.FAILED;
}
