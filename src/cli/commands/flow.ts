// `rhai flow status|list|history|cancel|pause|resume|retry|signal|deliver`: stored runs, looked at or changed.

import { isFlowError } from "../../flow/errors.ts";
import type { RerunOptions, SignalOptions } from "../../flow/executor/executor.ts";
import type { FlowSummary } from "../../flow/executor/views.ts";
import { durationText } from "../../flow/graph/graph.ts";
import { readRun } from "../../flow/graph/stored-run.ts";
import { FLOW_STATUSES, type FlowStatus } from "../../flow/state.ts";
import { parseJson } from "../../runtime/json-read.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { changeText } from "../flow/change-text.ts";
import { reportFlowFailure } from "../flow/failure.ts";
import { inputFrom, type RunOptions, showRun } from "../flow/run.ts";
import { printRun } from "../flow/run-view.ts";
import { type FlowStoreOptions, type Flows, withFlows } from "../flow/with-flows.ts";
import { output } from "../output.ts";
import { ago, type Column, moment, oneLine, plural, printJson, printTable } from "../queue/show.ts";
import { styleFor } from "../style.ts";

const PAGE_SIZE = 50;

export interface StatusOptions extends FlowStoreOptions {
  readonly watch?: boolean;
}

/** All about a run; with `watch` until its end. */
export function showStatus(flowId: string, options: StatusOptions): Promise<ExitCode> {
  return withFlows(options, async (flows) => {
    if (options.watch) return await showRun(flows, flowId, options);
    const { executor } = flows;
    if (options.json) printJson(await executor.status(flowId));
    else printRun(await readRun(executor.store, flowId));
    return ExitCode.OK;
  });
}

export interface ListOptions extends FlowStoreOptions {
  readonly status?: string;
  readonly name?: string;
  readonly uncompensated?: boolean;
  readonly limit?: number;
  readonly cursor?: string;
}

function readStatus(text: string | undefined): FlowStatus | undefined {
  const status = FLOW_STATUSES.find((name) => name.toLowerCase() === text?.toLowerCase());
  if (text !== undefined && status === undefined)
    throw new UsageError(`'${text}' is not a status (${FLOW_STATUSES.join(", ")})`);
  return status;
}

const COLUMNS: readonly Column<FlowSummary>[] = [
  { title: "ID", text: ({ flowId }) => flowId },
  { title: "FLOW", text: ({ name }) => oneLine(name, 40) },
  { title: "STATUS", text: ({ status }) => status },
  { title: "CREATED", text: ({ createdAt }) => ago(createdAt) },
  { title: "TOOK", text: took },
  { title: "DETAIL", text: (flow) => oneLine(detail(flow)) },
];

function took({ startedAt, finishedAt }: FlowSummary): string {
  return startedAt === null || finishedAt === null ? "-" : durationText(finishedAt - startedAt);
}

function detail({ error, currentStep, uncompensatedSteps }: FlowSummary): string {
  const undone = uncompensatedSteps.length === 0 ? "" : `not undone: ${uncompensatedSteps.join(", ")}; `;
  if (error !== null) return `${undone}${error.step === undefined ? "" : `${error.step}: `}${error.message}`;
  return undone + (currentStep ?? "");
}

/** Runs, newest first, page by page. */
export function listFlows(options: ListOptions): Promise<ExitCode> {
  const { limit = PAGE_SIZE, cursor, name, uncompensated } = options;
  const status = readStatus(options.status);
  return withFlows(options, async ({ executor }) => {
    const page = await executor.list({ status, name, uncompensated, cursor, limit });
    if (options.json) printJson(page);
    else {
      printTable(page.flows, COLUMNS);
      if (page.cursor !== null) output.line(`more: the same with --cursor '${page.cursor}'`);
    }
    return ExitCode.OK;
  });
}

/** Every transition with its time. */
export function showHistory(flowId: string, options: FlowStoreOptions): Promise<ExitCode> {
  return withFlows(options, async ({ executor }) => {
    // Without it a run that there is not would have an empty history.
    await executor.status(flowId);
    const entries = await executor.history(flowId);
    const style = styleFor(1);
    if (options.json) printJson({ flowId, entries });
    else {
      for (const { at, by, changes } of entries)
        for (const change of changes)
          output.line(
            `${style.dim(moment(at))}  ${changeText(change, style)}  ${style.dim(oneLine(by, 40))}`,
          );
    }
    return ExitCode.OK;
  });
}

// --- changing ---------------------------------------------------------------------------------------------------------

/** What was done with one of several runs, in a line and for programs. */
interface Done {
  readonly text: string;
  readonly fact: Readonly<Record<string, unknown>>;
}

/** Does the same with each; goes on after one that it cannot be done with, and fails in the end. */
function forEachFlow(
  flowIds: readonly string[],
  options: FlowStoreOptions,
  act: (flows: Flows, flowId: string) => Promise<Done>,
): Promise<ExitCode> {
  return withFlows(options, async (flows) => {
    const facts: unknown[] = [];
    let code: ExitCode = ExitCode.OK;
    for (const flowId of flowIds) {
      try {
        const { text, fact } = await act(flows, flowId);
        facts.push({ flowId, ...fact });
        if (!options.json) output.line(text);
      } catch (error) {
        if (!isFlowError(error)) throw error;
        if (options.json) facts.push({ flowId, error: { code: error.code, message: error.message } });
        code = reportFlowFailure(error);
      }
    }
    if (options.json) printJson(facts);
    return code;
  });
}

export interface CancelOptions extends FlowStoreOptions {
  readonly reason?: string;
}

export function cancelFlows(flowIds: readonly string[], options: CancelOptions): Promise<ExitCode> {
  return forEachFlow(flowIds, options, async ({ executor }, flowId) => {
    const outcome = await executor.cancel(flowId, options.reason);
    const text = outcome === "ended" ? `${flowId} had ended before` : `${flowId} is being cancelled`;
    return { text, fact: { outcome } };
  });
}

export function pauseFlows(flowIds: readonly string[], options: FlowStoreOptions): Promise<ExitCode> {
  return forEachFlow(flowIds, options, async ({ executor }, flowId) => {
    await executor.pause(flowId);
    return {
      text: `${flowId} is paused: running steps go on, no further one starts`,
      fact: { paused: true },
    };
  });
}

export function resumeFlows(flowIds: readonly string[], options: FlowStoreOptions): Promise<ExitCode> {
  return forEachFlow(flowIds, options, async ({ executor }, flowId) => {
    await executor.resume(flowId);
    return { text: `${flowId} goes on`, fact: { paused: false } };
  });
}

export interface RetryOptions extends FlowStoreOptions, Pick<RunOptions, "input" | "inputJson"> {
  readonly from?: string;
  /** Only tries again to undo what could not be undone. */
  readonly undo?: boolean;
}

/** New runs that do again what failed or was not reached, or all from a step on; prints their ids. */
export function retryFlows(flowIds: readonly string[], options: RetryOptions): Promise<ExitCode> {
  const { from, undo } = options;
  const input = inputFrom(options);
  if (undo && (from !== undefined || input !== undefined))
    throw new UsageError("--undo goes without --from and --input: it starts nothing new");
  const rerun: RerunOptions = { ...(from !== undefined && { from }), ...(input !== undefined && { input }) };
  return forEachFlow(flowIds, options, async ({ executor }, flowId) => {
    if (undo) {
      await executor.retryCompensation(flowId);
      return { text: `${flowId}: undoing is tried again`, fact: { undo: true } };
    }
    const newId = await executor.rerun(flowId, rerun);
    return { text: newId, fact: { newFlowId: newId } };
  });
}

export interface SignalCommandOptions extends FlowStoreOptions {
  readonly key?: string;
  readonly data?: string;
  readonly id?: string;
  readonly keep?: number;
}

function signalFrom({ key, data, id }: SignalCommandOptions): SignalOptions {
  const payload = data === undefined ? {} : { payload: parsed(data) };
  return { ...(key !== undefined && { key }), ...(id !== undefined && { id }), ...payload };
}

function parsed(data: string): unknown {
  try {
    return parseJson(data);
  } catch (error) {
    throw new UsageError(`--data is not JSON: ${(error as Error).message}`);
  }
}

/** Sends a signal to a run. */
export function signalFlow(flowId: string, event: string, options: SignalCommandOptions): Promise<ExitCode> {
  const signal = signalFrom(options);
  return withFlows(options, async ({ executor }) => {
    const outcome = await executor.signal(flowId, event, signal);
    if (options.json) printJson({ flowId, event, outcome });
    else output.line(outcome === "stored" ? `sent to ${flowId}` : `${flowId} has got this signal before`);
    return ExitCode.OK;
  });
}

/** Sends a signal to whichever runs wait for it. */
export function deliverSignal(event: string, options: SignalCommandOptions): Promise<ExitCode> {
  const signal = { ...signalFrom(options), ...(options.keep !== undefined && { keepMs: options.keep }) };
  return withFlows(options, async ({ executor }) => {
    const delivered = await executor.deliver(event, signal);
    if (options.json) printJson({ event, ...delivered });
    else if (delivered.ids.length > 0)
      output.line(`sent to ${plural(delivered.ids.length, "flow")}: ${delivered.ids.join(" ")}`);
    else
      output.line(
        delivered.kept ? "no flow waits for it yet: kept for the first that will" : "it came before",
      );
    return ExitCode.OK;
  });
}
