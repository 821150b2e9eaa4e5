// Completes a syntax error: the part of the text it is about, and advice when the cause can be told. Rhai's messages stay as they are.

import { EOF } from "chevrotain";
import type { ParseError } from "./errors.ts";
import { badInputHint, operatorHint, reservedHint } from "./input-hints.ts";
import { type RhaiToken, type TokenizeOptions, TokenStream } from "./lexer.ts";
import { lineOf, NO_POSITION, type Position } from "./position.ts";
import { didYouMean } from "./spelling.ts";
import { missingTokenHint, propertyExpectedHint, variableExpectedHint } from "./token-hints.ts";

/** The tokens around an error as they are written; empty beyond the ends of the text. */
export interface ErrorContext {
  readonly before: string;
  readonly previous: string;
  /** What the error is about. */
  readonly token: string;
  readonly next: string;
  /** The token stands in the line of the one before. */
  readonly sameLine: boolean;
  /** Not even a blank stands between the two. */
  readonly adjacent: boolean;
  /** Names that the text declares, and those of the host. */
  readonly names: () => string[];
}

/** Sets `span` and `hint` of an error in `text`. `hostNames`: the variables of the host's scope. */
export function completeError(
  error: ParseError,
  text: string,
  options: TokenizeOptions,
  hostNames: readonly string[],
): ParseError {
  if (error.position === NO_POSITION) return error;
  const lexing = { ...options, mapToken: null };
  const { token, context } = tokensAround(new TokenStream(text, lexing), error.position);
  if (!isAbout(error, token.startOffset)) error.span = { start: token.startOffset, end: token.end };
  const names = () => [...declaredNames(new TokenStream(text, lexing)), ...hostNames];
  error.hint ??= hintFor(error, { ...context, names });
  return error;
}

/** Whether the error's own span holds what stands at its position, or ends just before it. */
function isAbout({ span, kind }: ParseError, start: number): boolean {
  if (span === null) return false;
  const isGap = kind === "MissingToken" && span.start === span.end && span.end <= start;
  return isGap || (span.start <= start && start < span.end);
}

/** The token at a position, or else that of the end, with its neighbours. */
function tokensAround(
  stream: TokenStream,
  position: Position,
): { token: RhaiToken; context: Omit<ErrorContext, "names"> } {
  let before: RhaiToken | null = null;
  let previous: RhaiToken | null = null;
  let token = stream.next();
  while (token.tokenType !== EOF && token.pos !== position) {
    before = previous;
    previous = token;
    token = stream.next();
  }
  const context = {
    before: before?.image ?? "",
    previous: previous?.image ?? "",
    token: token.image,
    next: stream.next().image,
    sameLine: previous !== null && lineOf(previous.pos) === lineOf(token.pos),
    adjacent: previous?.end === token.startOffset,
  };
  return { token, context };
}

const DECLARING: ReadonlySet<string> = new Set(["let", "const", "for", "as"]);

/** Words that stand where names are declared; of parameters, those of functions and the first of closures. */
function declaredNames(stream: TokenStream): string[] {
  const names: string[] = [];
  let inParameters = false;
  let before = "";
  let previous = "";
  for (let token = stream.next(); token.tokenType !== EOF; token = stream.next()) {
    const { image, tokenType } = token;
    if (image === "fn") inParameters = true;
    else if (image === ")") inParameters = false;
    const inHead = previous === "(" && ["for", "catch"].includes(before);
    const inClosure = previous === "|" && !/[\w)\]]$/.test(before);
    const declares = inParameters || inHead || inClosure || DECLARING.has(previous);
    if (declares && tokenType.name === "Identifier") names.push(image);
    before = previous;
    previous = image;
  }
  return names;
}

/** Advice that does not depend on what stands around. */
const FIXED: { readonly [kind in ParseError["kind"]]?: string } = {
  UnexpectedEOF: "an expression was expected here",
  DuplicatedProperty: "each property can be written once",
  DuplicatedVariable: "give the two variables different names",
  WrongSwitchIntegerCase: "put the cases with numbers before those with ranges",
  WrongSwitchDefaultCase: "put the `_` case at the end",
  WrongSwitchCaseCondition: "`_` takes whatever is left; put the condition into its block",
  WrongDocComment: "doc-comments, `///` and `/** */`, stand before functions only",
  WrongFnDefinition: "move the function to the top level, or use a closure: `let f = |x| ...`",
  FnDuplicatedDefinition: "functions of one name must differ in the number of their parameters",
  FnMissingParams: "write the parameters in parentheses, even when there are none: `fn f() { ... }`",
  FnDuplicatedParam: "give the parameters different names",
  WrongExport: "move `export` out of the block, to the top level",
  VariableExists: "shadowing is switched off: assign without `let`, or choose another name",
  ForbiddenVariable: "the host does not allow a variable of this name: choose another",
  ExprTooDeep:
    "put parts of the expression into variables; the host can raise the limit with `engine.setMaxExprDepths`",
  TooManyFunctions: "closures count as well; the host can raise the limit with `engine.setMaxFunctions`",
  LoopBreak: "`break` and `continue` work in loops; functions and closures end with `return`",
  MalformedCapture: "call it in function style: `f!(x)`",
};

function hintFor(error: ParseError, context: ErrorContext): string | null {
  const subject = String(error.fields[0] ?? "");
  switch (error.kind) {
    case "Reserved":
      return reservedHint(subject, context);
    case "UnknownOperator":
      return operatorHint(subject);
    case "MissingToken":
      return missingTokenHint(subject, String(error.fields[1] ?? ""), context);
    case "BadInput":
      return badInputHint(error, subject, context);
    case "VariableExpected":
      return variableExpectedHint(context);
    case "PropertyExpected":
      return propertyExpectedHint(context);
    case "FnMissingName":
      return nameHint(context);
    case "FnMissingBody":
      return context.token === "->"
        ? "functions have no declared result type: `fn f(x) { ... }`"
        : "the body is a block in braces: `fn f(x) { ... }`";
    case "ExprExpected":
      return caseHint(subject, context);
    case "AssignmentToInvalidLHS":
      return context.token === "["
        ? "assign to one variable at a time: there are no patterns"
        : "only variables, their properties and their elements can be assigned to: put the value of a call into a variable first";
    case "VariableUndefined":
      return undefinedHint(subject, context);
    case "ModuleUndefined":
      return `import it first: \`import "${subject}" as ${subject};\`; functions see the imports of the script's top level`;
    default:
      return valueHint(error, subject) ?? FIXED[error.kind] ?? null;
  }
}

function nameHint({ token }: ErrorContext): string {
  if (token.startsWith("(")) return "functions without a name are closures: `|x| ...`";
  return /^[A-Za-z]/.test(token)
    ? `\`${token}\` is a keyword: choose another name`
    : "names begin with a letter";
}

function caseHint(expected: string, { token }: ErrorContext): string {
  if (!expected.includes("literal")) return "a block cannot stand here: put its value into a variable first";
  if (token === "case") return "a case has no keyword: `1 => ...`";
  if (token === "default" || token === "else") return "the default case is `_ => ...`";
  return "cases are literals; compare other values with `if`";
}

/** A variable that does not exist, under `strictVariables`. */
function undefinedHint(name: string, { names }: ErrorContext): string {
  const known = names();
  if (known.includes(name))
    return `\`${name}\` is not visible here: it ends with its block, and functions see no variables from outside`;
  return didYouMean(name, known) ?? `declare it with \`let ${name} = ...;\``;
}

/** Kinds that are about a value of the wrong sort. */
function valueHint({ kind, message, fields }: ParseError, subject: string): string | null {
  switch (kind) {
    case "MismatchedType":
      return mismatchHint(subject, String(fields[1] ?? ""));
    case "MalformedIndexExpr":
      return message.startsWith("Object map")
        ? 'keys of object maps are strings: `m["key"]`'
        : "the index is a whole number";
    case "AssignmentToConstant":
      return subject === ""
        ? "a value cannot be assigned to; `==` compares"
        : `\`${subject}\` is a constant: declare it with \`let\` to change it`;
    case "LiteralTooLarge":
      return `the host can raise the limit with \`engine.${setterOf(subject)}\``;
    default:
      return null;
  }
}

function mismatchHint(expected: string, actual: string): string | null {
  if (expected.includes("boolean"))
    return 'conditions must be bool, there is no "truthy": compare, as in `x != 0`';
  if (!expected.includes("iterable")) return null;
  if (actual.includes("map")) return "loop over the keys or the values: `m.keys()`, `m.values()`";
  return actual.includes("number")
    ? "count with a range: `for i in 0..10`"
    : "`for` takes arrays, ranges, strings and blobs";
}

function setterOf(what: string): string {
  if (what.includes("string")) return "setMaxStringSize";
  return what.includes("array") ? "setMaxArraySize" : "setMaxMapSize";
}
