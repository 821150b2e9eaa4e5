// Runs a flow against the mock API in virtual time, and compares what happened with what was expected.

import { isDeepStrictEqual } from "node:util";
import type { Engine } from "../../runtime/engine.ts";
import { parseDuration } from "../definition/duration.ts";
import { FlowExecutor } from "../executor/executor.ts";
import type { AnyFlow } from "../executor/prepare.ts";
import type { FlowView, HistoryEntry } from "../executor/views.ts";
import { createMemoryFlowStore } from "../memory/store.ts";
import { isFinalStatus } from "../state.ts";
import { MockApi, type MockCall } from "./mock-api.ts";
import type { Expectation, Mocks } from "./mocks-file.ts";
import { VirtualClock } from "./virtual-clock.ts";

export interface TestFlowOptions extends Mocks {
  /** Runs the scripts of steps without replies. */
  readonly engine?: Engine;
  readonly scriptsFolder?: string;
  /** Virtual time after which to give up; a year when missing. */
  readonly limitMs?: number;
}

/** What happened in a test. */
export interface TestedFlow {
  readonly flow: FlowView;
  readonly history: readonly HistoryEntry[];
  /** Attempts of steps and calls of functions, in their order. */
  readonly calls: readonly MockCall[];
  /** Virtual time that passed. */
  readonly elapsedMs: number;
  /** The flow did not end: nothing could happen to it any more. */
  readonly hung: boolean;
}

const YEAR_MS = 366 * 86_400_000;
/** Nobody else is there: no need to look around. */
export const ALONE = {
  leaseMs: 10 * YEAR_MS,
  pace: { lookMs: 10 * YEAR_MS, upkeepMs: 10 * YEAR_MS },
} as const;

/**
 * Runs a flow to its end, in memory and in virtual time: waits and timeouts of days take milliseconds.
 *
 * @throws FlowDefinitionError, FlowError `input`.
 * @example
 * const { flow, calls } = await testFlow(order, { input: { order: 7 }, steps: { pay: { output: { id: "ch_1" } } } });
 */
export async function testFlow(flow: AnyFlow, options: TestFlowOptions = {}): Promise<TestedFlow> {
  const clock = new VirtualClock();
  const start = clock.now();
  const mock = new MockApi({ ...options, clock });
  const store = createMemoryFlowStore({ clock });
  const { scriptsFolder } = options;
  const executor = await FlowExecutor.open({ store, runner: mock }, { ...ALONE, clock, scriptsFolder });
  try {
    const flowId = await executor.executeFlow(flow, { input: options.input });
    playOutside(executor, flowId, options, clock);
    const ended = async () => isFinalStatus((await executor.status(flowId)).status);
    const done = await clock.runUntil(ended, start + (options.limitMs ?? YEAR_MS));
    return {
      flow: await executor.status(flowId),
      history: await executor.history(flowId),
      calls: mock.calls,
      elapsedMs: clock.now() - start,
      hung: !done,
    };
  } finally {
    await executor.close();
  }
}

/** What comes from outside, each at its time. Too late for a run that has ended is no failure. */
export function playOutside(
  executor: FlowExecutor,
  flowId: string,
  { signals, cancel }: Pick<Mocks, "signals" | "cancel">,
  clock: VirtualClock,
): void {
  const at = (after: number | string | undefined, what: () => Promise<unknown>) => {
    const ms = Math.round((after === undefined ? 0 : (parseDuration(after) ?? 0)) * 1000);
    void clock
      .sleep(ms)
      .then(what)
      .catch(() => undefined);
  };
  for (const { event, key, payload, id, after } of signals ?? [])
    at(after, () => executor.signal(flowId, event, { key, payload, id }));
  if (cancel !== undefined) at(cancel.after, () => executor.cancel(flowId, cancel.reason));
}

/** What differs from what was expected, in words; nothing when all is well. */
export function differences(tested: TestedFlow, expected: Expectation = {}): string[] {
  const { flow, calls, elapsedMs, hung } = tested;
  const found: string[] = [];
  const compare = (what: string, actual: unknown, wanted: unknown) => {
    if (wanted !== undefined && !isDeepStrictEqual(plain(actual), plain(wanted)))
      found.push(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(actual)}`);
  };
  const mention = (what: string, actual: string | undefined, wanted: string | undefined) => {
    if (wanted !== undefined && !(actual ?? "").includes(wanted))
      found.push(
        `${what}: expected one that mentions ${JSON.stringify(wanted)}, got ${JSON.stringify(actual ?? null)}`,
      );
  };
  if (hung && expected.status !== flow.status) found.push(`the flow did not end: it is ${flow.status}`);
  compare("status", flow.status, expected.status);
  compare("output", flow.output, expected.output);
  mention("error", flow.error?.message, expected.error);
  for (const [name, wanted] of Object.entries(expected.steps ?? {})) {
    const step = flow.steps.find(({ stepId }) => stepId === name);
    if (step === undefined) found.push(`step ${name}: there is none`);
    compare(`step ${name}: status`, step?.status, wanted.status);
    compare(`step ${name}: attempts`, step?.attemptCount, wanted.attempts);
    compare(`step ${name}: output`, step?.output, wanted.output);
    mention(`step ${name}: error`, step?.error?.message, wanted.error);
  }
  for (const [name, count] of Object.entries(expected.calls ?? {}))
    compare(
      `calls of ${name}`,
      calls.filter((call) => call.name === name && call.kind !== "compensation").length,
      count,
    );
  compare("compensated", compensations(calls), expected.compensated);
  if (expected.seconds !== undefined && elapsedMs > expected.seconds * 1000)
    found.push(`time: expected at most ${expected.seconds} s, took ${elapsedMs / 1000} s`);
  return found;
}

function compensations(calls: readonly MockCall[]): string[] {
  return calls.filter(({ kind }) => kind === "compensation").map(({ name }) => name);
}

/** As JSON sees it. */
function plain(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}
