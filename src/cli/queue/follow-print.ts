// Following a task on the command line: lines for people or JSON lines for programs, and the exit code of its outcome.

import type { LogLine, TaskRef, TaskStore } from "../../queue/store.ts";
import type { Task, TaskResult } from "../../queue/task.ts";
import { ExitCode } from "../exit-codes.ts";
import { output } from "../output.ts";
import { styleFor } from "../style.ts";
import { type FollowListener, followTask } from "./follow.ts";
import { interruptSignal } from "./interrupt.ts";
import { oneLine, printJsonLine, safeLines } from "./show.ts";
import { errorText, progressText } from "./task-view.ts";

/** Exit code by the outcome. Throws the store's errors. */
export async function followAndPrint(
  store: TaskStore,
  ref: TaskRef,
  { json, local }: { readonly json?: boolean; readonly local?: boolean },
): Promise<ExitCode> {
  const { signal, dispose } = interruptSignal();
  try {
    const result = await followTask(store, ref, { listener: json ? jsonListener : linePrinter(), signal });
    if (result === null) return interrupted(ref, local);
    if (json) printJsonLine({ type: "result", ...result });
    else printEnd(result);
    return outcomeCode(result);
  } finally {
    dispose();
  }
}

export function outcomeCode({ status }: TaskResult): ExitCode {
  return status === "completed" ? ExitCode.OK : ExitCode.FAILED;
}

/** Ctrl-C ends the watching, not the task (unless its worker is in this process). */
export function interrupted({ id }: TaskRef, local = false): ExitCode {
  if (local) return ExitCode.INTERRUPTED;
  output.errorLine(`not waiting any more; the task goes on (rhai task ${id} --follow)`);
  return ExitCode.INTERRUPTED;
}

const jsonListener: FollowListener = {
  onStatus: (task, explanation) => printJsonLine({ type: "status", status: task.status, explanation, task }),
  onProgress: ({ progress, progressMessage }) =>
    printJsonLine({ type: "progress", fraction: progress, message: progressMessage }),
  onLog: (line) => printJsonLine({ type: "log", ...line }),
  onTrouble: (error) => printJsonLine({ type: "trouble", code: error.code, message: error.message }),
};

export function linePrinter(): FollowListener {
  const print = (at: number, text: string) => {
    output.line(`${styleFor(1).dim(clockTime(at))}  ${text}`);
    output.flush();
  };
  return {
    onStatus: (task, explanation) => print(statusMoment(task), statusText(task, explanation)),
    onProgress: (task) => print(task.updatedAt, styleFor(1).cyan(progressText(task) ?? "")),
    onLog: ({ at, text }: LogLine) => {
      for (const line of safeLines(text)) print(at, `| ${line}`);
    },
    onTrouble: (error) => output.errorLine(`waiting for the store: ${oneLine(error.message, 200)}`),
  };
}

function statusText(task: Task, explanation: string): string {
  if (task.status !== "processing") return `${task.status}: ${explanation}`;
  return `started on ${oneLine(task.workerId ?? "?")}, attempt ${task.attempts} of ${task.maxAttempts}`;
}

function statusMoment({ status, startedAt, updatedAt }: Task): number {
  return status === "processing" ? (startedAt ?? updatedAt) : updatedAt;
}

export function printEnd(result: TaskResult): void {
  const style = styleFor(1);
  const at = style.dim(clockTime(result.finishedAt));
  if (result.status === "completed") {
    const [first, ...rest] = safeLines(result.output ?? "");
    output.line(`${at}  ${style.green("completed")}: ${first}`);
    for (const line of rest) output.line(line);
    return;
  }
  const why = errorText(result.error);
  output.line(`${at}  ${style.red(result.status)}${why === "" ? "" : `: ${why}`}`);
}

/** Local time of the day. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, "0");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
