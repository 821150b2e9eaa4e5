// EvalContext: what the engine's callbacks can see and change of the script at the place where they are called.

import type { Position } from "../../lang/position.ts";
import type { CallbackPlace } from "../eval/callbacks.ts";
import { callByName } from "../eval/dynamic-call.ts";
import { type Frame, NO_THIS } from "../eval/frame.ts";
import { type Later, settledLater } from "../eval/later.ts";
import type { NameView } from "../eval/name-view.ts";
import { andThen } from "../function/sequence.ts";
import type { Module } from "../module/module.ts";
import { copyValue } from "../value/containers.ts";
import type { Value } from "../value/value.ts";
import type { HostTypes } from "./host-types.ts";

/** A variable that the script sees. */
export interface ScriptVariable {
  /** Name of the variable. */
  readonly name: string;
  /** Whether it is a constant. */
  readonly isConstant: boolean;
  /** A script value; see `valueToJs`. */
  readonly value: Value;
}

/** A module that the script has imported; the name is empty when it was imported without `as`. */
export interface ImportedModule {
  /** The name that it is imported as. */
  readonly name: string;
  /** The module. */
  readonly module: Module;
}

/** Rhai's `EvalContext`. Valid during the call of the callback. */
export class EvalContext {
  protected readonly frame: Frame;
  private readonly view: NameView;
  private readonly mayAwait: boolean;
  /** Where in the script. */
  readonly position: Position;
  /** Nesting level of calls, 0 at the top. */
  readonly callLevel: number;
  constructor(
    { frame, view, position, level, mayAwait }: CallbackPlace,
    private readonly types: HostTypes,
  ) {
    this.frame = frame;
    this.view = view;
    this.position = position;
    this.callLevel = level;
    this.mayAwait = mayAwait;
  }

  /** Source (file) of the script, or null. */
  get source(): string | null {
    return this.frame.source;
  }
  /** What the host gave to the run (`RunOptions.tag`). */
  get tag(): unknown {
    return this.frame.run.own.tag;
  }
  /** Operations of the run so far; counted only when there is a limit, a progress callback or a debugger. */
  get operations(): number {
    return this.frame.run.operations;
  }

  /** Whether `this` is bound. */
  get hasThis(): boolean {
    return this.frame.self !== NO_THIS;
  }
  /** The value of `this`, as a script value; undefined when it is not bound. */
  get this(): Value {
    return this.hasThis ? this.frame.self : undefined;
  }
  /** Throws TypeError when `this` is not bound or a constant. */
  set this(value: unknown) {
    if (!this.hasThis) throw new TypeError("`this` is not bound here");
    if (this.frame.selfConstant) throw new TypeError("`this` is a constant");
    this.frame.self = this.types.toValue(value, "dynamic");
  }

  /** Whether the script sees a variable of this name here. */
  has(name: string): boolean {
    return this.view.find(name) !== null;
  }
  /** True for a constant, false for a variable, undefined when there is none of this name. */
  isConstant(name: string): boolean | undefined {
    return this.view.find(name)?.constant;
  }
  /** A variable's value as JS value, undefined when there is none. */
  get(name: string): unknown {
    const place = this.view.find(name);
    return place === null ? undefined : this.types.toHost(place.get());
  }
  /** Changes a variable of the script. Throws TypeError when there is none, or a constant. */
  set(name: string, value: unknown): void {
    const place = this.view.find(name);
    if (place === null) throw new TypeError(`there is no variable '${name}' here`);
    if (place.constant) throw new TypeError(`'${name}' is a constant`);
    place.set(this.types.toValue(value, "dynamic"));
  }
  /** Defines a variable in the current block of the script. */
  define(name: string, value: unknown, constant = false): void {
    const { frame } = this;
    frame.dynamic ??= [];
    const height = this.view.height ?? 0;
    frame.dynamic.push({ name, value: this.types.toValue(value, "dynamic"), constant, height });
  }
  /** All variables that can be seen, oldest first; later ones hide earlier ones of the same name. */
  variables(): ScriptVariable[] {
    return [...this.view.entries()].map(([name, place]) => ({
      name,
      isConstant: place.constant,
      value: copyValue(place.get()),
    }));
  }
  /** The imported modules, the latest first. */
  imports(): ImportedModule[] {
    const imports: ImportedModule[] = [];
    for (let item = this.frame.imports; item !== null; item = item.next)
      imports.push({ name: item.name, module: item.module });
    return imports;
  }

  /**
   * Calls a function by name, script functions first: these see the script's variables. Arguments and result are JS values; a
   * promise when the function waits.
   */
  callFn(name: string, ...args: unknown[]): unknown {
    const { frame, callLevel, position, view, mayAwait } = this;
    const values = this.values(args);
    return this.result(callByName(frame, callLevel + 1, name, values, null, position, view, mayAwait));
  }
  /** The same for native functions only: a script's functions of that name do not stand in their way. */
  callNativeFn(name: string, ...args: unknown[]): unknown {
    const { frame, position, mayAwait } = this;
    const context = frame.run.engine.createContext(frame, name, position, false, mayAwait);
    return this.result(context.callNativeFn(name, this.values(args)));
  }
  private values(args: readonly unknown[]): Value[] {
    return args.map((arg, i) => this.types.toValue(arg, "dynamic", `arguments[${i}]`));
  }
  private result(value: Later<Value>): unknown {
    return andThen(settledLater(this.frame, value), (settled) => this.types.toHost(settled));
  }
}
