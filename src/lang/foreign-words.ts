// Words and symbols of other languages, and what Rhai has in their place.

type Pairs = readonly (readonly [words: string, hint: string])[];

/** One entry for each of the words, which are separated by blanks. */
function table(pairs: Pairs): ReadonlyMap<string, string> {
  return new Map(pairs.flatMap(([words, hint]) => words.split(" ").map((word) => [word, hint] as const)));
}

const EMPTY = "the empty value is `()`";
const DEFINE = "functions are defined with `fn name(a, b) { ... }`";
const NO_CLASSES = "there are no classes: use object maps, `#{ ... }`, and functions that work on `this`";
const ELSE_IF = "write `else if`";
const PATTERN = "declare one name at a time: there are no patterns";
const TYPES = "variables and parameters have no declared types";

/** Reserved words where a value or a statement should begin. */
export const RESERVED_WORDS = table([
  ["var", "declare variables with `let`"],
  ["static", "declare constants with `const`"],
  ["null nil void", EMPTY],
  ["match", "choose among values with `switch`"],
  ["case", "a `switch` case has no keyword: `1 => ...`"],
  ["default", "the default case of a `switch` is `_ => ...`"],
  ["new", "objects are made by `#{ ... }` or by a function call"],
  ["use package module", 'load a module with `import "name" as name;`'],
  ["public", "functions are public unless they are `private`"],
  ["protected", "functions are public or `private`"],
  ["async await sync", "functions of the host are awaited without a keyword"],
  ["spawn thread go", "scripts run in one thread"],
  ["is", 'ask for a type with `type_of(x) == "..."`'],
  ["this", "`this` exists only in functions that are called as methods"],
  ["super shared", "there is no such thing in Rhai"],
  ["goto", "use loops with `break` and `continue`"],
  ["yield", "functions return one value, with `return`"],
  ["with", "there is no `with`: use a variable"],
]);

/** Symbols that no expression holds. */
export const RESERVED_SYMBOLS = table([
  ["++", "write `x += 1`"],
  ["--", "write `x -= 1`; comments begin with `//`"],
  ["?", "there is no `a ? b : c`: write `if a { b } else { c }`"],
  ["|>", "call functions as methods: `x.f().g()`"],
  ["<|", "call functions as methods: `x.f().g()`"],
  ["...", "a range is `a..b` or `a..=b`"],
  ["~", "the bits of an integer are inverted by `x ^ -1`"],
  ["#", "comments begin with `//`, object maps with `#{`"],
  ["#!", "a line with `#!` may only be the first of a file"],
  ["$ @", "names are made of letters, digits and `_`"],
  ["!.", "negate the whole: `!x.y`"],
]);

/** What the word before a place without `;` gives away. */
export const WORDS_BEFORE = table([
  ["mut", "all variables can be changed; write `let x`, without `mut`"],
  ["function func def sub proc", DEFINE],
  ["lambda", "closures are written `|x| ...`"],
  ["elif elsif elseif", ELSE_IF],
  ["foreach", "write `for x in list { ... }`"],
  ["not", "negate with `!`"],
  ["unless", "write `if !condition { ... }`"],
  ["until", "write `while !condition { ... }`"],
  ["class struct interface trait impl object", NO_CLASSES],
  ["enum type", "there are no type definitions"],
  ["delete del", "remove a property with `m.remove(name)`"],
  ["typeof", "write `type_of(x)`"],
  ["echo println puts", "write `print(...)`"],
  ["from", 'load a module with `import "name" as name;`'],
  ["require include using", 'load a module with `import "name" as name;`'],
  ["raise", "raise an error with `throw value`"],
  ["local my auto int float double string bool", "declare variables with `let`"],
  ["finally", "there is no `finally`: repeat the statements after the `try`"],
]);

/** What a word or symbol in the place of a `;` gives away. */
export const INSTEAD_OF_SEMICOLON = table([
  ["and", "write `&&`"],
  ["or", "write `||`"],
  ["xor", "write `^`"],
  ["mod", "write `%`"],
  ["div", "write `/`: integers divide without remainder"],
  ["elif elsif elseif", ELSE_IF],
  ["is", 'compare with `==`; ask for a type with `type_of(x) == "..."`'],
  ["instanceof", 'ask for a type with `type_of(x) == "..."`'],
  ["not", "write `!in` for `not in`"],
  ["from", 'load a module with `import "name" as name;`'],
  ["as", "convert with functions: `to_int`, `to_float`, `to_string`"],
  ["=>", "closures are written `|x| ...`"],
  [",", PATTERN],
  ["if", "write `if condition { a } else { b }`"],
  ["then", "the body is in braces: `if condition { ... }`"],
  ["finally", "there is no `finally`: repeat the statements after the `try`"],
  ["extends implements", NO_CLASSES],
  ["{", "only `if`, loops, `switch`, `try` and functions have a body in braces"],
]);

export { EMPTY, NO_CLASSES, PATTERN, TYPES };
