// A task as a person reads it.

import type { LogLine } from "../../queue/store.ts";
import type { Task, TaskError } from "../../queue/task.ts";
import { output } from "../output.ts";
import { styleFor } from "../style.ts";
import { ago, moment, oneLine, safeLines, until } from "./show.ts";

const SHOWN_LINES = 20;

/** `ErrorRuntime at 3:14: text`, on one line. */
export function errorText(error: TaskError | null): string {
  if (error === null) return "";
  const { kind, message, position } = error;
  const place = position === undefined ? "" : ` at ${position.line}:${position.column}`;
  return oneLine(`${kind}${place}: ${message}`, 500);
}

function field(name: string, value: string | null): void {
  if (value !== null && value !== "") output.line(`${styleFor(1).dim(name.padEnd(10))}${value}`);
}

function block(name: string, text: string | null): void {
  const lines = text === null ? [] : safeLines(text.replace(/\n$/, ""));
  if (lines.length <= 1) {
    field(name, lines[0] ?? null);
    return;
  }
  output.line(styleFor(1).dim(name));
  for (const line of lines.slice(0, SHOWN_LINES)) output.line(`  ${line}`);
  const hidden = lines.length - SHOWN_LINES;
  if (hidden > 0) output.line(`  ... ${hidden} more lines (--json shows all)`);
}

function times({ createdAt, startedAt, finishedAt, runAt, status }: Task): void {
  if (createdAt !== 0) field("submitted", `${moment(createdAt)} (${ago(createdAt)})`);
  if (status === "scheduled") field("runs", `${moment(runAt)} (${until(runAt)})`);
  if (startedAt !== null) field("started", `${moment(startedAt)} (${ago(startedAt)})`);
  if (finishedAt === null) return;
  const took = startedAt === null ? "" : `, ${finishedAt - startedAt} ms after its start`;
  field("finished", `${moment(finishedAt)} (${ago(finishedAt)}${took})`);
}

function attempts({ attempts: made, maxAttempts, crashes }: Task): string {
  return `${made} of ${maxAttempts}${crashes === 0 ? "" : `, ${crashes} crashed`}`;
}

export function progressText({ progress, progressMessage }: Task): string | null {
  if (progress === null) return null;
  const message = progressMessage === null ? "" : ` ${oneLine(progressMessage, 200)}`;
  return `${Math.round(progress * 100)} %${message}`;
}

export function showTask(task: Task, explanation: string, log: readonly LogLine[]): void {
  field("task", styleFor(1).bold(task.id));
  field("context", task.context);
  field("status", `${task.status}: ${explanation}`);
  field("caller", task.callerId && oneLine(task.callerId));
  field("schedule", task.schedule);
  field("key", task.idempotencyKey && oneLine(task.idempotencyKey));
  field("priority", task.priority === 0 ? null : `${task.priority}`);
  times(task);
  field("attempts", attempts(task));
  field("worker", task.workerId && oneLine(task.workerId));
  field("progress", progressText(task));
  field("file", task.scriptPath && oneLine(task.scriptPath, 500));
  block("script", task.script);
  block("args", task.args);
  block("log", log.length === 0 ? null : log.map(({ text }) => text).join("\n"));
  block("output", task.output);
  field("error", task.error && styleFor(1).red(errorText(task.error)));
  for (const call of task.error?.stack ?? []) field("", oneLine(call, 200));
}
