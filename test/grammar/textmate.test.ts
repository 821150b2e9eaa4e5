// The TextMate grammar: agrees with the lexer on all scripts at hand, marks what is wrong, and works in Shiki.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the scripts are full of Rhai interpolations

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createHighlighterCore, type LanguageRegistration } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { createOnigurumaEngine } from "shiki/engine/oniguruma";
import { beforeAll, describe, expect, it } from "vitest";
import type { IGrammar } from "vscode-textmate";
import * as literals from "../../src/lang/literals.ts";
import { firstDifference } from "./compare.ts";
import { ROOT, validScripts } from "./corpus.ts";
import { GRAMMAR_FILE, leaf, loadTextMate, type Scoped, scoped } from "./scopes.ts";

const TOUR = readFileSync(join(ROOT, "examples/tour.rhai"), "utf8");

let grammar: IGrammar;
beforeAll(async () => {
  grammar = await loadTextMate();
});

function isInvalid({ scopes }: Scoped): boolean {
  return scopes.some((scope) => scope.startsWith("invalid."));
}

function textOf(text: string, { start, end }: Scoped): string {
  return text.slice(start, end);
}

/** The stretches of a text that are marked as wrong. */
function wrong(text: string): string[] {
  return scoped(grammar, text)
    .filter(isInvalid)
    .map((run) => textOf(text, run));
}

/** The innermost scope, without `.rhai`, of the first run that is exactly `piece`. */
function scopeOf(text: string, piece: string): string | undefined {
  const run = scoped(grammar, text).find((each) => textOf(text, each) === piece);
  return run && leaf(run).replace(/\.rhai$/, "");
}

describe("valid scripts", () => {
  it("have no invalid scope, and the lexer's strings, comments, numbers, names and symbols", () => {
    const problems: string[] = [];
    for (const { name, text } of validScripts()) {
      const runs = scoped(grammar, text);
      const invalid = runs.find(isInvalid);
      if (invalid) problems.push(`${name}: ${leaf(invalid)} on ${JSON.stringify(textOf(text, invalid))}`);
      const difference = firstDifference(text, runs);
      if (difference !== null) problems.push(`${name}: ${difference}`);
    }
    expect(problems).toEqual([]);
  });

  it("may have CR LF at the line ends", () => {
    const text = `${TOUR}let s = "one\\\n two"; /* a\n b */ let t = \`\n\${s}\n\`;\n`.replaceAll(
      "\n",
      "\r\n",
    );
    const runs = scoped(grammar, text);
    expect(runs.filter(isInvalid)).toEqual([]);
    expect(firstDifference(text, runs)).toBeNull();
  });

  it("may begin with #!", () => {
    const text = "#!/usr/bin/env rhai\n1";
    expect(scopeOf(text, "/usr/bin/env rhai")).toBe("comment.line.shebang");
    expect(firstDifference(text, scoped(grammar, text))).toBeNull();
    expect(wrong("1\n#!/usr/bin/env rhai")).toContain("#");
  });
});

describe("words and symbols", () => {
  it("gives each keyword a scope of its own", () => {
    for (const word of [...literals.KEYWORDS, "this"]) {
      expect(scopeOf(`${word} `, word), word).toMatch(/^(keyword|storage|constant|variable)\.\w+/);
      expect(scopeOf(`${word}_ `, `${word}_`), word).toBe("variable.other");
      expect(scopeOf(`_${word} `, `_${word}`), word).toBe("variable.other");
    }
  });

  it("marks reserved words, where they are called too", () => {
    const words = literals.RESERVED_KEYWORDS.filter((word) => word !== "this");
    for (const word of words) {
      for (const text of [`let ${word} = 1;`, `${word}(1)`, `a.${word}`, `fn ${word}() {}`, `|${word}| 1`]) {
        expect(wrong(text), text).toEqual([word]);
      }
    }
  });

  it("knows the words that may only be called", () => {
    for (const word of literals.CALLABLE_KEYWORDS) {
      for (const text of [`${word}(1)`, `${word}!(1)`, `${word} ()`, `${word} /* c */ (1)`, `${word}\n(1)`]) {
        expect(wrong(text), text).toEqual([]);
        expect(scopeOf(text, word), text).toBe("support.function.builtin");
      }
      for (const text of [`let x = ${word};`, `const ${word} = 1;`, `fn ${word}() {}`, `f(${word})`]) {
        expect(wrong(text), text).toEqual([word]);
      }
      const isMethod = literals.METHOD_KEYWORDS.includes(word);
      expect(wrong(`x.${word}(1)`), word).toEqual(isMethod ? [] : [word]);
      expect(wrong(`x.${word} = 1`), word).toEqual([word]);
    }
  });

  it("knows all symbols", () => {
    for (const symbol of literals.SYMBOLS) {
      // A closing brace needs an opening one before it.
      const text = symbol === "}" ? "{}" : `[] ${symbol} 1`;
      const scope = scopeOf(text, symbol) ?? "";
      expect(scope, symbol).toMatch(
        /^(keyword\.operator|punctuation|constant\.language\.unit|variable\.language)/,
      );
      expect(wrong(text), symbol).toEqual([]);
    }
    for (const symbol of literals.RESERVED_SYMBOLS) {
      expect(wrong(`1 ${symbol} 2`).join(""), symbol).toBe(symbol === "#!" ? "#" : symbol);
    }
  });
});

describe("wrong texts", () => {
  it.each([
    ['"\\q" "\\x4" "\\u12" "\\ud800" "\\U00110000"', ["\\q", "\\x4", "\\u12", "\\ud800", "\\U00110000"]],
    ["'\\q' 'ab' '' '\"' '\\'' 'é' '\\u00e9'", ["'\\q'", "'ab'", "''"]],
    ["'\\\"' \"\\'\"", ["'\\\"'", "\\'"]],
    ['let a = "open\nlet b = 1;', ["n"]],
    ["0x 0b2 0o8 1e+ 1._5 0xfffffffff_ffffffff", ["0x", "0b2", "0o8", "1e+", "_5", "0xfffffffff_ffffffff"]],
    ["0x_ff 0_b1 1_000.5_0e-1_0 0xFFFF_FFFF_FFFF_FFFF 1.", []],
    ["__ _1 _a __a1 _", ["__", "_1"]],
    ["let é = 1 \\ 2;", ["é", "\\"]],
    ["{ } }", ["}"]],
    ["`${ } } `", []],
    ["a.if a?.let a.b.fn", ["if", "let", "fn"]],
  ])("%j", (text, expected) => {
    expect(wrong(text)).toEqual(expected);
  });
});

describe("scopes", () => {
  it.each([
    ["fn f(x) {}", "f", "entity.name.function"],
    ["fn f(x) {}", "x", "variable.parameter"],
    ["fn Point.f(x) {}", "Point", "entity.name.type"],
    ["private fn f() {}", "private", "storage.modifier"],
    ["f(1)", "f", "entity.name.function.call"],
    ["f ()", "()", undefined],
    ["f!(1)", "!", "keyword.operator.capture"],
    ["a.f(1)", "f", "entity.name.function.member"],
    ["a?.b", "b", "variable.other.property"],
    ["#{ b: 1 }", "b", "variable.other.property"],
    ["a::b::c(1)", "b", "entity.name.namespace"],
    ["global::X", "global", "variable.language.global"],
    ["MAX_SIZE", "MAX_SIZE", "variable.other.constant"],
    ["const size = 1;", "size", "variable.other.constant"],
    ["let x = ();", "()", "constant.language.unit"],
    ["f(|x| 1)", "x", "variable.parameter"],
    ["f(/* c */ |x,\n y| 1)", "y", "variable.parameter"],
    ["[1,\n |x| 1]", "x", "variable.parameter"],
    ["return |x| 1", "x", "variable.parameter"],
    ["|a| |x| 1", "x", "variable.parameter"],
    ["a | x | b", "x", "variable.other"],
    ["a\n | x\n | b", "x", "variable.other"],
    ["a\n | x || b", "x", "variable.other"],
    ["a\n || b", "||", "keyword.operator.logical"],
    ["f(|| b)", "||", undefined],
    ["switch a { 1 | 2 => b }", "|", "keyword.operator.bitwise"],
    ["if x !in y {}", "!in", "keyword.operator.in"],
    ["/// doc", " doc", "comment.line.documentation"],
    ["//! doc", " doc", "comment.line.documentation"],
    ["//// no", "// no", "comment.line.double-slash"],
    ["/** doc */", "* doc ", "comment.block.documentation"],
    ["/*** no */", "** no ", "comment.block"],
    ["/* a /* b */ c */ d", "d", "variable.other"],
    ['##"a"#b"## + c', 'a"#b', "string.quoted.other.raw"],
    ["`a${ `b${ #{ c: { d } } }` }`", "d", "variable.other"],
    ["`a\\${b}``c`", "\\${", "constant.character.escape"],
    ['"a\\\n  b" + c', "  b", "string.quoted.double"],
  ])("%j: %j is %s", (text, piece, scope) => {
    expect(scopeOf(text, piece)).toBe(scope);
    expect(wrong(text)).toEqual([]);
  });
});

describe("Shiki", () => {
  const engines = {
    Oniguruma: () => createOnigurumaEngine(import("shiki/wasm")),
    JavaScript: () => createJavaScriptRegexEngine(),
  };

  it.each(Object.entries(engines))("highlights the tour with the %s engine", async (_name, engine) => {
    const rhai: LanguageRegistration = JSON.parse(readFileSync(GRAMMAR_FILE, "utf8"));
    const themes = [import("shiki/themes/github-light.mjs")];
    const shiki = await createHighlighterCore({ langs: [rhai], themes, engine: engine() });
    const { tokens } = shiki.codeToTokens(TOUR, { lang: "rhai", theme: "github-light" });
    expect(tokens.map((line) => line.map(({ content }) => content).join("")).join("\n")).toBe(TOUR);
    const colors = (piece: string) =>
      new Set(tokens.flat().flatMap(({ content, color }) => (content.includes(piece) ? [color] : [])));
    const [comment] = colors("a 64-bit integer");
    const [string] = colors("Hello");
    const [keyword] = colors("fn");
    expect(new Set([comment, string, keyword, undefined]).size).toBe(4);
    expect(shiki.codeToHtml(TOUR, { lang: "rhai", theme: "github-light" })).toContain('<pre class="shiki');
    shiki.dispose();
  });
});
