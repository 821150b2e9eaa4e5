// Where the debugger's commands come from: a person at a terminal, or a pipe.

import { createInterface } from "node:readline";
import { output } from "../output.ts";

export interface LineInput {
  /** The next line, or null when there are no more. */
  next(prompt: string): Promise<string | null>;
  close(): void;
}

/** Between the prompts the terminal is left alone, so that Ctrl-C ends a script that runs for ever. */
class TerminalInput implements LineInput {
  private history: string[] = [];
  next(prompt: string): Promise<string | null> {
    output.flush();
    const { stdin: input, stdout } = process;
    const lines = createInterface({ input, output: stdout, history: this.history, historySize: 200 });
    lines.on("history", (history: string[]) => {
      this.history = history;
    });
    return new Promise((resolve) => {
      let line: string | null = null;
      // Ctrl-C at the prompt quits; after Ctrl-D there are no more lines.
      lines.on("SIGINT", () => {
        line = "quit";
        lines.close();
      });
      lines.on("close", () => resolve(line));
      lines.question(prompt, (answer) => {
        line = answer;
        lines.close();
      });
    });
  }
  close(): void {}
}

/** Shows each line after the prompt, so that what comes out reads like a session. */
class PipedInput implements LineInput {
  private readonly lines = createInterface({ input: process.stdin, terminal: false });
  private readonly iterator = this.lines[Symbol.asyncIterator]();
  async next(prompt: string): Promise<string | null> {
    const { value, done } = await this.iterator.next();
    if (done) return null;
    output.line(prompt + value);
    return value;
  }
  close(): void {
    this.lines.close();
  }
}

export function lineInput(): LineInput {
  return process.stdin.isTTY ? new TerminalInput() : new PipedInput();
}
