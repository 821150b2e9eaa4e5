// Text for people: tables, spans of time, sizes; nothing that a task says can steer the terminal.

import { span } from "../../queue/explain.ts";
import { output } from "../output.ts";
import { styleFor } from "../style.ts";

/** Control characters, and those that turn the direction of writing. */
const STEERING = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

function escaped(char: string): string {
  return `\\u{${char.codePointAt(0)!.toString(16)}}`;
}

/** Text of a task on one line. */
export function oneLine(text: string, longest = 80): string {
  const line = text.replace(/\s+/g, " ").trim().replace(STEERING, escaped);
  const chars = Array.from(line);
  return chars.length <= longest ? line : `${chars.slice(0, longest - 1).join("")}…`;
}

/** Text of a task as its lines. */
export function safeLines(text: string): string[] {
  return text.split(/\r?\n/).map((line) => line.replaceAll("\t", "  ").replace(STEERING, escaped));
}

/** How long ago a moment was, for the clock of this machine. A foreign client's task has none (0) before its first claim. */
export function ago(at: number | null, now = Date.now()): string {
  return at === null || at === 0 ? "-" : `${span(Math.max(0, now - at))} ago`;
}

/** How long until a moment. */
export function until(at: number | null, now = Date.now()): string {
  if (at === null) return "-";
  return at <= now ? "now" : `in ${span(at - now)}`;
}

export function moment(at: number | null): string {
  return at === null || at === 0 ? "-" : new Date(at).toISOString();
}

export function bytes(number: number): string {
  const units = [
    [1024 ** 3, "GB"],
    [1024 ** 2, "MB"],
    [1024, "KB"],
  ] as const;
  const [unit, name] = units.find(([least]) => number >= least) ?? [1, "B"];
  return `${unit === 1 ? number : (number / unit).toFixed(1)} ${name}`;
}

export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

export interface Column<T> {
  readonly title: string;
  readonly text: (row: T) => string | number;
}

const width = (text: string): number => Array.from(text).length;

/** Columns of numbers stand at their right end. Prints nothing but the titles without rows. */
export function printTable<T>(rows: readonly T[], columns: readonly Column<T>[]): void {
  const style = styleFor(1);
  const cells = rows.map((row) => columns.map(({ text }) => text(row)));
  const right = columns.map((_, i) => cells.length > 0 && cells.every((row) => typeof row[i] === "number"));
  const widths = columns.map(({ title }, i) =>
    Math.max(width(title), ...cells.map((row) => width(`${row[i]}`))),
  );
  const line = (texts: readonly (string | number)[]) =>
    texts
      .map((text, i) => {
        const blanks = " ".repeat(widths[i] - width(`${text}`));
        return right[i] ? `${blanks}${text}` : `${text}${blanks}`;
      })
      .join("  ")
      .trimEnd();
  output.line(style.dim(line(columns.map(({ title }) => title))));
  for (const row of cells) output.line(line(row));
}

export function printJson(value: unknown): void {
  output.line(JSON.stringify(value, null, 2));
}

/** One value on one line, at once: for programs that read along. */
export function printJsonLine(value: unknown): void {
  output.line(JSON.stringify(value));
  output.flush();
}
