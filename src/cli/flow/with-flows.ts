// Opening the flows that the options name, for the time of one command.

import { FlowExecutor } from "../../flow/executor/executor.ts";
import { DEFAULT_CONTEXT } from "../../flow/executor/options.ts";
import { createRedisFlowStore } from "../../flow/redis/store.ts";
import { QueueRunner } from "../../flow/runner/queue-runner.ts";
import { openStore } from "../../queue/open-store.ts";
import type { TaskStore } from "../../queue/store.ts";
import type { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { checkReachable, redisUrl } from "../queue/redis-url.ts";
import { oneLine } from "../queue/show.ts";
import type { LookOptions } from "../queue/with-store.ts";
import { reportingFlows } from "./failure.ts";

/** Options of every command that talks to the store of flows. */
export interface FlowStoreOptions extends LookOptions {
  /** Of the flows, and of those of their steps that name none. */
  readonly context?: string;
}

export interface Flows {
  readonly executor: FlowExecutor;
  /** Where steps are tasks. */
  readonly tasks: TaskStore;
  readonly context: string;
}

/** How the executor of the command takes part. */
export interface FlowsPart {
  /** It advances runs; else it only looks and tells. */
  readonly drive?: boolean;
  readonly scriptsFolder?: string;
  readonly onError?: (error: unknown, flowId: string | null) => void;
}

/** Reports failures and returns their exit codes. Throws `UsageError` for a bad URL. */
export async function withFlows(
  options: FlowStoreOptions,
  work: (flows: Flows) => Promise<ExitCode>,
  part: FlowsPart = {},
): Promise<ExitCode> {
  const url = redisUrl(options.redis);
  return await reportingFlows(async () => {
    await checkReachable(url);
    const { context = DEFAULT_CONTEXT, prefix } = options;
    const cluster = /^rediss?\+cluster:/.test(url);
    const store = createRedisFlowStore({ url: url.replace("+cluster", ""), cluster, context, prefix });
    const tasks = openStore(url, { prefix });
    const runner = new QueueRunner({ store: tasks, context, ownsStore: true });
    const { drive = false, scriptsFolder, onError = reportTrouble } = part;
    const executor = await FlowExecutor.open({ store, runner }, { drive, scriptsFolder, onError });
    try {
      return await work({ executor, tasks, context });
    } finally {
      await executor.close();
    }
  }, url);
}

const SILENCE_MS = 10_000;
const lastTold = new Map<string, number>();

/** Trouble that passes: the work goes on. While it lasts, it is told now and then. */
export function reportTrouble(error: unknown, flowId: string | null): void {
  const text = oneLine(error instanceof Error ? error.message : String(error), 300);
  const now = Date.now();
  if (now - (lastTold.get(text) ?? Number.NEGATIVE_INFINITY) < SILENCE_MS) return;
  lastTold.set(text, now);
  output.errorLine(`${flowId === null ? "flows" : `flow ${flowId}`}: ${text}`);
}
