// What the fuzzer is fed with: valid scripts, modules, tokens, names and odd literals.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Rhai's interpolation, not ours

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PARSER_TOKENS } from "../../src/lang/tokens.ts";
import library from "../runtime/standard-library.json" with { type: "json" };

const ROOT = resolve(import.meta.dirname, "../..");

interface RecordedCase {
  readonly script: string;
  readonly files?: Readonly<Record<string, string>>;
}

function recordedCases(): RecordedCase[] {
  const folder = join(ROOT, "test/conformance");
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  const lines = files.flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"));
  return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as RecordedCase);
}

function examples(): string[] {
  const folder = join(ROOT, "examples");
  const names = readdirSync(folder).filter((name) => name.endsWith(".rhai"));
  return names.map((name) => readFileSync(join(folder, name), "utf8"));
}

const cases = recordedCases();

/** The shortest first, so that shrinking leads to short ones. */
export const SCRIPTS: readonly string[] = [...cases.map((item) => item.script), ...examples()].sort(
  (a, b) => a.length - b.length,
);

export const MODULES: ReadonlyMap<string, string> = new Map(
  cases.flatMap((item) => Object.entries(item.files ?? {})),
);

/** Keywords, symbols and operators, from the lexer's own list. */
export const SYMBOLS: readonly string[] = PARSER_TOKENS.map((type) => type.LABEL ?? "")
  .filter((label) => /^'.+'$/s.test(label))
  .map((label) => label.slice(1, -1));

const functionNames = new Set(library.map((entry) => entry.name.replace(/^[gs]et\$/, "")));
export const FUNCTIONS: readonly string[] = [...functionNames]
  .filter((name) => /^[a-z]\w*$/i.test(name))
  .concat("eval", "call", "curry", "is_shared", "is_def_var", "is_def_fn", "type_of", "print", "debug", "Fn");

export const NAMES: readonly string[] = ["a", "b", "x", "this", "f", "global", "m", "it_is", "ä", "_"];

export const LITERALS: readonly string[] = [
  ...["0", "1", "-1", "42", "9223372036854775807", "9223372036854775808", "-9223372036854775808"],
  ...["0x7f", "0b1_0", "0o17", "1_000", "1.5", "1e400", "1.0e-7", "0.0", "1.", ".5", "1..2", "3..=1", "64"],
  ...[
    '""',
    '"a"',
    '"é😀"',
    "'x'",
    "'😀'",
    "''",
    '"\\x41\\u0041\\U0001F600"',
    '"\\q"',
    "`a${1}b`",
    "`${`${x}`}`",
  ],
  ...['#"raw"#', '##"a"#b"##', "r", "()", "[]", "[1, 2, 3]", "#{}", "#{a: 1}", "blob(3)", "true", "false"],
  ...[
    "|x| x + 1",
    "|| 1",
    "|a, b| a",
    'Fn("f")',
    "(1..5)",
    "timestamp()",
    "[[1], [2]]",
    '#{"a b": [#{c: 0}]}',
  ],
];

export const FRAGMENTS: readonly string[] = [
  ...[
    "let x = ",
    "const A = ",
    "fn f(a) { ",
    "fn f() { ",
    "private fn g(x, y) { ",
    "fn int.h() { this }",
    "if x { ",
  ],
  ...[
    "} else { ",
    "switch x { 1 => 2, _ => 3 }",
    "switch x { ",
    "for i in ",
    "for (i, k) in ",
    "while true { ",
  ],
  ...[
    "loop { ",
    "do { ",
    "} while x;",
    "} until x;",
    "try { ",
    "} catch (e) { ",
    "throw ",
    "return ",
    "break ",
    "continue;",
  ],
  ...[
    'import "m" as m;',
    "export x as y;",
    "m::f(",
    "global::A",
    "f!(",
    "x.f(",
    "x?.y",
    "x?[0]",
    "this.x = ",
    "eval(`",
  ],
  ...[
    "`${",
    "}`",
    "/* ",
    " */",
    "// ",
    "/// doc\n",
    "//! doc\n",
    "\n",
    "\r\n",
    "#!",
    '"',
    "'",
    "\\",
    "\0",
    "\t",
    "\u{feff}",
  ],
];
