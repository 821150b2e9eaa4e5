// `rhai submit --wait`: from the submitted task to its printed result.

import { systemClock } from "../../queue/clock.ts";
import { isQueueError } from "../../queue/errors.ts";
import { explainLine } from "../../queue/explain.ts";
import type { TaskStore } from "../../queue/store.ts";
import type { TaskResult } from "../../queue/task.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import type { ScriptSource } from "../script-source.ts";
import { type FollowListener, followTask, waitForEnd } from "./follow.ts";
import { interrupted, outcomeCode } from "./follow-print.ts";
import { interruptSignal } from "./interrupt.ts";
import { printLog, printLogLine, printResult } from "./result.ts";
import { printJson } from "./show.ts";

export interface WaitOptions {
  readonly waitTimeout?: number;
  readonly json?: boolean;
  /** The worker is in this process: looking often costs nothing, and Ctrl-C ends the task. */
  readonly local?: boolean;
}

/** After so long a person wonders why nothing happens. */
const HINT_AFTER_MS = 1000;

/** Prints the result, or why there is none; exit code by the outcome. */
export async function awaitResult(
  store: TaskStore,
  id: string,
  source: ScriptSource | null,
  options: WaitOptions,
): Promise<ExitCode> {
  const { signal, dispose } = interruptSignal();
  const ended = new AbortController();
  if (!options.json) void hintLater(store, id, AbortSignal.any([signal, ended.signal]));
  try {
    const result = await (options.local ? followLog : waitQuietly)(store, id, signal, options);
    if (result === null) return interrupted({ id }, options.local);
    if (options.json) printJson(result);
    else printResult(result, source);
    return outcomeCode(result);
  } catch (error) {
    if (!isQueueError(error, "timeout")) throw error;
    const rest = options.local ? "" : `; the task goes on (rhai task ${id} --follow)`;
    output.errorLine(`error: no result yet${rest}`);
    return ExitCode.UNFINISHED;
  } finally {
    ended.abort();
    dispose();
  }
}

type Wait = (
  store: TaskStore,
  id: string,
  signal: AbortSignal,
  options: WaitOptions,
) => Promise<TaskResult | null>;

const waitQuietly: Wait = async (store, id, signal, { waitTimeout, json }) => {
  const result = await waitForEnd(store, { id }, signal, waitTimeout);
  if (result !== null && !json) await printLog(store, id);
  return result;
};

const nothing = (): void => {};

const followLog: Wait = (store, id, signal, { waitTimeout, json }) => {
  const listener: FollowListener = {
    onStatus: nothing,
    onProgress: nothing,
    onLog: json ? nothing : printLogLine,
    onTrouble: nothing,
  };
  return followTask(store, { id }, { listener, signal, timeoutMs: waitTimeout });
};

/** Why a task has not been started; the store's silence is no reason to end the wait. */
async function hintLater(store: TaskStore, id: string, signal: AbortSignal): Promise<void> {
  await systemClock.sleep(HINT_AFTER_MS, signal);
  const facts = signal.aborted ? null : await store.explain({ id }).catch(() => null);
  if (facts === null || signal.aborted || facts.task.status === "processing") return;
  output.errorLine(`waiting for task ${id}: ${explainLine(facts)}`);
}
