// Options of a worker: what they mean, and what they are when missing.

import type { KeyObject } from "node:crypto";
import { randomBytes } from "node:crypto";
import { availableParallelism, hostname } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Logger } from "pino";
import { QueueError } from "../errors.ts";
import { checkContext, checkLabel } from "../names.ts";
import { type OpenStoreOptions, openStore } from "../open-store.ts";
import { publicKeyText } from "../signature.ts";
import type { TaskStore } from "../store.ts";

export interface WorkerOptions {
  /** Where the queue is: `redis://...`, `rediss://...`, `memory://name`; or `store`. */
  readonly url?: string;
  /** An open store; the worker then leaves it open when it stops. */
  readonly store?: TaskStore;
  /** For `url`. */
  readonly storeOptions?: OpenStoreOptions;
  /** Names of the contexts to serve. */
  readonly contexts: readonly string[];
  /** Unique among all workers; made of host, process and a random part when missing. */
  readonly workerId?: string;
  /** Tasks at once, over all contexts and threads; default 10 for each thread. */
  readonly concurrency?: number;
  /** Script threads; default: one less than processors, at most 8. */
  readonly threads?: number;
  /** Scripts that wait for something, at once on one thread; default: as many as fall to it. */
  readonly interleave?: number;
  /** Path or URL of an ES module that adds host functions; see `EngineFactory`. */
  readonly engineModule?: string | URL;
  /** Folder of `scriptPath`; off when missing. */
  readonly scriptsRoot?: string;
  /** Folder for `import` in scripts; off when missing. */
  readonly modulesRoot?: string;
  readonly limits?: Partial<WorkerLimits>;
  /** Run only tasks that one of these Ed25519 public keys (PEM, KeyObject) of their caller signed. */
  readonly trustedKeys?: Readonly<Record<string, string | KeyObject | readonly (string | KeyObject)[]>>;
  /** Texts to blank out in log lines, error texts and progress messages of scripts. */
  readonly secrets?: readonly string[];
  /** How long a claim lasts without a sign of life of the worker; default 30 s. */
  readonly leaseMs?: number;
  /** A script that should end (deadline, cancel, stop) gets so long before its thread is killed; default 500 ms. */
  readonly killGraceMs?: number;
  /** When stopping, scripts get so long to finish before they are ended and handed back; default 25 s. */
  readonly stopGraceMs?: number;
  /** How often expired leases, due tasks and schedules are looked after; default 2 s. */
  readonly upkeepMs?: number;
  readonly recycle?: Partial<WorkerRecycling>;
  /** Structured logs; none when missing. */
  readonly logger?: Logger;
  /** The file that script threads run; only for applications that are bundled. */
  readonly threadEntry?: string | URL;
}

/** What a task may use; its own limits can only be lower, except `timeoutMs`, for which `maxTimeoutMs` is the bound. */
export interface WorkerLimits {
  /** Wall clock of one run, if the task does not say; default 5 minutes. */
  readonly timeoutMs: number;
  /** Longest wall clock that a task may ask for; default a day. */
  readonly maxTimeoutMs: number;
  /** Operations of one run; 0 (default): as many as its time allows. */
  readonly operations: number;
  /** Nesting of function calls; default 64. */
  readonly callLevels: number;
  /** Heap of a script thread, in MB; default 256. */
  readonly heapMb: number;
  /** The result as JSON text, in bytes; default 1 MiB. */
  readonly outputBytes: number;
  /** Source text, in bytes; default 1 MiB. */
  readonly scriptBytes: number;
  /** Lines of a run that wait to be stored; of more the newest are kept. Default 1000. */
  readonly logLines: number;
}

export interface WorkerRecycling {
  /** Tasks after which a thread is replaced by a fresh one; default a million. */
  readonly tasks: number;
  /** Its age; default an hour. */
  readonly ageMs: number;
  /** Share of its heap that is in use; default 0.8. */
  readonly heapShare: number;
  /** Threads without work for so long are ended, except one; default a minute. */
  readonly idleMs: number;
}

const DEFAULT_LIMITS: WorkerLimits = {
  timeoutMs: 300_000,
  maxTimeoutMs: 86_400_000,
  operations: 0,
  callLevels: 64,
  heapMb: 256,
  outputBytes: 1_048_576,
  scriptBytes: 1_048_576,
  logLines: 1000,
};

const DEFAULT_RECYCLING: WorkerRecycling = {
  tasks: 1_000_000,
  ageMs: 3_600_000,
  heapShare: 0.8,
  idleMs: 60_000,
};
const THREAD_TASKS = 10;

/** Every option with its value. */
export interface WorkerSettings {
  readonly store: TaskStore;
  readonly ownsStore: boolean;
  readonly contexts: readonly string[];
  readonly workerId: string;
  readonly concurrency: number;
  readonly threads: number;
  readonly perThread: number;
  readonly interleave: number;
  readonly engineModule: string | null;
  readonly scriptsRoot: string | null;
  readonly modulesRoot: string | null;
  readonly limits: WorkerLimits;
  readonly recycle: WorkerRecycling;
  readonly trustedKeys: Readonly<Record<string, readonly string[]>> | null;
  readonly secrets: readonly string[];
  readonly leaseMs: number;
  readonly killGraceMs: number;
  readonly stopGraceMs: number;
  readonly upkeepMs: number;
  readonly logger: Logger | null;
  readonly threadEntry: URL | null;
}

/** Throws `invalid`. */
export function workerSettings(options: WorkerOptions): WorkerSettings {
  const threads = whole(
    "threads",
    options.threads,
    Math.max(1, Math.min(8, availableParallelism() - 1)),
    1,
    256,
  );
  const concurrency = whole("concurrency", options.concurrency, THREAD_TASKS * threads, 1, 10_000);
  const perThread = Math.ceil(concurrency / threads);
  const limits = numbers("limits", options.limits, DEFAULT_LIMITS);
  const store = options.store ?? openOwn(options);
  return {
    store,
    ownsStore: options.store === undefined,
    contexts: contextsOf(options.contexts),
    workerId: checkLabel("worker id", options.workerId ?? newWorkerId()),
    concurrency,
    threads,
    perThread,
    interleave: whole("interleave", options.interleave, perThread, 1, 10_000),
    engineModule: options.engineModule === undefined ? null : fileUrl(options.engineModule).href,
    scriptsRoot: options.scriptsRoot ?? null,
    modulesRoot: options.modulesRoot ?? null,
    limits,
    recycle: numbers("recycle", options.recycle, DEFAULT_RECYCLING),
    trustedKeys: trusted(options.trustedKeys),
    secrets: options.secrets ?? [],
    leaseMs: whole("leaseMs", options.leaseMs, 30_000, 300, 86_400_000),
    killGraceMs: whole("killGraceMs", options.killGraceMs, 500, 0, 3_600_000),
    stopGraceMs: whole("stopGraceMs", options.stopGraceMs, 25_000, 0, 86_400_000),
    upkeepMs: whole("upkeepMs", options.upkeepMs, 2000, 10, 600_000),
    logger: options.logger ?? null,
    threadEntry: options.threadEntry === undefined ? null : fileUrl(options.threadEntry),
  };
}

function openOwn({ url, storeOptions }: WorkerOptions): TaskStore {
  if (url === undefined) throw new QueueError("invalid", "a worker needs the option url or store");
  return openStore(url, storeOptions);
}

function contextsOf(contexts: readonly string[]): readonly string[] {
  if (!Array.isArray(contexts) || contexts.length === 0)
    throw new QueueError("invalid", "a worker needs at least one context");
  return [...new Set(contexts.map(checkContext))];
}

function newWorkerId(): string {
  return `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}`;
}

function fileUrl(file: string | URL): URL {
  if (file instanceof URL) return file;
  return file.startsWith("file:") ? new URL(file) : pathToFileURL(resolve(file));
}

function trusted(keys: WorkerOptions["trustedKeys"]): WorkerSettings["trustedKeys"] {
  if (keys === undefined) return null;
  const entries = Object.entries(keys).map(([caller, given]) => {
    const list = Array.isArray(given) ? given : [given];
    return [caller, list.map(publicKeyText)] as const;
  });
  return Object.fromEntries(entries);
}

function whole(name: string, value: number | undefined, missing: number, low: number, high: number): number {
  if (value === undefined) return missing;
  if (Number.isSafeInteger(value) && value >= low && value <= high) return value;
  throw new QueueError("invalid", `${name} (allowed: whole numbers from ${low} to ${high})`);
}

function numbers<T extends object>(what: string, given: Partial<T> | undefined, missing: T): T {
  const result = { ...missing };
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!(name in missing)) throw new QueueError("invalid", `${what}: there is no ${name}`);
    if (value === undefined) continue;
    if (!(typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new QueueError("invalid", `${what}.${name} (a number from 0 is needed)`);
    result[name as keyof T] = value as T[keyof T];
  }
  return result;
}
