// From options of the command line to those of a worker.

import { dirname } from "node:path";
import type { WorkerOptions } from "../../queue/worker/worker-options.ts";
import { UsageError } from "../exit-codes.ts";
import { existing, readTextFile } from "./files.ts";
import { names } from "./values.ts";

/** What `worker`, `dev` and `submit --local` have in common. */
export interface EngineOptions {
  readonly engine?: string;
  readonly scripts?: string;
  readonly modules?: string;
}

export interface WorkerSettingsOptions extends EngineOptions {
  readonly context?: string;
  readonly id?: string;
  readonly concurrency?: number;
  readonly threads?: number;
  readonly timeout?: number;
  readonly maxTimeout?: number;
  readonly maxOperations?: number;
  readonly maxHeap?: number;
  readonly maxOutput?: number;
  readonly lease?: number;
  readonly grace?: number;
  readonly trust?: readonly string[];
  readonly secretEnv?: readonly string[];
}

export const DEFAULT_CONTEXT = "default";
const MB = 1024 ** 2;

/** Throws `UsageError` for files that are not there. Scripts import from the scripts' folder unless told otherwise. */
export function engineSettings({ engine, scripts, modules }: EngineOptions): Partial<WorkerOptions> {
  const scriptsRoot = scripts === undefined ? undefined : existing("--scripts", scripts, "folder");
  const modulesRoot = modules === undefined ? scriptsRoot : existing("--modules", modules, "folder");
  const engineModule = engine === undefined ? undefined : existing("--engine", engine, "file");
  return { engineModule, scriptsRoot, modulesRoot };
}

export function workerSettings(options: WorkerSettingsOptions): Omit<WorkerOptions, "store"> {
  const { timeout, maxTimeout, maxOperations, maxHeap, maxOutput } = options;
  return {
    ...engineSettings(options),
    contexts: names(options.context ?? DEFAULT_CONTEXT),
    workerId: options.id,
    concurrency: options.concurrency,
    threads: options.threads,
    leaseMs: options.lease,
    stopGraceMs: options.grace,
    trustedKeys: options.trust && trustedKeys(options.trust),
    secrets: (options.secretEnv ?? []).map(secretFrom),
    limits: {
      timeoutMs: timeout,
      maxTimeoutMs: maxTimeout,
      operations: maxOperations,
      heapMb: maxHeap === undefined ? undefined : Math.max(1, Math.floor(maxHeap / MB)),
      outputBytes: maxOutput,
    },
  };
}

/** `caller=FILE` each. */
function trustedKeys(texts: readonly string[]): Record<string, string[]> {
  const keys: Record<string, string[]> = {};
  for (const text of texts) {
    const at = text.lastIndexOf("=");
    if (at < 1) throw new UsageError(`'${text}' is not a trusted key (example: --trust alice=alice.pem)`);
    const caller = text.slice(0, at);
    keys[caller] = [...(keys[caller] ?? []), readTextFile("--trust", text.slice(at + 1))];
  }
  return keys;
}

function secretFrom(name: string): string {
  const value = process.env[name];
  if (!value) throw new UsageError(`--secret-env: there is no environment variable ${name}`);
  return value;
}

/** The folder of a script, for what it imports; that of the shell for standard input. */
export function folderOf(file: string): string {
  return file === "-" ? "." : dirname(file);
}
