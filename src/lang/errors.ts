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
  override readonly name = "ParseError";
  constructor(
    readonly kind: ParseErrorKind,
    message: string,
    readonly position: Position = NO_POSITION,
    /** Values inside the Rust variant, for hosts that want them. */
    readonly fields: readonly (string | number)[] = [],
    readonly lexKind: LexErrorKind | null = null,
    public span: Span | null = null,
    public hint: string | null = null,
  ) {
    super(message);
  }
  override toString(): string {
    return this.position === NO_POSITION
      ? this.message
      : `${this.message} (${describePosition(this.position)})`;
  }
}
