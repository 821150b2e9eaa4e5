// A step as runners get it, for tests of runners.

import type { StepJob } from "../../src/flow/runner/runner.ts";

export function stepJob(more: Partial<StepJob> = {}): StepJob {
  return {
    taskId: "t1",
    flowId: "f",
    flowName: "x",
    stepId: "a",
    attempt: 1,
    undo: false,
    script: "1",
    args: "{}",
    timeoutMs: null,
    context: null,
    priority: 0,
    ...more,
  };
}
