// A place where the debugger has stopped, and what its commands work on.

import type { Position } from "../../lang/position.ts";
import type { WalkNode } from "../../lang/walk.ts";
import type { AST } from "../../runtime/ast.ts";
import type { Debugger, DebuggerCommand, DebuggerContext } from "../../runtime/debugger/debugger.ts";
import type { Listing } from "./listing.ts";

export interface Stop {
  readonly context: DebuggerContext;
  readonly debug: Debugger;
  readonly node: WalkNode | null;
  readonly source: string | null;
  readonly position: Position;
  readonly listing: Listing;
  /** The script: its functions can be called by what the user evaluates. */
  readonly script: AST;
}

/** What ends the conversation at a stop: the script goes on, begins again or ends. */
export type Departure = DebuggerCommand | "restart" | "quit";

/** A command cannot do what it is asked; the message tells why. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** What a command needs: its words after the first, and the rest of the line as it was written. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly rest: string;
}

export interface ConsoleCommand {
  readonly names: readonly string[];
  /** What may follow the name. */
  readonly operands: string;
  readonly help: string;
  readonly run?: (stop: Stop, line: CommandLine) => void;
  /** Without it the debugger asks for the next command. */
  readonly departs?: Departure;
}
