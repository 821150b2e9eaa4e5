// Kills the executor of a flow before and after everything it does to the world, and reports each run that came out wrong.

import { isDeepStrictEqual } from "node:util";
import type { AnyFlow } from "../executor/prepare.ts";
import type { FlowView } from "../executor/views.ts";
import type { MockCall } from "../mock/mock-api.ts";
import { isFinalStatus } from "../state.ts";
import type { CrashPoint } from "./faults.ts";
import { randomKills } from "./random-kills.ts";
import { type Trial, type TrialOptions, tryRun } from "./trial.ts";

export interface ExploreOptions extends TrialOptions {
  /** Single crashes to try; all when missing. */
  readonly maxPoints?: number;
  /** Runs in which several executors are killed in turn, at random moments; none when missing. */
  readonly rounds?: number;
  /** The same seed gives the same random moments; 1 when missing. */
  readonly seed?: number;
  /** Called after each run. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** An executor that was killed. */
export interface Kill extends CrashPoint {
  /** What it was doing: `commit: pay Completed`, `run order/pay, attempt 1`; null when it lived to the end instead. */
  readonly deed: string | null;
}

/** What went wrong in one run. */
export interface Problem {
  /** One after the other. */
  readonly kills: readonly Kill[];
  readonly kind: "hung" | "otherEnd" | "doubledEffect" | "missingEffect" | "undoMissing" | "brokenState";
  readonly message: string;
}

export interface Exploration {
  /** How the flow ends when nobody is killed. */
  readonly status: FlowView["status"];
  /** Things that the executor does to the world in one run. */
  readonly deeds: readonly string[];
  /** Runs with executors that were killed. */
  readonly tried: number;
  readonly problems: readonly Problem[];
}

/**
 * Runs a flow in memory and virtual time once undisturbed, and then once for each thing its executor does to the world,
 * killing it just before and just after, and letting another executor take over.
 *
 * Steps are answered by the mock API, which knows an attempt by its id as the queue does: what is reported as doubled is an
 * attempt that there would not have been without the crash.
 *
 * @throws FlowDefinitionError, FlowError `input`.
 * @example
 * const { tried, problems } = await exploreFlow(order, { steps: { pay: { output: { id: "ch_1" } } } });
 */
export async function exploreFlow(flow: AnyFlow, options: ExploreOptions = {}): Promise<Exploration> {
  const { maxPoints, rounds = 0, seed = 1, onProgress } = options;
  const plain = await tryRun(flow, options, []);
  const deeds = plain.deeds[0];
  const single = deeds.flatMap((_, i): CrashPoint[][] => [
    [{ number: i + 1, when: "before" }],
    [{ number: i + 1, when: "after" }],
  ]);
  const plans = [...single.slice(0, maxPoints), ...randomKills(deeds.length, rounds, seed)];
  const problems: Problem[] = undisturbed(plain);
  for (const [i, points] of plans.entries()) {
    const trial = await tryRun(flow, options, points);
    const kills = points.map(
      (point, n): Kill => ({ ...point, deed: trial.deeds[n]?.[point.number - 1] ?? null }),
    );
    problems.push(...compare(plain, trial).map((problem) => ({ kills, ...problem })));
    onProgress?.(i + 1, plans.length);
  }
  return { status: plain.flow?.status ?? "Created", deeds, tried: plans.length, problems };
}

type Found = Pick<Problem, "kind" | "message">;

/** What is wrong without any crash. */
function undisturbed(plain: Trial): Problem[] {
  return soundness(plain).map((problem) => ({ kills: [], ...problem }));
}

function soundness({ flow, broken }: Trial): Found[] {
  const found = broken.map((message): Found => ({ kind: "brokenState", message }));
  if (flow !== null && isFinalStatus(flow.status)) return found;
  return [
    ...found,
    { kind: "hung", message: `the flow did not end: it is ${flow?.status ?? "not even started"}` },
  ];
}

function compare(plain: Trial, trial: Trial): Found[] {
  const found = soundness(trial);
  if (trial.flow === null || !isFinalStatus(trial.flow.status)) return found;
  const { status, output, error } = trial.flow;
  if (status !== plain.flow?.status || !isDeepStrictEqual(output, plain.flow.output)) {
    const end = `${status}${error === null ? "" : ` (${error.message})`}, ${JSON.stringify(output)}`;
    const message = `ended as ${end} instead of ${plain.flow?.status}, ${JSON.stringify(plain.flow?.output)}`;
    found.push({ kind: "otherEnd", message });
  }
  return [...found, ...compareCalls(plain.calls, trial.calls)];
}

/** How often each step was done and undone, and each function called. */
function compareCalls(plain: readonly MockCall[], tried: readonly MockCall[]): Found[] {
  const [expected, actual] = [countCalls(plain), countCalls(tried)];
  const found: Found[] = [];
  for (const name of new Set([...expected.keys(), ...actual.keys()])) {
    const [wanted, got] = [expected.get(name) ?? 0, actual.get(name) ?? 0];
    const message = `${name}: ${times(got)} instead of ${times(wanted)}`;
    if (got > wanted) found.push({ kind: "doubledEffect", message });
    else if (got < wanted)
      found.push({ kind: name.startsWith("compensation") ? "undoMissing" : "missingEffect", message });
  }
  return found;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function countCalls(calls: readonly MockCall[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, name } of calls) {
    const key = `${kind} '${name}'`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
