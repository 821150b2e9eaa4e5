// From a definition as it may be written (short forms, texts for durations) to the one form that everything else works with.

import { parseDuration } from "./duration.ts";
import type { CompensationInput, FlowInput, RetryInput, StepInput, WaitForInput } from "./schema.ts";
import type {
  Compensation,
  FlowDefinition,
  ForEach,
  RetryPolicy,
  ScheduleRule,
  StepDefinition,
  WaitFor,
} from "./types.ts";

/** Delays of retries when only their number is given, in seconds. */
const DEFAULT_RETRY = { backoff: "exponential", delay: 1, maxDelay: 300, jitter: 0.2 } as const;

/** `input` has the right shape. The result is a valid input itself, and stays as it is when normalised again. */
export function normalizeFlow(input: FlowInput): FlowDefinition {
  const { name, version, description, input: schema, output, timeout, schedule, steps } = input;
  return withoutGaps<FlowDefinition>({
    name,
    version: version === undefined ? undefined : String(version),
    description,
    input: schema,
    output: output?.trim(),
    timeout: seconds(timeout),
    schedule: schedule && withoutGaps<ScheduleRule>({ ...schedule }),
    steps: steps.map((step, i) => normalizeStep(step, steps[i - 1]?.name ?? null)),
  });
}

/** `before` is the name of the step that is listed before: what a step without `after` comes after. */
function normalizeStep(step: StepInput, before: string | null): StepDefinition {
  const after = step.after ?? (before === null ? [] : [before]);
  return withoutGaps<StepDefinition>({
    name: step.name,
    description: step.description,
    after: typeof after === "string" ? [after] : [...new Set(after)],
    when: step.when?.trim(),
    forEach: step.forEach === undefined ? undefined : normalizeForEach(step.forEach),
    script: step.script,
    scriptPath: step.scriptPath,
    flow: typeof step.flow === "object" ? normalizeFlow(step.flow) : undefined,
    waitFor: step.waitFor === undefined ? undefined : normalizeWait(step.waitFor),
    sleep: seconds(step.sleep),
    until: step.until?.trim(),
    inputs: step.inputs,
    timeout: seconds(step.timeout),
    retry: normalizeRetry(step.retry, step.retries),
    onFailure: step.onFailure === "continue" ? "continue" : undefined,
    compensate: step.compensate === undefined ? undefined : normalizeCompensation(step.compensate),
    context: step.context,
    priority: step.priority === 0 ? undefined : step.priority,
  });
}

function normalizeForEach(forEach: NonNullable<StepInput["forEach"]>): ForEach {
  if (typeof forEach === "string") return { items: forEach.trim() };
  return withoutGaps<ForEach>({ items: forEach.items.trim(), limit: forEach.limit });
}

function normalizeWait(wait: WaitForInput): WaitFor {
  if (typeof wait === "string") return { events: [wait] };
  return withoutGaps<WaitFor>({
    events: wait.events ?? (wait.event === undefined ? [] : [wait.event]),
    key: wait.key?.trim(),
    timeout: seconds(wait.timeout),
    onTimeout: wait.onTimeout === "continue" ? "continue" : undefined,
  });
}

function normalizeRetry(retry: RetryInput | undefined, retries: number | undefined): RetryPolicy | undefined {
  const count = retry?.count ?? retries ?? 0;
  if (count === 0) return undefined;
  return withoutGaps<RetryPolicy>({
    count,
    backoff: retry?.backoff ?? DEFAULT_RETRY.backoff,
    delay: seconds(retry?.delay) ?? DEFAULT_RETRY.delay,
    maxDelay: seconds(retry?.maxDelay) ?? DEFAULT_RETRY.maxDelay,
    jitter: retry?.jitter ?? DEFAULT_RETRY.jitter,
    on: retry?.on,
    except: retry?.except,
  });
}

function normalizeCompensation(compensation: CompensationInput): Compensation {
  if (typeof compensation === "string") return { script: compensation };
  const { script, scriptPath, timeout, retry, retries, after } = compensation;
  return withoutGaps<Compensation>({
    script,
    scriptPath,
    timeout: seconds(timeout),
    retry: normalizeRetry(retry, retries),
    after: after === "interrupted" ? undefined : after,
  });
}

function seconds(duration: number | string | undefined): number | undefined {
  return duration === undefined ? undefined : (parseDuration(duration) ?? undefined);
}

/** Fields without a value would differ from missing ones when compared, and in JSON they are not there. */
function withoutGaps<T extends object>(fields: { readonly [Name in keyof T]: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
