// The debugger's conversation: says where the script has stopped and does what the user asks, up to the next stop.

import { NO_POSITION, type Position } from "../../lang/position.ts";
import type { WalkNode } from "../../lang/walk.ts";
import type { AST } from "../../runtime/ast.ts";
import { describeBreakPoint, placeText } from "../../runtime/debugger/break-point.ts";
import type { DebuggerCommand, DebuggerContext, DebuggerEvent } from "../../runtime/debugger/debugger.ts";
import { debug } from "../../runtime/value/display.ts";
import { output } from "../output.ts";
import type { Style } from "../style.ts";
import { BREAK_COMMANDS } from "./break-commands.ts";
import type { LineInput } from "./line-input.ts";
import type { Listing } from "./listing.ts";
import { LOOK_COMMANDS } from "./look-commands.ts";
import { RUN_COMMANDS, terminated } from "./run-commands.ts";
import { CommandError, type ConsoleCommand, type Departure, type Stop } from "./stop.ts";

const HELP: ConsoleCommand = {
  names: ["help", "h"],
  operands: "",
  help: "print this help",
  run: () => showHelp(),
};

const COMMANDS: readonly ConsoleCommand[] = [...RUN_COMMANDS, ...LOOK_COMMANDS, ...BREAK_COMMANDS, HELP];
const BY_NAME = new Map(COMMANDS.flatMap((command) => command.names.map((name) => [name, command] as const)));
const HELP_WIDTH = 26;

function showHelp(): void {
  for (const { names, operands, help } of COMMANDS) {
    const usage = `${names.join(", ")} ${operands}`.trimEnd();
    if (usage.length < HELP_WIDTH) output.line(`  ${usage.padEnd(HELP_WIDTH)}${help}`);
    else output.line(`  ${usage}\n  ${" ".repeat(HELP_WIDTH)}${help}`);
  }
}

export interface ConsoleParts {
  readonly input: LineInput;
  readonly listing: Listing;
  readonly script: AST;
  readonly style: Style;
}

export class DebugConsole {
  /** What the user wants when the run has been ended by `terminated`. */
  wish: "restart" | "quit" | null = null;
  /** There are no more commands: the script runs to its end. */
  private isDeaf = false;
  private shownSource: string | null | undefined = undefined;
  constructor(private readonly parts: ConsoleParts) {}

  /** The callback for `Engine.registerDebugger`. */
  async stopped(
    context: DebuggerContext,
    event: DebuggerEvent,
    node: WalkNode | null,
    source: string | null,
    position: Position,
  ): Promise<DebuggerCommand> {
    if (this.isDeaf) return "continue";
    const { listing, script } = this.parts;
    const stop: Stop = { context, debug: context.debugger, node, source, position, listing, script };
    this.announce(stop, event);
    for (;;) {
      const line = await this.parts.input.next("dbg> ");
      if (line === null) {
        this.isDeaf = true;
        return "continue";
      }
      const departure = this.perform(stop, line);
      if (departure === "restart" || departure === "quit") {
        this.wish = departure;
        throw terminated();
      }
      if (departure !== null) return departure;
    }
  }

  private perform(stop: Stop, line: string): Departure | null {
    const text = line.trim();
    if (text === "") return "next";
    const [name, ...words] = text.split(/\s+/);
    const command = BY_NAME.get(name);
    try {
      if (command === undefined) throw new CommandError(`unknown command '${name}': try help`);
      command.run?.(stop, { words, rest: text.slice(name.length).trim() });
      return command.departs ?? null;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      output.line(this.parts.style.red(error.message));
      return null;
    }
  }

  private announce(stop: Stop, event: DebuggerEvent): void {
    const { style, listing } = this.parts;
    const { source, position } = stop;
    const news = newsOf(stop, event);
    if (news !== null) output.line(style.green(`! ${news}`));
    if (position === NO_POSITION) return;
    if (source !== this.shownSource && this.shownSource !== undefined)
      output.line(style.dim(`in ${source ?? "the script"}`));
    this.shownSource = source;
    if (listing.has(source)) listing.showPlace(source, position);
    else output.line(`${source ?? "?"} @ ${placeText(position)}`);
  }
}

function newsOf({ debug: { breakPoints, callStack }, source }: Stop, event: DebuggerEvent): string | null {
  switch (event.kind) {
    case "start":
      return source === null ? "script start" : `script '${source}' start`;
    case "end":
      return "script end";
    case "step":
      return null;
    case "breakPoint":
      return `break-point ${event.index + 1}: ${describeBreakPoint(breakPoints[event.index])}`;
    case "functionExit": {
      const name = callStack.at(-1)?.fnName ?? "function";
      if (event.error !== null) return `'${name}' fails: ${event.error}`;
      return `'${name}' returns ${debug(event.value)}`;
    }
  }
}
