// Entry `rhailib/queue`: dispatcher, worker, stores; names listed one by one.

export { DEFAULT_BACKOFF, retryDelay } from "./backoff.ts";
export { type Clock, ManualClock, systemClock } from "./clock.ts";
export { RhaiDispatcherBuilder } from "./dispatcher/builder.ts";
export { type DispatcherOptions, type InContext, RhaiDispatcher } from "./dispatcher/dispatcher.ts";
export type { Duration } from "./dispatcher/duration.ts";
export { TaskCancelledError, TaskFailedError } from "./dispatcher/failure.ts";
export { type ResultOptions, TaskHandle } from "./dispatcher/handle.ts";
export { PlayRequest } from "./dispatcher/play-request.ts";
export type { TaskRequest } from "./dispatcher/request.ts";
export { comingSlots, ScheduleBook, type ScheduleRequest } from "./dispatcher/schedule-book.ts";
export type { EventStreamOptions, StreamOptions } from "./dispatcher/streams.ts";
export type { TaskArgs } from "./dispatcher/values.ts";
export { isQueueError, QueueError, type QueueErrorCode } from "./errors.ts";
export { explainLine } from "./explain.ts";
export { createMemoryStore, type MemoryStoreOptions } from "./memory/store.ts";
export { newTaskId } from "./names.ts";
export { type OpenStoreOptions, openStore } from "./open-store.ts";
export { createRedisStore, type RedisStoreOptions } from "./redis/store.ts";
export type { DstRule, Schedule, ScheduledTask, ScheduleSpec } from "./schedule.ts";
export { type ContextSettings, DEFAULT_SETTINGS, type RateLimit, type Retention } from "./settings.ts";
export {
  checkSignature,
  keyName,
  type SignedFields,
  signedBytes,
  type TaskSignature,
  TaskSigner,
} from "./signature.ts";
export type * from "./store.ts";
export type {
  Backoff,
  ClaimedTask,
  DeadReason,
  Task,
  TaskError,
  TaskLimits,
  TaskResult,
  TaskSpec,
  TaskStatus,
} from "./task.ts";
export {
  type HealthServer,
  type HealthSource,
  type ListenAddress,
  startHealthServer,
} from "./worker/health-server.ts";
export type { ThreadEvent } from "./worker/pool-types.ts";
export { runWorkerProcess, type WorkerProcessEnd, type WorkerProcessOptions } from "./worker/process.ts";
export type { EngineFactory, EngineModuleContext } from "./worker/thread-engine.ts";
export { EngineLoadError } from "./worker/thread-pool.ts";
export { RhaiWorker, type StopOptions } from "./worker/worker.ts";
export type { RunOutcome, SettledTask, WorkerEvents, WorkerHealth } from "./worker/worker-events.ts";
export type { WorkerLimits, WorkerOptions, WorkerRecycling } from "./worker/worker-options.ts";
