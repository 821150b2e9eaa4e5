// Keeps grammar/rhai.ebnf in step with the parser, the tokens and the lexer.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ISerializedGast, TokenType } from "chevrotain";
import { describe, expect, it } from "vitest";
import { tokenize } from "../../src/lang/lexer.ts";
import * as literals from "../../src/lang/literals.ts";
import { serializedGrammar } from "../../src/lang/parser/index.ts";
import { bindsRight, PRECEDENCE } from "../../src/lang/precedence.ts";
import * as t from "../../src/lang/tokens.ts";
import { ROOT, validScripts } from "./corpus.ts";
import { canonical, type Ebnf, leaves, parseEbnf, toPattern } from "./ebnf.ts";

/** Rules that say something else than what Chevrotain has on record, each with the reason. */
const DIFFERENT: Readonly<Record<string, string>> = {
  customSyntax: "its parts are read by a loop of the parser's own; the record is only an outline",
};

const source = readFileSync(join(ROOT, "grammar/rhai.ebnf"), "utf8");
const rules = parseEbnf(source);
const named = (pattern: RegExp): string[] => [...rules.keys()].filter((name) => pattern.test(name)).sort();
const tokens = new Map(
  t.PARSER_TOKENS.filter((type) => type !== t.LexError).map((type) => [type.name, type]),
);
const recorded = new Map(
  serializedGrammar().map((rule) => [(rule as ISerializedGast & { name: string }).name, rule]),
);

/** The text that a token always has, without the quotes of its label. */
function fixedText(type: TokenType): string | null {
  return /^'(.*)'$/.exec(type.LABEL ?? "")?.[1] ?? null;
}

/** Signs share their text with operators; quoted in a rule it means the operator. */
const tokenByText = new Map(
  [...tokens.values()].reverse().map((type) => [fixedText(type), type.name] as const),
);

function fromRecord(node: ISerializedGast): Ebnf {
  const { type } = node;
  const { name, definition = [] } = node as { name?: string; definition?: ISerializedGast[] };
  const items = definition.map(fromRecord);
  const body: Ebnf = items.length === 1 ? items[0] : { kind: "sequence", items };
  switch (type) {
    case "Terminal":
    case "NonTerminal":
      return { kind: "name", text: name! };
    case "Alternation":
      return { kind: "choice", items };
    case "Option":
      return { kind: "repeat", item: body, mark: "?" };
    case "Repetition":
      return { kind: "repeat", item: body, mark: "*" };
    case "RepetitionMandatory":
      return { kind: "repeat", item: body, mark: "+" };
    case "Rule":
    case "Alternative":
      return body;
    default:
      throw new Error(`the parser has begun to use ${type}`);
  }
}

/** Texts are replaced by the names of their tokens. */
function shape(node: Ebnf): string {
  return canonical(node, ({ kind, text }) => (kind === "text" ? tokenByText.get(text)! : text));
}

/** All rules that can be reached from one of these. */
function reachable(...starts: string[]): Set<string> {
  const seen = new Set(starts);
  for (const name of seen) {
    for (const leaf of leaves(rules.get(name)!)) if (leaf.kind === "name") seen.add(leaf.text);
  }
  return seen;
}

describe("syntax", () => {
  it("has the rules of the parser", () => {
    expect(named(/^[a-z]/)).toEqual([...recorded.keys()].sort());
  });

  it.each([...recorded.keys()])("%s says what the parser has on record", (name) => {
    const same = shape(rules.get(name)!) === shape(fromRecord(recorded.get(name)!));
    if (name in DIFFERENT) expect(same, "no longer different: take it off the list").toBe(false);
    else expect(shape(rules.get(name)!)).toBe(shape(fromRecord(recorded.get(name)!)));
  });

  it("quotes only texts of tokens", () => {
    const texts = named(/^[a-z]/).flatMap((name) =>
      leaves(rules.get(name)!).filter(({ kind }) => kind !== "name"),
    );
    expect(texts.filter(({ kind, text }) => kind === "set" || !tokenByText.has(text))).toEqual([]);
  });

  it("defines every name that it uses, and uses every rule", () => {
    const used = [...rules.values()].flatMap(leaves).filter(({ kind }) => kind === "name");
    expect(used.filter(({ text }) => !rules.has(text))).toEqual([]);
    const reached = reachable("script", "expressionScript", "TEXT");
    expect([...rules.keys()].filter((name) => !reached.has(name))).toEqual([]);
  });

  it("uses every token", () => {
    const reached = reachable("script", "expressionScript");
    for (const name of named(/^[a-z]/)) {
      for (const { kind, text } of leaves(rules.get(name)!))
        if (kind === "text") reached.add(tokenByText.get(text)!);
    }
    expect([...tokens.keys()].filter((name) => !reached.has(name))).toEqual([]);
  });

  it("has the table of precedences", () => {
    const rows = [...source.matchAll(/^ +(\d+) {3}(\S.*\S) +(left|right)$/gm)];
    const table = rows.flatMap(([, level, operators, grouping]) =>
      operators.split(" ").map((operator) => [operator, Number(level), grouping]),
    );
    const expected = [...PRECEDENCE].map(([operator, level]) => {
      return [operator, level, bindsRight(operator) ? "right" : "left"];
    });
    expect(table).toEqual(expected);
  });
});

describe("tokens", () => {
  it("are those of the lexer", () => {
    expect(named(/^[A-Z][a-z]|^XOr/)).toEqual([...tokens.keys()].sort());
  });

  it("have the texts of the lexer", () => {
    for (const [name, type] of tokens) {
      const text = fixedText(type);
      if (text !== null) expect(rules.get(name), name).toEqual({ kind: "text", text });
    }
  });

  it("are grouped as in the lexer", () => {
    for (const category of [t.BinaryOperator, t.AssignmentOperator, t.CompoundAssignment, t.Keyword]) {
      const members = [...tokens.values()].filter((type) => type.CATEGORIES?.includes(category));
      const listed = leaves(rules.get(category.name)!).map(({ text }) => text);
      expect(listed.sort()).toEqual(members.map(({ name }) => name).sort());
    }
  });

  it("have the lexer's reserved words and symbols", () => {
    const words = (name: string): string[] =>
      leaves(rules.get(name)!).flatMap(({ kind, text }) => (kind === "name" ? words(text) : [text]));
    expect(words("RESERVED_WORD")).toEqual(literals.RESERVED_KEYWORDS);
    expect(words("CALLABLE_WORD").sort()).toEqual([...literals.CALLABLE_KEYWORDS].sort());
    expect(words("METHOD_WORD")).toEqual(literals.METHOD_KEYWORDS);
    expect(words("RESERVED_SYMBOL")).toEqual(literals.RESERVED_SYMBOLS);
  });
});

describe("token rules", () => {
  const OF_CHARACTERS = [
    t.Identifier,
    t.Reserved,
    t.Int,
    t.Float,
    t.Char,
    t.StringLiteral,
    t.InterpolatedString,
  ];
  const patterns = new Map<TokenType, RegExp>(
    OF_CHARACTERS.map((type) => [type, new RegExp(`^(?:${toPattern(rules, rules.get(type.name)!)})$`, "u")]),
  );

  it("match what the lexer finds in scripts", () => {
    const seen = new Set<string>();
    const wrong: string[] = [];
    for (const { text } of validScripts()) {
      for (const { tokenType, image } of tokenize(text).tokens) {
        const key = `${tokenType.name} ${image}`;
        if (seen.has(key)) continue;
        seen.add(key);
        if (patterns.get(tokenType)?.test(image) === false) wrong.push(key);
      }
    }
    expect(wrong).toEqual([]);
    expect(seen.size).toBeGreaterThan(1000);
  });

  it.each([
    ["Int", "0x 0b2 0o8 1. 1e5 _1 -0x10 1__ 0_x1F -12"],
    ["Float", "1e 1e+ 1e+_ 1._5 .5 1..5 1.5 1. 2e-1_0 -1.5e+3"],
    ["Char", "'' 'ab' '\\q' 'a' '\\'' '\\u00e9' '\"' '\\\"'"],
    ["Identifier", "_ __ _1 if var print a _a a1 é iff"],
    ["StringLiteral", '"a"b" "\\q" "\\\'" "" """" #"a"# ##"a"#"## #a# ##"a"# `a` `a``b` "\\x4" "\\x41"'],
  ])("%s matches as the lexer does: %s", (name, images) => {
    const type = OF_CHARACTERS.find((each) => each.name === name)!;
    for (const image of images.split(" ")) {
      const [first, ...more] = tokenize(`${image} `).tokens;
      const isToken = first.tokenType === type && more.length === 0;
      expect(patterns.get(type)!.test(image), image).toBe(isToken);
    }
  });
});
