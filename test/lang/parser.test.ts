// The parser: its errors against recorded ones of Rhai, the trees it builds, positions, options, robustness.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChainExpr, Expr, ExprStmt } from "../../src/lang/ast.ts";
import { parse } from "../../src/lang/compile.ts";
import { ParseError } from "../../src/lang/errors.ts";
import { tokenizeOptions } from "../../src/lang/lexer.ts";
import type { CustomSyntaxRule, ParseOptions } from "../../src/lang/options.ts";
import { decisionTable, RhaiParser, serializedGrammar } from "../../src/lang/parser/index.ts";
import { columnOf, lineOf, type Position } from "../../src/lang/position.ts";
import { isBlock, isFunction, visitChildren, type WalkNode, walkAst } from "../../src/lang/walk.ts";
import { type Changes, parseOptions, recordedOptions } from "./parse-options.ts";
import { treeText } from "./tree-text.ts";

interface RecordedCase {
  readonly script: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Kind and text with position; null when the script parses. */
  readonly error: string | null;
}

const recorded: RecordedCase[] = readFileSync(join(import.meta.dirname, "parser-cases.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

function errorOf(script: string, options: ParseOptions = parseOptions()): ParseError | null {
  try {
    parse(script, options);
    return null;
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
}

function errorText(script: string, options?: ParseOptions): string | null {
  const error = errorOf(script, options);
  return error === null ? null : `${error.kind}: ${error}`;
}

function tree(script: string, changes: Changes = {}): string {
  return treeText(parse(script, parseOptions(changes)));
}

function expressionOf(script: string): Expr {
  return (parse(script, parseOptions()).statements[0] as ExprStmt).expr;
}

function at(pos: Position): string {
  return `${lineOf(pos)}:${columnOf(pos)}`;
}

describe("the grammar", () => {
  it("passes Chevrotain's own validation", () => {
    expect(() => new RhaiParser(null, true)).not.toThrow();
  });
  it("is the same when the build has analysed it", () => {
    const [analysed, prepared] = [new RhaiParser(null), new RhaiParser(decisionTable())];
    const options = parseOptions();
    const outcome = (parser: RhaiParser, script: string): string => {
      try {
        return treeText(parser.run(script, options, tokenizeOptions(options)));
      } catch (error) {
        return String(error);
      }
    };
    for (const { script } of recorded) expect(outcome(prepared, script)).toBe(outcome(analysed, script));
  });
  it("can be exported for diagrams", () => {
    const names = serializedGrammar().map((rule) => (rule as { name?: string }).name);
    expect(names).toEqual(
      expect.arrayContaining(["script", "statement", "expression", "switchCase", "closure"]),
    );
  });
});

describe("errors as recorded from Rhai", () => {
  it.each(recorded)("$script $options", ({ script, options, error }) => {
    expect(errorText(script, recordedOptions(options ?? {}))).toBe(error);
  });
});

describe("trees", () => {
  it.each([
    ["1 + 2 * 3", "(+ 1 (* 2 3))"],
    ["1 * 2 + 3", "(+ (* 1 2) 3)"],
    ["1 - 2 - 3", "(- (- 1 2) 3)"],
    ["2 ** 3 ** 2", "(** 2 (** 3 2))"],
    ["1 << 2 + 1", "(+ (<< 1 2) 1)"],
    ["-2 ** 2", "(** -2 2)"],
    ["-x ** 2", "(** (- x) 2)"],
    ["!a && b", "(and (! a) b)"],
    ["a && b && (c && d)", "(and a b c d)"],
    ["a || b && c", "(or a (and b c))"],
    ["a ?? b ?? c + 1", "(coalesce a b (+ c 1))"],
    ["a ?? return 5", "(coalesce a {return 5})"],
    ["1 in a", "(contains a 1)"],
    ["1 !in a", "(! (contains a 1))"],
    ["a < b == c", "(== (< a b) c)"],
    ["..5", "(.. 0 5)"],
    ["[5..]", "[(.. 5 ())]"],
    ["x + ..5", "(.. (+ x 0) 5)"],
    ["0..=9", "(..= 0 9)"],
    ["-(5)", "-5"],
    ["-(-9223372036854775808)", "9223372036854776000.0"],
    ["+5", "5"],
    ["+x", "(+ x)"],
    ["- -x", "(- (- x))"],
  ])("operators: %s", (script, expected) => {
    expect(tree(script)).toBe(expected);
  });

  it.each([
    ["a.b.c", "a.b.c"],
    ["(a.b).c", "a.b.c"],
    ["a?.b.c", "a?.b.c"],
    ["a.b[1].c(2)[3]", "a.b[1].c(2)[3]"],
    ["a[b[0]][1]", "a[b[0]][1]"],
    ["f(1).g(2, 3,)", "f(1).g(2, 3)"],
    ["x.f!().g()", "x.f!().g()"],
    ["f!()", "f!()"],
    ["m::n::f(1)", "m::n::f(1)"],
    ["m::n::x.y", "m::n::x.y"],
    ["print(1)", "print(1)"],
    ["x.call(1)", "x.call(1)"],
    ["(f)(1)", "f(1)"],
    ["a\n[0]", "a[0]"],
    ["`a${1}b${}`", '`"a" {1} "b" {}`'],
    ["`${1}`", "`{1}`"],
    ['#{a: 1, "b c": [2],}', "#{a: 1, b c: [2]}"],
  ])("values: %s", (script, expected) => {
    expect(tree(script)).toBe(expected);
  });

  // Adjacent brackets pass the mark on, a following dot removes it, parentheses fix it.
  it.each([
    ['n?["x"]', 'n?["x"]'],
    ['n["x"]?["y"]', 'n?["x"]?["y"]'],
    ['n?["x"]["y"]', 'n["x"]["y"]'],
    ["n?[1][2]?[3]", "n[1]?[2]?[3]"],
    ['n?["x"].y', 'n["x"].y'],
    ["n[1]?[2].y?[3]", "n[1][2].y?[3]"],
    ['(n?["x"]).y', 'n?["x"].y'],
    ["(n?[1])[2]", "n?[1][2]"],
  ])("marks of `?[`: %s", (script, expected) => {
    expect(tree(script)).toBe(expected);
  });

  it.each([
    ["let x; const Y = 1; export let z = x", "let x = (); const Y = 1; export let z = x"],
    ["x = 1; x += 2; x.y[0] **= 3", "x = 1; x += 2; x.y[0] **= 3"],
    ["if a {1} else if b {2} else {3}", "if a {1} else {if b {2} else {3}}"],
    ["while a {} loop { break 1; continue; }", "while a {}; while {break 1; continue}"],
    ["do { x } until y; do {} while z;", "do {x} until y; do {} while z"],
    ["for (a, i) in b { a } for c in 0..3 {}", "for a, i in b {a}; for c in (.. 0 3) {}"],
    ["try { a } catch (e) { b } try {} catch {}", "try {a} catch(e) {b}; try {} catch() {}"],
    ["return; throw 1; return x", "return; throw 1; return x"],
    [
      'import "a"; import "b" as c; export d; export e as f',
      'import "a" as -; import "b" as c; export d as -; export e as f',
    ],
    [";; 1; {;} fn f() {} 2", "1; {}; 2"],
    ["{1} - 2", "{1}; -2"],
    ["let x = if a {1} + 2;", "let x = (+ {if a {1}} 2)"],
    ["let x = loop { break 1 };", "let x = {while {break 1}}"],
  ])("statements: %s", (script, expected) => {
    expect(tree(script)).toBe(expected);
  });

  it.each([
    [
      "switch x { 1 => a, 2 | 3 if c => b, _ => d }",
      "switch x {1:0 2:1 3:1 _:2 | 0 => {a}, 1 if c => {b}, 2 => {d}}",
    ],
    ["switch x { 1..5 => a, 5..1 => b, 6 => c }", null],
    ["switch x { 5..1 => b, 6 => c, 7..=9 => d }", "switch x {6:1 7..=9:2 | 0 => {b}, 1 => {c}, 2 => {d}}"],
    ["switch x { 3.. => {} ..0 => b }", "switch x {3..9223372036854775807:0 | 0 => {}, 1 => {b}}"],
    ["switch x { [1, #{a: 2}] => let y = 1, }", "switch x {[1, #{a: 2}]:0 | 0 => {let y = 1}}"],
  ])("switch: %s", (script, expected) => {
    if (expected === null) expect(errorOf(script)?.kind).toBe("WrongSwitchIntegerCase");
    else expect(tree(script)).toBe(expected);
  });

  it.each([
    ["|a, b| a + b", "<|a b| {(+ a b)}>"],
    ["let x = 1; || x", "let x = 1; <x|x| {x}>"],
    ["|a| |b| a + b + c", "<c|c a| {<a c|a c b| {(+ (+ a b) c)}>}>"],
    ["|| { let y = x; y + z.x }", "<x z|x z| {let y = x; (+ y z.x)}>"],
    ["fn f() {} || f + g", "<g|g| {(+ f g)}>"],
    ["|m| m::x(a)", "<a|a m| {m::x(a)}>"],
    ["|a| ;", "<|a| {}>"],
    ["let f = |a|", "let f = <|a| {}>"],
    ["|v| throw v", "<|v| {throw v}>"],
  ])("closures: %s", (script, expected) => {
    expect(tree(script)).toBe(expected);
  });

  it("lists functions in the order of definition", () => {
    const { functions } = parse(
      'fn a(x) { || 1 } private fn int.b() {} || 2; fn "My Type".c() {}',
      parseOptions(),
    );
    expect(functions.map((fn) => (fn.isAnonymous ? "closure" : fn.name))).toEqual([
      "closure",
      "a",
      "b",
      "closure",
      "c",
    ]);
    expect(functions.map((fn) => fn.thisType)).toEqual([null, null, "i64", null, "My Type"]);
    expect(functions.map((fn) => fn.isPrivate)).toEqual([false, false, true, false, false]);
    const names = functions.filter((fn) => fn.isAnonymous).map((fn) => fn.name);
    expect(names[0]).toMatch(/^anon\$[0-9a-f]{16}$/);
    expect(names[0]).not.toBe(names[1]);
  });

  it("keeps comments", () => {
    const ast = parse(
      "//! about\n//! this\n/// first\n/// second\nfn f() {}\n/** block */ private fn g() {}",
      parseOptions(),
    );
    expect(ast.doc).toBe("//! about\n//! this");
    expect(ast.functions.map((fn) => fn.comments)).toEqual([["/// first", "/// second"], ["/** block */"]]);
  });
});

describe("positions and spans", () => {
  it("gives each step of a chain the places that errors need", () => {
    const chain = expressionOf("root\n .prop?.call(1)\n [i].last") as ChainExpr;
    expect(at(chain.pos)).toBe("2:2");
    expect(chain.steps.map((step) => `${at(step.opPos)} ${at(step.pos)}`)).toEqual([
      "2:2 2:3",
      "2:7 2:9",
      "3:2 3:2",
      "3:5 3:6",
    ]);
  });

  it.each([
    ["a + b", "1:3"],
    ["a && b && c", "1:3"],
    ["a && (b && c)", "1:3"],
    ["-x", "1:1"],
    ["x in y", "1:3"],
    ["m::f(1)", "1:4"],
    ["m::x", "1:4"],
    ["{ 1 }.x", "1:6"],
    ["(|x| x)", "1:2"],
    ["[1, 2]", "1:1"],
    ["`a${1}`", "1:1"],
  ])("%s stands at %s", (script, expected) => {
    const { pos } = expressionOf(script.startsWith("{") ? `(${script})` : script);
    expect(at(pos)).toBe(script.startsWith("{") ? "1:7" : expected);
  });

  it("has every node inside its parent, met once and in order", () => {
    for (const { script, options } of recorded) {
      if (errorOf(script, recordedOptions(options ?? {})) !== null) continue;
      checkSpans(script, recordedOptions(options ?? {}));
    }
  });
});

function checkSpans(script: string, options: ParseOptions): void {
  const seen = new Set<WalkNode>();
  walkAst(parse(script, options), (node) => {
    expect(seen.has(node)).toBe(false);
    seen.add(node);
    expect(node.start).toBeLessThanOrEqual(node.end);
    let last = node.start;
    visitChildren(node, (child) => {
      const swapped = "name" in node && node.name === "contains";
      if (!swapped) expect(child.start).toBeGreaterThanOrEqual(last);
      expect(child.start).toBeGreaterThanOrEqual(node.start);
      expect(child.end).toBeLessThanOrEqual(node.end);
      last = child.start;
    });
    return isBlock(node) || isFunction(node) || node.kind !== "noop";
  });
}

describe("spans and hints of errors", () => {
  it.each([
    ["let x = 1\nlet y", 9, 9, "end the statement with `;`"],
    ["let mut x = 1;", 7, 7, "all variables can be changed; write `let x`, without `mut`"],
    ["if x = 1 {}", 5, 6, "`=` assigns, `==` compares"],
    ["var x = 1;", 0, 3, "declare variables with `let`"],
    ["x++", 1, 3, "write `x += 1`"],
    ["const A = 1; A = 2", 13, 14, "`A` is a constant: declare it with `let` to change it"],
    ["1 + ", 4, 4, "an expression was expected here"],
    ["let x = {a: 1}", 10, 10, "an object map begins with `#{`"],
    ["import", 6, 6, "an expression was expected here"],
    ["if x === y {}", 5, 8, null],
  ])("%s", (script, start, end, hint) => {
    const error = errorOf(script);
    expect(error?.span).toEqual({ start, end });
    expect(error?.hint).toBe(hint);
  });
});

describe("modes", () => {
  it("reads one expression", () => {
    const options = parseOptions({ mode: "expression" });
    expect(treeText(parse("if a { b } else { c + 1 }", options))).toBe("{if a {b} else {(+ c 1)}}");
    expect(errorText("a; b", options)).toBe("BadInput: Unexpected ';' (line 1, position 2)");
    expect(errorText("let x = 1", options)).toBe("BadInput: Unexpected 'let' (line 1, position 1)");
    expect(errorText("{ 1 }", options)).toBe("BadInput: Unexpected '{' (line 1, position 1)");
    expect(errorText("1 2.5", options)).toBe("BadInput: Unexpected '2.5' (line 1, position 3)");
    expect(errorText('1 "x"', options)).toBe("BadInput: Unexpected '\"x\"' (line 1, position 3)");
    expect(errorText("if a { b; c }", options)).toBe(
      "MissingToken: Expecting '{' to start a statement block (line 1, position 9)",
    );
    expect(errorText("", options)).toBe("UnexpectedEOF: Script is incomplete (line 1, position 1)");
  });

  it("reads JSON", () => {
    const options = parseOptions({ mode: "json" });
    expect(treeText(parse('{"a": [1, null, {"b": -1.5}]}', options))).toBe("#{a: [1, (), #{b: -1.5}]}");
    expect(errorText("{a: 1}", options)).toBe(
      "PropertyExpected: Expecting name of a property (line 1, position 2)",
    );
    expect(errorText('{"a": ()}', options)).toBe(
      "BadInput: Invalid symbol encountered: '()' (line 1, position 7)",
    );
    expect(errorText('{"a": 1} 5', options)).toBe("BadInput: Unexpected '5' (line 1, position 10)");
    expect(errorText("{", options)).toBe(
      "MissingToken: Expecting '}' to end this object map literal (line 1, position 2)",
    );
  });

  it("refuses functions in the text of eval", () => {
    const options = parseOptions({ mode: "eval" });
    expect(treeText(parse("let x = 1; x", options))).toBe("let x = 1; x");
    expect(errorText("|x| x", options)).toMatch(/^WrongFnDefinition: .*another function$/);
  });
});

describe("strict variables", () => {
  it("knows the host's variables and modules", () => {
    const options = parseOptions({
      strictVariables: true,
      scope: [{ name: "host", constant: true }],
      isKnownModule: (name) => name === "lib",
    });
    expect(errorText("host + lib::x + lib::f(host); fn f() { host } |a| host", options)).toBeNull();
    expect(errorText("other::x", options)).toBe(
      "ModuleUndefined: Undefined module: other (line 1, position 1)",
    );
  });
});

describe("extensions of the language", () => {
  const rule = (...symbols: string[]): CustomSyntaxRule => ({
    next: (seen) => symbols[seen.length - 1] ?? null,
    scopeMayChange: false,
    implementation: "host",
  });
  const withSyntax = (word: string, syntax: CustomSyntaxRule, changes: Changes = {}): ParseOptions =>
    parseOptions({ customSyntax: new Map([[word, syntax]]), ...changes });

  it("reads custom operators", () => {
    const customOperators = new Map([
      ["#", 160],
      ["foo", 20],
    ]);
    expect(tree("a + b # c foo d", { customOperators })).toBe("foo((+ a (# b c)), d)");
    expect(errorText("foo 1", parseOptions({ customOperators }))).toBe(
      "BadInput: Unexpected 'foo' (line 1, position 1)",
    );
  });

  it("reads custom syntax", () => {
    const options = withSyntax("exec", rule("[", "$ident$", "$symbol$", "$int$", "]", "->", "$block$"), {
      customKeywords: new Set(["->"]),
    });
    expect(treeText(parse("exec [x < 5] -> { x } y", options))).toBe(
      'custom(exec [ $ident$ $symbol$ $int$ ] -> $block$ x "<" 5 {x}); y',
    );
    expect(errorText("exec (x", options)).toBe(
      "MissingToken: Expecting '[' for 'exec' expression (line 1, position 6)",
    );
    expect(errorText("exec [1", options)).toBe(
      "VariableExpected: Expecting name of a variable (line 1, position 7)",
    );
    expect(errorText("exec [x y", options)).toBe("MissingSymbol: Expecting a symbol (line 1, position 9)");
    expect(errorText("exec [x < y", options)).toBe(
      "MissingSymbol: Expecting an integer number (line 1, position 11)",
    );
    expect(errorText("a.exec", options)).toBe(
      "PropertyExpected: Expecting name of a property (line 1, position 3)",
    );
  });

  it("reads every kind of input", () => {
    const options = withSyntax("all", rule("$expr$", "$bool$", "$float$", "$string$", "$token$", "$func$"));
    expect(treeText(parse('all a + 1 true 2.5 "s" => |q| q', options))).toBe(
      'custom(all $expr$ $bool$ $float$ $string$ $token$ $func$ (+ a 1) true 2.5 "s" "=>" <|q| {q}>)',
    );
    expect(treeText(parse("all a true 2.5 `s` { { q }", options))).toContain('"{" <q|q| {q}>');
    expect(errorText('all a true 2.5 "s" x 1', options)).toBe(
      "MissingSymbol: Expecting '{' or '|' (line 1, position 22)",
    );
  });

  it("lets a rule look ahead, keep state, choose a variant and fail", () => {
    const options = withSyntax("pick", {
      next: (seen, lookAhead, state) => {
        if (seen.length > 1) return "$$variant";
        state.value = lookAhead;
        if (lookAhead === "no") throw new ParseError("BadInput", "not this", 0);
        return lookAhead === "{" ? "$block$" : "$expr$";
      },
      scopeMayChange: true,
      implementation: null,
    });
    expect(treeText(parse("pick 1 + 2; 3", options))).toBe('custom(pick $expr$ (+ 1 2) "$$variant"); 3');
    expect(errorText("pick no", options)).toBe("BadInput: not this (line 1, position 6)");
    const custom = (parse("pick { 1 }", options).statements[0] as ExprStmt).expr;
    expect(custom).toMatchObject({ kind: "custom", state: "{", selfTerminated: true });
  });

  it("reads raw characters and goes on with tokens", () => {
    const options = withSyntax("raw", {
      next: (seen) => (seen[seen.length - 1] === "!" ? null : "$raw$"),
      scopeMayChange: false,
      implementation: null,
    });
    expect(treeText(parse("raw \"\n\u{1f600}' !+ 1; 2", options))).toBe("(+ custom(raw $raw$) 1); 2");
    expect(errorText('raw "\n  !+ ]', options)).toBe("BadInput: Unexpected ']' (line 2, position 6)");
    expect(treeText(parse("raw abc", options))).toBe("custom(raw $raw$)");
  });

  it("asks the host about variables", () => {
    const seen: unknown[] = [];
    const options = parseOptions({
      mayDefine: (variable) => {
        seen.push(variable);
        return variable.name !== "bad";
      },
    });
    expect(errorText("let x = 1; { const x = 2; } let bad", options)).toBe(
      "ForbiddenVariable: Forbidden variable name: bad (line 1, position 33)",
    );
    expect(seen).toEqual([
      { name: "x", constant: false, nestingLevel: 1, willShadow: false },
      { name: "x", constant: true, nestingLevel: 3, willShadow: true },
      { name: "bad", constant: false, nestingLevel: 1, willShadow: false },
    ]);
  });
});

describe("robustness", () => {
  const unlimited = parseOptions({ maxExprDepth: 0, maxFunctionExprDepth: 0 });

  it.each([
    ["(", "1", ")"],
    ["[", "", "]"],
    ["{", "", "}"],
    ["#{a:", "1", "}"],
    ["f(", "", ")"],
    ["!", "x", ""],
    ["if x {", "", "}"],
    ["|x| ", "", ""],
    ["`${", "", "}`"],
    ["switch x { 1 => ", "", "}"],
    ["a[", "1", "]"],
  ])("ends 100,000 nested `%s` with a parse error", (open, middle, close) => {
    const n = 100_000;
    expect(errorOf(open.repeat(n) + middle + close.repeat(n), unlimited)?.kind).toBe("ExprTooDeep");
  });

  it.each([
    ["a", ".b"],
    ["a", "[0]"],
    ["a", ".f(1)"],
    ["1", " + 2 * 3"],
    ["1", " ** 2"],
    ["a", " && b"],
    ["a", "::b"],
  ])("reads 50,000 of `%s%s` in a row", (first, rest) => {
    expect(errorOf(first + rest.repeat(50_000), unlimited)).toBeNull();
  });

  it("throws nothing but parse errors", () => {
    const words = recorded.flatMap(({ script }) => script.slice(0, 60).split(/(?<=[^\w])|(?=[^\w])/));
    const script = fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(script, (text) => {
        errorOf(text);
        errorOf(text, parseOptions({ mode: "expression", strictVariables: true }));
        errorOf(text, parseOptions({ mode: "json" }));
      }),
      { numRuns: 1500 },
    );
  });

  it("takes time in proportion to the length of the text", () => {
    const part = "fn f(a) { let x = a.b[1] + 2; if x > 3 { print(`x = ${x}`); } x }\n";
    const text = (n: number): string =>
      Array.from({ length: n }, (_, i) => part.replace("f(", `f${i}(`)).join("");
    const time = (script: string): number => {
      const begin = performance.now();
      parse(script, parseOptions());
      return performance.now() - begin;
    };
    const best = (n: number): number => Math.min(...[1, 2, 3].map(() => time(text(n))));
    best(500);
    expect(best(8000) / best(1000)).toBeLessThan(24);
  });
});
