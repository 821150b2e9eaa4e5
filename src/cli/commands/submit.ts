// `rhai submit FILE --context C`: hands a script to the queue, and perhaps waits for what becomes of it.

import { newTaskId } from "../../queue/names.ts";
import { openStore } from "../../queue/open-store.ts";
import type { Enqueued, TaskStore } from "../../queue/store.ts";
import type { TaskSpec } from "../../queue/task.ts";
import { ExitCode, UsageError } from "../exit-codes.ts";
import { output } from "../output.ts";
import { followAndPrint } from "../queue/follow-print.ts";
import { printJson } from "../queue/show.ts";
import { signerFrom, type TaskFieldOptions, taskFields } from "../queue/task-fields.ts";
import { awaitResult, type WaitOptions } from "../queue/wait.ts";
import { type LookOptions, reporting, withStore } from "../queue/with-store.ts";
import { DEFAULT_CONTEXT, type EngineOptions, engineSettings, folderOf } from "../queue/worker-settings.ts";
import { readScript, type ScriptSource, UnreadableScript } from "../script-source.ts";

export interface SubmitOptions extends LookOptions, WaitOptions, EngineOptions, TaskFieldOptions {
  readonly context?: string;
  readonly wait?: boolean;
  readonly follow?: boolean;
  readonly delay?: number;
  readonly at?: number;
  readonly key?: string;
}

interface Submission {
  readonly spec: TaskSpec;
  /** Null when the worker reads the script. */
  readonly source: ScriptSource | null;
}

export async function submit(file: string, options: SubmitOptions): Promise<ExitCode> {
  const { engine, modules, scripts, local } = options;
  if (!local && (engine ?? modules ?? scripts) !== undefined) {
    throw new UsageError("--engine, --scripts and --modules are for --local: else the worker has its own");
  }
  try {
    const submission = submissionFrom(file, options);
    if (local) return await submitLocally(file, submission, options);
    return await withStore(options, (store) => submitTo(store, submission, options));
  } catch (error) {
    if (!(error instanceof UnreadableScript)) throw error;
    output.errorLine(error.message);
    return ExitCode.FAILED;
  }
}

/** Throws `UnreadableScript` and `UsageError`. */
function submissionFrom(file: string, options: SubmitOptions): Submission {
  const source = options.byPath ? null : readScript(file);
  const spec: TaskSpec = {
    ...taskFields(options),
    context: options.context ?? DEFAULT_CONTEXT,
    ...(source === null ? { scriptPath: file } : { script: source.text }),
    delayMs: options.delay,
    runAt: options.at,
    idempotencyKey: options.key,
  };
  return { spec: signed(spec, options), source };
}

/** If so asked; a signature covers the id. */
function signed(spec: TaskSpec, options: SubmitOptions): TaskSpec {
  const signer = signerFrom(options);
  if (signer === null) return spec;
  const task = { ...spec, id: newTaskId() };
  return { ...task, ...signer.sign(task) };
}

/** The whole way in one process: store in memory, worker with one script thread. */
async function submitLocally(
  file: string,
  submission: Submission,
  options: SubmitOptions,
): Promise<ExitCode> {
  const settings = engineSettings({ ...options, scripts: options.scripts ?? folderOf(file) });
  const { RhaiWorker } = await import("../../queue/worker/worker.ts");
  const { serveDuring } = await import("../queue/serve.ts");
  const store = openStore("memory://submit");
  const waiting = { ...options, wait: options.follow !== true };
  return await reporting("memory://submit", store, () => {
    const worker = new RhaiWorker({ ...settings, contexts: [submission.spec.context], threads: 1, store });
    return serveDuring(worker, () => submitTo(store, submission, waiting));
  });
}

async function submitTo(
  store: TaskStore,
  { spec, source }: Submission,
  options: SubmitOptions,
): Promise<ExitCode> {
  const { wait, follow } = options;
  const enqueued = await store.enqueue({ task: spec, notify: wait === true || follow === true });
  printReceipt(enqueued, options);
  if (follow) return await followAndPrint(store, enqueued, options);
  return wait ? await awaitResult(store, enqueued.id, source, options) : ExitCode.OK;
}

/** Without waiting, the id alone stands on standard output. */
function printReceipt({ id, outcome }: Enqueued, { json, wait, follow }: SubmitOptions): void {
  const waits = wait === true || follow === true;
  if (json && !waits) printJson({ id, outcome });
  else if (!waits) output.line(id);
  if (!json && outcome === "existing") {
    output.errorLine(`a task with this key is not finished yet: ${id}`);
  }
}
