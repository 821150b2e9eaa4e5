// Sources and data nested 100,000 deep, and deep recursion: a result or one of Rhai's errors, never a JS exception, in time.

import { describe, expect, it } from "vitest";
import { Engine } from "../src/runtime/engine.ts";
import { Scope } from "../src/runtime/scope.ts";
import { CHAINS, LONG, NESTED } from "./support/deep-sources.ts";
import { outcomeOf } from "./support/outcome.ts";

const DEPTH = 100_000;
const LENGTH = 30_000;
/** Far more than anything below needs, far less than anything quadratic takes. */
const SECONDS = 15;

function quietEngine(): Engine {
  return new Engine().onPrint(() => {}).onDebug(() => {});
}

/** Without the limits on nesting, which would end most of the scripts in the parser. */
function unlimited(engine: Engine = quietEngine()): Engine {
  Object.assign(engine.limits, { maxExprDepth: 0, maxFunctionExprDepth: 0, maxCallLevels: 1_000_000 });
  return engine;
}

function limited(): Engine {
  const engine = quietEngine();
  Object.assign(engine.limits, { maxOperations: 1_000_000, maxStringSize: 50_000, maxArraySize: 200_000 });
  return engine;
}

function endsWell(engine: Engine, text: string, scope?: Scope): string {
  const start = performance.now();
  const outcome = outcomeOf(engine, text, scope);
  expect(performance.now() - start, outcome).toBeLessThan(SECONDS * 1000);
  return outcome;
}

describe("sources", { timeout: 60_000 }, () => {
  const deep = Object.entries({ ...NESTED, ...CHAINS });

  it.each(deep)(`%s, ${DEPTH} times`, (_, source) => {
    endsWell(quietEngine(), source(DEPTH));
    endsWell(unlimited(), source(DEPTH));
    endsWell(unlimited().setOptimizationLevel("none"), source(DEPTH));
  });

  it.each(Object.entries(LONG))(`%s, ${LENGTH} in a row`, (_, source) => {
    endsWell(limited(), source(LENGTH));
  });

  it.each(Object.entries(NESTED))("%s end in Rhai's error", (name, source) => {
    const fine = ["block comments", "open block comments", "minus signs", "else if", "indexes"].includes(
      name,
    );
    expect(endsWell(quietEngine(), source(DEPTH))).toMatch(fine ? /^(ok|Error)/ : /^ErrorParsing\//);
  });

  it.each(deep)("%s cost no more than their length", (_, source) => {
    // What links a part twice takes 2^depth steps.
    endsWell(unlimited(), source(40));
  });
});

const BUILDS = {
  arrays: `let a = []; for i in 0..${DEPTH} { a = [a]; }`,
  maps: `let a = #{}; for i in 0..${DEPTH} { a = #{ a: a }; }`,
  "arrays of maps": `let a = 1; for i in 0..${DEPTH} { a = [#{ x: a, y: 1 }]; }`,
  "pushed arrays": `let a = []; for i in 0..${DEPTH} { let b = []; b.push(a); a = b; }`,
  "curried pointers": `fn f(x) { x } let a = Fn("f"); for i in 0..${DEPTH} { a = Fn("f").curry(a); }`,
  "capturing closures": `let a = 1; for i in 0..${DEPTH} { let b = a; a = || b; }`,
};

const USES = {
  "returning it": "a",
  "printing it": "print(a); debug(a)",
  "making text of it": "(`${a}` + a).len() + a.to_string().len() + a.to_debug().len()",
  "comparing it": "let b = a; [b == a, b != a, [b] == [a], a in [b]]",
  "comparing a deep copy": 'let b = a; if type_of(b) == "map" { b.z = 1; } else { b += 1; } b == a',
  "copying and changing it": "let b = a; b = [b, b]; b[0] = 1; b.len()",
  "passing it to functions": "fn g(x) { let y = x; y } let b = g(g(a)); type_of(b)",
  "making JSON of it": "#{ v: a }.to_json().len()",
  "reading it back from JSON": "parse_json(#{ v: a }.to_json())",
  "searching in it": "let b = [a, a]; b.dedup(); [b.len(), b.index_of(a), b.contains(a)]",
  "taking it apart": 'let n = 0; while type_of(a) == "array" && !a.is_empty() { a = a[0]; n += 1; } n',
  "throwing it": "throw a",
  "catching it": "try { throw a; } catch (e) { type_of(e) }",
  "capturing it": "let f = || a; type_of(f.call())",
  "putting it into itself": "a = [a, a]; a[0] = a; let m = #{ a: a }; m.b = m; m.len()",
  "switching on it": "switch a { 1 => 2, _ => 3 }",
};

describe("data", { timeout: 120_000 }, () => {
  it.each(Object.entries(BUILDS))(`%s, ${DEPTH} deep`, (_, build) => {
    for (const use of Object.values(USES)) endsWell(unlimited(), build + use);
  });

  it.each(Object.entries(BUILDS))("%s under limits on sizes", (_, build) => {
    const engine = quietEngine();
    Object.assign(engine.limits, { maxOperations: 5_000_000, maxStringSize: 1_000, maxArraySize: 1_000 });
    engine.limits.maxMapSize = 1_000;
    for (const use of Object.values(USES)) endsWell(engine, build + use);
  });

  it("is read back as it was", () => {
    expect(endsWell(unlimited(), `${BUILDS.arrays}${USES["taking it apart"]}`)).toBe(`ok ${DEPTH}`);
  });

  it.each(["[", '{"a":', "{", '{"a":[', "(", "-", "`${"])("JSON text of many %s", (open) => {
    const scope = () => new Scope().push("text", `{"v":${open.repeat(DEPTH)}`);
    expect(endsWell(quietEngine(), "parse_json(text)", scope())).toMatch(/^ErrorParsing\//);
    expect(endsWell(unlimited(), "parse_json(text)", scope())).toMatch(/^ErrorParsing\//);
  });

  it("code for eval", () => {
    for (const [name, source] of Object.entries(NESTED)) {
      if (name.includes("interpolation")) continue;
      const scope = new Scope().push("code", source(DEPTH));
      endsWell(unlimited(), "eval(code)", scope);
    }
  });
});

/** `LEVELS` becomes the depth. */
const RECURSION = {
  "a function": "fn f(n) { if n == 0 { 0 } else { 1 + f(n - 1) } } f(LEVELS)",
  "a function with return": "fn f(n) { if n == 0 { return 0; } return 1 + f(n - 1); } f(LEVELS)",
  "two functions":
    "fn a(n) { if n == 0 { 0 } else { b(n - 1) } } fn b(n) { if n == 0 { 0 } else { a(n - 1) } } a(LEVELS)",
  "try and catch":
    "fn f(n) { if n == 0 { return 7; } try { return f(n - 1); } catch (e) { throw e; } } f(LEVELS)",
  "a capturing call": "fn f(n) { if n == 0 { 0 } else { 1 + f!(n - 1) } } f(LEVELS)",
  "an argument": "fn f(n) { if n == 0 { 0 } else { f(f(n - 1)) } } f(LEVELS)",
  "a method": "fn f(n) { if n == 0 { 0 } else { 1 + this.f(n - 1) } } let a = #{}; a.f(LEVELS)",
  "a closure": "let f = |f, n| if n == 0 { 0 } else { f.call(f, n - 1) + 1 }; f.call(f, LEVELS)",
  interpolation: "fn f(n) { if n == 0 { `x` } else { `${f(n - 1)}` } } f(LEVELS)",
};

const DEEP_RECURSION = {
  ...RECURSION,
  "a method on a number":
    "fn f() { if this == 0 { 0 } else { let x = this - 1; 1 + x.f() } } let a = LEVELS; a.f()",
  "a pointer": 'fn f(n) { if n == 0 { 0 } else { let g = Fn("f"); g.call(n - 1) + 1 } } f(LEVELS)',
  "a callback": "fn f(n) { if n == 0 { 0 } else { [n - 1].map(|x| f(x))[0] + 1 } } f(LEVELS)",
  "a callback that swallows errors": "fn f(n) { [2, 1].sort(|a, b| f(n + 1)); n } f(0)",
  eval: 'fn f(n) { if n == 0 { 0 } else { eval("f(n - 1)") + 1 } } f(LEVELS)',
  loops: "fn f(n) { for i in [1] { while true { loop { return f(n + 1); } } } } f(0)",
  "an error on the way back": "fn f(n) { if n == 0 { throw 1; } f(n - 1) } f(LEVELS)",
};

describe("recursion", { timeout: 60_000 }, () => {
  const call = (text: string, levels: number) => text.replace("LEVELS", String(levels));

  it.each(Object.entries(RECURSION))("of %s works 1,000 levels deep on Node's own stack", (_, text) => {
    const engine = quietEngine();
    engine.limits.maxCallLevels = 1_000;
    expect(endsWell(engine, call(text, 995))).toMatch(/^ok/);
    expect(endsWell(engine, call(text, 1_001))).toBe("ErrorStackOverflow");
  });

  it.each(Object.entries(DEEP_RECURSION))("of %s ends in Rhai's error at a million levels", (name, text) => {
    const outcome = endsWell(unlimited(), call(text, 900_000));
    expect(outcome).toMatch(name.includes("swallows") ? /^(ok|ErrorStackOverflow)/ : /^ErrorStackOverflow$/);
  });

  it.each(Object.entries(DEEP_RECURSION))("of %s keeps the engine usable", (_, text) => {
    const engine = unlimited();
    endsWell(engine, call(text, 900_000));
    expect(outcomeOf(engine, "fn f(n) { n + 1 } f(41)")).toBe("ok 42");
  });

  it("stops at 64 levels unless told otherwise", () => {
    const text = "fn f(n) { if n == 0 { 0 } else { 1 + f(n - 1) } } f(LEVELS)";
    expect(outcomeOf(quietEngine(), call(text, 63))).toBe("ok 63");
    expect(outcomeOf(quietEngine(), call(text, 64))).toBe("ErrorStackOverflow");
  });

  it("of imports ends in an error", () => {
    const engine = unlimited().setModuleResolver({
      resolve: (path, context) => context.loadScript(`import "${Number(path) + 1}" as m;`, path),
    });
    expect(endsWell(engine, 'import "0" as m;')).toBe("ErrorStackOverflow");
  });
});
