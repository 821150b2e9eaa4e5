// Engine: compiles and runs scripts; the embedding API.

import type { Ast, ScriptFnDef } from "../lang/ast.ts";
import { NO_POSITION, type Position } from "../lang/position.ts";
import { AST } from "./ast.ts";
import { ExitSignal } from "./control.ts";
import { EngineCompiler } from "./engine-compiler.ts";
import { EvalError, functionNotFound, mismatchOutputType } from "./errors.ts";
import { Frame, LEAVE, NO_THIS } from "./eval/frame.ts";
import { languagePackage } from "./eval/language-package.ts";
import { functionKey, mainLibrary } from "./eval/library.ts";
import { NativeContext } from "./eval/native-context.ts";
import { isStackOverflow } from "./eval/native-error.ts";
import { type EngineServices, Run } from "./eval/run.ts";
import { enterFunction, runBody } from "./eval/script-call.ts";
import type { CallContext, Package } from "./function/native.ts";
import { FileModuleResolver } from "./module/file-resolver.ts";
import { DummyModuleResolver } from "./module/static-resolver.ts";
import { standardPackages } from "./packages/standard.ts";
import { Scope } from "./scope.ts";
import { RhaiMap } from "./value/containers.ts";
import type { Ref } from "./value/objects.ts";
import { typeNameOf, type Value } from "./value/value.ts";

/** How `callFn` calls a script function; Rhai's `CallFnOptions`. */
export interface CallFnOptions {
  /** Bound to `this`: a `Ref` gets what the function assigns to `this`. */
  readonly this?: Ref;
  /** Run the script's statements first. Default true. */
  readonly evalAst?: boolean;
  /** Drop the variables that the call defines in the scope. Default true. */
  readonly rewindScope?: boolean;
}

/**
 * A Rhai engine with the standard library; see "Hello World" in Rhai's book.
 *
 * @example
 * const engine = new Engine();
 * engine.evalSync("40 + 2"); // 42
 */
export class Engine extends EngineCompiler implements EngineServices {
  constructor(packages: readonly Package[] = [...standardPackages, languagePackage]) {
    super(new FileModuleResolver());
    for (const pkg of packages) this.registry.addPackage(pkg);
  }

  /** An engine without any function, and without modules: what it can do is what you register. */
  static raw(): Engine {
    return new Engine([]).setModuleResolver(new DummyModuleResolver());
  }

  /** Runs a script and returns its value. Throws EvalError, also for syntax errors (kind `ErrorParsing`). */
  evalSync(text: string, scope: Scope = new Scope(), source: string | null = null): Value {
    return this.evalAstSync(
      this.compileToRun(() => this.compile(text, { source, scope })),
      scope,
    );
  }
  /** Evaluates one expression. Throws EvalError. */
  evalExpressionSync(text: string, scope: Scope = new Scope()): Value {
    return this.evalAstSync(
      this.compileToRun(() => this.compileExpression(text, { scope })),
      scope,
    );
  }
  /** Runs a script file. Throws EvalError. */
  evalFileSync(path: string, scope: Scope = new Scope()): Value {
    return this.evalAstSync(
      this.compileToRun(() => this.compileFile(path, scope)),
      scope,
    );
  }
  /** Runs a script for its effects. */
  runSync(text: string, scope: Scope = new Scope()): void {
    this.evalSync(text, scope);
  }
  runAstSync(ast: Ast, scope: Scope = new Scope()): void {
    this.evalAstSync(ast, scope);
  }
  runFileSync(path: string, scope: Scope = new Scope()): void {
    this.evalFileSync(path, scope);
  }

  /** Runs a compiled script; its top-level variables are added to `scope`. Throws EvalError. */
  evalAstSync(ast: Ast, scope: Scope = new Scope()): Value {
    const { frame, program } = this.topFrame(ast, scope);
    try {
      const result = program.body(frame);
      return result === LEAVE ? frame.leaveValue : result;
    } catch (error) {
      return finishRun(error);
    } finally {
      keepVariables(scope, frame);
    }
  }

  /**
   * Calls a script function from the host; it sees the variables of `scope`. See "Call a Rhai Function from Rust".
   *
   * @throws EvalError `ErrorFunctionNotFound` when the script has no such function with so many parameters.
   * @example
   * engine.callFnSync(new Scope(), engine.compile("fn add(x, y) { x + y }"), "add", [40, 2]); // 42
   */
  callFnSync(
    scope: Scope,
    ast: Ast,
    name: string,
    args: readonly Value[],
    options: CallFnOptions = {},
  ): Value {
    const length = scope.length;
    if (options.evalAst ?? true) this.evalAstSync(ast, scope);
    const def = ast.functions.find(
      (fn) =>
        fn.thisType === null && functionKey(fn.name, fn.params.length) === functionKey(name, args.length),
    );
    if (def === undefined) throw functionNotFound(`${name} (${args.map(typeNameOf).join(", ")})`);
    try {
      return options.rewindScope === false
        ? this.callKeepingScope(scope, ast, def, args)
        : this.callIn(scope, ast, name, args, options.this ?? null);
    } finally {
      if (options.rewindScope ?? true) scope.rewind(length);
    }
  }

  private callIn(scope: Scope, ast: Ast, name: string, args: readonly Value[], self: Ref | null): Value {
    const { frame, program } = this.topFrame(ast, scope);
    const fn = program.table.functions.get(functionKey(name, args.length));
    if (fn === undefined) throw functionNotFound(name);
    if (fn.isEmpty) return undefined;
    try {
      const callee = enterFunction(
        frame,
        fn,
        null,
        [...args],
        self === null ? NO_THIS : self.value,
        0,
        NO_POSITION,
      );
      callee.outer = scope;
      try {
        return runBody(callee, fn, fn.body, NO_POSITION);
      } finally {
        if (self !== null) self.value = callee.self;
      }
    } catch (error) {
      return finishRun(error);
    }
  }

  /** The function's body as a script of its own: what it defines stays in the scope, its parameters do not. */
  private callKeepingScope(scope: Scope, ast: Ast, def: ScriptFnDef, args: readonly Value[]): Value {
    const body = new AST({ ...ast, statements: def.body.statements });
    const inner = new Scope();
    for (const [name, place] of scope.entries()) inner.pushEntry(name, place.share(), place.constant);
    def.params.forEach((name, i) => {
      inner.push(name, args[i]);
    });
    const before = inner.length;
    const result = this.evalAstSync(body, inner);
    let index = 0;
    for (const [name, constant, value] of inner)
      if (index++ >= before) scope.pushEntry(name, value, constant);
    return result;
  }

  /** Parses the JSON text of an object with Rhai's own rules (comments, hex numbers ... are fine), as the script function does. */
  parseJson(json: string): RhaiMap {
    const value = this.evalAstSync(this.compileToRun(() => new AST(this.compileFor("json", json))));
    if (value instanceof RhaiMap) return value;
    throw mismatchOutputType("map", typeNameOf(value));
  }

  private topFrame(ast: Ast, scope: Scope) {
    const program = this.link(ast);
    const slots: Value[] = new Array(program.frameSize).fill(undefined);
    const frame = new Frame(
      new Run(this, ast.source),
      slots,
      NO_THIS,
      mainLibrary(program.table),
      null,
      0,
      ast.source,
    );
    frame.outer = scope;
    frame.defined = [];
    return { frame, program };
  }

  createContext(frame: Frame, fnName: string, position: Position, receiverConstant: boolean): CallContext {
    return new NativeContext(frame, fnName, position, receiverConstant);
  }
}

/** What the end of a run by an exception means: the value of `exit`, or an error of ours. */
function finishRun(error: unknown): Value {
  if (error instanceof ExitSignal) return error.value;
  throw isStackOverflow(error) ? new EvalError("ErrorStackOverflow") : error;
}

/** Adds what a script defined at its top level to the host's scope. */
function keepVariables(scope: Scope, frame: Frame): void {
  const seen = new Set<number>();
  for (const { name, slot, constant } of frame.defined ?? []) {
    if (seen.has(slot)) continue;
    seen.add(slot);
    scope.pushEntry(name, frame.slots[slot], constant);
  }
  for (const { name, value, constant } of frame.dynamic ?? []) scope.pushEntry(name, value, constant);
}
