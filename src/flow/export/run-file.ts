// A run as one file: what it is made of, and reading it with a complaint about what is no such file.

import { z } from "zod";
import { FlowError } from "../errors.ts";

export const RUN_FILE_FORMAT = "rhai-flow-run";
export const RUN_FILE_VERSION = 1;

const texts = z.record(z.string(), z.string());
const count = z.number().int().min(0);

const logLine = z.object({ at: z.number(), level: z.string(), text: z.string() });

const taskError = z.object({
  kind: z.string(),
  message: z.string(),
  position: z.object({ line: z.number(), column: z.number() }).optional(),
  stack: z.array(z.string()).readonly().optional(),
});

const attempt = z.object({
  flowId: z.string(),
  stepId: z.string(),
  attempt: count,
  undo: z.boolean(),
  taskId: z.string(),
  /** Of the task; `unknown` when the queue did not have it any more. */
  status: z.enum(["scheduled", "pending", "processing", "completed", "failed", "cancelled", "unknown"]),
  /** JSON text: the variables of the script. */
  args: z.string().nullable(),
  /** JSON text. */
  output: z.string().nullable(),
  error: taskError.nullable(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  workerId: z.string().nullable(),
  log: z.array(logLine),
});

const change = z.object({
  step: z.string().optional(),
  status: z.string().optional(),
  attempt: z.number().optional(),
  undo: z.literal(true).optional(),
  detail: z.string().optional(),
});

const run = z.object({
  flowId: z.string(),
  /** Fields of the run and of its steps, as they are stored; docs/flow.md describes them. */
  flow: texts,
  steps: z.record(z.string(), texts),
  history: z.array(z.object({ at: z.number(), by: z.string(), changes: z.array(change) })),
});

const runFile = z.object({
  format: z.literal(RUN_FILE_FORMAT),
  version: z.literal(RUN_FILE_VERSION),
  /** Ms since 1970. */
  exportedAt: z.number(),
  /** The run first, then those inside of it. */
  runs: z.array(run).min(1),
  /** By hash. */
  definitions: z.record(z.string(), z.record(z.string(), z.unknown())),
  attempts: z.array(attempt),
});

/** A run with everything about it: definition, input, results, transitions, logs; and the same of the runs inside of it. */
export type RunFile = z.infer<typeof runFile>;
export type ExportedRun = z.infer<typeof run>;
export type ExportedAttempt = z.infer<typeof attempt>;

/**
 * Reads the text of such a file.
 *
 * @throws FlowError `invalid`, saying what is wrong with it.
 */
export function parseRunFile(text: string): RunFile {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new FlowError("invalid", `not a file of a run: ${(error as Error).message}`);
  }
  const result = runFile.safeParse(data);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  const place = path.length === 0 ? "" : `${path.join(".")}: `;
  throw new FlowError("invalid", `not a file of a run: ${place}${message}`);
}
