// What running code stands on: frames, function libraries, imports and the marker of non-local exits.

import type { ScriptFnDef } from "../../lang/ast.ts";
import type { Module } from "../module/module.ts";
import type { LinkedFn } from "../value/fn-ptr.ts";
import { RhaiObject, type Value } from "../value/value.ts";
import type { NameView, VisibleVariable } from "./name-view.ts";
import type { Run } from "./run.ts";

/** A linked expression: its value may still be owned by a variable unless it was linked as `owned`. */
export type Eval = (frame: Frame) => Value;
/** A linked statement: a value, or `LEAVE` when it ends by `break`, `continue` or `return` (see `Frame.leave`). */
export type Exec = (frame: Frame) => Value;
/** A linked expression that may have to wait: a promise of its value when it does. */
export type AsyncEval = (frame: Frame) => Value | Promise<Value>;
/** A linked statement that may have to wait. */
export type AsyncExec = AsyncEval;

/** Goes on with the value of a promise, in the frame that waited for it. */
export type Continuation = (value: never, frame: Frame) => unknown;

class LeaveMarker extends RhaiObject {
  override readonly typeId = -1;
  override readonly typeName = "leave";
}
/** Returned through statements instead of a value; `frame.leave` says why and `frame.leaveValue` carries the value. */
export const LEAVE: RhaiObject = new LeaveMarker();
export const LEAVE_BREAK = 1;
export const LEAVE_CONTINUE = 2;
export const LEAVE_RETURN = 3;

/** Carries a `LEAVE` out of an expression (`x + { return 1 }`), where no statement hands the marker on. */
export class LeaveSignal {
  constructor(readonly frame: Frame) {}
}

/** `frame.self` when `this` is not bound. */
class NoThis extends RhaiObject {
  override readonly typeId = -2;
  override readonly typeName = "no this";
}
export const NO_THIS: RhaiObject = new NoThis();

/** The activation of a function or of a script's top level. */
export class Frame {
  /** Why the frame is being left while `LEAVE` is returned. */
  leave = 0;
  leaveValue: Value = undefined;
  /** `this` is bound to a constant. */
  selfConstant = false;
  /** Where names that the linker could not resolve are looked up: the host's scope, the importer, the caller of `f!()`. */
  outer: NameView | null = null;
  /** Variables defined by `eval`, newest last; null as long as there are none. */
  dynamic: DynamicVariable[] | null = null;
  /** Top-level definitions made so far, in order, for whoever keeps them after the run; null inside functions. */
  defined: VisibleVariable[] | null = null;
  /** Name of the source that errors leaving this frame are said to come from. */
  errorSource: string | null = null;
  /** Exports made so far, for a module's top level: slot or dynamic variable -> aliases. */
  exports: Export[] | null = null;
  /** Where the native was called whose promise this frame waits for; 0 when it does not wait. See `later.ts`. */
  awaitPos = 0;
  /** What is to be done with the value of the promise that running code is handing up; see `later.ts`. */
  next: Continuation | null = null;
  /** What is to be done after that, and after that. */
  second: Continuation | null = null;
  others: Continuation[] | null = null;
  /** Where the native was called whose promise this frame waited for last. */
  awaitedPos = 0;
  constructor(
    readonly run: Run,
    /** Variables by slot; captured ones are `Shared` cells. */
    readonly slots: Value[],
    /** `this`, or NO_THIS. Natives and methods that change it write it back to its place. */
    public self: Value,
    readonly lib: Library,
    public imports: Import | null,
    /** Nesting level of calls; 0 at the top. */
    readonly level: number,
    /** Name of the source in force: calls through linked pointers keep that of the caller. */
    readonly source: string | null,
  ) {}
}

/** A variable that `eval` defined: `height` is the number of static variables that were visible there. */
export interface DynamicVariable {
  readonly name: string;
  value: Value;
  readonly constant: boolean;
  readonly height: number;
}

export interface Export {
  readonly alias: string;
  readonly order: number;
  readonly read: () => Value;
}

/** Imported modules in force, innermost first: an immutable list, shared by frames. */
export interface Import {
  /** Empty when imported without `as`. */
  readonly name: string;
  readonly module: Module;
  readonly next: Import | null;
}

/** The functions of one compiled script, linked on demand. */
export interface FunctionTable {
  /** The chain of this table alone. */
  readonly chain: Chain;
  /** By `name/arity`. */
  readonly functions: ReadonlyMap<string, ScriptFn>;
  /** Typed methods by `type.name/arity`. */
  readonly methods: ReadonlyMap<string, ScriptFn>;
  /** The first function of each name, for bare names used as values. */
  readonly byName: ReadonlyMap<string, ScriptFn>;
  /** Id of the module (its path), or null. */
  readonly source: string | null;
}

/** A script function. */
export interface ScriptFn extends LinkedFn {
  readonly def: ScriptFnDef;
  readonly table: FunctionTable;
  /** The module environment it runs in; null for functions of the main script. */
  environment: Environment | null;
  /** Number of slots its frame needs. */
  readonly frameSize: number;
  readonly isEmpty: boolean;
  /** Runs the body in a frame whose first slots hold the arguments. Linked at the first call. */
  body: Exec;
  /** How many of the first parameters are captured variables of a closure: they hold shared cells. */
  captured: number;
  /** Same body, for calls whose arguments may be shared cells (`call(f, captured)`). */
  sharedBody: Exec;
  /** The bodies that asynchronous call sites run: the same ones when nothing in the function may await. */
  asyncBody: AsyncExec;
  sharedAsyncBody: AsyncExec;
  /** Its operations are tracked. */
  readonly metered: boolean;
  /** Something in the body may await, for all that is known: what it calls may come from elsewhere. */
  readonly mayAwait: boolean;
  /** Something in the body is known to await. */
  readonly waits: boolean;
}

/** What a module's functions keep from its evaluation. */
export interface Environment {
  readonly table: FunctionTable;
  readonly imports: Import | null;
  readonly constants: Map<string, Value>;
}

/** The tables that unqualified calls search, innermost first; one object for each combination, so that call sites cache by it. */
export interface Chain {
  readonly table: FunctionTable;
  readonly outer: Chain | null;
  /** Chains made by entering another table from here. */
  readonly entered: Map<FunctionTable, Chain>;
}

/** The function library in force. */
export interface Library {
  readonly chain: Chain;
  /** `global::NAME` constants. */
  readonly constants: Map<string, Value>;
  /** What closures made here keep. */
  readonly environment: Environment;
}
