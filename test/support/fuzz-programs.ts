// Random programs that parse: every kind of statement and expression, with little regard to types.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Rhai's interpolation, not ours

import fc from "fast-check";
import { FUNCTIONS } from "./fuzz-corpus.ts";

type Text = fc.Arbitrary<string>;

/** Nodes under construction refer to each other by name. */
type Tie = (name: "expr" | "place" | "statement" | "block" | "list") => Text;

const name = fc.constantFrom("a", "b", "c", "d");
const method = fc.constantFrom(...FUNCTIONS);
const leaf = fc.constantFrom(
  ...["a", "b", "c", "d", "a", "b", "0", "1", "-1", "3", "9223372036854775807", "1.5", "-0.0", "1e300"],
  ...["true", "false", "()", '"abc"', '""', '"é😀"', "'x'", "[]", "[1, 2, 3]", '["b", "a"]', "#{}"],
  ...["#{a: 1, b: [2]}", "blob(4, 65)", "1..4", "0..=2", "timestamp()", 'Fn("f")', "this", "[[1, 2], [3]]"],
  ...["`t${a}`", "bits(5)"],
);
const operator = fc.constantFrom(
  ...["+", "-", "*", "/", "%", "**", "<<", ">>", "==", "!=", "<", ">", "<=", ">=", "&", "|", "^", "&&", "||"],
  ...["??", "..", "..=", "in", "!in"],
);
const assignment = fc.constantFrom(
  ...["=", "=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", "&=", "|=", "^="],
);

/** Fills the `§` of a template in turn. */
function fill(template: string, ...parts: Text[]): Text {
  const pieces = template.split("§");
  return fc.tuple(...parts).map((texts) => pieces.map((piece, i) => piece + (texts[i] ?? "")).join(""));
}

/** The first alternatives are the simplest: deep down only they are taken. */
function choice(...alternatives: Text[]): Text {
  return fc.oneof({ depthSize: "small", withCrossShrink: true }, ...alternatives);
}

function places(tie: Tie): Text {
  const place = tie("place");
  return choice(
    name,
    fill("§.§", name, name),
    fill("§[§]", place, tie("expr")),
    fill("§.§", place, name),
    fill("§?.§", place, name),
    fill("§?[§]", place, tie("expr")),
  );
}

function expressions(tie: Tie): Text {
  const [expr, place, list, block] = [tie("expr"), tie("place"), tie("list"), tie("block")];
  const params = fc.constantFrom("", "a", "a, b", "a, b, c");
  return choice(
    leaf,
    fill("§ § §", expr, operator, expr),
    fill("(§).§(§)", expr, method, list),
    fill("§.§(§)", place, method, list),
    fill("§(§)", method, list),
    fill("f(§)", list),
    fill("§.f(§)", place, list),
    fill("f!(§)", expr),
    fill("t(§)", expr),
    fill("(§).m(§).§(§)", expr, expr, method, list),
    fill("§.m(t(§)).n[t(§)].§(t(§))", place, leaf, expr, method, leaf),
    fill("(§).§", expr, name),
    fill("(§)[§]", expr, expr),
    place,
    fill("!(§)", expr),
    fill("-(§)", expr),
    fill("[§]", list),
    fill("#{a: §, b: §}", expr, expr),
    fill("`§{§}`", fc.constantFrom("$", "x$", "$$"), expr),
    fill("(|§| §)", params, expr),
    fill("(|§| §)", params, block),
    fill("if § § else §", expr, block, block),
    fill(
      `switch § { 1 => §, 2..5 => §, "abc" | 'x' if § => §, _ => § }`,
      expr,
      expr,
      block,
      expr,
      expr,
      expr,
    ),
    fill("{ §; § }", tie("statement"), expr),
  );
}

function statements(tie: Tie): Text {
  const [expr, place, block, statement] = [tie("expr"), tie("place"), tie("block"), tie("statement")];
  const cases = fc.constantFrom("1", "'x'", "1 | 2.5", "0..9");
  const quoted = leaf.map((code) => code.replace(/["\\]/g, "\\$&"));
  return choice(
    fill("let § = §", name, expr),
    fill("const § = §", name, expr),
    fill("§ § §", place, assignment, expr),
    fill("§ § §", name, assignment, expr),
    fill("§.m()[t(§)] § t(§)", place, leaf, assignment, expr),
    fill("§[t(§)].§ § t(§)", place, leaf, name, assignment, expr),
    expr,
    fill("if § §", expr, block),
    fill("while § §", expr, block),
    fill("for § in § §", name, expr, block),
    fill("for (§, i) in § §", name, expr, block),
    fill("loop { §; break § }", statement, expr),
    fill("do § until §", block, expr),
    fill("try § catch (e) §", block, block),
    fill("throw §", expr),
    fill("return §", expr),
    fill("print(§)", expr),
    fill('eval("let § = §; §")', name, quoted, quoted),
    fill("switch § { § => §, _ => § }", expr, cases, block, block),
  );
}

const nodes = fc.letrec<Record<"expr" | "place" | "statement" | "block" | "list", string>>((tie) => ({
  expr: expressions(tie),
  place: places(tie),
  statement: statements(tie),
  list: fc.array(tie("expr"), { maxLength: 3 }).map((items) => items.join(", ")),
  block: fc.array(tie("statement"), { maxLength: 3 }).map((lines) => `{ ${lines.join("; ")} }`),
}));

const functions = fill("fn f(§) §", fc.constantFrom("", "a", "a, b"), nodes.block);

const start = fc.constantFrom(
  'let a = 1; let b = [1, #{a: 2}]; let c = #{a: [1], b: "x"}; let d = |a| a;',
  'let a = "héllo"; let b = blob(3, 7); let c = 1.5; let d = [[1], [2]];',
  "let a = #{a: #{a: #{b: 1}}}; let b = 'x'; const c = [1, 2]; let d = || a;",
  "let a = [3, 1, 2]; let b = 5; let c = ['a', \"b\"]; let d = 2..7;",
);

/** Functions that show the order in which things happen. */
const TRACE = "fn t(x) { print(x); x }\nfn m(x) { print(x); this.n += 1; this }\nfn m() { print(`m`); this }";

/** Most statements fail, and those after them should run, too. */
const line = fc.oneof(
  { arbitrary: nodes.statement, weight: 1 },
  { arbitrary: fill("try { § } catch (e) { print(e); }", nodes.statement), weight: 3 },
);

/** A program of a few lines. */
export const program: Text = fc
  .tuple(start, fc.array(functions, { maxLength: 2 }), fc.array(line, { minLength: 1, maxLength: 8 }))
  .map(([first, fns, lines]) => [first, TRACE, ...fns, lines.join(";\n")].join("\n"));
