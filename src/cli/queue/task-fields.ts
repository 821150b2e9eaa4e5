// What options say of a task besides its script, for the commands that hand scripts over.

import { isQueueError } from "../../queue/errors.ts";
import { TaskSigner } from "../../queue/signature.ts";
import type { TaskSpec } from "../../queue/task.ts";
import { UsageError } from "../exit-codes.ts";
import { readTextFile } from "./files.ts";
import { argsText } from "./script-args.ts";

export interface TaskFieldOptions {
  readonly arg?: readonly string[];
  readonly argsJson?: string;
  readonly timeout?: number;
  readonly priority?: number;
  readonly retries?: number;
  readonly retryDelay?: number;
  readonly caller?: string;
  readonly keep?: number;
  readonly byPath?: boolean;
  readonly sign?: string;
}

/** Without a signature, which covers more than these. Throws `UsageError`. */
export function taskFields(options: TaskFieldOptions): Omit<TaskSpec, "context"> {
  const { retries, retryDelay } = options;
  if (retryDelay !== undefined && retries === undefined)
    throw new UsageError("--retry-delay needs --retries");
  return {
    callerId: options.caller,
    args: argsText(options.arg ?? [], options.argsJson),
    timeoutMs: options.timeout,
    priority: options.priority,
    maxAttempts: retries === undefined ? undefined : retries + 1,
    backoff: retryDelay === undefined ? undefined : { kind: "exponential", baseMs: retryDelay, jitter: 0.2 },
    resultTtlMs: options.keep,
  };
}

/** Of the private key in a PEM file; null when nothing is to be signed. Throws `UsageError`. */
export function signerFrom({ sign, caller }: TaskFieldOptions): TaskSigner | null {
  if (sign === undefined) return null;
  if (caller === undefined) throw new UsageError("--sign needs --caller: workers look up the caller's key");
  const key = readTextFile("--sign", sign);
  try {
    return new TaskSigner(key);
  } catch (error) {
    if (!isQueueError(error)) throw error;
    throw new UsageError(`--sign: ${sign} holds no Ed25519 private key in PEM form`);
  }
}
