// Debugger: break-points, call stack and state of one debugged run, as hosts see them.

import { NO_POSITION, type Position } from "../../lang/position.ts";
import type { EvalError } from "../errors.ts";
import type { CallbackPlace } from "../eval/callbacks.ts";
import { EvalContext } from "../host/eval-context.ts";
import type { HostTypes } from "../host/host-types.ts";
import { debug } from "../value/display.ts";
import type { Value } from "../value/value.ts";
import { type BreakPoint, placeText } from "./break-point.ts";

/** A call of a function: of the script or of the host. */
export interface CallStackFrame {
  /** `anon$...` for closures. */
  readonly fnName: string;
  /** The arguments as script values, as they were when the function was called. */
  readonly args: readonly Value[];
  /** Source (file) of the function, or null. */
  readonly source: string | null;
  /** Where it was called, in `callerSource`; NO_POSITION: by the host. */
  readonly position: Position;
  /** The source (file) that holds the call, or null. */
  readonly callerSource: string | null;
}

/** Why the script has been stopped. */
export type DebuggerEvent =
  | { readonly kind: "start" }
  | { readonly kind: "step" }
  /** `index`: of the break-point in `Debugger.breakPoints`. */
  | { readonly kind: "breakPoint"; readonly index: number }
  /** A function is about to return a value (a script value), or to end with an error. */
  | { readonly kind: "functionExit"; readonly value: Value; readonly error: null }
  | { readonly kind: "functionExit"; readonly value: undefined; readonly error: EvalError }
  | { readonly kind: "end" };

/**
 * Where to stop next: `continue`: at the next break-point; `stepInto`: at the next statement or expression, also inside of
 * functions; `stepOver`: the same, but not inside of functions that are called here; `next`: at the next statement, not inside
 * of functions that are called here; `functionExit`: when the current function (or, at a call, the called one) returns.
 */
export type DebuggerCommand = "continue" | "stepInto" | "stepOver" | "next" | "functionExit";

/** The debugger of a run; Rhai's `Debugger`. */
export class Debugger {
  private readonly kept: { breakPoints: BreakPoint[]; state: unknown };
  constructor(
    /** The calls that have led here, the latest last. */
    readonly callStack: readonly CallStackFrame[],
    /** The debugger of the run that this one is a part of: everything else is shared with it. */
    whole?: Debugger,
  ) {
    this.kept = whole?.kept ?? { breakPoints: [], state: undefined };
  }
  /** To be changed at will: break-points may be added, removed and switched off at any stop. */
  get breakPoints(): BreakPoint[] {
    return this.kept.breakPoints;
  }
  set breakPoints(breakPoints: BreakPoint[]) {
    this.kept.breakPoints = breakPoints;
  }
  /** For the host: anything that is to be kept during the run. */
  get state(): unknown {
    return this.kept.state;
  }
  set state(state: unknown) {
    this.kept.state = state;
  }
}

/** What a debugger callback can see and change of the stopped script. */
export class DebuggerContext extends EvalContext {
  /** The debugger that has stopped the script. */
  readonly debugger: Debugger;
  constructor(place: CallbackPlace, types: HostTypes, ofRun: Debugger) {
    super(place, types);
    this.debugger = ofRun;
  }
}

/** A call as Rhai shows it: `name(arguments): source @ line:column`. */
export function describeCall({ fnName, args, source, position }: CallStackFrame): string {
  const call = args.length === 0 ? fnName : `${fnName}(${args.map(debug).join(", ")})`;
  if (position === NO_POSITION) return call;
  return `${call}${source === null ? "" : `: ${source}`} @ ${placeText(position)}`;
}
