// Pages of tasks in several states, one state after the other, with one cursor for all.

import type { ListedState, TaskStore } from "../../queue/store.ts";
import type { Task } from "../../queue/task.ts";
import { UsageError } from "../exit-codes.ts";
import { ago, type Column, oneLine, printTable, until } from "./show.ts";
import { errorText, progressText } from "./task-view.ts";

/** In this order: what runs, what comes next, what needs a person, what is over. */
export const STATES: readonly ListedState[] = ["processing", "waiting", "scheduled", "dead", "finished"];

export interface PageParams {
  readonly context: string;
  readonly states: readonly ListedState[];
  readonly limit: number;
  readonly cursor?: string;
}

export interface Page {
  readonly tasks: readonly Task[];
  /** Null when there is no more. */
  readonly cursor: string | null;
}

/** The cursor is `state` and, after a colon, the store's cursor within it. */
export async function readPage(store: TaskStore, params: PageParams): Promise<Page> {
  const { context, states, limit } = params;
  let [index, cursor] = startOf(params);
  const tasks: Task[] = [];
  while (index < states.length && tasks.length < limit) {
    const state = states[index];
    const page = await store.list({ context, state, cursor, limit: limit - tasks.length });
    tasks.push(...page.tasks);
    cursor = page.cursor ?? undefined;
    if (cursor === undefined) index++;
  }
  if (index === states.length) return { tasks, cursor: null };
  return { tasks, cursor: `${states[index]}:${cursor ?? ""}` };
}

function startOf({ cursor, states }: PageParams): [index: number, inner: string | undefined] {
  if (cursor === undefined) return [0, undefined];
  const colon = cursor.indexOf(":");
  const index = states.map(String).indexOf(cursor.slice(0, colon));
  if (colon < 0 || index < 0) {
    throw new UsageError(
      `'${cursor}' is not a cursor of this listing: use the one that the last page ended with`,
    );
  }
  return [index, cursor.slice(colon + 1) || undefined];
}

export function readState(text: string): ListedState {
  const state = STATES.find((name) => name === text);
  if (state === undefined) throw new UsageError(`'${text}' is not a state (${STATES.join(", ")})`);
  return state;
}

/** What matters about a task depends on its state. */
function detail(task: Task): string {
  const { status } = task;
  if (status === "processing") return [task.workerId ?? "", progressText(task) ?? ""].join(" ");
  if (status === "scheduled")
    return `${until(task.runAt)}${task.error ? ` after ${errorText(task.error)}` : ""}`;
  if (status === "failed") return `${task.deadReason ?? ""} ${errorText(task.error)}`;
  return status === "completed" ? (task.output ?? "") : "";
}

const COLUMNS: readonly Column<Task>[] = [
  { title: "ID", text: ({ id }) => id },
  { title: "STATUS", text: ({ status }) => status },
  { title: "SUBMITTED", text: ({ createdAt }) => ago(createdAt) },
  { title: "CALLER", text: ({ callerId }) => oneLine(callerId ?? "-", 30) },
  { title: "ATTEMPTS", text: ({ attempts, maxAttempts }) => `${attempts}/${maxAttempts}` },
  { title: "DETAIL", text: (task) => oneLine(detail(task)) },
];

const DEAD_COLUMNS: readonly Column<Task>[] = [
  { title: "ID", text: ({ id }) => id },
  { title: "DIED", text: ({ finishedAt }) => ago(finishedAt) },
  { title: "CALLER", text: ({ callerId }) => oneLine(callerId ?? "-", 30) },
  { title: "ATTEMPTS", text: ({ attempts, maxAttempts }) => `${attempts}/${maxAttempts}` },
  { title: "CRASHES", text: ({ crashes }) => crashes },
  { title: "REASON", text: ({ deadReason }) => deadReason ?? "-" },
  { title: "ERROR", text: ({ error }) => oneLine(errorText(error)) },
];

export function printTasks(tasks: readonly Task[], dead: boolean): void {
  printTable(tasks, dead ? DEAD_COLUMNS : COLUMNS);
}
