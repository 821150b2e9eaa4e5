// Flows in this process only: their store, the queue and a worker, all in memory.

import type { FlowDefinition } from "../../flow/definition/types.ts";
import { FlowExecutor } from "../../flow/executor/executor.ts";
import { DEFAULT_CONTEXT } from "../../flow/executor/options.ts";
import { createMemoryFlowStore } from "../../flow/memory/store.ts";
import { QueueRunner } from "../../flow/runner/queue-runner.ts";
import { openStore } from "../../queue/open-store.ts";
import { RhaiWorker } from "../../queue/worker/worker.ts";
import type { ExitCode } from "../exit-codes.ts";
import { serveDuring } from "../queue/serve.ts";
import { type EngineOptions, engineSettings } from "../queue/worker-settings.ts";
import { reportingFlows } from "./failure.ts";
import { type Flows, reportTrouble } from "./with-flows.ts";

export interface LocalOptions extends EngineOptions {
  readonly context?: string;
  readonly threads?: number;
}

/** Scripts run on threads, so that one that never ends can be stopped. Reports failures and returns their exit codes. */
export async function withLocalFlows(
  definition: FlowDefinition,
  options: LocalOptions,
  work: (flows: Flows) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { context = DEFAULT_CONTEXT, threads = 1 } = options;
  const settings = engineSettings(options);
  const tasks = openStore("memory://");
  return await reportingFlows(async () => {
    const contexts = contextsOf(definition, context);
    const worker = new RhaiWorker({ ...settings, contexts, threads, store: tasks });
    const runner = new QueueRunner({ store: tasks, context });
    const stores = { store: createMemoryFlowStore(), runner };
    return await serveDuring(worker, async () => {
      const executor = await FlowExecutor.open(stores, { onError: reportTrouble });
      try {
        return await work({ executor, tasks, context });
      } finally {
        await executor.close();
      }
    });
  }).finally(() => tasks.close());
}

/** Contexts of the queue that a flow's steps use. */
export function contextsOf({ steps }: FlowDefinition, context: string): string[] {
  const all = steps.flatMap((step) => [
    ...(step.flow === undefined ? [step.context ?? context] : contextsOf(step.flow, context)),
  ]);
  return [...new Set(all)];
}
