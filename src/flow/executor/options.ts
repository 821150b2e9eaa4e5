// Options of an executor, and what connecting by a URL makes of them.

import type { Clock } from "../../queue/clock.ts";
import { QueueError } from "../../queue/errors.ts";
import { openStore } from "../../queue/open-store.ts";
import type { RedisStoreOptions } from "../../queue/redis/store.ts";
import type { Engine } from "../../runtime/engine.ts";
import { sharedMemoryFlowStore } from "../memory/shared.ts";
import { createMemoryFlowStore } from "../memory/store.ts";
import { createRedisFlowStore } from "../redis/store.ts";
import { EngineRunner } from "../runner/engine-runner.ts";
import { QueueRunner } from "../runner/queue-runner.ts";
import type { StepRunner } from "../runner/runner.ts";
import type { FlowRetention, FlowStore } from "../store.ts";

export interface FlowExecutorOptions {
  /** Whether it advances runs, its own and others'; false: it only starts them, looks, and sends. Default true. */
  readonly drive?: boolean;
  /** Runs held at a time; 1000 when missing. */
  readonly maxRuns?: number;
  /** How long a run stays with an executor that is not heard of; 30,000 when missing. */
  readonly leaseMs?: number;
  /** Ended runs are removed by age and number. */
  readonly retention?: FlowRetention;
  /** What `scriptPath`s of flows that were not read from a file are relative to; the working directory when missing. */
  readonly scriptsFolder?: string;
  /** Whether scripts have to parse before a run starts; switch off for workers with syntax of their own. Default true. */
  readonly checkScripts?: boolean;
  /** Unique among all executors; made up when missing. */
  readonly executorId?: string;
  /**
   * How often it looks for what nobody told it of: due runs, and slots of schedules and old runs. 5,000 and 30,000 when
   * missing.
   */
  readonly pace?: { readonly lookMs?: number; readonly upkeepMs?: number };
  /** Time; for tests. */
  readonly clock?: Clock;
  /** Hears of trouble that no call reports: a store that does not answer, for example. */
  readonly onError?: (error: unknown, flowId: string | null) => void;
}

/** Options of `FlowExecutor.connect`. */
export interface ConnectOptions
  extends FlowExecutorOptions,
    Pick<RedisStoreOptions, "prefix" | "nodes" | "sentinels" | "tls" | "deadlineMs"> {
  /** Runs of one context know nothing of those of another; also the queue's context of steps that name none. Default `flow`. */
  readonly context?: string;
  /** Runs the steps' scripts in this process, instead of handing them to the queue. */
  readonly engine?: Engine;
  /** Whatever else is to run the steps. */
  readonly runner?: StepRunner;
}

export interface Connected {
  readonly store: FlowStore;
  readonly runner: StepRunner;
}

export const DEFAULT_CONTEXT = "flow";

/** Throws `invalid` for a URL that is none of ours; it is never shown, as it may hold a password. */
export function connectStores(url: string, options: ConnectOptions): Connected {
  const { context = DEFAULT_CONTEXT, engine, clock } = options;
  const own = options.runner ?? (engine === undefined ? null : new EngineRunner({ engine }));
  if (/^memory:\/\//.test(url)) {
    const name = url.slice("memory://".length);
    const store = name === "" ? createMemoryFlowStore({ clock }) : sharedMemoryFlowStore(name, clock);
    return { store, runner: own ?? new EngineRunner() };
  }
  if (!/^rediss?(\+(cluster|sentinel))?:\/\//.test(url))
    throw new QueueError(
      "invalid",
      "flow store URL (redis://, rediss://, redis+cluster://, redis+sentinel:// or memory:// is needed)",
    );
  const { prefix, nodes, sentinels, tls, deadlineMs } = options;
  const shared = { prefix, nodes, sentinels, tls, deadlineMs };
  const store = createRedisFlowStore({ ...shared, url, context });
  const runner =
    own ??
    new QueueRunner({ store: openStore(url, shared), context, ownsStore: true, ...(clock && { clock }) });
  return { store, runner };
}
