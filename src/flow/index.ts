// Public API of flows, names listed one by one.

export {
  type BuiltStep,
  type Duration,
  FlowBuilder,
  newFlow,
  newStep,
  StepBuilder,
} from "./definition/builder.ts";
export { defineFlow } from "./definition/define.ts";
export { type DefinitionIssue, FlowDefinitionError, type Place } from "./definition/issues.ts";
export { type LoadFlowOptions, loadFlowFile } from "./definition/load.ts";
export { parseRhaiFlow, type RhaiFlowOptions, registerFlowBuilder } from "./definition/rhai-form.ts";
export type { FlowInput, StepInput } from "./definition/schema.ts";
export type {
  Compensation,
  FlowDefinition,
  ForEach,
  JsonSchema,
  RetryPolicy,
  ScheduleRule,
  StepDefinition,
  WaitFor,
} from "./definition/types.ts";
export { type ParseFlowOptions, parseFlow } from "./definition/yaml-form.ts";
export { FlowError, type FlowErrorCode, isFlowError } from "./errors.ts";
export {
  type DeliverOptions,
  type EventsOptions,
  type ExecuteOptions,
  FlowExecutor,
  type FlowPage,
  type ListOptions,
  type RerunOptions,
  type ScheduleOptions,
  type SignalOptions,
} from "./executor/executor.ts";
export type { ConnectOptions, FlowExecutorOptions } from "./executor/options.ts";
export type { AnyFlow } from "./executor/prepare.ts";
export type {
  FlowEventView,
  FlowResult,
  FlowSummary,
  FlowView,
  HistoryEntry,
  StepView,
} from "./executor/views.ts";
export type { WaitOptions } from "./executor/waiting.ts";
export {
  type Exploration,
  type ExploreOptions,
  exploreFlow,
  type Kill,
  type Problem,
} from "./explore/explore.ts";
export type { CrashPoint } from "./explore/faults.ts";
export { type ExportSource, exportRun } from "./export/export-run.ts";
export { type ImportOptions, importRun } from "./export/import-run.ts";
export { type ReplayedRun, type ReplayOptions, replayRun } from "./export/replay.ts";
export { parseRunFile, type RunFile } from "./export/run-file.ts";
export { type FlowGraph, flowGraph, type GraphRun } from "./graph/graph.ts";
export { graphToMermaid } from "./graph/mermaid.ts";
export { type DrawnRun, readRun } from "./graph/stored-run.ts";
export { graphToSvg } from "./graph/svg.ts";
export { createMemoryFlowStore } from "./memory/store.ts";
export { MockApi, type MockApiOptions, type MockCall } from "./mock/mock-api.ts";
export { loadMocksFile, type Mocks, parseMocks } from "./mock/mocks-file.ts";
export type { Reply } from "./mock/replies.ts";
export { differences, type TestedFlow, type TestFlowOptions, testFlow } from "./mock/test-flow.ts";
export { VirtualClock } from "./mock/virtual-clock.ts";
export { createRedisFlowStore, type RedisFlowStoreOptions } from "./redis/store.ts";
export { EngineRunner, type EngineRunnerOptions } from "./runner/engine-runner.ts";
export { QueueRunner, type QueueRunnerOptions } from "./runner/queue-runner.ts";
export type { StepJob, StepRunner } from "./runner/runner.ts";
export type { FlowStatus, StepError, StepStatus } from "./state.ts";
export type { FlowCounts, FlowRetention, FlowStore, StoredSchedule } from "./store.ts";
export { type WebhookHandler, type WebhookOptions, webhookHandler } from "./webhook.ts";
