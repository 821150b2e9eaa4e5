// What an engine has of its debugger: a session for each run.

import type { RunDebugger } from "../eval/run.ts";
import type { HostTypes } from "../host/host-types.ts";
import type { Debugger } from "./debugger.ts";
import { type DebuggerCallback, Session } from "./session.ts";

/** Prepares the debugger of a run: break-points, state. */
export type DebuggerInit = (debug: Debugger) => void;

export function debuggerHook(
  types: HostTypes,
  init: DebuggerInit | null,
  callback: DebuggerCallback,
): () => RunDebugger {
  return () => {
    const session = new Session({ types, callback });
    init?.(session.debugger);
    return session;
  };
}
