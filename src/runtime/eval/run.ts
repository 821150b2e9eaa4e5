// One run of a script: what it may use, what it has used, and who is listening.

import type { Ast } from "../../lang/ast.ts";
import type { LanguageOptions } from "../../lang/options.ts";
import type { Position } from "../../lang/position.ts";
import { dataTooLarge, EvalError } from "../errors.ts";
import type { CallContext } from "../function/native.ts";
import type { FunctionRegistry } from "../function/registry.ts";
import type { Module } from "../module/module.ts";
import type { ModuleResolver } from "../module/resolver.ts";
import { Container } from "../value/containers.ts";
import { sizeOf } from "../value/size.ts";
import type { Value } from "../value/value.ts";
import type { Cancellation } from "./cancellation.ts";
import type { Frame } from "./frame.ts";
import type { LinkVariant, Program } from "./program.ts";

/** Limits of a run; 0 is unlimited except where Infinity is said. */
export interface Limits {
  maxOperations: number;
  maxCallLevels: number;
  maxExprDepth: number;
  maxFunctionExprDepth: number;
  maxStringSize: number;
  maxArraySize: number;
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
  readonly moduleResolver: ModuleResolver;
  readonly hooks: Hooks;
  /** Compiles the text of `eval` or `parse_json`, unoptimised. */
  compileFor(mode: "eval" | "json", text: string): Ast;
  compileModule(text: string, source: string): Ast;
  link(ast: Ast, variant?: LinkVariant): Program;
  /** The context for a native function called from `frame`. */
  createContext(
    frame: Frame,
    fnName: string,
    position: Position,
    receiverConstant: boolean,
    mayAwait: boolean,
  ): CallContext;
}

export interface Hooks {
  print: (text: string) => void;
  debug: (text: string, source: string | null, position: Position) => void;
  /** Called with the number of operations so far; a value other than undefined ends the run with it. */
  progress: ((operations: number) => Value) | null;
}

/** State of one run. Runs on one engine never share it. */
export class Run {
  operations = 0;
  modulesLoaded = 0;
  readonly maxOperations: number;
  readonly maxCallLevels: number;
  readonly maxVariables: number;
  readonly hasSizeLimits: boolean;
  /** Operations are counted: there is a limit, a progress callback, or the run can be cancelled. */
  readonly metered: boolean;
  /** Modules being loaded, innermost last: an import of one of them would never end. */
  readonly loading: string[] = [];
  constructor(
    readonly engine: EngineServices,
    readonly source: string | null,
    /** How the run can be ended from outside; null: not at all. */
    readonly cancellation: Cancellation | null = null,
    /** The run that this one is a part of: a task that can be cancelled by itself. Operations count for the whole. */
    private readonly parent: Run | null = null,
  ) {
    const { limits } = engine;
    this.maxOperations = limits.maxOperations;
    this.maxCallLevels = limits.maxCallLevels;
    this.maxVariables = limits.maxVariables;
    this.metered = limits.maxOperations > 0 || engine.hooks.progress !== null || cancellation !== null;
    this.hasSizeLimits = limits.maxStringSize > 0 || limits.maxArraySize > 0 || limits.maxMapSize > 0;
  }

  /** Counts one operation, as Rhai's `track_operation`. */
  track(position: Position): void {
    if (this.cancellation !== null) this.cancellation.check(position);
    if (this.parent !== null) {
      this.parent.track(position);
      return;
    }
    this.operations++;
    if (this.maxOperations > 0 && this.operations > this.maxOperations) {
      throw new EvalError("ErrorTooManyOperations", {}, position);
    }
    const { progress } = this.engine.hooks;
    if (progress !== null) {
      const token = progress(this.operations);
      if (token !== undefined) throw new EvalError("ErrorTerminated", { value: token }, position);
    }
  }

  /** A part of this run that can be cancelled by itself. */
  branch(cancellation: Cancellation): Run {
    const branch = new Run(this.engine, this.source, cancellation, this);
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
