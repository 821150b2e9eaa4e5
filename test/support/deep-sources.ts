// Scripts that nest one construct, or repeat it, many times.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Rhai's interpolation, not ours

type Source = (count: number) => string;

const nested =
  (open: string, core: string, close = ""): Source =>
  (count) =>
    open.repeat(count) + core + close.repeat(count);
const repeated =
  (start: string, part: string, end = ""): Source =>
  (count) =>
    start + part.repeat(count) + end;
const listed =
  (start: string, part: (i: number) => string, end = ""): Source =>
  (count) =>
    start + Array.from({ length: count }, (_, i) => part(i)).join("") + end;

/** Nesting: the parser, the optimiser and the linker go as deep as the text does. */
export const NESTED: Readonly<Record<string, Source>> = {
  parentheses: nested("(", "1", ")"),
  "open parentheses": nested("(", ""),
  arrays: nested("[", "", "]"),
  "open arrays": nested("[", ""),
  maps: nested("#{a:", "1", "}"),
  indexes: (count) => `let a = [0]; ${nested("a[", "0", "]")(count)}`,
  "minus signs": nested("- ", "1"),
  "minus signs without blanks": nested("-", "1"),
  "exclamation marks": nested("!", "true"),
  blocks: nested("{ ", "1", " }"),
  "if in a block": nested("if true { ", "1", " }"),
  "if in an else block": nested("if false {} else { ", "1", " }"),
  "else if": repeated("if false {}", " else if false { 1 }"),
  "if expressions": (count) => `let x = ${nested("if true { ", "1", " } else { 2 }")(count)}; x`,
  switch: nested("switch 1 { 1 => ", "1", " }"),
  while: nested("while true { ", "1", "; break }"),
  loop: nested("loop { ", "1", "; break }"),
  for: nested("for i in [1] { ", "1", " }"),
  do: nested("do { ", "1", " } while false"),
  try: nested("try { ", "1", " } catch {}"),
  functions: nested("fn f() { ", "1", " }"),
  closures: nested("|x| ", "1"),
  "closures with blocks": nested("|| { ", "1", " }"),
  "script calls": (count) => `fn f(x) { x } ${nested("f(", "1", ")")(count)}`,
  "native calls": nested("abs(", "1", ")"),
  interpolation: nested("`${", "1", "}`"),
  "open interpolation": nested("`${", ""),
  "let in let": nested("let x = ", "1"),
  return: nested("return ", "1"),
  throw: nested("throw ", "1"),
  "block comments": nested("/*", "", "*/1"),
  "open block comments": nested("/*", ""),
};

/** Chains: flat to the eye, deep or long as trees. */
export const CHAINS: Readonly<Record<string, Source>> = {
  additions: repeated("1", " + 1"),
  "subtractions of a variable": repeated("let x = 1; x", " - x"),
  powers: repeated("let x = 1; x", " ** x"),
  concatenations: repeated('let x = "a"; x', " + x"),
  and: repeated("let x = true; x", " && x"),
  or: repeated("let x = false; x", " || x"),
  coalescing: repeated("let x = (); x", " ?? x"),
  comparisons: repeated("let x = 1; x", " == x"),
  assignments: repeated("let x = 1; x", " = x"),
  methods: repeated("let a = [1]; a", ".len()"),
  properties: repeated("let m = #{}; m", ".a"),
  "optional properties": repeated("let m = #{}; m", "?.a"),
  "indexes in a row": repeated("let a = []; a", "[0]"),
  "property assignment": repeated("let m = #{}; m", ".a", " = 1"),
  "namespace parts": repeated("", "a::", "b"),
};

/** Length: time and memory should grow with the text, and not faster. */
export const LONG: Readonly<Record<string, Source>> = {
  statements: repeated("let x = 0;", "x += 1;", "x"),
  variables: listed("", (i) => `let a${i} = ${i};`, "a7"),
  constants: listed("", (i) => `const A${i} = ${i};`, "A7"),
  "variables of a function": listed("fn f() {", (i) => `let a${i} = ${i};`, "a7 } f()"),
  "function definitions": listed("", (i) => `fn f${i}() { ${i} }\n`, "f7()"),
  "closures that capture": repeated("let x = 1;", "let f = || x;", "f.call()"),
  "switch cases": listed("switch 7 {", (i) => `${i} => ${i},`, "_ => () }"),
  "switch alternatives": listed("switch 7 { -1", (i) => `| ${i}`, "=> 1, _ => () }"),
  "array items": repeated("[", "1,", "].len()"),
  "map entries": listed("#{", (i) => `a${i}: ${i},`, "}.len()"),
  parameters: listed("fn f(x", (i) => `, a${i}`, ") {}"),
  arguments: repeated("abs(1", ", 1", ")"),
  "interpolated parts": repeated("let x = 1; `", "${x}", "`.len()"),
  semicolons: repeated("", ";"),
  "doc comments": repeated("", "/// a\n", "fn f() {}"),
  "number signs": (count) => `${"#".repeat(count)}"a"${"#".repeat(count)}.len()`,
  "long name": (count) => `let ${"a".repeat(count)} = 1;`,
  "long number": (count) => "1".repeat(count),
  quotes: repeated("", '"'),
  "at signs": repeated("", "@"),
  NULs: repeated("", "\0"),
};
