// Session: follows a run node by node and decides where the debugger's callback is called.

import { lineOf, NO_POSITION, type Position } from "../../lang/position.ts";
import type { WalkNode } from "../../lang/walk.ts";
import { EvalError } from "../errors.ts";
import { type Frame, LEAVE } from "../eval/frame.ts";
import { ending, type Later, recovering, whenDone } from "../eval/later.ts";
import { unexpectedPromise } from "../eval/may-await-error.ts";
import { FrameView, type VisibleVariable } from "../eval/name-view.ts";
import { nativeError } from "../eval/native-error.ts";
import type { NativeCall, RunDebugger } from "../eval/run.ts";
import type { HostTypes } from "../host/host-types.ts";
import { copyValue } from "../value/containers.ts";
import { Shared } from "../value/objects.ts";
import type { Value } from "../value/value.ts";
import { callOf, isHit } from "./break-point.ts";
import {
  type CallStackFrame,
  Debugger,
  type DebuggerCommand,
  DebuggerContext,
  type DebuggerEvent,
} from "./debugger.ts";
import { Turns } from "./turns.ts";

/** What the callback is told at each stop: the source is null for a main script without a name, the node where there is none. */
export type DebuggerStop = [
  context: DebuggerContext,
  event: DebuggerEvent,
  node: WalkNode | null,
  source: string | null,
  position: Position,
];
/** Called at each stop; returns where to stop next. */
export type DebuggerCallback = (...stop: DebuggerStop) => DebuggerCommand | Promise<DebuggerCommand>;

/** Where to stop besides break-points. Depths count what is running: functions, modules, texts of `eval`. */
type Status =
  | { readonly kind: "start" }
  | { readonly kind: "run" }
  /** At this depth or above: at each statement; `expr`: also at expressions, and when functions return. */
  | { readonly kind: "step"; readonly depth: number; readonly expr: boolean }
  /** At the return of a function at this depth or above, or one level deeper if it is that of `call`. */
  | { readonly kind: "exit"; readonly depth: number; readonly call: WalkNode | null };

const RUN: Status = { kind: "run" };
const COMMANDS: ReadonlySet<unknown> = new Set<DebuggerCommand>([
  "continue",
  "stepInto",
  "stepOver",
  "next",
  "functionExit",
]);

/** Something that is running: a function, a script's top level, the text of `eval`. */
interface Level {
  frame: Frame | null;
  visible: readonly VisibleVariable[];
  /** The line visited last: a break-point on a line stops once, not at each expression there. */
  line: number;
  /** The node that called it. */
  readonly call: WalkNode | null;
}

export interface ActiveCall {
  readonly node: WalkNode;
  readonly position: Position;
}

/** What is about to be evaluated. */
export interface Visit {
  readonly node: WalkNode;
  readonly position: Position;
  readonly isStatement: boolean;
  readonly visible: readonly VisibleVariable[];
  readonly mayAwait: boolean;
}

/** Where a function is left. */
export interface Exit {
  readonly node: WalkNode | null;
  readonly position: Position;
  readonly mayAwait: boolean;
}

type Outcome =
  | { readonly value: Value; readonly error: null }
  | { readonly value: undefined; readonly error: EvalError };

export interface SessionHost {
  readonly types: HostTypes;
  readonly callback: DebuggerCallback;
}

export class Session implements RunDebugger {
  private status: Status = { kind: "start" };
  private readonly stack: CallStackFrame[] = [];
  /** What is running, the script itself first. */
  private readonly levels: Level[] = [{ frame: null, visible: [], line: 0, call: null }];
  /** The call being evaluated: where functions that start now are called. */
  activeCall: ActiveCall | null = null;
  /** The callback is being called: what it evaluates is not shown to it. */
  private isPaused = false;
  /** The run's first frame; its end is that of the run. */
  private mainFrame: Frame | null = null;
  private readonly turns: Turns;
  readonly debugger: Debugger;
  constructor(
    private readonly host: SessionHost,
    like: Session | null = null,
  ) {
    this.debugger = new Debugger(this.stack, like?.debugger);
    this.turns = like?.turns ?? new Turns();
    if (like === null) return;
    this.status = like.status.kind === "start" ? RUN : like.status;
    this.mainFrame = like.mainFrame;
    this.stack.push(...like.stack);
    this.levels = like.levels.map((level) => ({ ...level }));
    this.activeCall = like.activeCall;
  }

  branch(): RunDebugger {
    return new Session(this.host, this);
  }

  /** Called before a node is evaluated. */
  visit(frame: Frame, visit: Visit): Later<void> {
    if (this.isPaused) return;
    const { position, isStatement, visible } = visit;
    const level = this.levels[this.levels.length - 1];
    const startsLine = isStatement || level.line !== lineOf(position);
    level.line = lineOf(position);
    level.frame = frame;
    level.visible = visible;
    const event = this.eventAt(frame, visit, startsLine);
    if (event !== null) return this.stop(event, frame, visit, visible);
  }

  private eventAt({ source }: Frame, visit: Visit, startsLine: boolean): DebuggerEvent | null {
    const { status } = this;
    const { node, position, isStatement } = visit;
    if (status.kind === "start") return { kind: "start" };
    if (status.kind === "step" && this.levels.length <= status.depth && (isStatement || status.expr))
      return { kind: "step" };
    const { breakPoints } = this.debugger;
    if (breakPoints.length === 0) return null;
    const index = breakPoints.findIndex((point) => isHit(point, { node, position, source, startsLine }));
    return index < 0 ? null : { kind: "breakPoint", index };
  }

  /** Calls the callback, and does what it says. */
  private stop(
    event: DebuggerEvent,
    frame: Frame,
    { node, position, mayAwait }: Exit,
    visible: readonly VisibleVariable[],
  ): Later<void> {
    const place = { frame, view: new FrameView(frame, visible), position, level: frame.level, mayAwait };
    const context = new DebuggerContext(place, this.host.types, this.debugger);
    const { cancellation } = frame.run;
    const ask = (): Later<DebuggerCommand> => {
      // It has been cancelled while others were asked.
      if (cancellation?.isOver) return "continue";
      const answer = this.host.callback(context, event, node, frame.source, position);
      return answer instanceof Promise && mayAwait && cancellation !== null
        ? cancellation.guard(answer)
        : answer;
    };
    const fail = (error: unknown): never => {
      this.isPaused = false;
      throw nativeError(error, position);
    };
    const obey = (command: DebuggerCommand): void => {
      this.isPaused = false;
      this.status = this.statusFor(command, node, event.kind === "functionExit");
    };
    this.isPaused = true;
    try {
      const command = this.turns.take(mayAwait, ask);
      if (!(command instanceof Promise)) return obey(command);
      if (mayAwait) return command.then(obey).catch(fail);
      throw unexpectedPromise("the debugger's callback", position, command);
    } catch (error) {
      fail(error);
    }
  }

  /** `isExit`: the current function is about to return, so that what follows is one level up. */
  private statusFor(command: DebuggerCommand, node: WalkNode | null, isExit: boolean): Status {
    const depth = isExit ? this.levels.length - 1 : this.levels.length;
    switch (command) {
      case "continue":
        return RUN;
      case "stepInto":
        return { kind: "step", depth: Number.POSITIVE_INFINITY, expr: true };
      case "stepOver":
        return { kind: "step", depth, expr: true };
      case "next":
        return { kind: "step", depth, expr: false };
      case "functionExit":
        return { kind: "exit", depth, call: callOf(node) === null ? null : node };
      default: {
        const all = [...COMMANDS].join(", ");
        throw new TypeError(
          `the debugger's callback must return one of ${all}, not ${JSON.stringify(command)}`,
        );
      }
    }
  }

  /** A script function starts. */
  enter(frame: Frame, fnName: string, arity: number): void {
    const args = frame.slots.slice(0, arity).map((arg) => copyValue(arg instanceof Shared ? arg.value : arg));
    this.push(fnName, args, frame.source, frame);
  }

  private push(fnName: string, args: readonly Value[], source: string | null, frame: Frame): void {
    const { activeCall, levels } = this;
    const callerSource = levels[levels.length - 1].frame?.source ?? null;
    const position = activeCall?.position ?? NO_POSITION;
    this.stack.push({ fnName, args, source, position, callerSource });
    levels.push({ frame, visible: [], line: 0, call: activeCall?.node ?? null });
  }

  private pop(): void {
    this.stack.pop();
    this.levels.pop();
  }

  /** Runs a function that has been entered, up to its exit. */
  function(frame: Frame, exit: Exit, work: () => Later<Value>): Later<Value> {
    let hasLeft = false;
    const leave = (outcome: Outcome): Later<void> => {
      hasLeft = true;
      return ending(
        frame,
        () => this.exit(frame, exit, outcome),
        () => this.pop(),
      );
    };
    return recovering<Value>(
      frame,
      () =>
        whenDone<Value, Value>(frame, work(), (result) => {
          const value = result === LEAVE ? frame.leaveValue : result;
          return whenDone<void, Value>(frame, leave({ value, error: null }), () => result);
        }),
      (error) => {
        const rethrow = (): never => {
          throw error;
        };
        if (hasLeft) return rethrow();
        if (error instanceof EvalError)
          return whenDone<void, Value>(frame, leave({ value: undefined, error }), rethrow);
        this.pop();
        return rethrow();
      },
    );
  }

  private exit(frame: Frame, exit: Exit, outcome: Outcome): Later<void> {
    if (this.isPaused || !this.stopsAtExit()) return;
    const { visible } = this.levels[this.levels.length - 1];
    return this.stop({ kind: "functionExit", ...outcome }, frame, exit, visible);
  }

  private stopsAtExit(): boolean {
    const { status, levels } = this;
    const depth = levels.length;
    if (status.kind === "step") return status.expr && depth <= status.depth;
    if (status.kind !== "exit") return false;
    const { call } = levels[depth - 1];
    return (
      depth <= status.depth || (depth === status.depth + 1 && status.call !== null && call === status.call)
    );
  }

  native(
    frame: Frame,
    { name, args, position, mayAwait }: NativeCall,
    work: () => Later<Value>,
  ): Later<Value> {
    if (this.isPaused) return work();
    this.push(name, args.map(copyValue), frame.source, frame);
    return this.function(frame, { node: null, position, mayAwait }, work);
  }

  /** The run begins in this frame, unless it has begun already. */
  begin(frame: Frame): void {
    this.mainFrame ??= frame;
  }
  /** Runs a program: that of the run, a module, or the text of `eval`. */
  program(frame: Frame, mayAwait: boolean, work: () => Later<Value>): Later<Value> {
    this.begin(frame);
    if (frame === this.mainFrame) return this.untilEnd(frame, mayAwait, work());
    const { activeCall, levels } = this;
    levels.push({ frame, visible: [], line: 0, call: activeCall?.node ?? null });
    return ending(frame, work, () => {
      levels.pop();
    });
  }
  /** Says that the run has ended, when the code that has yielded the result is that of its first frame. */
  untilEnd(frame: Frame, mayAwait: boolean, result: Later<Value>): Later<Value> {
    if (frame !== this.mainFrame) return result;
    return whenDone<Value, Value>(frame, result, (value) => {
      const end: Exit = { node: null, position: NO_POSITION, mayAwait };
      const stopped = this.stop({ kind: "end" }, frame, end, this.levels[0].visible);
      return whenDone<void, Value>(frame, stopped, () => value);
    });
  }
}
