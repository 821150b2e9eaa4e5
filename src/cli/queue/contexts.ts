// Numbers of contexts, for listings and statistics.

import pLimit from "p-limit";
import type { ContextSettings } from "../../queue/settings.ts";
import type { Counts, TaskStore, WorkerInfo } from "../../queue/store.ts";
import { bytes, type Column, oneLine, printTable } from "./show.ts";

export interface ContextFacts {
  readonly context: string;
  readonly settings: ContextSettings;
  readonly counts: Counts;
  /** How many serve it. */
  readonly workers: number;
}

/** Questions under way at a time. */
const PARALLEL = 16;

/** Those named, else all. */
export async function contextFacts(
  store: TaskStore,
  named: string | undefined,
  workers: readonly WorkerInfo[],
): Promise<ContextFacts[]> {
  const contexts = named === undefined ? await store.contexts() : [named];
  return await pLimit(PARALLEL).map(contexts, async (context) => {
    const [settings, counts] = await Promise.all([store.settings({ context }), store.counts({ context })]);
    const serving = workers.filter((worker) => worker.contexts.includes(context)).length;
    return { context, settings, counts, workers: serving };
  });
}

const OPEN: readonly Column<ContextFacts>[] = [
  { title: "CONTEXT", text: ({ context }) => context },
  { title: "STATE", text: ({ settings }) => (settings.paused ? "paused" : "open") },
  { title: "WORKERS", text: ({ workers }) => workers },
  { title: "WAITING", text: ({ counts }) => counts.waiting },
  { title: "SCHEDULED", text: ({ counts }) => counts.scheduled },
  { title: "RUNNING", text: ({ counts }) => counts.processing },
  { title: "DEAD", text: ({ counts }) => counts.dead },
];

const TOTALS: readonly Column<ContextFacts>[] = [
  { title: "SUBMITTED", text: ({ counts }) => counts.totals.submitted },
  { title: "COMPLETED", text: ({ counts }) => counts.totals.completed },
  { title: "FAILED", text: ({ counts }) => counts.totals.failed },
  { title: "CANCELLED", text: ({ counts }) => counts.totals.cancelled },
  { title: "RETRIED", text: ({ counts }) => counts.totals.retried },
  { title: "CRASHED", text: ({ counts }) => counts.totals.crashed },
  { title: "REJECTED", text: ({ counts }) => counts.totals.rejected },
  { title: "OPEN BYTES", text: ({ counts }) => bytes(counts.openBytes) },
  { title: "KEPT BYTES", text: ({ counts }) => bytes(counts.keptBytes) },
];

export function printContexts(facts: readonly ContextFacts[], withTotals: boolean): void {
  printTable(facts, withTotals ? [...OPEN, ...TOTALS] : OPEN);
}

export function printWorkers(workers: readonly WorkerInfo[]): void {
  printTable(workers, [
    { title: "WORKER", text: ({ workerId }) => oneLine(workerId) },
    { title: "CONTEXTS", text: ({ contexts }) => oneLine(contexts.join(","), 200) },
    { title: "FACTS", text: ({ info }) => oneLine(infoText(info), 200) },
  ]);
}

function infoText(info: WorkerInfo["info"]): string {
  return Object.entries(info)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
