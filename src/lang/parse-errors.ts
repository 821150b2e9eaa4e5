// The texts of syntax errors: one function per kind of Rhai's `ParseErrorType` (`BadInput` is in lex-errors.ts).

import { ParseError, type ParseErrorKind } from "./errors.ts";
import { isValidIdentifier } from "./literals.ts";
import type { Position } from "./position.ts";

function make(
  kind: ParseErrorKind,
  message: string,
  pos: Position,
  ...fields: readonly (string | number)[]
): ParseError {
  return new ParseError(kind, message, pos, fields);
}

export function unexpectedEof(pos: Position): ParseError {
  return make("UnexpectedEOF", "Script is incomplete", pos);
}

export function unknownOperator(operator: string, pos: Position): ParseError {
  return make("UnknownOperator", `Unknown operator: '${operator}'`, pos, operator);
}

export function missingToken(token: string, purpose: string, pos: Position): ParseError {
  return make("MissingToken", `Expecting '${token}' ${purpose}`, pos, token, purpose);
}

export function missingSymbol(text: string, pos: Position): ParseError {
  return make("MissingSymbol", text === "" ? "Expecting a symbol" : text, pos, text);
}

export function malformedIndexExpr(text: string, pos: Position): ParseError {
  return make("MalformedIndexExpr", text === "" ? "Invalid index in indexing expression" : text, pos, text);
}

export function malformedCapture(text: string, pos: Position): ParseError {
  return make("MalformedCapture", text === "" ? "Invalid capturing" : text, pos, text);
}

export function duplicatedProperty(name: string, pos: Position): ParseError {
  return make("DuplicatedProperty", `Duplicated property for object map literal: ${name}`, pos, name);
}

export function duplicatedVariable(name: string, pos: Position): ParseError {
  return make("DuplicatedVariable", `Duplicated variable name: ${name}`, pos, name);
}

export function wrongSwitchIntegerCase(pos: Position): ParseError {
  return make("WrongSwitchIntegerCase", "Numeric switch case cannot follow a range case", pos);
}

export function wrongSwitchDefaultCase(pos: Position): ParseError {
  return make("WrongSwitchDefaultCase", "Default switch case must be the last", pos);
}

export function wrongSwitchCaseCondition(pos: Position): ParseError {
  return make("WrongSwitchCaseCondition", "This switch case cannot have a condition", pos);
}

export function propertyExpected(pos: Position): ParseError {
  return make("PropertyExpected", "Expecting name of a property", pos);
}

export function variableExpected(pos: Position): ParseError {
  return make("VariableExpected", "Expecting name of a variable", pos);
}

export function forbiddenVariable(name: string, pos: Position): ParseError {
  return make("ForbiddenVariable", `Forbidden variable name: ${name}`, pos, name);
}

export function reserved(word: string, pos: Position): ParseError {
  const what = isValidIdentifier(word) ? "keyword" : "symbol";
  return make("Reserved", `'${word}' is a reserved ${what}`, pos, word);
}

export function mismatchedType(expected: string, actual: string, pos: Position): ParseError {
  return make("MismatchedType", `Expecting ${expected}, not ${actual}`, pos, expected, actual);
}

export function exprExpected(what: string, pos: Position): ParseError {
  return make("ExprExpected", `Expecting ${what} expression`, pos, what);
}

export function wrongFnDefinition(pos: Position): ParseError {
  const text =
    "Function definitions must be at global level and cannot be inside a block or another function";
  return make("WrongFnDefinition", text, pos);
}

export function fnDuplicatedDefinition(name: string, arity: number, pos: Position): ParseError {
  const params = arity === 0 ? "no parameters" : arity === 1 ? "1 parameter" : `${arity} parameters`;
  return make("FnDuplicatedDefinition", `Function ${name} with ${params} already exists`, pos, name, arity);
}

export function fnMissingName(pos: Position): ParseError {
  return make("FnMissingName", "Expecting function name in function declaration", pos);
}

export function fnMissingParams(name: string, pos: Position): ParseError {
  return make("FnMissingParams", `Expecting parameters for function ${name}`, pos, name);
}

export function fnDuplicatedParam(name: string, param: string, pos: Position): ParseError {
  return make("FnDuplicatedParam", `Duplicated parameter ${param} for function ${name}`, pos, name, param);
}

export function fnMissingBody(name: string, pos: Position): ParseError {
  const whose = name === "" ? "anonymous function" : `function ${name}`;
  return make("FnMissingBody", `Expecting body statement block for ${whose}`, pos, name);
}

export function wrongExport(pos: Position): ParseError {
  return make("WrongExport", "Export statement can only appear at global level", pos);
}

export function assignmentToConstant(name: string, pos: Position): ParseError {
  const text = name === "" ? "Cannot assign to a constant value" : `Cannot assign to constant ${name}`;
  return make("AssignmentToConstant", text, pos, name);
}

export function assignmentToInvalidLhs(text: string, pos: Position): ParseError {
  return make("AssignmentToInvalidLHS", text === "" ? "Expression cannot be assigned to" : text, pos, text);
}

export function variableExists(name: string, pos: Position): ParseError {
  return make("VariableExists", `Variable already defined: ${name}`, pos, name);
}

export function variableUndefined(name: string, pos: Position): ParseError {
  return make("VariableUndefined", `Undefined variable: ${name}`, pos, name);
}

export function moduleUndefined(name: string, pos: Position): ParseError {
  return make("ModuleUndefined", `Undefined module: ${name}`, pos, name);
}

export function exprTooDeep(pos: Position): ParseError {
  return make("ExprTooDeep", "Expression exceeds maximum complexity", pos);
}

export function tooManyFunctions(pos: Position): ParseError {
  return make("TooManyFunctions", "Number of functions defined exceeds maximum limit", pos);
}

export function literalTooLarge(what: string, max: number, pos: Position): ParseError {
  return make("LiteralTooLarge", `${what} exceeds the maximum limit (${max})`, pos, what, max);
}

export function loopBreak(pos: Position): ParseError {
  return make("LoopBreak", "Break statement should only be used inside a loop", pos);
}
