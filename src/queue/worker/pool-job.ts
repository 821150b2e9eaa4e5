// A claimed task as the pool of threads takes it: the worker's limits put on, foreign clients' garbage kept off.

import type { ClaimedTask, TaskError, TaskLimits } from "../task.ts";
import type { PoolJob } from "./pool-types.ts";
import type { WorkerLimits } from "./worker-options.ts";

/** Less is not enough for a thread to start. */
const LEAST_HEAP_MB = 32;

const LIMITS: readonly (keyof TaskLimits)[] = ["operations", "heapMb", "outputBytes", "callLevels"];

/** Why nobody can run the task; null when somebody can. */
export function findBadLimits({ limits }: ClaimedTask): TaskError | null {
  for (const name of LIMITS) {
    const value: unknown = limits?.[name];
    if (value === undefined || (typeof value === "number" && Number.isSafeInteger(value) && value > 0))
      continue;
    return { kind: "LimitsInvalid", message: `limits.${name} is not a whole number from 1` };
  }
  return null;
}

/** One object of one shape, since there is one for every task; what is missing is left out on its way to the thread. */
export function poolJob(task: ClaimedTask, worker: WorkerLimits): PoolJob {
  const { limits, script, scriptPath } = task;
  const heapMb = Math.max(LEAST_HEAP_MB, limits?.heapMb ?? worker.heapMb);
  return {
    task,
    heapMb: heapMb < worker.heapMb ? heapMb : null,
    message: {
      slot: 0,
      sequence: 0,
      id: task.id,
      context: task.context,
      token: task.token,
      attempt: task.attempts,
      maxAttempts: task.maxAttempts,
      timeoutMs: Math.min(task.timeoutMs ?? worker.timeoutMs, worker.maxTimeoutMs),
      callerId: task.callerId ?? undefined,
      script: script ?? undefined,
      scriptPath: script === null ? (scriptPath ?? undefined) : undefined,
      args: task.args ?? undefined,
      meta: task.meta ?? undefined,
      schedule: task.schedule ?? undefined,
      signature: task.signature ?? undefined,
      signedBy: task.signedBy ?? undefined,
      operations: lower(limits?.operations, worker.operations || Number.POSITIVE_INFINITY),
      callLevels: lower(limits?.callLevels, worker.callLevels),
      outputBytes: lower(limits?.outputBytes, worker.outputBytes),
    },
  };
}

function lower(own: number | undefined, most: number): number | undefined {
  return own === undefined ? undefined : Math.min(own, most);
}
