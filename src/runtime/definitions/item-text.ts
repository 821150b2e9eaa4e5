// The text of single definitions: functions, constants and variables.

import type { ScriptFnDef } from "../../lang/ast.ts";
import { isValidFunctionName } from "../../lang/literals.ts";
import type { NativeFn, TypeName } from "../function/native.ts";
import { commentsOfDoc, groupedComments } from "../metadata/doc-comments.ts";
import { returnsOf } from "../metadata/signature.ts";
import { typeNameOf, type Value } from "../value/value.ts";

const NAMES: ReadonlyMap<TypeName, string> = new Map([
  ["i64", "int"],
  ["f64", "float"],
  ["dynamic", "?"],
]);

function typeText(type: TypeName): string {
  return NAMES.get(type) ?? type;
}

/** A definition and what it is sorted by. */
export interface FnText {
  readonly name: string;
  readonly arity: number;
  /** Parameters and return type. */
  readonly types: string;
  readonly text: string;
}

function fnText(
  name: string,
  params: readonly { readonly name: string; readonly type: string }[],
  returns: string,
  comments: readonly string[],
  isOperator: boolean,
): FnText {
  const list = params.map((param) => (isOperator ? param.type : `${param.name}: ${param.type}`)).join(", ");
  const shown = name.replace(/^([gs]et)\$/, "$1 ");
  const head = comments.map((comment) => `${comment}\n`).join("");
  const text = `${head}${isOperator ? "op" : "fn"} ${shown}(${list}) -> ${returns};`;
  return { name, arity: params.length, types: list + returns, text };
}

export function nativeFnText(fn: NativeFn, isCustomOperator: (name: string) => boolean): FnText {
  const { name } = fn;
  const isOperator = (!name.includes("$") && !isValidFunctionName(name)) || isCustomOperator(name);
  const params = fn.params.map((type, i) => ({ name: fn.paramNames[i] ?? "_", type: typeText(type) }));
  return fnText(name, params, typeText(returnsOf(fn)), commentsOfDoc(fn.doc), isOperator);
}

export function scriptFnText(fn: ScriptFnDef): FnText {
  const params = fn.params.map((name) => ({ name, type: "?" }));
  return fnText(fn.name, params, "?", groupedComments(fn.comments), false);
}

export function variableText(name: string, value: Value, isConstant: boolean): string {
  return `${isConstant ? "const" : "let"} ${name}: ${typeText(typeNameOf(value))};`;
}
