// Doing a recorded run again, in memory and virtual time: with the results of then, or from a step on with its scripts.

import { isDeepStrictEqual } from "node:util";
import type { Engine } from "../../runtime/engine.ts";
import { parseJson } from "../../runtime/json-read.ts";
import { RhaiMap } from "../../runtime/value/containers.ts";
import { decodeFlow, decodeStep } from "../codec.ts";
import { type FlowDefinition, stepKind } from "../definition/types.ts";
import { FlowExecutor } from "../executor/executor.ts";
import type { FlowView, HistoryEntry } from "../executor/views.ts";
import { createMemoryFlowStore } from "../memory/store.ts";
import { ALONE } from "../mock/test-flow.ts";
import { VirtualClock } from "../mock/virtual-clock.ts";
import { EngineRunner } from "../runner/engine-runner.ts";
import { type FlowState, isFinalStatus, partsOfStepId } from "../state.ts";
import type { FlowStore } from "../store.ts";
import { importRun, planFor } from "./import-run.ts";
import { RecordedRunner } from "./recorded-runner.ts";
import type { ExportedRun, RunFile } from "./run-file.ts";

export interface ReplayOptions {
  /** Takes over all results up to this step, and does it and what comes after it again. */
  readonly from?: string;
  /** Steps whose scripts are run, instead of giving the recorded results; or all. */
  readonly live?: readonly string[] | "all";
  /** Another version of the flow. */
  readonly definition?: FlowDefinition;
  /** The recorded one when missing. */
  readonly input?: unknown;
  /** Runs the scripts of `live` steps. */
  readonly engine?: Engine;
}

export interface ReplayedRun {
  readonly flow: FlowView;
  readonly history: readonly HistoryEntry[];
  /** The store that holds the run, and the recorded one when it was replayed from a step; closed by the caller. */
  readonly store: FlowStore;
  /** Nothing could happen to it any more before it had ended. */
  readonly hung: boolean;
  readonly elapsedMs: number;
  /** What is other than in the record, in words. */
  readonly differences: readonly string[];
}

const YEAR_MS = 366 * 86_400_000;

/**
 * Does the run of the file again. Time begins when the recorded run began, signals and a cancellation come when they came
 * then, and every attempt takes as long as it took.
 *
 * @throws FlowError `invalid` for an unknown step or a file that does not fit together; FlowDefinitionError.
 * @example
 * const { flow, differences } = await replayRun(parseRunFile(text), { from: "pay", live: ["pay"] });
 */
export async function replayRun(file: RunFile, options: ReplayOptions = {}): Promise<ReplayedRun> {
  const [recorded] = file.runs;
  const before = stateOf(recorded);
  const clock = new VirtualClock(before.createdAt);
  const { live = [], from, engine, input } = options;
  const isLive = (step: string) => live === "all" || live.includes(step);
  const runner = new RecordedRunner({ file, clock, isLive, live: new EngineRunner({ engine }) });
  const inner = createMemoryFlowStore({ clock });
  // The run stays to be looked at when the executor is gone.
  const store: FlowStore = { ...inner, close: async () => undefined };
  const executor = await FlowExecutor.open({ store, runner }, { ...ALONE, clock });
  try {
    const definition = options.definition ?? planFor(file, recorded).definition;
    const flowId =
      from === undefined
        ? await executor.executeFlow(definition, { input: input ?? parseJson(before.input) })
        : await rerun(executor, file, { ...options, from, definition });
    runner.noteRoot(flowId);
    playRecord(executor, clock, file, flowId);
    const ended = async () => isFinalStatus((await executor.status(flowId)).status);
    const done = await clock.runUntil(ended, before.createdAt + YEAR_MS);
    const flow = await executor.status(flowId);
    return {
      flow,
      history: await executor.history(flowId),
      store: inner,
      hung: !done,
      elapsedMs: clock.now() - before.createdAt,
      differences: differencesOf(before, flow),
    };
  } finally {
    await executor.close();
  }
}

async function rerun(
  executor: FlowExecutor,
  file: RunFile,
  { from, definition, input }: ReplayOptions & { readonly from: string },
): Promise<string> {
  const recordedId = await importRun(executor.store, file, { definition, asEnded: true });
  return await executor.rerun(recordedId, { from, ...(input !== undefined && { input }) });
}

function stateOf({ flow, steps }: ExportedRun): FlowState {
  return decodeFlow(
    flow,
    Object.entries(steps).map(([stepId, fields]) => decodeStep(stepId, fields)),
  );
}

// --- what came from outside -------------------------------------------------------------------------------------------

interface WaitOutput {
  readonly event: string | null;
  readonly key: string | null;
}

/** Sends the signals that steps took, and cancels the run if it was, each at its time. Too late is no failure. */
function playRecord(executor: FlowExecutor, clock: VirtualClock, file: RunFile, newId: string): void {
  const [first] = file.runs;
  const start = stateOf(first).createdAt;
  const at = (moment: number, what: () => Promise<unknown>) => {
    void clock
      .sleep(Math.max(0, moment - start))
      .then(what)
      .catch(() => undefined);
  };
  for (const run of file.runs) {
    const flowId = `${newId}${run.flowId.slice(first.flowId.length)}`;
    for (const { moment, event, key, payload } of signalsOf(run, file))
      at(moment, () => executor.signal(flowId, event, { ...(key !== null && { key }), payload }));
  }
  const cancelledAt = cancelMoment(first);
  if (cancelledAt !== null)
    at(cancelledAt, () => executor.cancel(newId, stateOf(first).error?.message ?? "cancelled"));
}

interface RecordedSignal extends WaitOutput {
  readonly event: string;
  readonly moment: number;
  readonly payload: unknown;
}

/** A step that waited has the signal that it took as its output. */
function signalsOf(run: ExportedRun, file: RunFile): RecordedSignal[] {
  const { definition } = planFor(file, run);
  const waits = new Set(definition.steps.filter((step) => stepKind(step) === "wait").map(({ name }) => name));
  return Object.values(stateOf(run).steps).flatMap(({ stepId, output, finishedAt }) => {
    if (output === null || !waits.has(partsOfStepId(stepId).step)) return [];
    const { event, key } = JSON.parse(output) as WaitOutput;
    const whole = parseJson(output);
    const payload = whole instanceof RhaiMap ? whole.get("payload") : undefined;
    return event === null ? [] : [{ event, key, moment: finishedAt ?? 0, payload }];
  });
}

/** Nothing tells when a run was cancelled but that no step began any more. */
function cancelMoment({ flow, history }: ExportedRun): number | null {
  if (flow.goal !== "Cancelled") return null;
  const begins = history.map(({ changes }) =>
    changes.some(({ step, status, undo }) => step && status === "Running" && !undo),
  );
  return (history[begins.lastIndexOf(true) + 1] ?? history.at(-1))?.at ?? null;
}

// --- comparing --------------------------------------------------------------------------------------------------------

function differencesOf(before: FlowState, after: FlowView): string[] {
  const found: string[] = [];
  const compare = (what: string, old: unknown, now: unknown) => {
    if (!isDeepStrictEqual(old, now))
      found.push(`${what}: was ${JSON.stringify(old)}, now ${JSON.stringify(now)}`);
  };
  compare("status", before.status, after.status);
  compare("output", parsed(before.output), after.output);
  compare("error", before.error?.message ?? null, after.error?.message ?? null);
  const now = new Map(after.steps.map((step) => [step.stepId, step]));
  for (const { stepId, status, output } of Object.values(before.steps)) {
    const step = now.get(stepId);
    compare(`step ${stepId}: status`, status, step?.status ?? null);
    compare(`step ${stepId}: output`, parsed(output), step?.output ?? null);
  }
  return found;
}

function parsed(json: string | null): unknown {
  return json === null ? null : (JSON.parse(json) as unknown);
}
