// What a caller asks for, in words of callers, and what the store takes.

import { QueueError } from "../errors.ts";
import { newTaskId } from "../names.ts";
import type { TaskSigner } from "../signature.ts";
import type { SubmitOptions } from "../store.ts";
import type { Backoff, TaskLimits, TaskSpec } from "../task.ts";
import { type Duration, milliseconds } from "./duration.ts";
import { argsText, jsonText, type TaskArgs } from "./values.ts";

/** A task to submit. A script is needed, all else may be missing. */
export interface TaskRequest extends SubmitOptions {
  /** Source text, up to 1 MiB; or `scriptPath`. */
  readonly script?: string;
  /** Path below the scripts folder of the workers. */
  readonly scriptPath?: string;
  /** Variables of the script. */
  readonly args?: TaskArgs;
  /** The dispatcher's when missing. */
  readonly context?: string;
  readonly callerId?: string;
  /** Submitting the same id again changes nothing; made when missing. */
  readonly id?: string;
  /** Wall clock of one run. */
  readonly timeout?: Duration;
  readonly delay?: Duration;
  /** Not before this moment (milliseconds since 1970, or a date). */
  readonly runAt?: number | Date;
  /** 0 (default) to 1000, higher runs earlier. */
  readonly priority?: number;
  /** Runs after a failed one; 0 when missing. */
  readonly retries?: number;
  /** Wait before a retry: a span of time that doubles with each, or a rule. One second when missing. */
  readonly backoff?: Duration | Backoff;
  /** While a task with this key is unfinished in the context, submitting again returns that one. */
  readonly idempotencyKey?: string;
  /** Whose turn it is, when callers are served in turns; `callerId` when missing. */
  readonly fairKey?: string;
  /** How long result and record are kept; as the context is set when missing. */
  readonly resultTtl?: Duration;
  readonly limits?: TaskLimits;
  /** Kept with the task, as JSON unless it is text; scripts read it with `task_meta()`. */
  readonly meta?: unknown;
  /** W3C `traceparent`. */
  readonly trace?: string;
}

/** What holds for all requests of a dispatcher, unless they say otherwise. */
export interface RequestDefaults {
  readonly context?: string;
  readonly callerId?: string;
  readonly signer: TaskSigner | null;
}

/** Throws `invalid`. The id is made here, so that submitting can be repeated. */
export function specOf(request: TaskRequest, defaults: RequestDefaults): TaskSpec & { readonly id: string } {
  const context = request.context ?? defaults.context;
  if (context === undefined)
    throw new QueueError("invalid", "a context is needed, of the dispatcher or of the request");
  const { delay, runAt } = request;
  const spec = Object.assign(commonSpec(request, defaults), {
    id: request.id ?? newTaskId(),
    context,
    delayMs: delay === undefined ? undefined : milliseconds("delay", delay),
    runAt: runAt instanceof Date ? runAt.getTime() : runAt,
    idempotencyKey: request.idempotencyKey,
  });
  return defaults.signer === null ? spec : Object.assign(spec, signed(spec, defaults.signer));
}

/** What also a schedule's task has. One object of one shape, with `undefined` for what is missing: it is made for every task. */
export function commonSpec(
  request: Omit<TaskRequest, "context">,
  defaults: RequestDefaults,
): Omit<TaskSpec, "id" | "context"> {
  const { args, timeout, retries, backoff, resultTtl, meta } = request;
  return {
    script: request.script,
    scriptPath: request.scriptPath,
    callerId: request.callerId ?? defaults.callerId,
    args: args === undefined ? undefined : argsText(args),
    timeoutMs: timeout === undefined ? undefined : milliseconds("timeout", timeout),
    priority: request.priority,
    maxAttempts: retries === undefined ? undefined : retries + 1,
    backoff: backoff === undefined ? undefined : backoffOf(backoff),
    fairKey: request.fairKey,
    resultTtlMs: resultTtl === undefined ? undefined : milliseconds("resultTtl", resultTtl),
    limits: request.limits,
    meta: meta === undefined || typeof meta === "string" ? meta : jsonText("meta", meta),
    trace: request.trace,
  };
}

function backoffOf(backoff: Duration | Backoff): Backoff {
  if (typeof backoff === "object") return backoff;
  return { kind: "exponential", baseMs: milliseconds("backoff", backoff), jitter: 0.2 };
}

/** Fields for the signature; none without a signer. Throws `invalid` when nobody is named as the caller. */
export function signed(
  fields: Parameters<TaskSigner["sign"]>[0],
  signer: TaskSigner | null,
): Pick<TaskSpec, "signature" | "signedBy"> {
  if (signer === null) return {};
  if (!fields.callerId) throw new QueueError("invalid", "a caller id is needed to sign tasks");
  return signer.sign(fields);
}
