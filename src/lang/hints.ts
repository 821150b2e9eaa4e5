// Advice that goes with a syntax error when the cause is a habit from another language. Rhai's own texts stay as they are.

import type { ParseError } from "./errors.ts";

/** The tokens around an error, as text. */
export interface ErrorContext {
  readonly previous: string;
  readonly token: string;
}

const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([
  ["var", "declare variables with `let`"],
  ["static", "declare constants with `const`"],
  ["null", "the empty value is `()`"],
  ["nil", "the empty value is `()`"],
  ["void", "the empty value is `()`"],
  ["match", "choose among values with `switch`"],
  ["case", "a `switch` case has no keyword: `1 => ...`"],
  ["default", "the default case of a `switch` is `_ => ...`"],
  ["new", "objects are made by `#{ ... }` or by a function call"],
  ["use", 'load a module with `import "name" as name;`'],
  ["public", "functions are public unless they are `private`"],
  ["async", "functions of the host are awaited automatically"],
  ["await", "functions of the host are awaited automatically"],
  ["is", 'ask for a type with `type_of(x) == "..."`'],
  ["this", "`this` exists only in functions that are called as methods"],
]);

const FOREIGN_OPERATORS: ReadonlyMap<string, string> = new Map([
  ["++", "write `x += 1`"],
  ["--", "write `x -= 1`"],
  ["?", "there is no `a ? b : c`; write `if a { b } else { c }`"],
  ["|>", "call functions as methods: `x.f().g()`"],
  ["...", "a range is `a..b` or `a..=b`"],
]);

const AFTER_WORD: ReadonlyMap<string, string> = new Map([
  ["mut", "all variables can be changed; write `let x`, without `mut`"],
  ["function", "functions are defined with `fn`"],
  ["func", "functions are defined with `fn`"],
  ["def", "functions are defined with `fn`"],
  ["elif", "write `else if`"],
  ["elsif", "write `else if`"],
  ["foreach", "write `for x in list { ... }`"],
  ["not", "negate with `!`"],
]);

const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["and", "write `&&`"],
  ["or", "write `||`"],
  ["mod", "write `%`"],
  ["elif", "write `else if`"],
  ["elsif", "write `else if`"],
  [":", "an object map begins with `#{`"],
]);

/** A hint for `error`, or null. */
export function hintFor(error: ParseError, context: ErrorContext): string | null {
  const subject = String(error.fields[0] ?? "");
  switch (error.kind) {
    case "Reserved":
      return FOREIGN_WORDS.get(subject) ?? FOREIGN_OPERATORS.get(subject) ?? null;
    case "UnknownOperator":
      return FOREIGN_OPERATORS.get(subject) ?? null;
    case "MissingToken":
      return missingTokenHint(subject, context);
    case "BadInput":
      return badInputHint(error, subject);
    case "VariableExpected":
      return context.token === "(" ? "patterns cannot be declared; declare one name at a time" : null;
    case "WrongFnDefinition":
      return "move the function to the top level, or use a closure: `let f = |x| ...`";
    case "UnexpectedEOF":
      return "an expression was expected here";
    default:
      return null;
  }
}

function missingTokenHint(expected: string, context: ErrorContext): string | null {
  const { previous, token } = context;
  if (expected === ";") return AFTER_WORD.get(previous) ?? INSTEAD.get(token) ?? "end the statement with `;`";
  if (expected === "{") return token === "=" ? "compare with `==`" : "the body must be in braces";
  if (expected === "in" && token === "=") return "write `for x in 0..10 { ... }`";
  return null;
}

function badInputHint(error: ParseError, subject: string): string | null {
  if (error.lexKind === "ImproperSymbol" && subject === "=") return "`=` assigns, `==` compares";
  if (error.lexKind === "UnexpectedInput" && subject === "}") return "there is no open `{` for this `}`";
  return null;
}
