// The optimiser: the trees it makes, and what scripts can see of it.

import { describe, expect, it } from "vitest";
import type { Ast, Expr, Stmt } from "../../src/lang/ast.ts";
import { columnOf, type Position } from "../../src/lang/position.ts";
import { Engine } from "../../src/runtime/engine.ts";
import { type OptimizeSettings, optimizeAst } from "../../src/runtime/optimize/optimize.ts";
import { RhaiMap } from "../../src/runtime/value/containers.ts";
import { debug } from "../../src/runtime/value/display.ts";
import type { Value } from "../../src/runtime/value/value.ts";

type Level = OptimizeSettings["level"];

function freeze<T>(node: T): T {
  if (typeof node === "object" && node !== null && !Object.isFrozen(node)) {
    Object.freeze(node);
    Object.values(node).forEach(freeze);
  }
  return node;
}

function parsed(text: string): Ast {
  return freeze(new Engine().setOptimizationLevel("none").compile(text));
}

function optimized(text: string, settings: Partial<OptimizeSettings> = {}): Ast {
  const { options, registry } = new Engine();
  return optimizeAst(parsed(text), { level: "simple", options, registry, constants: [], ...settings });
}

/** The kinds of the statements, expression statements by the kind of their expression. */
function kinds(statements: readonly Stmt[]): string[] {
  return statements.map((stmt) => (stmt.kind === "expr" ? stmt.expr.kind : stmt.kind));
}

function onlyExpr(ast: Ast): Expr {
  const [stmt] = ast.statements;
  if (ast.statements.length !== 1 || stmt.kind !== "expr") throw new Error(JSON.stringify(ast.statements));
  return stmt.expr;
}

function run(text: string, level: Level = "simple"): string {
  const printed: string[] = [];
  const engine = new Engine().setOptimizationLevel(level).onPrint((line) => void printed.push(`${line};`));
  try {
    const value = debug(engine.evalSync(text));
    return printed.join("") + value;
  } catch (error) {
    const { kind, position } = error as { kind: string; position: Position };
    return `${printed.join("")}${kind}${position === 0 ? "" : ` at ${columnOf(position)}`}`;
  }
}

describe("trees", () => {
  it("are left alone at level none", () => {
    const ast = parsed("1 + 2; if true { 3 }");
    const { options, registry } = new Engine();
    expect(optimizeAst(ast, { level: "none", options, registry, constants: [] })).toBe(ast);
  });

  it("keep the nodes that do not change", () => {
    const ast = parsed("let x = f(1); for i in x { print(i); }\nfn f(a) { let b = a; b }");
    const { options, registry } = new Engine();
    const result = optimizeAst(ast, { level: "simple", options, registry, constants: [] });
    expect(result.statements[0]).toBe(ast.statements[0]);
    expect(result.functions[0]).toBe(ast.functions[0]);
  });

  it("come out the same when optimised again", () => {
    const text =
      "const K = 2; fn f(x) { if x { if K { return x && true; } } }\nlet c = |y| { y = y + K; [y, K] }; f(c)";
    const once = optimized(text);
    const { options, registry } = new Engine();
    expect(optimizeAst(once, { level: "simple", options, registry, constants: [] })).toEqual(once);
  });

  it.each([
    ["1; 'a'; [1, 2]; 5", ["int"]],
    ["ghost; 5", ["int"]],
    ["ghost + 1; 5", ["call", "int"]],
    ["{ let x = 1; }", []],
    ["{ print(1); print(2); }", ["call", "call"]],
    ["if false { 1 } 2", ["int"]],
    ["throw 1; 2; 3", ["throw"]],
    ["import 'a' as b; 5", ["import", "int"]],
    ["if x { import 'a' as b; }", []],
    ["let z = if f() { import 'a' as b; }; z", ["var", "variable"]],
    ["return 5; 6", ["int"]],
    ["let x = 1; x + 1; let y = 2;", ["var", "call", "var"]],
    ["while false { print(1); } 3", ["int"]],
    ["x = x + 1;", ["assign"]],
  ])("%s", (text, expected) => {
    expect(kinds(optimized(text.replaceAll("'a' as", '"a" as')).statements)).toEqual(expected);
  });

  it("give a rewritten assignment the position of the operator", () => {
    const [stmt] = optimized("x = x + 1;").statements;
    expect(stmt).toMatchObject({ kind: "assign", op: "+", value: { kind: "int", value: 1 } });
    expect(columnOf(stmt.pos)).toBe(7);
  });

  it("merge an if that holds nothing but another if", () => {
    const [stmt] = optimized("if a { if b { if c { print(1); } } }").statements;
    expect(stmt).toMatchObject({
      kind: "if",
      condition: { kind: "and", operands: [{}, {}, {}] },
      otherwise: null,
    });
  });

  it("hold arrays and maps of constants as one constant", () => {
    expect(onlyExpr(optimized("#{a: [1, 'x'], b: ()}"))).toMatchObject({
      kind: "constant",
      value: expect.any(RhaiMap),
    });
  });

  it("give closures the constants that they would capture", () => {
    const ast = optimized("let v = 1; const K = 5; || v + K");
    const closure = ast.statements[2];
    expect(closure).toMatchObject({
      kind: "expr",
      expr: {
        kind: "closure",
        captures: [{ name: "v" }, { name: "K", constant: { kind: "int", value: 5 } }],
      },
    });
  });

  it("show the optimised body of a closure where it is made", () => {
    const ast = optimized("let f = || { return 1 + 2; };");
    const [stmt] = ast.statements;
    if (stmt.kind !== "var" || stmt.value.kind !== "closure") throw new Error(stmt.kind);
    expect(stmt.value.fn).toBe(ast.functions[0]);
    expect(kinds(ast.functions[0].body.statements)).toEqual(["int"]);
  });
});

/** Script, outcome at level `simple`, outcome at level `none`: recorded from Rhai. */
const OBSERVABLE: readonly (readonly [string, string, string])[] = [
  ["let y = 5; true && y", "5", "ErrorMismatchDataType at 20"],
  ["let y = 5; false || y || false", "5", "ErrorMismatchDataType at 21"],
  ["() ?? ()", "false", "()"],
  ["let x = 10; if x {}", "()", "ErrorMismatchDataType at 16"],
  ["const T = (); let n = 0; while T { n += 1; if n > 3 { break; } } n", "4", "ErrorMismatchDataType at 32"],
  ["try { 42 } catch { 0 }", "()", "42"],
  ["let r = 5; try { ghost; } catch { r = 6; } r", "5", "6"],
  ["let x = [1]; x = x + 5; x", "[1, 5]", "ErrorFunctionNotFound at 20"],
  ["let x = 1; x = x + { x = 10; 5 }; x", "15", "6"],
  ["let x = 9223372036854775807; x = x + 1;", "ErrorArithmetic at 36", "ErrorArithmetic"],
  ["const i = 100; let s = 0; for i in 0..3 { s += i } s", "300", "3"],
  ["const e = 5; try { throw 3; } catch (e) { print(e); }", "5;()", "3;()"],
  ["const K = 5; let f = || { K = 6; K }; [f.call(), K]", "[6, 5]", "ErrorInFunctionCall at 42"],
  [
    "const A = [1]; let f = || { A.push(3); A }; [f.call(), f.call(), A]",
    "[[1, 3], [1, 3], [1]]",
    "ErrorInFunctionCall at 48",
  ],
  ["const S = \"abc\"; S[0] = 'x'; S", '"abc"', '"xbc"'],
  ["const N = 5; N[0] = false; N", "5", "4"],
  ["const M = #{a: 1}; M.a = 2; M", "ErrorAssignmentToConstant at 20", "ErrorAssignmentToConstant at 20"],
  ["let c = 2; switch [1, 2] { [1, 2] if c == 1 => 1, [1, 2] if c == 2 => 2, _ => 0 }", "0", "2"],
  ["let c = 2; switch [1, 2] { [1, 2] if c == 2 => 1, _ => 0 }", "1", "1"],
  [`\`\${[1, 'b']}\``, "\"[1, 'b']\"", '"[1, b]"'],
  ["5; {}", "5", "()"],
  ["fn f(x) { x + 1; let y = 2; } f(1)", "()", "()"],
  ["fn f(x) { x + 1; return; } f(1)", "()", "()"],
  ["let x = 5; \"a\"; x += 1; 'b'; x", "6", "6"],
  ['const i = 100; { eval("let i = 3;"); i }', "100", "3"],
  ['const i = 100; { let q = eval("let i = 3;"); i }', "3", "3"],
  ["let a = [1, 2, 3]; const K = [0]; a[K.pop()]", "1", "ErrorNonPureMethodCallOnConstant at 39"],
  ["const F = |x| x + 1; F.call(1)", "2", "2"],
  ["const F = |x| x + 1; [1].map(F)", "ErrorFunctionNotFound at 30", "[2]"],
  ["const K = 1; const F = |x| x + K; [1].map(F)", "[2]", "[2]"],
];

describe("what scripts can see", () => {
  it.each(OBSERVABLE)("%s", (script, simple, none) => {
    expect([run(script), run(script, "none")]).toEqual([simple, none]);
  });

  it.each([
    ["[1, 2, 3][-3]", "1"],
    ["[1, 2, 3][5]", "ErrorArrayBounds at 11"],
    ['"h\u{1F600}llo"[1]', "'\u{1F600}'"],
    ["[5[0], 5[1], 5[-64], (-1)[63]]", "[true, false, true, true]"],
    ["#{a: 1, b: print(3)}.a", "3;1"],
    ['const m = #{a: 1, b: #{c: 2}}; [m.a, m.b.c, m["a"], m.z]', "[1, 2, 1, ()]"],
    ['[type_of(1..2), "x".type_of(), 5.is_shared()]', '["range", "string", false]'],
    [`let x = 5; \`a\${"b"}c\${()}\${x}\${""}e\``, '"abc5e"'],
    ["1 / 0", "ErrorArithmetic"],
    ["const A = 1; const B = A + 1; const C = [A, B]; let d = C; d.push(3); [C, d]", "[[1, 2], [1, 2, 3]]"],
    ["const y = 5; { const y = 6; print(y); } y", "6;5"],
    ["do { 5 } until true", "()"],
    ["let x = switch 2 { 1 if ghost => 5, 2 if true => 6 }; x", "6"],
    ['Fn("foo")', 'Fn+("foo")'],
    ['curry(Fn("foo"), 1, [2])', 'Fn+("foo", 1, [2])'],
    [
      'fn add(a, b) { a.push(b); a } let f = curry(Fn("add"), [1]); [f.call(2), f.call(3)]',
      "[[1, 2], [1, 3]]",
    ],
  ])("%s", (script, expected) => {
    expect(run(script)).toBe(expected);
  });
});

describe("the host", () => {
  const constant = (name: string, value: Value) => ({ constants: [{ name, value }] });

  it("has its constants put in place, in functions too, whatever their parameters are called", () => {
    const ast = optimized("fn f(K) { K } K + 1", constant("K", 41));
    expect(onlyExpr(ast)).toMatchObject({ kind: "int", value: 42 });
    expect(ast.functions[0].body.statements[0]).toMatchObject({
      kind: "expr",
      expr: { kind: "int", value: 41 },
    });
  });

  it("can limit what is computed ahead", () => {
    const limits = { maxStringSize: 10, maxArraySize: 0, maxMapSize: 0 };
    expect(onlyExpr(optimized('"abcdef" + "ghijk"', { limits })).kind).toBe("call");
    expect(onlyExpr(optimized('"abcde" + "fghij"', { limits })).kind).toBe("string");
  });
});

describe("level full", () => {
  const full = (text: string) => onlyExpr(optimized(text, { level: "full" }));

  it("calls pure functions on constants", () => {
    expect(full("abs(-5) + max(1, 2)")).toMatchObject({ kind: "int", value: 7 });
    expect(full('fn f(x) { x } is_def_fn("f", 1)')).toMatchObject({ kind: "bool", value: true });
  });

  it("leaves calls that fail, have effects, call back, or go to script functions", () => {
    for (const text of [
      'parse_int("z")',
      "print(1)",
      "timestamp()",
      "map([1], |x| x)",
      "fn abs(x) { x + 5 } abs(1)",
    ]) {
      expect(full(text).kind, text).toBe("call");
    }
    expect(run("fn abs(x) { x + 5 } abs(-1)", "full")).toBe("4");
  });
});
