// onVar, onDefVar, onParseToken, onMissingFunction: as recorded from Rhai, asynchronous use, and wrong use.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ParseError } from "../../src/lang/errors.ts";
import { columnOf, lineOf } from "../../src/lang/position.ts";
import { Engine } from "../../src/runtime/engine.ts";
import type { EvalError } from "../../src/runtime/errors.ts";
import { UnexpectedPromiseError } from "../../src/runtime/eval/may-await-error.ts";
import { Scope } from "../../src/runtime/scope.ts";
import { jsToValue } from "../../src/runtime/value/convert.ts";
import { debug } from "../../src/runtime/value/display.ts";

interface Recorded {
  readonly id: string;
  readonly mode: "var" | "defvar" | "missing";
  readonly script: string;
  readonly scope?: Record<string, unknown>;
  /** What the callbacks saw, what was printed, and the result. */
  readonly trace: readonly string[];
}

/** Recorded from Rhai 1.26; the callbacks below do what its callbacks did. */
const recorded = readFileSync(join(import.meta.dirname, "events.data.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Recorded);

const shown = (value: unknown) => debug(jsToValue(value));

function listen(engine: Engine, mode: Recorded["mode"], trace: string[]): void {
  engine.onPrint((text) => trace.push(`print ${text}`));
  if (mode === "var") {
    engine.onVar((name, index, context) => {
      const self = context.hasThis ? `Some(${debug(context.this)})` : "None";
      trace.push(`var ${name} ${index} scope=${context.variables().length} this=${self}`);
      if (name === "BAD") throw new Error("bad var");
      return { MAGIC: 42, ARR: [1] }[name];
    });
  } else if (mode === "defvar") {
    engine.onDefVar((isRuntime, { name, isConst, nestingLevel, willShadow }, context) => {
      const seen = `${name} const=${isConst} level=${nestingLevel} shadow=${willShadow}`;
      trace.push(isRuntime ? `def run ${seen} scope=${context?.variables().length}` : `def parse ${seen}`);
      if (name === "ERR") throw new Error("oops");
      return name !== "NO" && !(name === "NORUN" && isRuntime);
    });
  } else {
    engine.onMissingFunction((name, args, isMethod, { source, callLevel, ...context }) => {
      const given = args.map(shown).join(", ");
      void context;
      trace.push(`missing ${name} [${given}] method=${isMethod} source=${source} level=${callLevel} scope=0`);
      if (name === "change") args[0] = 123;
      return { give: 99, change: 1 }[name];
    });
  }
}

function traceOf({ mode, script, scope: values = {} }: Recorded): string[] {
  const trace: string[] = [];
  const engine = new Engine();
  listen(engine, mode, trace);
  const scope = new Scope();
  for (const [name, value] of Object.entries(values)) scope.push(name, jsToValue(value));
  try {
    trace.push(`=> ${debug(engine.evalAstSync(engine.compile(script), scope))}`);
  } catch (error) {
    trace.push(...`! ${error}`.split("\n"));
  }
  return trace;
}

/** Where Rhai counts the call of the native that calls back as two levels. */
const levelsDiffer = (line: string) => line.replace(/level=3/, "level=1");

describe("callbacks see what Rhai's see", () => {
  it.each(recorded)("$mode: $id", (item) => {
    const expected = item.id === "mapped" ? item.trace.map(levelsDiffer) : item.trace;
    expect(traceOf(item)).toEqual(expected);
  });
});

function errorOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}

describe("onVar", () => {
  it("gives unit for null, and JS data and instances as script values", () => {
    class Point {
      x = 3;
    }
    const engine = new Engine().registerType(Point).registerGet("x", Point, (p: Point) => p.x);
    const values: Record<string, unknown> = { nothing: null, map: { a: [1, 2] }, point: new Point() };
    engine.onVar((name) => values[name]);
    expect(engine.evalSync("nothing == () && map.a.len() == 2 && point.x == 3")).toBe(true);
  });

  it("is asked once for each capture of a closure, and captures its answer", () => {
    const asked: string[] = [];
    const engine = new Engine().onVar((name) => {
      asked.push(name);
      return name === "MAGIC" ? 40 : undefined;
    });
    expect(engine.evalSync("let a = 1; let f = |x| x + a + MAGIC; f.call(1)")).toBe(42);
    expect(asked).toEqual(["a", "MAGIC", "f", "x", "a", "MAGIC"]);
  });

  it("can look at and change the script's variables", () => {
    const engine = new Engine().onVar((name, _index, context) => {
      if (name === "counter") return undefined;
      if (name === "next") {
        context.set("counter", (context.get("counter") as number) + 1);
        return context.get("counter");
      }
      if (name === "fresh") {
        if (!context.has("fresh")) context.define("fresh", [context.isConstant("LIMIT"), context.source]);
        return undefined;
      }
      return undefined;
    });
    const ast = engine.compile(
      "const LIMIT = 1; let counter = 0; let n = next; n = next; fresh.push(counter); fresh",
      {
        source: "main",
      },
    );
    expect(debug(engine.evalAstSync(ast))).toBe('[true, "main", 2]');
  });

  it("cannot change constants or what is not there", () => {
    const engine = new Engine().onVar((name, _index, context) => {
      if (name === "a") context.set("C", 1);
      if (name === "b") context.set("absent", 1);
      return undefined;
    });
    expect(String(errorOf(() => engine.evalSync("const C = [0]; let a = 1; a")))).toContain(
      "'C' is a constant",
    );
    expect(String(errorOf(() => engine.evalSync("let b = 1; b")))).toContain("there is no variable 'absent'");
  });

  it("calls functions of the script", () => {
    const engine = new Engine().onVar((name, _index, context) =>
      name === "doubled" ? context.callFn("double", 21) : undefined,
    );
    expect(engine.evalSync("fn double(x) { x * 2 } doubled")).toBe(42);
  });

  it("keeps error and cause, at the variable", () => {
    const cause = new TypeError("no such thing");
    const engine = new Engine().onVar(() => {
      throw cause;
    });
    const error = errorOf(() => engine.evalSync("let a = 1;\n  a")) as EvalError;
    expect([error.kind, lineOf(error.position), columnOf(error.position), error.cause]).toEqual([
      "ErrorRuntime",
      2,
      3,
      cause,
    ]);
  });

  it("must not return a promise", async () => {
    const engine = new Engine().onVar(() => Promise.reject(new Error("late")));
    expect(errorOf(() => engine.evalSync("a"))).toBeInstanceOf(UnexpectedPromiseError);
    await expect(engine.eval("a")).rejects.toBeInstanceOf(UnexpectedPromiseError);
  });

  it("applies to scripts that were compiled before, and no longer when it is taken away", () => {
    const engine = new Engine();
    const ast = engine.compile("x");
    const scope = () => new Scope().push("x", 1);
    expect(engine.evalAstSync(ast, scope())).toBe(1);
    engine.onVar(() => 2);
    expect(engine.evalAstSync(ast, scope())).toBe(2);
    engine.onVar(() => 3);
    expect(engine.evalAstSync(ast, scope())).toBe(3);
    engine.onVar(null);
    expect(engine.evalAstSync(ast, scope())).toBe(1);
  });
});

describe("onDefVar", () => {
  it("forbids with Rhai's errors, at the place of the definition", () => {
    const engine = new Engine().onDefVar((_isRuntime, { name }) => name !== "secret");
    const error = errorOf(() => engine.compile("let a = 1;\nlet secret = 2;")) as ParseError;
    expect([error.kind, lineOf(error.position), columnOf(error.position)]).toEqual([
      "ForbiddenVariable",
      2,
      5,
    ]);
    const late = new Engine().onDefVar((isRuntime) => !isRuntime);
    const failure = errorOf(() => late.evalSync("let a = 1;\n  let b = 2;")) as EvalError;
    expect([failure.kind, lineOf(failure.position)]).toEqual(["ErrorForbiddenVariable", 1]);
    expect(late.evalSync('try { let a = 1; print("x"); } catch (e) { e.error }')).toBe(undefined);
  });

  it("passes on a ParseError that the callback throws, and keeps any other error as cause", () => {
    const own = new ParseError("Reserved", "'x' is taken");
    const cause = new Error("broken");
    const engine = new Engine().onDefVar((_isRuntime, { name }) => {
      throw name === "x" ? own : cause;
    });
    expect(errorOf(() => engine.compile("let x = 1;"))).toMatchObject({
      kind: "Reserved",
      message: "'x' is taken",
    });
    expect(errorOf(() => engine.compile("let y = 1;"))).toMatchObject({ kind: "ForbiddenVariable", cause });
  });

  it("insists on an answer", () => {
    const engine = new Engine().onDefVar((isRuntime) => (isRuntime ? (undefined as never) : true));
    expect(String(errorOf(() => engine.evalSync("let x = 1;")))).toContain("must return true or false");
  });
});

describe("onParseToken", () => {
  const swap: Record<string, string> = { begin: "{", end: "}", und: "&&", "<>": "!=" };
  const engine = new Engine().onParseToken(({ text }) => swap[text]);

  it.each([
    ["let x = 42; begin let x = 0; end; x", 42],
    ["true und !false", true],
    ['eval("begin 1 end")', 1],
    ["let begin_x = 1; begin_x", 1],
  ])("%s", (script, result) => {
    expect(engine.evalSync(script)).toBe(result);
  });

  it("is told kind and position, and leaves JSON alone", () => {
    const seen: string[] = [];
    const listening = new Engine().onParseToken(({ text, kind }, position) => {
      seen.push(`${kind} ${text} ${lineOf(position)}:${columnOf(position)}`);
      return kind === "Int" ? `${text}.0` : undefined;
    });
    expect(debug(listening.evalSync('let x =\n  4; parse_json("{}"); x'))).toBe("4.0");
    expect(seen.slice(0, 5)).toEqual([
      "Let let 1:1",
      "Identifier x 1:5",
      "Equals = 1:7",
      "Int 4 2:3",
      "SemiColon ; 2:4",
    ]);
    expect(debug(listening.parseJson('{"a": 1}'))).toBe('#{"a": 1}');
  });

  it("refuses tokens by ParseErrors, and replacements that are not one token", () => {
    const refusing = new Engine().onParseToken(({ text }) => {
      if (text === "()") throw new ParseError("BadInput", "'()' is not allowed");
      return text === "two" ? "1 2" : undefined;
    });
    const refused = errorOf(() => refusing.compile("let a = 1;\nlet b = ();")) as ParseError;
    expect([refused.message, lineOf(refused.position), columnOf(refused.position)]).toEqual([
      "'()' is not allowed",
      2,
      9,
    ]);
    expect(String(errorOf(() => refusing.compile("let b = two;")))).toBe(
      "Unexpected '1 2' (line 1, position 9)",
    );
  });
});

describe("onMissingFunction", () => {
  it("is not asked for what exists but fails", () => {
    const asked: string[] = [];
    const engine = new Engine().onMissingFunction((name) => {
      asked.push(name);
      return undefined;
    });
    engine.registerFn("broken", [], () => {
      throw new Error("broken");
    });
    expect(String(errorOf(() => engine.evalSync("broken()")))).toContain("broken");
    expect(String(errorOf(() => engine.evalSync("[1].map(|x| nope(x))")))).toContain("nope (i64)");
    expect(asked).toEqual(["nope"]);
  });

  it("changes host objects in place, and what is at index 0 elsewhere", () => {
    class Box {
      value = 1;
    }
    const engine = new Engine().registerType(Box).registerGet("value", Box, (box: Box) => box.value);
    engine.registerFn("box", [], () => new Box());
    engine.onMissingFunction((name, args) => {
      if (name === "fill") (args[0] as Box).value = args[1] as number;
      if (name === "extend") args[0] = [...(args[0] as number[]), args[1]];
      return null;
    });
    expect(engine.evalSync("let b = box(); b.fill(7); b.value")).toBe(7);
    expect(debug(engine.evalSync("let m = #{a: [1]}; m.a.extend(2); extend(m.a, 3); m.a"))).toBe("[1, 2]");
  });

  it("may be asynchronous when it says so", async () => {
    const remote = async (name: string, args: unknown[]) => {
      await undefined;
      if (name === "late_failure") throw new Error("refused");
      if (name === "bump") args[0] = (args[0] as number) + 1;
      return name === "unknown" ? undefined : `${name}(${args.join(", ")})`;
    };
    const engine = new Engine().onMissingFunction(remote, { isAsync: true });
    expect(await engine.eval("fn f(x) { x.fetch(2) } [1].map(f)[0] + fetch()")).toBe("fetch(1, 2)fetch()");
    expect(await engine.eval("let x = 1; x.bump(); bump(x); x")).toBe(3);
    expect(await engine.eval("let t = (); try { unknown(1) } catch (e) { t = e.message; } t")).toBe(
      "Function not found: unknown (i64)",
    );
    const error = await engine.eval("let x = 1;\n  late_failure(x)").catch((thrown: EvalError) => thrown);
    expect(error).toMatchObject({ kind: "ErrorRuntime", position: (2 << 16) | 3 });
    expect(() => engine.evalSync("fetch()")).toThrow(UnexpectedPromiseError);
    expect(engine.evalSync("1 + 1")).toBe(2);
  });

  it("must not return a promise otherwise", async () => {
    const engine = new Engine().onMissingFunction(async () => 1);
    await expect(engine.eval("nope()")).rejects.toBeInstanceOf(UnexpectedPromiseError);
  });

  it("ends with the run", async () => {
    const engine = new Engine().onMissingFunction(() => new Promise(() => {}), { isAsync: true });
    const controller = new AbortController();
    const run = engine.eval("never()", { signal: controller.signal });
    controller.abort("enough");
    await expect(run).rejects.toMatchObject({ kind: "ErrorTerminated" });
  });
});

describe("wrong use", () => {
  it.each(["onVar", "onDefVar", "onParseToken", "onMissingFunction"] as const)("%s", (method) => {
    const engine = new Engine();
    expect(() => engine[method](42 as never)).toThrow(new RegExp(`${method}: expected a function, or null`));
    expect(engine[method](null)).toBe(engine);
  });
});
