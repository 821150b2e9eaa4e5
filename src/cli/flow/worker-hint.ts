// Says why a flow's steps do not begin: no worker serves their context.

import { attemptsOf } from "../../flow/export/attempts.ts";
import { readRun } from "../../flow/graph/stored-run.ts";
import { systemClock } from "../../queue/clock.ts";
import { output } from "../output.ts";
import type { Flows } from "./with-flows.ts";

/** After so long a person wonders why nothing happens. */
const HINT_AFTER_MS = 1000;
const AGAIN_AFTER_MS = 5000;

/** Looks now and then until `signal` aborts, and names each context once. */
export async function hintAtWorkers(
  { executor, tasks, context }: Flows,
  flowId: string,
  signal: AbortSignal,
): Promise<void> {
  const told = new Set<string>();
  let wait = HINT_AFTER_MS;
  for (;;) {
    await systemClock.sleep(wait, signal);
    if (signal.aborted) return;
    wait = AGAIN_AFTER_MS;
    try {
      const [{ definition, run }, workers] = await Promise.all([
        readRun(executor.store, flowId),
        tasks.workers(),
      ]);
      const served = new Set(workers.flatMap(({ contexts }) => contexts));
      const running = attemptsOf(definition, run, context).filter((attempt) => attempt.running);
      for (const { context: name } of running) {
        if (served.has(name) || told.has(name) || signal.aborted) continue;
        told.add(name);
        output.errorLine(
          `no worker serves the context '${name}': start one with \`rhai worker --context ${name}\``,
        );
      }
    } catch {
      // The watching itself tells of a store that is away.
    }
  }
}
