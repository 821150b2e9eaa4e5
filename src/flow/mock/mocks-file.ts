// A test of a flow as a file: replies, signals, and what is expected.

import { readFileSync } from "node:fs";
import { z } from "zod";
import { parseDuration } from "../definition/duration.ts";
import { FlowDefinitionError } from "../definition/issues.ts";
import { YamlSource } from "../definition/yaml-form.ts";
import { FLOW_STATUSES } from "../state.ts";
import type { Reply } from "./replies.ts";

const duration = z
  .union([z.number().min(0), z.string()])
  .refine(
    (value) => parseDuration(value) !== null,
    "expected a duration: seconds, or a text like `90s` or `5m`",
  );

const reply = z
  .strictObject({
    output: z.unknown().optional(),
    error: z
      .union([
        z.string(),
        z.strictObject({
          kind: z.string().optional(),
          message: z.string(),
          interrupted: z.boolean().optional(),
        }),
      ])
      .optional(),
    delay: duration.optional(),
    timeout: z.literal(true).optional(),
    times: z.number().int().min(1).optional(),
  })
  .meta({ id: "Reply", description: "What a call answers; by default a success without a value." });

const replies = z.record(z.string(), z.union([reply, z.array(reply).min(1)]));

const signal = z
  .strictObject({
    event: z.string().min(1),
    key: z.string().optional(),
    payload: z.unknown().optional(),
    id: z.string().optional(),
    after: duration.optional(),
  })
  .meta({ id: "Signal", description: "A signal that is sent after so long, or at once." });

const stepExpectation = z.strictObject({
  status: z
    .enum(["Pending", "Running", "Waiting", "Completed", "Failed", "Skipped", "Compensated"])
    .optional(),
  attempts: z.number().int().min(0).optional(),
  output: z.unknown().optional(),
  error: z.string().optional(),
});

export const mocksSchema = z
  .strictObject({
    $schema: z.string().optional(),
    input: z.unknown().optional(),
    steps: replies.optional(),
    compensations: replies.optional(),
    functions: replies.optional(),
    signals: z.array(signal).optional(),
    cancel: z.strictObject({ after: duration, reason: z.string().optional() }).optional(),
    expect: z
      .strictObject({
        status: z.enum(FLOW_STATUSES as [string, ...string[]]).optional(),
        output: z.unknown().optional(),
        error: z.string().optional(),
        steps: z.record(z.string(), stepExpectation).optional(),
        calls: z.record(z.string(), z.number().int().min(0)).optional(),
        compensated: z.array(z.string()).optional(),
        seconds: z.number().min(0).optional(),
      })
      .optional(),
  })
  .meta({
    id: "Mocks",
    description: "A test of a flow: what its steps and functions answer, and what is expected.",
  });

type MocksShape = z.infer<typeof mocksSchema>;

/** What a mocks file holds. */
export interface Mocks extends Omit<MocksShape, "steps" | "compensations" | "functions"> {
  readonly steps?: Readonly<Record<string, Reply | readonly Reply[]>>;
  readonly compensations?: Readonly<Record<string, Reply | readonly Reply[]>>;
  readonly functions?: Readonly<Record<string, Reply | readonly Reply[]>>;
}

export type Expectation = NonNullable<MocksShape["expect"]>;

/**
 * Makes mocks of YAML (or JSON) text.
 *
 * @throws FlowDefinitionError with file and line of everything that is wrong.
 */
export function parseMocks(text: string, file: string | null = null): Mocks {
  const source = new YamlSource(text, file);
  const data: unknown = source.document.toJS() ?? {};
  const result = mocksSchema.safeParse(data);
  if (result.success) return data as Mocks;
  throw new FlowDefinitionError(
    result.error.issues.map((issue) => {
      const path = issue.path as (string | number)[];
      const subject = path.join(".");
      const message = subject === "" ? issue.message : `${subject}: ${issue.message}`;
      return { message, step: null, path, place: source.locate(path) };
    }),
  );
}

/** Reads a mocks file. Throws FlowDefinitionError, and the file system's error when it cannot be read. */
export function loadMocksFile(path: string): Mocks {
  return parseMocks(readFileSync(path, "utf8"), path);
}
