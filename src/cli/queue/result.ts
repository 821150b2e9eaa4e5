// The end of a task as `rhai submit --wait` shows it: the result on standard output, all else on standard error.

import { position } from "../../lang/position.ts";
import type { LogLine, TaskStore } from "../../queue/store.ts";
import type { TaskResult } from "../../queue/task.ts";
import { output } from "../output.ts";
import { sourceExcerpt } from "../report.ts";
import type { ScriptSource } from "../script-source.ts";
import { styleFor } from "../style.ts";
import { safeLines } from "./show.ts";
import { errorText } from "./task-view.ts";

/** `source` is the script, for an error that has a place in it; null when the worker read it itself. */
export function printResult(result: TaskResult, source: ScriptSource | null): void {
  // The unit value, which is no result to speak of.
  if (result.status === "completed") {
    if (result.output !== null && result.output !== "null") output.line(result.output);
    return;
  }
  const why = errorText(result.error);
  output.errorLine(`error: task ${result.id} ${ENDED[result.status]}${why === "" ? "" : `: ${why}`}`);
  for (const line of excerpt(result, source)) output.errorLine(line);
}

const ENDED = { failed: "failed", cancelled: "was cancelled" } as const;

/** What the script printed. Of a task whose record is removed at its end nothing is left. */
export async function printLog(store: TaskStore, id: string): Promise<void> {
  const { lines } = await store.logs({ id });
  lines.forEach(printLogLine);
}

export function printLogLine({ text }: LogLine): void {
  for (const line of safeLines(text)) output.errorLine(line);
}

function excerpt({ error }: TaskResult, source: ScriptSource | null): string[] {
  if (!error?.position || source === null) return [];
  const { line, column } = error.position;
  const stack = (error.stack ?? []).flatMap(safeLines);
  const [message] = safeLines(error.message);
  return sourceExcerpt(source.text, position(line, column), message, stack, styleFor(2));
}
