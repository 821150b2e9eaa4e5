// The debugger's view of source texts: a line with a caret, or the lines around it.

import { columnOf, lineOf, type Position } from "../../lang/position.ts";
import { output } from "../output.ts";
import type { Style } from "../style.ts";

const LINES_BEFORE = 3;
const LINES_AFTER = 6;

export class Listing {
  private readonly texts = new Map<string | null, readonly string[]>();
  constructor(private readonly style: Style) {}

  /** Remembers the text of a source; null is the script itself when it has no name. */
  add(source: string | null, text: string): void {
    this.texts.set(source, text.replace(/\n$/, "").split("\n"));
  }
  has(source: string | null): boolean {
    return this.texts.has(source);
  }
  lineCount(source: string | null): number {
    return this.texts.get(source)?.length ?? 0;
  }

  /** The line that a position is in, and a caret below. */
  showPlace(source: string | null, position: Position): void {
    const line = lineOf(position);
    const text = this.texts.get(source)?.[line - 1];
    if (text === undefined) return;
    const number = `${line}`;
    output.line(this.marked(number, text));
    const column = columnOf(position);
    if (column === 0) return;
    const before = Array.from(text).slice(0, column - 1);
    const blanks = before.map((char) => (char === "\t" ? char : " ")).join("");
    output.line(`${" ".repeat(number.length + 2)} | ${blanks}${this.style.cyan("^")}`);
  }

  /** The lines around `line`; `current` is marked. */
  showLines(source: string | null, line: number, current: number | null): void {
    const lines = this.texts.get(source) ?? [];
    const first = Math.max(line - LINES_BEFORE, 1);
    const last = Math.min(line + LINES_AFTER, lines.length);
    const width = `${last}`.length;
    for (let i = first; i <= last; i++) {
      const number = `${i}`.padStart(width);
      output.line(i === current ? this.marked(number, lines[i - 1]) : `  ${number} | ${lines[i - 1]}`);
    }
  }

  private marked(number: string, text: string): string {
    return this.style.bold(`> ${number} | ${text}`);
  }
}
