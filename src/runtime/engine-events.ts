// EngineEvents: the host's say in parsing and evaluation: variables, definitions, tokens, missing functions, a debugger.

import { ParseError } from "../lang/errors.ts";
import type { ParseOptions, VariableDefinition } from "../lang/options.ts";
import { forbiddenVariable } from "../lang/parse-errors.ts";
import { NO_POSITION, type Position } from "../lang/position.ts";
import { debuggingPackage } from "./debugger/back-trace.ts";
import { type DebuggerInit, debuggerHook } from "./debugger/hook.ts";
import type { DebuggerCallback } from "./debugger/session.ts";
import { EngineIntrospection } from "./engine-introspection.ts";
import { EvalError } from "./errors.ts";
import type { Answer, CallbackPlace, MissingCall } from "./eval/callbacks.ts";
import type { Later } from "./eval/later.ts";
import { unexpectedPromise } from "./eval/may-await-error.ts";
import { andThen } from "./function/sequence.ts";
import { EvalContext } from "./host/eval-context.ts";

/** A variable about to be defined; Rhai's `VarDefInfo`. */
export interface VarDefInfo {
  /** Name of the variable. */
  readonly name: string;
  /** Defined by `const`. */
  readonly isConst: boolean;
  /** Nesting of blocks; 0 is the script's top level. While parsing, Rhai's parser counts expressions as well. */
  readonly nestingLevel: number;
  /** There is a variable of this name already. */
  readonly willShadow: boolean;
}

/** A token as it stands in the script. */
export interface ScriptToken {
  /** The token's text. */
  readonly text: string;
  /** `Identifier`, `Int`, `StringLiteral`, `LeftBrace`, `Let` ... */
  readonly kind: string;
}

/** Returns the variable's value, which is a constant then; undefined: the script's own variable. `null` is unit. */
export type OnVarCallback = (name: string, index: number, context: EvalContext) => unknown;
/** Returns whether the variable may be defined. The context is null while parsing. */
export type OnDefVarCallback = (isRuntime: boolean, info: VarDefInfo, context: EvalContext | null) => boolean;
/** Returns the text to be read in place of the token; undefined: the token stays. */
export type OnParseTokenCallback = (token: ScriptToken, position: Position) => string | undefined;
/** Returns the result of the call; undefined: the function is not found. `null` is unit. */
export type OnMissingFunctionCallback = (
  name: string,
  args: unknown[],
  isMethodCall: boolean,
  context: EvalContext,
) => unknown;

function requireCallback(method: string, callback: unknown): void {
  if (callback !== null && typeof callback !== "function")
    throw new TypeError(`${method}: expected a function, or null for none, got ${typeof callback}`);
}

export class EngineEvents extends EngineIntrospection {
  private definitionFilter: OnDefVarCallback | null = null;
  private tokenMapper: OnParseTokenCallback | null = null;

  /**
   * Asks the callback before each access to a variable. See "Variable Resolver" in Rhai's book.
   *
   * @param callback gets the variable's name, its place counted from the latest variable (`context.variables()` at `length -
   *   index`; 0: not known) and the context. What it returns is the variable's value, a constant; undefined lets the script's
   *   own variable count. It must not return a promise. An error that it throws is raised in the script.
   * @throws TypeError when `callback` is neither a function nor null.
   * @example
   * engine.onVar((name) => (name === "MYSTIC_NUMBER" ? 42 : undefined));
   * engine.evalSync("MYSTIC_NUMBER"); // 42
   */
  onVar(callback: OnVarCallback | null): this {
    requireCallback("onVar", callback);
    this.hooks.callbacks.variable =
      callback === null
        ? null
        : (name, index, place) => {
            const result = callback(name, index, new EvalContext(place, this.types));
            if (result instanceof Promise) throw unexpectedPromise("onVar", place.position, result);
            return this.answer(result);
          };
    return this;
  }

  /**
   * Asks the callback before each `let` and `const`, while parsing and again at run time. See "Variable Definition Filter" in
   * Rhai's book.
   *
   * @param callback returns whether the variable may be defined. False is the error `ForbiddenVariable` while parsing and
   *   `ErrorForbiddenVariable` at run time. A ParseError that it throws while parsing is the error of the script, any other
   *   error is `ForbiddenVariable` with that error as `cause`.
   * @throws TypeError when `callback` is neither a function nor null.
   * @example
   * engine.onDefVar((_isRuntime, info) => info.name !== "secret");
   * engine.compile("let secret = 1;"); // throws ParseError: Forbidden variable name: secret
   */
  onDefVar(callback: OnDefVarCallback | null): this {
    requireCallback("onDefVar", callback);
    this.definitionFilter = callback;
    this.hooks.callbacks.definition =
      callback === null
        ? null
        : (info, place) => requireBoolean(callback(true, info, new EvalContext(place, this.types)));
    return this;
  }

  /**
   * Lets the callback replace tokens before the parser sees them. See "Remap Tokens During Parsing" in Rhai's book.
   *
   * @param callback gets each token with its text and returns the text to be read in its place, which must be one token. To
   *   refuse a token throw a ParseError.
   * @throws TypeError when `callback` is neither a function nor null.
   * @example
   * engine.onParseToken(({ text }) => ({ begin: "{", end: "}" })[text]);
   * engine.evalSync("let x = 42; begin let x = 0; end; x"); // 42
   */
  onParseToken(callback: OnParseTokenCallback | null): this {
    requireCallback("onParseToken", callback);
    this.tokenMapper = callback;
    return this;
  }

  /**
   * Asks the callback for the result of a call when there is no such function. Calls into modules (`module::f()`), properties
   * and indexers are not asked for.
   *
   * @param callback gets the name, the arguments as JS values (the object first when it is a method call; a new value put at
   *   index 0 becomes the value of the variable there) and the context. Undefined: the function is not found.
   * @param options `isAsync`: the callback may return promises, which makes every script one that may have to wait.
   * @throws TypeError when `callback` is neither a function nor null.
   * @example
   * engine.onMissingFunction((name, args) => (name === "greet" ? `hello, ${args[0]}` : undefined));
   * engine.evalSync(`"world".greet()`); // "hello, world"
   */
  onMissingFunction(
    callback: OnMissingFunctionCallback | null,
    { isAsync = false }: { readonly isAsync?: boolean } = {},
  ): this {
    requireCallback("onMissingFunction", callback);
    const { callbacks } = this.hooks;
    callbacks.isMissingFunctionAsync = callback !== null && isAsync;
    callbacks.missingFunction =
      callback === null ? null : (call, place) => this.askMissing(callback, call, place);
    return this;
  }

  private askMissing(
    callback: OnMissingFunctionCallback,
    { name, args, isMethodCall }: MissingCall,
    place: CallbackPlace,
  ): Later<Answer | null> {
    const given = args.map((arg) => this.types.toHost(arg));
    const [first] = given;
    const context = new EvalContext(place, this.types);
    return andThen(callback(name, given, isMethodCall, context), (result) => {
      if (given.length > 0 && given[0] !== first) args[0] = this.types.toValue(given[0], "dynamic");
      return this.answer(result);
    });
  }

  private answer(result: unknown): Answer | null {
    return result === undefined ? null : { value: this.types.toValue(result, "dynamic") };
  }

  /**
   * Registers a debugger, which stops scripts at their nodes. See "Debugging Interface" in Rhai's book. Programs that were
   * compiled before are debugged as well, modules that were loaded before are not.
   *
   * @param init prepares the debugger of a run: break-points, state. Null: nothing to prepare.
   * @param callback called at each stop; its result says where to stop next. In asynchronous runs it may return a promise.
   *   An error that it throws is raised in the script. Null: no debugging any more.
   * @throws TypeError when `init` or `callback` is neither a function nor null.
   * @example
   * engine.registerDebugger(null, (_context, event, _node, source, position) => {
   *   console.log(event.kind, source, position);
   *   return "stepInto";
   * });
   */
  registerDebugger(init: DebuggerInit | null, callback: DebuggerCallback | null): this {
    requireCallback("registerDebugger", init);
    requireCallback("registerDebugger", callback);
    this.hooks.debugger = callback === null ? null : debuggerHook(this.types, init, callback);
    if (callback !== null && !this.registry.has("back_trace")) this.registerPackage(debuggingPackage);
    return this;
  }

  /** The callbacks as the parser takes them. */
  protected get parseCallbacks(): Pick<ParseOptions, "mayDefine" | "mapToken"> {
    const { definitionFilter, tokenMapper } = this;
    return {
      mayDefine:
        definitionFilter === null ? undefined : (definition) => mayDefine(definitionFilter, definition),
      mapToken:
        tokenMapper === null
          ? null
          : (text, kind, _offset, position) => mapToken(tokenMapper, { text, kind }, position),
    };
  }
}

function requireBoolean(allowed: unknown): boolean {
  if (typeof allowed === "boolean") return allowed;
  throw new TypeError(`the callback of onDefVar must return true or false, not ${typeof allowed}`);
}

function mayDefine(callback: OnDefVarCallback, definition: VariableDefinition): boolean {
  const { name, constant: isConst, nestingLevel, willShadow } = definition;
  try {
    return requireBoolean(callback(false, { name, isConst, nestingLevel, willShadow }, null));
  } catch (error) {
    if (error instanceof ParseError) throw error;
    if (error instanceof EvalError && error.fields.parse) throw error.fields.parse;
    const forbidden = forbiddenVariable(name, NO_POSITION);
    forbidden.cause = error;
    throw forbidden;
  }
}

function mapToken(callback: OnParseTokenCallback, token: ScriptToken, position: Position): string {
  const text = callback(token, position);
  if (text === undefined || typeof text === "string") return text ?? token.text;
  throw new TypeError(`the callback of onParseToken must return a text or undefined, not ${typeof text}`);
}
