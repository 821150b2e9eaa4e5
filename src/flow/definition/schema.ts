// The shape of a definition as it is written: zod schemas, from which the published JSON Schema is made too.

import { z } from "zod";
import { LONGEST_SECONDS, parseDuration } from "./duration.ts";

const DURATION_TEXT = String.raw`^\s*(\d+(\.\d+)?\s*(ms|s|m|h|d)\s*)+$|^\s*\d+(\.\d+)?\s*$`;

const DURATION_EXPECTED = "expected a duration: seconds, or a text like `90s`, `5m` or `1h30m`";

const duration = z
  .union(
    [
      z.number().min(0, "a duration is not negative"),
      z.string().regex(new RegExp(DURATION_TEXT), { error: DURATION_EXPECTED, abort: true }),
    ],
    { error: DURATION_EXPECTED },
  )
  .refine((value) => (parseDuration(value) ?? 0) <= LONGEST_SECONDS, "a duration is not longer than a year")
  .meta({ description: "Seconds, or a text like `90s`, `5m` or `1h30m`." });

const positiveDuration = duration.refine(
  (value) => parseDuration(value) !== 0,
  "expected a duration above zero",
);

const text = z.string().min(1, "expected a text that is not empty");
const expression = text.meta({ description: "A Rhai expression over `input`, `steps`, `now` ..." });
const script = z.string().meta({ description: "Source text of a Rhai script." });
const whole = (low: number, high: number) =>
  z
    .number()
    .int()
    .min(low, `expected a whole number from ${low}`)
    .max(high, `expected a number up to ${high}`);

export const STEP_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
export const FLOW_NAME = /^[A-Za-z0-9_.:/@+-]{1,100}$/;
const CONTEXT_NAME = /^[A-Za-z0-9_.:/@+-]{1,128}$/;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const stepName = z
  .string()
  .regex(STEP_NAME, "a step's name begins with a letter and has up to 64 letters, digits, `_` and `-`");

export const retryPolicy = z
  .strictObject({
    count: whole(0, 1000),
    backoff: z.enum(["fixed", "linear", "exponential"]).optional(),
    delay: duration.optional(),
    maxDelay: duration.optional(),
    jitter: z.number().min(0).max(1).optional(),
    on: z.array(text).min(1).optional(),
    except: z.array(text).min(1).optional(),
  })
  .meta({ id: "RetryPolicy", description: "How often and when a failed attempt is repeated." });

export const compensationFields = z.strictObject({
  script: script.optional(),
  scriptPath: text.optional(),
  timeout: positiveDuration.optional(),
  retries: whole(0, 1000).optional(),
  retry: retryPolicy.optional(),
  after: z.enum(["completed", "interrupted", "started"]).optional(),
});

const compensation = z
  .union([script, compensationFields])
  .meta({ id: "Compensation", description: "A script that undoes what the step did." });

export const waitForFields = z.strictObject({
  event: text.optional(),
  events: z.array(text).min(1).max(20).optional(),
  key: expression.optional(),
  timeout: positiveDuration.optional(),
  onTimeout: z.enum(["fail", "continue"]).optional(),
});

const waitFor = z
  .union([text, waitForFields])
  .meta({ id: "WaitFor", description: "The signal, or one of the signals, that the step waits for." });

export const forEachFields = z.strictObject({ items: expression, limit: whole(1, 10_000).optional() });

const forEach = z
  .union([expression, forEachFields])
  .meta({ id: "ForEach", description: "An expression for an array; the step is done for each item." });

export const scheduleSchema = z
  .strictObject({
    cron: text,
    timeZone: text.optional(),
    catchUp: z.enum(["none", "latest", "all"]).optional(),
    whenUnfinished: z.enum(["allow", "skip"]).optional(),
  })
  .meta({ id: "Schedule", description: "When the flow is started by itself." });

export const stepSchema = z
  .strictObject({
    name: stepName,
    description: z.string().optional(),
    after: z.union([stepName, z.array(stepName)]).optional(),
    when: expression.optional(),
    forEach: forEach.optional(),
    script: script.optional(),
    scriptPath: text.optional(),
    get flow(): z.ZodOptional<z.ZodUnion<readonly [z.ZodString, typeof flowSchema]>> {
      return z.union([text, flowSchema]).optional();
    },
    waitFor: waitFor.optional(),
    sleep: duration.optional(),
    until: expression.optional(),
    inputs: z
      .record(z.string().regex(VARIABLE_NAME, "expected the name of a variable"), expression)
      .optional(),
    timeout: positiveDuration.optional(),
    retries: whole(0, 1000).optional(),
    retry: retryPolicy.optional(),
    onFailure: z.enum(["fail", "continue"]).optional(),
    compensate: compensation.optional(),
    context: z
      .string()
      .regex(CONTEXT_NAME, "expected the name of a context: 1 to 128 of A-Z a-z 0-9 _ . : / @ + -")
      .optional(),
    priority: whole(0, 1000).optional(),
  })
  .meta({ id: "Step", description: "One step of a flow." });

export const flowSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().regex(FLOW_NAME, "a flow's name has 1 to 100 of A-Z a-z 0-9 _ . : / @ + -"),
    version: z.union([text, z.number()]).optional(),
    description: z.string().optional(),
    input: z.record(z.string(), z.unknown()).optional().meta({ description: "JSON Schema of the input." }),
    output: expression.optional(),
    timeout: positiveDuration.optional(),
    schedule: scheduleSchema.optional(),
    steps: z.array(stepSchema).min(1, "a flow needs at least one step").max(1000),
  })
  .meta({ id: "Flow", description: "A durable flow of Rhai scripts." });

/** A step as it may be written. */
export type StepInput = z.input<typeof stepSchema>;
/** A flow as it may be written. */
export type FlowInput = z.input<typeof flowSchema>;
export type RetryInput = z.input<typeof retryPolicy>;
export type CompensationInput = z.input<typeof compensation>;
export type WaitForInput = z.input<typeof waitFor>;
