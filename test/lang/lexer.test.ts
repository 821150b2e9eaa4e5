// The lexer: tokens, values, positions and errors, mostly as tables of script and expectation.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the scripts are full of Rhai interpolations

import { readFileSync } from "node:fs";
import { Lexer } from "chevrotain";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ParseError } from "../../src/lang/errors.ts";
import { type TokenizeOptions, tokenize, tokenizeFrom } from "../../src/lang/lexer.ts";
import * as literals from "../../src/lang/literals.ts";
import { columnOf, lineOf, NO_POSITION } from "../../src/lang/position.ts";
import { bindsRight, COMPOUND_ASSIGNMENTS, precedenceOf } from "../../src/lang/precedence.ts";
import * as t from "../../src/lang/tokens.ts";

/** `Type:payload` of each token, separated by blanks; the payload only where the type does not say it all. */
function types(script: string, options?: TokenizeOptions): string {
  return tokenize(script, options).tokens.map(describeToken).join(" ");
}

function describeToken({ tokenType, payload }: t.RhaiToken): string {
  if (payload instanceof ParseError) return `!${payload.toString()}`;
  const valued = [
    t.Int,
    t.Float,
    t.Char,
    t.StringLiteral,
    t.InterpolatedString,
    t.Identifier,
    t.Reserved,
    t.Custom,
  ];
  if (!valued.includes(tokenType)) return tokenType.name;
  return `${tokenType.name}:${typeof payload === "string" ? JSON.stringify(payload) : payload}`;
}

/** `line:column` of each token and of the end. */
function positions(script: string): string {
  const { tokens, eofPos } = tokenize(script);
  return [...tokens.map((token) => token.pos), eofPos]
    .map((pos) => `${lineOf(pos)}:${columnOf(pos)}`)
    .join(" ");
}

test("Chevrotain accepts the definition and can choose patterns by first character", () => {
  const lexer = new Lexer(t.LEXER_DEFINITION, { positionTracking: "onlyOffset" });
  expect(lexer.lexerDefinitionErrors).toEqual([]);
  const plain = new Lexer(t.PLAIN_DEFINITION, { positionTracking: "onlyOffset" });
  expect(plain.lexerDefinitionErrors).toEqual([]);
  const { modes } = t.LEXER_DEFINITION;
  for (const mode of [modes.code, modes.hole]) {
    const plain = mode.filter((type) => type.PUSH_MODE === undefined && type.POP_MODE === undefined);
    expect(
      () => new Lexer(plain, { ensureOptimizations: true, positionTracking: "onlyOffset" }),
    ).not.toThrow();
  }
});

test("every keyword and symbol is a token of its own", () => {
  for (const syntax of [...literals.KEYWORDS, ...literals.SYMBOLS]) {
    const { tokens } = tokenize(`x ${syntax} `);
    expect(tokens.length, syntax).toBe(2);
    expect(tokens[1].payload, syntax).toBe(syntax);
    expect(tokens[1].tokenType.LABEL, syntax).toBe(`'${syntax}'`);
  }
  for (const syntax of [...literals.RESERVED_KEYWORDS, ...literals.CALLABLE_KEYWORDS]) {
    expect(types(syntax)).toBe(`Reserved:"${syntax}"`);
  }
  for (const syntax of ["?", "~", "!.", "#", "@", "$", "++", "--", "...", "<|", "|>"]) {
    expect(types(`x ${syntax} `)).toBe(`Identifier:"x" Reserved:"${syntax}"`);
  }
});

describe("tokens", () => {
  const table: [string, string][] = [
    ["", ""],
    ["let x = 1;", 'Let Identifier:"x" Equals Int:1 SemiColon'],
    ["_ _x __x1", 'Underscore Identifier:"_x" Identifier:"__x1"'],
    ["__", "!Variable name is not proper: '__' (line 1, position 1)"],
    ["lets exit self", 'Identifier:"lets" Identifier:"exit" Identifier:"self"'],
    ["() ( ) (x)", 'Unit LeftParen RightParen LeftParen Identifier:"x" RightParen'],
    ["a!in b !inx !i", 'Identifier:"a" NotIn Identifier:"b" Bang Identifier:"inx" Bang Identifier:"i"'],
    [
      "a?.b?[c]??d",
      'Identifier:"a" Elvis Identifier:"b" QuestionBracket Identifier:"c" RightBracket DoubleQuestion Identifier:"d"',
    ],
    [
      "a..=b..c...",
      'Identifier:"a" InclusiveRange Identifier:"b" ExclusiveRange Identifier:"c" Reserved:"..."',
    ],
    ["#{a: 1}", 'MapStart Identifier:"a" Colon Int:1 RightBrace'],
    [
      "a **= b ** c <<= d >> e",
      'Identifier:"a" PowerOfAssign Identifier:"b" PowerOf Identifier:"c" LeftShiftAssign Identifier:"d" RightShift Identifier:"e"',
    ],
    ["a::b", 'Identifier:"a" DoubleColon Identifier:"b"'],
    ["#!x", 'Reserved:"#!" Bang Identifier:"x"'],
    ["# x", 'Reserved:"#" Identifier:"x"'],
    // signs
    ["-5", "Int:-5"],
    ["- 5", "UnaryMinus Int:5"],
    ["a -5", 'Identifier:"a" Minus Int:5'],
    ["(-5)-5", "LeftParen Int:-5 RightParen Minus Int:5"],
    ["a = +b - -c", 'Identifier:"a" Equals UnaryPlus Identifier:"b" Minus UnaryMinus Identifier:"c"'],
    ["=> -5", "DoubleArrow Minus Int:5"],
    ["break -5; return -5", "Break Minus Int:5 SemiColon Return Int:-5"],
    ["- 0x10", "UnaryMinus Int:16"],
    ["-0x10", "!Invalid number: 'x10' (line 1, position 1)"],
    // comments
    ["1 /* /* 2 */ */ 3 // 4\r5", "Int:1 Int:3 Int:5"],
    ["1 /*/ 2 */ 3 /* 4", "Int:1 Int:3"],
    // numbers
    ["0x_fF 0_x10 0b1_0 0o17", "Int:255 Int:16 Int:2 Int:15"],
    ["0xFFFFFFFFFFFFFFFF 0x7fffffffffffffff", "Int:-1 Int:9223372036854775807"],
    [
      "9007199254740991 9007199254740992 9223372036854775807",
      "Int:9007199254740991 Int:9007199254740992 Int:9223372036854775807",
    ],
    ["9223372036854775808", "Float:9223372036854776000"],
    [
      "-9223372036854775808 - 9223372036854775808",
      "Int:-9223372036854775808 Minus Float:9223372036854776000",
    ],
    ["1_000.5_0 1e5 1E+5 1.5e-3 1e400", "Float:1000.5 Float:100000 Float:100000 Float:0.0015 Float:Infinity"],
    ["1.+2 1.", "Float:1 Plus Int:2 Int:1 Period"],
    ["1.e5 1..2 1.a", 'Int:1 Period Identifier:"e5" Int:1 ExclusiveRange Int:2 Int:1 Period Identifier:"a"'],
    ["1e 1.2.3", 'Int:1 Identifier:"e" Float:1.2 Period Int:3'],
    ["1_", "Int:1"],
    // strings
    ['"a\\tb\\x41\\u00e9\\U0001F600\\"\\\\"', `StringLiteral:${JSON.stringify('a\tbAé😀"\\')}`],
    ['"a""b" `a``b`', 'StringLiteral:"a\\"b" StringLiteral:"a`b"'],
    ['  "ab\\\n     cd"', 'StringLiteral:"ab  cd"'],
    ['"ab\\\r\n   cd"', 'StringLiteral:"ab  cd"'],
    ["`\na\r\nb`", 'StringLiteral:"a\\nb"'],
    ["`\\n \\${x}`", 'StringLiteral:"\\\\n ${x}"'],
    ['#"a\\n"b"# ##"x"#"##', 'StringLiteral:"a\\\\n\\"b" StringLiteral:"x\\"#"'],
    ["'a' '\\'' '😀' '\\x41'", `Char:"a" Char:"'" Char:"😀" Char:"A"`],
    ["`${1}`", 'InterpolatedString:"" LeftBrace Int:1 RightBrace StringLiteral:""'],
    [
      "`a${#{b: {1}}}{c${`x${y}`}d` {",
      'InterpolatedString:"a" LeftBrace MapStart Identifier:"b" Colon LeftBrace Int:1 RightBrace RightBrace RightBrace ' +
        'InterpolatedString:"{c" LeftBrace InterpolatedString:"x" LeftBrace Identifier:"y" RightBrace StringLiteral:"" ' +
        'RightBrace StringLiteral:"d" LeftBrace',
    ],
    ["`${-5}` -5", 'InterpolatedString:"" LeftBrace Int:-5 RightBrace StringLiteral:"" Minus Int:5'],
    ["`${1}", 'InterpolatedString:"" LeftBrace Int:1 RightBrace !Open string is not terminated'],
    [
      "`${1} a",
      'InterpolatedString:"" LeftBrace Int:1 RightBrace !Open string is not terminated (line 1, position 6)',
    ],
    [
      "`${1}{",
      'InterpolatedString:"" LeftBrace Int:1 RightBrace !Open string is not terminated (line 1, position 6)',
    ],
  ];
  test.each(table)("%j", (script, expected) => {
    expect(types(script)).toBe(expected);
  });
});

describe("positions", () => {
  const table: [string, string][] = [
    ["", "1:1"],
    ["a bc\n\td", "1:1 1:3 2:2 2:3"],
    ["a\rb // c\rd", "1:1 1:3 2:1 2:2"],
    ["'😀' /* 😀 */ a", "1:1 1:13 1:14"],
    ['"😀" a', "1:1 1:5 1:6"],
    ["`\n\na` b", "1:1 3:4 3:5"],
    ["`\\${a}` b", "1:1 1:8 1:9"],
    ['#"a\n"\nb"# c', "1:1 2:7 2:8"],
    ["`ab${1}\ncd${2}` e", "1:1 1:5 1:6 1:7 1:8 2:4 2:5 2:6 0:0 2:9 2:10"],
    ["/* a\n b", "2:3"],
    ["- 5 -5", "1:1 1:3 1:5 1:6 1:7"],
    [`a${" ".repeat(70000)}b`, "1:1 1:65535 1:65535"],
  ];
  test.each(table)("%j", (script, expected) => {
    expect(positions(script)).toBe(expected);
  });
});

type ErrorRow = [
  script: string,
  text: string,
  options?: { max_string_size?: number; disable_symbols?: string[] },
];
const errorRows: ErrorRow[] = JSON.parse(
  readFileSync(new URL("./lexer-errors.json", import.meta.url), "utf8"),
);

/** lexer-errors.json: recorded from Rhai. */
test.each(errorRows)("the error of %j", (script, text, options) => {
  const { tokens } = tokenize(script, {
    maxStringSize: options?.max_string_size,
    disabledSymbols: new Set(options?.disable_symbols),
  });
  const last = tokens[tokens.length - 1];
  expect(last.tokenType).toBe(t.LexError);
  expect(String(last.payload)).toBe(text);
  expect(last.pos).toBe((last.payload as ParseError).position);
});

test("errors carry their kind and span", () => {
  const error = tokenize("x = 'ab';").tokens[2].payload as ParseError;
  expect([error.kind, error.lexKind, error.fields]).toEqual(["BadInput", "MalformedChar", ["ab"]]);
  expect(error.span).toEqual({ start: 4, end: 8 });
});

describe("engine settings", () => {
  const off = (...symbols: string[]): TokenizeOptions => ({ disabledSymbols: new Set(symbols) });
  const table: [string, TokenizeOptions, string][] = [
    ["if x + 1", off("if", "+"), 'Reserved:"if" Identifier:"x" Reserved:"+" Int:1'],
    ["-2 - 2", off("-"), 'Int:-2 Reserved:"-" Int:2'],
    ["#{} _", off("#{", "_"), 'Reserved:"#{" RightBrace Reserved:"_"'],
    ["eval", off("eval"), "!reserved keyword 'eval' is disabled (line 1, position 1)"],
    ["~", off("~"), "!reserved symbol '~' is disabled (line 1, position 1)"],
    ["a foo b", { customOperators: new Map([["foo", 160]]) }, 'Identifier:"a" Custom:"foo" Identifier:"b"'],
    [
      "a # b ~ -1",
      {
        customOperators: new Map([
          ["#", 160],
          ["~", 100],
        ]),
      },
      'Identifier:"a" Custom:"#" Identifier:"b" Custom:"~" Minus Int:1',
    ],
    ["a === b", { customOperators: new Map([["===", 90]]) }, 'Identifier:"a" Custom:"===" Identifier:"b"'],
    ["a + -1", { ...off("+"), customOperators: new Map([["+", 150]]) }, 'Identifier:"a" Custom:"+" Int:-1'],
    [
      "exec var with",
      {
        customSyntax: new Map([
          ["exec", 0],
          ["var", 0],
        ]),
        customKeywords: new Set(["with"]),
      },
      'Identifier:"exec" Custom:"var" Custom:"with"',
    ],
    [
      '{"a": null, "b": [{}]}',
      { json: "null" },
      'MapStart StringLiteral:"a" Colon Unit Comma StringLiteral:"b" Colon LeftBracket MapStart RightBrace RightBracket RightBrace',
    ],
    ["{null", { json: "no-null" }, "MapStart !Invalid symbol encountered: 'null' (line 1, position 2)"],
    ["#{", { json: "null" }, "!Invalid symbol encountered: '#{' (line 1, position 1)"],
    ["`${1}`", { json: "null" }, "!Invalid symbol encountered: 'interpolated string' (line 1, position 1)"],
    [
      "a - b",
      { mapToken: (image) => (image === "-" ? "+" : image === "b" ? '"x"' : image) },
      'Identifier:"a" Plus StringLiteral:"x"',
    ],
    [
      "a - b",
      { mapToken: (image) => (image === "-" ? "1 2" : image) },
      "Identifier:\"a\" !Unexpected '1 2' (line 1, position 3)",
    ],
  ];
  test.each(table)("%j %#", (script, options, expected) => {
    expect(types(script, options)).toBe(expected);
  });
});

test("doc-comments are kept beside the tokens", () => {
  const script = "//! one\n/// a\n/** b */ /***/ //// c\nfn f() {} //! two\n";
  const { tokens, doc } = tokenize(script);
  expect(doc).toBe("//! one\n//! two");
  expect(tokens[0].comments).toEqual(["/// a", "/** b */"]);
  expect(tokens[1].comments).toEqual([]);
});

test("long texts are read in stretches, which does not show", () => {
  const sample = `let x = -1.5e3 - -2; // é😀\n/* a /* b */ */ f("a\\"b", 'c', #"raw"#, \`t\${ #{a: [{1}, \`\${2}\`]} }u\`) ..= x != !in;\n`;
  const { tokens } = tokenize(sample);
  const copies = 300;
  const all = tokenize(sample.repeat(copies)).tokens;
  expect(all.length).toBe(tokens.length * copies);
  all.forEach(({ image, startOffset, pos, payload }, i) => {
    const copy = Math.floor(i / tokens.length);
    const token = tokens[i % tokens.length];
    // Empty text of an interpolated string has no position.
    const line = token.pos === NO_POSITION ? 0 : lineOf(token.pos) + 2 * copy;
    expect([image, payload, startOffset]).toEqual([
      token.image,
      token.payload,
      token.startOffset + copy * sample.length,
    ]);
    expect([lineOf(pos), columnOf(pos)]).toEqual([line, columnOf(token.pos)]);
  });
});

test("reading can go on in the middle", () => {
  const text = 'raw `" let\n x';
  const { tokens } = tokenizeFrom(text, 6, { line: 1, column: 6 }, {});
  expect(
    tokens.map((token) => [token.image, token.startOffset, lineOf(token.pos), columnOf(token.pos)]),
  ).toEqual([
    ["let", 7, 1, 8],
    ["x", 12, 2, 2],
  ]);
});

test("names", () => {
  for (const name of ["x", "_x", "__a1", "let", "print"]) expect(literals.isValidIdentifier(name)).toBe(true);
  for (const name of ["", "_", "_1", "1a", "é", "a-b"]) expect(literals.isValidIdentifier(name)).toBe(false);
  expect(literals.isValidFunctionName("foo")).toBe(true);
  for (const name of ["let", "print", "var", "_"]) expect(literals.isValidFunctionName(name)).toBe(false);
  expect(literals.isReservedKeywordOrSymbol("print")).toEqual({
    reserved: true,
    callable: true,
    method: false,
  });
  expect(literals.isReservedKeywordOrSymbol("curry")).toEqual({
    reserved: true,
    callable: true,
    method: true,
  });
  expect(literals.isReservedKeywordOrSymbol("exit").reserved).toBe(false);
});

test("precedence", () => {
  expect(["||", "in", "..=", "**", "<<", "!"].map(precedenceOf)).toEqual([30, 110, 140, 190, 210, 0]);
  expect(bindsRight("**") && !bindsRight("*")).toBe(true);
  expect(COMPOUND_ASSIGNMENTS.get("**=")).toBe("**");
});

describe("any input", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '"',
      "`",
      "'",
      "#",
      "${",
      "}",
      "{",
      "\\",
      "\n",
      "\r",
      "/*",
      "*/",
      "//",
      "0x",
      "1.",
      "e+",
      "_",
      "-",
      " ",
    ),
    fc.string({ unit: "binary" }),
    fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  );
  test("gives tokens in order, in linear walks and without an exception", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join("");
        let end = 0;
        for (const token of tokenize(text).tokens) {
          expect(token.startOffset).toBeGreaterThanOrEqual(end);
          expect(token.endOffset + 1).toBe(token.end);
          expect(token.image).toBe(text.slice(token.startOffset, token.end));
          end = token.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["nested comments", "/*".repeat(100_000)],
    ["nested interpolations", "`${".repeat(100_000) + "}`".repeat(100_000)],
    ["open strings in interpolations", "`${'a".repeat(100_000)],
    ["doubled quotes", `"${'""'.repeat(500_000)}`],
    ["hashes", `${"#".repeat(1000)}"${`"${"#".repeat(999)}x`.repeat(1000)}`],
    ["digits", "1".repeat(2_000_000)],
    ["a name", "a".repeat(2_000_000)],
  ])("takes linear time: %s", (_name, text) => {
    const start = performance.now();
    tokenize(text);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
