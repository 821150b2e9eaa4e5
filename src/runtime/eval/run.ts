// One run of a script: what it may use, what it has used, and who is listening.

import type { Ast } from "../../lang/ast.ts";
import type { LanguageOptions } from "../../lang/options.ts";
import type { Position } from "../../lang/position.ts";
import { dataTooLarge, EvalError } from "../errors.ts";
import type { CallContext, NativeFn } from "../function/native.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import type { GlobalNamespace } from "../module/global-namespace.ts";
import type { Module } from "../module/module.ts";
import type { ModuleResolver } from "../module/resolver.ts";
import type { ScriptFiles } from "../module/script-files.ts";
import { thrownText } from "../thrown.ts";
import { Container } from "../value/containers.ts";
import { jsToValue } from "../value/convert.ts";
import type { PointerFunction } from "../value/fn-ptr.ts";
import { sizeOf } from "../value/size.ts";
import type { Value } from "../value/value.ts";
import type { Callbacks } from "./callbacks.ts";
import type { Cancellation } from "./cancellation.ts";
import type { Frame } from "./frame.ts";
import type { Later } from "./later.ts";
import type { LinkVariant, Program } from "./program.ts";

/** Limits of a run; 0 is unlimited except where Infinity is said. */
export interface Limits {
  /** Operations a run may perform. */
  maxOperations: number;
  /** Nesting of function calls; 0 allows none. */
  maxCallLevels: number;
  /** Nesting of expressions at the top level. */
  maxExprDepth: number;
  /** Nesting of expressions inside functions. */
  maxFunctionExprDepth: number;
  /** Length of strings in UTF-8 bytes. */
  maxStringSize: number;
  /** Elements of arrays and bytes of blobs. */
  maxArraySize: number;
  /** Properties of object maps. */
  maxMapSize: number;
  /** Infinity: unlimited. */
  maxVariables: number;
  /** Infinity: unlimited. */
  maxFunctions: number;
  /** Infinity: unlimited. */
  maxModules: number;
}

export const DEFAULT_LIMITS: Readonly<Limits> = {
  maxOperations: 0,
  maxCallLevels: 64,
  maxExprDepth: 64,
  maxFunctionExprDepth: 32,
  maxStringSize: 0,
  maxArraySize: 0,
  maxMapSize: 0,
  maxVariables: Number.POSITIVE_INFINITY,
  maxFunctions: Number.POSITIVE_INFINITY,
  maxModules: Number.POSITIVE_INFINITY,
};

/** What running code needs of the engine; implemented by `Engine`. */
export interface EngineServices {
  readonly options: Readonly<LanguageOptions>;
  readonly limits: Readonly<Limits>;
  readonly registry: FunctionRegistry;
  readonly globalModules: ReadonlyMap<string, Module>;
  /** What static modules let scripts use without their names. */
  readonly staticNatives: readonly FunctionRegistry[];
  /** Static modules have typed methods. */
  readonly hasStaticMethods: boolean;
  readonly globalNamespace: GlobalNamespace;
  readonly moduleResolver: ModuleResolver;
  readonly scriptFiles: ScriptFiles;
  readonly hooks: Hooks;
  /** Compiles the text of `eval` or `parse_json`, unoptimised. */
  compileFor(mode: "eval" | "json", text: string): Ast;
  compileModule(text: string, source: string): Ast;
  link(ast: Ast, variant?: LinkVariant): Program;
  /** The function of the host that a pointer is bound to, with conversions. */
  nativeOf(name: string, fn: PointerFunction): NativeFn;
  /** The context for a native function called from `frame`. */
  createContext(
    frame: Frame,
    fnName: string,
    position: Position,
    receiverConstant: boolean,
    mayAwait: boolean,
  ): CallContext;
}

/** What an engine calls while scripts run. */
export interface Hooks {
  /** Receives what scripts print. */
  print: (text: string) => void;
  /** Receives what scripts `debug`, with source and position. */
  debug: (text: string, source: string | null, position: Position) => void;
  /** Called with the number of operations so far; a value other than undefined ends the run with it. */
  progress: ((operations: number) => Value) | null;
  /** @hidden */
  readonly callbacks: Callbacks;
  /** Makes the debugger of each run; null: nobody debugs. @hidden */
  debugger: (() => RunDebugger) | null;
}

/** What a debugger sees of a run besides the nodes that it links itself into; see `NodeWatch`. */
export interface RunDebugger {
  /** For a part of the run that goes on beside it. */
  branch(): RunDebugger;
  /** Calls a native function. */
  native(frame: Frame, call: NativeCall, work: () => Later<Value>): Later<Value>;
}

export interface NativeCall {
  readonly name: string;
  readonly args: readonly Value[];
  readonly position: Position;
  readonly mayAwait: boolean;
}

/** What a run has of its own, in place of what the engine has for all. */
export interface RunOwn {
  /** Anything; host functions find it in their context. */
  readonly tag?: unknown;
  /** Receive what this run prints. */
  readonly onPrint?: Hooks["print"];
  /** Receives what this run debugs. */
  readonly onDebug?: Hooks["debug"];
  /** Limits for this run in place of the engine's. */
  readonly limits?: Partial<Pick<Limits, "maxOperations" | "maxCallLevels">>;
}

function placeOf(at: CountedAt, index: number): Position {
  return typeof at === "number" ? at : at[index];
}

const NOTHING_OWN: RunOwn = Object.freeze({});

/** Where operations were counted: the place of each, or one for all. */
export type CountedAt = Position | readonly Position[];

/** A run that counts and can be cancelled looks whether it is once in so many operations. */
const CANCELLATION_INTERVAL = 64;

/** State of one run. Runs on one engine never share it. */
export class Run {
  operations = 0;
  /** Who raises `operations` above this has to call `heed`. */
  heedAbove = -1;
  /** How many there were when `heed` was called last. */
  private heeded = 0;
  /** There is a progress callback, and nothing else that operations could lead to. */
  private readonly tellsAll: boolean;
  /** So many operations the progress callback was told of. */
  private reported = 0;
  modulesLoaded = 0;
  readonly maxOperations: number;
  readonly maxCallLevels: number;
  readonly maxVariables: number;
  readonly hasSizeLimits: boolean;
  /** Nothing has to be counted, checked or shown around calls. */
  readonly isPlain: boolean;
  /** `track` has something to do: there is a limit, a progress callback, a debugger, or the run can be cancelled. */
  readonly metered: boolean;
  /** Modules being loaded, innermost last: an import of one of them would never end. */
  readonly loading: string[] = [];
  /** Looks on; null: nobody does. */
  readonly debugger: RunDebugger | null;
  constructor(
    readonly engine: EngineServices,
    readonly source: string | null,
    /** How the run can be ended from outside; null: not at all. */
    readonly cancellation: Cancellation | null = null,
    /** The run that this one is a part of: a task that can be cancelled by itself. Operations count for the whole. */
    private readonly parent: Run | null = null,
    readonly own: RunOwn = NOTHING_OWN,
    /** Modules that the script brings along: asked before the engine's resolver. */
    readonly embedded: ModuleResolver | null = null,
  ) {
    const { limits } = engine;
    this.maxOperations = own.limits?.maxOperations ?? limits.maxOperations;
    this.maxCallLevels = own.limits?.maxCallLevels ?? limits.maxCallLevels;
    this.maxVariables = limits.maxVariables;
    const { progress, debugger: start } = engine.hooks;
    this.debugger = parent !== null ? (parent.debugger?.branch() ?? null) : start === null ? null : start();
    this.metered =
      this.maxOperations > 0 || progress !== null || cancellation !== null || this.debugger !== null;
    this.hasSizeLimits = limits.maxStringSize > 0 || limits.maxArraySize > 0 || limits.maxMapSize > 0;
    this.tellsAll = progress !== null && this.maxOperations === 0 && cancellation === null && parent === null;
    this.isPlain = !this.metered && !this.hasSizeLimits;
    cancellation?.whenCancelled(() => {
      this.heedAbove = -1;
    });
  }

  /** Counts one operation, as Rhai's `track_operation`. */
  track(position: Position): void {
    if (++this.operations <= this.heedAbove) return;
    if (this.tellsAll) this.tell(position);
    else this.heed(1, position);
  }

  /** The short way of `heed`: one operation, in a run in which there is nothing to do but telling the progress callback. */
  private tell(position: Position): void {
    const { progress } = this.engine.hooks;
    if (progress === null) return;
    this.reported = this.operations;
    this.reportOne(progress, position);
  }

  /** Counts several operations: the first `count` of those places. */
  trackSeveral(count: number, at: CountedAt): void {
    this.operations += count;
    if (this.operations > this.heedAbove) this.heed(count, at);
  }

  /** Takes operations back that will be counted again. */
  untrack(count: number): void {
    if (this.parent !== null) this.parent.untrack(count);
    else this.operations -= count;
  }

  /** What counting may lead to, once `operations` has been raised by `count`: the end of the run, or a call of the host. */
  heed(count: number, at: CountedAt): void {
    const before = this.operations - count;
    if (this.cancellation !== null) this.cancellation.check(placeOf(at, 0), this.operations - this.heeded);
    if (this.parent !== null) {
      this.operations = before;
      this.parent.trackSeveral(count, at);
      return;
    }
    const { progress } = this.engine.hooks;
    if (progress !== null) this.report(progress, before, at);
    if (this.maxOperations > 0 && this.operations > this.maxOperations) {
      // What comes after the first one beyond the limit does not happen any more.
      const index = Math.max(0, this.maxOperations - before);
      this.operations = before + index + 1;
      throw new EvalError("ErrorTooManyOperations", {}, placeOf(at, index));
    }
    if (progress === null) this.heedAbove = this.nextToHeed();
    this.heeded = this.operations;
  }

  private nextToHeed(): number {
    if (this.maxOperations === 0) return -1;
    if (this.cancellation === null) return this.maxOperations;
    return Math.min(this.maxOperations, this.operations + CANCELLATION_INTERVAL);
  }

  /** Tells the progress callback of the operations that it has not heard of, as far as the limit allows them. */
  private report(progress: NonNullable<Hooks["progress"]>, before: number, at: CountedAt): void {
    const { operations, maxOperations } = this;
    for (let number = before + 1; number <= operations; number++) {
      if (number <= this.reported) continue;
      if (maxOperations > 0 && number > maxOperations) break;
      this.operations = this.reported = number;
      this.reportOne(progress, placeOf(at, number - before - 1));
    }
    this.operations = operations;
  }

  /** Lets the host's callback end the run: by a result, or by throwing. */
  private reportOne(progress: NonNullable<Hooks["progress"]>, position: Position): void {
    let token: Value;
    try {
      token = jsToValue(progress(this.operations));
    } catch (error) {
      const ended = new EvalError("ErrorTerminated", { value: thrownText(error) }, position);
      ended.cause = error;
      throw ended;
    }
    if (token !== undefined) throw new EvalError("ErrorTerminated", { value: token }, position);
  }

  /** A part of this run that can be cancelled by itself. */
  branch(cancellation: Cancellation): Run {
    const branch = new Run(this.engine, this.source, cancellation, this, this.own, this.embedded);
    branch.modulesLoaded = this.modulesLoaded;
    return branch;
  }

  /** Throws when a value is larger than the limits allow. Only to be called when `hasSizeLimits`. */
  checkSize(value: Value, position: Position): Value {
    if (typeof value === "string" || value instanceof Container) {
      const sizes = sizeOf(value);
      this.throwOnSize(sizes.arrays, sizes.maps, sizes.strings, position);
    }
    return value;
  }

  throwOnSize(arrays: number, maps: number, strings: number, position: Position): void {
    const { maxStringSize, maxArraySize, maxMapSize } = this.engine.limits;
    if (maxStringSize > 0 && strings > maxStringSize) throw dataTooLarge("Length of string", position);
    if (maxArraySize > 0 && arrays > maxArraySize) throw dataTooLarge("Size of array/BLOB", position);
    if (maxMapSize > 0 && maps > maxMapSize) throw dataTooLarge("Size of object map", position);
  }
}
