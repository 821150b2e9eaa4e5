// Syntax errors: Rhai's ParseErrorType kinds with their exact texts.

import { describePosition, NO_POSITION, type Position, type Span } from "./position.ts";

/** Kinds of Rhai's `ParseErrorType`. */
export type ParseErrorKind =
  | "UnexpectedEOF"
  | "BadInput"
  | "UnknownOperator"
  | "MissingToken"
  | "MissingSymbol"
  | "MalformedIndexExpr"
  | "MalformedCapture"
  | "DuplicatedProperty"
  | "DuplicatedVariable"
  | "WrongSwitchIntegerCase"
  | "WrongSwitchDefaultCase"
  | "WrongSwitchCaseCondition"
  | "PropertyExpected"
  | "VariableExpected"
  | "ForbiddenVariable"
  | "Reserved"
  | "MismatchedType"
  | "ExprExpected"
  | "WrongDocComment"
  | "WrongFnDefinition"
  | "FnDuplicatedDefinition"
  | "FnMissingName"
  | "FnMissingParams"
  | "FnDuplicatedParam"
  | "FnMissingBody"
  | "WrongExport"
  | "AssignmentToConstant"
  | "AssignmentToInvalidLHS"
  | "VariableExists"
  | "VariableUndefined"
  | "ModuleUndefined"
  | "ExprTooDeep"
  | "TooManyFunctions"
  | "LiteralTooLarge"
  | "LoopBreak";

/** Kinds of Rhai's `LexError`, the payload of `BadInput`. */
export type LexErrorKind =
  | "UnexpectedInput"
  | "UnterminatedString"
  | "StringTooLong"
  | "MalformedEscapeSequence"
  | "MalformedNumber"
  | "MalformedChar"
  | "MalformedIdentifier"
  | "ImproperSymbol"
  | "Runtime";

/** A syntax error. `message` is Rhai's text without the position; `toString()` adds the position. */
export class ParseError extends Error {
  /** Always `ParseError`. */
  override readonly name = "ParseError";
  constructor(
    /** Rhai's name for the kind of error, without its payload. */
    readonly kind: ParseErrorKind,
    message: string,
    /** Where Rhai reports it. */
    readonly position: Position = NO_POSITION,
    /** Values inside the Rust variant, for hosts that want them. */
    readonly fields: readonly (string | number)[] = [],
    /** What is wrong below the level of syntax, for errors of kind `BadInput`; else null. */
    readonly lexKind: LexErrorKind | null = null,
    /** The part of the text that it is about, when that is known. */
    public span: Span | null = null,
    /** Advice, when there is some. */
    public hint: string | null = null,
  ) {
    super(message);
  }
  /** Rhai's text with the position. */
  override toString(): string {
    return this.position === NO_POSITION
      ? this.message
      : `${this.message} (${describePosition(this.position)})`;
  }
}

/** The same error at another position. */
export function placed(error: ParseError, position: Position): ParseError {
  const { kind, message, fields, lexKind, cause } = error;
  const moved = new ParseError(kind, message, position, fields, lexKind);
  if (cause !== undefined) moved.cause = cause;
  return moved;
}
