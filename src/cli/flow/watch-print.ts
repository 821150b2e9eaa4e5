// What a watcher prints: lines for people, JSON lines for programs, a tree that is redrawn on a terminal.

import type { FlowResult } from "../../flow/executor/views.ts";
import type { DrawnRun } from "../../flow/graph/stored-run.ts";
import type { QueueError } from "../../queue/errors.ts";
import { output } from "../output.ts";
import { oneLine, printJsonLine, safeLines } from "../queue/show.ts";
import type { Style } from "../style.ts";
import { changeText, clockTime } from "./change-text.ts";
import { treeLines } from "./run-tree.ts";
import type { RunListener } from "./watch.ts";

/** A listener that may have something on the screen in the end. */
export interface Printer extends RunListener {
  /** The last word; `null` when the watching ended before the run. */
  end(result: FlowResult | null): void;
}

const nothing = (): void => {};

function tellTrouble(error: QueueError): void {
  output.errorLine(`waiting for the store: ${oneLine(error.message, 200)}`);
}

/** Nothing but what scripts print, on standard error. */
export const quietPrinter: Printer = {
  onEntry: nothing,
  onLog: ({ text }, step) => {
    for (const line of safeLines(text)) output.errorLine(`${step} | ${line}`);
  },
  onLook: nothing,
  onTrouble: tellTrouble,
  end: nothing,
};

export const silentPrinter: Printer = { ...quietPrinter, onLog: nothing };

export const jsonPrinter: Printer = {
  onEntry: ({ at, changes }, path) => {
    for (const change of changes) printJsonLine({ type: "change", at, path, ...change });
  },
  onLog: (line, step) => printJsonLine({ type: "log", step, ...line }),
  onLook: nothing,
  onTrouble: ({ code, message }) => printJsonLine({ type: "trouble", code, message }),
  end: (result) => {
    if (result !== null) printJsonLine({ type: "result", ...result });
  },
};

/** A line for each transition. */
export function linePrinter(style: Style): Printer {
  const print = (at: number, text: string) => {
    output.line(`${style.dim(clockTime(at))}  ${text}`);
    output.flush();
  };
  return {
    onEntry: ({ at, changes }, path) => {
      for (const change of changes) print(at, changeText(change, style, path));
    },
    onLog: ({ at, text }, step) => {
      for (const line of safeLines(text)) print(at, `${style.bold(step)} | ${line}`);
    },
    onLook: nothing,
    onTrouble: tellTrouble,
    end: nothing,
  };
}

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
}

/** The terminal of standard output; its size is asked for anew each time. */
export const ownTerminal: Terminal = {
  get columns() {
    return process.stdout.columns ?? 80;
  },
  get rows() {
    return process.stdout.rows ?? 24;
  },
  write: (text) => {
    // In one piece: half a frame would flicker.
    output.line(text.replace(/\n$/, ""));
    output.flush();
  },
};

const CLEAR_BELOW = "\x1b[J";

/** Draws the run as a tree, over and over in the same place; what scripts print goes above it. */
export class LivePrinter implements Printer {
  readonly #terminal: Terminal;
  readonly #style: Style;
  #drawn: readonly string[] = [];
  #above: string[] = [];
  #last: DrawnRun | null = null;

  constructor(terminal: Terminal, style: Style) {
    this.#terminal = terminal;
    this.#style = style;
  }

  onEntry(): void {}

  onLog({ text }: { readonly text: string }, step: string): void {
    for (const line of safeLines(text)) this.#above.push(`${this.#style.bold(step)} | ${line}`);
  }

  onLook(run: DrawnRun): void {
    this.#last = run;
    this.#draw(true);
  }

  onTrouble(error: QueueError): void {
    this.#above.push(`waiting for the store: ${oneLine(error.message, 200)}`);
    this.#draw(true);
  }

  /** Leaves the last picture, as high as it is. */
  end(): void {
    this.#draw(false);
  }

  #draw(goesOn: boolean): void {
    if (this.#last === null) return;
    const { columns, rows } = this.#terminal;
    const size = { width: columns - 1, height: goesOn ? rows - 1 : Number.POSITIVE_INFINITY };
    const lines = treeLines(this.#last.definition, this.#last.run, { style: this.#style, ...size });
    const above = this.#above.splice(0);
    if (goesOn && above.length === 0 && lines.join("\n") === this.#drawn.join("\n")) return;
    const back = this.#drawn.length === 0 ? "" : `\x1b[${this.#drawn.length}A\r`;
    const frame = [...above, ...lines].join("\n");
    this.#terminal.write(`${back}${CLEAR_BELOW}${frame}\n`);
    this.#drawn = lines;
  }
}
