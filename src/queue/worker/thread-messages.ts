// What the main thread and a script thread tell each other.

import type { TaskError } from "../task.ts";
import type { SlotRef } from "./slots.ts";

/** What a thread is made with: plain data. */
export interface ThreadConfig {
  readonly slots: SharedArrayBuffer;
  readonly workerId: string;
  readonly contexts: readonly string[];
  /** URL of the module that adds host functions. */
  readonly engineModule: string | null;
  readonly limits: ThreadLimits;
  /** Folder of `scriptPath`; null: off. */
  readonly scriptsRoot: string | null;
  /** Folder of `import`; null: off. */
  readonly modulesRoot: string | null;
  /** Public keys by caller (SPKI, PEM); null: signatures are not looked at. */
  readonly trustedKeys: Readonly<Record<string, readonly string[]>> | null;
  /** Never to be shown. */
  readonly secrets: readonly string[];
  /** Scripts that wait, at once. */
  readonly interleave: number;
}

export interface ThreadLimits {
  readonly operations: number;
  readonly callLevels: number;
  readonly outputBytes: number;
  readonly scriptBytes: number;
  /** Of the cache for compiled scripts. */
  readonly cachedScripts: number;
  readonly cachedBytes: number;
  readonly logLines: number;
}

/** A task as a thread needs it. What is missing has no value. */
export interface ThreadJob extends SlotRef {
  readonly id: string;
  readonly context: string;
  readonly token: number;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly timeoutMs: number;
  readonly callerId?: string;
  readonly script?: string;
  readonly scriptPath?: string;
  readonly args?: string;
  readonly meta?: string;
  readonly schedule?: string;
  readonly signature?: string;
  readonly signedBy?: string;
  readonly operations?: number;
  readonly callLevels?: number;
  readonly outputBytes?: number;
}

export type ToThread =
  /** JSON of `ThreadJob[]`: copying objects from thread to thread takes several times as long as text. */
  | { readonly type: "run"; readonly jobs: string }
  /** Their flags are set already: this wakes those that wait. */
  | { readonly type: "stop"; readonly slots: readonly SlotRef[] }
  | { readonly type: "end" };

export interface ReportedLine {
  readonly level: string;
  readonly text: string;
}

/** What a running script has to tell. */
export interface ScriptReport {
  readonly lines?: readonly ReportedLine[];
  readonly progress?: ScriptProgress;
}

export interface ScriptProgress {
  readonly fraction: number;
  readonly message?: string;
}

/** How a run ended, by what the thread knows. */
export type ScriptEnd =
  | { readonly kind: "completed"; readonly output: string }
  | { readonly kind: "failed"; readonly error: TaskError; readonly retryable: boolean }
  /** It was asked to stop, and did. */
  | { readonly kind: "stopped" };

export interface ScriptOutcome extends SlotRef {
  readonly end: ScriptEnd;
  /** Milliseconds from start to end. */
  readonly ms: number;
  readonly report?: ScriptReport;
}

export interface ThreadBatch {
  readonly type: "batch";
  /** JSON of `ScriptOutcome[]`; null for none. */
  readonly outcomes: string | null;
  readonly reports: readonly (SlotRef & { readonly report: ScriptReport })[];
  /** Scripts started since the batch before, and how long they kept the thread busy. */
  readonly started: number;
  readonly busyMs: number;
  readonly heapBytes: number;
}

export type FromThread =
  | { readonly type: "ready" }
  /** It cannot work: the engine module does not load. */
  | { readonly type: "broken"; readonly message: string }
  /** A host function left a promise that failed, with nobody to notice. */
  | { readonly type: "complaint"; readonly message: string }
  | ThreadBatch;
