// Transitions of runs as a person reads them: history, and what is told while watching.

import type { Change } from "../../flow/transition/events.ts";
import { oneLine } from "../queue/show.ts";
import type { Style } from "../style.ts";

const PAINT: Readonly<Record<string, "red" | "green" | "cyan" | "dim">> = {
  Completed: "green",
  Compensated: "cyan",
  Failed: "red",
  Cancelled: "red",
  Skipped: "dim",
  Pending: "dim",
};

export function paintedStatus(status: string, style: Style): string {
  const paint = PAINT[status];
  return paint === undefined ? status : style[paint](status);
}

const UNDO_TEXTS: Readonly<Record<string, string>> = {
  Running: "being undone",
  Waiting: "undoing is tried again",
  Completed: "undone",
  Failed: "could not be undone",
};

/** `pay: Running, attempt 2`; `path` is in front of the step's name: the steps that the run is inside of. */
export function changeText(change: Change, style: Style, path = ""): string {
  const { step, status, attempt, undo, detail } = change;
  const subject = step === undefined ? path.replace(/\/$/, "") || "flow" : `${path}${step}`;
  const what = [
    undo ? UNDO_TEXTS[status ?? ""] : status && paintedStatus(status, style),
    attempt !== undefined && attempt > 1 ? `attempt ${attempt}` : null,
    detail === undefined ? null : oneLine(detail, 300),
  ];
  return `${style.bold(oneLine(subject, 200))}: ${what.filter((part) => part).join(", ")}`;
}

/** Local time of the day. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, "0");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
