// Names that other languages use, and what Rhai has in their place.

const call = (name: string): string => `Rhai's name for it is \`${name}\``;

const FUNCTIONS: ReadonlyMap<string, string> = new Map(
  (
    [
      [["println", "printf", "echo", "puts", "writeln", "write"], call("print")],
      [["length", "size", "count", "strlen", "sizeof"], call("len")],
      [["str", "tostr", "stringify", "repr"], call("to_string")],
      [["atoi", "strtoint", "stringtoint"], call("parse_int")],
      [["number", "tonumber", "num"], "texts become numbers by `parse_int` and `parse_float`"],
      [["double", "todouble", "f64"], call("to_float")],
      [["integer", "tointeger", "i64", "trunc"], call("to_int")],
      [["touppercase", "uppercase", "upper", "ucase", "upcase"], call("to_upper")],
      [["tolowercase", "lowercase", "lower", "lcase", "downcase"], call("to_lower")],
      [["substr", "substring", "mid"], call("sub_string")],
      [
        ["slice", "subarray"],
        "parts are taken by `extract` (arrays), `sub_string` (strings) or `x[from..to]`",
      ],
      [["includes", "has", "haskey", "containskey", "exists", "hasownproperty"], call("contains")],
      [["each", "iter", "foreach"], "loop with `for item in list { ... }` or `list.for_each(|index| ...)`"],
      [["add", "pushback", "addlast", "conj"], call("push")],
      [["concat", "extend", "addall"], "join arrays with `+`, or add to one with `append`"],
      [["join"], "there is no `join`: build the text in a `for` loop or with `reduce`"],
      [["format", "sprintf", "fmt"], `put values into text with \`\${...}\` in a back-tick string`],
      [["type", "typeof", "gettype", "classof"], call("type_of")],
      [
        [
          "isstring",
          "isnumber",
          "isint",
          "isfloat",
          "isarray",
          "ismap",
          "isbool",
          "isfunction",
          "isinstance",
        ],
        'ask for a type with `type_of(x) == "..."`: i64, f64, string, array, map, bool, Fn, ()',
      ],
      [["isnull", "isnone", "isnil", "isundefined", "isunit"], "compare with the empty value: `x == ()`"],
      [["issome", "isdefined", "ispresent"], "compare with the empty value: `x != ()`"],
      [["unwrapor", "orelse", "getorelse", "coalesce", "ifnull"], "give a default with `x ?? default`"],
      [["unwrap", "expect"], "there is nothing to unwrap: a missing value is `()`"],
      [["random", "rand", "randint"], "there are no random numbers unless the host adds them"],
      [
        ["now", "clock", "time", "date", "instant"],
        "Rhai's clock is `timestamp()`; dates come from the host",
      ],
      [["unshift", "pushfront", "addfirst", "prepend"], "insert at the front with `list.insert(0, item)`"],
      [["popfront", "dequeue", "removefirst", "popleft"], call("shift")],
      [["delete", "del", "erase", "removeat", "unset"], call("remove")],
      [["sorted"], "`sort` sorts in place: sort a copy"],
      [["reversed"], "`reverse` works in place: reverse a copy"],
      [["ceil"], call("ceiling")],
      [["pow", "power"], "powers are written `x ** y`"],
      [["mod", "modulo", "rem"], "the remainder is written `x % y`"],
      [["atan2"], "it is `atan(y, x)`"],
      [["charat", "nth", "at", "elementat"], "elements and characters are read by index: `x[i]`"],
      [["charcodeat", "ord"], "a character's number is `x[i].to_int()`"],
      [["any"], call("some")],
      [["every"], call("all")],
      [["fold", "inject", "aggregate"], call("reduce")],
      [["select", "where", "grep"], call("filter")],
      [["collect", "transform"], call("map")],
      [["findindex", "position", "indexwhere"], call("index_of")],
      [["strip", "chomp"], call("trim")],
      [["replaceall", "gsub"], call("replace")],
      [["panic", "raise", "error", "fail", "abort"], "raise errors with `throw value`"],
      [["assert"], 'write `if !condition { throw "..." }`'],
      [["require", "include", "load"], 'load a module with `import "name" as name;`'],
      [["sum"], "add up with `list.reduce(|sum, item| sum + item, 0)`"],
      [["entries", "items", "pairs"], "loop over `keys()` and read `m[key]`"],
      [["merge", "assign", "update"], "put one map into another with `a.mixin(b)`, or write `a + b`"],
      [["clone", "copy", "dup", "deepcopy"], "assignment copies: `let y = x`"],
      [
        ["input", "readline", "read", "gets"],
        "scripts read nothing by themselves; the host gives them values",
      ],
    ] as [string[], string][]
  ).flatMap(([names, hint]) => names.map((name): [string, string] => [name, hint])),
);

/** Methods that exist for other types than the one that is tried: by name and type. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["find string", "the place of a text in a string is found by `index_of`"],
  ["to_int string", "texts become numbers by `parse_int`"],
  ["to_float string", "texts become numbers by `parse_float`"],
  ["sort string", "sort the characters: `s.to_chars()` is an array"],
  ["reverse string", "reverse the characters: `s.to_chars()` is an array"],
  ["map string", "work on the characters: `s.to_chars()` is an array"],
  ["filter string", "work on the characters: `s.to_chars()` is an array"],
  ["push map", "add to a map with `m.key = value` or `m[key] = value`"],
  ["push string", "add to a string with `s += text` or `s.append(text)`"],
  ["append map", "put one map into another with `a.mixin(b)`"],
  ["get_or map", "give a default with `m[key] ?? default`"],
]);

const VARIABLES: ReadonlyMap<string, string> = new Map([
  ["undefined", "the empty value is `()`"],
  ["None", "the empty value is `()`"],
  ["NULL", "the empty value is `()`"],
  ["True", "it is written `true`"],
  ["False", "it is written `false`"],
  ["TRUE", "it is written `true`"],
  ["FALSE", "it is written `false`"],
  ["self", "the object of a method call is `this`"],
  ["console", "write with `print(...)` and `debug(...)`"],
  ["Math", "mathematical functions are methods of numbers: `x.sqrt()`, `x.floor()`"],
  ["math", "mathematical functions are methods of numbers: `x.sqrt()`, `x.floor()`"],
  ["JSON", "use `parse_json(text)` and `map.to_json()`"],
  ["Infinity", "infinity is `1.0 / 0.0`"],
  ["NaN", "not-a-number is `0.0 / 0.0`; ask with `is_nan()`"],
]);

const plain = (name: string): string => name.replaceAll("_", "").toLowerCase();

/** For a name that no function has. */
export function foreignFunction(name: string): string | null {
  return FUNCTIONS.get(plain(name)) ?? null;
}

/** For a method that exists, or is expected to, for other types than `type`. */
export function methodElsewhere(name: string, type: string | undefined): string | null {
  return ELSEWHERE.get(`${name} ${type}`) ?? null;
}

export function foreignVariable(name: string): string | null {
  return VARIABLES.get(name) ?? null;
}
