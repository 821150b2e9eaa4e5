// Run-time errors: Rhai's EvalAltResult kinds with their exact texts, positions and fields.

import type { ParseError } from "../lang/errors.ts";
import { describePosition, NO_POSITION, type Position, type Span } from "../lang/position.ts";
import { thrownText } from "./thrown.ts";
import type { Value } from "./value/value.ts";

/** Kinds of Rhai's `EvalAltResult` that a script can raise. */
export type EvalErrorKind =
  | "ErrorSystem"
  | "ErrorParsing"
  | "ErrorVariableExists"
  | "ErrorForbiddenVariable"
  | "ErrorVariableNotFound"
  | "ErrorPropertyNotFound"
  | "ErrorIndexNotFound"
  | "ErrorFunctionNotFound"
  | "ErrorModuleNotFound"
  | "ErrorInFunctionCall"
  | "ErrorInModule"
  | "ErrorUnboundThis"
  | "ErrorMismatchDataType"
  | "ErrorMismatchOutputType"
  | "ErrorIndexingType"
  | "ErrorArrayBounds"
  | "ErrorStringBounds"
  | "ErrorBitFieldBounds"
  | "ErrorFor"
  | "ErrorDataRace"
  | "ErrorNonPureMethodCallOnConstant"
  | "ErrorAssignmentToConstant"
  | "ErrorDotExpr"
  | "ErrorArithmetic"
  | "ErrorTooManyOperations"
  | "ErrorTooManyVariables"
  | "ErrorTooManyModules"
  | "ErrorStackOverflow"
  | "ErrorDataTooLarge"
  | "ErrorTerminated"
  | "ErrorCustomSyntax"
  | "ErrorRuntime";

const UNCATCHABLE: ReadonlySet<EvalErrorKind> = new Set<EvalErrorKind>([
  "ErrorSystem",
  "ErrorParsing",
  "ErrorCustomSyntax",
  "ErrorTooManyOperations",
  "ErrorTooManyVariables",
  "ErrorTooManyModules",
  "ErrorStackOverflow",
  "ErrorDataTooLarge",
  "ErrorTerminated",
]);

/**
 * Errors are raised in hot paths (scripts use `try`/`catch` for control), so no JS stack is captured:
 * the class is an `Error` by its prototype only.
 */
class StacklessError {
  /** Rhai's text, without the position. */
  declare message: string;
  /** Always undefined: scripts use errors for control flow, and recording JS stacks is slow. */
  declare stack?: string;
}
Object.setPrototypeOf(StacklessError.prototype, Error.prototype);

/** What an error holds besides its kind; which members there are depends on that. */
export interface EvalErrorFields {
  /** A name, a type, a signature: the first text of the Rust variant. */
  readonly name?: string;
  /** Second text: requested/actual types, the source of a function. */
  readonly detail?: string;
  /** How many elements there are, for errors of bounds. */
  readonly length?: number;
  /** The index that is out of bounds. */
  readonly index?: number | bigint;
  /** Thrown value, termination token, missing index. */
  readonly value?: Value;
  /** The error in the function or module that was called. */
  readonly inner?: EvalError;
  /** The syntax error, for `ErrorParsing`. */
  readonly parse?: ParseError;
}

/** A call that an error has left: what was called, and the place of the call. */
export interface CallFrame {
  /** Name of the function, `closure`, or `module '...'` for the statements of an imported script. */
  readonly name: string;
  /** The source (file) that holds the call, or null. */
  readonly source: string | null;
  /** Where the call is. */
  readonly position: Position;
  /** The call in the text of `source`; null when that text is not known. */
  readonly span: Span | null;
}

/**
 * An error raised while a script runs. `message` is Rhai's text without position, `toString()` is Rhai's full display
 * (inner errors, call chain and positions).
 */
export class EvalError extends StacklessError {
  /** The class: `EvalError`, or that of a derived one. */
  readonly name: string = "EvalError";
  /** What the innermost error (`root`) is about, in the text of `root.source`. Set when the error leaves the engine. */
  span: Span | null = null;
  /** Advice. Set when the error leaves the engine. */
  hint: string | null = null;
  /** The source (file) that `position` belongs to; null: a main script without a name. */
  source: string | null = null;
  /** The calls between the script and the innermost error, the latest first. Set when the error leaves the engine. */
  callStack: CallFrame[] | null = null;
  /** Where it happened, for the errors that Rhai reports without a position. */
  place: Position = NO_POSITION;
  /** The JS error behind a failing host function. */
  cause: unknown = undefined;
  constructor(
    /** Rhai's name for the kind of error. */
    readonly kind: EvalErrorKind,
    /** What the error is about. */
    readonly fields: EvalErrorFields = {},
    /** Where it happened; for an error in a function, where that was called. */
    public position: Position = NO_POSITION,
  ) {
    super();
  }
  /** Whether a script's `catch` gets it. */
  get isCatchable(): boolean {
    return !UNCATCHABLE.has(this.kind);
  }
  /** System exceptions cross function calls without being wrapped. */
  get isSystem(): boolean {
    return UNCATCHABLE.has(this.kind);
  }
  /** Sets the position when there is none yet, and returns the error. */
  at(position: Position): this {
    if (this.position === NO_POSITION) this.position = position;
    return this;
  }
  /** The innermost error behind function calls and modules. */
  get root(): EvalError {
    let error: EvalError = this;
    while ((error.kind === "ErrorInFunctionCall" || error.kind === "ErrorInModule") && error.fields.inner) {
      error = error.fields.inner;
    }
    return error;
  }
  /** Rhai's full text: inner errors, calls and positions. */
  override toString(): string {
    return displayError(this, "", true);
  }
}
Object.defineProperty(EvalError.prototype, "message", {
  get(this: EvalError) {
    return displayError(this, "", false);
  },
});

/** Shows a value inside a message; set by `value/display.ts`, which sits above this file. */
let showValue: (value: Value) => string = String;
export function setErrorValueDisplay(show: (value: Value) => string): void {
  showValue = show;
}

function displayError(error: EvalError, callSource: string, withPosition: boolean): string {
  let text = describe(error);
  if (callSource !== "") text += ` @ '${callSource}'`;
  if (withPosition && error.position !== NO_POSITION) text += ` (${describePosition(error.position)})`;
  return text;
}

function bounds(error: EvalError, what: string, one: string, many: string, empty: string): string {
  const { length = 0, index = 0 } = error.fields;
  const only = length === 0 ? empty : length === 1 ? `only 1 ${one}` : `only ${length} ${many}`;
  return `${what} index ${index} out of bounds: ${only}`;
}

function mismatch(what: string, requested: string, actual: string): string {
  if (actual === "") return `${what} type incorrect, expecting ${requested}`;
  if (requested === "") return `${what} type incorrect: ${actual}`;
  return `${what} type incorrect: ${actual} (expecting ${requested})`;
}

function nonPure(name: string): string {
  if (name.startsWith("get$")) return `Non-pure property ${name.slice(4)} cannot be accessed on constant`;
  if (name.startsWith("set$")) return `Cannot modify property '${name.slice(4)}' of constant`;
  if (name === "index$get$") return "Non-pure indexer cannot be accessed on constant";
  if (name === "index$set$") return "Cannot assign to indexer of constant";
  return `Non-pure method '${name}' cannot be called on constant`;
}

function describeCall(error: EvalError): string {
  const { name = "", detail = "", inner } = error.fields;
  const where = name.startsWith("anon$") ? "in closure call" : `in call to function '${name}'`;
  const from = detail === "" ? "" : ` (from '${detail}')`;
  return `${inner ? displayError(inner, detail, true) : ""}\n${where}${from}`;
}

function describe(error: EvalError): string {
  const { name = "", detail = "", value, inner, parse, length = 0, index = 0 } = error.fields;
  switch (error.kind) {
    case "ErrorSystem":
      return name === "" ? detail : `${name}: ${detail}`;
    case "ErrorParsing":
      return `Syntax error: ${parse?.message ?? ""}`;
    case "ErrorInFunctionCall":
      return describeCall(error);
    case "ErrorInModule":
      return `${inner?.toString() ?? ""}\nin module${name === "" ? "" : ` '${name}'`}`;
    case "ErrorVariableExists":
      return `Variable already defined: ${name}`;
    case "ErrorForbiddenVariable":
      return `Forbidden variable name: ${name}`;
    case "ErrorVariableNotFound":
      return `Variable not found: ${name}`;
    case "ErrorPropertyNotFound":
      return `Property not found: ${name}`;
    case "ErrorIndexNotFound":
      return `Invalid index: ${showValue(value)}`;
    case "ErrorFunctionNotFound":
      return `Function not found: ${name}`;
    case "ErrorModuleNotFound":
      return `Module not found: ${name}`;
    case "ErrorDataRace":
      return name === "" ? "Data race detected" : `Data race detected on variable '${name}'`;
    case "ErrorDotExpr":
      return name === "" ? "Malformed dot expression" : name;
    case "ErrorIndexingType":
      return `Indexer unavailable: ${name}`;
    case "ErrorUnboundThis":
      return "'this' not bound";
    case "ErrorFor":
      return "For loop expects iterable type";
    case "ErrorTooManyOperations":
      return "Too many operations";
    case "ErrorTooManyVariables":
      return "Too many variables defined";
    case "ErrorTooManyModules":
      return "Too many modules imported";
    case "ErrorStackOverflow":
      return "Stack overflow";
    case "ErrorTerminated":
      return "Script terminated";
    case "ErrorRuntime":
      return value === undefined || value === "" ? "Runtime error" : `Runtime error: ${showValue(value)}`;
    case "ErrorNonPureMethodCallOnConstant":
      return nonPure(name);
    case "ErrorAssignmentToConstant":
      return `Cannot modify constant ${name}`;
    case "ErrorMismatchOutputType":
      return mismatch("Output", name, detail);
    case "ErrorMismatchDataType":
      return mismatch("Data", name, detail);
    case "ErrorArithmetic":
      return name === "" ? "Arithmetic error" : name;
    case "ErrorArrayBounds":
      return bounds(error, "Array", "element in array", "elements in array", "array is empty");
    case "ErrorStringBounds":
      return bounds(error, "String", "character in string", "characters in string", "string is empty");
    case "ErrorBitFieldBounds":
      return `Bit-field index ${index} out of bounds: only ${length} bits in bit-field`;
    case "ErrorDataTooLarge":
      return `${name} too large`;
    case "ErrorCustomSyntax":
      return `${name}: ${detail}`;
  }
}

// One constructor per kind that packages and the evaluator raise.

export const arithmeticError = (message: string, at?: Position) =>
  new EvalError("ErrorArithmetic", { name: message }, at);
export const runtimeError = (value: Value, at?: Position) => new EvalError("ErrorRuntime", { value }, at);
/** What a script gets for whatever host code has thrown. */
export function hostError(error: unknown): EvalError {
  const wrapped = runtimeError(thrownText(error));
  wrapped.cause = error;
  return wrapped;
}
export const functionNotFound = (signature: string, at?: Position) =>
  new EvalError("ErrorFunctionNotFound", { name: signature }, at);
export const variableNotFound = (name: string, at?: Position) =>
  new EvalError("ErrorVariableNotFound", { name }, at);
export const moduleNotFound = (name: string, at?: Position) =>
  new EvalError("ErrorModuleNotFound", { name }, at);
/** `requested` and `actual` are Rhai type names; either may be empty. */
export const mismatchDataType = (requested: string, actual: string, at?: Position) =>
  new EvalError("ErrorMismatchDataType", { name: requested, detail: actual }, at);
export const mismatchOutputType = (requested: string, actual: string, at?: Position) =>
  new EvalError("ErrorMismatchOutputType", { name: requested, detail: actual }, at);
export const indexingType = (typeName: string, at?: Position) =>
  new EvalError("ErrorIndexingType", { name: typeName }, at);
export const arrayBounds = (length: number, index: number | bigint, at?: Position) =>
  new EvalError("ErrorArrayBounds", { length, index }, at);
export const stringBounds = (length: number, index: number | bigint, at?: Position) =>
  new EvalError("ErrorStringBounds", { length, index }, at);
export const bitFieldBounds = (length: number, index: number | bigint, at?: Position) =>
  new EvalError("ErrorBitFieldBounds", { length, index }, at);
export const dataRace = (name: string, at?: Position) => new EvalError("ErrorDataRace", { name }, at);
export const nonPureMethodCall = (name: string, at?: Position) =>
  new EvalError("ErrorNonPureMethodCallOnConstant", { name }, at);
export const assignmentToConstant = (name: string, at?: Position) =>
  new EvalError("ErrorAssignmentToConstant", { name }, at);
export const dotExpr = (message: string, at?: Position) =>
  new EvalError("ErrorDotExpr", { name: message }, at);
export const dataTooLarge = (what: string, at?: Position) =>
  new EvalError("ErrorDataTooLarge", { name: what }, at);
export const parsingError = (parse: ParseError, at: Position = parse.position) =>
  new EvalError("ErrorParsing", { parse }, at);
/** Rhai's wrapper around an error that left the function `name`; `source` is the module's name or "". */
export const inFunctionCall = (name: string, source: string, inner: EvalError, at?: Position) =>
  new EvalError("ErrorInFunctionCall", { name, detail: source, inner }, at);
export const inModule = (name: string, inner: EvalError, at?: Position) =>
  new EvalError("ErrorInModule", { name, inner }, at);
